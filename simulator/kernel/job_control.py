"""What the control plane does to jobs and single tasks: end them, hold them back, bring them back."""

from simulator.kernel.kernel import Kernel
from simulator.kernel.optional_rules import CLOSED, DISABLED
from simulator.states import Outcome, TaskState


def watch(kernel: Kernel, job: int, *, submitted_only: bool) -> bool:
    """Ask for a notice when all tasks of `job` have completed; return whether they have now.

    `submitted_only` leaves out those that are yet to come.
    """
    states = [TaskState.ACTIVE, TaskState.RUNNING] + ([] if submitted_only else [TaskState.PLANNED])
    unfinished = sum(len(kernel.tasks_of(job, state)) for state in states)
    kernel.notices.watch(job, unfinished, submitted_only)
    return unfinished == 0


def close(kernel: Kernel, job: int, now: int) -> None:
    """End a job: what runs is ended, what waits stays active for ever, what is yet to come is refused."""
    kernel.notices.forget(job)
    kernel.queues.shut(job, CLOSED)
    kernel.jobs.closed = True
    stop(kernel, job, now, Outcome.TERMINATED)
    for queue in range(kernel.queues.first_of_job[job], kernel.queues.first_of_job[job + 1]):
        while kernel.queues.front[queue] >= 0:
            kernel.queues.take(queue)
    for task in kernel.tasks_of(job, TaskState.ACTIVE):
        kernel.abandoned += 1
        _leave_aside(kernel, task)


def stop(kernel: Kernel, job: int, now: int, outcome: int) -> None:
    """End what runs of a job."""
    for task in kernel.tasks_of(job, TaskState.RUNNING):
        kernel.stop(task, now, outcome)


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


def reactivate(kernel: Kernel, task: int) -> None:
    """Queue a failed task again, as if it had never run; its exit codes continue where they were."""
    done = kernel.retries[task] + 1
    if kernel.tasks.failures[task] > 0:
        kernel.tasks.failures[task] = max(kernel.tasks.failures[task] - done, 0)
    kernel.retries[task] = 0
    kernel.completed -= 1
    kernel.failed -= 1
    if kernel.parents.any:
        kernel.parents.again(task)
    kernel.submit_now(task)


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
    """Take a task out of the middle of its queue."""
    queue = kernel.queue[task]
    waiting = []
    while kernel.queues.front[queue] >= 0:
        waiting.append(kernel.queues.take(queue))
    for other in waiting:
        if other != task:
            kernel.queues.put_back(other, queue)
