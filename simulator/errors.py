"""Everything this package raises on purpose.

PoolsightError
 ├── InputError          somebody's file, option or call is wrong; carries every `Problem` found
 └── BrokenInvariantError   the simulator is wrong; please report it

An `InputError` ends a command with exit code 2 and no traceback.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WINDOW: Final = 100
"""Characters of a source line that a message shows: a document of one line may have thousands."""


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
        line, column = _window(self.source.rstrip(), max(self.column or 1, 1))
        return f"{text}\n    {line}\n    {' ' * (column - 1)}^"


class InputError(PoolsightError):
    """One or more problems of an input, all of them at once."""

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        self.problems: tuple[Problem, ...] = (Problem(problems),) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _window(line: str, column: int) -> tuple[str, int]:
    """Return the part of `line` around `column` that a message has room for, and the column within it."""
    if len(line) <= WINDOW:
        return line, column
    start = max(0, min(column - 1 - WINDOW // 2, len(line) - WINDOW))
    before = "…" if start else ""
    after = "…" if start + WINDOW < len(line) else ""
    return before + line[start : start + WINDOW] + after, column - start + len(before)
