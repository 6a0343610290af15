"""Everything this package raises on purpose.

PoolsightError
 ├── InputError          somebody's file, option or call is wrong; carries every `Problem` found
 └── BrokenInvariantError   the simulator is wrong; please report it

An `InputError` ends a command with exit code 2 and no traceback.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

LONGEST_MESSAGE: Final = 1000
"""Characters of a message: what it repeats of the input may be as long as that."""
MOST_REPORTED: Final = 100
"""Problems that are put into words; nobody reads more, and the rest mostly has the same cause."""
WINDOW: Final = 100
"""Characters of a source line that a message shows: a document of one line may have thousands."""


CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Characters that act on a terminal, or that none can show; line ends and tabs are left."""
_UNSHOWN: Final = "\N{REPLACEMENT CHARACTER}"


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
    code: str = field(default="", compare=False)
    """The code with which the service refuses it, where that is known."""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        head = ": ".join(part for part in (place, self.path) if part)
        severity = "warning: " if self.is_warning else ""
        text = f"{shortened(head)}: {severity}{self.message}" if head else f"{severity}{self.message}"
        text = plain(shortened(text, LONGEST_MESSAGE))
        if self.source is None:
            return text
        line, column = _window(self.source, max(self.column or 1, 1))
        return f"{text}\n    {CONTROL.sub(_UNSHOWN, line).rstrip()}\n    {' ' * (column - 1)}^"


class InputError(PoolsightError):
    """One or more problems of an input, all of them at once."""

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        self.problems: tuple[Problem, ...] = (Problem(problems),) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(reports(self.problems)))


def reports(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield the messages of the first hundred problems, and how many more there are; errors come before warnings."""
    ordered = sorted(problems, key=lambda problem: problem.is_warning)
    yield from map(str, ordered[:MOST_REPORTED])
    if len(ordered) > MOST_REPORTED:
        yield f"and {len(ordered) - MOST_REPORTED:,} more problems"


def plain(text: str) -> str:
    """Return a text in which characters that act on a terminal are written as Python would write them."""
    return CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


def shortened(text: str, most: int = 300) -> str:
    """Return a text of at most `most` characters: where it is longer, its begin and its end."""
    if len(text) <= most:
        return text
    return f"{text[: most * 2 // 3]}…{text[len(text) - most // 3 + 1 :]}"


def _window(line: str, column: int) -> tuple[str, int]:
    """Return the part of `line` around `column` that a message has room for, and the column within it."""
    if len(line) <= WINDOW:
        return line, column
    start = max(0, min(column - 1 - WINDOW // 2, len(line) - WINDOW))
    before = "…" if start else ""
    after = "…" if start + WINDOW < len(line) else ""
    return before + line[start : start + WINDOW] + after, column - start + len(before)
