"""What the service would refuse of a job, its tasks or a schedule, and what it takes although it leads nowhere."""

from collections.abc import Callable, Iterator
from typing import Final

from simulator.scenario.checks.command_checks import unreadable_settings
from simulator.scenario.checks.container_checks import check_node_task_containers, check_task_container
from simulator.scenario.checks.findings import Finding, Loc, readable, until_absent
from simulator.scenario.checks.ids import AUTO_POOL, near
from simulator.scenario.checks.job_places import NamedJobs, PlacedJob, PlacedTask, listed_tasks, may_end, of_each_task
from simulator.scenario.checks.moments import moment_of
from simulator.scenario.checks.never_runs import prepares_nothing, reach_of
from simulator.scenario.checks.second_ids import check_second_ids, source_makes
from simulator.scenario.checks.size_limits import package_limits
from simulator.scenario.format.arrivals import AtOnce
from simulator.scenario.format.bodies import OnAllTasksComplete, OnTaskFailure
from simulator.scenario.format.job_operations import AddTasks, OnJob, TaskOperation, UpdateJob
from simulator.scenario.format.job_schedules import JobSchedule
from simulator.scenario.format.schema import Description
from simulator.scenario.format.stated_by_tasks import stated_exit_code, stated_time
from simulator.scenario.format.task_bodies import JobPreparationTask, JobReleaseTask, TaskGroup
from simulator.scenario.format.task_endings import named_actions
from simulator.service_codes import ServiceCode

SHORTEST = 60.0
"""The service takes no shorter recurrence interval or start window."""
LONGEST_RELEASE = 900.0
"""Seconds that a release task may run at most, which is also what it may where its body states no limit."""
TERMINATES = OnAllTasksComplete.TERMINATEJOB


def check_job(scenario: Description, placed: PlacedJob) -> Iterator[Finding]:
    """Check everything about a job but its references and what fits where, each rule by itself."""
    for rule in RULES:
        yield from until_absent(rule(placed))
    yield from of_each_task(placed, lambda one: _task(placed, one))
    yield from until_absent(_endless(placed))
    for scenario_rule in (_ends_at_once, _manager_without_node, _hopeless_preparation):
        yield from until_absent(scenario_rule(scenario, placed))


def _task(placed: PlacedJob, one: PlacedTask) -> Iterator[Finding]:
    for rule in (check_task_container, _packages, _job_actions, _submit):
        yield from until_absent(rule(placed, one))


def _creation(placed: PlacedJob) -> Iterator[Finding]:
    """Warn of a time of creation that something else decides."""
    simulation = placed.job.simulation
    if placed.loc[0] != "jobs" and simulation.created_at and simulation.created_at != placed.created_at:
        decider = "the schedule decides" if placed.is_scheduled else "the operation's at says"
        text = f"no effect: {decider} when the job is created"
        yield Finding(text, (*placed.loc, "simulation", "createdAt"), is_warning=True)


def _release_limit(placed: PlacedJob) -> Iterator[Finding]:
    release = placed.job.job_release_task
    if release is not None and release.max_wall_clock_time > LONGEST_RELEASE:
        text = "a release task may run 15 minutes at most"
        yield Finding(text, (*placed.loc, "jobReleaseTask", "maxWallClockTime"), code=ServiceCode.INVALID_PROPERTY)


def _release(placed: PlacedJob) -> Iterator[Finding]:
    if placed.job.job_release_task is not None and placed.job.job_preparation_task is None:
        text = "a release task needs a jobPreparationTask; the service refuses it alone"
        yield Finding(text, (*placed.loc, "jobReleaseTask"), code=ServiceCode.INVALID_PROPERTY)


def _settings(placed: PlacedJob) -> Iterator[Finding]:
    for name, key in (("job_preparation_task", "jobPreparationTask"), ("job_release_task", "jobReleaseTask")):
        task = readable(placed.job, name)
        if task is not None:
            yield from until_absent(_node_task_settings(placed, task, (*placed.loc, key)))


def _node_task_settings(placed: PlacedJob, task: JobPreparationTask | JobReleaseTask, loc: Loc) -> Iterator[Finding]:
    """Check that the settings of a preparation or release task, and its job's, state a time that can be read."""
    try:
        settings = [*placed.job.common_environment_settings, *task.environment_settings]
        stated_time(task.command_line, settings)
        stated_exit_code(task.command_line, settings)
    except ValueError as error:
        yield from unreadable_settings(error, placed, task.environment_settings, loc)


def _parallel_tasks(placed: PlacedJob) -> Iterator[Finding]:
    if placed.job.max_parallel_tasks > 0:
        text = "the service wants inter-node communication and an enabled account for it; the limit holds here anyway"
        yield Finding(text, (*placed.loc, "maxParallelTasks"), is_warning=True)


def _manager(placed: PlacedJob) -> Iterator[Finding]:
    manager = placed.job.job_manager_task
    if manager is not None and manager.simulation.submit is not None:
        yield Finding("a job manager starts with its job", (*placed.loc, "jobManagerTask", "simulation", "submit"))


def _manager_without_node(scenario: Description, placed: PlacedJob) -> Iterator[Finding]:
    """Warn of a manager that wants a dedicated node where there will be none."""
    manager = placed.job.job_manager_task
    if not placed.pools or manager is None or manager.allow_low_priority_node:
        return
    if all(reach_of(scenario, pool).most(only_dedicated=True) < 1 for pool in placed.pools):
        text = (
            f"runs on dedicated nodes only (allowLowPriorityNode), and pool '{placed.pools[0].id}' can have none: "
            "it will never run, nor will the other tasks of its job"
        )
        yield Finding(text, (*placed.loc, "jobManagerTask"), is_warning=True)


def _hopeless_preparation(_scenario: Description, placed: PlacedJob) -> Iterator[Finding]:
    try:
        is_hopeless = prepares_nothing(placed.job)
    except ValueError:
        return  # a setting that cannot be read, which is reported by itself
    if is_hopeless:
        text = "this preparation fails on every node, and tasks wait for its success: none will ever run"
        yield Finding(text, (*placed.loc, "jobPreparationTask"), is_warning=True)


def _packages(_placed: PlacedJob, one: PlacedTask) -> Iterator[Finding]:
    yield from package_limits(one.task.application_package_references, (*one.loc, "applicationPackageReferences"))


def _job_actions(placed: PlacedJob, one: PlacedTask) -> Iterator[Finding]:
    actions = set(named_actions(one.task)) - {"none"}
    if actions and placed.job.on_task_failure is OnTaskFailure.NOACTION:
        text = "a jobAction in a job whose onTaskFailure is noaction: the service refuses it"
        yield Finding(text, (*one.loc, "exitConditions"), code=ServiceCode.INVALID_PROPERTY)


def _submit(placed: PlacedJob, one: PlacedTask) -> Iterator[Finding]:
    submit, where = one.task.simulation.submit, (*one.loc, "simulation", "submit")
    if submit is None:
        return
    if one.added_at is not None:
        yield Finding("the operation's at says when its tasks are added: leave submit out", where)
    elif placed.begin(one) < placed.created_at and one.loc[-1] != "jobManagerTask":
        yield Finding("the task is added before its job", where)


def _lifetime(placed: PlacedJob) -> Iterator[Finding]:
    own = placed.job.auto_pool
    if own is not None and own.pool_lifetime_option == "jobschedule" and not placed.is_scheduled:
        text = "the lifetime jobschedule is for job schedules only"
        yield Finding(text, (*placed.loc, *AUTO_POOL), code=ServiceCode.INVALID_PROPERTY)


def _endless(placed: PlacedJob) -> Iterator[Finding]:
    """Warn of a pool that stays because nothing ends its job."""
    own = placed.job.auto_pool
    if own is None or own.keep_alive or placed.is_scheduled or placed.is_ended:
        return
    if not may_end(placed.job, (one.task for one in listed_tasks(placed))):
        text = (
            "nothing ends this job, so its pool stays and is paid for until the run ends: "
            "set onAllTasksComplete to terminatejob"
        )
        yield Finding(text, (*placed.loc, *AUTO_POOL), is_warning=True)


RULES: Final[tuple[Callable[[PlacedJob], Iterator[Finding]], ...]] = (
    _creation,
    _release,
    _release_limit,
    check_node_task_containers,
    _settings,
    _parallel_tasks,
    _manager,
    _lifetime,
)


def _ends_at_once(scenario: Description, placed: PlacedJob) -> Iterator[Finding]:
    """Warn of a job that ends before it begins."""
    job = placed.job
    if job.on_all_tasks_complete is not TERMINATES or scenario.options.terminate_when_empty != "documented":
        return
    created = placed.created_at
    begins = [created if task.simulation.submit is None else task.simulation.submit for task in job.tasks]
    sources = job.simulation.workload
    at_once = [source for source in sources if isinstance(source, TaskGroup) and isinstance(source.arrivals, AtOnce)]
    begins += [source.arrivals.first(created) for source in at_once if source.start is None]
    if job.job_manager_task is None and not placed.is_scheduled and not any(begin <= created for begin in begins):
        text = (
            "no task is added with the job, so terminatejob ends it at once, as documented; "
            "the option terminateWhenEmpty: after_last_scripted_add waits for the last one"
        )
        yield Finding(text, (*placed.loc, "onAllTasksComplete"), is_warning=True)


def check_schedules(scenario: Description) -> Iterator[Finding]:
    """Check when schedules run, and whether their jobs end."""
    for index, schedule in enumerate(scenario.job_schedules):
        loc: Loc = ("jobSchedules", index)
        for rule in (_shortest_times, _window):
            yield from until_absent(rule(schedule, loc))
        yield from until_absent(_recurs_for_ever(scenario, schedule, loc))
        yield from until_absent(_only_first(schedule, loc))


def _shortest_times(schedule: JobSchedule, loc: Loc) -> Iterator[Finding]:
    for name, key in (("recurrence_interval", "recurrenceInterval"), ("start_window", "startWindow")):
        value = readable(schedule.schedule, name)
        if value is not None and value < SHORTEST:
            yield Finding(
                "the service takes at least one minute", (*loc, "schedule", key), code=ServiceCode.INVALID_PROPERTY
            )


def _window(schedule: JobSchedule, loc: Loc) -> Iterator[Finding]:
    after, until = schedule.schedule.do_not_run_after, schedule.schedule.do_not_run_until
    begin = max(until or 0.0, 0.0)
    if after is not None and after < begin:
        text = f"over at {after:g} s, before doNotRunUntil at {begin:g} s: no job is ever created"
        text = "over before the scenario's origin: no job is ever created" if after < 0 else text
        yield Finding(text, (*loc, "schedule", "doNotRunAfter"), is_warning=True)


def _recurs_for_ever(scenario: Description, schedule: JobSchedule, loc: Loc) -> Iterator[Finding]:
    times = schedule.schedule
    if times.recurrence_interval is not None and times.do_not_run_after is None and scenario.horizon is None:
        text = "recurs for ever: give doNotRunAfter, or the scenario a horizon"
        yield Finding(text, (*loc, "schedule", "recurrenceInterval"))


def _only_first(schedule: JobSchedule, loc: Loc) -> Iterator[Finding]:
    job = schedule.job_specification
    ends = job.job_manager_task is not None or may_end(job, job.tasks)
    if schedule.schedule.recurrence_interval is not None and not ends:
        text = "its jobs never end, so only the first one runs: give a jobManagerTask, or terminatejob"
        yield Finding(text, (*loc, "jobSpecification"), is_warning=True)


def check_job_operations(scenario: Description, jobs: list[PlacedJob], *, is_whole: bool) -> Iterator[Finding]:
    """Check what operations on jobs and tasks name, and whether tasks have ids of their own.

    Where entries are lost (`is_whole` is false), a task that nobody adds may be one of theirs.
    """
    every = NamedJobs(jobs)
    yield from check_second_ids(scenario, every)
    for index, operation in enumerate(scenario.timeline):
        loc: Loc = ("timeline", index)
        if not isinstance(operation, OnJob):
            continue
        found = every.at(str(readable(operation, "job")), moment_of(operation, index))
        is_early = found is not None and next(until_absent(_too_early(found, operation, loc)), None)
        if is_early:
            yield is_early
        elif isinstance(operation, TaskOperation) and found is not None and is_whole:
            yield from until_absent(_known_task(found, operation, loc))
        if isinstance(operation, UpdateJob):
            yield from until_absent(_update(found, operation, loc))
        if isinstance(operation, AddTasks):
            yield from until_absent(_added(found, operation, loc))


def _too_early(placed: PlacedJob, operation: OnJob, loc: Loc) -> Iterator[Finding]:
    if operation.at < placed.created_at:
        text = f"job '{placed.job.id}' is added at {placed.created_at:g} s only: this comes too early"
        yield Finding(text, loc, is_warning=True, code=ServiceCode.JOB_NOT_FOUND)


def _added(placed: PlacedJob | None, operation: AddTasks, loc: Loc) -> Iterator[Finding]:
    if not operation.tasks and not operation.workload:
        yield Finding("expected tasks, a workload, or both", loc)
    if placed is None and ":" in operation.job:
        text = "tasks cannot be added to the job of a schedule: list them in its jobSpecification"
        yield Finding(text, (*loc, "job"))


def _update(placed: PlacedJob | None, operation: UpdateJob, loc: Loc) -> Iterator[Finding]:
    """Refuse what no update can do."""
    changes = operation.model_fields_set - {"at", "job", "operation"}
    if not changes:
        yield Finding("expected something to change: priority, maxParallelTasks, constraints, …", loc)
    if placed is None or operation.on_all_tasks_complete is not OnAllTasksComplete.NOACTION:
        return
    if placed.job.on_all_tasks_complete is TERMINATES:
        text = "terminatejob cannot be taken back; the service refuses it"
        yield Finding(text, (*loc, "onAllTasksComplete"), is_warning=True, code=ServiceCode.INVALID_PROPERTY)


def _known_task(placed: PlacedJob, operation: TaskOperation, loc: Loc) -> Iterator[Finding]:
    """Warn of a task that nobody adds."""
    wanted = operation.task.lower()
    names = [one.task.id for one in placed.tasks]
    if placed.job.job_manager_task is not None:
        names.append(placed.job.job_manager_task.id)
    if wanted in {name.lower() for name in names} or any(
        source_makes(placed, part, wanted) for part in range(len(placed.sources))
    ):
        return
    hint = near(operation.task, names)
    text = f"job '{placed.job.id}' has no task '{operation.task}'{hint}"
    yield Finding(text, (*loc, "task"), is_warning=True, code=ServiceCode.TASK_NOT_FOUND)
