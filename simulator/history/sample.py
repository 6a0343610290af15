"""A file as readers look at it: what it is made of, and its beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.tables.json_rows import JsonRows
from simulator.tables.parquet import read_as_parquet, sound
from simulator.tables.sheets import Dialect, dialect_of, folded
from simulator.tables.text import FileText, read_content, text_of

if TYPE_CHECKING:
    import pandas as pd

_PARQUET: Final = b"PAR1"
MARKED: Final = 512
LOOKED_AT: Final = 5
"""Things of a JSON file that its format is known by."""


@dataclass
class Sample:
    """A file, of which as much is read as somebody asks for."""

    path: Path
    name: str
    """As messages and pages write it."""
    columns: tuple[str, ...] = ()
    """Names of columns, where they are given."""
    _text: FileText | None = field(default=None, repr=False)

    @cached_property
    def content(self) -> bytes:
        return read_content(self.path, self.name)

    @cached_property
    def mark(self) -> bytes:
        """The first bytes of the file, by which kinds that are no text are known."""
        return self.content[:MARKED]

    @property
    def is_parquet(self) -> bool:
        return self.mark.startswith(_PARQUET)

    @property
    def text(self) -> FileText:
        """The text of the file; its bytes are given up."""
        if self._text is None:
            self._text = text_of(self.content, self.name)
            del self.content
        return self._text

    def release(self) -> None:
        """Drop what the file holds, which takes as much memory as all that was made of it."""
        self._text = None
        self.__dict__.pop("content", None)

    @cached_property
    def start(self) -> str:
        """The first character that is no blank; of a Parquet file none."""
        return "" if self.is_parquet else self.text.text[:4096].lstrip()[:1]

    @property
    def is_json(self) -> bool:
        return self.start in ("{", "[")

    @cached_property
    def first_items(self) -> list[Any]:
        """The first things that a JSON file lists."""
        return [item.value for item in islice(JsonRows(self.text.text), LOOKED_AT)] if self.is_json else []

    @cached_property
    def first(self) -> dict[str, Any]:
        """The first object that a JSON file lists, with its keys folded; empty where there is none."""
        return next((folded_keys(item) for item in self.first_items if isinstance(item, Mapping)), {})

    @cached_property
    def dialect(self) -> Dialect | None:
        """How the lines of a table are written; None of other files."""
        return None if self.is_parquet or self.is_json else dialect_of(self.text.text)

    def unnamed(self, count: int) -> tuple[str, ...]:
        """Return the first row of a table that has so many columns and no line of names; nothing of other files."""
        dialect = self.dialect
        if dialect is None or dialect.has_names or len(dialect.names) != count:
            return ()
        return dialect.names

    @cached_property
    def heads(self) -> frozenset[str]:
        """The folded names of the columns of a table."""
        if self.is_parquet:
            return frozenset(map(folded, parquet_names(self.path)))
        names = self.columns or (self.dialect.names if self.dialect is not None and self.dialect.has_names else ())
        return frozenset(map(folded, names))


MOST_SHAPES: Final = 1000
_SHAPES: Final[dict[tuple[str, ...], tuple[str, ...]]] = {}
"""Folded keys by the keys of an object: a file has few different ones, and each many times."""


def folded_keys(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with its keys in lower case and without `_`, as clients of several languages write them."""
    keys = tuple(item)
    names = _SHAPES.get(keys)
    if names is None:
        names = tuple(key.lower().replace("_", "") for key in keys)
        if len(_SHAPES) < MOST_SHAPES:
            _SHAPES[keys] = names
    return dict(zip(names, item.values(), strict=False))


_PLACES: Final[dict[tuple[str, ...], dict[tuple[str, ...], tuple[str, ...]]]] = {}
"""By wanted folded keys, then by the keys of an object: its own key for each, an impossible one where it has none."""
_NONE: Final = "\0"


def picked(item: Mapping[str, Any], wanted: tuple[str, ...]) -> tuple[Any, ...]:
    """Return the values of an object under folded keys, None where it has none: faster than to fold all its keys."""
    places = _PLACES.setdefault(wanted, {})
    keys = tuple(item)
    own = places.get(keys)
    if own is None:
        by_name = {key.lower().replace("_", ""): key for key in keys}
        own = tuple(by_name.get(name, _NONE) for name in wanted)
        if len(places) < MOST_SHAPES:
            places[keys] = own
    return tuple(map(item.get, own))


def parquet_frame(sample: Sample, columns: Sequence[str]) -> pd.DataFrame:
    """Return columns of a Parquet file; raise InputError where it cannot be read."""
    import pyarrow.parquet as pq

    with read_as_parquet(sample.name):
        frame: pd.DataFrame = sound(pq.read_table(sample.path, columns=list(columns))).to_pandas()
    return frame


def parquet_names(path: Path) -> list[str]:
    """Return the names of the columns of a Parquet file; none where it cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return list(pq.read_schema(path).names)
    except (OSError, ValueError, pa.ArrowException):
        return []
