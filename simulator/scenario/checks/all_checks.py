"""What no single value shows: references that lead nowhere, names used twice, work that fits no node."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from simulator.distributions import Constant, NumberDistribution
from simulator.errors import InputError
from simulator.scenario.checks.command_checks import check_commands, unreadable_settings
from simulator.scenario.checks.dependency_checks import check_dependencies
from simulator.scenario.checks.eviction_checks import check_evictions
from simulator.scenario.checks.file_checks import check_files
from simulator.scenario.checks.findings import Finding, Loc, readable, until_absent
from simulator.scenario.checks.formula_checks import check_formulas
from simulator.scenario.checks.generation_checks import check_generations
from simulator.scenario.checks.idle_keys import check_idle_keys
from simulator.scenario.checks.job_checks import check_job, check_job_operations, check_schedules
from simulator.scenario.checks.job_places import (
    PlacedJob,
    PlacedSource,
    PlacedTask,
    listed_tasks,
    named_pools,
    of_each_task,
    place,
    placed_pools,
)
from simulator.scenario.checks.never_runs import reach_of
from simulator.scenario.checks.node_names import check_node_names
from simulator.scenario.checks.operation_checks import check_operations
from simulator.scenario.checks.option_checks import check_options
from simulator.scenario.checks.policy_checks import check_pool_policies, check_task_preemption
from simulator.scenario.checks.pool_checks import check_accounts, check_pool, check_pools
from simulator.scenario.checks.setting_checks import check_settings_names
from simulator.scenario.checks.trace_checks import check_parents, check_shift
from simulator.scenario.checks.unused_names import check_unused_names
from simulator.scenario.format.arrivals import AtOnce
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.schema import Description
from simulator.scenario.format.stated_by_tasks import stated
from simulator.scenario.format.task_bodies import TaskGroup, TaskSimulation
from simulator.scenario.format.trace_files import read_trace
from simulator.scenario.format.traces import TraceWorkload


def check(scenario: Description, *, lost: Collection[str] = ()) -> list[Finding]:
    """Return everything that makes a well-formed description impossible, or odd (warnings).

    Of a document with mistakes, `scenario` is what could be read, and `lost` names the sections that lack entries:
    what only all entries together show is then left out.
    """
    rules = until_absent(_rules(scenario, lost))
    return [*chain.from_iterable(until_absent(findings) for findings in rules)]


def _rules(scenario: Description, lost: Collection[str]) -> Iterator[Iterable[Finding]]:
    """Yield the findings of each rule."""
    jobs = place(scenario)
    if not lost:
        yield check_pools(scenario)
        yield check_options(scenario)
        for rule in (_some_job, _shared_cores, _horizon, check_unused_names):
            yield rule(scenario, jobs)
    yield check_accounts(scenario)
    for pool, loc in placed_pools(scenario, jobs):
        yield check_pool(scenario, pool, loc)
        yield check_pool_policies(scenario, pool, loc)
    for placed in jobs:
        yield from _job(scenario, placed)
    yield check_formulas(scenario, jobs)
    yield check_commands(scenario, jobs)
    yield check_settings_names(scenario, jobs)
    yield check_files(jobs)
    yield check_schedules(scenario)
    yield check_job_operations(scenario, jobs, is_whole=not lost)
    pools = named_pools(scenario, jobs)
    yield check_operations(scenario, pools)
    if not lost:
        yield check_evictions(scenario, pools)
        yield check_node_names(scenario, jobs, pools)
    yield check_idle_keys(scenario)
    yield check_generations(scenario)


def _job(scenario: Description, placed: PlacedJob) -> Iterator[Iterable[Finding]]:
    yield _pool_of(placed)
    yield check_dependencies(placed)
    yield of_each_task(placed, lambda one: _task(scenario, placed, one))
    for source in readable(placed, "sources") or ():
        for source_rule in (_start, _group, _trace):
            yield source_rule(scenario, placed, source)
    yield check_job(scenario, placed)
    yield check_task_preemption(scenario, placed)


def _task(scenario: Description, placed: PlacedJob, one: PlacedTask) -> Iterator[Finding]:
    for rule in (_duration, _room_for_task, _task_barrier):
        yield from until_absent(rule(scenario, placed, one))


def _some_job(scenario: Description, jobs: list[PlacedJob]) -> Iterator[Finding]:
    if not jobs and scenario.horizon is None:
        text = "no job and no horizon: there is nothing to wait for, the run ends at once"
        yield Finding(text, ("jobs",), is_warning=True)


def _pool_of(placed: PlacedJob) -> Iterator[Finding]:
    job, info = placed.job, (*placed.loc, "poolInfo")
    if job.auto_pool and job.pool_id:
        yield Finding("both poolId and autoPoolSpecification; the service takes one", info)
    elif not job.auto_pool and job.pool_id is None:
        yield Finding("expected a poolId or an autoPoolSpecification", info)


def _duration(_scenario: Description, placed: PlacedJob, one: PlacedTask) -> Iterator[Finding]:
    """Check that a listed task has a duration."""
    try:
        duration = stated(one.task, placed.job).duration
    except ValueError as error:
        yield from unreadable_settings(error, placed, one.task.environment_settings, one.loc)
        return
    if duration is None:
        text = "give simulation.duration, SIM_DURATION, or defaults.duration in the job's simulation"
        if one.loc[-1] == "jobManagerTask":
            yield Finding(f"no duration, so it ends as it starts: {text}", one.loc, is_warning=True)
        else:
            yield Finding(f"no duration: {text}", one.loc)


def _room_for_task(scenario: Description, placed: PlacedJob, one: PlacedTask) -> Iterator[Finding]:
    own, instances = one.task.simulation, one.task.number_of_instances
    need = Need(one.task.required_slots, instances, own.cores, own.memory)
    yield from _fits(scenario, placed, one.loc, need)


def _task_barrier(_scenario: Description, _placed: PlacedJob, one: PlacedTask) -> Iterator[Finding]:
    yield from _barrier(one.task.simulation, one.task.number_of_instances, (*one.loc, "simulation"))


def _start(_scenario: Description, placed: PlacedJob, one: PlacedSource) -> Iterator[Finding]:
    """Refuse tasks that come before what brings them."""
    start = one.source.start
    if start is None or placed.is_scheduled:
        return
    if start < (placed.created_at if one.added_at is None else one.added_at):
        text = "before its job" if one.added_at is None else "before the operation that adds them"
        yield Finding(f"the tasks come {text}", (*one.loc, "start"))


def _group(scenario: Description, placed: PlacedJob, one: PlacedSource) -> Iterator[Finding]:
    """Check a group of tasks."""
    group = one.source
    if not isinstance(group, TaskGroup):
        return
    for rule in (_group_barrier, _group_end):
        yield from until_absent(rule(group, one.loc))
    need = Need(group.required_slots, group.number_of_instances, group.cores, group.memory)
    yield from _fits(scenario, placed, one.loc, need)


def _group_barrier(group: TaskGroup, loc: Loc) -> Iterator[Finding]:
    yield from _barrier(group, group.number_of_instances, loc)


def _group_end(group: TaskGroup, loc: Loc) -> Iterator[Finding]:
    if group.count is None and not group.arrivals.ends and not isinstance(group.arrivals, AtOnce):
        yield Finding("expected a count, or arrivals that end (until)", loc)


def _trace(scenario: Description, placed: PlacedJob, one: PlacedSource) -> Iterator[Finding]:
    """Check that a trace can be read and its tasks fit; one whose folder is not known cannot be checked."""
    source = one.source
    if not isinstance(source, TraceWorkload) or not source.has_folder:
        return
    try:
        trace = read_trace(source)
    except InputError as error:
        yield from _unreadable(source, error, (*one.loc, "trace"))
        return
    yield from check_shift(scenario.origin, placed.begin(one), source, trace, (*one.loc, "trace"))
    yield from check_parents(placed.job, source, trace, (*one.loc, "trace"))
    if len(trace):
        yield from _fits(scenario, placed, one.loc, Need(int(trace.slots.min()), int(trace.instances.min())))


def _shared_cores(scenario: Description, jobs: list[PlacedJob]) -> Iterator[Finding]:
    """Warn where tasks may share cores and none says how many it uses."""
    if scenario.options.cpu_slowdown and jobs and not any(_names_cores(placed) for placed in jobs):
        text = "no task names cores, so each uses its slots' share of its node and slows nobody: give cores or SIM_CPU"
        yield Finding(text, ("options", "cpuSlowdown"), is_warning=True)


def _names_cores(placed: PlacedJob) -> bool:
    if any(isinstance(one.source, TraceWorkload) or one.source.cores for one in placed.sources):
        return True
    tasks = listed_tasks(placed)
    defaults = placed.job.simulation.defaults.cores
    settings = [item for one in tasks for item in one.task.environment_settings]
    settings += placed.job.common_environment_settings
    names_own = any(one.task.simulation.cores for one in tasks) or any(
        item.get("name") == "SIM_CPU" for item in settings
    )
    return names_own or bool(tasks and defaults)


def _barrier(source: TaskSimulation | TaskGroup, instances: int, loc: Loc) -> Iterator[Finding]:
    """Warn of the failure of a command that tasks on one node do not run."""
    if instances == 1 and source.coordination_failure_probability:
        text = "only tasks of several instances coordinate (numberOfInstances): it does nothing here"
        yield Finding(text, (*loc, "coordinationFailureProbability"), is_warning=True)


def _unreadable(source: TraceWorkload, error: InputError, loc: Loc) -> Iterator[Finding]:
    if not source.is_there:
        yield Finding(f"{source.trace} {error.problems[0].message}", loc)
        return
    yield from (Finding(problem.message, loc, problem=problem) for problem in error.problems)


@dataclass(frozen=True, slots=True)
class Need:
    """What a task, or each task of a source, needs of a node."""

    slots: int
    instances: int
    cores: NumberDistribution | None = None
    memory: NumberDistribution | None = None


def _fits(scenario: Description, placed: PlacedJob, loc: Loc, need: Need) -> Iterator[Finding]:
    """Warn of work that no node of any pool of its job can ever take: it would wait for ever."""
    found = [[*_fits_on(scenario, pool, loc, need)] for pool in placed.pools]
    if all(found):
        yield from dict.fromkeys(chain.from_iterable(found))


def _fits_on(scenario: Description, pool: Pool, loc: Loc, need: Need) -> Iterator[Finding]:
    """Warn of work that no node of a pool can ever take."""
    for rule in (_enough_slots, _enough_cores, _enough_memory, _talking_nodes, _one_slot, _enough_nodes):
        yield from until_absent(rule(scenario, pool, loc, need))


def _enough_slots(_scenario: Description, pool: Pool, loc: Loc, need: Need) -> Iterator[Finding]:
    if need.slots > pool.task_slots_per_node:
        yield _too_much("slots", need.slots, pool, pool.task_slots_per_node, loc)


def _enough_cores(scenario: Description, pool: Pool, loc: Loc, need: Need) -> Iterator[Finding]:
    size = scenario.sizes.get(pool.vm_size)
    if size is None or not isinstance(need.cores, Constant) or scenario.options.cpu_slowdown:
        return
    if need.cores.mean > size.vcpus:
        yield _too_much("cores", need.cores.mean, pool, size.vcpus, loc)


def _enough_memory(scenario: Description, pool: Pool, loc: Loc, need: Need) -> Iterator[Finding]:
    size = scenario.sizes.get(pool.vm_size)
    if size is not None and isinstance(need.memory, Constant) and need.memory.mean > size.memory_gib:
        runs = scenario.options.memory_is_only_reported
        end = "it runs all the same" if runs else "it will never run"
        yield _too_much("GiB of memory", need.memory.mean, pool, size.memory_gib, loc, end)


def _too_much(name: str, need: float, pool: Pool, room: float, loc: Loc, end: str = "it will never run") -> Finding:
    text = f"needs {need:g} {name}, but a node of pool '{pool.id}' has {room:g}: {end}"
    return Finding(text, loc, is_warning=True)


def _talking_nodes(_scenario: Description, pool: Pool, loc: Loc, need: Need) -> Iterator[Finding]:
    if need.instances > 1 and not pool.enable_inter_node_communication:
        text = f"needs {need.instances} nodes at once, but pool '{pool.id}' has no enableInterNodeCommunication"
        yield Finding(f"{text}: it will never run", loc, is_warning=True)


def _one_slot(_scenario: Description, pool: Pool, loc: Loc, need: Need) -> Iterator[Finding]:
    if need.instances > 1 and (pool.task_slots_per_node > 1 or need.slots > 1):
        text = "multi-instance tasks need a pool with one task slot a node: it will never run"
        yield Finding(text, loc, is_warning=True)


def _enough_nodes(scenario: Description, pool: Pool, loc: Loc, need: Need) -> Iterator[Finding]:
    """Warn of a task that needs more nodes at once than its pool can ever have."""
    if need.instances == 1 or not pool.enable_inter_node_communication:
        return
    only_dedicated = scenario.options.gang_node_types == "dedicated"
    most = reach_of(scenario, pool).most(only_dedicated=only_dedicated)
    if need.instances > most:
        kind = "dedicated nodes" if only_dedicated else "nodes"
        text = f"needs {need.instances} {kind} at once, and pool '{pool.id}' can have {most:g}: it will never run"
        yield Finding(text, loc, is_warning=True)


def _horizon(scenario: Description, jobs: list[PlacedJob]) -> Iterator[Finding]:
    """Refuse a horizon at which nothing has happened yet."""
    horizon = scenario.horizon
    if horizon is None:
        return
    starts = [start for placed in jobs for start in _starts(placed)]
    if starts and horizon <= min(starts):
        text = f"the horizon of {horizon:g} s is over before the first task arrives at {min(starts):g} s"
        yield Finding(text, ("horizon",))


def _starts(placed: PlacedJob) -> Iterator[float]:
    """Yield when the tasks of a job come, of each source the first."""
    yield from (placed.begin(one) for one in listed_tasks(placed))
    for source in placed.sources:
        begin = placed.begin(source)
        if isinstance(source.source, TaskGroup):
            arrivals = source.source.arrivals
            yield (arrivals.later(placed.created_at) if placed.is_scheduled else arrivals).first(begin)
        elif source.source.has_folder:
            yield begin + _first_submit(source.source)


def _first_submit(source: TraceWorkload) -> float:
    """Return when the first task of a trace comes; 0 for one that cannot be read, which is reported as such."""
    try:
        trace = read_trace(source)
    except InputError:
        return 0.0
    return float(trace.submit.min()) if len(trace) else 0.0
