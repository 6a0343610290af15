"""What may happen to a pool by hand: a table of events, each a line of the timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simulator.errors import InputError
from simulator.lab.scene_data import Document, mappings, number, span, value_at
from simulator.lab.yaml_edits import Put, YamlEdit

Line = Mapping[str, Any]
"""An operation as a file has it, without its instant."""
HOUR: Final = "1h"


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event."""

    name: str
    title: str
    meaning: str
    line: Callable[[Document, int], Line]
    """From the document and a number."""
    amount: str = ""
    """What the number counts; empty where there is none to choose."""
    usual: int = 0


def _first_pool(data: Document) -> Document:
    found = next((pool for _, pool in mappings(data, "pools")), None)
    if found is None:
        raise InputError("the scene has no pool for that to happen to")
    return found


def _pool(data: Document) -> str:
    return str(value_at(_first_pool(data), "id"))


def _burst(data: Document, count: int) -> Line:
    job = next((one for _, one in mappings(data, "jobs")), None)
    if job is None:
        raise InputError("the scene has no job to add tasks to")
    duration = value_at(job, "simulation", "workload", 0, "duration") or "10m"
    group = {"count": count, "idPrefix": "burst", "duration": duration}
    return {"operation": "addTasks", "job": value_at(job, "id"), "workload": [group]}


def _shortage(data: Document, _: int) -> Line:
    return {"operation": "outage", "size": value_at(_first_pool(data), "vmSize"), "duration": HOUR}


def _resize(data: Document, count: int) -> Line:
    if value_at(_first_pool(data), "enableAutoScale") is True:
        raise InputError("the pool follows a formula, and the service refuses to resize it by hand")
    return {"operation": "resize", "pool": _pool(data), "targetDedicatedNodes": count}


EVENTS: Final[Sequence[Event]] = (
    Event("burst", "Add a burst of tasks", "Like the others of the first job, all at once.", _burst, "tasks", 50),
    Event(
        "evict",
        "Evict spot nodes",
        "The region takes the VMs of some low-priority nodes back, drawn at random.",
        lambda data, count: {"operation": "preemptNodes", "pool": _pool(data), "count": count},
        "nodes",
        5,
    ),
    Event(
        "zone",
        "Take a zone away",
        "Zone 1 fails for an hour with all nodes in it; pools stand there unless their body says otherwise.",
        lambda _, __: {"operation": "outage", "zone": 1, "duration": HOUR},
    ),
    Event(
        "shortage",
        "No more VMs to be had",
        "For an hour no new node of this size comes, whatever is asked for; those that are there stay.",
        _shortage,
    ),
    Event(
        "contact",
        "Lose contact with nodes",
        "The service loses some nodes from sight for half an hour; what ran there is lost.",
        lambda data, count: {"operation": "loseContact", "pool": _pool(data), "count": count, "recovery": "30m"},
        "nodes",
        2,
    ),
    Event("resize", "Resize by hand", "An operator sets the number of dedicated nodes.", _resize, "nodes", 10),
)
_BY_NAME: Final[Mapping[str, Event]] = {event.name: event for event in EVENTS}


def happening(data: Document, name: str, at: float, about: Mapping[str, Any]) -> list[YamlEdit]:
    """Return what an event adds to the text; raise InputError where it cannot happen to this scene."""
    event = _BY_NAME.get(name)
    count = number(about.get("count", event.usual if event else None))
    if event is None or count is None or not 0 <= count <= 1e6:
        raise InputError(f"no such event: {name}")
    timeline = value_at(data, "timeline")
    place = len(timeline) if isinstance(timeline, list) else 0
    return [Put(("timeline", place), {"at": span(round(max(at, 0.0))), **event.line(data, round(count))})]


def offered() -> list[dict[str, Any]]:
    """Return the table of events as plain values."""
    return [
        {"name": one.name, "title": one.title, "meaning": one.meaning, "amount": one.amount, "usual": one.usual}
        for one in EVENTS
    ]
