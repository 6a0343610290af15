"""The fast path: instants of a plain pool, settled without going through the phases.

In a plain pool tasks do nothing but arrive, wait, run and succeed. Most of its instants are of three kinds. Attempts
end while tasks wait: the slots go to the next tasks that fit, and no pass over queues and nodes is needed. An attempt
ends and leaves room for none of them but perhaps together with what was free: the pass looks at that node alone. Or no
task waits: attempts end, and a task starts as it arrives.
"""

from array import array
from collections.abc import Sequence

from simulator.kernel.audit import AUDITED, Contract
from simulator.kernel.inputs import Shape
from simulator.kernel.phases import Phases
from simulator.states import TaskState
from simulator.units import NEVER

NONE = -1
COMPLETED = int(TaskState.COMPLETED)
FOREVER = int(NEVER)
TOGETHER = 64
"""At most this number of tasks that end at one instant are replaced at once; where more end, a pass follows."""


class FastPath:
    """Settles an instant alone and reports that, or changes nothing.

    This is the contract of both entries: `settle` for the next instant, `settle_many` for the instants from there on.
    `Kernel.advance` alone calls them, and settles by the phases (`complete`, `arrive`, `dispatch`) what they leave.

    Before: all earlier instants are settled, the top of the calendar is valid, and nothing in the pool has changed
    since its last pass. Where a notice waits, nothing is changed.

    After an instant that is settled, the pool is what the phases would have made of it, random draws included: no
    attempt is due before the end of the instant but those of length zero that have just begun, and no waiting task has
    room. Where a notice has come up, only the completions are applied, as by the phases: `advance` returns.

    After an instant that is not settled, the pool is as before, random draws included.

    Both are asserted where the build asks for it (`simulator/kernel/audit.py`).
    """

    __slots__ = ("_contract", "_ended", "_is_single", "is_plain")

    def __init__(self) -> None:
        self.is_plain = True
        """Whether tasks do nothing but arrive, wait, run and succeed."""
        self._is_single = True
        """Whether one node is enough for each task."""
        self._ended = array("q", bytes(8 * TOGETHER))
        """The attempts that have just ended, `cell << bits | task`, in order."""
        self._contract = Contract()

    def look_at(self, pool: Phases, shapes: Sequence[Shape]) -> None:
        """Note what tasks may do that have come to the pool, with some `shapes` that none had before."""
        unusual = pool.special or pool.fallible or pool.random_order or pool.retry_at_tail or pool.chooses
        self.is_plain = not (unusual or pool.displaces or pool.each_event or pool.queues.listed)
        self._is_single = self._is_single and all(shape.instances == 1 for shape in shapes)

    def settle(self, pool: Phases, now: int) -> bool:
        """Settle `now`, the instant at which the next attempts end, and return True, or change nothing."""
        assert not AUDITED or self._contract.opens(pool)
        is_settled = False
        if self.is_plain and pool.completed_at != now and pool.next_submit != now and not pool.notices.waiting:
            is_one = pool.calendar.is_alone(pool.bits)
            if is_one or self._are_alike(pool):
                pool.completed_at = now
                pool.rounds = 1
                pool.now = now
                if is_one:
                    self._end_one(pool, now)
                else:
                    self._end_several(pool, now)
                is_settled = True
        assert not AUDITED or self._contract.closes(pool, now + 1, is_settled)
        return is_settled

    def settle_many(self, pool: Phases, until: int, most: int) -> int:
        """Settle instants before `until` at which no task waits and one that arrives starts; return how many events.

        It stops before the first instant at which anything else happens, after one with a notice, and after `most`
        events. Most instants of a pool that keeps up with its work are settled here: one loop in which nothing is
        asked twice.
        """
        if not self._is_quiet(pool):
            return 0
        assert not AUDITED or self._contract.opens(pool)
        events = self._run(pool, until, most)
        assert not AUDITED or self._contract.closes(pool, until, events > 0)
        return events

    # ---- one instant ------------------------------------------------------------------------------------

    def _end_one(self, pool: Phases, now: int) -> None:
        """End the only attempt that ends at `now`, and start the tasks that fit then.

        No waiting task had room in the last pass, and nothing has been freed since: what is freed here decides, but for
        tasks that have waited for this one and may fit elsewhere.
        """
        calendar, queues, nodes = pool.calendar, pool.queues, pool.nodes
        done = calendar.top & pool.mask
        queue = pool.queue[done]
        cell = pool.cell[done]
        node = cell // nodes.slots
        pool.mark_completed(done, False)
        others_fit = pool.parents.any and pool.unblock(done, False) and nodes.room.size > 0
        successor = NONE if others_fit or queues.open_jobs == 0 else self._successor(pool, queue, node)
        shape = queues.shape[queue]
        if successor == NONE:
            calendar.pop()
            pool.release(done)
            if queues.open_jobs and not pool.notices.waiting:
                if not others_fit and self._is_local(pool, node):
                    pool.dispatch_on(node, now)
                else:
                    pool.dispatch(now)
        else:
            calendar.replace(self._hand_over(pool, cell, shape, successor, now))
            if shape != queues.shape[successor] and nodes.free_slots[node]:
                self._use_up(pool, queues.job[successor], node, now)

    def _successor(self, pool: Phases, queue: int, node: int) -> int:
        """Return the queue of the next task that fits where one of `queue` ends; −1 where only a pass can find it.

        Where all tasks are alike, a job has one queue.
        """
        queues, nodes = pool.queues, pool.nodes
        if pool.notices.waiting or pool.jobs.tracked or nodes.serving[node] == 0:
            return NONE
        if pool.is_uniform:  # the next task has room there, whichever it is
            return queues.first_of_job[pool.order.next_to_serve()] if queues.is_alone[queue] else NONE
        if queues.open_jobs > 1:
            return NONE
        job = queues.job[queue]
        if queues.waiting_of_job[job] == 0 or queues.gate[job]:
            job = pool.order.next_to_serve()
        elif queues.is_alone[queue]:
            return queue
        if not self._is_single:
            return NONE
        shape = queues.shape[queue]
        return pool.placement.first_that_fits(
            job,
            nodes.free_slots[node] + nodes.needed_slots[shape],
            nodes.free_cores[node] + nodes.needed_cores[shape],
            nodes.free_memory[node] + nodes.needed_memory[shape],
        )

    def _hand_over(self, pool: Phases, cell: int, shape: int, successor: int, now: int) -> int:
        """Start the next task of a queue where one of `shape` has ended; return its entry in the calendar."""
        task = pool.queues.take(successor)
        pool.order.last = pool.queues.job[successor]
        pool.cell[task] = cell
        node = cell // pool.nodes.slots
        other = pool.queues.shape[successor]
        if shape == other:
            pool.nodes.replace(cell, task)
        else:
            pool.running_of_shape[shape] -= 1
            pool.running_of_shape[other] += 1
            pool.nodes.exchange(node, cell, shape, other, task)
        return pool.begin_attempt(task, node, now)

    def _use_up(self, pool: Phases, job: int, node: int, now: int) -> None:
        """Start tasks of `job`, the only one that is served, on `node` until none has room there."""
        nodes, placement = pool.nodes, pool.placement
        while True:
            queue = placement.first_that_fits(
                job, nodes.free_slots[node], nodes.free_cores[node], nodes.free_memory[node]
            )
            if queue == NONE:
                break
            pool.start(pool.queues.take(queue), pool.queues.shape[queue], node, now)
        if nodes.mixed:
            nodes.reopen(node)

    def _is_local(self, pool: Phases, node: int) -> bool:
        """Return whether what one end has freed on `node` is all that can matter to the tasks that wait.

        Tasks of jobs that are not served may have room elsewhere, and a pass draws a job where any waiting task has.
        """
        return (
            self._is_single and pool.queues.shut_jobs == 0 and pool.nodes.serving[node] == 1 and not pool.jobs.tracked
        )

    def _are_alike(self, pool: Phases) -> bool:
        """Return whether tasks differ in nothing that matters where several end at one instant."""
        return pool.is_uniform and not (pool.parents.any or pool.notices.armed or pool.jobs.tracked)

    def _end_several(self, pool: Phases, now: int) -> None:
        """End tasks on nodes that have room for one more each then, and so are equally good but for their number."""
        calendar, ended, queues = pool.calendar, self._ended, pool.queues
        count = self._gather(pool, now)
        is_orderly = queues.open_jobs > 0 and calendar.top >> pool.bits != now and self._put_in_order(pool, count)
        while count:
            for at in range(count):
                if is_orderly and queues.open_jobs:
                    successor = queues.first_of_job[pool.order.next_to_serve()]
                    calendar.push(self._hand_over(pool, ended[at] >> pool.bits, 0, successor, now))
                else:
                    pool.release(ended[at] & pool.mask)
            count = 0 if is_orderly else self._gather(pool, now)
        if queues.open_jobs and not is_orderly:
            pool.dispatch(now)

    def _gather(self, pool: Phases, now: int) -> int:
        """Complete the tasks that end at `now`, `TOGETHER` at most; return how many are in `_ended` then.

        Loops this small let a processor wait for several places in memory at once.
        """
        calendar, ended, bits = pool.calendar, self._ended, pool.bits
        count = 0
        while count < TOGETHER and calendar.size and calendar.top >> bits == now:
            entry = calendar.top
            calendar.pop()
            if pool.stale and not pool.is_valid(entry):
                pool.stale -= 1
            else:
                task = entry & pool.mask
                ended[count] = task
                count += 1
                pool.mark_completed(task, False)  # at once: an entry that is not valid may have a valid twin
        for at in range(count):
            task = ended[at]
            cell = pool.cell[task]
            ended[at] = cell << bits | task
        return count

    def _put_in_order(self, pool: Phases, count: int) -> bool:
        """Sort what has ended by nodes; return whether each is alone on its node, and nodes take tasks."""
        ended, bits, slots = self._ended, pool.bits, pool.nodes.slots
        is_orderly = True
        for at in range(count):
            entry = ended[at]
            place = at
            while place and ended[place - 1] > entry:
                ended[place] = ended[place - 1]
                place -= 1
            ended[place] = entry
        before = NONE
        for at in range(count):
            node = (ended[at] >> bits) // slots
            if node == before or pool.nodes.serving[node] == 0:
                is_orderly = False
            before = node
        return is_orderly

    # ---- many instants ----------------------------------------------------------------------------------

    def _is_quiet(self, pool: Phases) -> bool:
        """Return whether no task waits, and an arrival or an end is nothing more."""
        return (
            pool.queues.open_jobs == 0
            and self.is_plain
            and self._is_single
            and not (
                pool.stale or pool.parents.any or pool.notices.growing or pool.notices.waiting or pool.jobs.tracked
            )
        )

    def _run(self, pool: Phases, until: int, most: int) -> int:
        """Settle instants in one loop, with what changes at each of them beside it."""
        calendar, queues, nodes, notices = pool.calendar, pool.queues, pool.nodes, pool.notices
        cells, running, submits, bits, last = pool.cell, pool.running_of_shape, pool.submit, pool.bits, pool.count - 1
        now, submit, arrived = pool.now, pool.next_submit, pool.arrived
        horizon = min(until, pool.last_instant + 1)  # what an empty calendar shows is not before it
        events = 0
        while True:
            due = calendar.top >> bits
            if due < submit:
                if due >= horizon:
                    break
                task = calendar.top & pool.mask
                calendar.pop()
                now = due
                if notices.armed:
                    pool.mark_completed(task, False)
                    pool.release(task)
                    if notices.waiting:
                        horizon = now + 1  # what is left of this instant, and no later one
                else:  # what these two do where no notice is asked for: a call costs the interpreter as much
                    pool.state[task] = COMPLETED
                    pool.completed += 1
                    shape = queues.shape[pool.queue[task]]
                    running[shape] -= 1
                    cell = cells[task]
                    cells[nodes.release(cell, shape)] = cell
            else:
                following = submits[arrived + 1] if arrived < last else FOREVER
                if submit == due or submit >= horizon or following == submit:
                    break
                shape = queues.shape[pool.queue[arrived]]
                job = queues.job[pool.queue[arrived]]
                node = nodes.find(shape) if queues.gate[job] == 0 else NONE
                if node == NONE:
                    break
                now = submit
                pool.order.last = job
                running[shape] += 1
                cells[arrived] = nodes.take(node, shape, arrived)
                calendar.push(pool.begin_attempt(arrived, node, now))
                arrived += 1
                submit = following
            events += 1
            if events == most:
                horizon = now + 1
        pool.now, pool.next_submit, pool.arrived = now, submit, arrived
        return events
