"""Run trials on one core, on many or on a cluster: the same outcomes, whoever runs them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import closing
from typing import Final

from simulator.errors import InputError
from simulator.experiment.crew import Crew, Done, Forked, Started, cells_of, may_fork
from simulator.experiment.processors import processors
from simulator.experiment.trial import Outcome, Trial, Wanted, failed, run_trial

TRIED: Final = 2
"""Trials that this process runs alone, to see how long one takes, before it asks whether others would help."""
BATCH_S: Final = 0.2
"""About what a batch should take, so that handing it over costs nothing beside it."""
SHARES: Final = 4
"""What is left is cut into at least so many batches for each worker, so that all end together."""
AHEAD: Final = 2
"""Batches under way for each worker."""
CHANCES: Final = 2
"""So often a trial may run alone on a worker that is lost before the trial is blamed."""


LOOK_S: Final = 0.2
"""So long between two looks at whether to stop."""


class WorkerLostError(RuntimeError):
    """The process that ran a trial ended: killed, or out of memory."""


def run_trials(
    trials: Iterable[Trial],
    wanted: Wanted | None = None,
    *,
    workers: int = 0,
    cluster: str | None = None,
    stop: Callable[[], bool] = bool,
) -> Generator[Outcome, None, None]:
    """Run trials and give their outcomes as they come; what they hold does not depend on who ran them.

    `workers` 0 means one for each processor of this machine; `cluster` is the address of a dask scheduler. `stop` is
    asked a few times a second whether to leave the rest undone.
    """
    wanted = Wanted() if wanted is None else wanted
    todo = deque(trials)
    if not todo:
        return
    size = workers or processors()
    if cluster is None:
        pace = Pace()
        while todo and not helps(pace, len(todo), size, Forked.start_s if may_fork() else Started.start_s):
            trial = todo.popleft()
            start = time.perf_counter()
            outcome = run_trial(trial.cell.prepared, trial.cell.number, trial.replication, wanted)
            pace.learn(1, time.perf_counter() - start)
            yield outcome
            if stop():
                return
        if todo:
            yield from _share(todo, wanted, _local_crew(min(size, len(todo)), todo), pace, stop)
        return
    from simulator.experiment.cluster import Cluster

    yield from _share(todo, wanted, Cluster(cluster), Pace(), stop)


def _local_crew(size: int, todo: Iterable[Trial]) -> Crew:
    """Return workers on this machine for some trials."""
    return Forked(size, cells_of(todo)) if may_fork() else Started(size)


def helps(pace: Pace, left: int, size: int, start_s: float) -> bool:
    """Return whether so many workers would finish what is left sooner than this process alone, their start included."""
    return size > 1 and left > 1 and pace.seen >= TRIED and pace.seconds * left * (1 - 1 / size) > start_s


def run_in_order(
    trials: Sequence[Trial],
    wanted: Wanted | None = None,
    *,
    workers: int = 0,
    cluster: str | None = None,
    on_outcome: Callable[[Outcome], object] | None = None,
) -> list[Outcome]:
    """Run trials and give their outcomes in the order of the trials; `on_outcome` is called with each as it comes."""
    found: dict[tuple[int, int], Outcome] = {}
    with closing(run_trials(trials, wanted, workers=workers, cluster=cluster)) as stream:
        for outcome in stream:
            found[outcome.key] = outcome
            if on_outcome is not None:
                on_outcome(outcome)
    return [found[trial.key] for trial in trials]


class Pace:
    """How many trials make a batch: as many as take about `BATCH_S`, from what has been seen so far."""

    def __init__(self) -> None:
        self.seen = 0
        """Trials."""
        self.seconds = 0.0
        """What one takes."""

    def learn(self, count: int, seconds: float) -> None:
        """Note how long trials took; newer ones count more."""
        each = seconds / count
        self.seconds = 0.7 * self.seconds + 0.3 * each if self.seen >= TRIED else each
        self.seen += count

    def take(self, todo: deque[Trial], workers: int) -> list[Trial]:
        """Take the next batch."""
        fits = int(BATCH_S / max(self.seconds, 1e-6)) if self.seen else 1
        fair = -(-len(todo) // (SHARES * workers))
        return [todo.popleft() for _ in range(max(1, min(fits, fair)))]


def _share(todo: deque[Trial], wanted: Wanted, crew: Crew, pace: Pace, stop: Callable[[], bool]) -> Iterator[Outcome]:
    """Keep a crew busy until everything is done; whoever stops listening stops it."""
    running: dict[Future[Done], list[Trial]] = {}
    is_whole = False
    try:
        while todo or running:
            while todo and len(running) < AHEAD * crew.size:
                batch = pace.take(todo, crew.size)
                running[_submitted(batch, wanted, crew)] = batch
            ended, _ = wait(running, timeout=LOOK_S, return_when=FIRST_COMPLETED)
            crew.look()
            is_stopped = stop()
            lost: list[Trial] = []
            for future in ended:
                batch = running.pop(future)
                error = _error(future)
                if error is None:
                    done = future.result()
                    pace.learn(len(batch), done.seconds)
                    yield from done.outcomes
                elif crew.is_loss(error):
                    lost += batch
                else:
                    raise error
            if is_stopped:  # after what has been finished was handed on
                return
            if lost and crew.die_together:
                lost += [trial for batch in running.values() for trial in batch]
                running.clear()
            yield from _one_by_one(lost, wanted, crew, stop)
        is_whole = True
    finally:
        crew.close(at_once=not is_whole)


def _one_by_one(trials: list[Trial], wanted: Wanted, crew: Crew, stop: Callable[[], bool]) -> Iterator[Outcome]:
    """Run the trials that a lost worker may have been at, each alone, to find out which of them it dies of."""
    for trial in trials:
        for chance in range(CHANCES):
            crew.recover()
            future = _submitted([trial], wanted, crew)
            while not wait([future], timeout=LOOK_S).done:
                crew.look()
                if stop():
                    return
            error = _error(future)
            if error is None:
                yield from future.result().outcomes
                break
            if not crew.is_loss(error):
                raise error
            if chance == CHANCES - 1:
                text = f"the worker process ended while it ran this trial, {CHANCES} times alone: {error}"
                yield failed(*trial.key, wanted, WorkerLostError(text))


def _submitted(batch: Sequence[Trial], wanted: Wanted, crew: Crew) -> Future[Done]:
    """Return the future of a batch; raise InputError where the system has no room for a process to run it."""
    try:
        return crew.submit(batch, wanted)
    except OSError as error:
        text = f"processes to share the work cannot be started: {error.strerror or error}; --workers 1 needs none"
        raise InputError(text) from None


def _error(future: Future[Done]) -> BaseException | None:
    """Return what a future that has ended raised."""
    try:
        return future.exception()
    except CancelledError as error:
        return error
