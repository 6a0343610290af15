"""Every job that a run may see: those of the scenario, those that are added later, those that schedules create."""

from dataclasses import dataclass, field, replace

from simulator.scenario.checks.moments import BEGINNING, Moment, met
from simulator.scenario.format.bodies import Job
from simulator.scenario.format.job_operations import AddJob, AddTasks
from simulator.scenario.format.job_schedules import JobSchedule
from simulator.scenario.format.run_names import run_name
from simulator.scenario.format.schema import Operation
from simulator.scenario.format.task_bodies import TaskGroup, Workload
from simulator.scenario.scenario import Scenario
from simulator.units import to_ms

UNKNOWN = 1e10
"""Stands for the time, in seconds, at which the job of a schedule is created, known only during the run."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A job, and where it comes from."""

    job: Job
    schedule: int = -1
    """Place in `job_schedules`; -1 = none."""
    is_added: bool = False
    """Whether an operation of the timeline creates it."""
    due: float = 0.0
    """When it is created, or would like to be, in seconds."""
    own_tasks: int = 0
    """How many of the tasks its own body lists; operations add the others, and change nothing about these."""
    own_sources: int = 0
    """How many groups and traces its own body has."""
    turn: int = 0
    """Which of the timeline's operations creates it, in their order in time, from 1; 0 = none."""
    task_turns: tuple[int, ...] = ()
    """Which of them adds each of the tasks that its own body does not list."""
    source_turns: tuple[int, ...] = ()
    """The same of groups and traces."""

    def prefix(self, group: TaskGroup, part: int) -> str:
        """Return how the ids of its group at place `part` begin, whatever is added later."""
        return group.prefix(part, is_alone=part == 0 and self.own_sources <= 1 and not self.own_tasks)


def planned(scenario: Scenario) -> tuple[Planned, ...]:
    """Return all jobs: the file's, then those of `addJob`, then those of schedules."""
    lives = [_Life(job, job, (to_ms(job.simulation.created_at), BEGINNING[1])) for job in scenario.jobs]
    of_id: dict[str, list[_Life]] = {}
    for place, operation in enumerate(scenario.timeline):
        if isinstance(operation, AddJob):
            lives.append(_Life(created(operation), operation.job, (_at(operation), place), is_added=True))
    for life in lives:
        same = of_id.setdefault(life.job.id.lower(), [])
        same.append(life)
        if len(same) > 1:
            life.job = life.job.model_copy(update={"id": run_name(life.job.id, len(same))})
    in_time = sorted(enumerate(scenario.timeline), key=lambda one: _at(one[1]))  # the file's order decides ties
    for turn, (place, operation) in enumerate(in_time, 1):
        moment = _at(operation), place
        if isinstance(operation, AddJob):
            next(life for life in of_id[operation.job.id.lower()] if life.since == moment).turns.job = turn
        elif isinstance(operation, AddTasks):
            newest = met(of_id.get(operation.job.lower(), ()), moment)
            if newest is not None:
                newest.job = with_tasks(newest.job, operation)
                newest.turns.add(turn, operation)
    found = [life.turns.of(planned_as(life.job, life.body, is_added=life.is_added)) for life in lives]
    for number, schedule in enumerate(scenario.job_schedules):
        for k, due in enumerate(schedule.occurrences(scenario.horizon)):
            job = _occurrence(schedule, k + 1)
            found.append(replace(planned_as(job, job), schedule=number, due=due))
    return tuple(found)


@dataclass(slots=True)
class Turns:
    """Which operations of the timeline bring a job and what is added to it, by their order in time."""

    job: int = 0
    tasks: list[int] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)

    def add(self, turn: int, operation: AddTasks) -> None:
        """Note what an operation adds."""
        self.tasks += [turn] * len(operation.tasks)
        self.sources += [turn] * len(operation.workload)

    def of(self, one: Planned) -> Planned:
        """Return a job with the turns of what it consists of."""
        return replace(one, turn=self.job, task_turns=tuple(self.tasks), source_turns=tuple(self.sources))


@dataclass(slots=True)
class _Life:
    """One of the jobs that have an id, one after the other, as operations fill it."""

    job: Job
    """Under the name that a run has for it."""
    body: Job
    since: Moment
    """When it is created, in ms."""
    is_added: bool = False
    turns: Turns = field(default_factory=Turns)


def planned_as(job: Job, body: Job, *, is_added: bool = False) -> Planned:
    """Describe a job that may have more tasks than its `body`."""
    own = len(body.tasks), len(body.simulation.workload)
    return Planned(job, is_added=is_added, due=job.simulation.created_at, own_tasks=own[0], own_sources=own[1])


def _at(operation: Operation) -> int:
    return to_ms(operation.at)


def created(operation: AddJob) -> Job:
    job = operation.job
    simulation = job.simulation.model_copy(update={"created_at": operation.at})
    return job.model_copy(update={"simulation": simulation})


def with_tasks(job: Job, operation: AddTasks) -> Job:
    """Return a job that has more tasks from some time on."""
    tasks = [
        task.model_copy(update={"simulation": task.simulation.model_copy(update={"submit": operation.at})})
        for task in operation.tasks
    ]
    sources = [_from(source, operation.at) for source in operation.workload]
    simulation = job.simulation.model_copy(update={"workload": (*job.simulation.workload, *sources)})
    return job.model_copy(update={"tasks": (*job.tasks, *tasks), "simulation": simulation})


def _from(source: Workload, at: float) -> Workload:
    return source if source.start is not None else source.model_copy(update={"start": at})


def _occurrence(schedule: JobSchedule, number: int) -> Job:
    """Return the n-th job of a schedule, all its times counted from its creation."""
    job = schedule.job_specification
    tasks = tuple(
        task.model_copy(
            update={"simulation": task.simulation.model_copy(update={"submit": UNKNOWN + task.simulation.submit})}
        )
        if task.simulation.submit is not None
        else task
        for task in job.tasks
    )
    sources = tuple(map(_once_created, job.simulation.workload))
    stream = f"{job.simulation.stream or schedule.id}:{number}"
    simulation = job.simulation.model_copy(update={"created_at": UNKNOWN, "workload": sources, "stream": stream})
    return job.model_copy(update={"id": f"{schedule.id}:job-{number}", "tasks": tasks, "simulation": simulation})


def _once_created(source: Workload) -> Workload:
    """Return a group or trace of a schedule's job, its times counted from the job's creation."""
    changes: dict[str, object] = {} if source.start is None else {"start": UNKNOWN + source.start}
    if isinstance(source, TaskGroup):
        changes["arrivals"] = source.arrivals.later(UNKNOWN)
    return source.model_copy(update=changes)
