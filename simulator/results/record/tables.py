"""A recording's tables as columns; no Python object is made for a task or an attempt, but for its id."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import constant
from simulator.extras import require
from simulator.results.money.bill import dollars
from simulator.results.money.ledger import LABELS
from simulator.results.money.prices import price_kind
from simulator.results.raw.control_plane import CREATING, IDLE, KINDS, RUNNING, STATES, Control
from simulator.results.raw.recorder import PoolRow
from simulator.results.record.arrow_columns import Partial, Scaled, coded, height, in_order, is_alike, seconds, to_arrow
from simulator.results.record.memory_excess import MIB_PER_GIB, memory_excess
from simulator.results.record.pool_timeline import make_timeline
from simulator.results.record.table_schema import TABLES, Table, table
from simulator.states import NodeKind, Outcome, TaskState
from simulator.units import MS_PER_S
from simulator.workload.build import Workload

if TYPE_CHECKING:
    import pyarrow as pa

    from simulator.results.record.run_facts import Facts

Columns = dict[str, Any]
"""By name: an array, a `Scaled` or `Partial` one, a `Category`, a list of text, or `TaskNames`."""
PIECE: Final = 1 << 17
"""Rows that are turned into Arrow at once."""


def arrow(recording: "Facts", name: str) -> "pa.Table":
    """Return one table as Arrow columns, in the order and with the types of `schema`."""
    require("pyarrow", "an Arrow table")
    import pyarrow as pa

    columns = MAKERS[name](recording)
    arrays = [to_arrow(columns[column.name], column.kind) for column in table(name).columns]
    return pa.Table.from_arrays(arrays, names=[column.name for column in table(name).columns])


def pieces(recording: "Facts", name: str) -> Iterator["pa.Table"]:
    """Yield the same table piece by piece; at least one, though it be empty."""
    import pyarrow as pa

    described = table(name).columns
    columns = {key: in_order(values) for key, values in MAKERS[name](recording).items()}
    names = [column.name for column in described]
    rows = height(columns[names[0]])
    alike = {
        column.name: to_arrow(columns[column.name], column.kind, slice(0, PIECE))
        for column in described
        if is_alike(columns[column.name])
    }
    for begin in range(0, max(rows, 1), PIECE):
        count = min(PIECE, rows - begin)
        arrays = [
            alike[column.name][:count]
            if column.name in alike
            else to_arrow(columns[column.name], column.kind, slice(begin, begin + count))
            for column in described
        ]
        yield pa.Table.from_arrays(arrays, names=names)


def _tasks(recording: "Facts") -> Columns:
    tasks, workload = recording.raw.tasks, recording.workload
    why, reason = recording.unfinished
    return {
        "task": np.arange(len(workload), dtype=np.int32),
        "id": workload.names,
        "job": (workload.job, [planned.job.id for planned in recording.workload.jobs]),
        "pool": (tasks.pool, _pool_ids(recording)),
        "submit": Scaled(workload.submit, MS_PER_S),
        "first_start": seconds(tasks.first_start),
        "last_start": seconds(tasks.last_start),
        "end": seconds(tasks.end),
        "state": (tasks.state, [state.name.lower() for state in TaskState]),
        "succeeded": tasks.succeeded,
        "deleted": tasks.deleted,
        "exit_code": Partial(tasks.exit_code, tasks.exited),
        "slots": workload.slots,
        "cores": Scaled(workload.cores, 1000),
        "memory": Scaled(workload.memory, 1024),
        "instances": workload.instances,
        "max_retries": _stated_retries(workload),
        "duration": Scaled(_stated_duration(workload), MS_PER_S),
        "duration_source": _sources(workload),
        "retries": tasks.retries,
        "requeues": tasks.requeues,
        "preemptions": tasks.preemptions,
        "unfinished_why": (reason - 1 if len(why) > 1 else constant(-1, len(workload), np.int32), why[1:]),
    }


def _stated_retries(workload: Workload) -> npt.NDArray[np.int32]:
    """Return the retries that tasks may have, also those whose error is never retried."""
    stated = workload.extras.retries
    if not stated:
        return workload.max_retries
    found = np.array(workload.max_retries)
    found[list(stated)] = list(stated.values())
    return found


def _stated_duration(workload: Workload) -> npt.NDArray[np.int64]:
    """Return the work of tasks, also of those that never start."""
    meant = workload.extras.meant
    return workload.demand if meant is None else np.where(meant >= 0, meant, workload.demand)


def _sources(workload: Workload) -> tuple[npt.NDArray[np.int32], list[str]]:
    names = ["workload", "simulation", "environment", "command line", "defaults"]
    stated = workload.extras.sources
    if not stated:
        return constant(0, len(workload), np.int32), names
    codes = np.zeros(len(workload), dtype=np.int32)
    codes[list(stated)] = [names.index(source) if source else 0 for source in stated.values()]
    return codes, names


def _attempts(recording: "Facts") -> Columns:
    made = recording.raw.attempts
    return {
        "task": made.task,
        "instance": made.instance,
        "node": (made.node, _node_ids(recording)),
        "pool": (_pool_of(recording.control, made.node), _pool_ids(recording)),
        "assigned": Scaled(made.assigned, MS_PER_S),
        "start": seconds(made.began),
        "end": Scaled(made.end, MS_PER_S),
        "outcome": (made.outcome, [outcome.name.lower() for outcome in Outcome]),
        "kept": Scaled(made.kept, MS_PER_S),
        "kept_until": seconds(made.kept_until),
    }


def _jobs(recording: "Facts") -> Columns:
    raw, jobs = recording.raw, recording.workload.jobs
    rows = raw.recorder.job_states
    job = np.array([row.job for row in rows], dtype=np.int32)
    pool_of_job = np.array(raw.pool_of_job, dtype=np.int32)
    return {
        "job": (job, [planned.job.id for planned in jobs]),
        "pool": (pool_of_job[job] if len(job) else job, _pool_ids(recording)),
        "state": coded(row.state for row in rows),
        "start": np.array([row.start for row in rows], dtype=np.int64) / MS_PER_S,
        "end": np.array([row.end for row in rows], dtype=np.int64) / MS_PER_S,
        "reason": coded(row.reason or None for row in rows),
    }


def _node_tasks(recording: "Facts") -> Columns:
    rows = recording.raw.recorder.node_tasks
    node = np.array([row.node for row in rows], dtype=np.int32)
    return {
        "job": (
            np.array([row.job for row in rows], dtype=np.int32),
            [planned.job.id for planned in recording.workload.jobs],
        ),
        "node": (node, _node_ids(recording)),
        "pool": (recording.control.node_pool[node].astype(np.int32) if len(node) else node, _pool_ids(recording)),
        "kind": coded(row.kind for row in rows),
        "start": np.array([row.start for row in rows], dtype=np.int64) / MS_PER_S,
        "end": np.array([row.end for row in rows], dtype=np.int64) / MS_PER_S,
        "outcome": coded(row.outcome for row in rows),
    }


def _pools(recording: "Facts") -> Columns:
    raw = recording.raw
    rows = [raw.recorder.pools.get(index, PoolRow()) for index in range(len(raw.pools))]
    last = {resize.pool: resize.end for resize in raw.recorder.resizes}
    gone = [last.get(index, row.deleted) if row.deleted >= 0 else -1 for index, row in enumerate(rows)]
    return {
        "pool": (np.arange(len(rows)), _pool_ids(recording)),
        "vm_size": coded(pool.vm_size for pool in raw.pools),
        "slots": np.array([pool.task_slots_per_node for pool in raw.pools], dtype=np.int64),
        "cores": np.array([recording.scenario.sizes[pool.vm_size].vcpus for pool in raw.pools], dtype=np.int64),
        "auto_pool": np.isin(np.arange(len(rows)), list(recording.workload.pools.auto)),
        "created": seconds(np.array([row.created for row in rows], dtype=np.int64)),
        "deleted": seconds(np.array([row.deleted for row in rows], dtype=np.int64)),
        "gone": seconds(np.array(gone, dtype=np.int64)),
    }


def _pool_of(control: Control, node: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    if len(control.raw.pools) == 1:
        return constant(0, len(node), np.int32)
    return control.node_pool.astype(np.int32)[node]


def _nodes(recording: "Facts") -> Columns:
    control, raw = recording.control, recording.raw
    count = len(control.node_pool)
    created = np.full(count, np.iinfo(np.int64).max)
    gone = np.zeros(count, dtype=np.int64)
    np.minimum.at(created, control.node, control.start)
    np.maximum.at(gone, control.node, control.end)
    return {
        "node": (np.arange(count), _node_ids(recording)),
        "pool": (control.node_pool, _pool_ids(recording)),
        "kind": (control.node_kind, [str(kind) for kind in KINDS]),
        "host": [row.host for row in raw.recorder.nodes],
        "ip": [row.address for row in raw.recorder.nodes],
        "zone": np.array([row.zone for row in raw.recorder.nodes], dtype=np.int64),
        "last_boot": seconds(np.array([row.last_boot for row in raw.recorder.nodes], dtype=np.int64)),
        "created": created / MS_PER_S,
        "gone": gone / MS_PER_S,
        "vms": np.bincount(control.node[control.state == CREATING], minlength=count),
        "attempts": np.bincount(raw.attempts.node, minlength=count),
        "billed": recording.ledger.billed.sum(axis=1) / MS_PER_S,
    }


def _node_states(recording: "Facts") -> Columns:
    """Split the time in service into idle and running."""
    control = recording.control
    node, state, start, end = control.node, control.state, control.start, control.end
    serving = state == IDLE
    worked = control.worked
    # Cut the rows in service at every begin and end of work inside them.
    keys = node[serving] * control.stride + start[serving]
    row = np.flatnonzero(serving)
    cuts, cut_row = [], []
    if len(keys):
        for instants in (worked.starts, worked.ends):
            at = np.searchsorted(keys, instants, side="right") - 1
            inside = (at >= 0) & (instants > keys[at]) & (instants < (node * control.stride + end)[row[at]])
            cuts.append(instants[inside])
            cut_row.append(row[at[inside]])
    begin = np.concatenate([node * control.stride + start, *cuts])
    source = np.concatenate([np.arange(len(node)), *cut_row]).astype(np.int64)
    order = np.lexsort((begin, source))
    begin, source = begin[order], source[order]
    last = np.append(source[1:] != source[:-1], True) if len(source) else np.zeros(0, dtype=bool)
    finish = np.where(last, (node * control.stride + end)[source], np.append(begin[1:], 0))
    of_node = node[source]
    busy = worked.measure(of_node, begin - of_node * control.stride, finish - of_node * control.stride) > 0
    shown = np.where((state[source] == IDLE) & busy, RUNNING, state[source])
    return {
        "node": (of_node, _node_ids(recording)),
        "pool": (control.node_pool[of_node], _pool_ids(recording)),
        "kind": (control.node_kind[of_node], [str(kind) for kind in KINDS]),
        "state": (shown, [str(name) for name in STATES]),
        "scheduling": control.is_open[source],
        "start": (begin - of_node * control.stride) / MS_PER_S,
        "end": (finish - of_node * control.stride) / MS_PER_S,
        "why": coded((control.why[row] for row in source.tolist()) if any(control.why) else [None] * len(source)),
    }


def _start_tasks(recording: "Facts") -> Columns:
    rows = recording.raw.recorder.start_tasks
    node = np.array([row.node for row in rows], dtype=np.int64)
    code = np.array([row.exit_code for row in rows], dtype=np.int64)
    return {
        "node": (node, _node_ids(recording)),
        "pool": (recording.control.node_pool[node], _pool_ids(recording)),
        "attempt": np.array([row.attempt for row in rows], dtype=np.int64),
        "duration_source": coded(row.duration_source for row in rows),
        "start": np.array([row.start for row in rows], dtype=np.int64) / MS_PER_S,
        "end": seconds(np.array([row.end for row in rows], dtype=np.int64)),
        "exit_code": Partial(code, code >= 0),
    }


def _memory_excess(recording: "Facts") -> Columns:
    found = memory_excess(recording)
    return {
        "node": (found.node, _node_ids(recording)),
        "pool": (recording.control.node_pool[found.node], _pool_ids(recording)),
        "start": found.start / MS_PER_S,
        "end": found.end / MS_PER_S,
        "peak": found.peak / MIB_PER_GIB,
        "memory": found.room / MIB_PER_GIB,
    }


def _resizes(recording: "Facts") -> Columns:
    rows = recording.raw.recorder.resizes
    return {
        "pool": (np.array([row.pool for row in rows], dtype=np.int32), _pool_ids(recording)),
        "start": np.array([row.start for row in rows], dtype=np.int64) / MS_PER_S,
        "end": seconds(np.array([row.end for row in rows], dtype=np.int64)),
        "dedicated_from": np.array([row.dedicated[0] for row in rows], dtype=np.int64),
        "dedicated_to": np.array([row.dedicated[1] for row in rows], dtype=np.int64),
        "low_priority_from": np.array([row.low_priority[0] for row in rows], dtype=np.int64),
        "low_priority_to": np.array([row.low_priority[1] for row in rows], dtype=np.int64),
        "dedicated": np.array([row.current_dedicated for row in rows], dtype=np.int64),
        "low_priority": np.array([row.current_low_priority for row in rows], dtype=np.int64),
        "option": coded(row.option for row in rows),
        "code": coded(row.code for row in rows),
        "dedicated_error": coded(row.errors.get(NodeKind.DEDICATED) for row in rows),
        "low_priority_error": coded(row.errors.get(NodeKind.LOW_PRIORITY) for row in rows),
        "message": [row.message for row in rows],
    }


def _evaluations(recording: "Facts") -> Columns:
    rows = recording.raw.recorder.evaluations
    runs = [row.run for row in rows]
    traces: list[str | None] = [None] * len(runs)
    if any(run.trace for run in runs):
        from simulator.formula.explain import as_dict

        traces = [json.dumps(as_dict(run, explain=True)["trace"]) if run.trace else None for run in runs]
    return {
        "pool": (np.array([row.pool for row in rows], dtype=np.int32), _pool_ids(recording)),
        "time": np.array([row.time for row in rows], dtype=np.int64) / MS_PER_S,
        "results": [run.results for run in runs],
        "error": coded(run.error.code if run.error else None for run in runs),
        "message": [run.error.detail if run.error else None for run in runs],
        "raw_dedicated": np.array([run.raw_targets[0] for run in runs], dtype=np.float64),
        "raw_low_priority": np.array([run.raw_targets[1] for run in runs], dtype=np.float64),
        "target_dedicated": np.array([run.target_dedicated_nodes for run in runs], dtype=np.int64),
        "target_low_priority": np.array([run.target_low_priority_nodes for run in runs], dtype=np.int64),
        "option": coded(run.node_deallocation_option for run in runs),
        "action": coded(row.action.value for row in rows),
        "warnings": np.array([len(run.warnings) for run in runs], dtype=np.int64),
        "trace": traces,
    }


def _operations(recording: "Facts") -> Columns:
    rows = recording.raw.recorder.operations
    return {
        "pool": (np.array([row.pool for row in rows], dtype=np.int32), _pool_ids(recording)),
        "job": (
            np.array([row.job for row in rows], dtype=np.int32),
            [planned.job.id for planned in recording.workload.jobs],
        ),
        "time": np.array([row.time for row in rows], dtype=np.int64) / MS_PER_S,
        "operation": coded(row.operation for row in rows),
        "target": [row.target or None for row in rows],
        "code": coded(row.code for row in rows),
        "message": [row.message or None for row in rows],
    }


def _pool_timeline(recording: "Facts") -> Columns:
    columns = make_timeline(recording.workload, recording.control)
    pool, time = columns.pop("pool"), columns.pop("time")
    return {"pool": (pool, _pool_ids(recording)), "time": Scaled(time, MS_PER_S), **columns}


def _ledger(recording: "Facts") -> Columns:
    control, ledger, bill = recording.control, recording.ledger, recording.bill
    rows = []
    for index, pool in enumerate(recording.raw.pools):
        for code, kind in enumerate(KINDS):
            nodes = (control.node_pool == index) & (control.node_kind == code)
            if not nodes.any():
                continue
            paid_as = str(price_kind(recording.scenario, pool, kind))
            time, billed = ledger.time[nodes].sum(axis=0), ledger.billed[nodes].sum(axis=0)
            for position, label in enumerate(LABELS):
                units = bill.parts.get((pool.id, paid_as, str(label)), 0)
                cost = dollars(units) if recording.charges.is_known else np.nan
                rows.append((pool.id, paid_as, str(label), time[position], billed[position], cost))
    return {
        "pool": coded(row[0] for row in rows),
        "kind": coded(row[1] for row in rows),
        "label": coded(row[2] for row in rows),
        "time": np.array([row[3] for row in rows], dtype=np.int64) / MS_PER_S,
        "billed": np.array([row[4] for row in rows], dtype=np.int64) / MS_PER_S,
        "cost": np.array([row[5] for row in rows], dtype=np.float64),
    }


def _pool_ids(recording: "Facts") -> list[str]:
    return [pool.id for pool in recording.raw.pools]


def _node_ids(recording: "Facts") -> list[str]:
    return [row.id for row in recording.raw.recorder.nodes]


MAKERS: Final[dict[str, Callable[["Facts"], Columns]]] = {
    "tasks": _tasks,
    "attempts": _attempts,
    "jobs": _jobs,
    "node_tasks": _node_tasks,
    "pools": _pools,
    "nodes": _nodes,
    "node_states": _node_states,
    "start_tasks": _start_tasks,
    "memory_excess": _memory_excess,
    "resizes": _resizes,
    "operations": _operations,
    "pool_timeline": _pool_timeline,
    "evaluations": _evaluations,
    "ledger": _ledger,
}
NAMES: Final = tuple(described.name for described in TABLES)
__all__ = ["NAMES", "Table", "arrow", "pieces"]
