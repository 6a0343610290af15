"""Everything this package raises on purpose.

PoolsightError
 ├── InputError          somebody's file, option or call is wrong; carries every `Problem` found
 └── BrokenInvariantError   the simulator is wrong; please report it

An `InputError` ends a command with exit code 2 and no traceback.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class PoolsightError(Exception):
    """Base of all errors of this package."""


class BrokenInvariantError(PoolsightError):
    """A law of the simulation does not hold: a defect of the program, never of the input."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: where it is, what it is, what was expected instead."""

    message: str
    file: str | None = None
    line: int | None = None
    """1-based."""
    column: int | None = None
    """1-based, in characters."""
    path: str | None = None
    """Dotted path inside the document, e.g. `pools.0.targetDedicatedNodes`."""
    source: str | None = None
    """The text of the line, printed above a caret."""
    is_warning: bool = False

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        head = ": ".join(part for part in (place, self.path) if part)
        severity = "warning: " if self.is_warning else ""
        text = f"{head}: {severity}{self.message}" if head else f"{severity}{self.message}"
        if self.source is None:
            return text
        caret = " " * (max(self.column or 1, 1) - 1) + "^"
        return f"{text}\n    {self.source.rstrip()}\n    {caret}"


class InputError(PoolsightError):
    """One or more problems of an input, all of them at once."""

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        self.problems: tuple[Problem, ...] = (Problem(problems),) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
