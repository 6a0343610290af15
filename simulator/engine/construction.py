"""Everything that a run consists of, made before its first instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.engine.bridge.kernel_input import make_kernel
from simulator.engine.bridge.kernel_rules import rules_of
from simulator.engine.bridge.tenancies import set_alarms, tenancy_of
from simulator.engine.jobs.job import Job
from simulator.engine.jobs.preparation import Preparation
from simulator.engine.jobs.roster import Roster
from simulator.engine.jobs.schedule import Schedule
from simulator.engine.jobs.task_downloads import TaskDownloads
from simulator.engine.operations.directory import Directory
from simulator.engine.pools.disks import disks_of
from simulator.engine.pools.neighbours import Neighbours
from simulator.engine.pools.pool import Pool
from simulator.engine.random_streams import RandomStreams
from simulator.engine.world import World
from simulator.results.raw.recorder import Recorder

if TYPE_CHECKING:
    import numpy.typing as npt

    from simulator.engine.environment import Environment
    from simulator.engine.nodes.node import Node
    from simulator.kernel import Kernel
    from simulator.scenario import Scenario
    from simulator.scenario.format.bodies import Pool as PoolDescription
    from simulator.workload.build import Workload


@dataclass(frozen=True, slots=True)
class Construction:
    """A run before its first instant."""

    directory: Directory
    rows: list[npt.NDArray[np.int64]]
    """The rows of the workload that are the tasks of each pool, by number."""


def construct(scenario: Scenario, replication: int, workload: Workload, env: Environment) -> Construction:
    """Make every pool with its kernel, every job and every schedule; nothing of them is created yet."""
    world = World(env, scenario, Recorder(), RandomStreams(scenario.seed, replication))
    descriptions, rows = workload.pools.bodies, _rows(workload)
    neighbours, pools = Neighbours(lost_capacity_binds=scenario.options.lost_capacity_binds), []
    for index, description in enumerate(descriptions):
        pool = _pool(world, replication, workload, description, index, rows[index], neighbours)
        neighbours.add(pool)
        pools.append(pool)
    roster, jobs = Roster(), []
    for number, planned in enumerate(workload.jobs):
        job = Job(world, planned, number, [pools[index] for index in workload.pools.of_job[number]], workload, roster)
        roster.add_job(job)
        jobs.append(job)
    schedules = [
        Schedule(world, body, [job for job, one in zip(jobs, workload.jobs, strict=True) if one.schedule == number])
        for number, body in enumerate(scenario.job_schedules)
    ]
    for schedule in schedules:
        roster.add_schedule(schedule)
    return Construction(Directory(world, pools, jobs, schedules), rows)


def _pool(
    world: World,
    replication: int,
    workload: Workload,
    description: PoolDescription,
    index: int,
    rows: npt.NDArray[np.int64],
    neighbours: Neighbours,
) -> Pool:
    """Make a pool and its kernel for the tasks that are `rows` of the workload."""
    preparation = Preparation(world, description.id, [planned.job for planned in workload.jobs])
    place = {int(row): task for task, row in enumerate(rows)} if workload.extras.fetching else {}
    downloads = TaskDownloads(world, description, workload.extras, place)
    disks = disks_of(world, description, workload, rows, downloads.needs)
    has_sick_nodes = description.simulation.sick_nodes.are_possible
    rules = rules_of(
        world.scenario, workload, rows, preparation.prepare, downloads, disks, has_sick_nodes=has_sick_nodes
    )
    kernel = make_kernel(world.scenario, replication, description, workload, rows, rules)

    def node_changed(node: Node, changed: Kernel) -> None:
        preparation.node_changed(node, changed)
        downloads.node_changed(node)

    tenancy = tenancy_of(workload, rows, disks, node_changed)
    set_alarms(kernel, workload, tenancy)
    if rules.hold is not None:
        kernel.notices.watch_disks()
    world.env.add(kernel)
    return Pool(world, description, kernel, index, tenancy, neighbours)


def _rows(workload: Workload) -> list[npt.NDArray[np.int64]]:
    """Return the rows of the workload that each pool may have to run: a task is in several where its job may move."""
    planned = workload.pools
    count = range(len(planned.bodies))
    if planned.is_fixed:
        pool_of_task = np.array([pools[0] for pools in planned.of_job], dtype=np.int64)[workload.job]
        return [np.flatnonzero(pool_of_task == index) for index in count]
    jobs_of = [[job for job, pools in enumerate(planned.of_job) if index in pools] for index in count]
    return [np.flatnonzero(np.isin(workload.job, jobs)) for jobs in jobs_of]
