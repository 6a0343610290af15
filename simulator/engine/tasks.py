"""From the workload's columns to the kernels' and back to the record."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.kernel import JobPolicy, Kernel, Shape, Tasks
from simulator.results.raw import RawAttempts, RawTasks
from simulator.scenario import Scenario
from simulator.scenario.bodies import JobOrder, Pool
from simulator.scenario.dependencies import Dependencies
from simulator.scenario.schema import EqualPriorityPolicy
from simulator.scenario.workload import Workload
from simulator.states import NodeFillType, Outcome, TaskState
from simulator.streams import stream

JOB_POLICY = {
    EqualPriorityPolicy.UNIFORM: JobPolicy.UNIFORM,
    EqualPriorityPolicy.ROUND_ROBIN: JobPolicy.ROUND_ROBIN,
    EqualPriorityPolicy.CREATIONTIME: JobPolicy.CREATION_TIME,
}


def make_kernel(
    scenario: Scenario, replication: int, pool: Pool, workload: Workload, rows: npt.NDArray[np.int64]
) -> Kernel:
    """Build the kernel of one pool from the workload's `rows` that belong to it."""
    shapes, shape = _distinct([getattr(workload, name)[rows] for name in ("slots", "cores", "memory", "instances")])
    queues, queue = _distinct([workload.job[rows], shape])
    columns = Tasks(
        submit=_column("q", workload.submit[rows]),
        span=_column("q", workload.latency[rows] + workload.overhead[rows] + workload.demand[rows]),
        queue=_column("i", queue),
        max_retries=_column("i", workload.max_retries[rows]),
        failures=_column("i", workload.failures[rows]),
        queues=queues,
        **_dependencies(workload.dependencies, rows),
    )
    policy = scenario.options.equal_priority_policy
    if policy is EqualPriorityPolicy.UNIFORM and pool.job_default_order is JobOrder.CREATIONTIME:
        policy = EqualPriorityPolicy.CREATIONTIME
    size = scenario.sizes[pool.vm_size]
    return Kernel(
        columns,
        [Shape(*row) for row in shapes],
        [job.priority for job in scenario.jobs],
        slots=pool.task_slots_per_node,
        cores=size.vcpus * 1000,
        memory=round(size.memory_gib * 1024),
        pack=pool.node_fill_type is NodeFillType.PACK,
        job_policy=JOB_POLICY[policy],
        gangs=pool.enable_inter_node_communication,
        retry_at_tail=scenario.options.retry_position == "tail",
        random_ties=scenario.options.node_tie_break == "random",
        seed=int(stream(scenario.seed, replication, f"dispatch:{pool.id}").integers(2**63)),
        max_rounds=scenario.options.max_rounds_per_instant,
    )


def _dependencies(found: Dependencies, rows: npt.NDArray[np.int64]) -> dict[str, array[int]]:
    """Give the kernel's columns of who waits for whom; none where nobody does."""
    if found.is_empty or not found.waiting[rows].any():
        return {}
    mine = np.isin(found.parent, rows)
    parent, child = (np.searchsorted(rows, edge[mine]) for edge in (found.parent, found.child))
    return {
        "parents": _column("i", found.waiting[rows]),
        "children_from": _column("i", np.searchsorted(parent, np.arange(len(rows) + 1))),
        "children": _column("i", child),
        "satisfies": array("b", found.satisfies[rows].astype(np.int8).tobytes()),
    }


def collect_attempts(
    workload: Workload, kernels: list[Kernel], rows: list[npt.NDArray[np.int64]], numbers: list[list[int]], end: int
) -> RawAttempts:
    """Join the attempt columns of all pools, in order of assignment; what still runs ends at `end`.

    `rows` gives the workload row of each kernel's task, `numbers` the node-table row of each kernel's node.
    """
    parts: dict[str, list[npt.NDArray[np.int64]]] = {
        name: [] for name in ("task", "instance", "node", "assigned", "start", "end", "outcome")
    }
    for kernel, row, number in zip(kernels, rows, numbers, strict=True):
        made = kernel.attempts
        used = slice(len(made))
        task = np.asarray(made.task)[used]
        assigned = np.asarray(made.assigned)[used]
        runs = _run_on(kernel)
        parts["task"].append(row[task])
        parts["instance"].append(np.asarray(made.instance)[used])
        parts["node"].append(np.array(number, dtype=np.int64)[np.asarray(made.node)[used]])
        parts["assigned"].append(assigned)
        parts["start"].append(assigned + workload.latency[row[task]])
        parts["end"].append(np.where(runs, end, np.asarray(made.end)[used]))
        parts["outcome"].append(np.where(runs, Outcome.RUNNING, np.asarray(made.outcome)[used]).astype(np.int8))
    joined = {name: np.concatenate(columns) if columns else np.zeros(0, np.int64) for name, columns in parts.items()}
    order = np.argsort(joined["assigned"], kind="stable")
    sorted_columns = {name: values[order] for name, values in joined.items()}
    return RawAttempts(
        task=sorted_columns["task"].astype(np.int32),
        instance=sorted_columns["instance"].astype(np.int32),
        node=sorted_columns["node"].astype(np.int32),
        assigned=sorted_columns["assigned"],
        start=sorted_columns["start"],
        end=sorted_columns["end"],
        outcome=sorted_columns["outcome"].astype(np.int8),
    )


def _run_on(kernel: Kernel) -> npt.NDArray[np.bool_]:
    """Say which attempts have not ended."""
    found = np.zeros(len(kernel.attempts), dtype=np.bool_)
    task = np.flatnonzero(np.asarray(kernel.state) == TaskState.RUNNING)
    instances = np.asarray(kernel.nodes.instances)[np.asarray(kernel.queues.shape)[np.asarray(kernel.queue)[task]]]
    first = np.asarray(kernel.row)[task]
    for instance in range(int(instances.max(initial=0))):
        found[first[instances > instance] + instance] = True
    return found


def collect_tasks(
    workload: Workload,
    kernels: list[Kernel],
    rows: list[npt.NDArray[np.int64]],
    attempts: RawAttempts,
) -> RawTasks:
    """Give the final state of every task, and what its attempts say about it."""
    count = len(workload.submit)
    state = np.zeros(count, np.int8)
    retries = np.zeros(count, np.int32)
    pool = np.full(count, -1, np.int32)
    for index, (kernel, row) in enumerate(zip(kernels, rows, strict=True)):
        state[row] = np.asarray(kernel.state)
        retries[row] = np.asarray(kernel.retries)
        pool[row] = index
    primary = attempts.instance == 0
    task, outcome = attempts.task[primary], attempts.outcome[primary]
    start, end = attempts.start[primary], attempts.end[primary]
    began = (start < end) | ((start == end) & (outcome == Outcome.SUCCEEDED)) | (outcome == Outcome.FAILED)
    first_start = np.full(count, -1, np.int64)
    last_start = np.full(count, -1, np.int64)
    first_start[task[began][::-1]] = start[began][::-1]
    last_start[task[began]] = start[began]
    last_end = np.full(count, -1, np.int64)
    last_outcome = np.full(count, -1, np.int64)
    last_end[task] = end
    last_outcome[task] = outcome
    completed = state == TaskState.COMPLETED
    exited = completed & (last_outcome != Outcome.TERMINATED)
    failed = last_outcome == Outcome.FAILED
    return RawTasks(
        state=state,
        exit_code=np.where(exited, np.where(failed, workload.exit_code, 0), -1).astype(np.int32),
        exited=exited,
        succeeded=completed & (last_outcome == Outcome.SUCCEEDED),
        retries=retries,
        requeues=np.bincount(task[outcome == Outcome.REQUEUED], minlength=count).astype(np.int32),
        preemptions=np.bincount(task[outcome == Outcome.PREEMPTED], minlength=count).astype(np.int32),
        first_start=first_start,
        last_start=last_start,
        end=np.where(completed, last_end, -1),
        pool=pool,
    )


def _distinct(columns: list[npt.NDArray[np.integer[Any]]]) -> tuple[list[Any], npt.NDArray[np.int32]]:
    """Give the distinct rows of some columns in ascending order, and for each row its place among them."""
    place = np.zeros(len(columns[0]), dtype=np.int64)
    rows: list[tuple[int, ...]] = [()]
    for column in columns:
        values, code = np.unique(column, return_inverse=True)
        found, place = np.unique(place * len(values) + code, return_inverse=True)
        rows = [(*rows[pair // len(values)], int(values[pair % len(values)])) for pair in found.tolist()]
    return rows, place.astype(np.int32)


def _column(code: str, values: npt.NDArray[np.generic]) -> array[int]:
    width = {"q": np.int64, "i": np.int32}[code]
    return array(code, np.ascontiguousarray(values, dtype=width).tobytes())
