"""A disk that fails, and a process that is killed, at the n-th step of what a command writes.

A step is a file that is opened for writing, a folder that is made, a rename, a removal, and a Parquet file that is half
written. They are counted by an audit hook, which stays until the process ends, so that nothing of the program has to
know of it.
"""

import errno
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
REMOVALS: Final = frozenset({"os.remove", "os.rmdir"})
"""What a full disk lets happen."""
CHANGES: Final = REMOVALS | {"os.rename", "os.mkdir", "os.link", "os.symlink", "os.truncate"}
KINDS: Final = ("full", "room", "KILL", "TERM", "HUP", "INT", "removed", "worker")
ROOM: Final = 100
"""Bytes that a file may have which is written where there is no room."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at which step."""

    kind: str
    """`full`: from this step on nothing can be written; `room`: no file can grow beyond some bytes, by the system's own
    limit, until the command ends; `removed`: the result's folder is removed; `worker`: a process
    that this one has started is killed; else the name of a signal that comes."""
    step: int
    """From 1."""

    def __str__(self) -> str:
        return f"{self.kind} at step {self.step}"


class Disk:
    """Counts the steps in a folder, and lets a fault happen."""

    def __init__(self, folder: Path, result: Path, fault: Fault | None) -> None:
        self._folder = str(folder)
        self._result = result
        self._fault = fault
        self._pid = os.getpid()
        self._is_acting = False
        self.steps = 0

    def watch(self) -> None:
        """Count from now on, until the process ends."""
        sys.addaudithook(self._audit)
        import pyarrow.parquet as pq

        # Parquet is written by a library that knows no hooks; its writer is the class that both ways of writing use.
        pq.ParquetWriter.write_table = self._half_written(pq.ParquetWriter.write_table)

    def _half_written(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def counted(writer: Any, *words: Any, **options: Any) -> Any:
            self._step()
            write(writer, *words, **options)
            self._step()

        return counted

    def _audit(self, event: str, words: tuple[Any, ...]) -> None:
        if self._is_acting or os.getpid() != self._pid or not words or not isinstance(words[0], str | os.PathLike):
            return
        changes = event in CHANGES or (event == "open" and isinstance(words[2], int) and words[2] & WRITING)
        if changes and str(Path(words[0]).absolute()).startswith(self._folder):
            self._step(takes_room=event not in REMOVALS)

    def _step(self, *, takes_room: bool = True) -> None:
        self.steps += 1
        fault = self._fault if takes_room or (self._fault and self._fault.kind != "full") else None
        if fault is None or self.steps < fault.step or (self.steps > fault.step and fault.kind != "full"):
            return
        self._is_acting = True
        try:
            self._act(fault.kind)
        finally:
            self._is_acting = False

    def _act(self, kind: str) -> None:
        if kind == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if kind == "room":
            resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))
        elif kind == "removed":
            shutil.rmtree(self._result, ignore_errors=True)
        elif kind == "worker":
            for worker in children()[:1]:
                os.kill(worker, signal.SIGKILL)
        else:
            os.kill(os.getpid(), getattr(signal, f"SIG{kind}"))


def children() -> list[int]:
    """Return the processes that this one has started and that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it has ended
            continue
        if int(parent) == os.getpid() and state != "Z":
            found.append(int(path.parent.name))
    return sorted(found)
