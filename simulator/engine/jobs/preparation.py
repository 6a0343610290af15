"""Job preparation and release: what a job does on its nodes before its first task there and after its last.

See `docs/model.md#job-preparation-and-release`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from simulator.distributions import Constant, Distribution
from simulator.durations import LONGEST
from simulator.engine.environment import NODES
from simulator.errors import BrokenInvariantError
from simulator.policy.local_disk import NEW_DISK
from simulator.results.raw.recorder import NodeTaskRow
from simulator.scenario.format.stated_by_tasks import stated_exit_code, stated_time
from simulator.states import NodeState
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.members import Members
    from simulator.engine.random_streams import Draw, DurationDraw
    from simulator.engine.world import World
    from simulator.kernel import Kernel
    from simulator.scenario.format.bodies import Job
    from simulator.scenario.format.task_bodies import JobPreparationTask, JobReleaseTask, TaskConstraints

WIPED: Final = (*NEW_DISK, NodeState.UPGRADINGOS)
"""States in which nothing is left of what jobs have prepared."""


class Preparation:
    """Preparation tasks on the nodes of one pool: how long they take, and which the nodes still remember."""

    def __init__(self, world: World, pool: str, jobs: Sequence[Job]) -> None:
        self._world = world
        self._pool = pool
        """Id of the pool."""
        self._jobs = jobs
        """Bodies of all jobs of the run, by number."""
        self._nodes: dict[int, Node] = {}
        """Those of the pool, by their sequence numbers."""
        self._rows: dict[int, list[NodeTaskRow]] = {}
        """Latest rows of each node."""
        self._draws: dict[int, Draws] = {}
        """Draws of each job."""

    def prepare(self, number: int, sequence: int, begin: int) -> int:
        """Run the preparation task of a job on a node; return how long it takes, the complement if it fails."""
        body = self._jobs[number]
        task = body.job_preparation_task
        if task is None:
            raise BrokenInvariantError(f"job {body.id} prepares nothing")
        if number not in self._draws:
            shape, _ = stated_by(task, body)
            self._draws[number] = Draws.of(self._world, "preparation", body.id, self._pool, shape)
        draws, node = self._draws[number], self._nodes[sequence]
        span, failed = attempts(
            task.constraints, chance_of(task, body), lambda: draws.duration(node), lambda: draws.outcome(node)
        )
        outcome = "failed" if failed else "succeeded"
        row = self._world.record.node_task(number, node.number, "preparation", (begin, begin + span), outcome)
        self._rows.setdefault(sequence, []).append(row)
        return ~span if failed else span  # the complement, for a task that fails at once takes no time

    def node_changed(self, node: Node, kernel: Kernel) -> None:
        """Forget what was prepared on a machine that is replaced or started again."""
        self._nodes[node.sequence] = node
        if node.state in WIPED:
            self._forget(node, kernel, list(range(len(self._jobs))))
            if node.state is not NodeState.DEALLOCATING:
                kernel.eligibility.renew(node.sequence)
        elif node.state is NodeState.REBOOTING:
            again = [number for number, job in enumerate(self._jobs) if _runs_again(job)]
            now = self._world.env.clock
            unfinished = [
                row.job for row in self._rows.get(node.sequence, ()) if row.end > now and row.job not in again
            ]
            self._forget(node, kernel, again + unfinished)
        elif node.state in (NodeState.PREEMPTED, None):
            self._lose(node)
        if node.state is None:
            del self._nodes[node.sequence]

    def _forget(self, node: Node, kernel: Kernel, jobs: list[int]) -> None:
        self._lose(node)
        kernel.work.renew(node.sequence, jobs)

    def _lose(self, node: Node) -> None:
        """End the preparation that runs on a node."""
        now = self._world.env.clock
        for row in self._rows.pop(node.sequence, ()):
            if row.end > now:
                self._world.record.node_task_lost(row, max(now, row.start))


def _runs_again(job: Job) -> bool:
    task = job.job_preparation_task
    return task is not None and task.rerun_on_node_reboot_after_success


def attempts(
    constraints: TaskConstraints, chance: float, duration: Callable[[], int], draw: Callable[[], float]
) -> tuple[int, bool]:
    """Run attempts until one succeeds, none is left, or one runs out of time; return their time, and whether all fail.

    An attempt that reaches the wall-clock limit is not tried again, as with other tasks.
    """
    retries = constraints.max_task_retry_count or 0
    limit = min(LONGEST if constraints.max_wall_clock_time is None else constraints.max_wall_clock_time, LONGEST)
    if chance >= 1 and retries < 0:
        return to_ms(LONGEST), True
    span = attempt = 0
    while True:
        took = duration()
        span += min(took, to_ms(limit))
        is_late = took > to_ms(limit)
        failed = draw() < chance or is_late
        if not failed or is_late or 0 <= retries <= attempt:
            return span, failed
        attempt += 1


def stated_by(task: JobPreparationTask | JobReleaseTask, job: Job) -> tuple[Distribution[float] | None, int]:
    """Return the duration and the exit code that the body of a preparation or release task states."""
    settings = [*job.common_environment_settings, *task.environment_settings]
    own = task.simulation.duration or stated_time(task.command_line, settings)[0]
    return own, stated_exit_code(task.command_line, settings)


def chance_of(task: JobPreparationTask | JobReleaseTask, job: Job) -> float:
    """Return the probability that one attempt of a preparation or release task fails."""
    return 1.0 if stated_by(task, job)[1] else task.simulation.failure_probability


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws for the tasks of one kind that a job runs on the nodes of a pool; each node has numbers of its own."""

    duration: DurationDraw
    outcome: Draw

    @classmethod
    def of(cls, world: World, kind: str, job: str, pool: str, shape: Distribution[float] | None) -> Self:
        """Find the streams of a job and a pool: one that moves meets other numbers there."""
        return cls(
            _durations(world, f"{kind}:{job}:{pool}", shape), world.streams.node_draws(f"{kind} outcome:{job}:{pool}")
        )


def _durations(world: World, stream: str, shape: Distribution[float] | None) -> DurationDraw:
    """Return a function that draws durations in ms; 0 where none is stated."""
    if shape is None:
        return lambda _: 0
    if isinstance(shape, Constant):
        return lambda _: to_ms(shape.mean)
    return world.streams.node_durations(stream, shape)


def release(
    world: World, pool: str, members: Members, job: Job, number: int, prepared: Sequence[int]
) -> Generator[Any, Any, None]:
    """Run the release task of a job on each `prepared` node that is still there, on all at once."""
    task = job.job_release_task
    if task is None:
        return
    env, chance = world.env, chance_of(task, job)
    draws = Draws.of(world, "release", job.id, pool, stated_by(task, job)[0])
    running: dict[int, NodeTaskRow] = {}
    boots: dict[int, int] = {}
    for sequence in prepared:
        node = members.get(sequence)
        if node is None or node.state is not NodeState.IDLE:
            continue
        took, limit = draws.duration(node), to_ms(task.max_wall_clock_time)
        outcome = "failed" if draws.outcome(node) < chance or took > limit else "succeeded"
        span = min(took, limit)
        boots[sequence] = node.boots
        running[sequence] = world.record.node_task(
            number, node.number, "release", (env.clock, env.clock + span), outcome
        )
    for sequence, row in sorted(running.items(), key=lambda item: item[1].end):
        yield env.at(row.end, NODES)
        node = members.get(sequence)
        if node is None or node.boots != boots[sequence]:
            world.record.node_task_lost(row, row.end)
