"""The measures of one run: how each number of the answer is computed (`answer.py` states what it is).

Each field is computed when it is first read, from no more of the record than it needs: a study that follows the
makespan and the cost draws up no ledger. `summarize` reads all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.codes import CHANGING
from simulator.columns.broadcast import chosen, where
from simulator.numerics.strict import strict
from simulator.results.answer.answer import (
    Answer,
    BillEnd,
    Cost,
    Evaluations,
    JobAnswer,
    Nodes,
    Operations,
    Refused,
    Spans,
    Tasks,
    Utilization,
)
from simulator.results.answer.assumptions import assumptions
from simulator.results.answer.body_warnings import body_warnings
from simulator.results.answer.computed import Computed, Fields
from simulator.results.answer.node_faults import fault_warnings
from simulator.results.answer.node_levels import levels, levels_by_kind, pools_without
from simulator.results.answer.short_jobs import short_job_warnings
from simulator.results.answer.usage import core_use, share, slot_use, slowdown, useful_share
from simulator.results.money.bill import dollars, in_dollars
from simulator.results.money.bill_end import Tail, rule_of, tail
from simulator.results.money.ledger import lost_to_shrinks
from simulator.results.raw.control_plane import CREATING, PREEMPTED
from simulator.results.record.manifest import manifest
from simulator.results.record.memory_excess import memory_warnings
from simulator.service_codes import RESIZE_ERRORS, SUCCESS
from simulator.states import TaskState
from simulator.units import MS_PER_S

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@strict
def summarize(recording: Recording) -> Answer:
    """Return the answer of a run; `None` where there was nothing to measure."""
    return observe(recording).whole()


def observe(recording: Recording) -> Computed[Answer, Observed]:
    """Return the answer of a run as a mapping whose entries are computed when they are read."""
    return Computed(Answer, ANSWER, Observed(recording))


class Observed:
    """A recording, and what several of its measures are computed from."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording

    @cached_property
    def completed(self) -> Bools:
        """Which tasks have completed, deleted ones too."""
        return np.asarray(self.recording.raw.tasks.state == TaskState.COMPLETED, dtype=np.bool_)

    @cached_property
    def waits(self) -> Floats:
        """Seconds from submission to first start, of the tasks that started."""
        tasks = self.recording.raw.tasks
        return _spans(self.recording.workload.submit, tasks.first_start, tasks.first_start >= 0)

    @cached_property
    def succeeded(self) -> Bools:
        """Which tasks have succeeded and were not deleted."""
        return self.recording.raw.tasks.counts_as_succeeded

    @cached_property
    def tail(self) -> Tail:
        """What stands behind the end of the bill."""
        return tail(self.recording.tariff, self.recording.raw, self.recording.bill_end)

    @cached_property
    def jobs(self) -> JobColumns:
        """The measures of all jobs."""
        return _job_columns(self)


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


def _makespan(seen: Observed) -> float | None:
    if not seen.completed.any():
        return None
    tasks, submit = seen.recording.raw.tasks, seen.recording.workload.submit
    return float(tasks.end[seen.completed].max() - submit[tasks.submitted].min()) / MS_PER_S


def _turnaround(seen: Observed) -> Spans | None:
    recording = seen.recording
    return quantiles(_spans(recording.workload.submit, recording.raw.tasks.end, seen.completed))


def _unfinished_why(seen: Observed) -> dict[str, int]:
    names, codes = seen.recording.unfinished
    why = np.bincount(codes[~seen.recording.raw.tasks.deleted], minlength=len(names))
    return {name: int(count) for name, count in zip(names[1:], why[1:], strict=True) if count}


def _times(column: str) -> Callable[[Observed], int]:
    """Return what adds up a column of the tasks."""
    return lambda seen: int(getattr(seen.recording.raw.tasks, column).sum())


def _priced(of: Callable[[Recording], Any]) -> Callable[[Observed], Any]:
    """Return what computes an amount; None where a price is not known."""
    return lambda seen: of(seen.recording) if seen.recording.charges.is_known else None


def _per_succeeded_task(recording: Recording) -> float | None:
    return share(dollars(recording.charges.total), int(recording.raw.tasks.counts_as_succeeded.sum()))


@dataclass(frozen=True, slots=True)
class JobColumns:
    """By job: counts of tasks, its span, and how long its tasks waited."""

    planned: Ints
    submitted: Ints
    started: Ints
    succeeded: Ints
    begin: Ints
    end: Ints
    """ms; −1 = no task of it has completed."""
    waited: Floats
    """Seconds of all its tasks together."""


def _job_columns(seen: Observed) -> JobColumns:
    """Measure each job by itself, in NumPy over all jobs at once."""
    workload, tasks = seen.recording.workload, seen.recording.raw.tasks
    count = len(workload.jobs)
    came, completed = where(tasks.submitted), where(seen.completed)
    rows = (None, came, where(tasks.first_start >= 0), where(seen.succeeded))
    of_all, of_submitted, of_started, of_succeeded = (chosen(workload.job, mine) for mine in rows)
    begin = np.full(count, np.iinfo(np.int64).max)
    end = np.full(count, -1, dtype=np.int64)
    np.minimum.at(begin, of_submitted, chosen(workload.submit, came))
    np.maximum.at(end, chosen(workload.job, completed), chosen(tasks.end, completed))
    planned, submitted, started, succeeded = (
        np.bincount(job, minlength=count) for job in (of_all, of_submitted, of_started, of_succeeded)
    )
    waited = np.zeros(count)
    np.add.at(waited, of_started, seen.waits)
    return JobColumns(planned, submitted, started, succeeded, begin, end, waited)


@dataclass(frozen=True, slots=True)
class OneJob:
    """One job of a run."""

    seen: Observed
    number: int
    id: str


def _counted(column: str) -> Callable[[OneJob], int]:
    """Return what looks up a count of a job."""
    return lambda job: int(getattr(job.seen.jobs, column)[job.number])


def _job_makespan(job: OneJob) -> float | None:
    begin, end = job.seen.jobs.begin[job.number], job.seen.jobs.end[job.number]
    return float(end - begin) / MS_PER_S if end >= 0 else None


def _job_queue_time(job: OneJob) -> float | None:
    return share(float(job.seen.jobs.waited[job.number]), float(job.seen.jobs.started[job.number]))


def _job_cost(job: OneJob) -> float | None:
    recording = job.seen.recording
    return dollars(recording.bill.by_job.get(job.id, 0)) if recording.charges.is_known else None


def _jobs(seen: Observed) -> dict[str, Computed[JobAnswer, OneJob]]:
    ids = (planned.job.id for planned in seen.recording.workload.jobs)
    return {name: Computed(JobAnswer, JOB, OneJob(seen, number, name)) for number, name in enumerate(ids)}


def _warnings(seen: Observed) -> tuple[str, ...]:
    recording = seen.recording
    return (
        *_shortage_warnings(recording),
        *memory_warnings(recording),
        *body_warnings(recording),
        *fault_warnings(recording),
        *short_job_warnings(recording),
    )


def _shortage_warnings(recording: Recording) -> list[str]:
    """Return what a run lacked so much that its figures are of something else."""
    found = [
        f"pool {pool} never got a node, though {count:,} {'was' if count == 1 else 'were'} asked for"
        for pool, count in pools_without(recording).items()
    ]
    if count := recording.raw.recorder.too_old:
        tasks = "1 task was" if count == 1 else f"{count:,} tasks were"
        found.append(f"{tasks} ended as a failure 180 days after being added, the longest life that the service grants")
    return found


def _resize_errors(seen: Observed) -> dict[str, int]:
    codes = (code for row in seen.recording.raw.recorder.resizes for code in row.errors.values() or (row.code,))
    return dict(sorted(Counter(code for code in codes if code in RESIZE_ERRORS).items()))


def _operations(seen: Observed) -> Operations:
    rows = seen.recording.raw.recorder.operations
    refused = (
        Refused(row.time / MS_PER_S, row.operation, row.target, row.code, row.message)
        for row in rows
        if row.code != SUCCESS
    )
    return Operations(count=len(rows), refused=tuple(refused))


def _evaluations(seen: Observed) -> Evaluations:
    rows = seen.recording.raw.recorder.evaluations
    errors = Counter(row.run.error.code for row in rows if row.run.error is not None)
    changes = sum(row.action in CHANGING for row in rows)
    return Evaluations(count=len(rows), errors=dict(sorted(errors.items())), target_changes=changes)


def _part(part: type[Any], fields: Fields[Observed]) -> Callable[[Observed], Computed[Any, Observed]]:
    """Return what computes a part of the answer, field by field."""
    return lambda seen: Computed(part, fields, seen)


TASKS: Final[Fields[Observed]] = {
    "planned": lambda seen: len(seen.recording.workload),
    "submitted": lambda seen: int(seen.recording.raw.tasks.submitted.sum()),
    "succeeded": lambda seen: int(seen.succeeded.sum()),
    "failed": lambda seen: int((~seen.recording.raw.tasks.deleted & seen.completed & ~seen.succeeded).sum()),
    "unfinished": lambda seen: int((~seen.recording.raw.tasks.deleted & ~seen.completed).sum()),
    "deleted": _times("deleted"),
    "retries": _times("retries"),
    "requeues": _times("requeues"),
    "preemptions": _times("preemptions"),
    "unfinished_why": _unfinished_why,
}
UTILIZATION: Final[Fields[Observed]] = {
    "slot": lambda seen: slot_use(seen.recording),
    "core": lambda seen: core_use(seen.recording),
    "useful": lambda seen: useful_share(seen.recording),
    "slowdown": lambda seen: slowdown(seen.recording),
}
NODES: Final[Fields[Observed]] = {
    "peak": lambda seen: levels(seen.recording).peak,
    "mean": lambda seen: levels(seen.recording).mean,
    "by_kind": lambda seen: levels_by_kind(seen.recording),
    "preemptions": lambda seen: int((seen.recording.billed.state == PREEMPTED).sum()),
    "vms": lambda seen: int((seen.recording.billed.state == CREATING).sum()),
    "pools_without": lambda seen: pools_without(seen.recording),
    "lost_to_shrinks_s": lambda seen: lost_to_shrinks(seen.recording.billed),
}
COST: Final[Fields[Observed]] = {
    "currency": lambda _: "USD",
    "total": _priced(lambda recording: dollars(recording.charges.total)),
    "by_pool": _priced(lambda recording: in_dollars(recording.bill.by(0))),
    "by_kind": _priced(lambda recording: in_dollars(recording.bill.by(1))),
    "by_job": _priced(lambda recording: in_dollars(recording.bill.by_job)),
    "by_label": _priced(lambda recording: in_dollars(recording.bill.by(2))),
    "licenses": _priced(lambda recording: dollars(recording.charges.licenses)),
    "subscription_extras": _priced(lambda recording: dollars(recording.charges.extras)),
    "per_succeeded_task": _priced(_per_succeeded_task),
    "notes": lambda seen: seen.recording.charges.notes,
}
BILL: Final[Fields[Observed]] = {
    "until": lambda seen: rule_of(seen.recording.scenario, seen.recording.raw),
    "end_s": lambda seen: seen.recording.bill_end / MS_PER_S,
    "nodes": lambda seen: seen.tail.nodes,
    "per_hour": lambda seen: seen.tail.per_hour,
    "tail_s": lambda seen: (seen.tail.end - seen.recording.bill_end) / MS_PER_S,
    "tail_cost": lambda seen: seen.tail.cost,
    "nodes_left": lambda seen: seen.tail.left,
}
JOB: Final[Fields[OneJob]] = {
    "planned": _counted("planned"),
    "submitted": _counted("submitted"),
    "succeeded": _counted("succeeded"),
    "makespan_s": _job_makespan,
    "queue_time_s": _job_queue_time,
    "cost": _job_cost,
}
ANSWER: Final[Fields[Observed]] = {
    "tasks": _part(Tasks, TASKS),
    "makespan_s": _makespan,
    "queue_time_s": lambda seen: quantiles(seen.waits),
    "turnaround_s": _turnaround,
    "utilization": _part(Utilization, UTILIZATION),
    "nodes": _part(Nodes, NODES),
    "jobs": _jobs,
    "ledger_node_s": lambda seen: seen.recording.ledger.seconds(),
    "billed_node_s": lambda seen: seen.recording.ledger.billed_seconds(),
    "cost": _part(Cost, COST),
    "bill": _part(BillEnd, BILL),
    "resize_errors": _resize_errors,
    "operations": _operations,
    "evaluations": _evaluations,
    "warnings": _warnings,
    "assumptions": lambda seen: tuple(assumptions(seen.recording)),
    "stopped": lambda seen: seen.recording.raw.stop_reason,
    "manifest": lambda seen: manifest(seen.recording),
}
"""How each field is computed, by the fields of the types in `answer.py`."""
