"""Everything that a run consists of: made before its first instant, and what comes later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.engine.backlog import Backlog
from simulator.engine.bridge.intake import Intake
from simulator.engine.bridge.kernel_input import empty_kernel
from simulator.engine.jobs.job import Job as JobControl
from simulator.engine.jobs.preparation import Preparation
from simulator.engine.jobs.roster import Roster
from simulator.engine.jobs.schedule import Schedule
from simulator.engine.jobs.task_downloads import TaskDownloads
from simulator.engine.operations.directory import Directory
from simulator.engine.pools.disks import disks_of
from simulator.engine.pools.neighbours import Neighbours
from simulator.engine.pools.pool import Pool
from simulator.engine.pools.tenancy import Tenancy
from simulator.engine.random_streams import RandomStreams
from simulator.engine.supply import Supply
from simulator.engine.world import World
from simulator.results.raw.recorder import Recorder
from simulator.scenario.format.job_operations import AddJob
from simulator.scenario.format.pool_operations import CreatePool

if TYPE_CHECKING:
    from simulator.engine.environment import Environment
    from simulator.scenario import Scenario
    from simulator.scenario.format.bodies import Job
    from simulator.scenario.format.bodies import Pool as PoolDescription
    from simulator.workload.build import Workload
    from simulator.workload.planned_jobs import Planned


class Construction:
    """Makes what a run consists of, as it is before it is created: at the beginning, and what comes later."""

    def __init__(self, scenario: Scenario, replication: int, workload: Workload, env: Environment) -> None:
        self.world = World(env, scenario, Recorder(), RandomStreams(scenario.seed, replication))
        self.backlog = Backlog()
        self._replication = replication
        self._neighbours = Neighbours(lost_capacity_binds=scenario.options.lost_capacity_binds)
        self._roster = Roster()
        self._bodies: list[Job] = []
        """Of all jobs, by number."""
        self.intakes: list[Intake] = []
        """Of all pools, by number."""
        self.backlog.add(workload)
        self.backlog.jobs += workload.jobs
        self._bodies += [planned.job for planned in workload.jobs]
        pools = [self._pool(description, index) for index, description in enumerate(workload.pools.bodies)]
        self.directory = Directory(self.world)
        for pool in pools:
            self.directory.add_pool(pool)
        for number in range(len(workload.jobs)):
            self._job(number, [pools[index] for index in workload.pools.of_job[number]])
        jobs = self.directory.jobs
        creations = [id(operation) for operation in scenario.timeline if isinstance(operation, CreatePool)]
        self.directory.created.update(zip(creations, pools[len(scenario.pools) :], strict=False))
        additions = [id(operation) for operation in scenario.timeline if isinstance(operation, AddJob)]
        self.directory.added.update(zip(additions, jobs[len(scenario.jobs) :], strict=False))
        for number, body in enumerate(scenario.job_schedules):
            own = [job for job, one in zip(jobs, workload.jobs, strict=True) if one.schedule == number]
            self.directory.schedules.append(Schedule(self.world, body, own))
            self._roster.add_schedule(self.directory.schedules[-1])
        self.supply = Supply(env, self.backlog, self.intakes, jobs, may_grow=bool(scenario.job_schedules))
        self.world.bring = self.supply.bring

    # ---- what comes later ----------------------------------------------------------------------------------

    def add_pool(self, description: PoolDescription) -> Pool:
        """Add a pool that nobody has announced."""
        pool = self._pool(description, len(self.directory.pools))
        self.directory.add_pool(pool)
        return pool

    def add_job(self, planned: Planned, pool: Pool) -> int:
        """Add a job that nobody has announced, on a pool that is there or about to be; return its number."""
        number = len(self.directory.jobs)
        self.backlog.jobs.append(planned)
        self._bodies.append(planned.job)
        for intake in self.intakes:
            intake.add_job(planned, number)
        self._job(number, [pool])
        return number

    # ---- inside --------------------------------------------------------------------------------------------

    def _job(self, number: int, pools: list[Pool]) -> None:
        job = JobControl(self.world, self.backlog.jobs[number], number, pools, self.backlog, self._roster)
        self._roster.add_job(job)
        self.directory.add_job(job)

    def _pool(self, description: PoolDescription, index: int) -> Pool:
        """Make a pool with its kernel, without tasks."""
        world = self.world
        preparation = Preparation(world, description.id, self._bodies)
        downloads = TaskDownloads(world, description)
        disks = disks_of(world, description, downloads.needs)
        priorities = [planned.job.priority for planned in self.backlog.jobs]
        kernel = empty_kernel(world.scenario, self._replication, description, priorities)
        tenancy = Tenancy(disks, preparation.node_changed, downloads.forget)
        intake = Intake(world, description, index, kernel, tenancy, self.backlog, preparation, downloads)
        self.intakes.append(intake)
        world.env.add(kernel)
        pool = Pool(world, description, kernel, index, tenancy, self._neighbours)
        self._neighbours.add(pool)
        return pool
