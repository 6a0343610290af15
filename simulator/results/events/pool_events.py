"""Events of pools: creation, deletion, resizes, evaluations of their formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from simulator.results.events.envelope import Body, Ints, Operation, Record, Source, milliseconds, stamp
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.complete import lookup
from simulator.scenario.format.pool_operations import DisableAutoScale, EnableAutoScale
from simulator.scenario.format.run_names import id_of
from simulator.scenario.scenario import Scenario
from simulator.service_codes import RETARGETED, SUCCESS
from simulator.units import to_ms
from simulator.workload.planned_jobs import planned
from simulator.workload.planned_pools import planned_pools

CREATE, DELETE, EVALUATE, RESIZE, GONE = range(3, 8)
"""Stages of an instant: after the ends of tasks, before their starts."""
SUCCEEDED: Final = "The operation succeeded"
START_WORD: Final = {
    "requeue": "Requeue",
    "terminate": "Terminate",
    "taskcompletion": "TaskCompletion",
    "retaineddata": "RetainedData",
    "": "Invalid",
}
"""A start event names the deallocation option in capitals, a complete event without; growing, both say invalid."""


def pool_events(record: Record) -> list[Source]:
    """Return all events of all pools."""
    return [*_lives(record), *_resizes(record), _evaluations(record)]


def pool_bodies(record: Record) -> dict[str, Pool]:
    """Return the body of every pool by its id, also of those that jobs bring along."""
    return {pool.id: pool for pool in planned_pools(record.scenario, planned(record.scenario)).bodies}


def _lives(record: Record) -> list[Source]:
    rows = record.table("pools").to_pylist()
    bodies = pool_bodies(record)
    origin = record.scenario.origin
    times = {key: milliseconds([_number(row[key]) for row in rows]) for key in ("created", "deleted", "gone")}

    def create(index: int) -> Body:
        return _create(rows[index]["pool"], bodies[rows[index]["pool"]], is_auto=rows[index]["auto_pool"])

    def delete(index: int) -> Body:
        return {"id": rows[index]["pool"]}

    def gone(index: int) -> Body:
        start, end = (stamp(origin, int(times[key][index])) for key in ("deleted", "gone"))
        return {"id": rows[index]["pool"], "startTime": start, "endTime": end}

    return [
        _source(Operation.POOL_CREATE, times["created"], CREATE, create),
        _source(Operation.POOL_DELETE_START, times["deleted"], DELETE, delete),
        _source(Operation.POOL_DELETE_COMPLETE, times["gone"], GONE, gone),
    ]


def _source(operation: Operation, time: Ints, stage: int, body: Callable[[int], Body]) -> Source:
    """Return the events of the rows that have a time."""
    there = np.flatnonzero(time >= 0)
    return Source(operation, time[there], np.full(len(there), stage), there, lambda row: body(int(there[row])))


def _create(name: str, pool: Pool, *, is_auto: bool) -> Body:
    cloud, machine = pool.cloud_service_configuration, pool.virtual_machine_configuration
    image = lookup(machine, "imageReference")
    fields = ("publisher", "offer", "sku", "version")
    return {
        "id": name,
        "displayName": pool.display_name or "",
        "vmSize": pool.vm_size,
        "imageType": "CloudServiceConfiguration" if cloud is not None else "VirtualMachineConfiguration",
        "cloudServiceConfiguration": {
            "osFamily": _text(lookup(cloud, "osFamily")),
            "targetOsVersion": _text(lookup(cloud, "osVersion") or ("*" if cloud is not None else None)),
        },
        "networkConfiguration": {"subnetId": _text(_subnet(pool))},
        "virtualMachineConfiguration": {
            "imageReference": {field: _text(lookup(image, field)) for field in fields},
            "nodeAgentId": _text(lookup(machine, "nodeAgentSKUId")),
        },
        "resizeTimeout": str(to_ms(pool.resize_timeout)) if np.isfinite(pool.resize_timeout) else "",
        "targetDedicatedNodes": pool.target_dedicated_nodes,
        "targetLowPriorityNodes": pool.target_low_priority_nodes,
        "maxTasksPerNode": pool.task_slots_per_node,
        "vmFillType": str(pool.node_fill_type).capitalize(),
        "enableAutoScale": pool.enable_auto_scale,
        "enableInterNodeCommunication": pool.enable_inter_node_communication,
        "isAutoPool": is_auto,
    }


def _subnet(pool: Pool) -> Any:
    body = pool.model_dump(mode="json", by_alias=True)
    return lookup(lookup(body, "networkConfiguration"), "subnetId")


def _text(value: object) -> str:
    """Write what is absent as the service does: one space."""
    return " " if value is None else str(value)


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def begun(record: Record) -> list[dict[str, Any]]:
    """Return the resizes that began: not those that the service refused, which answered with the same code."""
    refused = {
        (row["pool"], row["time"], row["code"])
        for row in record.table("operations").to_pylist()
        if row["code"] != SUCCESS
    }
    return [
        row for row in record.table("resizes").to_pylist() if (row["pool"], row["start"], row["code"]) not in refused
    ]


def _resizes(record: Record) -> list[Source]:
    """Return a start event for each resize, and a complete event where no later one replaced it."""
    rows = begun(record)
    auto_pools = {row["pool"] for row in record.table("pools").to_pylist() if row["auto_pool"]}
    scaling = Scaling.of(record)
    origin = record.scenario.origin
    start = milliseconds([_number(row["start"]) for row in rows])
    end = milliseconds([_number(row["end"]) for row in rows])
    current = _current(record, [row["pool"] for row in rows], start)

    def body(index: int, instant: int, option: str, counts: tuple[int, int]) -> Body:
        row = rows[index]
        return {
            "id": row["pool"],
            "nodeDeallocationOption": option,
            "currentDedicatedNodes": counts[0],
            "targetDedicatedNodes": row["dedicated_to"],
            "currentLowPriorityNodes": counts[1],
            "targetLowPriorityNodes": row["low_priority_to"],
            "enableAutoScale": scaling.is_on(row["pool"], instant),
            "isAutoPool": row["pool"] in auto_pools,
        }

    def begin(index: int) -> Body:
        option = START_WORD.get(rows[index]["option"] or "", "Invalid")
        return body(index, int(start[index]), option, (int(current[0][index]), int(current[1][index])))

    def complete(index: int) -> Body:
        row = rows[index]
        counts = (row["dedicated"], row["low_priority"])
        return {
            **body(index, int(end[index]), row["option"] or "invalid", counts),
            "startTime": stamp(origin, int(start[index])),
            "endTime": stamp(origin, int(end[index])),
            "resultCode": row["code"],
            "resultMessage": row["message"] or SUCCEEDED,
        }

    done = np.flatnonzero((end >= 0) & np.array([row["code"] != RETARGETED for row in rows], dtype=bool))
    every = np.arange(len(rows))
    return [
        Source(Operation.POOL_RESIZE_START, start, np.full(len(rows), RESIZE), 2 * every, begin),
        Source(
            Operation.POOL_RESIZE_COMPLETE,
            end[done],
            np.full(len(done), RESIZE),
            2 * done + 1,
            lambda row: complete(int(done[row])),
        ),
    ]


def _current(record: Record, pools: list[str], start: Ints) -> tuple[Ints, Ints]:
    """Count the nodes that each resize found: those that came before it and went not before it."""
    import pandas as pd

    nodes: pd.DataFrame = record.table("nodes").to_pandas()
    created, gone = milliseconds(nodes["created"]), milliseconds(nodes["gone"])
    counts = []
    for kind in ("dedicated", "low_priority"):
        found = np.zeros(len(start), dtype=np.int64)
        for pool in set(pools):
            mine = (nodes["pool"] == pool).to_numpy() & (nodes["kind"] == kind).to_numpy()
            rows = np.array([name == pool for name in pools], dtype=bool)
            came = np.searchsorted(np.sort(created[mine]), start[rows], side="left")
            went = np.searchsorted(np.sort(gone[mine]), start[rows], side="left")
            found[rows] = came - went
        counts.append(found)
    return counts[0], counts[1]


class Scaling:
    """Which formula a pool has when, and whether it scales itself."""

    def __init__(self, changes: dict[str, list[tuple[int, bool, str]]]) -> None:
        self._changes = changes

    @classmethod
    def of(cls, record: Record) -> Scaling:
        """Follow the bodies and the operations that the service accepted."""
        scenario: Scenario = record.scenario
        changes: dict[str, list[tuple[int, bool, str]]] = {
            name: [(-1, pool.enable_auto_scale, pool.auto_scale_formula or "")]
            for name, pool in pool_bodies(record).items()
        }
        by_id = {name.lower(): rows for name, rows in changes.items()}
        accepted = {
            (id_of(str(row["pool"])), int(milliseconds(row["time"])), row["operation"]): str(row["pool"]).lower()
            for row in record.table("operations").to_pylist()
            if row["code"] == SUCCESS
        }
        for operation in sorted(scenario.timeline, key=lambda operation: operation.at):
            if not isinstance(operation, EnableAutoScale | DisableAutoScale):
                continue
            key = (operation.pool.lower(), to_ms(operation.at), operation.operation)
            if key in accepted:
                rows = by_id[accepted[key]]
                formula = getattr(operation, "auto_scale_formula", None) or rows[-1][2]
                rows.append((key[1], isinstance(operation, EnableAutoScale), formula))
        return cls(changes)

    def _at(self, pool: str, instant: int) -> tuple[int, bool, str]:
        return [row for row in self._changes[pool] if row[0] <= instant][-1]

    def is_on(self, pool: str, instant: int) -> bool:
        """Return whether the pool scales itself."""
        return self._at(pool, instant)[1]

    def formula(self, pool: str, instant: int) -> str:
        """Return the formula in force."""
        return self._at(pool, instant)[2]


def _evaluations(record: Record) -> Source:
    rows = record.table("evaluations").to_pylist()
    scaling = Scaling.of(record)
    time = milliseconds([row["time"] for row in rows])

    def body(index: int) -> Body:
        row = rows[index]
        found: Body = {
            "id": row["pool"],
            "timestamp": stamp(record.scenario.origin, int(time[index])),
            "formula": scaling.formula(row["pool"], int(time[index])),
            "results": row["results"],
        }
        if row["error"]:
            found["error"] = {
                "code": row["error"],
                "message": row["message"] or "",
                "values": [{"name": "Message", "value": row["message"] or ""}],
            }
        return found

    every = np.arange(len(rows))
    return Source(Operation.POOL_AUTOSCALE, time, np.full(len(rows), EVALUATE), every, body)
