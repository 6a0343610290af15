"""What can be moved in a scene: a table of kinds of knobs, and the knobs that a document has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any, Final

from simulator.errors import InputError
from simulator.lab.formula_numbers import Written, formula_knobs
from simulator.lab.knob import Knob, Turn, spans, stops_with
from simulator.lab.scene_data import Document, Path, mappings, number, seconds, span, value_at
from simulator.lab.yaml_edits import Put, YamlEdit
from simulator.scenario.keys.table import key_of

SHAPES: Final[Mapping[str, str]] = {
    "exponential": "mean",
    "lognormal": "median",
    "triangular": "mode",
    "weibull": "scale",
    "uniform": "high",
}
"""The parameter of a distribution that a knob moves: the one that says how long things usually take."""
SIZES: Final = (
    "Standard_D2_v3",
    "Standard_D4_v3",
    "Standard_D8_v3",
    "Standard_D16_v3",
    "Standard_E4_v3",
    "Standard_E8_v3",
    "Standard_F4s_v2",
    "Standard_F8s_v2",
)
"""Sizes to choose from; a scene's own is among them in any case."""
MINUTES: Final = (1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120)
LENGTHS: Final = spans(10, 30, *(60 * minutes for minutes in (*MINUTES, 180, 240, 360, 480, 720, 1200)))
INTERVALS: Final = spans(*(60 * minutes for minutes in (5, 10, 15, 20, 30, 45, 60)))
FAST: Final = 10
"""Tasks an hour from which on they are moved one by one."""
USUAL_RATE: Final = 0.1
"""Evictions per node and hour of a pool that gets its first spot nodes; a scene must state how they are taken back."""
BOOTS: Final = spans(0, 10, 30, *(60 * minutes for minutes in MINUTES[:9]))


@dataclass(frozen=True, slots=True)
class Handle:
    """A knob, and what turning it changes in the text."""

    knob: Knob
    turn: Turn


def knobs(data: Document) -> list[dict[str, Any]]:
    """Return the knobs of a document as plain values, in the order in which the page has them."""
    return [asdict(handle.knob) for handle in handles(data).values()]


def turned(data: Document, name: str, value: Any) -> list[YamlEdit]:
    """Return what changes in the text when a knob is turned; raise InputError where there is none, or no such value."""
    handle = handles(data).get(name)
    if handle is None:
        raise InputError(f"the scene has no knob '{name}'; it may have gone with what it belonged to")
    return handle.turn(handle.knob.checked(value))


def handles(data: Document) -> dict[str, Handle]:
    """Return the knobs of a document by name."""
    found = [handle for kind in KINDS for handle in kind(data)]
    return {handle.knob.name: handle for handle in found}


def _of_pools(data: Document) -> Iterator[Handle]:
    several = len(list(mappings(data, "pools"))) > 1
    for path, pool in mappings(data, "pools"):
        group = f"Pool {value_at(pool, 'id')}" if several else "Pool"
        for made in (_nodes, _share, _slots, _size, _interval, _formula, _boot, _evictions):
            yield from (replace(one, knob=replace(one.knob, group=group)) for one in made(path, pool))


def _nodes(path: Path, pool: Document) -> Iterator[Handle]:
    if _scales(pool):
        return
    for key, title in (("targetDedicatedNodes", "dedicated nodes"), ("targetLowPriorityNodes", "spot nodes")):
        value = number(value_at(pool, key))
        if value is not None:
            yield _whole((*path, key), "Pool", title, value, 0, 40)


def _share(path: Path, pool: Document) -> Iterator[Handle]:
    """Yield the share of spot nodes among all of a pool of fixed size."""
    dedicated, low = (number(value_at(pool, f"target{kind}Nodes")) or 0.0 for kind in ("Dedicated", "LowPriority"))
    whole = round(dedicated + low)
    if _scales(pool) or whole < 2:
        return

    def turn(value: Any) -> list[YamlEdit]:
        spot = round(whole * value / 100)
        made = [Put((*path, "targetDedicatedNodes"), whole - spot), Put((*path, "targetLowPriorityNodes"), spot)]
        if spot and value_at(pool, "simulation", "preemption") is None:
            made.append(Put((*path, "simulation", "preemption"), {"model": "hazard", "ratePerHour": USUAL_RATE}))
        return list(made)

    share = round(100 * low / whole)
    meaning = f"Of its {whole} nodes, how many can be taken back: cheaper, and never safe."
    yield Handle(Knob(_name((*path, "spotShare")), "spot share", meaning, share, "%", 0, 100, 5), turn)


def _slots(path: Path, pool: Document) -> Iterator[Handle]:
    value = number(value_at(pool, "taskSlotsPerNode")) or 1
    yield _whole((*path, "taskSlotsPerNode"), "Pool", "slots a node", value, 1, 16)


def _size(path: Path, pool: Document) -> Iterator[Handle]:
    size = value_at(pool, "vmSize")
    if isinstance(size, str):
        choices = tuple(dict.fromkeys((*SIZES, size)))
        place = (*path, "vmSize")
        knob = Knob(_name(place), "size", _meaning("Pool", "vmSize"), size, choices=choices)
        yield Handle(knob, lambda value: [Put(place, value)])


def _interval(path: Path, pool: Document) -> Iterator[Handle]:
    if _scales(pool):
        value = value_at(pool, "autoScaleEvaluationInterval") or "15m"
        yield from _span((*path, "autoScaleEvaluationInterval"), "Pool", "evaluated every", value, INTERVALS)


def _formula(path: Path, pool: Document) -> Iterator[Handle]:
    text = value_at(pool, "autoScaleFormula")
    if isinstance(text, str):
        place = (*path, "autoScaleFormula")
        for knob, write in formula_knobs(text, _name(place)):
            yield Handle(knob, _rewriting(place, write))


def _rewriting(place: Path, write: Written) -> Turn:
    return lambda value: [Put(place, write(value))]


def _boot(path: Path, pool: Document) -> Iterator[Handle]:
    place = (*path, "simulation", "timing", "starting")
    yield from _span(place, "Timing", "boot time", value_at(pool, *place[len(path) :]), BOOTS, default="typical")


def _evictions(path: Path, pool: Document) -> Iterator[Handle]:
    preemption = value_at(pool, "simulation", "preemption")
    if value_at(preemption, "model") != "hazard" or number(value_at(preemption, "ratePerHour")) is None:
        return
    place = (*path, "simulation", "preemption", "ratePerHour")
    rate = float(value_at(preemption, "ratePerHour"))
    meaning = _meaning("Hazard", "ratePerHour")
    knob = Knob(_name(place), "evictions", meaning, rate, "per node and hour", 0, max(1.0, rate), 0.01)
    yield Handle(knob, lambda value: [Put(place, value)])


def _of_work(data: Document) -> Iterator[Handle]:
    jobs = list(mappings(data, "jobs"))
    for path, job in jobs:
        groups = value_at(job, "simulation", "workload")
        for place, one in enumerate(groups if isinstance(groups, list) else ()):
            where = (*path, "simulation", "workload", place)
            several = len(jobs) > 1 or len(groups) > 1
            group = f"Work {value_at(job, 'id')}" if several else "Work"
            for made in (_count, _length, _arrivals):
                yield from (replace(found, knob=replace(found.knob, group=group)) for found in made(where, one))


def _count(path: Path, group: Document) -> Iterator[Handle]:
    value = number(value_at(group, "count"))
    if value is not None:
        yield _whole((*path, "count"), "TaskGroup", "tasks", value, 1, 500)


def _length(path: Path, group: Document) -> Iterator[Handle]:
    duration = value_at(group, "duration")
    if isinstance(duration, Mapping) and len(duration) == 1:
        shape, inner = next(iter(duration.items()))
        key = SHAPES.get(str(shape))
        length = seconds(value_at(inner, key)) if key else None
        if length:
            yield Handle(*_stretched((*path, "duration", str(shape)), inner, str(key), length))
    elif seconds(duration) is not None:
        yield from _span((*path, "duration"), "TaskGroup", "length of a task", duration, LENGTHS)


def _stretched(path: Path, inner: Document, key: str, length: float) -> tuple[Knob, Turn]:
    """Return the knob of a distribution, which is stretched as a whole so that it keeps its shape."""

    def turn(value: Any) -> list[YamlEdit]:
        others = {str(name): seconds(one) for name, one in inner.items()}
        return [
            Put((*path, name), span(max(round(one * value / length), 1)))
            for name, one in others.items()
            if one is not None
        ]

    meaning = f"{_meaning('TaskGroup', 'duration')} This is the {key}; what lies around it is stretched with it."
    stops = stops_with(LENGTHS, length)
    return Knob(_name((*path, key)), "length of a task", meaning, length, stops=stops), turn


def _arrivals(path: Path, group: Document) -> Iterator[Handle]:
    arrivals = value_at(group, "arrivals")
    if not isinstance(arrivals, Mapping) or len(arrivals) != 1:
        return
    kind, inner = next(iter(arrivals.items()))
    place = (*path, "arrivals", str(kind))
    rate = number(value_at(inner, "ratePerHour"))
    if rate is not None:
        where = (*place, "ratePerHour")
        step = 1.0 if rate >= FAST else 0.5
        top = max(200.0 if rate >= FAST else 20.0, rate)
        knob = Knob(_name(where), "tasks an hour", _meaning("Poisson", "ratePerHour"), rate, "", step, top, step)
        yield Handle(knob, lambda value: [Put(where, value)])
    if kind == "batches":
        if (size := number(value_at(inner, "size"))) is not None:
            yield _whole((*place, "size"), "Batches", "tasks a burst", size, 1, 200)
        if (every := value_at(inner, "every")) is not None:
            yield from _span((*place, "every"), "Batches", "a burst every", every, LENGTHS)
    rates = value_at(inner, "ratesPerHour")
    if isinstance(rates, list) and rates and all(number(one) is not None for one in rates):
        where = (*place, "ratesPerHour")
        top = max(100.0, *(2 * float(one) for one in rates))
        meaning = _meaning("Profile", "ratesPerHour")
        knob = Knob(_name(where), "tasks an hour, drawn", meaning, tuple(rates), "tasks/h", 0, top, is_curve=True)
        yield Handle(knob, lambda value: [Put(where, [round(one) for one in value])])


def _of_run(data: Document) -> Iterator[Handle]:
    seed = number(value_at(data, "seed")) or 1
    yield _in_group(_whole(("seed",), "Scenario", "random draws", seed, 0, 50), "Run")
    account = value_at(data, "account")
    for key, title in (("dedicatedCoreQuota", "quota, cores"), ("lowPriorityCoreQuota", "spot quota, cores")):
        if (quota := number(value_at(account, key))) is not None:
            yield _in_group(_whole(("account", key), "Account", title, quota, 0, 400), "Run")


KINDS: Final[Sequence[Callable[[Document], Iterator[Handle]]]] = (_of_pools, _of_work, _of_run)
"""Where knobs come from, in the order of the page."""


def _whole(path: Path, section: str, title: str, value: float, low: int, high: int) -> Handle:
    """Return the handle of a whole number; where the value is larger than usual, so is the range."""
    room = high
    while room < value:
        room *= 2
    number_of = round(value) if value == round(value) else value
    knob = Knob(
        _name(path), title, _meaning(section, str(path[-1])), number_of, _unit(section, str(path[-1])), low, room
    )
    return Handle(knob, lambda chosen: [Put(path, round(chosen))])


def _span(
    path: Path, section: str, title: str, value: Any, stops: tuple[tuple[float, str], ...], default: str = ""
) -> Iterator[Handle]:
    """Yield the handle of a span of time; none where it is drawn from a distribution."""
    length = None if value is None else seconds(value)
    if length is None and (value is not None or not default):
        return
    known = stops if length is None else stops_with(stops, length)
    knob = Knob(_name(path), title, _meaning(section, str(path[-1])), length, stops=known, default=default)
    yield Handle(knob, lambda chosen: [Put(path, span(chosen))])


def _in_group(handle: Handle, group: str) -> Handle:
    return replace(handle, knob=replace(handle.knob, group=group))


def _scales(pool: Document) -> bool:
    return value_at(pool, "enableAutoScale") is True


def _name(path: Path) -> str:
    return ".".join(map(str, path))


@cache
def _meaning(section: str, key: str) -> str:
    return key_of(section, key).meaning


@cache
def _unit(section: str, key: str) -> str:
    return key_of(section, key).unit
