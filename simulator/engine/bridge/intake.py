"""How tasks come to a pool, whenever that is: into its kernel, and into what its nodes and its control plane know."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.columns.broadcast import chosen, is_constant
from simulator.engine.bridge.kernel_input import Kinds, job_policy
from simulator.engine.bridge.kernel_rules import News, rules_of
from simulator.engine.bridge.pool_policies import deadlines, estimates
from simulator.engine.pools.tenancy import ABSENT
from simulator.kernel import JobPolicy, Rules, Shape, Tasks
from simulator.units import NEVER, to_ms
from simulator.workload.optional_columns import RETENTION

if TYPE_CHECKING:
    import numpy.typing as npt

    from simulator.engine.backlog import Backlog, Batch
    from simulator.engine.jobs.preparation import Preparation
    from simulator.engine.jobs.task_downloads import TaskDownloads
    from simulator.engine.pools.tenancy import Tenancy
    from simulator.engine.world import World
    from simulator.kernel import Kernel
    from simulator.kernel.inputs import Planner
    from simulator.scenario.format.bodies import Pool
    from simulator.workload.build import Workload
    from simulator.workload.planned_jobs import Planned

    Rows = npt.NDArray[np.int64]


Pair = tuple[int, int]
"""A task, and one that waits for it."""


class Intake:
    """The way of tasks into one pool; there is no other."""

    def __init__(
        self,
        world: World,
        pool: Pool,
        number: int,
        kernel: Kernel,
        tenancy: Tenancy,
        backlog: Backlog,
        preparation: Preparation,
        downloads: TaskDownloads,
    ) -> None:
        self._world = world
        self._pool = pool
        self._number = number
        """Of the pool, and of its kernel."""
        self.kernel = kernel
        self._tenancy = tenancy
        self._backlog = backlog
        self._preparation = preparation
        self._downloads = downloads
        self._kinds = Kinds()
        self._known: set[int] = set()
        """Jobs of which tasks have come."""
        self._dates_jobs = job_policy(world.scenario, pool) is JobPolicy.CREATION_TIME
        for job, planned in enumerate(backlog.jobs):
            self._date(planned, job)

    def add_job(self, planned: Planned, number: int) -> None:
        """Add a job, whether or not it will ever have tasks here."""
        none = Tasks(array("q"), array("q"), array("i"), array("i"), array("i"), [])
        self.kernel.append(none, (), [planned.job.priority])
        self._date(planned, number)

    def take(self, batch: Batch, places: npt.NDArray[np.int64], at: int | None = None) -> None:
        """Put those tasks of a batch that are at `places` of its workload into the kernel, behind all that are there.

        They are submitted when the workload says, or `at` an instant where that is not known before.
        """
        workload, before = batch.part.workload, self.kernel.count
        mine = None if len(places) == len(workload) else places
        columns, shapes = self._kinds.take(workload, mine)
        rows = places + batch.part.begin
        kept = workload.extras.retention
        retention = np.full(len(rows), to_ms(RETENTION)) if kept is None else kept[places]
        self._tenancy.add(rows, chosen(workload.latency, mine), retention)
        jobs = workload.job[:1] if is_constant(workload.job) else chosen(workload.job, mine)
        here = set(np.flatnonzero(np.bincount(jobs)).tolist())
        rules = self._rules(workload, places, before, here - self._known)
        self._known |= here
        tasks = columns.tasks(at, self._dependencies(batch, places, before))
        if self.kernel.planner is not None:
            self._expect(self.kernel.planner, tasks, workload, mine)
        self.kernel.append(tasks, [Shape(*shape) for shape in shapes], (), rules)
        if self._world.options.dispatch_counted_as == "active":
            self.kernel.samples.count_in_dispatch(array("q", self._tenancy.latency.values.tobytes()))
        self._world.env.touch(self._number)

    def _date(self, planned: Planned, number: int) -> None:
        """Note when a job is created, where that decides which of several is served."""
        if self._dates_jobs:
            created = NEVER if planned.schedule >= 0 else to_ms(planned.job.simulation.created_at)
            self.kernel.queues.date(number, created)

    def _expect(self, planner: Planner, tasks: Tasks, workload: Workload, rows: Rows | None) -> None:
        """Tell who plans the passes what is expected of tasks that come."""
        submit, span = (np.asarray(column).view(np.int64) for column in (tasks.submit, tasks.span))
        expected = estimates(workload, rows, span), deadlines(workload, rows, submit)
        planner.expect(tasks, *(array("q", np.ascontiguousarray(column).tobytes()) for column in expected))

    def withdraw(self) -> None:
        """Put tasks back that have not arrived, so that others can come before them."""
        self.kernel.withdraw()
        count = self.kernel.count
        if self.kernel.planner is not None:
            self.kernel.planner.shorten(count)
        self._tenancy.shorten(count)
        self._downloads.shorten(count)
        if self._tenancy.disks is not None:
            self._tenancy.disks.shorten(count)

    def _rules(self, workload: Workload, places: npt.NDArray[np.int64], before: int, here: set[int]) -> Rules:
        """Return what holds for tasks beyond their columns, and tell those parts of the pool that care for them."""
        extras, tenancy = workload.extras, self._tenancy
        for name in sorted({name.lower() for name in extras.wishes.values()}.difference(tenancy.wishes)):
            tenancy.wishes[name] = len(tenancy.wishes)
        news = News([one.job for one in self._backlog.jobs], here, self._preparation.prepare, tenancy.wishes)
        rules = rules_of(self._world.scenario, workload, places, before, news)
        tenancy.managers.update(manager for manager in rules.managers if manager != ABSENT)
        fetching = self._downloads.take(extras, places, before)
        if fetching:
            fetches = np.zeros(len(places), dtype=np.int8)
            fetches[[task - before for task in fetching]] = 1
            rules = replace(rules, fetches=array("b", fetches.tobytes()), fetch=self._downloads.fetch)
        if tenancy.disks is not None:
            writers = tenancy.disks.take(extras, places, before)
            if writers.any():
                rules = replace(rules, holds=array("b", writers.astype(np.int8).tobytes()), hold=tenancy.disks.hold)
                self.kernel.notices.watch_disks()
        sick = self._pool.simulation.sick_nodes.are_possible
        return replace(rules, sick_nodes=sick) if sick else rules

    def _dependencies(self, batch: Batch, places: npt.NDArray[np.int64], before: int) -> dict[str, Any]:
        """Return which of the tasks wait for which, of those that the pool has; nothing where none does."""
        found, tenancy, count = batch.part.workload.dependencies, self._tenancy, len(places)
        waiting, satisfies, begin = found.waiting[places], found.satisfies[places], batch.part.begin
        own, later = self._across(places + begin, before)
        if not (own or later or waiting.any() or satisfies.any()):
            return {}
        parent, child = tenancy.tasks_of(found.parent + begin), tenancy.tasks_of(found.child + begin)
        is_own = (parent >= before) & (child != ABSENT)
        is_later = (child >= before) & (parent != ABSENT) & (parent < before)
        own += zip(parent[is_own].tolist(), child[is_own].tolist(), strict=True)
        later += zip(parent[is_later].tolist(), child[is_later].tolist(), strict=True)
        own.sort()
        return {
            "parents": array("i", waiting.astype(np.int32).tobytes()),
            "children_from": array("i", _starts(own, before, count)),
            "children": array("i", [task for _, task in own]),
            "later_children": later,
            "satisfies": array("b", satisfies.astype(np.int8).tobytes()),
        }

    def _across(self, rows: npt.NDArray[np.int64], before: int) -> tuple[list[Pair], list[Pair]]:
        """Return the pairs of parent and child that came with different parts: of these tasks, and of earlier ones."""
        own: list[Pair] = []
        later: list[Pair] = []
        backlog, number = self._backlog, self._tenancy.task_of
        for row in rows.tolist() if backlog.children else ():
            own += [(number(row), number(child)) for child in backlog.children.get(row, ()) if number(child) != ABSENT]
            parents = [number(parent) for parent in backlog.parents.get(row, ())]
            later += [(parent, number(row)) for parent in parents if ABSENT < parent < before]
        return own, later


def _starts(pairs: list[Pair], before: int, count: int) -> list[int]:
    """Return where the children of each of `count` tasks begin, in pairs in order of their parents."""
    parents = np.array([parent for parent, _ in pairs], dtype=np.int64)
    found: list[int] = np.searchsorted(parents, np.arange(before, before + count + 1)).tolist()
    return found
