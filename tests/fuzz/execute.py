"""One command in a process of its own, under limits of memory and time, and what is wrong with how it ends."""

import os
import re
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

from simulator.cli import main
from simulator.cli.errors import run_to_exit_code

MEMORY_BYTES: Final = 4 << 30
"""Address space of a command: its libraries take some 1.5 GiB of it."""
CPU_S: Final = 20
"""Processor time of a command; the shipped files take less than 2 s."""
WALL_S: Final = 60
"""Time of a command that waits for something."""
OUTPUT_BYTES: Final = 64 << 20
"""Largest file that a command may write."""
SHOWN_BYTES: Final = 100_000
"""Largest report of what is wrong with an input that somebody would still read."""
DEFECT: Final = 70
"""Exit code of a command that ended in no way of its own."""
PLAIN: Final = frozenset({0, 1, 2})
"""Exit codes that a command may have; anything else is a finding."""
FOREIGN: Final = re.compile(
    r"Traceback|Warning:|\bnp\.\w+\(|\barray\(|could not convert|invalid literal|Invalid isoformat|<class '"
    r"|object at 0x|\bNoneType\b|codec can't|unhashable|not subscriptable|object is not|pydantic|pyarrow\.lib"
)
"""Words of Python and of its libraries, which mean nothing to whoever wrote the input."""
CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters that act on a terminal; line ends and tabs do not."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command ended."""

    code: int
    """Its exit code, negative where a signal ended it."""
    seconds: float
    out: str
    err: str


def execute(words: Sequence[str], folder: Path) -> Ending:
    """Run a command of `poolsight` in `folder`, in a copy of this process, so that nothing is imported again."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            code = DEFECT
            try:
                enter(out, err)
                code = perform(words, folder, CPU_S)
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        return ending_of(os.waitstatus_to_exitcode(status), time.monotonic() - began, (out, err), folder)


def ending_of(code: int, seconds: float, streams: Sequence[IO[bytes]], folder: Path) -> Ending:
    """Return how a command ended, with what it printed and what a crash file of it says."""
    out, err = (_text(stream) for stream in streams)
    err += "".join(path.read_text(encoding="utf-8") for path in folder.glob("poolsight-crash-*"))
    return Ending(code, seconds, out, err)


def warm(words: Sequence[str], folder: Path) -> None:
    """Run a command in this process: what it imports, builds and keeps is there for the copies that follow."""
    import pyarrow as pa

    _keep_command_lines()
    pa.set_cpu_count(1)  # a copy has none of this process's threads
    pa.set_io_thread_count(1)
    here, arguments = Path.cwd(), sys.argv
    os.chdir(folder)
    sys.argv = ["poolsight", *words]
    try:
        with Path(os.devnull).open("w") as nothing, redirect_stdout(nothing), redirect_stderr(nothing):
            READERS.get(words[0], main)()
    except SystemExit:
        pass  # as commands end
    finally:
        os.chdir(here)
        sys.argv = arguments


def _keep_command_lines() -> None:
    """Have the words of a command be read from its annotations once, which takes longer than many inputs."""
    import typer.main

    read: Any = typer.main.__dict__["get_params_from_function"]
    if not hasattr(read, "cache_info"):
        setattr(typer.main, read.__name__, cache(read))


def complaint(ending: Ending) -> str | None:
    """Return what kind of finding an ending is, None where a command ends as it should.

    Two findings of one kind have the same text, so that a thousand inputs with one cause are one line.
    """
    if ending.code not in PLAIN:
        named = re.findall(r"^(\w*(?:Error|Exception|Warning)\b.*)$", ending.err, re.MULTILINE)
        where = re.findall(r'File ".*?/simulator/(\S+)", line (\d+)', ending.err)
        place = f" at {':'.join(where[-1])}" if where else ""
        return f"exit code {ending.code}{place}{': ' + named[-1][:80] if named else ''}"
    if found := FOREIGN.search(ending.err):
        return f"words of a library: {found.group()!r} in {_line(ending.err, found.start())[-120:]!r}"
    if CONTROL.search(ending.err) or CONTROL.search(ending.out):
        return "control characters in the output"
    if len(ending.err) > SHOWN_BYTES:
        return "a report too long to be read"
    if ending.code == 2 and not (ending.err + ending.out).strip():
        return "refused without a word"
    return None


def _read_experiment() -> None:
    from simulator.experiment import load_experiment

    sys.exit(run_to_exit_code(lambda: load_experiment(sys.argv[2])))


def _read_plan() -> None:
    from simulator.planning.plan_file import load_plan

    sys.exit(run_to_exit_code(lambda: load_plan(sys.argv[2])))


def _requests() -> None:
    from tests.fuzz.requests import ask

    ask(Path(sys.argv[2]))


READERS: Final[Mapping[str, Callable[[], None]]] = {
    "read-experiment": _read_experiment,
    "read-plan": _read_plan,
    "requests": _requests,
}
"""Words for what no command does without going on to run something."""


def _line(text: str, at: int) -> str:
    return text[text.rfind("\n", 0, at) + 1 :].split("\n", 1)[0]


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read(4 * SHOWN_BYTES).decode("utf-8", "replace")


def enter(out: IO[bytes], err: IO[bytes]) -> None:
    """Be a process that nobody waits for: streams that are files, and limits of memory and of what it writes."""
    import signal

    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES, OUTPUT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    for stream in (out, err):
        stream.truncate(0)
        stream.seek(0)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - until the process ends
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def perform(words: Sequence[str], folder: Path, cpu_s: int) -> int:
    """Be the command in a process that has entered; return its exit code."""
    import signal

    code = DEFECT
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + cpu_s, resource.RLIM_INFINITY))
    signal.alarm(WALL_S)
    try:
        os.chdir(folder)
        tempfile.tempdir = str(folder)  # a crash file is part of the ending
        sys.argv = ["poolsight", *words]
        READERS.get(words[0], main)()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException:  # noqa: BLE001 - whatever it is, it is a finding
        traceback.print_exc()
    finally:
        signal.alarm(0)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                code = DEFECT
    return code
