"""What holds after every run, whatever the scenario (architecture, law 3)."""

import math

import numpy as np

from simulator import Recording
from simulator.experiment.measures import is_measure
from simulator.results.answer.metrics import summarize
from simulator.states import NODE_TRANSITIONS, NodeState, Outcome, TaskState


def check(recording: Recording) -> Recording:
    """Assert conservation of tasks, nodes and room; give the recording back."""
    raw, workload = recording.raw, recording.workload
    state = raw.tasks.state
    attempts = raw.attempts
    assert len(state) == len(workload)
    running = attempts.task[attempts.outcome == Outcome.RUNNING]
    assert set(running.tolist()) == set(
        np.flatnonzero((state == TaskState.RUNNING) | (state == TaskState.PREPARING)).tolist()
    )
    succeeded = attempts.task[(attempts.outcome == Outcome.SUCCEEDED) & (attempts.instance == 0)]
    assert sorted(succeeded.tolist()) == np.flatnonzero(raw.tasks.succeeded).tolist()
    assert (attempts.end >= attempts.assigned).all()
    assert (attempts.assigned >= workload.submit[attempts.task]).all()
    _check_starts(recording)
    _check_kept(recording)
    _check_nodes(recording)
    _check_transitions(recording)
    _check_service(recording)
    _check_room(recording)
    _check_ledger(recording)
    _check_timeline(recording)
    _check_answer(recording)
    return recording


def _check_answer(recording: Recording) -> None:
    """Tasks add up; and whatever an answer counts by name, an experiment can follow: its lists of names are whole."""
    answer = summarize(recording)
    tasks, jobs = answer["tasks"], answer["jobs"].values()
    assert tasks["planned"] == len(recording.workload) == sum(job["planned"] for job in jobs)
    assert tasks["submitted"] == sum(job["submitted"] for job in jobs)
    assert tasks["planned"] == tasks["succeeded"] + tasks["failed"] + tasks["unfinished"] + tasks["deleted"]
    assert tasks["unfinished"] == sum(tasks["unfinished_why"].values())
    assert tasks["planned"] - tasks["unfinished"] <= tasks["submitted"] <= tasks["planned"]
    attempts = recording.raw.attempts
    assert tasks["preemptions"] == ((attempts.outcome == Outcome.PREEMPTED) & (attempts.instance == 0)).sum()
    assert recording.raw.tasks.submitted[attempts.task].all()
    counted = {
        "resize_errors": answer["resize_errors"],
        "evaluations.errors": answer["evaluations"]["errors"],
        "tasks.unfinished_why": answer["tasks"]["unfinished_why"],
        "cost.by_label": answer["cost"]["by_label"] or {},
    }
    for part, entries in counted.items():
        for name in entries:
            assert is_measure(f"{part}.{name}") or "." in name, f"{part}.{name}"


def _check_starts(recording: Recording) -> None:
    """An attempt starts before its end or not at all, what ends by itself has started, and so has its task."""
    attempts, tasks = recording.frame("attempts"), recording.frame("tasks")
    started = attempts["start"].notna()
    assert (attempts["assigned"] <= attempts["start"])[started].all()
    assert (attempts["start"] <= attempts["end"])[started].all()
    assert started[attempts["outcome"].isin(["succeeded", "failed", "expired", "unfetched"])].all()
    primary = attempts[started & (attempts["instance"] == 0)].groupby("task", observed=True)["start"]
    for name, starts in (("first_start", primary.min()), ("last_start", primary.max())):
        known = tasks[name].dropna()
        assert known.index.tolist() == starts.index.tolist()
        assert (known == starts).all()


def _check_kept(recording: Recording) -> None:
    """No more is kept of an attempt than it did, and of a task not all; of what ended by itself nothing is."""
    attempts, workload = recording.raw.attempts, recording.workload
    kept = attempts.kept > 0
    assert (kept == (attempts.kept_until >= 0)).all()
    assert (attempts.kept_until[kept] <= attempts.end[kept]).all()
    if not recording.scenario.options.cpu_slowdown:
        assert (attempts.kept <= np.maximum(attempts.kept_until - attempts.start, 0)).all()
    failed = (recording.raw.tasks.state == TaskState.COMPLETED) & ~recording.raw.tasks.succeeded
    assert not failed[attempts.task[kept]].any()
    assert not np.isin(attempts.outcome[kept], [Outcome.SUCCEEDED, Outcome.FAILED, Outcome.RUNNING]).any()
    primary = attempts.instance == 0
    whole = np.bincount(attempts.task[primary], attempts.kept[primary], minlength=len(workload))
    assert (whole <= np.maximum(workload.demand - 1, 0)).all()


def _check_ledger(recording: Recording) -> None:
    """Labels sum to the time each node existed until the end of the bill, and the parts of the bill to the bill."""
    ledger, bill = recording.ledger, recording.bill
    lives = np.zeros(len(recording.raw.recorder.nodes), dtype=np.int64)
    for row in recording.raw.recorder.states:
        lives[row.node] += max(min(row.end, recording.bill_end) - row.start, 0)
    assert (ledger.time >= 0).all()
    assert (ledger.time.sum(axis=1) == lives).all()
    assert (ledger.billed >= 0).all()
    assert recording.charges.total == sum(bill.by_job.values()) == sum(bill.by(0).values()) == sum(bill.by(2).values())
    if recording.charges.is_known:
        cost = summarize(recording)["cost"]
        for part in ("by_pool", "by_kind", "by_job", "by_label"):
            assert math.isclose(sum(cost[part].values()), cost["total"], rel_tol=1e-9, abs_tol=1e-15)


def _check_timeline(recording: Recording) -> None:
    """Levels are never negative, never above what there is, and end where the run ended."""
    raw, frame = recording.raw, recording.pool_timeline
    levels = frame.drop(columns=["pool", "time"])
    assert (levels >= 0).all().all()
    for index, pool in enumerate(raw.pools):
        rows = frame[frame["pool"] == pool.id]
        current = rows["current_dedicated"] + rows["current_low_priority"]
        assert (rows["used_slots"] <= pool.task_slots_per_node * current).all()
        assert (rows["usable_nodes"] + rows["preempted_nodes"] + rows["deallocated_nodes"] <= current).all()
        if len(rows):
            mine = raw.tasks.pool == index
            assert rows["queued_tasks"].iloc[-1] == (raw.tasks.state[mine] == TaskState.ACTIVE).sum()
            assert (
                rows["running_tasks"].iloc[-1]
                == np.isin(raw.tasks.state[mine], [TaskState.RUNNING, TaskState.PREPARING]).sum()
            )


def _check_nodes(recording: Recording) -> None:
    """Every node has one state after the other, without gap or overlap."""
    rows = recording.raw.recorder.states
    ends: dict[int, int] = {}
    for row in rows:
        assert row.start <= row.end <= recording.raw.end
        assert ends.get(row.node, row.start) == row.start
        ends[row.node] = row.end


def _check_transitions(recording: Recording) -> None:
    """Every change of state stands in the table, idle and running distinguished."""
    rows = recording.node_states
    before: dict[str, NodeState] = {}
    for node, name in zip(rows["node"], rows["state"], strict=True):
        state = NodeState(name)
        last = before.get(node)
        if state is NodeState.RUNNING and state not in NODE_TRANSITIONS[last]:
            state = NodeState.IDLE  # for no time at all
        assert state in NODE_TRANSITIONS[last] or state is last, (node, last, state)
        before[node] = NodeState(name)


def _check_service(recording: Recording) -> None:
    """Tasks are placed on nodes in service with scheduling enabled, and nowhere else."""
    raw = recording.raw
    served: dict[int, list[tuple[int, int]]] = {}
    for row in raw.recorder.states:
        if row.state is NodeState.IDLE and row.is_open:
            served.setdefault(row.node, []).append((row.start, row.end))
    for node, assigned in zip(raw.attempts.node.tolist(), raw.attempts.assigned.tolist(), strict=True):
        assert any(start <= assigned <= end for start, end in served.get(node, ())), (node, assigned)


def _check_room(recording: Recording) -> None:
    """Slots, cores and memory of a node are never oversubscribed; cores may be where that slows tasks down."""
    raw, workload = recording.raw, recording.workload
    for number, node in enumerate(raw.recorder.nodes):
        pool = raw.pools[node.pool]
        size = recording.scenario.sizes[pool.vm_size]
        here = raw.attempts.node == number
        begin, end, task = raw.attempts.assigned[here], raw.attempts.end[here], raw.attempts.task[here]
        limits = (pool.task_slots_per_node, size.vcpus * 1000, round(size.memory_gib * 1024))
        needs = [workload.slots, workload.cores, workload.memory]
        if recording.scenario.options.cpu_slowdown:
            needs[1] = np.zeros_like(workload.cores)
        if recording.scenario.options.memory_is_only_reported:
            needs[2] = np.zeros_like(workload.memory)
        for need, limit in zip(needs, limits, strict=True):
            change = np.concatenate([need[task], -need[task]])
            # At one instant room is given back before it is taken.
            order = np.lexsort((np.concatenate([np.ones(len(task)), np.zeros(len(task))]), np.r_[begin, end]))
            assert np.cumsum(change[order]).max(initial=0) <= limit
