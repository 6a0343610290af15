"""What the service would refuse of a job, its tasks or a schedule, and what it takes although it leads nowhere."""

import math
from collections.abc import Iterator

from simulator.errors import InputError
from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.checks.ids import near
from simulator.scenario.checks.job_places import PlacedJob, PlacedTask
from simulator.scenario.checks.pool_checks import check_settings
from simulator.scenario.format.arrivals import AtOnce
from simulator.scenario.format.bodies import Job, OnAllTasksComplete, OnTaskFailure
from simulator.scenario.format.job_operations import AddTasks, OnJob, TaskOperation, UpdateJob
from simulator.scenario.format.schema import Scenario
from simulator.scenario.format.task_bodies import TaskGroup
from simulator.scenario.format.task_endings import named_actions
from simulator.scenario.format.traces import read_trace

SHORTEST = 60.0
"""The service takes no shorter recurrence interval or start window."""
TERMINATES = OnAllTasksComplete.TERMINATEJOB


def check_job(scenario: Scenario, placed: PlacedJob) -> Iterator[Finding]:
    """Check everything about a job but its references and what fits where."""
    job, loc = placed.job, placed.loc
    if job.job_release_task is not None and job.job_preparation_task is None:
        text = "a release task needs a jobPreparationTask; the service refuses it alone (InvalidPropertyValue)"
        yield Finding(text, (*loc, "jobReleaseTask"))
    for name, around in (("jobPreparationTask", job.job_preparation_task), ("jobReleaseTask", job.job_release_task)):
        if around is not None:
            yield from check_settings(around, (*loc, name))
    if job.max_parallel_tasks > 0:
        text = "the service wants inter-node communication and an enabled account for it; the limit holds here anyway"
        yield Finding(text, (*loc, "maxParallelTasks"), is_warning=True)
    listed = list(placed.tasks)
    manager = job.job_manager_task
    if manager is not None:
        listed.append(PlacedTask(manager, (*loc, "jobManagerTask")))
        if manager.simulation.submit is not None:
            yield Finding("a job manager starts with its job", (*loc, "jobManagerTask", "simulation", "submit"))
    for one in listed:
        yield from _task(placed, one)
    yield from _end(scenario, job, loc, scheduled=placed.is_scheduled)


def _task(placed: PlacedJob, one: PlacedTask) -> Iterator[Finding]:
    task, where, job, pool = one.task, one.loc, placed.job, placed.pool
    machine = None if pool is None else pool.virtual_machine_configuration
    if machine is not None and machine.container_configuration is not None and task.container_settings is None:
        text = "the pool has a container configuration: tasks on it need containerSettings (InvalidPropertyValue)"
        yield Finding(text, where)
    actions = set(named_actions(task)) - {"none"}
    if actions and job.on_task_failure is OnTaskFailure.NOACTION:
        text = "a jobAction in a job whose onTaskFailure is noaction: the service refuses it (InvalidPropertyValue)"
        yield Finding(text, (*where, "exitConditions"))
    submit = task.simulation.submit
    if submit is None:
        return
    if one.added_at is not None:
        yield Finding(
            "the operation's at says when its tasks are added: leave submit out", (*where, "simulation", "submit")
        )
    elif submit < job.simulation.created_at and where[-1] != "jobManagerTask":
        yield Finding("the task is added before its job", (*where, "simulation", "submit"))


def _end(scenario: Scenario, job: Job, loc: Loc, *, scheduled: bool) -> Iterator[Finding]:
    """Say what becomes of a job that never ends, or ends before it begins."""
    own = job.auto_pool
    place = (*loc, "poolInfo", "autoPoolSpecification")
    if own is not None and own.pool_lifetime_option == "jobschedule" and not scheduled:
        yield Finding("the lifetime jobschedule is for job schedules only (InvalidPropertyValue)", place)
    ends = job.on_all_tasks_complete is TERMINATES or (
        job.job_manager_task and job.job_manager_task.kill_job_on_completion
    )
    limit = job.constraints.max_wall_clock_time
    if own is not None and not own.keep_alive and not scheduled and not ends and (limit is None or math.isinf(limit)):
        text = (
            "nothing ends this job, so its pool stays and is paid for until the run ends: "
            "set onAllTasksComplete to terminatejob"
        )
        yield Finding(text, (*place,), is_warning=True)
    if job.on_all_tasks_complete is not TERMINATES or scenario.options.terminate_when_empty != "documented":
        return
    created = job.simulation.created_at
    begins = [created if task.simulation.submit is None else task.simulation.submit for task in job.tasks]
    sources = job.simulation.workload
    at_once = [source for source in sources if isinstance(source, TaskGroup) and isinstance(source.arrivals, AtOnce)]
    begins += [source.arrivals.first(created) for source in at_once if source.start is None]
    if job.job_manager_task is None and not scheduled and not any(begin <= created for begin in begins):
        text = (
            "no task is added with the job, so terminatejob ends it at once, as documented; "
            "the option terminateWhenEmpty: after_last_scripted_add waits for the last one"
        )
        yield Finding(text, (*loc, "onAllTasksComplete"), is_warning=True)


def check_schedules(scenario: Scenario) -> Iterator[Finding]:
    """Check when schedules run, and whether their jobs end."""
    for index, schedule in enumerate(scenario.job_schedules):
        loc: Loc = ("jobSchedules", index)
        times, job = schedule.schedule, schedule.job_specification
        interval = times.recurrence_interval
        for name, value in (("recurrenceInterval", interval), ("startWindow", times.start_window)):
            if value is not None and value < SHORTEST:
                yield Finding("the service takes at least one minute (InvalidPropertyValue)", (*loc, "schedule", name))
        after, until = times.do_not_run_after, times.do_not_run_until
        if after is not None and after < (until or 0.0):
            text = f"over at {after:g} s, before doNotRunUntil at {until or 0.0:g} s: no job is ever created"
            yield Finding(text, (*loc, "schedule", "doNotRunAfter"), is_warning=True)
        if interval is not None and after is None and scenario.horizon is None:
            text = "recurs for ever: give doNotRunAfter, or the scenario a horizon"
            yield Finding(text, (*loc, "schedule", "recurrenceInterval"))
        ends = job.on_all_tasks_complete is TERMINATES or job.job_manager_task is not None
        if interval is not None and not ends and job.constraints.max_wall_clock_time is None:
            text = "its jobs never end, so only the first one runs: give a jobManagerTask, or terminatejob"
            yield Finding(text, (*loc, "jobSpecification"), is_warning=True)


def check_job_operations(scenario: Scenario, jobs: list[PlacedJob]) -> Iterator[Finding]:
    """Check what operations on jobs and tasks name, and whether tasks have ids of their own."""
    every = {one.job.id.lower(): one for one in reversed(jobs) if not one.is_scheduled}
    for placed in every.values():
        yield from _second_ids(placed)
    for index, operation in enumerate(scenario.timeline):
        loc: Loc = ("timeline", index)
        if not isinstance(operation, OnJob):
            continue
        found = every.get(operation.job.lower())
        if found is not None and operation.at < found.created_at:
            text = f"job '{found.job.id}' is added at {found.created_at:g} s only: this comes too early (JobNotFound)"
            yield Finding(text, loc, is_warning=True)
        elif isinstance(operation, TaskOperation) and found is not None:
            yield from _known_task(found, operation, loc)
        if isinstance(operation, UpdateJob):
            yield from _update(found, operation, loc)
        if isinstance(operation, AddTasks):
            if not operation.tasks and not operation.workload:
                yield Finding("expected tasks, a workload, or both", loc)
            if found is None and ":" in operation.job:
                text = "tasks cannot be added to the job of a schedule: list them in its jobSpecification"
                yield Finding(text, (*loc, "job"))


def _update(placed: PlacedJob | None, operation: UpdateJob, loc: Loc) -> Iterator[Finding]:
    """Refuse what no update can do."""
    changes = operation.model_fields_set - {"at", "job", "operation"}
    if not changes:
        yield Finding("expected something to change: priority, maxParallelTasks, constraints, …", loc)
    own = None if placed is None else placed.job.pool_id
    if operation.pool_info is not None and operation.pool_info.pool_id.lower() != (own or "").lower():
        text = "a job's tasks do not move to another pool in a simulation: this will be refused (NotSimulated)"
        yield Finding(text, (*loc, "poolInfo"), is_warning=True)
    if placed is None or operation.on_all_tasks_complete is not OnAllTasksComplete.NOACTION:
        return
    if placed.job.on_all_tasks_complete is TERMINATES:
        text = "terminatejob cannot be taken back; the service refuses it (InvalidPropertyValue)"
        yield Finding(text, (*loc, "onAllTasksComplete"), is_warning=True)


def _second_ids(placed: PlacedJob) -> Iterator[Finding]:
    """Give the ids that tasks have after others; two in one body are found in the document already."""
    manager = placed.job.job_manager_task
    known = set() if manager is None else {manager.id.lower()}
    for one in placed.tasks:
        name = one.task.id
        if manager is not None and name.lower() == manager.id.lower():
            yield Finding(f"the job manager has the id '{name}' too (TaskExists)", (*one.loc, "id"))
        elif one.added_at is not None and (name.lower() in known or _is_of_group(placed, name.lower())):
            yield Finding(f"a second task with the id '{name}' (TaskExists)", (*one.loc, "id"))
        known.add(name.lower())


def _known_task(placed: PlacedJob, operation: TaskOperation, loc: Loc) -> Iterator[Finding]:
    """Warn of a task that nobody adds."""
    wanted = operation.task.lower()
    names = [one.task.id for one in placed.tasks]
    if placed.job.job_manager_task is not None:
        names.append(placed.job.job_manager_task.id)
    if wanted in {name.lower() for name in names} or any(
        _makes(placed, part, wanted) for part in range(len(placed.sources))
    ):
        return
    hint = near(operation.task, names)
    text = f"job '{placed.job.id}' has no task '{operation.task}'{hint} (TaskNotFound)"
    yield Finding(text, (*loc, "task"), is_warning=True)


def _is_of_group(placed: PlacedJob, name: str) -> bool:
    groups = (part for part, one in enumerate(placed.sources) if isinstance(one.source, TaskGroup))
    return any(_makes(placed, part, name) for part in groups)


def _makes(placed: PlacedJob, part: int, wanted: str) -> bool:
    """Say whether a source gives a task of that id, in lower case; one that cannot be read is told elsewhere."""
    source = placed.sources[part].source
    if isinstance(source, TaskGroup):
        own = sum(one.added_at is None for one in placed.sources)
        is_alone = part == 0 and own <= 1 and all(one.added_at is not None for one in placed.tasks)
        prefix = source.prefix(part, is_alone=is_alone)
        begin, _, number = wanted.rpartition("-")
        is_one = begin == prefix.lower() and number.isdecimal() and number == str(int(number))
        return is_one and int(number) >= 1 and (source.count is None or int(number) <= source.count)
    try:
        names = read_trace(source).names
    except InputError:
        return True
    return any(names[index].lower() == wanted for index in range(len(names)))
