"""The measures of one run: how each number of the answer is computed (`answer.py` states what it is)."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulator.codes import CHANGING
from simulator.columns.broadcast import chosen, where
from simulator.results.answer.answer import (
    Answer,
    BillEnd,
    Cost,
    Evaluations,
    JobAnswer,
    Levels,
    Nodes,
    Operations,
    Refused,
    Spans,
    Tasks,
    Utilization,
)
from simulator.results.answer.assumptions import assumptions
from simulator.results.answer.body_warnings import body_warnings
from simulator.results.answer.node_faults import fault_warnings
from simulator.results.answer.short_jobs import short_job_warnings
from simulator.results.money.bill import dollars, in_dollars
from simulator.results.money.bill_end import rule_of, tail
from simulator.results.money.ledger import LABELS, Label, lost_to_shrinks
from simulator.results.money.prices import price_kind
from simulator.results.raw.control_plane import CREATING, IDLE, KINDS, PREEMPTED
from simulator.results.record.manifest import manifest
from simulator.results.record.memory_excess import memory_warnings
from simulator.service_codes import RESIZE_ERRORS, SUCCESS
from simulator.states import Outcome, PriceKind, TaskState
from simulator.units import MS_PER_S

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def summarize(recording: Recording) -> Answer:
    """Return the answer of a run; `None` where there was nothing to measure."""
    raw, workload = recording.raw, recording.workload
    tasks = raw.tasks
    started = tasks.first_start >= 0
    completed = tasks.state == TaskState.COMPLETED
    makespan = None
    if completed.any():
        makespan = float(tasks.end[completed].max() - workload.submit[tasks.submitted].min()) / MS_PER_S
    cost = _cost(recording)
    waits = _spans(workload.submit, tasks.first_start, started)
    return Answer(
        tasks=_tasks(recording),
        makespan_s=makespan,
        queue_time_s=quantiles(waits),
        turnaround_s=quantiles(_spans(workload.submit, tasks.end, completed)),
        utilization=_utilization(recording),
        nodes=_nodes(recording),
        jobs=_jobs(recording, cost, waits),
        ledger_node_s=recording.ledger.seconds(),
        cost=cost,
        bill=_bill(recording),
        resize_errors=_resize_errors(recording),
        operations=_operations(recording),
        evaluations=_evaluations(recording),
        warnings=(
            *_shortage_warnings(recording),
            *memory_warnings(recording),
            *body_warnings(recording),
            *fault_warnings(recording),
            *short_job_warnings(recording),
        ),
        assumptions=tuple(assumptions(recording)),
        stopped=raw.stop_reason,
        manifest=manifest(recording),
    )


def _spans(since: Ints, until: Ints, rows: npt.NDArray[np.bool_]) -> Floats:
    """Return seconds between instants, of those rows."""
    return chosen(until - since, where(rows)) / MS_PER_S


def quantiles(values: Floats) -> Spans | None:
    """Return mean, p50, p95, p99 and maximum; None of nothing."""
    if not len(values):
        return None
    ordered = np.sort(values)
    p50, p95, p99 = (_below(ordered, share) for share in (0.5, 0.95, 0.99))
    return Spans(mean=float(values.mean()), p50=p50, p95=p95, p99=p99, max=float(ordered[-1]))


def _below(ordered: Floats, share: float) -> float:
    """Interpolate a quantile as `np.quantile` does, to the last bit; that one imports masked arrays first."""
    place = (len(ordered) - 1) * share
    index = int(place)
    low, high = float(ordered[index]), float(ordered[min(index + 1, len(ordered) - 1)])
    part = place - index
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part)


def _tasks(recording: Recording) -> Tasks:
    tasks = recording.raw.tasks
    there = ~tasks.deleted
    completed = there & (tasks.state == TaskState.COMPLETED)
    succeeded = tasks.counts_as_succeeded
    names, codes = recording.unfinished
    why = np.bincount(codes[there], minlength=len(names))
    return Tasks(
        planned=len(recording.workload),
        submitted=int(tasks.submitted.sum()),
        succeeded=int(succeeded.sum()),
        failed=int((completed & ~succeeded).sum()),
        unfinished=int((there & ~completed).sum()),
        deleted=int(tasks.deleted.sum()),
        retries=int(tasks.retries.sum()),
        requeues=int(tasks.requeues.sum()),
        preemptions=int(tasks.preemptions.sum()),
        unfinished_why={name: int(count) for name, count in zip(names[1:], why[1:], strict=True) if count},
    )


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole > 0 else None


def _utilization(recording: Recording) -> Utilization:
    raw, workload, control = recording.raw, recording.workload, recording.billed
    serving = np.where(control.state == IDLE, control.end - control.start, 0)
    pool_of_row = control.node_pool[control.node]
    made = raw.attempts
    held = (made.end - made.assigned).astype(np.float64)
    slots, cores = _capacities(recording)
    # Draining nodes work without being in service: their work counts on both sides.
    draining = np.where((control.state != IDLE), control.worked.measure(control.node, control.start, control.end), 0)
    room = (serving + draining).astype(np.float64)
    ledger = recording.ledger
    held_slots, own = chosen(workload.slots, made.task), chosen(workload.cores, made.task)
    taken = np.where(own > 0, own / 1000, held_slots * (cores / slots)[control.node_pool][made.node])
    shares = recording.scenario.options.cpu_slowdown
    at_work = _at_work(recording, taken, cores[control.node_pool][made.node]) if shares else float((held * taken).sum())
    return Utilization(
        slot=_share((held * held_slots).sum(), (room * slots[pool_of_row]).sum()),
        core=_share(at_work, (room * cores[pool_of_row]).sum()),
        useful=_share(float(ledger.time[:, LABELS.index(Label.BUSY_USEFUL)].sum()), float(ledger.billed.sum())),
        slowdown=_slowdown(recording) if shares else None,
    )


def _at_work(recording: Recording, taken: Floats, cores: Floats) -> float:
    """Add up core time where attempts share cores: of each node no more at once than it has."""
    made = recording.raw.attempts
    node = np.concatenate([made.node, made.node])
    time = np.concatenate([made.assigned, made.end])
    order = np.lexsort((time, node))
    node, time = node[order], time[order]
    level = np.cumsum(np.concatenate([taken, -taken])[order])
    bound = np.concatenate([cores, cores])[order]
    spans = np.diff(time) * (node[1:] == node[:-1])
    return float((np.minimum(level, bound)[:-1] * spans).sum())


def _slowdown(recording: Recording) -> float | None:
    """Compare how long attempts that succeeded took with what they would have taken alone.

    Alone, too, an attempt pulls an image that is not there, writes its checkpoints, and goes on from the last one.
    """
    made, workload, extras = recording.raw.attempts, recording.workload, recording.workload.extras
    good = np.flatnonzero((made.outcome == Outcome.SUCCEEDED) & (made.instance == 0))
    task = made.task[good]
    work = workload.demand[task]
    alone = workload.overhead[task] + made.pulled[good]
    if extras.upload is not None:
        alone = alone + extras.upload[task]
    if extras.interval is not None:
        first = made.instance == 0
        done = np.bincount(made.task[first], weights=made.kept[first].astype(np.float64), minlength=len(workload))[task]
        work = work - done.astype(np.int64)
        interval = extras.interval[task]
        written = np.where(interval > 0, np.maximum(work - 1, 0) // np.maximum(interval, 1), 0)
        for times, each in ((written, extras.cost), (done > 0, extras.restart)):
            alone = alone if each is None else alone + times * each[task]
    return _share(float((made.end - made.start)[good].sum()), float((alone + work).sum()))


def _capacities(recording: Recording) -> tuple[Floats, Floats]:
    """Return slots and cores of a node, by pool."""
    pools, sizes = recording.raw.pools, recording.scenario.sizes
    slots = np.array([pool.task_slots_per_node for pool in pools], dtype=np.float64)
    return slots, np.array([sizes[pool.vm_size].vcpus for pool in pools], dtype=np.float64)


def _nodes(recording: Recording) -> Nodes:
    """Count nodes that exist; the mean is taken from the first node's creation to the last node's end or the bill's."""
    control = recording.billed
    every = _levels(recording, np.ones(len(control.node), dtype=bool))
    paid_as = _price_kinds(recording)
    return Nodes(
        peak=every.peak,
        mean=every.mean,
        by_kind={
            str(kind): _levels(recording, paid_as[control.node] == code)
            for code, kind in enumerate(PriceKind)
            if (paid_as == code).any()
        },
        preemptions=int((control.state == PREEMPTED).sum()),
        vms=int((control.state == CREATING).sum()),
        pools_without=_pools_without(recording),
        lost_to_shrinks_s=lost_to_shrinks(control),
    )


def _pools_without(recording: Recording) -> dict[str, int]:
    """Return the pools that never had a node, and the most that they asked for."""
    recorder = recording.raw.recorder
    served = {node.pool for node in recorder.nodes}
    asked: dict[str, int] = {}
    for pool, _, dedicated, low_priority in recorder.targets:
        if pool not in served and dedicated + low_priority:
            name = recording.raw.pools[pool].id
            asked[name] = max(asked.get(name, 0), dedicated + low_priority)
    return asked


def _shortage_warnings(recording: Recording) -> list[str]:
    """Return what a run lacked so much that its figures are of something else."""
    found = [
        f"pool {pool} never got a node, though {count:,} {'was' if count == 1 else 'were'} asked for"
        for pool, count in _pools_without(recording).items()
    ]
    if count := recording.raw.recorder.too_old:
        tasks = "1 task was" if count == 1 else f"{count:,} tasks were"
        found.append(f"{tasks} ended as a failure 180 days after being added, the longest life that the service grants")
    return found


def _price_kinds(recording: Recording) -> Ints:
    """Return what each node is paid as, as its place in `PriceKind`."""
    places = {kind: place for place, kind in enumerate(PriceKind)}
    pools, scenario, control = recording.raw.pools, recording.scenario, recording.control
    paid_as = np.array([[places[price_kind(scenario, pool, kind)] for kind in KINDS] for pool in pools], dtype=np.int64)
    return paid_as.reshape(-1, len(KINDS))[control.node_pool, control.node_kind]


def _levels(recording: Recording, rows: npt.NDArray[np.bool_]) -> Levels:
    control = recording.billed
    start, end = control.start[rows], control.end[rows]
    if not len(start):
        return Levels(peak=0, mean=0.0)
    instants = np.concatenate([start, end])
    steps = np.concatenate([np.ones(len(start), np.int64), -np.ones(len(end), np.int64)])
    order = np.lexsort((steps, instants))
    span = int(control.end.max() - control.start.min())
    mean = _share(float((end - start).sum()), float(span))
    return Levels(peak=int(np.cumsum(steps[order]).max()), mean=mean or 0.0)


def _cost(recording: Recording) -> Cost:
    bill = recording.bill
    if not bill.is_known:
        unknown = {one.name: None for one in fields(Cost) if one.name not in ("currency", "notes")}
        return Cost(currency="USD", notes=bill.notes, **unknown)
    total = bill.total
    succeeded = int(recording.raw.tasks.counts_as_succeeded.sum())
    return Cost(
        currency="USD",
        total=dollars(total),
        by_pool=in_dollars(bill.by(0)),
        by_kind=in_dollars(bill.by(1)),
        by_job=in_dollars(bill.by_job),
        by_label=in_dollars(bill.by(2)),
        licenses=dollars(bill.licenses),
        subscription_extras=dollars(bill.extras),
        per_succeeded_task=_share(dollars(total), succeeded),
        notes=bill.notes,
    )


def _bill(recording: Recording) -> BillEnd:
    """Report when the bill ends, and what goes on from there."""
    scenario, raw = recording.scenario, recording.raw
    found = tail(scenario, raw, recording.bill_end)
    return BillEnd(
        until=rule_of(scenario, raw),
        end_s=recording.bill_end / MS_PER_S,
        nodes=found.nodes,
        per_hour=found.per_hour,
        tail_s=(found.end - recording.bill_end) / MS_PER_S,
        tail_cost=found.cost,
        nodes_left=found.left,
    )


def _jobs(recording: Recording, cost: Cost, waited: Floats) -> dict[str, JobAnswer]:
    """Measure each job by itself, in NumPy over all jobs at once; `waited` is of the tasks that started."""
    workload, tasks, jobs = (
        recording.workload,
        recording.raw.tasks,
        [planned.job for planned in recording.workload.jobs],
    )
    count = len(jobs)
    came, completed = where(tasks.submitted), where(tasks.state == TaskState.COMPLETED)
    rows = (None, came, where(tasks.first_start >= 0), where(tasks.counts_as_succeeded))
    of_all, of_submitted, of_started, of_succeeded = (chosen(workload.job, mine) for mine in rows)
    begin = np.full(count, np.iinfo(np.int64).max)
    end = np.full(count, -1, dtype=np.int64)
    np.minimum.at(begin, of_submitted, chosen(workload.submit, came))
    np.maximum.at(end, chosen(workload.job, completed), chosen(tasks.end, completed))
    meant, submitted, starts, succeeded = (
        np.bincount(job, minlength=count) for job in (of_all, of_submitted, of_started, of_succeeded)
    )
    waits = np.zeros(count)
    np.add.at(waits, of_started, waited)
    return {
        job.id: JobAnswer(
            planned=int(meant[index]),
            submitted=int(submitted[index]),
            succeeded=int(succeeded[index]),
            makespan_s=float(end[index] - begin[index]) / MS_PER_S if end[index] >= 0 else None,
            queue_time_s=_share(float(waits[index]), float(starts[index])),
            cost=None if cost.by_job is None else cost.by_job.get(job.id, 0.0),
        )
        for index, job in enumerate(jobs)
    }


def _resize_errors(recording: Recording) -> dict[str, int]:
    codes = (code for row in recording.raw.recorder.resizes for code in row.errors.values() or (row.code,))
    return dict(sorted(Counter(code for code in codes if code in RESIZE_ERRORS).items()))


def _operations(recording: Recording) -> Operations:
    rows = recording.raw.recorder.operations
    refused = (
        Refused(row.time / MS_PER_S, row.operation, row.target, row.code, row.message)
        for row in rows
        if row.code != SUCCESS
    )
    return Operations(count=len(rows), refused=tuple(refused))


def _evaluations(recording: Recording) -> Evaluations:
    rows = recording.raw.recorder.evaluations
    errors = Counter(row.run.error.code for row in rows if row.run.error is not None)
    changes = sum(row.action in CHANGING for row in rows)
    return Evaluations(count=len(rows), errors=dict(sorted(errors.items())), target_changes=changes)
