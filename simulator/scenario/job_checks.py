"""What the service would refuse of a job, its tasks or a schedule, and what it takes although it leads nowhere."""

import math
from collections.abc import Iterator

from simulator.scenario.arrivals import AtOnce
from simulator.scenario.bodies import Job, OnAllTasksComplete, OnTaskFailure, Pool
from simulator.scenario.exit_conditions import named_actions
from simulator.scenario.findings import Finding, Loc
from simulator.scenario.job_operations import AddTasks, ReactivateTask, TerminateTask
from simulator.scenario.planned import planned
from simulator.scenario.schema import Scenario
from simulator.scenario.tasks import Task, TaskGroup

SHORTEST = 60.0
"""The service takes no shorter recurrence interval or start window."""
TERMINATES = OnAllTasksComplete.TERMINATEJOB


def check_job(scenario: Scenario, job: Job, pool: Pool | None, loc: Loc, *, scheduled: bool) -> Iterator[Finding]:
    """Check everything about a job but its references and what fits where."""
    if job.job_release_task is not None and job.job_preparation_task is None:
        text = "a release task needs a jobPreparationTask; the service refuses it alone (InvalidPropertyValue)"
        yield Finding(text, (*loc, "jobReleaseTask"))
    if job.max_parallel_tasks > 0:
        text = "the service wants inter-node communication and an enabled account for it; the limit holds here anyway"
        yield Finding(text, (*loc, "maxParallelTasks"), is_warning=True)
    yield from _tasks(job, pool, loc)
    yield from _end(scenario, job, loc, scheduled=scheduled)


def _tasks(job: Job, pool: Pool | None, loc: Loc) -> Iterator[Finding]:
    listed: list[tuple[Task, Loc]] = [(task, (*loc, "tasks", index)) for index, task in enumerate(job.tasks)]
    manager = job.job_manager_task
    if manager is not None:
        listed.append((manager, (*loc, "jobManagerTask")))
        if manager.simulation.submit is not None:
            yield Finding("a job manager starts with its job", (*loc, "jobManagerTask", "simulation", "submit"))
        if any(task.id.lower() == manager.id.lower() for task in job.tasks):
            yield Finding(f"the job manager has the id '{manager.id}' too", (*loc, "tasks"))
    machine = None if pool is None else pool.virtual_machine_configuration
    needs_container = machine is not None and machine.container_configuration is not None
    for task, where in listed:
        if needs_container and task.container_settings is None:
            text = "the pool has a container configuration: tasks on it need containerSettings (InvalidPropertyValue)"
            yield Finding(text, where)
        actions = set(named_actions(task)) - {"none"}
        if actions and job.on_task_failure is OnTaskFailure.NOACTION:
            text = "a jobAction in a job whose onTaskFailure is noaction: the service refuses it (InvalidPropertyValue)"
            yield Finding(text, (*where, "exitConditions"))
        submit = task.simulation.submit
        if submit is not None and submit < job.simulation.created_at:
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
        if interval is not None and times.do_not_run_after is None and scenario.horizon is None:
            text = "recurs for ever: give doNotRunAfter, or the scenario a horizon"
            yield Finding(text, (*loc, "schedule", "recurrenceInterval"))
        ends = job.on_all_tasks_complete is TERMINATES or job.job_manager_task is not None
        if interval is not None and not ends and job.constraints.max_wall_clock_time is None:
            text = "its jobs never end, so only the first one runs: give a jobManagerTask, or terminatejob"
            yield Finding(text, (*loc, "jobSpecification"), is_warning=True)


def check_job_operations(scenario: Scenario) -> Iterator[Finding]:
    """Check what operations on tasks name, and whether added tasks have ids of their own."""
    every = {one.job.id.lower(): one.job for one in planned(scenario) if one.schedule < 0}
    seen: dict[str, set[str]] = {job.id.lower(): {task.id.lower() for task in job.tasks} for job in scenario.jobs}
    for index, operation in enumerate(scenario.timeline):
        loc: Loc = ("timeline", index)
        if isinstance(operation, AddTasks):
            known = seen.setdefault(operation.job.lower(), set())
            for place, task in enumerate(operation.tasks):
                if task.id.lower() in known:
                    yield Finding(f"a second task with the id '{task.id}' (TaskExists)", (*loc, "tasks", place, "id"))
                known.add(task.id.lower())
            if not operation.tasks and not operation.workload:
                yield Finding("expected tasks, a workload, or both", loc)
        elif isinstance(operation, TerminateTask | ReactivateTask):
            job = every.get(operation.job.lower())
            listed = job is None or any(task.id.lower() == operation.task.lower() for task in job.tasks)
            if not listed and job is not None and not job.simulation.workload and job.job_manager_task is None:
                yield Finding(f"job '{job.id}' has no task '{operation.task}'", (*loc, "task"), is_warning=True)
