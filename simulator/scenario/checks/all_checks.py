"""What no single value shows: references that lead nowhere, names used twice, work that fits no node."""

from collections.abc import Iterator

from simulator.distributions import Constant, NumberDistribution
from simulator.errors import InputError
from simulator.scenario.checks.dependency_checks import check_dependencies
from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.checks.formula_checks import check_formulas
from simulator.scenario.checks.job_checks import check_job, check_job_operations, check_schedules
from simulator.scenario.checks.job_places import PlacedJob, PlacedTask, place, pools_by_name
from simulator.scenario.checks.operation_checks import check_operations
from simulator.scenario.checks.pool_checks import check_pool, check_pools
from simulator.scenario.format.arrivals import AtOnce
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.schema import Scenario
from simulator.scenario.format.stated_by_tasks import stated
from simulator.scenario.format.task_bodies import TaskGroup, TaskSimulation
from simulator.scenario.format.traces import TraceWorkload, read_trace


def check(scenario: Scenario) -> list[Finding]:
    """Give everything that makes a well-formed scenario impossible, or odd (warnings)."""
    jobs = place(scenario)
    found = [
        *check_pools(scenario),
        *_jobs(scenario, jobs),
        *_shared_cores(scenario, jobs),
        *check_formulas(scenario, jobs),
        *check_operations(scenario, pools_by_name(scenario, jobs)),
    ]
    if not any(not finding.is_warning for finding in found):
        found += _horizon(scenario)
    return found


def _jobs(scenario: Scenario, jobs: list[PlacedJob]) -> Iterator[Finding]:
    if not jobs and scenario.horizon is None:
        text = "no job and no horizon: there is nothing to wait for, the run ends at once"
        yield Finding(text, ("jobs",), is_warning=True)
    for placed in jobs:
        job, info = placed.job, (*placed.loc, "poolInfo")
        if job.auto_pool and job.pool_id:
            yield Finding("both poolId and autoPoolSpecification; the service takes one", info)
        elif job.auto_pool:
            yield from check_pool(scenario, job.auto_pool.pool, (*info, "autoPoolSpecification", "pool"))
        elif job.pool_id is None:
            yield Finding("expected a poolId or an autoPoolSpecification", info)
        yield from check_dependencies(placed)
        yield from _listed(scenario, placed)
        yield from _sources(scenario, placed)
        yield from check_job(scenario, placed)
    yield from check_schedules(scenario)
    yield from check_job_operations(scenario, jobs)


def _listed(scenario: Scenario, placed: PlacedJob) -> Iterator[Finding]:
    """Check what listed tasks need, the job manager among them."""
    manager = placed.job.job_manager_task
    managers = [] if manager is None else [PlacedTask(manager, (*placed.loc, "jobManagerTask"))]
    for one in [*placed.tasks, *managers]:
        task, loc = one.task, one.loc
        try:
            duration = stated(task, placed.job.simulation.defaults).duration
        except ValueError as error:
            yield Finding(f"in environmentSettings: {error}", (*loc, "environmentSettings"))
            continue
        if duration is None:
            text = "give simulation.duration, SIM_DURATION, or defaults.duration in the job's simulation"
            if task is manager:
                yield Finding(f"no duration, so it ends as it starts: {text}", loc, is_warning=True)
            else:
                yield Finding(f"no duration: {text}", loc)
        if placed.pool is not None:
            own = task.simulation
            need = (task.required_slots, own.cores, own.memory, task.number_of_instances)
            yield from _fits(scenario, placed.pool, loc, *need)
        yield from _barrier(task.simulation, task.number_of_instances, (*loc, "simulation"))


def _sources(scenario: Scenario, placed: PlacedJob) -> Iterator[Finding]:
    """Check groups of tasks and traces."""
    pool = placed.pool
    for one in placed.sources:
        source, where = one.source, one.loc
        begin = placed.created_at if one.added_at is None else one.added_at
        if source.start is not None and source.start < begin and not placed.is_scheduled:
            text = "before its job" if one.added_at is None else "before the operation that adds them"
            yield Finding(f"the tasks come {text}", (*where, "start"))
        if isinstance(source, TaskGroup):
            yield from _barrier(source, source.number_of_instances, where)
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


def _shared_cores(scenario: Scenario, jobs: list[PlacedJob]) -> Iterator[Finding]:
    """Warn where tasks may share cores and none says how many it uses."""
    if scenario.options.cpu_slowdown and jobs and not any(_names_cores(placed) for placed in jobs):
        text = "no task names cores, so each uses its slots' share of its node and slows nobody: give cores or SIM_CPU"
        yield Finding(text, ("options", "cpuSlowdown"), is_warning=True)


def _names_cores(placed: PlacedJob) -> bool:
    if any(isinstance(one.source, TraceWorkload) or one.source.cores for one in placed.sources):
        return True
    defaults = placed.job.simulation.defaults.cores
    settings = [item for one in placed.tasks for item in one.task.environment_settings]
    told = any(one.task.simulation.cores for one in placed.tasks) or any(
        item.get("name") == "SIM_CPU" for item in settings
    )
    return told or bool(placed.tasks and defaults)


def _barrier(source: TaskSimulation | TaskGroup, instances: int, loc: Loc) -> Iterator[Finding]:
    """Warn of the failure of a command that tasks on one node do not run."""
    if instances == 1 and source.coordination_failure_probability:
        text = "only tasks of several instances coordinate (numberOfInstances): it does nothing here"
        yield Finding(text, (*loc, "coordinationFailureProbability"), is_warning=True)


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
    if size is not None and isinstance(cores, Constant) and not scenario.options.cpu_slowdown:
        needs.append(("cores", cores.mean, float(size.vcpus)))
    if size is not None and isinstance(memory, Constant):
        needs.append(("GiB of memory", memory.mean, size.memory_gib))
    for name, need, room in needs:
        if need > room and name == "GiB of memory" and scenario.options.memory_is_only_told:
            text = f"needs {need:g} {name}, but a node of pool '{pool.id}' has {room:g}: it runs all the same"
            yield Finding(text, loc, is_warning=True)
        elif need > room:
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
