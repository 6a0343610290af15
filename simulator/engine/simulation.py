"""One run of a scenario, in one go or in steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from simulator.durations import format_duration
from simulator.engine.assumptions import LINGER, LONGEST_RUN, PATIENCE, TASK_LIFETIME
from simulator.engine.bridge.kernel_notices import handle_notices
from simulator.engine.collection.collected import RunFacts, collect
from simulator.engine.construction import Construction
from simulator.engine.door import Door
from simulator.engine.environment import OPERATIONS, Environment
from simulator.engine.jobs.task_lifetime import end_old_tasks
from simulator.engine.log import Log
from simulator.engine.operations.perform import perform
from simulator.engine.pools.node_views import NodeView
from simulator.engine.surroundings import Encounters
from simulator.engine.views import Snapshot, Views
from simulator.errors import InputError
from simulator.numerics.strict import strict
from simulator.scenario.format.schema import BillAfter
from simulator.scenario.prepared import Prepared
from simulator.scenario.reading.amend import read_operation
from simulator.units import NEVER, to_ms, to_s
from simulator.workload.build import build

if TYPE_CHECKING:
    from simulator.engine.backlog import Part
    from simulator.kernel import Kernel
    from simulator.policy.response import Answer
    from simulator.results.record.recording import Recording
    from simulator.scenario import Scenario
    from simulator.scenario.format.schema import Operation


class Simulation:
    """A run of one replication that can be advanced in any number of steps with the same result."""

    @strict
    def __init__(self, scenario: Scenario | Prepared, replication: int = 0) -> None:
        self._announced = Prepared.of(scenario)
        self.log = Log(self._announced)
        """What has been submitted so far."""
        self.replication = replication
        self.env = Environment(self._handle_notices)
        self._made = Construction(self._announced.scenario, replication, build(self._announced, replication), self.env)
        self._encounters = Encounters(self._made)
        self.views = Views(self._made, lambda: self._present)
        """Pools, jobs, tasks and nodes one by one, as they are now."""
        self._door = Door(self._made, replication)
        self.directory = self._made.directory
        """Everything of the run that has an id."""
        self._operations = 0
        """How many operations are yet to be performed."""
        self._not_yet_created = 0
        """How many pools and jobs are yet to be created."""
        self._reached = 0
        self._has_begun = False
        self._stop_reason = ""
        self._end: int | None = None
        """When the run ends, where that is later than the last instant at which anything happens."""
        self._settled = -1
        """When the work was done, or the last thing had happened in a run that stalled; −1 as long as neither."""
        self._last_tick = NEVER
        """The tick of a sampler at which a run may end that has been quiet for long; `NEVER` while work goes on."""
        self._at_work = 0
        """A kernel that had something to do when last asked."""
        self._schedule_creations()
        for operation in self._announced.scenario.timeline:
            self._plan(operation)
        self._ends = self._announced.scenario.horizon is not None
        """Whether the scenario says when the run ends."""
        self._horizon = self._last_instant()
        self._end_old_tasks(self._made.backlog.parts[0])

    @property
    def scenario(self) -> Scenario:
        """What is simulated, with the operations submitted so far at the end of its timeline: the log of the run."""
        return self.log.scenario

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to simulate."""
        return bool(self._stop_reason)

    @property
    def completed_tasks(self) -> int:
        """How many tasks have completed so far."""
        return sum(kernel.completed for kernel in self.env.kernels)

    @property
    def tasks(self) -> int:
        """How many tasks are known so far, those to come included."""
        return len(self._made.backlog)

    @property
    def now(self) -> float:
        """How far the run has come, in seconds since the scenario's origin."""
        return to_s(self._present)

    def advance(self, until: float | None = None) -> None:
        """Simulate up to and including `until` seconds, or to the end."""
        self._advance(self._horizon if until is None else min(to_ms(until), self._horizon))

    def wait(self, until: float) -> None:
        """Simulate up to and including `until` seconds also where no work is left: a client may yet bring some."""
        self._follow(to_ms(until))
        self._expect(min(to_ms(until), self._horizon))

    @strict
    def submit(self, operation: Operation | Mapping[str, Any]) -> Answer:
        """Perform an operation that the scenario's timeline does not have, and return the service's answer.

        It is an object or the body that a file would have, and checked as one in a file is: what a file would not be
        allowed is an InputError and leaves the run as it was; what is odd but not wrong joins `scenario.warnings`.
        Whatever the operation brings, also jobs, pools and tasks, is there as if the file had announced it. Its `at` is
        when it comes: the run first goes on until then. Without one, it comes now, after all that `advance` has
        simulated. More operations may follow at the same instant; the rest of it is simulated when the run goes on.
        """
        refusal = self._encounters.refusal(operation)
        if refusal is not None:
            return refusal
        world = self.directory.world
        read = read_operation(world.scenario, self._encounters.around(operation), self._dated(operation))
        asked = read.operation
        self._go_to(self._instant_of(asked))
        refusal = self._encounters.second(asked)
        if refusal is not None:
            return refusal
        self.log.add(read)
        if read.sizes.keys() - world.scenario.sizes.keys():
            world.scenario = self._announced.scenario.continued((), self.log.sizes, ())
        part = self._door.bring(asked)
        answer = perform(self.directory, asked)
        self.env.settle_operation()
        self._follow(to_ms(asked.at) if part is None or not part.known else int(part.workload.submit[part.known - 1]))
        if part is not None:
            self._end_old_tasks(part)
        return answer

    def fork(self, replication: int | None = None) -> Simulation:
        """Return a second future of this past: a run that has come as far as this one, and goes on by itself.

        It performs again what was submitted so far, which costs the time of the past, with the draws of another
        `replication` where one is named. A fork that is treated as this run is ends in the same record.
        """
        other = Simulation(self._announced, self.replication if replication is None else replication)
        for operation in self.log.operations:
            other.submit(operation)
        if self.env.opened >= 0:
            other._go_to(self.env.opened)
            return other
        other._advance(self._reached or self._present)
        if other.now < self.now:  # this run has waited for clients where no work was left
            other.wait(self.now)
        return other

    def snapshot(self) -> Snapshot:
        """Return the present without changing it."""
        return Snapshot(self.now, self.completed_tasks, self.views.pool_snapshots())

    def nodes(self, pool: str) -> tuple[NodeView, ...]:
        """Return the nodes of a pool as they are now."""
        return self.views.nodes(pool)

    def recording(self) -> Recording:
        """Return the record of everything so far; marked incomplete if the run is not over."""
        return self._record(last=False)

    def finish(self) -> Recording:
        """Return the record of a run that does not go on after that, without a copy of what it consists of."""
        return self._record(last=True)

    # ---- inside -------------------------------------------------------------------------------------------

    @property
    def _present(self) -> int:
        return max(self._reached, self.env.last_instant)

    @property
    def _first_open(self) -> int:
        """The first instant at which operations may still come."""
        if self.env.opened >= 0:
            return self.env.opened
        return self._present + 1 if self._has_begun else 0

    def _dated(self, operation: Operation | Mapping[str, Any]) -> Operation | Mapping[str, Any]:
        """Return an operation with the instant at which it comes."""
        if isinstance(operation, Mapping) and "at" not in operation:
            return {"at": format_duration(to_s(self._first_open)), **operation}
        return operation

    def _instant_of(self, asked: Operation) -> int:
        """Return when an operation comes; raise InputError where that is over, or after the end."""
        at = to_ms(asked.at)
        late = f"{asked.operation} at {asked.at:g} s comes too late"
        if at < self._first_open:
            raise InputError(f"{late}: the run has come to {self.now:g} s")
        if self._ends and at > self._horizon:
            raise InputError(f"{late}: the run ends at {to_s(self._horizon):g} s")
        return at

    def _go_to(self, instant: int) -> None:
        """Simulate up to the operations of an instant, which stays open for more; a run that was over goes on."""
        if self.env.opened == instant:
            return
        self._expect(instant - 1)
        self._has_begun = True
        self._made.supply.feed(instant, instant)
        self.env.run_kernels(instant - 1)
        self.env.samplers.forget(instant)
        self.env.open(instant)

    def _follow(self, instant: int) -> None:
        """Have a run without a horizon go on long enough to see what becomes of an instant."""
        if not self._ends:
            self._horizon = max(self._horizon, instant + LONGEST_RUN)

    def _expect(self, limit: int) -> None:
        """Simulate up to and including an instant at which something may come; a run that was over goes on."""
        self._stop_reason, self._end, self._settled = "", None, -1
        self._operations += 1
        self._advance(limit)
        self._operations -= 1

    @strict
    def _advance(self, limit: int) -> None:
        """Simulate up to and including an instant, or to the end."""
        if 0 <= self.env.opened <= limit:
            self.env.close()
        elif self.env.opened >= 0 or limit < 0:
            return
        self._has_begun = True
        env, supply, may_stop = self.env, self._made.supply, not self._ends
        while not self._stop_reason:
            if supply.expects:
                supply.feed(min(env.next_control(), limit + 1), limit)
            instant = env.run_kernels(limit)
            if may_stop:
                self._stop_reason = self._reason_to_stop()
                if self._stop_reason:
                    break
                instant = min(instant, self._last_tick)
            last = min(limit, self._horizon if self._settled < 0 else self._followed_until)
            if instant > last:
                self._reached = last
                self._stop_reason = self._reason_to_end_at(last)
                break
            env.settle(instant)

    def _end_old_tasks(self, part: Part) -> None:
        """Have those tasks of a part end that reach the longest life within the run."""
        if part.known and int(part.workload.submit[0]) + TASK_LIFETIME <= self._horizon:
            self.env.process(end_old_tasks(self.env, part, self.directory.jobs, self._horizon))

    def _schedule_creations(self) -> None:
        """Schedule the creation of the scenario's pools and jobs; operations, jobs and schedules create the others."""
        for pool in self.directory.pools[: len(self._announced.scenario.pools)]:
            self._schedule_creation(0, pool.create)
        for job, planned in zip(self.directory.jobs, self._made.backlog.jobs, strict=True):
            if planned.schedule < 0 and not planned.is_added:
                self._schedule_creation(job.due, job.create)

    def _schedule_creation(self, at: int, create: Callable[[], object]) -> None:
        """Schedule the creation of a pool or a job."""
        self._not_yet_created += 1

        def happen(_: object) -> None:
            self._not_yet_created -= 1
            create()

        self.env.at(at, OPERATIONS).callbacks.append(happen)

    def _last_instant(self) -> int:
        """Return the horizon, or where a run without one ends in any case."""
        announced = self._announced.scenario
        if announced.horizon is not None:
            return to_ms(announced.horizon)
        part = self._made.backlog.parts[0]
        known = [int(part.workload.submit[part.known - 1])] if part.known else []
        planned = [*(job.due for job in self.directory.jobs), *(to_ms(one.at) for one in announced.timeline)]
        return max([0, *known, *planned]) + LONGEST_RUN

    def _plan(self, operation: Operation) -> None:
        self._operations += 1
        self.env.at(to_ms(operation.at), OPERATIONS).callbacks.append(lambda _: self._perform(operation))

    def _perform(self, operation: Operation) -> None:
        self._operations -= 1
        self._made.backlog.begin_operation(is_announced=True)
        perform(self.directory, operation)

    def _handle_notices(self, number: int) -> None:
        handle_notices(self.env.kernels[number], self.directory.pools[number], self.directory.jobs)

    @property
    def _followed_until(self) -> int:
        """The instant until which nodes are followed that are left when the work is done."""
        rule = self._announced.scenario.options.bill_until
        if not isinstance(rule, BillAfter) or self._settled < 0:
            return self._horizon
        return min(self._settled + to_ms(rule.after), self._horizon)

    def _reason_to_end_at(self, last: int) -> str:
        """Return why the run ends at `last`, where nothing happens; empty if it only pauses there."""
        if last not in (self._horizon, self._followed_until):
            return ""
        self._end = last
        if last != self._horizon:
            return "work done"
        return "horizon" if self._ends else "longest run"

    def _reason_to_stop(self) -> str:
        """Return why nothing that matters can happen any more, empty if it can (`docs/model.md#end-of-a-run`)."""
        pools = self.directory.pools
        if self._work_goes_on():
            self._settled, self._last_tick = -1, NEVER
            return ""
        self.env.come_to_rest()
        quiet = self.env.clock - self._last_of_tasks
        self._last_tick = self._next_patience(quiet)
        if any(kernel.queues.waiting for kernel in self.env.kernels):
            may_go_on = any(job.will_time_out for job in self.directory.jobs)
            if may_go_on or any(pool.has_work(quiet) or pool.may_serve(quiet) for pool in pools):
                return ""
            self._settled = self._last_change()
            return "stalled"
        if any(pool.is_changed_by_operations for pool in pools):
            return ""
        if self._settled < 0:
            self._settled = self.env.last_instant
        return "" if self._lingers(quiet) else "work done"

    def _next_patience(self, quiet: int) -> int:
        """Return the first tick of a sampler at which the quiet has lasted longer than one more patience."""
        if not self.env.samplers.any:
            return NEVER
        ahead = [patience - quiet for patience in (LINGER, PATIENCE) if quiet < patience]
        return self.env.samplers.from_on(self.env.clock + ahead[0]) if ahead else NEVER

    def _work_goes_on(self) -> bool:
        """Return whether tasks, jobs or operations are under way or ahead."""
        if self._operations or self._not_yet_created or self._made.supply.expects or self._kernels_work():
            return True
        return any(job.has_work for job in self.directory.jobs) or any(one.has_work for one in self.directory.schedules)

    def _lingers(self, quiet: int) -> bool:
        """Return whether nodes that are left when the work is done are still followed."""
        rule, pools = self._announced.scenario.options.bill_until, self.directory.pools
        if isinstance(rule, BillAfter):
            return self.env.last_instant < self._followed_until and any(len(pool.members) for pool in pools)
        patience = PATIENCE if rule == "gone" else LINGER
        return quiet < patience and any(pool.may_still_shrink for pool in pools)

    def _last_change(self) -> int:
        """Return when the last thing happened in a run that stalls; what formulas ask for in vain is nothing."""
        if not any(pool.scales_itself for pool in self.directory.pools):
            return self.env.last_instant
        states = self.directory.world.record.states
        return max([self._last_of_tasks, *(max(row.start, row.end) for row in states)])

    @property
    def _last_of_tasks(self) -> int:
        """When a task last arrived, ended or was placed by its kernel."""
        return max((kernel.now for kernel in self.env.kernels), default=0)

    def _kernels_work(self) -> bool:
        """Return whether tasks run or arrive by themselves; the kernel that did when last asked is asked first."""
        kernels = self.env.kernels
        if self._at_work < len(kernels) and _is_at_work(kernels[self._at_work]):
            return True
        for number, kernel in enumerate(kernels):
            if _is_at_work(kernel):
                self._at_work = number
                return True
        return False

    @strict
    def _record(self, *, last: bool) -> Recording:
        """Return the record of everything so far; the `last` one takes what the run consists of."""
        end = self._present if not self._stop_reason else self.env.last_instant if self._end is None else self._end
        self._made.supply.complete()
        world = self.directory.world
        recorder = world.record if last else world.record.copy()
        recorder.finish(end)
        facts = RunFacts(end, self._stop_reason, self._settled)
        return collect(self.log.prepared, self._made, self.replication, recorder, facts, is_last=last)


def simulate(scenario: Scenario | Prepared, replication: int = 0) -> Recording:
    """Run one replication of `scenario` to its end and return its recording."""
    simulation = Simulation(scenario, replication)
    simulation.advance()
    return simulation.finish()


def _is_at_work(kernel: Kernel) -> bool:
    return bool(kernel.running or kernel.expects or kernel.notices.waiting)
