"""What comes with an operation that nobody has announced: pools, jobs and tasks, made when it comes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from simulator.scenario.checks.named_pools import stated_pools
from simulator.scenario.format.bodies import auto_pool_id
from simulator.scenario.format.job_operations import AddJob, AddTasks, UpdateJob
from simulator.scenario.format.pool_operations import CreatePool
from simulator.scenario.format.run_names import id_of, run_name
from simulator.scenario.format.task_dependencies import parents_of
from simulator.workload.build import Before, Drawing
from simulator.workload.planned_jobs import Planned, created, planned_as, with_tasks
from simulator.workload.planned_pools import PlannedPools, never_created

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.engine.backlog import Part
    from simulator.engine.construction import Construction
    from simulator.engine.pools.pool import Pool as PoolControl
    from simulator.scenario.format.bodies import Job
    from simulator.scenario.format.schema import Operation
    from simulator.scenario.format.task_bodies import Task


@dataclass(slots=True)
class Drawn:
    """How far the streams of a job have been used."""

    tasks: int
    """Listed ones, but for its manager."""
    sources: int


class Door:
    """Makes what an operation needs that the run does not have yet; performing it is the same as ever."""

    def __init__(self, made: Construction, replication: int) -> None:
        self._made = made
        self._replication = replication
        self._drawn: dict[int, Drawn] = {}
        """By job, of those to which anything was added."""
        self._stated = Counter(pool.id.lower() for pool, _ in stated_pools(made.world.scenario))
        """How many pools have been stated by themselves, by id in lower case."""

    def bring(self, asked: Operation) -> Part | None:
        """Make what comes with an operation now; return the tasks that it adds, if it adds any."""
        directory = self._made.directory
        self._made.backlog.begin_operation(is_announced=False)
        if isinstance(asked, CreatePool):
            self._create_pool(asked)
        elif isinstance(asked, UpdateJob) and asked.goal is not None:
            job, pool = directory.job(asked.job), directory.pool(asked.goal)
            if job is not None and pool is not None and pool not in job.pools:
                self._made.supply.follow(job, pool)
        elif isinstance(asked, AddJob):
            return self._add_job(asked)
        elif isinstance(asked, AddTasks):
            job = directory.newest_job(asked.job)
            return None if job is None else self._add_tasks(job.number, asked)
        return None

    def _create_pool(self, asked: CreatePool) -> None:
        """Make a pool, and have the jobs know it that name its id."""
        directory, body = self._made.directory, asked.pool
        self._stated[body.id.lower()] += 1
        turn = self._stated[body.id.lower()]
        pool = self._made.add_pool(body.model_copy(update={"id": run_name(body.id, turn)}))
        directory.created[id(asked)] = pool
        for job in directory.jobs:
            if id_of(job.pool.id) == body.id.lower():
                self._made.supply.follow(job, pool)

    def _add_job(self, asked: AddJob) -> Part:
        job, directory = created(asked), self._made.directory
        turn = 1 + len(directory.jobs_of(job.id))
        job = job.model_copy(update={"id": run_name(job.id, turn)})
        one = planned_as(job, asked.job, is_added=True)
        number = self._made.add_job(one, self._pool_of(job))
        directory.added[id(asked)] = directory.jobs[number]
        part = self._add(number, one, None)
        self._drawn[number] = Drawn(len(job.tasks), len(job.simulation.workload))
        part.listed = (*([job.job_manager_task] if job.job_manager_task else ()), *job.tasks)
        return part

    def _add_tasks(self, number: int, asked: AddTasks) -> Part:
        one = self._made.backlog.jobs[number]
        drawn = self._drawn_of(number)
        before = Before(drawn.tasks, drawn.sources)
        bare = one.job.model_copy(
            update={"tasks": (), "simulation": one.job.simulation.model_copy(update={"workload": ()})}
        )
        drawn.tasks += len(asked.tasks)
        drawn.sources += len(asked.workload)
        part = self._add(number, replace(one, job=with_tasks(bare, asked), task_turns=(), source_turns=()), before)
        part.listed = asked.tasks
        return part

    def _add(self, number: int, one: Planned, before: Before | None) -> Part:
        """Draw tasks of a job, and put those into its pools that come at once."""
        made = self._made
        pool = made.directory.jobs[number].pool
        drawing = Drawing(made.world.scenario, self._replication)
        drawing.add(number, one, pool.site.description, before)
        workload = drawing.workload(made.backlog.jobs, PlannedPools((), (), frozenset()))
        made.supply.make_way(made.world.env.clock)
        part = made.backlog.add(workload, number)
        if one.job.uses_task_dependencies and one.job.tasks:
            self._link(number, one.job.tasks, part)
        pool.site.change().notices.expect(number, len(workload))
        made.supply.submit(made.directory.jobs[number])
        return part

    def _pool_of(self, job: Job) -> PoolControl:
        """Return the pool that a job names or brings along, made now if there is none."""
        auto = job.auto_pool
        if auto is not None:
            body = auto.pool.model_copy(update={"id": auto_pool_id(auto.id_prefix, job.id)})
            return self._made.add_pool(body)
        name = job.pool_id or ""
        pool = self._made.directory.pool(name)
        return pool if pool is not None else self._made.add_pool(never_created(self._made.world.scenario, name))

    # ---- dependencies --------------------------------------------------------------------------------------

    def _link(self, number: int, tasks: Sequence[Task], part: Part) -> None:
        """Note which of the tasks that have just come wait for tasks of other parts, and which of those for them."""
        backlog = self._made.backlog
        found = part.workload.dependencies
        waiting = np.array(found.waiting)
        for task in tasks:
            row = backlog.named(number, task.id)[-1]
            waiting[row - part.begin] = self._wait(number, task, row, part)
        part.workload = replace(part.workload, dependencies=replace(found, waiting=waiting))
        for place, name in enumerate(part.workload.names.texts()):
            for child in backlog.orphans.pop((number, name.lower()), ()):
                backlog.connect(part.begin + place, child)

    def _wait(self, number: int, task: Task, row: int, part: Part | None) -> int:
        """Note what a task waits for beyond its own part; return for how many tasks in all, those to come included."""
        depends, backlog = task.depends_on, self._made.backlog
        if depends is None:
            return 0
        rows = {name.lower(): backlog.named(number, name) for name in depends.task_ids}
        now = self._made.world.env.clock
        by_id = {
            name: next((row for row in reversed(found) if backlog.submit_of(row) <= now), found[0])
            for name, found in rows.items()
            if found
        }
        by_number = backlog.numbered(number) if depends.task_id_ranges else {}
        parents, unknown = parents_of(task, by_id, by_number)
        for parent in parents:
            if part is not None and parent < part.begin:
                backlog.connect(parent, row)
        for name in unknown:
            backlog.orphans.setdefault((number, name.lower()), []).append(row)
        return len(parents) + len(unknown)

    def _drawn_of(self, number: int) -> Drawn:
        """Return how far the streams of a job have been used; the first time, note what its tasks wait for in vain."""
        if number not in self._drawn:
            job = self._made.backlog.jobs[number].job
            self._drawn[number] = Drawn(len(job.tasks), len(job.simulation.workload))
            seen = Counter[str]()
            for task in job.tasks if job.uses_task_dependencies else ():
                name = task.id.lower()
                self._wait(number, task, self._made.backlog.named(number, name)[seen[name]], None)
                seen[name] += 1
        return self._drawn[number]
