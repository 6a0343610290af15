"""What the generated test of keys needs: a scenario where a key matters, and the same with another value of it."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Final, NamedTuple

from simulator.scenario.format.section import fold

Body = dict[str, Any]
FOLDER: Final = Path(__file__).parent / "files"
"""Where the files are that scenarios name."""


class Change(NamedTuple):
    """A scenario, and the place of a key of which another value must change what happens."""

    base: Body
    path: str
    value: Any
    is_refused: bool = False
    """The service refuses the other value, and that is what it changes."""

    @property
    def changed(self) -> Body:
        return altered(self.base, {self.path: self.value})


Changes = dict[str, Change]
"""By `Section.key`."""


def altered(base: Body, values: Mapping[str, Any]) -> Body:
    """Return a copy of a document with other values at dotted paths; what is not there yet is made."""
    document = deepcopy(base)
    for path, value in values.items():
        *parents, last = path.split(".")
        holder: Any = document
        for part in parents:
            is_list = isinstance(holder, list)
            holder = holder[int(part)] if is_list else holder.setdefault(_written(holder, part), {})
        if isinstance(holder, list):
            holder[int(last)] = value
        else:
            holder[_written(holder, last)] = value
    return document


def of(section: str, base: Body, place: str, values: Mapping[str, Any], *, is_refused: bool = False) -> Changes:
    """Return one change for each of the keys of a section that stands at a place of a scenario."""
    prefix = f"{place}." if place else ""
    return {f"{section}.{key}": Change(base, f"{prefix}{key}", value, is_refused) for key, value in values.items()}


def _written(holder: Mapping[str, Any], key: str) -> str:
    return next((known for known in holder if fold(known) == fold(key)), key)
