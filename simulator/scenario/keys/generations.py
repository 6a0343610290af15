"""Keys in use that the generation of the interface does not have which a scenario names (`apiProfile`).

Few scenarios name one, so every key is looked at; `used.py`, which sees every scenario, passes over what holds no mark.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from simulator.scenario.format.schema import Description
from simulator.scenario.format.section import Part, fold
from simulator.scenario.keys.beside import beside_type
from simulator.scenario.keys.beside_objects import BESIDE_OBJECTS
from simulator.scenario.keys.used import Place
from simulator.scenario.keys.versions import ALWAYS, VERSIONS, Versions


class Foreign(NamedTuple):
    """A key that another generation has."""

    section: str
    """Type of its mapping."""
    place: Place
    versions: Versions


def foreign_keys(description: Description, profile: str) -> Iterator[Foreign]:
    """Yield the keys in use that came later than `profile`, or that it has no more; of one, not those under it."""
    return _below(description, (), profile, "")


def _below(part: object, place: Place, profile: str, holder: str) -> Iterator[Foreign]:
    if isinstance(part, Part | Mapping):
        section = type(part).__name__ if isinstance(part, Part) else holder
        for key, value in _in_use(part, section):
            versions = VERSIONS.get((section, key), ALWAYS)
            if _exists(versions, profile):
                yield from _below(value, (*place, key), profile, _held(part, key))
            else:
                yield Foreign(section, (*place, key), versions)
    elif isinstance(part, tuple | list) and part and isinstance(part[0], Part | Mapping):
        for index, one in enumerate(part):
            yield from _below(one, (*place, index), profile, holder)


def _in_use(part: Part | Mapping[Any, Any], section: str) -> Iterator[tuple[str, object]]:
    """Yield the keys that a file has written, by their own names, with values that ask for more than the default."""
    if isinstance(part, Mapping):
        known = {fold(key): key for key in BESIDE_OBJECTS.get(section, ())}
        yield from ((known.get(fold(str(written)), str(written)), value) for written, value in part.items() if value)
        return
    fields = type(part).model_fields
    for name in part.model_fields_set & fields.keys():
        value = part.__dict__.get(name)
        if value and value != fields[name].default:
            yield fields[name].alias or name, value
    beside = {fold(key): key for key, _ in beside_type(type(part))}
    for written, value in (part.model_extra or {}).items():
        if value and fold(written) in beside:
            yield beside[fold(written)], value


def _held(part: Part | Mapping[Any, Any], key: str) -> str:
    """Return the name of the objects under a key; empty where a type describes them, or nothing does."""
    own = dict(beside_type(type(part))).get(key) if isinstance(part, Part) else None
    name = key if own is None else own.holds or key
    return name if name in BESIDE_OBJECTS else ""


def _exists(versions: Versions, profile: str) -> bool:
    return versions.since <= profile and (not versions.until or profile < versions.until)
