"""Invariants and contracts of a kernel, checked at each step where POOLSIGHT_ASSERT=1 (CONTRIBUTING.md).

The kernel calls this in `assert` statements. Where it is compiled, the statements are in it only if POOLSIGHT_ASSERT
was 1 at the build; where it is interpreted, they do nothing unless POOLSIGHT_ASSERT is 1 at the import. What is broken
is raised as a BrokenInvariantError: a defect of the kernel, never of a scenario.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any, Final

from simulator.errors import BrokenInvariantError
from simulator.kernel.buffers import NATIVE
from simulator.kernel.phases import Phases
from simulator.states import TaskState

AUDITED: Final = NATIVE or os.environ.get("POOLSIGHT_ASSERT") == "1"
"""Whether `assert` statements of the kernel check anything."""
LARGE = 1000
"""A pool of more tasks and nodes is not checked as a whole at each step, or a run would take the square of its time."""
COUNTS = (
    "now",
    "arrived",
    "next_submit",
    "completed_at",
    "rounds",
    "stale",
    "completed",
    "failed",
    "blocked",
    "parked",
    "abandoned",
)


def audit(pool: Phases, now: int) -> bool:
    """Return True if nothing is lost, oversubscribed or in the past at `now`, else raise BrokenInvariantError."""
    _demand(now >= pool.now, f"settled {now} ms after {pool.now} ms")
    _demand(pool.next_submit >= pool.now, f"an arrival at {pool.next_submit} ms lies before {pool.now} ms")
    if _is_turn(pool):
        running = _audit_nodes(pool)
        _audit_tasks(pool, running)
        _audit_calendar(pool, running)
    return True


def fits_nowhere(pool: Phases) -> bool:
    """Return True if no waiting task that may start has room, as after a pass, else raise BrokenInvariantError."""
    queues, nodes = pool.queues, pool.nodes
    if pool.eligibility.any:
        return True  # who may go where is not a matter of room alone
    for queue in range(queues.count):
        shape = queues.shape[queue]
        if queues.front[queue] >= 0 and queues.gate[queues.job[queue]] == 0:
            free = [node for node in range(nodes.count) if nodes.fits(node, shape)]
            one = f"task {queues.front[queue]} waits, and there is room for it on {free}"
            _demand(len(free) < nodes.instances[shape], one)
    return True


class Contract:
    """Both sides of the contract of the fast path: an instant is settled alone and reported, or nothing changes."""

    __slots__ = ("_before",)

    def __init__(self) -> None:
        self._before: dict[str, Any] = {}

    def opens(self, pool: Phases) -> bool:
        """Note what the pool is like before; raise BrokenInvariantError if the fast path must not be asked."""
        self._before = _state(pool)
        top = pool.calendar.top >> pool.bits if pool.calendar.size else pool.now
        _demand(top >= pool.now, f"an end at {top} ms lies before {pool.now} ms")
        return True

    def closes(self, pool: Phases, until: int, is_settled: bool) -> bool:
        """Return True if the contract is kept, else raise BrokenInvariantError."""
        if not is_settled:
            after = _state(pool)
            changed = [name for name in after if after[name] != self._before[name]]
            _demand(not changed, f"the fast path reports nothing at {pool.now} ms and has changed {', '.join(changed)}")
            return True
        _demand(pool.now < until, f"the fast path was to stop before {until} ms, and settled {pool.now} ms")
        done = pool.completed + pool.arrived - self._before["completed"] - self._before["arrived"]
        _demand(done > 0, f"the fast path reports an instant, and nothing has ended or arrived by {pool.now} ms")
        audit(pool, pool.now)
        if not pool.notices.waiting:
            fits_nowhere(pool)
        return True


def _demand(holds: bool, what: str) -> None:
    if not holds:
        raise BrokenInvariantError(f"kernel: {what}")


def _is_turn(pool: Phases) -> bool:
    """Return whether a pool is small, or one check in so many of a large one is due."""
    return (pool.completed + pool.arrived) % (1 + (pool.count + pool.nodes.count) // LARGE) == 0


def _state(pool: Phases) -> dict[str, Any]:
    """Return what decides how a pool goes on; columns of large pools are left out.

    What searches remember (`Nodes.seen`) only shortens later ones, and is no part of it.
    """
    queues, nodes, notices = pool.queues, pool.nodes, pool.notices
    found: dict[str, Any] = {name: getattr(pool, name) for name in COUNTS}
    found |= {
        "random stream": pool.random.state,
        "last job": pool.order.last,
        "calendar": (pool.calendar.size, pool.calendar.top),
        "attempts": len(pool.attempts),
        "queues": (list(queues.front), list(queues.waiting_of_job), queues.open_jobs, queues.shut_jobs),
        "running": list(pool.running_of_shape),
        "log of freed nodes": (nodes.freed, nodes.last_freed),
        "notices": (list(notices.drained), list(notices.finished_jobs), list(notices.idle_jobs), list(notices.ended)),
    }
    if pool.count + nodes.count <= LARGE:
        found["nodes"] = [list(one) for one in (nodes.free_slots, nodes.free_cores, nodes.free_memory, nodes.held)]
        found["tasks"] = [list(one[: pool.count]) for one in (pool.state, pool.row, pool.cell, pool.retries)]
    return found


def _audit_nodes(pool: Phases) -> Counter[int]:
    """Return how many instances of each task hold slots; nothing that nodes have is lost or oversubscribed."""
    nodes, queues = pool.nodes, pool.queues
    running: Counter[int] = Counter()
    with_room = 0
    for node in range(nodes.count):
        tasks = nodes.tasks_on(node)
        running.update(tasks)
        shapes = [queues.shape[pool.queue[task]] for task in tasks]
        slots = nodes.slots - sum(nodes.needed_slots[shape] for shape in shapes)
        cores = nodes.cores - sum(nodes.needed_cores[shape] for shape in shapes)
        memory = nodes.memory - sum(nodes.needed_memory[shape] for shape in shapes)
        one = f"node {node} at {pool.now} ms"
        _demand(slots >= 0, f"{one}: {-slots} slots more than there are")
        _demand(cores >= 0, f"{one}: {-cores} thousandths of a core more than there are")
        _demand(memory >= 0, f"{one}: {-memory} MiB more than there are")
        _demand(slots == nodes.free_slots[node], f"{one}: {slots} slots are free, not {nodes.free_slots[node]}")
        if nodes.mixed:
            kept = (nodes.free_cores[node], nodes.free_memory[node])
            _demand((cores, memory) == kept, f"{one}: free cores and memory are {(cores, memory)}, not {kept}")
        with_room += bool(nodes.serving[node] and slots)
    _demand(with_room == nodes.room.size, f"{with_room} nodes have room, not {nodes.room.size}")
    return running


def _audit_tasks(pool: Phases, running: Counter[int]) -> None:
    """Each task is in one state: those that run hold slots, those that wait are counted where they wait."""
    states, queues = list(pool.state[: pool.count]), pool.queues
    instances = {task: pool.shape_of(task).instances for task, state in enumerate(states) if state == TaskState.RUNNING}
    _demand(instances == dict(running), f"{sorted(running.items())} hold slots, not {sorted(instances.items())}")
    _demand(len(instances) == pool.running, f"{len(instances)} tasks run, not {pool.running}")
    waiting = states.count(TaskState.ACTIVE)
    _demand(waiting == pool.active, f"{waiting} tasks are active, not {pool.active}")
    by_job = sum(queues.waiting_of_job)
    _demand(by_job == queues.waiting, f"{by_job} tasks wait by job, {queues.waiting} by shape")
    completed = states.count(TaskState.COMPLETED) - pool.removed
    _demand(completed == pool.completed, f"{completed} tasks have completed, not {pool.completed}")
    for queue, task in enumerate(queues.front):
        if task >= 0:
            _demand(states[task] == TaskState.ACTIVE, f"task {task} is first in queue {queue} and does not wait")


def _audit_calendar(pool: Phases, running: Counter[int]) -> None:
    """Each running task has one valid entry, or none where cores are shared and others end before it."""
    valid = pool.calendar.size - pool.stale
    is_whole = valid <= len(running) if pool.sharing.any else valid == len(running)
    _demand(is_whole, f"{valid} ends in the calendar, {len(running)} tasks run")
    for task in running:
        end = pool.attempts.end[pool.row[task]]
        _demand(end >= pool.now, f"task {task} runs, and its end at {end} ms lies before {pool.now} ms")
