"""Many inputs one after another in one copy of this process; another copy goes on where an input has ended it.

A copy costs some 50 ms of processor time, an input that is refused some 10 ms: so inputs share one. What one of them
leaves behind could excuse or accuse the next; hence a finding counts with what the input does in a copy of its own.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from tests.fuzz.execute import CPU_S, DEFECT, PLAIN, Ending, complaint, ending_of, enter, perform
from tests.fuzz.inputs import Input

LONG: Final = frozenset({"run", "SWF, run", "CSV, run"})
"""Kinds whose inputs may rightly describe more work than the limits allow."""
LONG_S: Final = 3
"""Processor time after which such an input is left alone; the shipped ones take some tenths of a second."""
OUT_OF_TIME: Final = frozenset({-24, -9, -14})
"""SIGXCPU, SIGKILL, SIGALRM."""
HEAVY_S: Final = 2.0
"""An input that takes longer may leave much behind; the next one begins in a new copy."""
Make = Callable[[int], Input]


@dataclass(frozen=True, slots=True)
class Tried:
    """What an input did."""

    number: int
    kind: str
    code: int
    found: str | None
    """What is wrong with that."""


def judged(kind: str, ending: Ending) -> str | None:
    """Return what is wrong with how an input of a kind ended."""
    return None if kind in LONG and ending.code in OUT_OF_TIME else complaint(ending)


def series(numbers: Sequence[int], make: Make) -> Iterator[Tried]:
    """Yield what the inputs of some numbers do, in as few copies of this process as they leave alive."""
    left = list(numbers)
    while left:
        begun, status, tried = _copy(left, make)
        yield from tried
        left = left[len(tried) :]
        if left and begun == left[0]:  # it has not come back from this one
            code = os.waitstatus_to_exitcode(status)
            one = make(begun)
            yield Tried(begun, one.kind, code, judged(one.kind, Ending(code, 0.0, "", "")))
            del left[0]


def _copy(numbers: Sequence[int], make: Make) -> tuple[int | None, int, list[Tried]]:
    """Try inputs in a copy; return the last that was begun, how the copy ended, and what those before it did."""
    with tempfile.TemporaryFile() as report, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            try:
                _inputs(numbers, make, report, (out, err))
            finally:
                os._exit(DEFECT)
        _, status = os.waitpid(child, 0)
        report.seek(0)
        lines = [json.loads(line) for line in report.read().splitlines()]
    done = [Tried(**line) for line in lines if "code" in line]
    return (lines[-1]["number"] if lines else None), status, done


def _inputs(numbers: Sequence[int], make: Make, report: IO[bytes], streams: tuple[IO[bytes], IO[bytes]]) -> None:
    """Try inputs and report each, until one of them has been heavy or wrong."""
    for number in numbers:
        one = make(number)
        _note(report, {"number": number})
        with tempfile.TemporaryDirectory(prefix="poolsight-fuzz-", dir=PLACE) as name:
            one.write(Path(name))
            began = time.process_time()
            enter(*streams)
            code = perform(one.words, Path(name), LONG_S if one.kind in LONG else CPU_S)
            took = time.process_time() - began
            ending = ending_of(code, took, streams, Path(name))
            os.chdir(PLACE)
        found = judged(one.kind, ending)
        _note(report, {"number": number, "kind": one.kind, "code": code, "found": found})
        if took > HEAVY_S or code not in PLAIN or found is not None:
            return


PLACE: Final = tempfile.gettempdir()
"""Where the folders of inputs are made; commands have another place for what is temporary."""


def _note(report: IO[bytes], line: dict[str, object]) -> None:
    os.write(report.fileno(), json.dumps(line).encode() + b"\n")
