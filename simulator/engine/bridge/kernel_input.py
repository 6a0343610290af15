"""From the workload's columns to the kernels'."""

from __future__ import annotations

from array import array

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import chosen, distinct
from simulator.kernel import JobPolicy, Kernel, Rules, Shape, Tasks
from simulator.scenario import Scenario
from simulator.scenario.format.bodies import JobOrder, Pool
from simulator.scenario.format.schema import EqualPriorityPolicy
from simulator.scenario.format.task_dependencies import Dependencies
from simulator.states import NodeFillType
from simulator.streams import stream
from simulator.units import NEVER, to_ms
from simulator.workload.build import Workload
from simulator.workload.planned_jobs import UNKNOWN

TAKEN = (
    "job",
    "submit",
    "latency",
    "overhead",
    "demand",
    "slots",
    "cores",
    "memory",
    "instances",
    "max_retries",
    "failures",
)
"""Columns of the workload that a kernel is made from."""
BOUNDLESS = 2**40
"""MiB of memory of a node whose memory does not limit tasks."""
JOB_POLICY = {
    EqualPriorityPolicy.UNIFORM: JobPolicy.UNIFORM,
    EqualPriorityPolicy.ROUND_ROBIN: JobPolicy.ROUND_ROBIN,
    EqualPriorityPolicy.CREATIONTIME: JobPolicy.CREATION_TIME,
}


def make_kernel(
    scenario: Scenario,
    replication: int,
    pool: Pool,
    workload: Workload,
    rows: npt.NDArray[np.int64],
    rules: Rules | None = None,
) -> Kernel:
    """Build the kernel of one pool from the workload's `rows` that belong to it."""
    mine = None if len(rows) == len(workload) else rows
    column = {name: chosen(getattr(workload, name), mine) for name in TAKEN}
    shapes, shape = distinct([column[name] for name in ("slots", "cores", "memory", "instances")])
    queues, queue = distinct([column["job"], shape])
    pairs = [(job, number) for job, number in queues]
    span = column["latency"] + column["overhead"] + column["demand"]
    columns = Tasks(
        submit=_column("q", _known(column["submit"])),
        span=_column("q", span if workload.extras.upload is None else span + workload.extras.upload[rows]),
        queue=_column("i", queue),
        max_retries=_column("i", column["max_retries"]),
        failures=_column("i", column["failures"]),
        queues=pairs,
        **_dependencies(workload.dependencies, rows),
    )
    policy = scenario.options.equal_priority_policy
    if policy is EqualPriorityPolicy.UNIFORM and pool.job_default_order is JobOrder.CREATIONTIME:
        policy = EqualPriorityPolicy.CREATIONTIME
    size = scenario.sizes[pool.vm_size]
    kernel = Kernel(
        columns,
        [Shape(*row) for row in shapes],
        [planned.job.priority for planned in workload.jobs],
        slots=pool.task_slots_per_node,
        cores=size.vcpus * 1000,
        memory=BOUNDLESS if scenario.options.memory_is_only_reported else round(size.memory_gib * 1024),
        pack=pool.node_fill_type is NodeFillType.PACK,
        job_policy=JOB_POLICY[policy],
        gangs=pool.enable_inter_node_communication,
        retry_at_tail=scenario.options.retry_position == "tail",
        random_ties=scenario.options.node_tie_break == "random",
        seed=int(stream(scenario.seed, replication, f"dispatch:{pool.id}").integers(2**63)),
        max_rounds=scenario.options.max_rounds_per_instant,
        rules=rules,
    )
    if policy is EqualPriorityPolicy.CREATIONTIME:
        for number, planned in enumerate(workload.jobs):
            kernel.queues.date(number, NEVER if planned.schedule >= 0 else to_ms(planned.job.simulation.created_at))
    return kernel


def _known(submit: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return times of submission, `NEVER` for tasks whose time is not known before the run."""
    unknown = to_ms(UNKNOWN)
    return np.where(submit >= unknown, NEVER, submit) if submit.max(initial=0) >= unknown else submit


def _dependencies(found: Dependencies, rows: npt.NDArray[np.int64]) -> dict[str, array[int]]:
    """Return the kernel's columns of which tasks wait for which; none where no task waits."""
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


def _column(code: str, values: npt.NDArray[np.generic]) -> array[int]:
    made: array[int] = array(code)
    made.frombytes(np.ascontiguousarray(values, dtype={"q": np.int64, "i": np.int32}[code]).data.cast("B"))
    return made
