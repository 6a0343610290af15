"""What the control plane does to jobs and single tasks: end them, hold them back, bring them back, move them."""

from array import array
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from simulator.kernel.inputs import Tasks
from simulator.kernel.kernel import Kernel
from simulator.kernel.optional_rules import CLOSED, DISABLED, Rules
from simulator.states import Outcome, TaskState
from simulator.units import NEVER


def watch(kernel: Kernel, job: int, *, submitted_only: bool, coming: int = 0) -> bool:
    """Ask for a notice when all tasks of `job` have completed; return whether they have now.

    `submitted_only` leaves out those that are yet to come, `coming` of which the kernel does not know yet.
    """
    states = [TaskState.ACTIVE, TaskState.RUNNING] + ([] if submitted_only else [TaskState.PLANNED])
    unfinished = sum(len(kernel.tasks_of(job, state)) for state in states) + (0 if submitted_only else coming)
    kernel.notices.watch(job, unfinished, submitted_only)
    return unfinished == 0


def close(kernel: Kernel, job: int, now: int) -> None:
    """End a job: what runs is ended, what waits stays active for ever, what is yet to come is refused."""
    kernel.notices.forget(job)
    kernel.queues.shut(job, CLOSED)
    kernel.jobs.closed = True
    stop(kernel, job, now, Outcome.TERMINATED)
    kernel.abandoned += len(_withdraw(kernel, job))


def stop(kernel: Kernel, job: int, now: int, outcome: int) -> None:
    """End what runs of a job."""
    for task in kernel.tasks_of(job, TaskState.RUNNING):
        kernel.stop(task, now, outcome)


def date(kernel: Kernel, job: int, now: int) -> None:
    """Note that a job is created now, where that was not known before and decides whose turn it is."""
    if kernel.queues.created[job] >= NEVER:
        kernel.queues.date(job, now)


def stay_away(kernel: Kernel, job: int) -> None:
    """Accept no task of a job, which is on another pool: what is due is submitted there."""
    kernel.queues.shut(job, CLOSED)
    kernel.jobs.closed = True


def move(
    source: Kernel, target: Kernel, job: int, pairs: Iterable[tuple[int, int]], succeeded: AbstractSet[int]
) -> list[int]:
    """Hand a disabled job of which nothing runs over to the kernel of another pool; return the tasks that wait there.

    `pairs` are the numbers of its tasks in `source` and in `target`, `succeeded` those of `source` that have. What has
    completed is counted in `target` from now on; no checkpoint comes along.
    """
    source.notices.forget(job)
    waiting = set(_withdraw(source, job))
    stay_away(source, job)
    source.queues.reopen(job, DISABLED)
    target.queues.shut(job, DISABLED)
    target.queues.reopen(job, CLOSED)
    target.eligibility.led[job] = source.eligibility.led[job]
    source.eligibility.returning.discard(job)
    moved = []
    for before, task in pairs:
        target.retries[task] = source.retries[before]
        target.failures[task] = source.failures[before]
        if target.parents.any and source.parents.any:
            target.parents.missing[task] = source.parents.missing[before]
        if before in source.parents.unfetched:
            source.parents.unfetched.discard(before)
            target.parents.unfetched.add(task)
        source.work.failed(before)
        if before in waiting:
            moved.append(task)
        elif source.state[before] == TaskState.COMPLETED:
            _count_out(source, failed=before not in succeeded)
            target.completed += 1
            target.failed += before not in succeeded
        target.state[task], source.state[before] = source.state[before], TaskState.PLANNED
    for task in moved:
        target.submit_now(task)
    return moved


def disable(kernel: Kernel, job: int) -> None:
    """Start no more tasks of a job."""
    kernel.queues.shut(job, DISABLED)


def enable(kernel: Kernel, job: int) -> None:
    """Start tasks of a disabled job again."""
    kernel.queues.reopen(job, DISABLED)


def await_idle(kernel: Kernel, job: int) -> bool:
    """Ask for a notice when no task of a job runs; return whether none does now."""
    if job not in _track(kernel):
        return True
    kernel.notices.await_idle(job)
    return False


def limit(kernel: Kernel, job: int, most: int) -> None:
    """Limit how many tasks of a job run at once from now on; a negative number is no limit."""
    _track(kernel)
    kernel.jobs.limit(job, most)


def make_room(kernel: Kernel, job: int, *, yields: bool) -> None:
    """Let running tasks of a job yield to those of more important jobs from now on, or no more."""
    if not yields:
        kernel.displacement.keep(job)
        return
    none = Tasks(array("q"), array("q"), array("i"), array("i"), array("i"), [])
    kernel.append(none, rules=Rules(displaceable=[one == job for one in range(kernel.jobs.count)]))


def _track(kernel: Kernel) -> list[int]:
    """Count running tasks by job from now on; return the jobs of those that run, once for each."""
    running = [kernel.job_of(task) for task in range(kernel.count) if kernel.state[task] == TaskState.RUNNING]
    kernel.jobs.track(running)
    return running


def terminate(kernel: Kernel, task: int, now: int) -> None:
    """Complete a task that waits or runs as a failure."""
    if kernel.state[task] == TaskState.RUNNING:
        kernel.stop(task, now, Outcome.TERMINATED)
        return
    if not _leave_aside(kernel, task):
        _take_out(kernel, task)
    kernel.failed += 1
    kernel.mark_completed(task, failed=True)


def delete(kernel: Kernel, task: int, now: int, *, failed: bool) -> None:
    """Remove a task for good: one that waits or runs ends, one that has completed leaves the counts."""
    is_over = kernel.state[task] == TaskState.COMPLETED
    if is_over:
        kernel.removed += 1
    else:
        terminate(kernel, task, now)
        kernel.state[task] = TaskState.DELETED
    _count_out(kernel, failed=failed or not is_over)


def reactivate(kernel: Kernel, task: int) -> None:
    """Queue a failed task again, as if it had never run; its exit codes continue where they were."""
    done = kernel.retries[task] + 1
    if kernel.failures[task] > 0:
        kernel.failures[task] = max(kernel.failures[task] - done, 0)
    kernel.retries[task] = 0
    kernel.completed -= 1
    kernel.failed -= 1
    if kernel.parents.any:
        kernel.parents.again(task)
    kernel.submit_now(task)


def take_back(kernel: Kernel, tasks: Iterable[int]) -> None:
    """Plan tasks of a closed job again that had arrived at this instant."""
    for task in tasks:
        kernel.state[task] = TaskState.PLANNED
        kernel.abandoned -= 1


def refuse(kernel: Kernel, task: int) -> None:
    """Plan a task of a job again that goes on, which had arrived at this instant."""
    if not _leave_aside(kernel, task):
        _take_out(kernel, task)
    kernel.state[task] = TaskState.PLANNED


def _count_out(kernel: Kernel, *, failed: bool) -> None:
    """Take a completed task out of the counts."""
    kernel.completed -= 1
    kernel.failed -= failed


def _withdraw(kernel: Kernel, job: int) -> list[int]:
    """Take all active tasks of a job out of queues and counts; return them."""
    queue = kernel.queues.first_of_job[job]
    while queue >= 0:
        while kernel.queues.front[queue] >= 0:
            kernel.queues.take(queue)
        queue = kernel.queues.next_of_job[queue]
    waiting = kernel.tasks_of(job, TaskState.ACTIVE)
    for task in waiting:
        if not _leave_aside(kernel, task) and kernel.queues.listed:
            kernel.queues.remove(task, kernel.queue[task])
    return waiting


def _leave_aside(kernel: Kernel, task: int) -> bool:
    """Take an active task out of the counts of those that wait elsewhere than in a queue; return whether it was one."""
    shape = kernel.queues.shape[kernel.queue[task]]
    if kernel.parents.any and kernel.parents.missing[task]:
        kernel.blocked -= 1
        return True
    if kernel.never_fits[shape]:
        kernel.parked -= 1
        kernel.parked_of_shape[shape] -= 1
        return True
    return False


def _take_out(kernel: Kernel, task: int) -> None:
    """Take a task out of the middle of its queue; those of a job that has ended stand in none."""
    if not kernel.queues.gate[kernel.job_of(task)] & CLOSED:
        kernel.queues.remove(task, kernel.queue[task])
