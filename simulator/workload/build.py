"""From the jobs of a scenario to columns: one row per task, drawn for one replication.

Every purpose of every job has its own stream, so a change of one group's durations moves no other draw.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import chosen, constant, joined, rescaled
from simulator.columns.task_names import Given, Numbered, TaskNames
from simulator.distributions import Constant, Distribution
from simulator.scenario.format.bodies import Job, PoolSimulation
from simulator.scenario.format.stated_by_tasks import Stated
from simulator.scenario.format.task_bodies import JobManagerTask, Task, TaskGroup
from simulator.scenario.format.task_dependencies import Dependencies, link, with_parents
from simulator.scenario.format.task_files import shares_files, uploads
from simulator.scenario.format.trace_files import read_trace
from simulator.scenario.format.traces import TraceWorkload
from simulator.scenario.prepared import Prepared
from simulator.scenario.scenario import Scenario
from simulator.streams import stream
from simulator.units import MS_PER_S
from simulator.workload.block import Block, Floats, Int32s
from simulator.workload.coordination_failures import with_coordination_failures
from simulator.workload.listed_kinds import ListedKinds
from simulator.workload.optional_columns import COLUMNS, Extras, gather
from simulator.workload.plan import Plan
from simulator.workload.planned_jobs import Planned
from simulator.workload.planned_pools import PlannedPools
from simulator.workload.ranges import check_ranges, check_work
from simulator.workload.task_outcomes import codes_of, failures_before_success, leading_failures

Ints = npt.NDArray[np.int64]

MILLICORES: Final = 1000
MIB_PER_GIB: Final = 1024


@dataclass(frozen=True, slots=True)
class Workload:
    """All tasks of one replication, one row each, in order of (submit, place in the file)."""

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


class JobStreams:
    """The random streams of one job in one replication."""

    def __init__(self, seed: int, replication: int, job: str) -> None:
        self._seed = seed
        self._replication = replication
        self._job = job

    def generator(self, purpose: str, part: int | str) -> np.random.Generator:
        """Return the generator of a purpose; its name is part of the seed, so that no name may ever change."""
        return stream(self._seed, self._replication, f"{purpose}:{self._job}:{part}")

    def draw(self, shape: Distribution[float] | None, purpose: str, part: int | str, count: int) -> Floats:
        """Draw `count` values, 0 where no distribution is given."""
        if shape is None:
            return constant(0.0, count, np.float64)
        if isinstance(shape, Constant):
            return constant(shape.mean, count, np.float64)
        return shape.draws(self.generator(purpose, part).random(count))


def build(source: Scenario | Prepared, replication: int) -> Workload:
    """Draw the tasks of all jobs for one replication."""
    prepared = Prepared.of(source)
    scenario, plan = prepared.scenario, prepared.part(Plan.of)
    every, pools = plan.jobs, plan.pools
    hour = scenario.origin.weekday() * 24 + scenario.origin.hour + scenario.origin.minute / 60
    blocks: list[Block] = []
    jobs: list[Int32s] = []
    listed: list[tuple[Job, int]] = []
    delays: list[tuple[Floats, Floats]] = []
    for index, one in enumerate(every):
        job = one.job
        streams = JobStreams(scenario.seed, replication, job.simulation.stream or job.id)
        pool = pools.bodies[pools.of_job[index][0]]
        if job.job_manager_task is not None:
            manager = _managing(job, job.job_manager_task, streams, pool.task_slots_per_node)
            blocks.append(_uploading(manager, pool.simulation))
            jobs.append(constant(index, 1, np.int32))
            delays.append(_delays(pool.simulation, streams, "manager", blocks[-1]))
        if job.tasks:
            listed.append((job, sum(map(len, blocks))))
        for part, block in _blocks(one, streams, hour):
            blocks.append(_uploading(block, pool.simulation))
            jobs.append(constant(index, len(block), np.int32))
            delays.append(_delays(pool.simulation, streams, part, block))
            check_ranges(job.id, part, block, *delays[-1])
    check_work(blocks)
    return _assemble(blocks, jobs, delays, listed, every, pools)


def _blocks(one: Planned, streams: JobStreams, hour: float) -> Iterator[tuple[int | str, Block]]:
    """Yield the sources of a job and the names of their streams, which stay as they are when tasks are added later."""
    before = 1 if one.own_tasks else 0
    if one.job.tasks:
        yield 0 if before else "added", _listed(one.job, streams)
    for part, source in enumerate(one.job.simulation.workload):
        if isinstance(source, TaskGroup):
            yield part + before, _drawn(one, source, part, streams, hour)
        else:
            yield part + before, _replayed(one.job, source, part, streams)


def _managing(job: Job, manager: JobManagerTask, streams: JobStreams, slots: int) -> Block:
    """Return the job manager: a task that is there from the beginning and, if exclusive, takes all of its node."""
    alone = job.model_copy(update={"tasks": (manager,)})
    block = _listed(alone, streams, "manager ")
    return replace(block, slots=constant(slots, 1, np.int32)) if manager.run_exclusive else block


def _listed(job: Job, streams: JobStreams, purpose: str = "") -> Block:
    """Return the tasks that the file lists one by one."""
    listed = ListedKinds.of(job)
    kinds, facts, each = listed.examples, listed.facts, listed.each
    created = job.simulation.created_at
    submit = [created if task.simulation.submit is None else task.simulation.submit for task in kinds]
    outcomes = [_outcome(task, one.exit_code) for task, one in zip(kinds, facts, strict=True)]
    durations = _each(listed, [one.duration for one in facts], streams, purpose + "duration")
    unstarted = each([task.simulation.error == "preProcessingError" for task in kinds])
    probabilities = each(
        [0.0 if one.simulation.error else one.simulation.coordination_failure_probability for one in kinds]
    )
    block = Block(
        submit=each(submit, np.float64),
        duration=np.where(unstarted, 0.0, durations) if unstarted.any() else durations,
        slots=each([task.required_slots for task in kinds], np.int32),
        cores=_each(listed, [one.cores for one in facts], streams, purpose + "cores"),
        memory=_each(listed, [one.memory for one in facts], streams, purpose + "memory"),
        instances=each([task.number_of_instances for task in kinds], np.int32),
        max_retries=each(
            [0 if task.simulation.error else _retries(job, task.max_task_retry_count) for task in kinds], np.int32
        ),
        failures=each([failures for failures, _ in outcomes], np.int32),
        exit_code=each([code for _, code in outcomes], np.int32),
        containers=each([task.container_settings is not None for task in kinds], np.bool_),
        names=Given([task.id for task in job.tasks]),
        more=_more(job, listed, streams, purpose)
        | ({"meant": np.where(unstarted, durations, COLUMNS["meant"])} if unstarted.any() else {}),
        listed=listed,
    )
    if not probabilities.any():
        return block
    codes = each([task.simulation.coordination_exit_code for task in kinds], np.int32)
    return with_coordination_failures(
        block, probabilities, codes, streams.generator(purpose + "coordination failures", "tasks")
    )


def _outcome(task: Task, stated_code: int | None) -> tuple[int, int]:
    """Return how many attempts fail first and with which code; errors beside the process are never retried."""
    failures, code = leading_failures(task.simulation.exit_codes, stated_code)
    return (-1, code) if task.simulation.error else (failures, code)


def _more(job: Job, listed: ListedKinds, streams: JobStreams, purpose: str) -> dict[str, npt.NDArray[Any]]:
    """Return the optional columns that any of the listed tasks needs."""
    kinds, facts = listed.examples, listed.facts
    saved = [task.simulation.checkpoints for task in kinds]
    fixed = {
        "limit": [task.constraints.max_wall_clock_time or math.inf for task in kinds],
        "interval": [one.interval if one else 0.0 for one in saved],
        "cost": [one.cost if one else 0.0 for one in saved],
        "restart": [one.restart_cost if one else 0.0 for one in saved],
        "retention": [task.constraints.retention_time for task in kinds],
    }
    drawn = {
        "input": [one.input for one in facts],
        "coordination": [one.coordination for one in facts],
        "common input": [_shared(task) for task in kinds],
        "output": [_uploaded(job, *one) for one in zip(kinds, facts, strict=True)],
    }
    found = {name: listed.each(values) for name, values in fixed.items()}
    found |= {name: _each(listed, shapes, streams, purpose + name) for name, shapes in drawn.items()}
    return {name: values for name, values in found.items() if (values != COLUMNS[name]).any()}


def _shared(task: Task) -> Distribution[float] | None:
    """Return the MiB that every node of a task fetches."""
    return task.simulation.common_input if shares_files(task) else None


def _uploaded(job: Job, task: Task, facts: Stated) -> Distribution[float] | None:
    """Return the MiB that a task uploads, by the way in which it ends after its last attempt."""
    failures, _ = _outcome(task, facts.exit_code)
    retries = _retries(job, task.max_task_retry_count)
    succeeds = failures >= 0 and (retries < 0 or failures <= retries)
    return task.simulation.output if uploads(task, succeeds=succeeds) else None


def _retries(job: Job, own: int | None) -> int:
    return job.max_task_retry_count if own is None else own


def _each(
    listed: ListedKinds, shapes: Sequence[Distribution[float] | None], streams: JobStreams, purpose: str
) -> Floats:
    """Draw one value for every listed task of its kind's shape; the k-th task always uses the k-th number."""
    values: Floats = listed.each([shape.mean if isinstance(shape, Constant) else 0.0 for shape in shapes])
    varying = {kind: shape for kind, shape in enumerate(shapes) if shape and not isinstance(shape, Constant)}
    if varying:
        uniform = streams.generator(purpose, "tasks").random(len(values))
        for index, kind in enumerate(listed.kind.tolist()):
            if kind in varying:
                values[index] = varying[kind].draws(uniform[index : index + 1])[0]
    return values


def _drawn(one: Planned, group: TaskGroup, part: int, streams: JobStreams, hour: float) -> Block:
    """Return the tasks of a group that is described by distributions."""
    job, generator = one.job, streams.generator("arrivals", part)
    begin = job.simulation.created_at if group.start is None else group.start
    submit = group.arrivals.times(group.count, begin, hour, generator)
    count = len(submit)
    failures = failures_before_success(group.failure_probability, streams.generator("failures", part), count)
    block = Block(
        submit=submit,
        duration=streams.draw(group.duration, "duration", part, count),
        slots=constant(group.required_slots, count, np.int32),
        cores=streams.draw(group.cores, "cores", part, count),
        memory=streams.draw(group.memory, "memory", part, count),
        instances=constant(group.number_of_instances, count, np.int32),
        max_retries=constant(_retries(job, group.max_task_retry_count), count, np.int32),
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


def _more_drawn(group: TaskGroup, part: int, streams: JobStreams, count: int) -> dict[str, npt.NDArray[Any]]:
    """Return the optional columns that a group needs."""
    saved = group.checkpoints
    found: dict[str, npt.NDArray[Any]] = {}
    if group.max_wall_clock_time is not None:
        found["limit"] = constant(group.max_wall_clock_time, count, np.float64)
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
    failures = constant(0, count, np.int32)
    return Block(
        submit=begin + trace.submit,
        duration=trace.duration if source.duration is None else streams.draw(source.duration, "duration", part, count),
        slots=trace.slots,
        cores=trace.cores,
        memory=trace.memory,
        instances=trace.instances,
        max_retries=constant(job.max_task_retry_count, count, np.int32),
        failures=failures,
        exit_code=failures,
        containers=constant(False, count, np.bool_),
        names=trace.names,
        parents=trace.parents if job.uses_task_dependencies else {},
    )


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


def _assemble(
    blocks: list[Block],
    jobs: list[Int32s],
    delays: list[tuple[Floats, Floats]],
    listed: list[tuple[Job, int]],
    every: tuple[Planned, ...],
    pools: PlannedPools,
) -> Workload:
    """Return one table of all blocks, sorted by (submit, place in the file).

    `listed` holds the jobs with listed tasks, and where those begin before the sorting.
    """

    def column(parts: Sequence[npt.NDArray[Any]], scale: float, dtype: type[np.generic]) -> npt.NDArray[Any]:
        return chosen(rescaled(joined(parts), scale, dtype), order)

    lengths = np.asarray([len(block) for block in blocks], dtype=np.int64)
    submits = rescaled(joined([block.submit for block in blocks]), MS_PER_S, np.int64)
    order = None if (submits[1:] >= submits[:-1]).all() else np.argsort(submits, kind="stable")
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
        names=TaskNames(
            tuple(block.names for block in blocks),
            starts,
            order,
        ),
        dependencies=with_parents(linked, [(one.names, its, one.parents) for one, its in traced if one.parents]),
        jobs=every,
        pools=pools,
        extras=extras,
    )
