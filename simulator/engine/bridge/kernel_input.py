"""From the workload's columns to the kernels'."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import chosen as rows_of
from simulator.columns.broadcast import distinct, looked_up
from simulator.engine.bridge.pool_policies import placer_of, planner_of
from simulator.kernel import JobPolicy, Kernel, Rules, Tasks
from simulator.scenario import Scenario
from simulator.scenario.format.bodies import JobOrder, Pool
from simulator.scenario.format.schema import EqualPriorityPolicy
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
SHAPE = ("slots", "cores", "memory", "instances")
BOUNDLESS = 2**40
"""MiB of memory of a node whose memory does not limit tasks."""
JOB_POLICY = {
    EqualPriorityPolicy.UNIFORM: JobPolicy.UNIFORM,
    EqualPriorityPolicy.ROUND_ROBIN: JobPolicy.ROUND_ROBIN,
    EqualPriorityPolicy.CREATIONTIME: JobPolicy.CREATION_TIME,
}


def empty_kernel(scenario: Scenario, replication: int, pool: Pool, priorities: Sequence[int]) -> Kernel:
    """Return the kernel of a pool with jobs of these priorities, without tasks; more of both may come at any time."""
    options, size = scenario.options, scenario.sizes[pool.vm_size]
    none = Tasks(array("q"), array("q"), array("i"), array("i"), array("i"), [])
    chosen = scenario.policies_of(pool)
    may_import = scenario.within is None
    planner = planner_of(chosen.queue, may_import=may_import)
    placer = placer_of(chosen.placement, may_import=may_import)
    kernel = Kernel(
        none,
        [],
        [*priorities],
        slots=pool.task_slots_per_node,
        cores=size.vcpus * 1000,
        memory=BOUNDLESS if options.memory_is_only_reported else round(size.memory_gib * 1024),
        pack=pool.node_fill_type is NodeFillType.PACK,
        job_policy=job_policy(scenario, pool),
        gangs=pool.enable_inter_node_communication,
        retry_at_tail=options.retry_position == "tail",
        random_ties=options.node_tie_break == "random",
        seed=int(stream(scenario.seed, replication, f"dispatch:{pool.id}").integers(2**63)),
        max_rounds=options.max_rounds_per_instant,
        each_event=options.passes == "each_event",
        planner=planner,
        placer=placer,
        rules=Rules(random_order=options.task_order == "random", share_cores=options.cpu_slowdown),
    )
    for one in (planner, placer):
        if one is not None:
            one.attach(kernel)
    return kernel


def job_policy(scenario: Scenario, pool: Pool) -> JobPolicy:
    """Return which of several jobs of equal priority is served next in a pool."""
    policy = scenario.options.equal_priority_policy
    if policy is EqualPriorityPolicy.UNIFORM and pool.job_default_order is JobOrder.CREATIONTIME:
        policy = EqualPriorityPolicy.CREATIONTIME
    return JOB_POLICY[policy]


class Kinds:
    """The shapes and queues that the kernel of a pool has: what further tasks bring is numbered behind them."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[int, ...], int] = {}
        self._queues: dict[tuple[int, ...], int] = {}

    def take(self, workload: Workload, rows: npt.NDArray[np.int64] | None) -> tuple[Columns, list[tuple[int, ...]]]:
        """Return the columns of tasks that are `rows` of a workload, and the shapes that none before had."""
        column = {name: rows_of(getattr(workload, name), rows) for name in TAKEN}
        kinds, kind = distinct([column[name] for name in SHAPE])
        shape = _numbered(self._shapes, kinds)
        pairs, pair = distinct([column["job"], looked_up(shape[0], kind)])
        queue = _numbered(self._queues, pairs)
        upload = workload.extras.upload
        span = column["latency"] + column["overhead"] + column["demand"]
        found = Columns(
            submit=column["submit"],
            span=span if upload is None else span + rows_of(upload, rows),
            queue=looked_up(queue[0], pair),
            max_retries=column["max_retries"],
            failures=column["failures"],
            queues=[(job, number) for job, number in queue[1]],
        )
        return found, shape[1]


@dataclass(slots=True)
class Columns:
    """What a kernel takes of tasks, before it is written in its form."""

    submit: npt.NDArray[np.int64]
    span: npt.NDArray[np.int64]
    queue: npt.NDArray[np.int32]
    max_retries: npt.NDArray[np.int32]
    failures: npt.NDArray[np.int32]
    queues: list[tuple[int, int]]
    """Pairs of job and shape that none before had."""

    def tasks(self, at: int | None, dependencies: Mapping[str, Any]) -> Tasks:
        """Return them in the form of the kernel, submitted `at` an instant that is only known now, if it is given."""
        submit = _known(self.submit) if at is None else np.full(len(self.submit), at, dtype=np.int64)
        return Tasks(
            submit=_column("q", submit),
            span=_column("q", self.span),
            queue=_column("i", self.queue),
            max_retries=_column("i", self.max_retries),
            failures=_column("i", self.failures),
            queues=self.queues,
            **dependencies,
        )


def _numbered(
    known: dict[tuple[int, ...], int], found: list[tuple[int, ...]]
) -> tuple[npt.NDArray[np.int32], list[tuple[int, ...]]]:
    """Return the numbers of keys, and those that are new: they are numbered behind the others."""
    new = [key for key in found if key not in known]
    known.update(zip(new, range(len(known), len(known) + len(new)), strict=True))
    return np.array([known[key] for key in found], dtype=np.int32), new


def _known(submit: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return times of submission, `NEVER` for tasks whose time is not known before the run."""
    unknown = to_ms(UNKNOWN)
    return np.where(submit >= unknown, NEVER, submit) if submit.max(initial=0) >= unknown else submit


def _column(code: str, values: npt.NDArray[np.generic]) -> array[int]:
    made: array[int] = array(code)
    made.frombytes(np.ascontiguousarray(values, dtype={"q": np.int64, "i": np.int32}[code]).data.cast("B"))
    return made
