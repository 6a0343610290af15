"""What no single value shows: references that lead nowhere, names used twice, work that fits no node."""

from collections.abc import Iterator

from simulator.distributions import Constant, NumberDistribution
from simulator.errors import InputError
from simulator.scenario.arrivals import AtOnce
from simulator.scenario.bodies import Job, Pool
from simulator.scenario.dependency_checks import check_dependencies
from simulator.scenario.findings import Finding, Loc
from simulator.scenario.job_checks import check_job, check_job_operations, check_schedules
from simulator.scenario.job_operations import AddJob
from simulator.scenario.operation_checks import check_operations
from simulator.scenario.pool_checks import check_pool, check_pools
from simulator.scenario.schema import Scenario
from simulator.scenario.sidechannel import stated
from simulator.scenario.tasks import TaskGroup
from simulator.scenario.traces import TraceWorkload, read_trace


def check(scenario: Scenario) -> list[Finding]:
    """Give everything that makes a well-formed scenario impossible, or odd (warnings)."""
    found = [*check_pools(scenario), *_jobs(scenario), *check_operations(scenario)]
    if not any(not finding.is_warning for finding in found):
        found += _horizon(scenario)
    return found


def pools_by_id(scenario: Scenario) -> dict[str, Pool]:
    """Give the pools by lower-case id: the service compares ids without case."""
    return {pool.id.lower(): pool for pool in scenario.pools}


def _jobs(scenario: Scenario) -> Iterator[Finding]:
    pools = pools_by_id(scenario)
    placed: list[tuple[Job, Loc, bool]] = [(job, ("jobs", index), False) for index, job in enumerate(scenario.jobs)]
    for index, operation in enumerate(scenario.timeline):
        if isinstance(operation, AddJob):
            placed.append((operation.job, ("timeline", index, "job"), False))
    for index, schedule in enumerate(scenario.job_schedules):
        placed.append((schedule.job_specification, ("jobSchedules", index, "jobSpecification"), True))
    if not placed and scenario.horizon is None:
        text = "no job and no horizon: there is nothing to wait for, the run ends at once"
        yield Finding(text, ("jobs",), is_warning=True)
    for job, loc, scheduled in placed:
        pool = job.auto_pool.pool if job.auto_pool else pools.get((job.pool_id or "").lower())
        if job.auto_pool and job.pool_id:
            yield Finding("both poolId and autoPoolSpecification; the service takes one", (*loc, "poolInfo"))
        elif job.auto_pool:
            yield from check_pool(scenario, job.auto_pool.pool, (*loc, "poolInfo", "autoPoolSpecification", "pool"))
        elif job.pool_id is None:
            yield Finding("expected a poolId or an autoPoolSpecification", (*loc, "poolInfo"))
        yield from _work(scenario, job, pool, loc)
        yield from check_job(scenario, job, pool, loc, scheduled=scheduled)
    yield from check_schedules(scenario)
    yield from check_job_operations(scenario)


def _work(scenario: Scenario, job: Job, pool: Pool | None, loc: Loc) -> Iterator[Finding]:
    yield from check_dependencies(job, loc)
    for index, task in enumerate(job.tasks):
        try:
            duration = stated(task, job.simulation.defaults).duration
        except ValueError as error:
            yield Finding(f"in environmentSettings: {error}", (*loc, "tasks", index, "environmentSettings"))
            continue
        if duration is None:
            text = "no duration: give simulation.duration, SIM_DURATION, or defaults.duration in the job's simulation"
            yield Finding(text, (*loc, "tasks", index))
        if pool is not None:
            where = (*loc, "tasks", index)
            own = task.simulation
            yield from _fits(
                scenario, pool, where, task.required_slots, own.cores, own.memory, task.number_of_instances
            )
    for index, source in enumerate(job.simulation.workload):
        where = (*loc, "simulation", "workload", index)
        if isinstance(source, TaskGroup):
            if source.count is None and not source.arrivals.ends and not isinstance(source.arrivals, AtOnce):
                yield Finding("expected a count, or arrivals that end (until)", where)
            if pool is not None:
                need = (source.required_slots, source.cores, source.memory, source.number_of_instances)
                yield from _fits(scenario, pool, where, *need)
            continue
        try:
            trace = read_trace(source)
        except InputError as error:
            yield from _unreadable(source, error, (*where, "trace"))
            continue
        if pool is not None and len(trace):
            yield from _fits(scenario, pool, where, int(trace.slots.min()), None, None, int(trace.instances.min()))


def _unreadable(source: TraceWorkload, error: InputError, loc: Loc) -> Iterator[Finding]:
    if not source.path.is_file():
        yield Finding(f"{source.trace} {error.problems[0].message}", loc)
        return
    yield from (Finding(problem.message, loc, problem=problem) for problem in error.problems)


def _fits(
    scenario: Scenario,
    pool: Pool,
    loc: Loc,
    slots: int,
    cores: NumberDistribution | None,
    memory: NumberDistribution | None,
    instances: int,
) -> Iterator[Finding]:
    """Warn of work that no node of its pool can ever take: it would wait for ever."""
    size = scenario.sizes.get(pool.vm_size)
    needs = [("slots", float(slots), float(pool.task_slots_per_node))]
    if size is not None and isinstance(cores, Constant):
        needs.append(("cores", cores.mean, float(size.vcpus)))
    if size is not None and isinstance(memory, Constant):
        needs.append(("GiB of memory", memory.mean, size.memory_gib))
    for name, need, room in needs:
        if need > room:
            text = f"needs {need:g} {name}, but a node of pool '{pool.id}' has {room:g}: it will never run"
            yield Finding(text, loc, is_warning=True)
    if instances > 1 and not pool.enable_inter_node_communication:
        text = f"needs {instances} nodes at once, but pool '{pool.id}' has no enableInterNodeCommunication"
        yield Finding(f"{text}: the service refuses it (TaskSchedulingConstraintFailed)", loc)
    if instances > 1 and (pool.task_slots_per_node > 1 or slots > 1):
        text = "multi-instance tasks need a pool with one task slot a node: it will never run"
        yield Finding(text, loc, is_warning=True)


def _horizon(scenario: Scenario) -> Iterator[Finding]:
    """Refuse a horizon at which nothing has happened yet."""
    horizon = scenario.horizon
    if horizon is None:
        return
    starts = [task.simulation.submit or job.simulation.created_at for job in scenario.jobs for task in job.tasks]
    for job in scenario.jobs:
        created = job.simulation.created_at
        for source in job.simulation.workload:
            if isinstance(source, TaskGroup):
                starts.append(source.arrivals.first(created))
            else:
                trace = read_trace(source)
                first = float(trace.submit.min()) if len(trace) else 0.0
                starts.append((created if source.start is None else source.start) + first)
    if starts and horizon <= min(starts):
        text = f"the horizon of {horizon:g} s is over before the first task arrives at {min(starts):g} s"
        yield Finding(text, ("horizon",))
