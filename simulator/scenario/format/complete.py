"""Fill in what a scenario leaves to presets and to the catalogue, so that nothing is decided later."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from simulator.durations import format_duration
from simulator.scenario.format.catalogue import canonical, find
from simulator.scenario.format.deployment import is_custom_image, os_kind
from simulator.scenario.format.mixed_sizes import preferred_size
from simulator.scenario.format.price_list import PriceList
from simulator.scenario.format.section import field_named, fold
from simulator.scenario.format.stated_by_tasks import stated_time
from simulator.scenario.format.timestamps import offsets, parse_time
from simulator.scenario.format.timing_presets import TimingPreset, preset


def lookup(data: object, key: str) -> Any:
    """Return the value under `key`, in any case, with or without underscores, of a mapping or of what was read from it.

    None where there is none.
    """
    if isinstance(data, BaseModel):
        name = field_named(data, key)
        return lookup(data.model_extra, key) if name is None else getattr(data, name)
    if isinstance(data, Mapping):
        if key in data:
            return data[key]
        for name, value in data.items():
            if isinstance(name, str) and fold(name) == fold(key):
                return value
    return None


def put(data: Mapping[Any, Any], key: str, value: object) -> dict[Any, Any]:
    """Return a copy with `key`, however it is written there, set to `value`."""
    kept = {name: old for name, old in data.items() if not (isinstance(name, str) and fold(name) == fold(key))}
    return {**kept, key: value}


def complete(data: Mapping[Any, Any], origin: datetime, prices: PriceList) -> dict[Any, Any]:
    """Resolve sizes, timings and absolute times; what is malformed is left for the schema to report.

    Where the origin or the preset of the timing is malformed, the rest is completed all the same, so that one mistake
    is one problem.
    """
    document = dict(data)
    begin = _origin(lookup(document, "origin") or origin)
    for key in ("horizon", "pools", "jobs", "jobSchedules", "job_schedules", "timeline"):
        if key in document:
            document[key] = offsets({key: document[key]}, begin)[key]
    name = _preset(lookup(lookup(document, "options"), "timingPreset")) or TimingPreset.TYPICAL
    if isinstance(document.get("pools"), list | tuple):
        document["pools"] = [_pool(pool, name) for pool in document["pools"]]
    if isinstance(document.get("jobs"), list | tuple):
        document["jobs"] = [_job(job, name) for job in document["jobs"]]
    for key, inner in NESTED.items():
        for written in [written for written in document if isinstance(written, str) and fold(written) == fold(key)]:
            if isinstance(document[written], list | tuple):
                document[written] = [_nested(item, inner, name) for item in document[written]]
                document[written] = [_with_pool(item, name) for item in document[written]]
    document["sizes"] = _sizes(document, prices)
    return document


NESTED = {"jobSchedules": "jobSpecification", "timeline": "job"}
"""Where else jobs stand than under `jobs`."""


def _origin(value: object) -> datetime | None:
    try:
        return parse_time(value)
    except ValueError:
        return None


def _preset(value: object) -> TimingPreset | None:
    """Return the preset of that name; None where there is none."""
    try:
        return TimingPreset(str(value))
    except ValueError:
        return None


def _nested(item: object, key: str, default: TimingPreset) -> object:
    """Complete a job that stands inside something else."""
    job = lookup(item, key)
    return put(item, key, _job(job, default)) if isinstance(item, Mapping) and isinstance(job, Mapping) else item


def _with_pool(item: object, default: TimingPreset) -> object:
    """Complete the pool that an operation creates."""
    pool = lookup(item, "pool")
    return put(item, "pool", _pool(pool, default)) if isinstance(item, Mapping) and isinstance(pool, Mapping) else item


def _pool(pool: object, default: TimingPreset) -> object:
    """Return a pool with one size, and whose timing has every value: its own, then its preset's."""
    if not isinstance(pool, Mapping):
        return pool
    chosen = preferred_size(pool)
    pool = put(pool, "vmSize", chosen) if chosen else pool
    simulation = lookup(pool, "simulation") or {}
    if not isinstance(simulation, Mapping) or not isinstance(lookup(simulation, "timing") or {}, Mapping):
        return pool
    timing = dict(lookup(simulation, "timing") or {})
    own = _preset(lookup(timing, "preset"))
    machine = lookup(pool, "virtualMachineConfiguration")
    kind = os_kind(machine, lookup(pool, "cloudServiceConfiguration"))
    filled = preset(own or default, kind, custom_image=is_custom_image(machine))
    given = {fold(key) for key in timing if isinstance(key, str)}
    filled = {**filled, **stated_start_task(pool)}
    filled = {key: value for key, value in filled.items() if fold(key) not in given}
    return put(pool, "simulation", put(simulation, "timing", {**filled, **timing}))


def stated_start_task(pool: Mapping[Any, Any]) -> dict[str, str]:
    """Return the run time that the body of the start task states; what is malformed there is reported later."""
    task = lookup(pool, "startTask")
    settings = lookup(task, "environmentSettings") or ()
    if not isinstance(settings, list | tuple) or not all(isinstance(one, Mapping) for one in settings):
        return {}
    try:
        time, _ = stated_time(str(lookup(task, "commandLine") or ""), settings)
    except ValueError:
        return {}
    return {} if time is None else {"startTask": format_duration(time.mean)}


def _job(job: object, default: TimingPreset) -> object:
    """Complete the pool of a job that brings its own."""
    info = lookup(job, "poolInfo")
    auto = lookup(info, "autoPoolSpecification")
    if not isinstance(job, Mapping) or not isinstance(lookup(auto, "pool"), Mapping):
        return job
    auto = put(auto, "pool", _pool(lookup(auto, "pool"), default))
    return put(job, "poolInfo", put(info, "autoPoolSpecification", auto))


def pool_bodies(document: Mapping[Any, Any]) -> Iterator[Mapping[Any, Any]]:
    """Yield the pools of a document, those of operations and of jobs included."""
    yield from (pool for pool, _ in written_pools(document) if isinstance(pool, Mapping))


def written_pools(document: Mapping[Any, Any]) -> Iterator[tuple[Any, tuple[str | int, ...]]]:
    """Yield what stands where pools do, bodies or what was read from them, and the keys that lead there."""
    yield from ((pool, ("pools", index)) for index, pool in enumerate(listed(document, "pools")))
    for index, item in enumerate(listed(document, "timeline")):
        if not isinstance(pool := lookup(item, "pool"), str | None):
            yield pool, ("timeline", index, "pool")
    for job, loc in written_jobs(document):
        pool = lookup(lookup(lookup(job, "poolInfo"), "autoPoolSpecification"), "pool")
        if pool is not None:
            yield pool, (*loc, "poolInfo", "autoPoolSpecification", "pool")


def written_jobs(document: Mapping[Any, Any]) -> Iterator[tuple[Any, tuple[str | int, ...]]]:
    """Yield what stands where jobs do, in the file, in schedules and in operations, and the keys that lead there."""
    yield from ((job, ("jobs", index)) for index, job in enumerate(listed(document, "jobs")))
    for key, inner in NESTED.items():
        for index, item in enumerate(listed(document, key)):
            job = lookup(item, inner)
            if isinstance(job, Mapping | BaseModel):
                yield job, (key, index, inner)


def listed(document: object, key: str) -> list[Any]:
    """Return the entries of the list under `key`; none where no list is there."""
    value = lookup(document, key)
    return list(value) if isinstance(value, list | tuple) else []


def _sizes(document: Mapping[Any, Any], prices: PriceList) -> object:
    """Return the sizes that pools use: the scenario's own over the price file's over the catalogue's."""
    own = document.get("sizes") or {}
    if not isinstance(own, Mapping):
        return own
    given = {str(name).lower(): (name, size) for name, size in own.items()}
    other_names = {canonical(folded): folded for folded in given}
    sizes: dict[Any, Any] = {}
    used = set()
    for pool, _ in written_pools(document):
        name = lookup(pool, "vmSize")
        if isinstance(name, str) and name not in sizes:
            folded = name.lower() if name.lower() in given else other_names.get(canonical(name), "")
            used.add(folded)
            _, size = given.get(folded, (name, {}))
            described = _size(name, size, prices)
            if described:
                sizes[name] = described
    for folded, (name, size) in given.items():  # not used: kept, so that mistakes in them are found
        if folded not in used:
            sizes[name] = _size(str(name), size, prices)
    return sizes


def _size(name: str, given: object, prices: PriceList) -> object:
    known = find(name)
    if not isinstance(given, Mapping) or (known is None and not given):
        return given
    size = prices.described(name, known)
    folded = {fold(key) for key in given if isinstance(key, str)}
    size["priceOrigins"] = {key: text for key, text in size.get("priceOrigins", {}).items() if fold(key) not in folded}
    return {"name": name, **{key: value for key, value in size.items() if fold(key) not in folded}, **given}
