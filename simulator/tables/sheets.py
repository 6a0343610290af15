"""Tables of lines: what separates their columns, whether a line names them, and which rows are broken.

Commas, tabs, semicolons and bars separate; lines that begin with # are comments. A table without a line of names is
read only where its columns are named.
"""

import csv
import io
import re
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from simulator.tables.spans import ABSENT
from simulator.tables.text import FileText

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS: Final = (",", "\t", ";", "|")
LOOKED_AT: Final = 50
"""Lines of a file that its dialect is found by."""
_NUMBER: Final = re.compile(r"\s*[+-]?[0-9][0-9.,:eE+TZ -]*\s*")
_SKIPPED: Final = re.compile(r"line (\d+): expected (\d+) fields, saw (\d+)")
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_ABSENT_CELLS: Final = sorted({*ABSENT, *map(str.upper, ABSENT), "NaN", "None", "Null", "Unknown", "\\N"})

csv.field_size_limit(2**31 - 1)  # a cell may be as long as its file
_TAIL: Final = "\0"
"""Name of the column behind the last separator."""


class NotATableError(ValueError):
    """A text whose lines are no rows of one table."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the lines of a table are written."""

    separator: str
    names: tuple[str, ...]
    """Of its columns, as its first line has them."""
    has_names: bool
    """Whether the first line looks like names rather than data."""
    has_tails: bool = False
    """Whether a separator stands behind the last cell of rows, where the line of names has none."""


@dataclass(frozen=True)
class Sheet:
    """A table: a row each, columns by name."""

    frame: "pd.DataFrame"
    dialect: Dialect
    _text: str = field(repr=False)
    broken: tuple[tuple[int, str], ...] = ()
    """Lines of too many cells, which are left out, and what is wrong with each."""
    _without_names: bool = False

    @property
    def lines(self) -> Sequence[int]:
        """The line of each row: counted where every line is a row, else by reading the text once more."""
        first = 1 if self._without_names else 2
        ends = self._text.count("\n") + (not self._text.endswith("\n"))
        if ends == len(self.frame) + first - 1:
            return range(first, first + len(self.frame))
        return [self.line_of(row) for row in range(len(self.frame))]

    @cached_property
    def _lines(self) -> list[int]:
        """Return the line of each row, by reading the text once more."""
        bad = {line for line, _ in self.broken}
        reader = csv.reader(io.StringIO(self._text, newline=""), delimiter=self.dialect.separator)
        found, begin = [], 1
        for cells in reader:
            is_row = any(cells) and not (cells[0].startswith("#")) and begin not in bad
            if is_row:
                found.append(begin)
            begin = reader.line_num + 1
        return found[0 if self._without_names else 1 :]

    def line_of(self, row: int) -> int:
        """Return the line of a row, from 1."""
        return self._lines[row] if row < len(self._lines) else row + 2


def dialect_of(text: str) -> Dialect | None:
    """Return how a text's lines are written; None where they are no table."""
    head = [line for line in islice(_lines(text), LOOKED_AT * 4) if line.strip() and not line.startswith("#")]
    head = head[:LOOKED_AT]
    if not head:
        return None
    separator = _separator(head)
    names = tuple(cell.strip() for cell in next(csv.reader([head[0].rstrip("\r\n")], delimiter=separator)))
    has_names = not any(_NUMBER.fullmatch(cell) for cell in names) and all(names[:-1] or names)
    second = next(csv.reader([head[1].rstrip("\r\n")], delimiter=separator)) if len(head) > 1 else []
    has_tails = len(second) == len(names) + 1 and not second[-1].strip()
    return Dialect(separator, names, has_names and len(set(names)) == len(names), has_tails)


def _separator(lines: Sequence[str]) -> str:
    """Return what separates the cells of most lines into the same number, and into most."""

    def quality(separator: str) -> tuple[int, int]:
        counts = Counter(len(cells) for cells in csv.reader(lines, delimiter=separator) if cells)
        cells, times = counts.most_common(1)[0]
        return (times if cells > 1 else 0, cells)

    return max(SEPARATORS, key=quality)


def read_sheet(
    content: FileText,
    *,
    names: Sequence[str] = (),
    texts: Collection[str] = (),
    used: Collection[str] | None = None,
    skip_broken: bool = False,
) -> Sheet:
    """Return the table that a text is; raise NotATableError with the line where it is none.

    `names` are the columns of a table without a line of names, `texts` those whose cells stay as they are written, and
    `used` those that are kept. Lines of too many cells are errors, or left out and listed (`skip_broken`).
    """
    import pandas as pd

    dialect = dialect_of(content.text)
    if dialect is None:
        raise NotATableError("holds no row")
    columns = tuple(names) or dialect.names
    if len(set(columns)) < len(columns):
        twice = next(name for name, count in Counter(columns).items() if count > 1)
        raise NotATableError(f"has two columns named {twice!r}")
    skipped = _skipped(content.text, has_names=not names)
    first_line = next(number for number in range(len(skipped) + 1) if number not in skipped)
    options: dict[str, Any] = {
        "sep": dialect.separator,
        "names": [*columns, _TAIL] if dialect.has_tails else list(columns),
        "header": None,
        "skiprows": skipped,
        "dtype": {name: str for name in columns if name in texts},
        "keep_default_na": False,
        "na_values": {name: _ABSENT_CELLS for name in columns if name not in texts},
        "skipinitialspace": True,
        "on_bad_lines": "warn" if skip_broken else "error",
        "low_memory": False,
    }
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            frame = pd.read_csv(io.StringIO(content.text), **options)
    except pd.errors.EmptyDataError:
        raise NotATableError("holds no row") from None
    except (ValueError, OverflowError, pd.errors.ParserError) as error:
        raise NotATableError(_why(str(error))) from None
    if not isinstance(frame.index, pd.RangeIndex):  # what is taken for names of rows are cells that no column has
        extra = len(columns) + frame.index.nlevels
        raise NotATableError(f"line {first_line + 1}: expected {len(columns)} columns, found {extra}")
    frame = frame if used is None else frame[[name for name in columns if name in used]]
    return Sheet(frame, dialect, content.text, tuple(_broken(caught)), _without_names=bool(names))


def _skipped(text: str, *, has_names: bool) -> list[int]:
    """Return the lines that are no rows: comments, and the line of names."""
    found = [number for number, line in enumerate(_lines(text)) if line.startswith("#")] if "#" in text else []
    if has_names:
        skipped = set(found)
        found.append(next(n for n, line in enumerate(_lines(text)) if n not in skipped and line.strip()))
    return found


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text, however they end, without a copy of the whole."""
    return (found.group() for found in _LINE.finditer(text) if found.group())


def _why(reason: str) -> str:
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", reason)
    if found is None:
        return "cannot be read as a table: expected rows with as many values as there are columns"
    return f"line {found[2]}: expected {found[1]} columns, found {found[3]}"


def _broken(caught: Sequence[Any]) -> Iterator[tuple[int, str]]:
    for warning in caught:
        for line, expected, seen in _SKIPPED.findall(str(warning.message)):
            yield int(line), f"expected {expected} columns, found {seen}"


def folded(name: str) -> str:
    """Return the name of a column without case, blanks and marks, by which it is recognised."""
    return "".join(letter for letter in name.lower() if letter.isalnum())
