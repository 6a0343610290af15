"""Jobs, tasks and their attempts, as docs/model.md shows them under *Jobs* and *Tasks*."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.oracle.agenda import NEVER, Phase

if TYPE_CHECKING:
    from tests.oracle.nodes import Node
    from tests.oracle.world import World


def seconds(text: str | None, *, default: int = 0) -> int:
    """Read `90s`; the made-up scenarios write all times so."""
    return default if text is None else int(text.removesuffix("s"))


@dataclass
class Attempt:
    """One execution of a task on its nodes."""

    task: Task
    nodes: list[Node]
    assigned: int
    start: int
    end: int = NEVER
    outcome: str = "running"
    place: int = 0
    """In the order of all attempts."""

    @property
    def has_started(self) -> bool:
        """Whether it was not stopped on its way, nor on its way at the end: what ends by itself has started."""
        by_itself = self.outcome in ("succeeded", "failed", "running")
        return self.start < self.end or (self.start == self.end and by_itself)


@dataclass
class Task:
    """A task: `active` waits, then `running`, then `completed`; `deleted` ones are gone."""

    job: Job
    id: str
    place: int
    duration: int
    slots: int = 1
    instances: int = 1
    retention: int = 7 * 86400
    limit: int = NEVER
    """How long an attempt may run, from its start."""
    disk: float = 0.0
    is_manager: bool = False
    is_exclusive: bool = False
    is_for_dedicated: bool = False
    state: str = "planned"
    is_deleted: bool = False
    """Whether it has no files any more, wherever it ran."""
    added: int = NEVER
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def attempt(self) -> Attempt:
        return self.attempts[-1]


@dataclass
class Job:
    """A job and its tasks."""

    id: str
    pool: str
    first_pool: str
    """The latencies of its tasks stay those of the first pool when it moves to another one."""
    order: int
    created: int
    priority: int = 0
    ends_when_done: bool = False
    kills: bool = True
    state: str = "planned"
    tasks: list[Task] = field(default_factory=list)
    schedule: Schedule | None = None

    @property
    def is_over(self) -> bool:
        return self.state in ("completed", "deleted")


@dataclass
class Schedule:
    """A job schedule: the job that runs, and the occurrence that waits for its end."""

    id: str
    body: dict[str, Any]
    window: int
    last: int
    current: Job | None = None
    waiting: tuple[int, int] | None = None
    """When the job was due that waits for the end of the current one, and its number; a later one takes its place."""

    def is_over(self, now: int) -> bool:
        return now > self.last and (self.current is None or self.current.is_over)


class Work:
    """All jobs of a run, and what happens to them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.jobs: list[Job] = []
        self.schedules: list[Schedule] = []
        self.placed = 0
        """How many attempts there have been."""

    def job(self, body: dict[str, Any], name: str, created: int) -> Job:
        """Read a job body; tasks come with their job or at their own time of submission."""
        pool = body["poolInfo"]["poolId"]
        made = Job(name, pool, pool, len(self.jobs), created, body.get("priority", 0))
        made.ends_when_done = body.get("onAllTasksComplete") == "terminatejob"
        manager: dict[str, Any] = body.get("jobManagerTask", {})
        if manager:
            made.kills = manager.get("killJobOnCompletion", True)
        for place, task in enumerate([*([manager] if manager else []), *body.get("tasks", [])]):
            extra, limits = task.get("simulation", {}), task.get("constraints", {})
            made.tasks.append(
                Task(
                    made,
                    task["id"],
                    place,
                    seconds(extra["duration"]),
                    task.get("requiredSlots", 1),
                    task.get("multiInstanceSettings", {}).get("numberOfInstances", 1),
                    seconds(limits.get("retentionTime"), default=7 * 86400),
                    seconds(limits.get("maxWallClockTime"), default=NEVER),
                    extra.get("disk", 0.0),
                    task is manager,
                    task is manager and task.get("runExclusive", True),
                    task is manager and not task.get("allowLowPriorityNode", True),
                )
            )
        self.jobs.append(made)
        return made

    def plan(self, body: dict[str, Any]) -> None:
        """Plan a job of the file and those of its tasks that come later."""
        created = seconds(body.get("simulation", {}).get("createdAt"))
        made = self.job(body, body["id"], created)
        late = {task["id"]: seconds(task["simulation"].get("submit"), default=created) for task in body["tasks"]}
        self.world.agenda.at(created, Phase.JOBS, lambda: self.create(made, late))

    def create(self, job: Job, late: dict[str, int]) -> None:
        """Create a job, unless the quota of active jobs and schedules is used up."""
        quota = self.world.account.get("activeJobAndScheduleQuota")
        used = sum(other.state in ("active", "disabling", "disabled") for other in self.jobs)
        used += sum(not schedule.is_over(self.world.agenda.now) for schedule in self.schedules)
        if quota is not None and used >= quota:
            self.end(job)
            return
        job.state = "active"
        agenda = self.world.agenda
        for task in job.tasks:
            if late.get(task.id, agenda.now) > agenda.now:
                agenda.at(late[task.id], Phase.TASKS, partial(self.add, task))
            else:
                self.add(task)
        self.end_if_done(job)

    def add(self, task: Task) -> None:
        if task.job.state != "terminating" and not task.job.is_over:
            task.state = "active"
            task.added = self.world.agenda.now

    def plan_schedule(self, body: dict[str, Any]) -> None:
        """Plan every occurrence of a schedule up to its end."""
        times = body["schedule"]
        last = seconds(times.get("doNotRunAfter"), default=NEVER)
        schedule = Schedule(
            body["id"], body["jobSpecification"], seconds(times.get("startWindow"), default=NEVER), last
        )
        self.schedules.append(schedule)
        due = seconds(times.get("doNotRunUntil"))
        for number in count(1):
            if due > min(last, self.world.horizon):
                break
            occurrence = partial(self.recur, schedule, due, number)
            self.world.agenda.at(due, Phase.JOBS, occurrence)
            if "recurrenceInterval" not in times:
                break
            due += seconds(times["recurrenceInterval"])

    def recur(self, schedule: Schedule, due: int, number: int) -> None:
        """Create the next job, or let it wait for the end of the one that runs."""
        now = self.world.agenda.now
        if schedule.current and not schedule.current.is_over:
            schedule.waiting = (due, number)
            return
        schedule.waiting = None
        if now > due + schedule.window or now > schedule.last:
            return
        made = self.job(schedule.body, f"{schedule.id}:job-{number}", now)
        made.schedule = schedule
        schedule.current = made
        self.create(made, {})

    def waiting(self, pool: str) -> list[Task]:
        """Return the tasks that wait for a pool, in the order in which they are served."""
        jobs = [job for job in self.jobs if job.pool == pool and job.state == "active"]
        jobs.sort(key=lambda job: (-job.priority, job.created, job.order))
        return [
            task
            for job in jobs
            for task in sorted(job.tasks, key=lambda task: (not task.is_manager, task.added, task.place))
            if task.state == "active"
        ]

    def begin(self, task: Task, nodes: list[Node]) -> None:
        """Take the slots of a task; it starts after the dispatch latency and runs its time."""
        agenda, timing = self.world.agenda, self.world.bodies[task.job.first_pool]["simulation"]["timing"]
        attempt = Attempt(task, nodes, agenda.now, agenda.now + seconds(timing["dispatchLatency"]))
        task.attempts.append(attempt)
        task.state = "running"
        attempt.place = self.placed = self.placed + 1
        for node in nodes:
            node.attempts.append(attempt)
            node.hold(attempt)
        end = attempt.start + seconds(timing["launchOverhead"]) + task.duration
        agenda.at(end, Phase.COMPLETIONS, lambda: self.finish(attempt, "succeeded"))
        agenda.at(attempt.start + task.limit, Phase.TASK_LIMITS, lambda: self.finish(attempt, "expired"))

    def finish(self, attempt: Attempt, outcome: str) -> None:
        """Complete a task by itself or at its limit; one that was stopped has no end of its own."""
        if attempt.outcome == "running":
            self.stop(attempt, outcome)

    def stop(self, attempt: Attempt, outcome: str) -> None:
        """End an attempt on all its nodes at once: completed, or back to the queue."""
        task, now = attempt.task, self.world.agenda.now
        is_back = outcome in ("requeued", "preempted", "lost")
        attempt.end, attempt.outcome = now, outcome
        for node in attempt.nodes:
            node.attempts.remove(attempt)
        task.state = "active" if is_back else "completed"
        for node in attempt.nodes:
            node.keep(attempt, now)
            node.has_less_work()
        if not is_back:  # whatever else ends at this instant has ended before anything follows from it
            self.world.agenda.at(now, Phase.CONSEQUENCES, partial(self.completed, task))
        self.settle(task.job)

    def completed(self, task: Task) -> None:
        """End the job of a task that has ended, where it is the manager or the last one."""
        if task.is_manager and task.job.kills:
            self.terminate(task.job)
        self.end_if_done(task.job)

    def end_if_done(self, job: Job) -> None:
        """End a job that is to end with its tasks, once none of those that were added is left; also one without any."""
        if job.ends_when_done and not any(task.state in ("active", "running") for task in job.tasks):
            self.terminate(job)

    def settle(self, job: Job) -> None:
        """Disable a job that was waiting for its running tasks."""
        if job.state == "disabling" and not any(task.state == "running" for task in job.tasks):
            job.state = "disabled"

    def end(self, job: Job) -> None:
        """Complete a job; where its schedule has one that waited for this, that one begins."""
        job.state = "completed"
        if job.schedule and job.schedule.waiting is not None:
            self.recur(job.schedule, *job.schedule.waiting)

    def terminate(self, job: Job) -> None:
        """End a job: what runs is stopped as a failure, what waits stays and never runs."""
        if job.state in ("terminating", "completed", "deleted"):
            return
        job.state = "terminating"
        for task in job.tasks:
            if task.state == "running":
                self.stop(task.attempt, "terminated")
        self.end(job)

    def disable(self, job: Job, option: str) -> None:
        """Start nothing more of a job, and do with what runs as the option says."""
        if job.state != "active":
            return
        job.state = "disabling"
        for task in job.tasks:
            if task.state == "running" and option != "wait":
                self.stop(task.attempt, "requeued" if option == "requeue" else "terminated")
        self.settle(job)

    def enable(self, job: Job) -> None:
        if job.state in ("disabled", "disabling"):
            job.state = "active"

    def delete_task(self, task: Task) -> None:
        """Remove a task: what runs is stopped first, and its files are gone at this instant."""
        task.is_deleted = True
        if task.state == "running":
            self.stop(task.attempt, "terminated")
        task.state = "deleted"
        self.world.forget(task)

    def delete_job(self, job: Job) -> None:
        """Remove a job with its tasks and their files."""
        for task in job.tasks:
            task.is_deleted = True
        self.terminate(job)
        job.state = "deleted"
        for task in job.tasks:
            self.delete_task(task)
