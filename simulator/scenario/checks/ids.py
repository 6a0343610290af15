"""Names that lead nowhere or stand twice: found in the raw document, beside every other problem."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.format import catalogue
from simulator.scenario.format.bodies import auto_pool_id
from simulator.scenario.format.complete import lookup

Named = list[tuple[str, Loc]]


@dataclass(frozen=True, slots=True)
class Known:
    """Names that a reference may lead to; the service compares them without case."""

    names: Mapping[str, str]
    """By themselves in lower case."""
    series: tuple[str, ...] = ()
    """Beginnings, in lower case, of names that schedules make by adding a number."""

    @staticmethod
    def of(names: Iterable[str], series: Iterable[str] = ()) -> "Known":
        begins = tuple(series)
        return Known({name.lower(): name for name in names}, tuple(begin.lower() for begin in begins))

    def __contains__(self, name: str) -> bool:
        folded = name.lower()
        return folded in self.names or any(
            folded.startswith(begin) and folded[len(begin) :].isdigit() for begin in self.series
        )

    def near(self, name: str) -> str:
        return near(name, (*self.names.values(), *(f"{begin}1" for begin in self.series)))


def check_names(document: Mapping[Any, Any]) -> list[Finding]:
    """Give what is wrong with the ids and references of a document."""
    pools = _named(document, "pools", ())
    schedules = _named(document, "jobSchedules", ())
    placed = _jobs(document)
    jobs = [(name, (*loc, "id")) for job, loc in placed if isinstance(name := lookup(job, "id"), str)]
    found = [*_twice("pool", pools), *_twice("job", jobs), *_twice("job schedule", schedules)]
    shared = Known.of(name for name, _ in pools)
    specified = [
        (lookup(item, "jobSpecification"), ("jobSchedules", index, "jobSpecification"))
        for index, item in enumerate(_items(document, "jobSchedules"))
    ]
    sizes = _sizes(document)
    for job, loc in [*placed, *specified]:
        found += _twice("task", _named(job, "tasks", loc), " in this job")
        info = lookup(job, "poolInfo")
        found += _reference(lookup(info, "poolId"), shared, (*loc, "poolInfo", "poolId"))
        auto = lookup(lookup(info, "autoPoolSpecification"), "pool")
        found += _size(auto, (*loc, "poolInfo", "autoPoolSpecification", "pool"), sizes)
    named = {
        "pool": _all_pools(document, shared),
        "job": Known.of((name for name, _ in jobs), (f"{name}:job-" for name, _ in schedules)),
        "jobSchedule": Known.of(name for name, _ in schedules),
    }
    for index, operation in enumerate(_items(document, "timeline")):
        for key, known in named.items():
            what = "job schedule" if key == "jobSchedule" else key
            found += _reference(lookup(operation, key), known, ("timeline", index, key), what)
        moved = lookup(lookup(operation, "poolInfo"), "poolId")
        found += _reference(moved, shared, ("timeline", index, "poolInfo", "poolId"))
    for index, pool in enumerate(_items(document, "pools")):
        found += _size(pool, ("pools", index), sizes)
    return found


def _all_pools(document: Mapping[Any, Any], shared: Known) -> Known:
    """Give the pools that operations may name: those of the file and those that jobs and schedules bring along."""
    names, series = list(shared.names.values()), []
    owners = [(job, lookup(job, "id"), False) for job, _ in _jobs(document)]
    owners += [(lookup(one, "jobSpecification"), lookup(one, "id"), True) for one in _items(document, "jobSchedules")]
    for job, owner, is_scheduled in owners:
        auto = lookup(lookup(job, "poolInfo"), "autoPoolSpecification")
        if auto is None or not isinstance(owner, str):
            continue
        name = auto_pool_id(str(lookup(auto, "autoPoolIdPrefix") or "auto"), owner)
        if is_scheduled and str(lookup(auto, "poolLifetimeOption") or "job").lower() == "job":
            series.append(f"{name}_job-")
        else:
            names.append(name)
    return Known.of(names, series)


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


def _reference(name: object, known: Known, loc: Loc, what: str = "pool") -> Iterator[Finding]:
    if isinstance(name, str) and name not in known:
        yield Finding(f"no {what} '{name}'{known.near(name)}", loc)


def _sizes(document: Mapping[Any, Any]) -> Known:
    own = lookup(document, "sizes")
    return Known.of([*map(str, own if isinstance(own, Mapping) else ()), *catalogue.names()])


def _size(pool: object, loc: Loc, sizes: Known) -> Iterator[Finding]:
    name = lookup(pool, "vmSize")
    if isinstance(name, str) and name not in sizes:
        hint = near(name, sizes.names.values(), ": define it under sizes")
        yield Finding(f"unknown VM size '{name}'{hint}", (*loc, "vmSize"))
