"""One pool's tasks over time: arrivals, placements, completions.

An instant is settled in phases, in the order of the service model: `complete`, then whatever the control
plane does to nodes, then `arrive`, then `dispatch`. `advance` runs through the instants at which the control
plane has nothing to do, on the fast path where it can, and notes on its way what a sampler sees.
"""

from collections.abc import Sequence

from simulator.kernel.audit import AUDITED, audit
from simulator.kernel.fast_path import FastPath
from simulator.kernel.inputs import Choices, JobPolicy, Placer, Planner, Shape, Tasks, check_signals
from simulator.kernel.node_capacity import Nodes
from simulator.kernel.optional_rules import Rules
from simulator.kernel.phases import Phases
from simulator.kernel.samples import Samples
from simulator.units import NEVER

SIGNAL_INTERVAL = 100_000
"""After this number of events the interpreter may look after its signals."""
FOREVER = int(NEVER)


class Kernel(Phases):
    """The tasks and nodes of one pool. Columns may be read at any instant; only methods change them."""

    def __init__(
        self,
        tasks: Tasks,
        shapes: list[Shape],
        priorities: list[int],
        *,
        slots: int,
        cores: int,
        memory: int,
        pack: bool = False,
        job_policy: int = JobPolicy.UNIFORM,
        seed: int = 0,
        gangs: bool = True,
        retry_at_tail: bool = False,
        random_ties: bool = False,
        max_rounds: int = 10_000,
        each_event: bool = False,
        planner: Planner | None = None,
        placer: Placer | None = None,
        rules: Rules | None = None,
    ) -> None:
        rules = rules or Rules()
        nodes = Nodes(slots=slots, cores=cores, memory=memory, pack=pack, gangs=gangs, share_cores=rules.share_cores)
        choices = Choices(job_policy, retry_at_tail, random_ties, max_rounds, seed, planner, placer, each_event)
        super().__init__(nodes, rules, choices)
        self.fast_path = FastPath()
        self.samples = Samples()
        self.append(tasks, shapes, priorities, rules)

    def append(
        self,
        tasks: Tasks,
        shapes: Sequence[Shape] = (),
        priorities: Sequence[int] = (),
        rules: Rules | None = None,
    ) -> None:
        """Take in further tasks, which arrive by themselves, with the shapes and jobs that none had before.

        They come behind those that are there, and are submitted no earlier than the last of these and than any instant
        that is settled. The cost is that of what comes, and however it is split, the run is the same.
        """
        self.take_in(tasks, shapes, priorities, rules or Rules())
        self.fast_path.look_at(self, shapes)

    # ---- time -------------------------------------------------------------------------------------------

    def advance(self, until: int) -> int:
        """Settle every instant before `until`; return `until`, or the instant that a notice interrupted.

        After a notice of completions these are applied and the later phases of the instant are not; one of placements
        comes at its end. Whoever has changed anything since the last instant has called `dispatch`.
        """
        while self.samples.next < until:
            tick = self.samples.next
            stopped = self._advance(tick)
            if stopped < tick:
                return stopped
            self._settle_tick(tick)
            if self.notices.waiting:
                return tick
        return self._advance(until)

    def _advance(self, until: int) -> int:
        """Do the same where no tick of a sampler lies before `until`.

        The fast path settles an instant alone, or leaves it as it was and the phases settle it.
        """
        assert not AUDITED or audit(self, self.now)  # what the control plane has changed since
        events = 0
        while True:
            if events >= SIGNAL_INTERVAL:
                events = 0
                check_signals()
            if self.stale:
                self.drop_stale()  # this and the lines with `due`: `next_instant` without a call at each instant
            settled = self.fast_path.settle_many(self, until, SIGNAL_INTERVAL)
            if settled and self.notices.waiting:
                return self.now
            events += settled + 1
            due = self.calendar.top >> self.bits if self.calendar.size else FOREVER
            now = due if due < self.next_submit else self.next_submit
            if now >= until:
                return until
            if due == now:
                is_settled = self.fast_path.settle(self, now)
                if not is_settled:
                    self.complete(now)
                if self.notices.waiting:
                    return now
                if is_settled:
                    continue
                if self.overdue:
                    self.expire(now)
                    if self.notices.waiting:
                        return now
                elif self.each_event and self.next_submit > now:
                    continue  # each end has had its pass
            if self.next_submit <= now:
                self.arrive(now)
            if self.queues.open_jobs and (self.nodes.room.size or self.displaces):
                self.dispatch(now)
            assert not AUDITED or audit(self, now)
            if self.notices.waiting:
                return now

    def _settle_tick(self, tick: int) -> None:
        """Settle the instant of a tick, the next one at which anything may be due: it is sampled before the pass."""
        is_due = self.next_instant() == tick
        if is_due:
            self.complete(tick)
            if self.notices.waiting:
                return
            self.arrive(tick)
            if self.overdue:
                self.expire(tick)
                if self.notices.waiting:
                    return
        self.sample_until(tick + 1)
        if is_due and self.queues.open_jobs and (self.nodes.room.size or self.displaces):
            self.dispatch(tick)
        assert not AUDITED or audit(self, self.now)

    def sample_until(self, before: int) -> None:
        """Note what is true at the ticks before an instant; nothing has changed here since the first of them."""
        self.samples.take(self, before)

    # ---- nodes ------------------------------------------------------------------------------------------

    def in_service(self, node: int) -> None:
        """Accept tasks on `node`; a node that was draining returns to service."""
        self.nodes.reserve(node + 1)
        self.notices.stay(node)
        self.nodes.open(node)

    def drain(self, node: int) -> bool:
        """Place no more tasks on `node`; return whether it is empty now. If not, a notice will follow."""
        self.nodes.close(node)
        if self.nodes.held[node] == 0:
            return True
        self.notices.drain(node)
        return False

    def out_of_service(self, node: int, now: int, outcome: int) -> list[int]:
        """Take `node` away at once, ending its attempts with `outcome`; return their tasks.

        Tasks go back to the queue, or are completed as failures if `outcome` is `TERMINATED`.
        """
        if self.nodes.serving[node]:
            self.nodes.close(node)
        self.notices.stay(node)
        stopped = self.nodes.tasks_on(node)
        for task in stopped:
            self.stop(task, now, outcome)
        return stopped
