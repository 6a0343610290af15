"""Job preparation and release: what a job does on its nodes before its first task there and after its last."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from simulator.distributions import Constant, Distribution
from simulator.engine.environment import NODES
from simulator.errors import BrokenInvariantError
from simulator.results.raw.recorder import NodeTaskRow
from simulator.scenario.format.stated_by_tasks import told_time
from simulator.states import NodeState
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.jobs.job import Job
    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.pool import Pool
    from simulator.engine.world import World

KEY_BITS = 20
"""The kernel's key of a prepared node is `job << 20 | node`."""


class Preparing:
    """Preparation tasks of one pool: how long they take, and which the node still remembers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pool: Pool | None = None
        self._rows: dict[int, list[NodeTaskRow]] = {}
        """Latest rows of each node."""
        self._spans: dict[int, Callable[[], int]] = {}
        self._dice: dict[int, Callable[[], float]] = {}

    def prepare(self, number: int, sequence: int, begin: int) -> int:
        """Run the preparation task of a job on a node; gives its span, negative if it fails for good."""
        job = self.world.jobs[number]
        task = job.body.job_preparation_task
        if task is None or self.pool is None:
            raise BrokenInvariantError(f"job {job.body.id} prepares nothing")
        if number not in self._spans:
            shape = task.simulation.duration or told_time(task.command_line, task.environment_settings)[0]
            self._spans[number] = spans(self.world, f"preparation:{job.body.id}", shape)
            self._dice[number] = self.world.dice(f"preparation luck:{job.body.id}")
        retries = task.constraints.max_task_retry_count or 0
        span, failed = self._spans[number](), self._dice[number]() < task.simulation.failure_probability
        while failed and retries and task.simulation.failure_probability < 1:
            retries -= 1
            span, failed = span + self._spans[number](), self._dice[number]() < task.simulation.failure_probability
        if failed:
            span += sum(self._spans[number]() for _ in range(max(retries, 0)))
        outcome = "failed" if failed else "succeeded"
        row = NodeTaskRow(number, self.pool.numbers[sequence], "preparation", begin, begin + span, outcome)
        self.world.record.node_tasks.append(row)
        self._rows.setdefault(sequence, []).append(row)
        return -span if failed else span

    def node_changed(self, node: Node) -> None:
        """Forget what was prepared on a machine that is replaced or started again."""
        kernel = node.pool.kernel
        if node.state is NodeState.CREATING or node.state in (NodeState.REIMAGING, NodeState.UPGRADINGOS):
            self._forget(node, [job.number for job in self.world.jobs], is_new=True)
            kernel.eligibility.renew(node.sequence)
        elif node.state is NodeState.DEALLOCATING:  # what stood on the local disk is lost with the VM
            self._forget(node, [job.number for job in self.world.jobs], is_new=True)
        elif node.state is NodeState.REBOOTING:
            again = [job.number for job in self.world.jobs if _runs_again(job)]
            now = self.world.env.clock
            unfinished = [
                row.job for row in self._rows.get(node.sequence, ()) if row.end > now and row.job not in again
            ]
            self._forget(node, again + unfinished, is_new=False)
        elif node.state in (NodeState.PREEMPTED, None):
            self._lose(node)

    def _forget(self, node: Node, jobs: list[int], *, is_new: bool) -> None:
        self._lose(node)
        node.pool.kernel.work.renew(node.sequence, jobs, is_new)

    def _lose(self, node: Node) -> None:
        """End the preparation that runs on a node."""
        now = self.world.env.clock
        for row in self._rows.pop(node.sequence, ()):
            if row.end > now:
                row.end, row.outcome = max(now, row.start), "lost"


def _runs_again(job: Job) -> bool:
    task = job.body.job_preparation_task
    return task is not None and task.rerun_on_node_reboot_after_success


def spans(world: World, stream: str, shape: Distribution[float] | None) -> Callable[[], int]:
    """Give a function that draws spans in ms; 0 where nothing is said."""
    if shape is None:
        return lambda: 0
    if isinstance(shape, Constant):
        return lambda: to_ms(shape.mean)
    return world.spans(stream, shape)


def release(job: Job) -> Generator[Any, Any, None]:
    """Run the release task on each node that the job has prepared and that is still there, all at once."""
    task = job.body.job_release_task
    if task is None:
        return
    env, pool, record = job.world.env, job.pool, job.world.record
    shape = task.simulation.duration or told_time(task.command_line, task.environment_settings)[0]
    draw = spans(job.world, f"release:{job.body.id}", shape)
    luck = job.world.dice(f"release luck:{job.body.id}")
    running: dict[int, NodeTaskRow] = {}
    for sequence in job.prepared_nodes():
        node = pool.nodes.get(sequence)
        if node is None or node.state is not NodeState.IDLE:
            continue
        outcome = "failed" if luck() < task.simulation.failure_probability else "succeeded"
        span = min(draw(), to_ms(task.max_wall_clock_time))
        running[sequence] = NodeTaskRow(job.number, node.number, "release", env.clock, env.clock + span, outcome)
        record.node_tasks.append(running[sequence])
    vms = {sequence: pool.nodes[sequence].boots for sequence in running}
    for sequence, row in sorted(running.items(), key=lambda item: item[1].end):
        yield env.at(row.end, NODES)
        node = pool.nodes.get(sequence)
        if node is None or node.boots != vms[sequence]:
            row.outcome = "lost"
