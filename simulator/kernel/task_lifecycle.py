"""The life of a task in the kernel: submitted, placed, ended by itself or from outside, back in its queue or done."""

from simulator.kernel.task_columns import TaskColumns
from simulator.states import Outcome, TaskState

NONE = -1
ACTIVE = int(TaskState.ACTIVE)
RUNNING = int(TaskState.RUNNING)
COMPLETED = int(TaskState.COMPLETED)
SUCCEEDED = int(Outcome.SUCCEEDED)
FAILED = int(Outcome.FAILED)
TERMINATED = int(Outcome.TERMINATED)
EXPIRED = int(Outcome.EXPIRED)
UNPREPARED = int(Outcome.UNPREPARED)
UNFETCHED = int(Outcome.UNFETCHED)


class TaskLifecycle(TaskColumns):
    """What moves a task from one state to the next."""

    # ---- into the queue and out of it ---------------------------------------------------------------------

    def submit_now(self, task: int) -> None:
        """Add one task."""
        self.state[task] = ACTIVE
        if self.notices.growing:
            self.notices.added(self.job_of(task))
        queue = self.queue[task]
        if self.random_order:
            is_manager = task == self.eligibility.manager(self.job_of(task))
            self.queues.put_at(task, NONE if is_manager else self.random.draw(1 << 30))
        elif self.retry_at_tail:
            self.queues.to_tail(task)
        if self.parents.any and self.parents.missing[task]:
            self.blocked += 1
        elif self.never_fits[self.queues.shape[queue]]:
            self._park(task)
        elif self.random_order:
            self.queues.put_back(task, queue)
        else:
            self.queues.put(task, queue)
        if self.eligibility.any:
            self.eligibility.wait(self.job_of(task), task)

    def _put_back(self, task: int) -> None:
        """Queue a task again at its place."""
        self.state[task] = ACTIVE
        self.queues.put_back(task, self.queue[task])
        if self.eligibility.any:
            self.eligibility.wait(self.job_of(task), task)

    def start(self, task: int, shape: int, node: int, now: int) -> None:
        """Put a task on `node`, or where else rules want it."""
        if self.special or self.nodes.instances[shape] > 1:
            self._start_specially(task, shape, node, now)
        else:
            if self.chooses:
                node = self._one_of_those_with_room(task, shape, node)
            self.running_of_shape[shape] += 1
            self.cell[task] = self.nodes.take(node, shape, task)
            self.calendar.push(self.begin_attempt(task, node, now))
            if self.jobs.tracked:
                self.jobs.started(self.job_of(task))

    def start_on(self, task: int, nodes: list[int], now: int) -> None:
        """Start a waiting task on nodes that a planner has found for it (`places`), wherever the task stands."""
        queue = self.queue[task]
        shape = self.queues.shape[queue]
        self.queues.remove(task, queue)
        self._decided = nodes
        self.start(task, shape, nodes[0], now)
        self._decided = []

    def places(self, task: int) -> list[int]:
        """Return the nodes on which a waiting task would start now by the rules of the pool; none without room."""
        queue = self.queue[task]
        shape = self.queues.shape[queue]
        count = self.nodes.instances[shape]
        if self.eligibility.any:
            found = self.eligibility.places(self.queues.job[queue], task, shape, count)
        elif count > 1:
            found = self.nodes.gang(count)
        else:
            node = self.nodes.find(shape)
            found = [] if node == NONE else [node]
        if len(found) < count:
            return []
        if self.chooses and (count == 1 or self.placer is not None):
            found = self._chosen(task, shape, found, count)
        return found if count > 1 else [self._wished(task, shape, found[0])]

    def begin_attempt(self, task: int, node: int, now: int) -> int:
        """Begin an ordinary attempt; return its entry in the calendar."""
        end = now + self._span[task]
        if end > self.last_instant:
            end = self.last_instant
        outcome = FAILED if self.fallible and self._fails(task) else SUCCEEDED
        self.state[task] = RUNNING
        self.row[task] = self.attempts.append(task, node, now, end, outcome)
        return end << self.bits | task

    def _one_of_those_with_room(self, task: int, shape: int, node: int) -> int:
        """Return the node that was decided on, or else choose one; `node` is the first that has room."""
        chosen = self._decided or self._chosen(task, shape, [node], 1)
        return chosen[0]

    def _chosen(self, task: int, shape: int, found: list[int], count: int) -> list[int]:
        """Return as many nodes with room as `count`; `found` are the first ones by the fill type."""
        if self.placer is None:
            return [self._one_of_equals(shape, found[0])]
        if self.eligibility.any:
            able = self.eligibility.places(self.job_of(task), task, shape, self.nodes.count)
        else:
            able = self.nodes.with_room(shape)
        return list(self.placer.choose(task, shape, sorted(able), count))

    def _one_of_equals(self, shape: int, node: int) -> int:
        """Draw one of the nodes as good as the one found."""
        equals = self.nodes.equals(node, shape)
        return equals[self.random.draw(len(equals))]

    def _start_specially(self, task: int, shape: int, found: int, now: int) -> None:
        """Do the same for multi-instance tasks, and where rules of jobs and tasks decide where and how long."""
        outcome = FAILED if self.fallible and self._fails(task) else SUCCEEDED
        count = self.nodes.instances[shape]
        if self._decided:
            nodes = self._decided
        elif count > 1:
            nodes = self.eligibility.members if self.eligibility.any else self.nodes.gang(count)
            if self.placer is not None:
                nodes = self._chosen(task, shape, nodes, count)
        else:
            chosen = self._chosen(task, shape, [found], 1) if self.chooses else [found]
            nodes = [self._wished(task, shape, chosen[0])]
        end = now + self._span[task]
        self.eligibility.start(self.job_of(task), task)
        if self._extends_attempts:
            self._plan(task, nodes, now, outcome)
            end = self.work.end
            if self._shares and self.work.outcome != UNPREPARED and self.work.begin <= self.work.deadline:
                end = self.work.begin
                upload = self._upload_ms[task] if len(self._upload_ms) else 0
                left = self._span[task] - self._setup_ms[task] - upload
                self.sharing.expect(task, shape, nodes[0], left, upload, self.work.deadline, outcome)
            outcome = self.work.outcome
        end = min(end, self.last_instant)
        self.state[task] = RUNNING
        self.running_of_shape[shape] += 1
        self.row[task] = self.attempts.count
        self.calendar.push(end << self.bits | task)
        for instance, node in enumerate(nodes):
            self.cell[task] = self.nodes.take(node, shape, task)
            row = self.attempts.append(task, node, now, end, outcome)
            self.attempts.instance[row] = instance
        if self.jobs.tracked:
            self.jobs.started(self.job_of(task))

    def _wished(self, task: int, shape: int, node: int) -> int:
        """Return the node that a task wishes for if it is there and has room (affinity is a soft wish), else `node`."""
        if len(self._wish) == 0 or self._wish[task] == NONE:
            return node
        wished = self.wishes[self._wish[task]]
        if wished == NONE or not self.nodes.fits(wished, shape):
            return node
        return wished if self.eligibility.allows(self.job_of(task), task, shape, wished) else node

    def _plan(self, task: int, nodes: list[int], now: int, outcome: int) -> None:
        """Plan the end of an attempt that does not follow from its task's span."""
        self.work.plan(task, self.job_of(task), nodes, now, outcome, self.retries[task], self.attempts.count)
        if self.work.wait:
            for instance in range(len(nodes)):
                self.work.waits[self.attempts.count + instance] = self.work.wait
        if self.work.pull:
            self.work.pulled[self.attempts.count] = self.work.pull
        if self.work.crowds:
            self.notices.crowds(self.attempts.count)

    # ---- inside: ends -----------------------------------------------------------------------------------

    def is_valid(self, entry: int) -> bool:
        task = entry & self.mask
        return self.state[task] == RUNNING and self.attempts.end[self.row[task]] == entry >> self.bits

    def _finish(self, task: int) -> None:
        """End an attempt whose process has ended by itself, or that ran out of time."""
        if self._extends_attempts and self._ends_specially(task):
            pass
        elif self.fallible and self._fails(task):
            self._fail(task)
        else:
            self.release(task)
            self.mark_completed(task, False)
            if self.parents.any:
                self.unblock(task, False)

    def _ends_specially(self, task: int) -> bool:
        """End an attempt that could not begin on its node, note one that runs out of time; return whether it was one.

        Where cores are shared this may also be the beginning of its process.
        """
        first = self.row[task]
        if self._shares and self.sharing.is_to_begin(task):
            self.stale += self.sharing.begin(task, self.attempts.end[first])
            return True
        outcome = self.attempts.outcome[first]
        if outcome == EXPIRED:
            if task in self.overdue:
                self.stale -= 1  # its end stood twice in the calendar
            else:
                self.overdue.append(task)
            return True
        if self._shares:
            if self.sharing.is_to_upload(task):
                self.stale += self.sharing.upload(task, self.attempts.end[first])
                return True
            self.stale += self.sharing.end(task, self.attempts.end[first])
        if first in self.work.sickened:
            self._fail(task)
            return True
        if outcome == UNFETCHED:
            self.parents.unfetched.add(task)
            self._give_up(task)
        elif outcome == UNPREPARED:
            job = self.job_of(task)
            for row in range(first, first + self.nodes.instances[self.queues.shape[self.queue[task]]]):
                if self.work.is_failing(job, self.attempts.node[row]):
                    self.eligibility.bar(job, self.attempts.node[row])
            self.release(task)
            self._put_back(task)
        return outcome == UNFETCHED or outcome == UNPREPARED

    def expire(self, now: int) -> None:
        """End the attempts whose time limit is reached, but for those that have ended at this instant already."""
        overdue = self.overdue
        self.overdue = []
        for task in overdue:
            if self._shares:
                self.stale += self.sharing.end(task, now)
            self._give_up(task)

    def _fails(self, task: int) -> bool:
        """Return whether the present attempt of a task fails."""
        failures = self.failures[task]
        return failures < 0 or failures > self.retries[task]

    def _fail(self, task: int) -> None:
        """End an attempt that failed by itself."""
        limit = self._max_retries[task]
        if 0 <= limit <= self.retries[task]:
            self._give_up(task)
        else:
            self._try_again(task)

    def _try_again(self, task: int) -> None:
        """Put a task whose attempt failed back into its queue."""
        self.release(task)
        if self._extends_attempts:
            self.work.failed(task)
        self.retries[task] += 1
        if self.retry_at_tail and task != self.eligibility.manager(self.job_of(task)):
            self.state[task] = ACTIVE
            self.queues.to_tail(task)
            self.queues.put(task, self.queue[task])
        else:
            self._put_back(task)

    def _give_up(self, task: int) -> None:
        """Complete a task as a failure."""
        self.release(task)
        self.failed += 1
        self.mark_completed(task, True)
        if self.parents.any:
            self.unblock(task, True)

    def stop(self, task: int, now: int, outcome: int) -> None:
        """End an attempt from outside: the task goes back to its queue, or is completed if `TERMINATED`."""
        first = self.row[task]
        lasted = now - self.attempts.assigned[first]
        self._interrupt(task, now, outcome)
        self.release(task)
        if self._shares:
            before = self.work.waits.get(first, 0) + self.work.pulled.get(first, 0) + self._setup_ms[task]
            self.work.stopped(task, first, before + self.sharing.worked, lasted)
        elif self._extends_attempts:
            self.work.stopped(task, first, lasted, lasted)
        if outcome == TERMINATED:
            self.failed += 1
            self.mark_completed(task, True)
        else:
            self._put_back(task)

    def fail(self, task: int, now: int) -> None:
        """End an attempt as a failure of its process: a disk has no room for what it writes."""
        self.work.full.add(self.row[task])
        self._interrupt(task, now, FAILED)
        self._fail(task)

    def _interrupt(self, task: int, now: int, outcome: int) -> None:
        """End the attempt of a task at another instant than the one that was planned for it."""
        first = self.row[task]
        for row in range(first, first + self.nodes.instances[self.queues.shape[self.queue[task]]]):
            self.attempts.end[row] = now
            self.attempts.outcome[row] = outcome
        if task in self.overdue:
            self.overdue.remove(task)
        else:
            self.stale += 1
        if self._shares:
            self.stale += self.sharing.withdraw(task, now)

    def release(self, task: int) -> None:
        """Release what the attempt of a task holds."""
        if self.queues.listed:
            self.released.append(task)
        shape = 0 if self.is_uniform else self.queues.shape[self.queue[task]]
        self.running_of_shape[shape] -= 1
        if self.nodes.instances[shape] > 1:
            first = self.row[task]
            for row in range(first, first + self.nodes.instances[shape]):
                node = self.attempts.node[row]
                self.nodes.release(node, shape)  # nodes of one slot: node and cell are the same
                if self.notices.armed:
                    self.notices.emptied(node)
        else:
            cell = self.cell[task]
            self.cell[self.nodes.release(cell, shape)] = cell
            if self.notices.armed and self.nodes.held[cell // self.nodes.slots] == 0:
                self.notices.emptied(cell // self.nodes.slots)
        if self.jobs.tracked:
            self.jobs.ended(self.job_of(task))

    def mark_completed(self, task: int, failed: bool) -> None:
        """Count a task as completed."""
        self.state[task] = COMPLETED
        self.completed += 1
        if self.notices.armed:
            self.notices.completed(task, self.job_of(task), failed)

    def _park(self, task: int) -> None:
        self.parked += 1
        self.parked_of_shape[self.queues.shape[self.queue[task]]] += 1

    def unblock(self, task: int, failed: bool) -> bool:
        """Queue the tasks that waited for `task` alone; return whether there are any."""
        before = self.blocked
        parents = self.parents
        if not parents.releases_children(task, failed):
            return False
        for at in range(parents.children_from[task], parents.children_from[task + 1]):
            self._release_child(parents.children[at])
        if parents.later:
            for child in parents.later.get(task, ()):
                self._release_child(child)
        return self.blocked < before

    def _release_child(self, child: int) -> None:
        """Note that one task less is waited for; queue the one that waited if it was the last."""
        self.parents.missing[child] -= 1
        if self.parents.missing[child] == 0 and self.state[child] == ACTIVE:
            self.blocked -= 1
            if self.never_fits[self.queues.shape[self.queue[child]]]:
                self._park(child)
            else:
                self.queues.put_back(child, self.queue[child])
