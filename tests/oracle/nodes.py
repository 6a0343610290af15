"""Nodes and what happens to them, as docs/model.md shows it under *Nodes* and *Preemption*."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.oracle.agenda import NEVER, Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.oracle.pools import Pool
    from tests.oracle.work import Attempt, Task

STARTING = ("creating", "starting", "waitingforstarttask", "rebooting", "reimaging", "upgradingos")
BROKEN = ("unusable", "starttaskfailed", "unknown", "preempted", "deallocated")
LOST = 300
"""`lostNodeRequeueDelay`."""


@dataclass
class File:
    """What the last attempt of a task has on a node, from its start on, and until when."""

    task: Task
    attempt: Attempt
    size: float
    until: int = NEVER


class Node:
    """A node; it keeps its id and its place in the count while the VM behind it is replaced."""

    def __init__(self, pool: Pool, kind: str, number: int) -> None:
        self.pool, self.kind, self.number = pool, kind, number
        self.world, self.agenda = pool.world, pool.world.agenda
        self.attempts: list[Attempt] = []
        self.files: list[File] = []
        self.states: list[tuple[str, int]] = []
        """Each state and when it began."""
        self.drain = ""
        """`taskcompletion` or `retaineddata` while it leaves only after its tasks."""
        self.is_closed = False
        """Whether it takes no new tasks because it waits to be upgraded."""
        self.is_upgraded: Callable[[], None] | None = None
        self.sought = 0
        """When a VM is sought for it while it is preempted."""
        self.is_awaiting = False
        """Whether it comes back as soon as a capacity curve has room."""
        self.world.everyone.append(self)
        self.start()

    @property
    def id(self) -> str:
        return f"{self.pool.id}_{self.number}_{'d' if self.kind == 'dedicated' else 'p'}"

    @property
    def state(self) -> str:
        return self.states[-1][0]

    @property
    def has_vm(self) -> bool:
        return self.state not in ("preempted", "gone")

    @property
    def is_upgradable(self) -> bool:
        """Whether its turn in an upgrade can come: one that is created boots the new version, a lost one later."""
        return self.state in ("idle", "starting", "waitingforstarttask", "starttaskfailed", "rebooting")

    @property
    def is_leaving(self) -> bool:
        return self.state == "leavingpool"

    @property
    def used(self) -> int:
        return sum(self.taken(attempt) for attempt in self.attempts)

    def taken(self, attempt: Attempt) -> int:
        """Return how many slots an attempt takes here: all of them where it runs alone."""
        return self.pool.slots if attempt.task.is_exclusive else attempt.task.slots

    @property
    def is_ready(self) -> bool:
        """Whether it takes tasks."""
        return self.state == "idle" and not self.is_closed

    def enter(self, state: str) -> None:
        """Change the state; whatever was planned for the one before is void."""
        self.is_closed = False
        self.states.append((state, self.agenda.now))

    def then(self, delay: int, action: Callable[[], None]) -> None:
        """Go on after a delay, unless something else has happened to the node by then."""
        stay = len(self.states)

        def go_on() -> None:
            if len(self.states) == stay:
                action()

        self.agenda.after(delay, Phase.NODES, go_on)

    # The way into service.

    def start(self) -> None:
        self.enter("creating")
        self.then(self.pool.time("creating"), self.boot)

    def boot(self) -> None:
        self.enter("starting")
        self.then(self.pool.time("starting"), self.prepare)

    def prepare(self) -> None:
        if not self.pool.has_start_task:
            self.serve()
            return
        self.enter("waitingforstarttask")
        self.then(self.pool.time("startTask"), self.serve)

    def serve(self) -> None:
        self.enter("idle")
        self.note_upgrade()

    # Out of service and back.

    def reboot(self) -> None:
        """Restart an idle, running or unusable node; its tasks return to the queue, a full disk is freed.

        A node that waits for an upgrade is being restarted already.
        """
        if self.state not in ("idle", "unusable") or self.is_closed:
            return
        is_full = self.state == "unusable"
        self.give_back("requeued")
        if is_full:
            self.files.clear()
        self.enter("rebooting")
        self.then(self.pool.time("rebooting"), self.prepare)

    def upgrade(self, done: Callable[[], None], *, waits: bool) -> None:
        """Bring the node to the new version and report when it is back, or lost; it may wait for its tasks first."""
        self.is_upgraded = done
        self.is_closed = waits and bool(self.attempts)
        if not self.is_closed:
            self.give_back("requeued")
            self.install()

    def install(self) -> None:
        """Take the time of an upgrade; what had not started yet does so from the beginning."""
        go_on = self.boot if self.state == "starting" else self.prepare
        self.enter("upgradingos")
        self.then(self.pool.time("upgradingOS"), go_on)

    def note_upgrade(self) -> None:
        if self.is_upgraded:
            done, self.is_upgraded = self.is_upgraded, None
            done()

    def give_back(self, outcome: str) -> None:
        """Stop everything that runs here."""
        for attempt in list(self.attempts):
            if attempt.outcome == "running":
                self.world.work.stop(attempt, outcome)

    # Files of tasks.

    def hold(self, attempt: Attempt) -> None:
        """Hold what an attempt writes, if this is its primary node, and look at its start whether there is room."""
        self.files = [file for file in self.files if file.task is not attempt.task]
        size = attempt.task.disk if self is attempt.nodes[0] else 0.0
        self.files.append(File(attempt.task, attempt, size))
        if size:
            self.agenda.at(attempt.start, Phase.NODES, lambda: self.look(attempt))

    def look(self, attempt: Attempt) -> None:
        """Fail an attempt that starts and finds no room, and break the node; of those that start now the first have it.

        What has been given back is stopped, what does not run any more needs no room.
        """
        if self.world.disk is None or attempt.outcome != "running":
            return
        now, used = self.agenda.now, 0.0
        for file in self.files:
            comes_later = file.attempt.start > now or (file.attempt.start == now and file.attempt.place > attempt.place)
            if not comes_later and file.until > now:
                used += file.size
        if used > self.world.disk:
            self.world.work.stop(attempt, "failed")
            if self.state == "idle":
                self.fill()

    def keep(self, attempt: Attempt, now: int) -> None:
        """Keep the files of an attempt that has ended until the retention time of its task has passed."""
        for file in self.files:
            if file.attempt is attempt:
                file.until = now + attempt.task.retention
                file.size = file.size if now >= attempt.start else 0.0
        if attempt.task.is_deleted:
            self.files = [file for file in self.files if file.attempt is not attempt]

    def fill(self) -> None:
        """A full disk makes a node unusable until somebody reboots it; its tasks run on until they are given up."""
        self.enter("unusable")
        self.then(LOST, lambda: self.give_back("lost"))

    def forget(self, task: Task) -> None:
        """The files of a deleted task are gone."""
        self.files = [file for file in self.files if file.task is not task]
        self.has_less_work()

    # The way out.

    def leave(self, option: str) -> None:
        """Leave the pool as the deallocation option says; what is not in service leaves at once in any case."""
        if self.state == "preempted":
            self.world.region.lose(self)
            self.vanish()
            return
        is_serving = self.state == "idle" or self.drain
        self.enter("leavingpool")
        self.note_upgrade()
        if option in ("requeue", "terminate") or not is_serving:
            self.give_back("terminated" if option == "terminate" else "requeued")
            self.go()
        else:
            self.drain = option
            self.has_less_work()

    def has_less_work(self) -> None:
        """Go on, if this was what the node waited for; a drain looks again when the next file may go."""
        if self.is_closed and not self.attempts:
            self.agenda.at(self.agenda.now, Phase.NODES, self.install_if_closed)
        if not self.drain or self.attempts:
            return
        until = max((file.until for file in self.files), default=0) if self.drain == "retaineddata" else 0
        if until <= self.agenda.now:
            self.drain = ""
            self.agenda.at(self.agenda.now, Phase.NODES, self.go_unless_lost)
        elif until < NEVER:
            self.agenda.at(until, Phase.NODES, self.has_less_work)

    def install_if_closed(self) -> None:
        if self.is_closed:
            self.install()

    def go_unless_lost(self) -> None:
        if self.state == "leavingpool":
            self.go()

    def go(self) -> None:
        self.drain = ""
        self.then(self.pool.time("leaving"), self.vanish)

    def stay(self) -> None:
        """Return to service: the drain was stopped, or reached the timeout of its resize."""
        self.drain = ""
        self.enter("idle")

    def vanish(self) -> None:
        self.enter("gone")
        self.pool.nodes.remove(self)
        self.pool.settle()
        self.pool.refill()

    # Preemption.

    def preempt(self) -> None:
        """Lose the VM with its disk; a node that was leaving is gone, others are sought again."""
        if not self.has_vm:
            return
        self.give_back("preempted")
        self.files.clear()
        if self.state == "leavingpool":
            self.vanish()
            return
        self.enter("preempted")
        self.note_upgrade()
        self.await_room(self.pool.time("recoveryDelay"))

    def await_room(self, delay: int) -> None:
        """Seek a VM after a delay; under a capacity curve without room as soon as there is some."""
        self.is_awaiting = not self.pool.is_open
        if not self.is_awaiting:
            self.seek(delay)

    def seek(self, delay: int) -> None:
        self.sought = self.agenda.now + delay
        self.then(delay, self.recover)

    def recover(self) -> None:
        """Take a new VM where region and quota have room; else try again after another delay, a minute at least."""
        if self.world.region.has_vms(self.pool, self.kind) and self.world.has_room_for(self):
            self.start()
        else:
            self.await_room(max(60, self.pool.time("recoveryDelay")))
