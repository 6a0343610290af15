"""A run as it is recorded: tasks, jobs and pools in the order of the scenario, whoever brought them and when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.engine.bridge.kernel_output import Home, collect_attempts, collect_tasks, drop_work_of_failed_tasks
from simulator.engine.collection.renumbering import Order, order_of, renumber
from simulator.engine.collection.second_tasks import with_second_names
from simulator.results.money.bill_end import INTERRUPTED
from simulator.results.raw.raw_run import RawRun
from simulator.results.record.recording import Recording
from simulator.units import to_ms
from simulator.workload.planned_jobs import UNKNOWN

if TYPE_CHECKING:
    import numpy.typing as npt

    from simulator.engine.construction import Construction
    from simulator.kernel import Kernel
    from simulator.results.raw.raw_run import RawAttempts
    from simulator.results.raw.recorder import Recorder
    from simulator.scenario.prepared import Prepared
    from simulator.workload.build import Workload


@dataclass(frozen=True, slots=True)
class RunFacts:
    """How far a run has come."""

    end: int
    stop_reason: str
    """Empty while it goes on."""
    settled: int


def collect(
    prepared: Prepared, made: Construction, replication: int, recorder: Recorder, facts: RunFacts, *, is_last: bool
) -> Recording:
    """Return the record of a run; unless it is the last one, nothing in it changes when the run goes on."""
    order = order_of(prepared, made, replication)
    workload = with_second_names(_submitted(order, made), prepared.scenario)
    renumber(recorder, order)
    kernels, rows, homes = _homes(order, made)
    numbers = [pool.members.rows for pool in order.pools]
    attempts = collect_attempts(workload, kernels, rows, numbers, facts.end)
    tasks = collect_tasks(
        workload,
        kernels,
        homes,
        attempts,
        recorder,
        preemption_counts=made.world.options.preemption_counts_as_requeue,
        sick_codes=[pool.site.description.simulation.sick_nodes.exit_code for pool in order.pools],
        deleted=[int(order.row(row)) for job in order.jobs for row in job.ids.deleted],
    )
    attempts = drop_work_of_failed_tasks(attempts, tasks)
    raw = RawRun(
        tasks=tasks if is_last else tasks.copy(),
        attempts=attempts if is_last else attempts.copy(),
        recorder=recorder,
        pools=tuple(pool.site.description for pool in order.pools),
        end=facts.end,
        complete=bool(facts.stop_reason),
        stop_reason=facts.stop_reason or INTERRUPTED,
        settled=facts.settled,
        never_fits=_never_fits(len(workload), kernels, homes),
        blocked=_blocked(len(workload), kernels, homes),
        pool_of_job=tuple(order.numbers[job.pool.index] for job in order.jobs),
        waited=_waited(workload, attempts) if recorder.node_tasks else np.zeros(0, dtype=np.int64),
    )
    return Recording(prepared, replication, workload, raw)


def _homes(order: Order, made: Construction) -> tuple[list[Kernel], list[npt.NDArray[np.int64]], list[Home]]:
    """Return, for each pool, its kernel, the rows of its tasks, and those that are its own in the end."""
    kernels = [made.world.env.kernels[pool.index] for pool in order.pools]
    rows = [order.row(pool.tenancy.rows.values) for pool in order.pools]
    if all(len(job.pools) == 1 for job in order.jobs):
        return kernels, rows, [Home(None, mine) for mine in rows]
    pool = np.array([order.numbers[job.pool.index] for job in order.jobs], dtype=np.int64)[order.workload.job]
    mine = [np.flatnonzero(pool[found] == index) for index, found in enumerate(rows)]
    return kernels, rows, [Home(tasks, found[tasks]) for tasks, found in zip(mine, rows, strict=True)]


def _submitted(order: Order, made: Construction) -> Workload:
    """Return the workload with the times at which tasks of recurring jobs were added, or would have been."""
    workload = order.workload
    if not made.world.scenario.job_schedules:
        return workload
    submit = np.array(workload.submit)
    for number, job in enumerate(order.jobs):
        if job.is_recurring:
            mine = workload.job == number
            submit[mine] += job.due - to_ms(UNKNOWN)
            rows = order.row(np.array(list(job.submitted), dtype=np.int64))
            submit[rows] = list(job.submitted.values())
    return replace(workload, submit=submit)


def _never_fits(count: int, kernels: list[Kernel], homes: list[Home]) -> npt.NDArray[np.bool_]:
    found = np.zeros(count, dtype=bool)
    for kernel, home in zip(kernels, homes, strict=True):
        too_large = np.asarray(kernel.never_fits) == 1
        if too_large.any() and len(home.rows):
            shape = np.asarray(kernel.queues.shape)[np.asarray(kernel.queue)[: kernel.count]]
            found[home.rows] = home.of(too_large[shape])
    return found


def _blocked(count: int, kernels: list[Kernel], homes: list[Home]) -> npt.NDArray[np.bool_]:
    found = np.zeros(count, dtype=bool)
    for kernel, home in zip(kernels, homes, strict=True):
        if kernel.parents.any:
            found[home.rows] = home.of(np.asarray(kernel.parents.missing)[: kernel.count] > 0)
    return found


def _waited(workload: Workload, attempts: RawAttempts) -> npt.NDArray[np.int64]:
    """Return the attempts that started later than dispatch alone would have them."""
    late: Any = attempts.start > attempts.assigned + workload.latency[attempts.task]
    return np.flatnonzero(late)
