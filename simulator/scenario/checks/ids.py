"""Names that lead nowhere or stand twice: found in the raw document, beside every other problem."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain
from typing import Any, Final

from pydantic import BaseModel

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.format import catalogue
from simulator.scenario.format.bodies import auto_pool_id
from simulator.scenario.format.complete import listed, lookup
from simulator.scenario.format.mixed_sizes import MIX, mixed_sizes

Named = list[tuple[str, Loc]]
AUTO_POOL: Final = ("poolInfo", "autoPoolSpecification")


@dataclass(frozen=True, slots=True)
class Known:
    """Names that a reference may lead to; the service compares them without case."""

    names: Mapping[str, str]
    """By themselves in lower case."""
    series: tuple[str, ...] = ()
    """Beginnings, in lower case, of names that schedules make by adding a number."""
    is_whole: bool = True
    """Whether every name could be read; where not, any name may be one of those."""

    @staticmethod
    def of(names: Iterable[str], series: Iterable[str] = (), *, is_whole: bool = True) -> "Known":
        begins = tuple(series)
        return Known({name.lower(): name for name in names}, tuple(begin.lower() for begin in begins), is_whole)

    def __contains__(self, name: str) -> bool:
        folded = name.lower()
        return (
            not self.is_whole
            or folded in self.names
            or any(folded.startswith(begin) and folded[len(begin) :].isdigit() for begin in self.series)
        )

    def near(self, name: str) -> str:
        return near(name, (*self.names.values(), *(f"{begin}1" for begin in self.series)))


def check_names(document: Mapping[Any, Any]) -> list[Finding]:
    """Return what is wrong with the ids and references of a document, whatever else in it can be read."""
    jobs = _jobs(document)
    specified = [
        (lookup(one, "jobSpecification"), ("jobSchedules", index, "jobSpecification"))
        for index, one in enumerate(listed(document, "jobSchedules"))
    ]
    shared, sizes = _stated_pools(document), _sizes(document)
    pools = [*_placed(document, "pools"), *_created(document)]
    return [
        *_second_names(document),
        *chain.from_iterable(_of_job(job, loc, shared, sizes) for job, loc in [*jobs, *specified]),
        *_of_timeline(document, jobs, shared),
        *chain.from_iterable(_size(pool, loc, sizes) for pool, loc in pools),
    ]


def _second_names(document: Mapping[Any, Any]) -> Iterator[Finding]:
    """Yield the names of pools, jobs, schedules, accounts and subnets that stand before."""
    for what in ("pool", "job"):
        yield from _twice(what, _named(document, f"{what}s", ()))  # those that operations create may have an id again
    yield from _twice("job schedule", _named(document, "jobSchedules", ()))
    for key, what in (("accounts", "account"), ("subnets", "subnet")):
        section = lookup(document, key)
        names = section if isinstance(section, Mapping) else {}
        yield from _twice(what, [(str(name), (key, str(name))) for name in names])


def _of_job(job: object, loc: Loc, shared: Known, sizes: Known) -> Iterator[Finding]:
    """Check the names that a job or the specification of a schedule's jobs has."""
    yield from _twice("task", _named(job, "tasks", loc), " in this job")
    info = lookup(job, "poolInfo")
    yield from _pool_to_come(lookup(info, "poolId"), shared, (*loc, "poolInfo", "poolId"))
    auto = lookup(lookup(info, "autoPoolSpecification"), "pool")
    yield from _size(auto, (*loc, *AUTO_POOL, "pool"), sizes)


def _of_timeline(document: Mapping[Any, Any], jobs: list[tuple[Any, Loc]], shared: Known) -> Iterator[Finding]:
    """Check the names that operations have."""
    schedules = _known(document, "jobSchedules")
    own = [name for job, _ in jobs if isinstance(name := lookup(job, "id"), str)]
    operations = listed(document, "timeline")
    are_whole = (
        len(own) == len(jobs)
        and all(isinstance(one, Mapping | BaseModel) for one in operations)
        and _is_list(document, "jobs")
        and _is_list(document, "timeline")
    )
    named = {
        "pool": _all_pools(document, jobs, shared),
        "job": Known.of(
            own,
            (f"{name}:job-" for name in schedules.names.values()),
            is_whole=are_whole and schedules.is_whole,
        ),
        "jobSchedule": schedules,
    }
    for index, operation in enumerate(operations):
        for key, known in named.items():
            what = "job schedule" if key == "jobSchedule" else key
            yield from _reference(lookup(operation, key), known, ("timeline", index, key), what)
        moved = lookup(lookup(operation, "poolInfo"), "poolId")
        yield from _reference(moved, shared, ("timeline", index, "poolInfo", "poolId"))


def _all_pools(document: Mapping[Any, Any], jobs: list[tuple[Any, Loc]], shared: Known) -> Known:
    """Return the pools that operations may name: those of the file and those that jobs and schedules bring along."""
    names, series, is_whole = list(shared.names.values()), [], shared.is_whole
    owners = [(job, lookup(job, "id"), False) for job, _ in jobs]
    owners += [(lookup(one, "jobSpecification"), lookup(one, "id"), True) for one in listed(document, "jobSchedules")]
    for job, owner, is_scheduled in owners:
        auto = lookup(lookup(job, "poolInfo"), "autoPoolSpecification")
        if auto is None or not isinstance(owner, str):
            is_whole = is_whole and auto is None
            continue
        name = auto_pool_id(str(lookup(auto, "autoPoolIdPrefix") or "auto"), owner)
        if is_scheduled and str(lookup(auto, "poolLifetimeOption") or "job").lower() == "job":
            series.append(f"{name}_job-")
        else:
            names.append(name)
    return Known.of(names, series, is_whole=is_whole and _is_list(document, "jobs"))


def _jobs(document: Mapping[Any, Any]) -> list[tuple[Any, Loc]]:
    """Return all jobs of a document that have an id of their own, those that operations add included."""
    found: list[tuple[Any, Loc]] = [(job, ("jobs", index)) for index, job in enumerate(listed(document, "jobs"))]
    for index, operation in enumerate(listed(document, "timeline")):
        job = lookup(operation, "job")
        if isinstance(job, Mapping | BaseModel):
            found.append((job, ("timeline", index, "job")))
    return found


def _placed(document: Mapping[Any, Any], key: str) -> list[tuple[Any, Loc]]:
    """Return the entries of a section and where they stand."""
    return [(item, (key, index)) for index, item in enumerate(listed(document, key))]


def _created(document: Mapping[Any, Any]) -> list[tuple[Any, Loc]]:
    """Return the pools that operations create, and where they stand; other operations name theirs."""
    pools = [(lookup(item, "pool"), (*loc, "pool")) for item, loc in _placed(document, "timeline")]
    return [(pool, loc) for pool, loc in pools if not isinstance(pool, str | None)]


MOST_COMPARED: Final = 200
"""Names that one is compared with letter by letter, which takes its time."""


def near(name: str, names: Iterable[str], otherwise: str = "") -> str:
    """Return a `did you mean` with the nearest of `names`, or `otherwise` where none is near."""
    folded = {known.lower(): known for known in names}
    alike = list(folded)
    if len(alike) > MOST_COMPARED:  # of a thousand names most need no second look
        first, last, size = name[:1].lower(), name[-1:].lower(), len(name)
        alike = [one for one in alike if abs(len(one) - size) <= 1 and (one[:1] == first or one[-1:] == last)]
    close = get_close_matches(name.lower(), alike[:MOST_COMPARED], n=1)
    return f", did you mean '{folded[close[0]]}'?" if close else otherwise


def _is_list(document: object, key: str) -> bool:
    """Return whether a section is a list or not there, so that everything it names can be seen."""
    return isinstance(lookup(document, key), list | tuple | None)


def _named(document: object, key: str, loc: Loc) -> Named:
    ids = ((lookup(item, "id"), (*loc, key, index, "id")) for index, item in enumerate(listed(document, key)))
    return [(name, place) for name, place in ids if isinstance(name, str)]


def _known(document: object, key: str) -> Known:
    """Return the ids of a section."""
    named = _named(document, key, ())
    is_whole = len(named) == len(listed(document, key)) and _is_list(document, key)
    return Known.of((name for name, _ in named), is_whole=is_whole)


def _stated_pools(document: Mapping[Any, Any]) -> Known:
    """Return the ids of the pools of the beginning and of those that operations create."""
    own, ids = _known(document, "pools"), [lookup(pool, "id") for pool, _ in _created(document)]
    names = [name for name in ids if isinstance(name, str)]
    is_whole = own.is_whole and len(names) == len(ids) and _is_list(document, "timeline")
    return Known.of([*own.names.values(), *names], is_whole=is_whole)


def _twice(what: str, named: Named, where: str = "") -> Iterator[Finding]:
    """Yield every name that stood before; the service compares them without case."""
    seen: set[str] = set()
    word = "name" if what in ("account", "subnet") else "id"
    for name, loc in named:
        if name.lower() in seen:
            yield Finding(f"a second {what} with the {word} '{name}'{where}", loc)
        seen.add(name.lower())


def _reference(name: object, known: Known, loc: Loc, what: str = "pool") -> Iterator[Finding]:
    if isinstance(name, str) and name not in known:
        yield Finding(f"no {what} '{name}'{known.near(name)}", loc)


def _pool_to_come(name: object, known: Known, loc: Loc) -> Iterator[Finding]:
    """Warn of a job whose pool nobody creates: the service takes it, since the pool may come."""
    if isinstance(name, str) and name not in known:
        text = f"no pool '{name}'{known.near(name)}: the service takes the job, and its tasks wait for ever"
        yield Finding(text, loc, is_warning=True)


def _sizes(document: Mapping[Any, Any]) -> Known:
    own = lookup(document, "sizes")
    names = map(str, own) if isinstance(own, Mapping) else ()
    return Known.of([*names, *catalogue.names()], is_whole=isinstance(own, Mapping | None))


def _size(pool: object, loc: Loc, sizes: Known) -> Iterator[Finding]:
    name = lookup(pool, "vmSize")
    if not isinstance(name, str) or name in sizes:
        return
    if name.lower() == MIX:
        yield from _mixed(pool, loc, sizes)
        return
    own = catalogue.CLOUD_SERVICE_NAMES.get(name.lower())
    cloud = lookup(pool, "cloudServiceConfiguration") is not None
    if name.lower() in catalogue.LACKING:
        hint = (
            ", which the service's documentation calls unsupported: define it under sizes to simulate it all the same"
        )
        yield Finding(f"unknown VM size '{name}'{hint}", (*loc, "vmSize"))
    elif own is None or not cloud:
        known = None if own is None else catalogue.find(own)
        hint = near(name, sizes.names.values(), ": define it under sizes")
        if known is not None:
            hint = f": Cloud Services have a size of that name; for virtual machines it is {known.name}"
        yield Finding(f"unknown VM size '{name}'{hint}", (*loc, "vmSize"))


def _mixed(pool: object, loc: Loc, sizes: Known) -> Iterator[Finding]:
    """Refuse a pool of several sizes that names none, or one that is not known."""
    listed = mixed_sizes(pool)
    if not listed:
        yield Finding("vmSize is 'Mix', but vmSkuProfile.vmSizes names no size", (*loc, "vmSize"))
    for index, one in enumerate(listed):
        name = str(lookup(one, "name"))
        if name not in sizes:
            hint = near(name, sizes.names.values(), ": define it under sizes")
            yield Finding(f"unknown VM size '{name}'{hint}", (*loc, "vmSkuProfile", "vmSizes", index, "name"))
