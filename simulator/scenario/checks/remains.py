"""What remains of a document that breaks the schema: everything that can be read, and nothing in place of the rest.

A value that is refused is taken out, or, where its key must be there, replaced for as long as the reading lasts; the
attribute that would hold it is then taken off the object, so that a check that asks for it stops (`AbsentPartError`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from simulator.scenario.checks.findings import Loc
from simulator.scenario.checks.places import present
from simulator.scenario.format.alike_tasks import APART
from simulator.scenario.format.schema import Description
from simulator.scenario.format.section import field_named, fold

SECTIONS: Final = ("pools", "jobs", "jobSchedules", "timeline")
"""Lists whose entries can be lost one by one."""
STAND_INS: Final[tuple[Any, ...]] = ("absent", "1s", 1, {})
"""Values of which one passes for nearly every key that must be there."""
MOST_ROUNDS: Final = 40
"""How often a document is read again; each time one more layer of mistakes has been taken out."""
_LOST: Final = object()


@dataclass(frozen=True, slots=True)
class Remains:
    """A description that lacks what could not be read."""

    description: Description
    kept: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """For each section that has lost entries: the places in the document of those that it has."""

    def original(self, loc: Loc) -> Loc:
        """Return the place in the document of a place in the description."""
        return _original(self.kept, loc)


def salvage(document: Mapping[Any, Any], error: ValidationError, context: Any) -> Remains | None:
    """Return what remains of a document that was refused with `error`; None where it is nothing."""
    work = _Salvage(_copied(document))
    for _ in range(MOST_ROUNDS):
        work.cut(error)
        if work.is_hopeless:
            return None
        try:
            description = Description.model_validate(work.reduced(), context={**(context or {}), APART: True})
        except ValidationError as again:
            error = again
            continue
        for loc in sorted(work.absent, key=len):
            _take_off(description, work.reduced_place(loc))
        return Remains(description, work.kept)
    return None


class _Salvage:
    """A copy of a document that loses what the schema refuses."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.absent: set[Loc] = set()
        """Places of the values that are not there, or stand-ins."""
        self.kept: dict[str, tuple[int, ...]] = {}
        self.is_hopeless = False
        self._tried: dict[Loc, int] = {}
        """How many stand-ins have been tried."""

    def cut(self, error: ValidationError) -> None:
        """Take out every value that the schema refuses, the deepest first."""
        places = set()
        for found in error.errors(include_url=False, include_context=False, include_input=False):
            loc = _original(self.kept, tuple(found["loc"]))
            is_missing = found["type"] == "missing"
            above = present(self.document, loc[:-1] if is_missing else loc)
            places.add(((*above, loc[-1]) if is_missing else above, is_missing))
        for place, is_missing in sorted(places, key=lambda one: -len(one[0])):
            self._cut(place, is_missing=is_missing)

    def reduced(self) -> dict[str, Any]:
        """Return the document without the entries that are lost."""
        reduced, self.kept = dict(self.document), {}
        for key in {*self.document, *(str(loc[0]) for loc in self.absent if len(loc) == 1)}:
            section = _section(key)
            entries = self.document.get(key, [_LOST])
            if section is not None and isinstance(entries, list) and _LOST in entries:
                kept = tuple(index for index, one in enumerate(entries) if one is not _LOST)
                reduced[key], self.kept[section] = [entries[index] for index in kept], kept
        return reduced

    def reduced_place(self, loc: Loc) -> Loc:
        """Return the place in the reduced document of a place in the whole; nothing where its entry is lost."""
        section = _section(str(loc[0]))
        if section is None or section not in self.kept:
            return loc
        kept = self.kept[section]
        return (section, kept.index(int(loc[1])), *loc[2:]) if len(loc) > 1 and loc[1] in kept else ()

    def _cut(self, place: Loc, *, is_missing: bool = False) -> None:
        if not place:
            self.is_hopeless = True
            return
        holder = self._at(place[:-1])
        if isinstance(holder, list):
            self._cut_entry(holder, place)
        elif isinstance(holder, dict) and (place[-1] in holder or is_missing):
            self._cut_value(holder, place, is_missing=is_missing)

    def _cut_value(self, holder: dict[Any, Any], place: Loc, *, is_missing: bool) -> None:
        if place not in self.absent and not is_missing:
            del holder[place[-1]]
        else:
            tried = self._tried.get(place, 0)
            self._tried[place] = tried + 1
            if tried < len(STAND_INS):
                holder[place[-1]] = _copied(STAND_INS[tried])
            else:
                self._cut(place[:-1])
        self.absent.add(place)

    def _cut_entry(self, entries: list[Any], place: Loc) -> None:
        """Lose an entry of a section; of any other list the whole, so that nobody takes the rest for all."""
        if len(place) == 2 and _section(str(place[0])):
            entries[int(place[1])] = _LOST
        else:
            self._cut(place[:-1])

    def _at(self, place: Loc) -> Any:
        """Return the value at a place; None where it is cut already."""
        value: Any = self.document
        for part in place:
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int):
                value = value[part]
            else:
                return None
        return value


def _original(kept: Mapping[str, tuple[int, ...]], loc: Loc) -> Loc:
    """Return the place in the whole document of a place in the one that has lost entries."""
    places = kept.get(str(loc[0])) if len(loc) > 1 else None
    return loc if places is None else (loc[0], places[int(loc[1])], *loc[2:])


def _section(key: str) -> str | None:
    """Return the name of the section that a key of the document stands for; None where it is no list of entries."""
    return next((name for name in SECTIONS if fold(name) == fold(key)), None)


def _copied(value: Any) -> Any:
    """Return a value whose mappings and lists can be changed; objects in it are shared."""
    if isinstance(value, Mapping):
        return {str(key): _copied(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(inner) for inner in value]
    return value


def _take_off(part: Any, loc: Loc) -> None:
    """Take the attribute at `loc` off the object that has it, or off the nearest one above it.

    An unknown key leaves nothing to take off; the name of a shape (`uniform: ...`) has no object of its own.
    """
    holder, name = None, None
    for position, key in enumerate(loc):
        if isinstance(part, BaseModel):
            found = field_named(part, str(key))
            if found is None and position == len(loc) - 1:
                return
            if found is None:
                break
            if found not in part.__dict__:
                return
            holder, name, part = part, found, part.__dict__[found]
        elif isinstance(part, Mapping):
            part = next((inner for known, inner in part.items() if fold(str(known)) == fold(str(key))), None)
        elif isinstance(part, tuple) and isinstance(key, int):
            part = part[key]
        else:
            break
    if holder is not None and name is not None:
        del holder.__dict__[name]
        holder.model_fields_set.add(name)
