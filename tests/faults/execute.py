"""A command in a copy of this process, with a fault at a step of what it writes or at a point of its processor time."""

import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from simulator.cli import main
from tests.faults.disk import Disk, Fault

CPU_S: Final = 60
"""Processor time after which a command hangs."""
DEFECT: Final = 70
"""Exit code of a command that ended in no way of its own."""
PART_ROWS: Final = 2
"""Trials in a part of a sweep's data set, so that small sweeps have many."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command ended."""

    code: int
    """Its exit code, negative where a signal ended it."""
    err: str
    steps: int
    """How many steps of writing it took."""


def execute(
    words: Sequence[str],
    folder: Path,
    result: Path,
    fault: Fault | None = None,
    cpu: tuple[str, float] | None = None,
) -> Ending:
    """Run a command in `folder`; `cpu` is a signal and after how much processor time it comes."""
    with tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as steps:
        child = os.fork()
        if child == 0:
            try:
                _become(words, folder, Disk(folder, result, fault), cpu, (err, steps))
            finally:  # also where a signal comes while it ends: a copy must not go on as this process
                os._exit(DEFECT)
        _, status = os.waitpid(child, 0)
        steps.seek(0)
        err.seek(0)
        count = int(steps.read() or b"0")
        return Ending(os.waitstatus_to_exitcode(status), err.read().decode("utf-8", "replace"), count)


def _become(
    words: Sequence[str], folder: Path, disk: Disk, cpu: tuple[str, float] | None, streams: tuple[IO[bytes], IO[bytes]]
) -> None:
    """Be the command, until the process ends."""
    code = DEFECT
    try:
        from simulator.experiment import runner, store

        store.FLUSH_ROWS = PART_ROWS  # type: ignore[misc]
        # Other processes work from the first trial on.
        runner.helps = lambda pace, left, size, start_s: size > 1 and left > 1  # noqa: ARG005
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        os.dup2(streams[0].fileno(), 2)
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        os.chdir(folder)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - until the process ends
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.argv = ["poolsight", *words]
        tempfile.tempdir = str(folder.parent)
        disk.watch()
        if cpu is not None:
            _signal_after(*cpu)
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - whatever it is, it is a finding
        traceback.print_exc()
    finally:
        os.write(streams[1].fileno(), str(disk.steps).encode())
        sys.stderr.flush()
        os._exit(code)


def _signal_after(name: str, seconds: float) -> None:
    """Send this process a signal once it has worked for some seconds of processor time."""
    number = getattr(signal, f"SIG{name}")

    def send(*_: Any) -> None:
        os.kill(os.getpid(), number)

    signal.signal(signal.SIGPROF, send)
    signal.setitimer(signal.ITIMER_PROF, seconds)
