"""Keys in use that the generation of the interface does not have which a scenario names (`apiProfile`).

Few scenarios name one, so every key is looked at; `used.py`, which sees every scenario, passes over what holds no mark.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from simulator.scenario.format.schema import Description
from simulator.scenario.format.section import Part, fold
from simulator.scenario.keys.used import Place
from simulator.scenario.keys.versions import VERSIONS, Versions


class Foreign(NamedTuple):
    """A key that another generation has."""

    section: str
    """Type of its mapping."""
    place: Place
    versions: Versions


def foreign_keys(description: Description, profile: str) -> Iterator[Foreign]:
    """Yield the keys in use that came later than `profile`, or that it has no more."""
    return _below(description, (), profile)


def _below(part: object, place: Place, profile: str) -> Iterator[Foreign]:
    if isinstance(part, Part):
        for key, value in _in_use(part):
            section = type(part).__name__
            versions = VERSIONS.get((section, key))
            if versions is not None and not _exists(versions, profile):
                yield Foreign(section, (*place, key), versions)
            yield from _below(value, (*place, key), profile)
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from _below(value, (*place, str(key)), profile)
    elif isinstance(part, tuple | list) and part and isinstance(part[0], Part | Mapping):
        for index, one in enumerate(part):
            yield from _below(one, (*place, index), profile)


def _in_use(part: Part) -> Iterator[tuple[str, object]]:
    """Yield the keys that a file has written, by their own names, with values that ask for more than the default."""
    fields = type(part).model_fields
    for name in part.model_fields_set & fields.keys():
        value = part.__dict__.get(name)
        if value and value != fields[name].default:
            yield fields[name].alias or name, value
    beside = {fold(key): key for section, key in VERSIONS if section == type(part).__name__}
    for written, value in (part.model_extra or {}).items():
        if value and fold(written) in beside:
            yield beside[fold(written)], value


def _exists(versions: Versions, profile: str) -> bool:
    return versions.since <= profile and (not versions.until or profile < versions.until)
