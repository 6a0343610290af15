"""The text of a formula and places in it: 1-based lines and columns, characters counted, a tab is one column."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a formula."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"Line {self.line}, Col {self.column}"


class Source:
    """A formula's text with its lines."""

    __slots__ = ("_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def place(self, offset: int) -> Place:
        """Return the line and column of the character at `offset`."""
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """Return the text of a line, from 1."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return `: did you mean 'x'?` for the nearest of the known names, nothing where none is near."""
    names = list(known)
    folded = {other.lower(): other for other in names}
    near = folded.get(name.lower()) or next(iter(get_close_matches(name, names, n=1)), None)
    return f": did you mean '{near}'?" if near else ""
