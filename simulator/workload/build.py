"""From the jobs of a scenario to columns: one row per task, drawn for one replication.

Every purpose of every job has its own stream, so a change of one group's durations moves no other draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import chosen, constant, joined, rescaled
from simulator.columns.task_names import Numbered, TaskNames
from simulator.scenario.format.bodies import Job, Pool, PoolSimulation
from simulator.scenario.format.task_bodies import TaskGroup
from simulator.scenario.format.task_dependencies import Dependencies, link, with_parents
from simulator.scenario.format.trace_files import read_trace
from simulator.scenario.format.traces import UNSTATED, Endings, TraceWorkload
from simulator.scenario.prepared import Prepared
from simulator.scenario.scenario import Scenario
from simulator.units import MS_PER_S
from simulator.workload.block import Block, Floats, Int32s
from simulator.workload.coordination_failures import with_coordination_failures
from simulator.workload.job_streams import JobStreams
from simulator.workload.listed_tasks import listed, managing, retries_of
from simulator.workload.optional_columns import Extras, gather
from simulator.workload.plan import Plan
from simulator.workload.planned_jobs import Planned
from simulator.workload.planned_pools import PlannedPools
from simulator.workload.ranges import check_ranges, check_work
from simulator.workload.task_outcomes import codes_of, failures_before_success

Ints = npt.NDArray[np.int64]

MILLICORES: Final = 1000
MIB_PER_GIB: Final = 1024


@dataclass(frozen=True, slots=True)
class Workload:
    """All tasks of one replication, one row each, in order of (submit, operation, place in the file)."""

    job: Int32s
    """Index in `jobs`."""
    submit: Ints
    """When the task is added, ms since the origin."""
    demand: Ints
    """Run time of its own work, ms."""
    latency: Ints
    """From assignment to its start time, ms."""
    overhead: Ints
    """From its start until its own work begins, ms."""
    slots: Int32s
    cores: Int32s
    """Thousandths of a core; 0 = none asked for."""
    memory: Int32s
    """MiB; 0 = none asked for."""
    instances: Int32s
    """Nodes needed at once; 1 for a normal task."""
    max_retries: Int32s
    """-1 = unlimited."""
    failures: Int32s
    """How many attempts fail before one succeeds; -1 = all."""
    exit_code: Int32s
    """Exit code of an attempt that fails."""
    turn: Int32s
    """Which of the timeline's operations adds it, in their order in time, from 1; 0 = none."""
    names: TaskNames
    dependencies: Dependencies
    jobs: tuple[Planned, ...]
    """Every job of the run."""
    pools: PlannedPools
    extras: Extras

    def __len__(self) -> int:
        return len(self.submit)

    @property
    def span(self) -> Ints:
        """From the assignment of each task to the end of an attempt that nothing prolongs, ms."""
        span = self.latency + self.overhead + self.demand
        return span if self.extras.upload is None else span + self.extras.upload


@dataclass(frozen=True, slots=True)
class Before:
    """What a job had before the tasks that are added to it."""

    tasks: int = 0
    """Listed ones."""
    sources: int = 0
    """Groups and traces."""


class Drawing:
    """Draws the tasks of jobs, source by source, and puts them together."""

    def __init__(self, scenario: Scenario, replication: int) -> None:
        self._scenario = scenario
        self._replication = replication
        self._hour = scenario.origin.weekday() * 24 + scenario.origin.hour + scenario.origin.minute / 60
        self._blocks: list[Block] = []
        self._count = 0
        """Tasks in them."""
        self._jobs: list[Int32s] = []
        self._listed: list[tuple[Job, int]] = []
        self._delays: list[tuple[Floats, Floats]] = []
        self._turns: list[Int32s] = []
        """By block: which operation adds each of its tasks; 0 = none does."""

    def add(self, number: int, one: Planned, pool: Pool, before: Before | None = None) -> None:
        """Draw what a job has, or what comes to it after what it had `before`; `pool` is where it runs."""
        job, had = one.job, before or Before()
        if job.job_manager_task is not None and before is None:
            streams = self._streams(job, 0)
            manager = managing(job, job.job_manager_task, streams, pool.task_slots_per_node)
            self._append(number, job, pool, streams, "manager", manager)
            self._turns.append(constant(one.turn, 1, np.int32))
        if job.tasks:
            self._listed.append((job, self._count))
            streams = self._streams(job, had.tasks)
            self._append(number, job, pool, streams, 0 if one.own_tasks else "added", listed(job, streams))
            turns = [one.turn] * (len(job.tasks) - len(one.task_turns)) + list(one.task_turns)
            self._turns.append(np.array(turns, dtype=np.int32))
        streams = self._streams(job, 0)
        own = 1 if one.own_tasks else 0
        for place, source in enumerate(job.simulation.workload, had.sources):
            if isinstance(source, TaskGroup):
                block = _drawn(one, source, place, streams, self._hour)
            else:
                block = _replayed(job, source, place, streams)
            self._append(number, job, pool, streams, place + own, block)
            later = place - one.own_sources
            turn = one.source_turns[later] if 0 <= later < len(one.source_turns) else one.turn
            self._turns.append(constant(turn, len(block), np.int32))

    def workload(self, every: Sequence[Planned], pools: PlannedPools) -> Workload:
        """Return all of them as columns."""
        check_work(self._blocks)
        turns = joined(self._turns) if self._turns else np.zeros(0, dtype=np.int32)
        return _assemble(self._blocks, self._jobs, self._delays, self._listed, turns, every, pools)

    def _streams(self, job: Job, drawn: int) -> JobStreams:
        return JobStreams(self._scenario.seed, self._replication, job.simulation.stream or job.id, drawn)

    def _append(self, number: int, job: Job, pool: Pool, streams: JobStreams, part: int | str, block: Block) -> None:
        """Add the tasks of one source; `part` names its streams, and stays as it is when tasks are added later."""
        self._blocks.append(_expected(_uploading(block, pool.simulation), job))
        self._count += len(block)
        self._jobs.append(constant(number, len(block), np.int32))
        self._delays.append(_delays(pool.simulation, streams, part, self._blocks[-1]))
        if part != "manager":
            check_ranges(job.id, part, self._blocks[-1], *self._delays[-1])


def build(source: Scenario | Prepared, replication: int) -> Workload:
    """Draw the tasks of all jobs for one replication."""
    prepared = Prepared.of(source)
    plan = prepared.part(Plan.of)
    drawing = Drawing(prepared.scenario, replication)
    for number, one in enumerate(plan.jobs):
        drawing.add(number, one, plan.pools.bodies[plan.pools.of_job[number][0]])
    return drawing.workload(plan.jobs, plan.pools)


def _drawn(one: Planned, group: TaskGroup, part: int, streams: JobStreams, hour: float) -> Block:
    """Return the tasks of a group that is described by distributions."""
    job, generator = one.job, streams.generator("arrivals", part)
    begin = job.simulation.created_at if group.start is None else group.start
    submit = group.arrivals.times(group.count, begin, hour, generator)
    count = len(submit)
    failures = _failures(group, streams, part, count)
    block = Block(
        submit=submit,
        duration=streams.draw(group.duration, "duration", part, count),
        slots=constant(group.required_slots, count, np.int32),
        cores=streams.draw(group.cores, "cores", part, count),
        memory=streams.draw(group.memory, "memory", part, count),
        instances=constant(group.number_of_instances, count, np.int32),
        max_retries=constant(retries_of(job, group.max_task_retry_count), count, np.int32),
        failures=failures,
        exit_code=codes_of(failures, group.exit_code),
        containers=constant(False, count, np.bool_),
        names=Numbered(one.prefix(group, part), count),
        more=_more_drawn(group, part, streams, count),
    )
    probability = group.coordination_failure_probability
    if not probability:
        return block
    columns = constant(probability, count, np.float64), constant(group.coordination_exit_code, count, np.int32)
    return with_coordination_failures(block, *columns, streams.generator("coordination failures", part))


def _failures(group: TaskGroup, streams: JobStreams, part: int, count: int) -> Int32s:
    """Draw how many attempts of each task fail first; nothing is drawn, and no stream made, where none does."""
    if not group.failure_probability:
        return constant(0, count, np.int32)
    return failures_before_success(group.failure_probability, streams.generator("failures", part), count)


def _more_drawn(group: TaskGroup, part: int, streams: JobStreams, count: int) -> dict[str, npt.NDArray[Any]]:
    """Return the optional columns that a group needs."""
    saved = group.checkpoints
    found: dict[str, npt.NDArray[Any]] = {}
    stated = (("limit", group.max_wall_clock_time), ("estimate", group.estimate), ("deadline", group.deadline))
    found |= {name: constant(value, count, np.float64) for name, value in stated if value is not None}
    if saved is not None:
        pairs = (("interval", saved.interval), ("cost", saved.cost), ("restart", saved.restart_cost))
        found |= {name: constant(value, count, np.float64) for name, value in pairs}
    for name in ("input", "coordination"):
        shape = getattr(group, name)
        if shape is not None:
            found[name] = streams.draw(shape, name, part, count)
    return found


def _replayed(job: Job, source: TraceWorkload, part: int, streams: JobStreams) -> Block:
    """Return the tasks of a trace file; durations are drawn where the scenario gives a distribution of them."""
    trace = read_trace(source)
    begin = job.simulation.created_at if source.start is None else source.start
    count = len(trace)
    nothing = constant(0, count, np.int32)
    ends = Endings(nothing, nothing, None) if trace.endings is None else trace.endings
    return Block(
        submit=begin + trace.submit,
        duration=trace.duration if source.duration is None else streams.draw(source.duration, "duration", part, count),
        slots=trace.slots,
        cores=trace.cores,
        memory=trace.memory,
        instances=trace.instances,
        max_retries=_retries(ends, job, count),
        failures=ends.failures,
        exit_code=ends.exit_code,
        containers=constant(False, count, np.bool_),
        names=trace.names,
        more={} if trace.estimate is None else {"estimate": trace.estimate},
        parents=trace.parents if job.uses_task_dependencies else {},
    )


def _retries(ends: Endings, job: Job, count: int) -> Int32s:
    """Return how often tasks of a trace may be retried: as their rows say, else as their job does."""
    own = constant(job.max_task_retry_count, count, np.int32)
    if ends.max_retries is None:
        return own
    return np.where(ends.max_retries == UNSTATED, own, ends.max_retries).astype(np.int32)


def _expected(block: Block, job: Job) -> Block:
    """Return a block with what is expected of its tasks, and by when: their own, or what holds for the job."""
    estimates, deadline, more = job.simulation.estimates, job.simulation.deadline, dict(block.more)
    stated = more.pop("estimate", None)
    if stated is not None and estimates.source == "stated":
        more["estimate"] = np.where(stated >= 0, stated, block.duration) * estimates.times
    elif estimates.times != 1:
        more["estimate"] = block.duration * estimates.times
    if deadline is not None:
        own = more.get("deadline", np.inf)
        more["deadline"] = np.where(np.isfinite(own), own, job.simulation.created_at + deadline - block.submit)
    return replace(block, more=more)


def _uploading(block: Block, simulation: PoolSimulation) -> Block:
    """Return a block with the time that its uploads take."""
    if "output" not in block.more:
        return block
    return replace(block, more={**block.more, "upload": block.more["output"] / simulation.downloads.bandwidth})


def _delays(simulation: PoolSimulation, streams: JobStreams, part: int | str, block: Block) -> tuple[Floats, Floats]:
    """Draw dispatch latency of every task, and the time from its start to its own work: files, launch, coordination."""
    timing = simulation.timing
    latency = streams.draw(timing.dispatch_latency, "dispatch", part, len(block))
    overhead = streams.draw(timing.launch_overhead, "launch", part, len(block))
    if block.containers.any():
        extra = streams.draw(timing.container_overhead, "container", part, len(block))
        overhead = overhead + np.where(block.containers, extra, 0.0)
    if "input" in block.more:
        overhead = overhead + block.more["input"] / simulation.downloads.bandwidth
    if "common input" in block.more:
        overhead = overhead + block.more["common input"] / simulation.downloads.bandwidth
    if "coordination" in block.more:
        overhead = overhead + np.where(block.instances > 1, block.more["coordination"], 0.0)
    return latency, overhead


def _in_order(submits: Ints, turns: Int32s) -> Ints | None:
    """Return the order in which tasks are submitted; None where it is that in which they stand."""
    if not turns.any():
        return None if (submits[1:] >= submits[:-1]).all() else np.argsort(submits, kind="stable")
    return np.lexsort((turns, submits))


def _assemble(
    blocks: list[Block],
    jobs: list[Int32s],
    delays: list[tuple[Floats, Floats]],
    listed: list[tuple[Job, int]],
    turns: Int32s,
    every: Sequence[Planned],
    pools: PlannedPools,
) -> Workload:
    """Return one table of all blocks, sorted by (submit, operation that adds it, place in the file).

    `listed` holds the jobs with listed tasks, and where those begin before the sorting.
    """

    def column(parts: Sequence[npt.NDArray[Any]], scale: float, dtype: type[np.generic]) -> npt.NDArray[Any]:
        return chosen(rescaled(joined(parts), scale, dtype), order)

    lengths = np.asarray([len(block) for block in blocks], dtype=np.int64)
    submits = rescaled(joined([block.submit for block in blocks]), MS_PER_S, np.int64)
    order = _in_order(submits, turns)
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1])) if blocks else np.zeros(0, dtype=np.int64)
    row = np.arange(len(submits), dtype=np.int64)
    if order is not None:
        row[order] = np.arange(len(submits))
    rows = [(job, row[begin : begin + len(job.tasks)]) for job, begin in listed]
    extras = gather(blocks, jobs, every, order)
    exit_code = column([block.exit_code for block in blocks], 1, np.int32)
    linked = link(rows, len(submits), {row: int(exit_code[row]) for row in extras.coordination_failures})
    traced = [(one, row[begin : begin + len(one)]) for one, begin in zip(blocks, starts.tolist(), strict=True)]
    return Workload(
        job=column(jobs, 1, np.int32),
        submit=chosen(submits, order),
        demand=column([block.duration for block in blocks], MS_PER_S, np.int64),
        latency=column([latency for latency, _ in delays], MS_PER_S, np.int64),
        overhead=column([overhead for _, overhead in delays], MS_PER_S, np.int64),
        slots=column([block.slots for block in blocks], 1, np.int32),
        cores=column([block.cores for block in blocks], MILLICORES, np.int32),
        memory=column([block.memory for block in blocks], MIB_PER_GIB, np.int32),
        instances=column([block.instances for block in blocks], 1, np.int32),
        max_retries=column([block.max_retries for block in blocks], 1, np.int32),
        failures=column([block.failures for block in blocks], 1, np.int32),
        exit_code=exit_code,
        turn=chosen(turns, order),
        names=TaskNames(
            tuple(block.names for block in blocks),
            starts,
            order,
        ),
        dependencies=with_parents(linked, [(one.names, its, one.parents) for one, its in traced if one.parents]),
        jobs=tuple(every),
        pools=pools,
        extras=extras,
    )
