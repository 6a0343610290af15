"""Names that lead nowhere or stand twice: found in the raw document, beside every other problem."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from simulator.scenario.catalogue import table
from simulator.scenario.complete import lookup
from simulator.scenario.findings import Finding, Loc

Named = list[tuple[str, Loc]]


def check_names(document: Mapping[Any, Any]) -> list[Finding]:
    """Give what is wrong with the ids and references of a document."""
    pools = _named(document, "pools", ())
    placed = _jobs(document)
    jobs = [(name, (*loc, "id")) for job, loc in placed if isinstance(name := lookup(job, "id"), str)]
    found = [
        *_twice("pool", pools),
        *_twice("job", jobs),
        *_twice("job schedule", _named(document, "jobSchedules", ())),
    ]
    ids = [name for name, _ in pools]
    specified = [
        (lookup(item, "jobSpecification"), ("jobSchedules", index, "jobSpecification"))
        for index, item in enumerate(_items(document, "jobSchedules"))
    ]
    for job, loc in [*placed, *specified]:
        found += _twice("task", _named(job, "tasks", loc), " in this job")
        info = lookup(job, "poolInfo")
        found += _reference(lookup(info, "poolId"), ids, (*loc, "poolInfo", "poolId"))
        auto = lookup(lookup(info, "autoPoolSpecification"), "pool")
        found += _size(auto, (*loc, "poolInfo", "autoPoolSpecification", "pool"), document)
    for index, operation in enumerate(_items(document, "timeline")):
        found += _reference(lookup(operation, "pool"), ids, ("timeline", index, "pool"))
        found += _reference(lookup(operation, "job"), [name for name, _ in jobs], ("timeline", index, "job"), "job")
    for index, pool in enumerate(_items(document, "pools")):
        found += _size(pool, ("pools", index), document)
    return found


def _jobs(document: Mapping[Any, Any]) -> list[tuple[Any, Loc]]:
    """Give all jobs of a document that have an id of their own, those that operations add included."""
    found: list[tuple[Any, Loc]] = [(job, ("jobs", index)) for index, job in enumerate(_items(document, "jobs"))]
    for index, operation in enumerate(_items(document, "timeline")):
        job = lookup(operation, "job")
        if isinstance(job, Mapping):
            found.append((job, ("timeline", index, "job")))
    return found


def near(name: str, names: Iterable[str], otherwise: str = "") -> str:
    """Give a `did you mean` for the nearest of `names`, or what to say where none is near."""
    folded = {known.lower(): known for known in names}
    close = get_close_matches(name.lower(), folded, n=1)
    return f", did you mean '{folded[close[0]]}'?" if close else otherwise


def _items(document: object, key: str) -> list[Any]:
    value = lookup(document, key)
    return list(value) if isinstance(value, list | tuple) else []


def _named(document: object, key: str, loc: Loc) -> Named:
    ids = ((lookup(item, "id"), (*loc, key, index, "id")) for index, item in enumerate(_items(document, key)))
    return [(name, place) for name, place in ids if isinstance(name, str)]


def _twice(what: str, named: Named, where: str = "") -> Iterator[Finding]:
    """Give every id that stood before; the service compares ids without case."""
    seen: set[str] = set()
    for name, loc in named:
        if name.lower() in seen:
            yield Finding(f"a second {what} with the id '{name}'{where}", loc)
        seen.add(name.lower())


def _reference(name: object, ids: list[str], loc: Loc, what: str = "pool") -> Iterator[Finding]:
    if isinstance(name, str) and name.lower() not in {known.lower() for known in ids}:
        yield Finding(f"no {what} '{name}'{near(name, ids)}", loc)


def _size(pool: object, loc: Loc, document: Mapping[Any, Any]) -> Iterator[Finding]:
    name = lookup(pool, "vmSize")
    if not isinstance(name, str):
        return
    own = lookup(document, "sizes")
    known = [*(own if isinstance(own, Mapping) else ()), *(size.name for size in table().values())]
    if name.lower() not in {str(size).lower() for size in known}:
        hint = near(name, map(str, known), ": define it under sizes")
        yield Finding(f"unknown VM size '{name}'{hint}", (*loc, "vmSize"))
