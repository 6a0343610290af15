"""What the control plane records while it runs: rows of nodes, of their states, of resizes and of targets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from simulator.codes import Action
from simulator.errors import BrokenInvariantError
from simulator.states import JOB_TRANSITIONS, NODE_TRANSITIONS, JobState, NodeKind, NodeState

if TYPE_CHECKING:
    from simulator.formula import AutoScaleRun


@dataclass(slots=True)
class NodeRow:
    """A logical node; `number` in other tables is its position."""

    id: str
    pool: int
    kind: NodeKind
    sequence: int
    host: str = ""
    """Name of the machine: like the address, used again when the node is gone."""
    address: str = ""
    zone: int = 1
    last_boot: int = -1
    """When it last entered `starting`."""


@dataclass(slots=True)
class StateRow:
    """One state of one node. `idle` means in service: idle and running are distinguished from the attempts."""

    node: int
    state: NodeState
    start: int
    end: int = -1
    is_open: bool = True
    """Whether scheduling was enabled; means something in service only."""
    why: str = ""
    """What broke the node."""


@dataclass(slots=True)
class StartTaskRow:
    """One attempt of a start task; `end` and `exit_code` stay −1 where the node was lost or restarted first."""

    node: int
    start: int
    attempt: int
    duration_source: str = "simulation"
    """Who said how long it takes."""
    end: int = -1
    exit_code: int = -1


@dataclass(slots=True)
class ResizeRow:
    """One resize operation, refused ones included."""

    pool: int
    start: int
    dedicated: tuple[int, int]
    """Target before and after."""
    low_priority: tuple[int, int]
    option: str | None
    end: int = -1
    code: str = ""
    message: str = ""
    errors: dict[NodeKind | None, str] = field(default_factory=dict)
    """The first code of each kind of node; None = one that concerns both."""
    current_dedicated: int = 0
    current_low_priority: int = 0


@dataclass(slots=True)
class PoolRow:
    """When a pool was there; -1 = never."""

    created: int = -1
    deleted: int = -1
    """When its deletion began; it is gone when its last resize has ended."""


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """One evaluation and what the pool did after it."""

    pool: int
    time: int
    run: AutoScaleRun
    action: Action


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One operation of the timeline and how the service answered; −1 where it concerns no pool or no job."""

    pool: int
    job: int
    time: int
    operation: str
    code: str
    message: str
    target: str = ""
    """What it named, whether that exists or not."""


@dataclass(slots=True)
class JobStateRow:
    """One state of one job."""

    job: int
    state: JobState
    start: int
    reason: str = ""
    end: int = -1


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A job that went to another pool, with the tasks that waited."""

    job: int
    time: int
    source: int
    target: int
    waiting: tuple[int, ...]
    """Rows of the workload."""


@dataclass(slots=True)
class NodeTaskRow:
    """One preparation or release task of a job on a node."""

    job: int
    node: int
    kind: str
    """preparation or release."""
    start: int
    end: int
    outcome: str
    """succeeded, failed, or lost with its node."""


@dataclass(slots=True)
class Recorder:
    """Append-only rows of the control plane."""

    pools: dict[int, PoolRow] = field(default_factory=dict)
    nodes: list[NodeRow] = field(default_factory=list)
    states: list[StateRow] = field(default_factory=list)
    resizes: list[ResizeRow] = field(default_factory=list)
    evaluations: list[EvaluationRow] = field(default_factory=list)
    operations: list[OperationRow] = field(default_factory=list)
    job_states: list[JobStateRow] = field(default_factory=list)
    node_tasks: list[NodeTaskRow] = field(default_factory=list)
    task_changes: list[tuple[int, int, bool]] = field(default_factory=list)
    """Task, instant, whether it was reactivated; if not, it was ended while it waited."""
    too_old: int = 0
    """How many tasks were ended because they had reached the longest life that the service grants."""
    moves: list[MoveRow] = field(default_factory=list)
    targets: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Pool, instant, dedicated, low-priority."""
    start_tasks: list[StartTaskRow] = field(default_factory=list)
    evictions: dict[int, tuple[int, int]] = field(default_factory=dict)
    """How many nodes the traces of pools had to take so far, and how many they took."""
    removals: list[tuple[int, int]] = field(default_factory=list)
    """Node and the instant at which its removal began, after any drain."""
    end: int = 0
    """When the run ended."""
    present: frozenset[int] = frozenset()
    """Nodes that were there when it ended, by number."""
    _open: dict[int, StateRow] = field(default_factory=dict)
    _of_job: dict[int, list[JobStateRow]] = field(default_factory=dict)
    """The states of each job, in order."""

    def copy(self) -> Recorder:
        """Return an independent copy, to be finished while the run goes on; it shares rows that change no more."""
        fresh = {id(row): replace(row) for row in self._changing()}
        return Recorder(**{one.name: _with(fresh, getattr(self, one.name)) for one in fields(self)})

    def _changing(self) -> Iterator[Any]:
        """Yield the rows that the run, its end, or other numbers of pools and jobs may still change."""
        yield from self.pools.values()
        yield from self.nodes
        yield from self._open.values()
        yield from self.resizes
        yield from self.job_states
        yield from self.node_tasks
        yield from (row for row in self.start_tasks if row.end < 0)

    def pool_created(self, pool: int, now: int) -> None:
        """Note that a pool exists from `now` on."""
        self.pools[pool] = PoolRow(created=now)

    def pool_deleted(self, pool: int, now: int) -> None:
        """Note that a pool is being deleted from `now` on."""
        self.pools[pool].deleted = now

    def node(self, name: str, pool: int, kind: NodeKind, sequence: int, *, host: str, address: str, zone: int) -> int:
        """Add a logical node on its first machine and return its number."""
        self.nodes.append(NodeRow(name, pool, kind, sequence, host, address, zone))
        return len(self.nodes) - 1

    def booted(self, node: int, now: int) -> None:
        """Note that a node starts."""
        self.nodes[node].last_boot = now

    def start_task_began(self, node: int, now: int, attempt: int, duration_source: str) -> int:
        """Add an attempt of a start task and give its row."""
        self.start_tasks.append(StartTaskRow(node, now, attempt, duration_source))
        return len(self.start_tasks) - 1

    def start_task_ended(self, row: int, now: int, exit_code: int) -> None:
        """Note how an attempt of a start task ended."""
        self.start_tasks[row].end, self.start_tasks[row].exit_code = now, exit_code

    def state(self, node: int, state: NodeState | None, now: int, *, is_open: bool = True, why: str = "") -> None:
        """Close the node's present state and open the next; `None` = gone."""
        row = self._open.pop(node, None)
        before = row.state if row else None
        is_legal = state in NODE_TRANSITIONS[before] or (
            row is not None and (row.state, row.is_open) == (state, not is_open)
        )
        if not is_legal:
            story = ", ".join(f"{r.state} from {r.start}" for r in self.states if r.node == node)
            name = self.nodes[node].id
            raise BrokenInvariantError(f"node {name} may not go from {before} to {state} at {now} ms: {story}")
        if row:
            row.end = now
        if state is not None:
            self._open[node] = StateRow(node, state, now, is_open=is_open, why=why)
            self.states.append(self._open[node])

    def state_since(self, node: int) -> int:
        """Return since when a node has its present state."""
        return self._open[node].start

    def node_task(self, job: int, node: int, kind: str, span: tuple[int, int], outcome: str) -> NodeTaskRow:
        """Add a preparation or release task as it will have been if its node stays, and return its row to be read."""
        self.node_tasks.append(NodeTaskRow(job, node, kind, *span, outcome))
        return self.node_tasks[-1]

    def node_task_lost(self, row: NodeTaskRow, end: int) -> None:
        """Note that a preparation or release task ended with its node."""
        row.end, row.outcome = end, "lost"

    def task_too_old(self) -> None:
        """Note that a task was ended because it had reached the longest life."""
        self.too_old += 1

    def task_ended(self, task: int, now: int) -> None:
        """Note that a task was ended while it waited."""
        self.task_changes.append((task, now, False))

    def task_reactivated(self, task: int, now: int) -> None:
        """Note that a completed task waits again."""
        self.task_changes.append((task, now, True))

    def removal(self, node: int, now: int) -> None:
        """Note that a node is being removed from `now` on."""
        self.removals.append((node, now))

    def evicted(self, pool: int, asked: int, taken: int) -> None:
        """Note an eviction of a pool's trace: how many nodes it states, and how many were there to be taken."""
        before = self.evictions.get(pool, (0, 0))
        self.evictions[pool] = before[0] + asked, before[1] + taken

    def evaluation(self, pool: int, now: int, run: AutoScaleRun, action: Action) -> None:
        """Note one evaluation of a pool's formula and what was done about it."""
        self.evaluations.append(EvaluationRow(pool, now, run, action))

    def operation(
        self, now: int, name: str, code: str, message: str = "", *, pool: int = -1, job: int = -1, target: str = ""
    ) -> None:
        """Note an operation of the timeline and how the service answered."""
        self.operations.append(OperationRow(pool, job, now, name, code, message, target))

    def job_state(self, job: int, state: JobState, now: int, reason: str = "") -> None:
        """Close a job's present state and open the next."""
        rows = self._of_job.setdefault(job, [])
        before = rows[-1] if rows else None
        if state not in JOB_TRANSITIONS[before.state if before else None]:
            story = ", ".join(f"{row.state} from {row.start}" for row in rows)
            raise BrokenInvariantError(f"job {job} may not go to {state} at {now} ms: {story}")
        if before is not None:
            before.end = now
        rows.append(JobStateRow(job, state, now, reason))
        self.job_states.append(rows[-1])

    def states_of_job(self, job: int) -> Sequence[JobStateRow]:
        """Return the states that a job has had, in order."""
        return self._of_job.get(job, ())

    def job_gone(self, job: int, now: int) -> None:
        """Close the last state of a deleted job."""
        self._of_job[job][-1].end = now

    def job_moved(self, job: int, now: int, source: int, target: int, waiting: Iterable[int]) -> None:
        """Note that a job goes on in another pool, and which of its tasks waited."""
        self.moves.append(MoveRow(job, now, source, target, tuple(waiting)))

    def target(self, pool: int, now: int, dedicated: int, low_priority: int) -> None:
        """Note a pool's targets from `now` on."""
        self.targets.append((pool, now, dedicated, low_priority))

    def resize_started(
        self,
        pool: int,
        now: int,
        *,
        dedicated: tuple[int, int],
        low_priority: tuple[int, int],
        option: str | None,
    ) -> int:
        """Add a resize and give its row; `dedicated` and `low_priority` are targets before and after."""
        self.resizes.append(ResizeRow(pool, now, dedicated, low_priority, option))
        return len(self.resizes) - 1

    def resize_ended(
        self,
        row: int,
        now: int,
        code: str,
        message: str,
        dedicated: int,
        low_priority: int,
        errors: dict[NodeKind | None, str],
    ) -> None:
        """Note how a resize ended and what the pool has now."""
        resize = self.resizes[row]
        resize.end, resize.code, resize.message, resize.errors = now, code, message, errors
        resize.current_dedicated, resize.current_low_priority = dedicated, low_priority

    def renumber(self, jobs: Mapping[int, int], pools: Mapping[int, int], tasks: Sequence[int]) -> None:
        """Write other numbers of jobs, pools and tasks, by those that they have."""
        job, pool = dict(jobs) | {-1: -1}, dict(pools) | {-1: -1}
        self.pools = {pool[number]: row for number, row in self.pools.items()}
        for node in self.nodes:
            node.pool = pool[node.pool]
        for resize in self.resizes:
            resize.pool = pool[resize.pool]
        for state in self.job_states:
            state.job = job[state.job]
        for one in self.node_tasks:
            one.job = job[one.job]
        self.evaluations = [replace(row, pool=pool[row.pool]) for row in self.evaluations]
        self.operations = [replace(row, pool=pool[row.pool], job=job[row.job]) for row in self.operations]
        self.task_changes = [(tasks[task], at, again) for task, at, again in self.task_changes]
        self.moves = [
            MoveRow(
                job[row.job], row.time, pool[row.source], pool[row.target], tuple(tasks[one] for one in row.waiting)
            )
            for row in self.moves
            if pool[row.source] != pool[row.target]
        ]
        self.targets = [(pool[number], at, dedicated, low) for number, at, dedicated, low in self.targets]
        self.evictions = {pool[number]: counts for number, counts in self.evictions.items()}

    def finish(self, end: int) -> None:
        """Close what is open at the end of the run."""
        self.present = frozenset(self._open)
        for row in self._open.values():
            row.end = end
        self._open.clear()
        self.end = end
        for job in self.job_states:
            if job.end < 0:
                job.end = end
        for task in self.node_tasks:
            if task.end > end:
                task.end, task.outcome = max(end, task.start), "running"
        self.node_tasks = [task for task in self.node_tasks if task.start <= end]


def _with(fresh: Mapping[int, Any], held: Any) -> Any:
    """Return a list or mapping of rows anew, with others in place of those whose identity is known; others as is."""
    if isinstance(held, list):
        return [fresh.get(id(row), row) for row in held]
    if isinstance(held, dict):
        return {key: fresh.get(id(row), row) for key, row in held.items()}
    return held
