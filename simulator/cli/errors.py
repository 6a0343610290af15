"""How a command ends when something is wrong: a message on stderr, no traceback, and an exit code for its kind.

- 2: an input is wrong, or the answer cannot be written; every problem is on stderr.
- 0: whoever read the answer has seen enough and closed the pipe.
- 70: a defect of this program; the traceback is in a file that the message names.
- 128 + n: signal n ended the command; what it had begun to write is removed.
"""

import errno
import os
import platform
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Final, ParamSpec, TypeVar

import typer

from simulator.cli.output import echo
from simulator.errors import BrokenInvariantError, InputError, Problem, plain, reports

P = ParamSpec("P")
R = TypeVar("R")

MOST_REPLICATIONS = 1_000_000
"""More are a slip: they would take days, and narrow no interval that anybody can see."""
WRONG_INPUT = 2
DEFECT = 70
"""EX_SOFTWARE of sysexits.h."""
SIGNALLED: Final = 128
"""Exit code of a command that a signal ended, without the signal's number."""
ENDING_SIGNALS: Final = ("SIGTERM", "SIGHUP")
"""Where the system has them; Ctrl-C raises KeyboardInterrupt by itself."""


def reported(command: Callable[P, R]) -> Callable[P, R]:
    """Turn whatever a command raises into messages and an exit code."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except InputError as error:
            print_problems(error.problems)
            raise typer.Exit(WRONG_INPUT) from None
        except MemoryError as error:
            why = f": {error}" if str(error) else ""
            echo(f"poolsight: there is not enough memory for this many tasks, nodes or runs{why}", err=True)
            raise typer.Exit(WRONG_INPUT) from None
        except BrokenPipeError:
            _discard_output()
            raise typer.Exit(0) from None  # the reader of our output has seen enough
        except KeyboardInterrupt:
            raise typer.Exit(SIGNALLED + signal.SIGINT) from None
        except typer.Exit:
            raise
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
                raise typer.Exit(_report_defect(error)) from None
            echo(f"poolsight: the answer cannot be written: {error.strerror}", err=True)
            _discard_output()
            raise typer.Exit(WRONG_INPUT) from None
        except Exception as error:
            if type(error).__module__.startswith("click."):
                raise  # a wrong command line, which its library reports
            raise typer.Exit(_report_defect(error)) from None

    return guarded


def run_to_exit_code(application: Callable[[], object]) -> int:
    """Run a whole command line, its output included, and return the exit code that it ends with."""
    _replace_closed()
    warnings.simplefilter("error", RuntimeWarning)  # an overflow of NumPy is a wrong answer, not a remark
    for name in ENDING_SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _end)

    @reported
    def whole() -> None:
        try:
            application()
        finally:
            sys.stdout.flush()

    try:
        whole()
    except typer.Exit as ended:
        return ended.exit_code
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def _replace_closed() -> None:
    """Open a way to nowhere for streams closed before the start; else the next file opened would get their place."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the process ends


def print_problems(problems: Iterable[Problem]) -> None:
    """Print the first hundred problems on stderr, each with its source line, and how many more there are."""
    for text in reports(problems):
        echo(text, err=True)


def _end(number: int, _: FrameType | None) -> None:
    """End as the signal asks, and remove on the way what is half written."""
    raise SystemExit(SIGNALLED + number)


def _discard_output() -> None:
    """Send what is still to be written nowhere: the interpreter would try once more at its end, and complain."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (AttributeError, OSError, ValueError):
        return  # there is no output, or it is in memory


def _report_defect(error: Exception) -> int:
    """Write all that is known of a defect to a file, name it in one line, and return the exit code of defects."""
    import simulator

    what = "a law of the simulation is broken" if isinstance(error, BrokenInvariantError) else "a defect of the program"
    shown = plain(f"{type(error).__name__}: {error}".splitlines()[0])
    text = "\n".join(
        (
            f"poolsight {simulator.__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"command: {sys.argv}",
            f"folder: {Path.cwd()}",
            "",
            "".join(traceback.format_exception(error)),
        )
    )
    try:
        handle, name = tempfile.mkstemp(prefix=time.strftime("poolsight-crash-%Y%m%d-%H%M%S-"), suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        where = f"please report it with the file {name}"
    except OSError as full:
        where = f"please report it (no file with the details can be written: {full.strerror})"
    echo(f"poolsight: {what}, {where}: {shown}", err=True)
    return DEFECT
