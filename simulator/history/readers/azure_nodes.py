"""Nodes of Azure Batch as `az batch node list` and the service's pages list them.

A list is a picture of one instant; the times in it say when each node came, booted, ran its start task, and entered
the state in which it was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from simulator.history.found import Found, Raw, Rows
from simulator.history.items import inner, named_in, objects, text
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample
from simulator.states import NodeState

FIELDS: Final = ("pool", "node", "kind", "size", "time", "state")


def _recognises(sample: Sample) -> bool:
    first = sample.first
    return "commandline" not in first and bool({"affinityid", "isdedicated", "schedulingstate"} & first.keys())


def _read(sample: Sample, _: Options, ledger: Ledger) -> Found:
    rows = Rows(FIELDS)
    lacking, count = [], 0
    for number, item in objects(sample, ledger):
        count += 1
        name = text(item.get("id"))
        if not name:
            lacking.append(number)
            continue
        always = {"node": name, "pool": named_in(item.get("url"), "pools"), "size": text(item.get("vmsize"))}
        if isinstance(item.get("isdedicated"), bool):
            always["kind"] = "dedicated" if item["isdedicated"] else "low_priority"
        for state, time in _states(item):
            rows.add(number, {**always, "state": state, "time": time})
    ledger.note("no_id", sample.name, lacking)
    return Found(count, nodes=Raw.of(rows))


def _states(item: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the states that the times of a node show, with when each began."""
    start_task = inner(item, "starttaskinfo")
    failed = text(start_task.get("result")).lower() == "failure"
    times = (
        (NodeState.CREATING, item.get("allocationtime")),
        (NodeState.STARTING, item.get("lastboottime")),
        (NodeState.WAITINGFORSTARTTASK, start_task.get("starttime")),
        (NodeState.STARTTASKFAILED if failed else NodeState.IDLE, start_task.get("endtime")),
    )
    for state, time in times:
        if time:
            yield str(state), time
    if item.get("statetransitiontime"):
        yield text(item.get("state")).lower(), item["statetransitiontime"]


READER: Final = Reader(
    name="azure-nodes",
    made_by="`az batch node list`",
    known_by="objects with `isDedicated`, `affinityId` or `schedulingState`",
    gives=("nodes",),
    recognises=_recognises,
    read=_read,
)
