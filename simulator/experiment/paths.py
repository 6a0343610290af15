"""Dotted paths into a scenario document: `pools.night.targetDedicatedNodes`, `jobs.0.simulation.workload.0.count`.

Items of a list are named by their id, by their index from 0, or all at once by `*`; keys are read without case, as
the service does. A key that the document lacks is looked up in the scenario's types, so that a path may set what the
file leaves to its default, and a misspelt one is distinguished from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel
from typing_extensions import TypeAliasType

from simulator.distributions import Empirical
from simulator.errors import InputError
from simulator.scenario.checks.findings import Loc
from simulator.scenario.format.complete import lookup, put
from simulator.scenario.format.preemption_models import CapacityCurve
from simulator.scenario.format.section import fold
from simulator.scenario.scenario import Scenario

BESIDE: Final[dict[type[BaseModel], tuple[str, ...]]] = {
    Scenario: ("prices",),
    CapacityCurve: ("file",),
    Empirical: ("file", "column"),
}
"""Keys that a file may hold and the loader resolves, so that the types do not have them."""
ALL: Final = "*"
LISTED: Final = 16
"""So many names are listed where none is near."""


def find(document: Mapping[Any, Any], path: str) -> list[Loc]:
    """Return every place that a path leads to; `InputError` says at which part it leads nowhere."""
    parts = path.split(".")
    found: list[tuple[Loc, Any, list[Any]]] = [((), document, [Scenario])]
    for part in parts:
        found = [step for place in found for step in _step(path, part, *place)]
    return [loc for loc, _, _ in found]


def read(document: Any, loc: Loc) -> Any:
    """Return the value at a place; None where there is none."""
    for part in loc:
        if isinstance(part, int):
            document = document[part] if isinstance(document, list | tuple) and part < len(document) else None
        else:
            document = lookup(document, part)
    return document


def write(document: Any, loc: Loc, value: object) -> Any:
    """Return a copy of a document with another value at a place; what lies beside the way is shared."""
    if not loc:
        return value
    part, *rest = loc
    if isinstance(part, int):
        items = list(document)
        items[part] = write(items[part], tuple(rest), value)
        return items
    inside = document if isinstance(document, Mapping) else {}
    return put(inside, part, write(lookup(inside, part), tuple(rest), value))


def _step(path: str, part: str, loc: Loc, data: Any, kinds: list[Any]) -> Iterator[tuple[Loc, Any, list[Any]]]:
    """Go one part further from one place."""
    kinds = [kind for shape in kinds for kind in _flat(shape)]
    if isinstance(data, list | tuple):
        inner = [args[0] for kind in kinds if get_origin(kind) in (tuple, list) and (args := get_args(kind))]
        for index in _items(path, part, data):
            yield (*loc, index), data[index], inner
        return
    key, inner = _key(path, part, data, kinds)
    yield (*loc, key), lookup(data, key), inner


def _items(path: str, part: str, items: list[Any] | tuple[Any, ...]) -> list[int]:
    if part == ALL:
        return list(range(len(items)))
    ids = {str(name).lower(): index for index, item in enumerate(items) if (name := lookup(item, "id")) is not None}
    if part.lower() in ids:
        return [ids[part.lower()]]
    if part.isdecimal():
        if int(part) < len(items):
            return [int(part)]
        raise InputError(f"unknown path '{path}': there is no item {part}, only {len(items)} (counted from 0)")
    raise InputError(f"unknown path '{path}': nothing has the id '{part}'{_near(part, [*ids, ALL])}")


def _key(path: str, part: str, data: Any, kinds: list[Any]) -> tuple[str, list[Any]]:
    """Return a key as it is written, and what may stand under it."""
    names: dict[str, str] = {}
    inner: list[Any] = []
    is_open = False
    for kind in kinds:
        origin = get_origin(kind)
        if kind is Any or kind is dict or origin is dict:
            is_open = True
            inner += get_args(kind)[1:] or [Any]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            tag = getattr(kind, "shape", None) or getattr(kind, "key", None)
            if isinstance(tag, str):
                names[fold(tag)] = tag
                inner += [kind] if fold(tag) == fold(part) else []
            for name, field in kind.model_fields.items():
                alias = field.alias or name
                names[fold(alias)] = alias
                inner += [field.annotation] if fold(alias) == fold(part) else []
            beside = {fold(name): name for name in BESIDE.get(kind, ())}
            names |= beside
            inner += [Any] if fold(part) in beside else []
    there = {fold(str(name)): str(name) for name in data} if isinstance(data, Mapping) else {}
    if fold(part) in names:
        return names[fold(part)], inner
    if fold(part) in there:
        return there[fold(part)], inner or [Any]
    if is_open and not names:
        return part, inner
    raise InputError(f"unknown path '{path}': unknown key '{part}'{_near(part, [*names.values(), *there.values()])}")


def _near(part: str, names: list[str]) -> str:
    folded = {fold(name): name for name in names}
    close = get_close_matches(fold(part), folded, n=1)
    if close:
        return f", did you mean '{folded[close[0]]}'?"
    return f"; expected one of {', '.join(folded.values())}" if 0 < len(folded) <= LISTED else ""


def _flat(shape: Any) -> Iterator[Any]:
    """Yield the alternatives of a type."""
    origin = get_origin(shape)
    if isinstance(shape, TypeAliasType):
        yield from _flat(shape.__value__)
    elif origin is Annotated:
        yield from _flat(get_args(shape)[0])
    elif origin in (Union, UnionType):
        for part in get_args(shape):
            yield from _flat(part)
    else:
        yield shape
