"""Who runs trials: this process, the cores of this machine, or a dask cluster.

A crew takes batches and gives futures. Workers on this machine are forked where the system can do so safely: they have
all modules and what the scenarios' trials share from the beginning, and start in milliseconds. Elsewhere they are
started anew (joblib's loky), and a scenario goes to them once for each cell: to local workers as a file, to a cluster
as a value that its scheduler keeps; a worker that has it keeps it for the next batch.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

from simulator.experiment.axes import Cell
from simulator.experiment.trial import Outcome, Trial, Wanted, run_trial
from simulator.scenario.prepared import Prepared
from simulator.whole_files import scratch_folder

KEPT: Final = 8
"""Scenarios that a worker keeps."""
IDLE_S: Final = 30
"""After so many seconds without work a local worker ends."""
TAKE_S: Final = 0.001
"""So long between two looks at whether the executor has taken a batch, which it does at once."""

_numbers = count()

Source = str | bytes
"""Where a worker finds a scenario: the path of its file, or the pickle itself."""
Part = tuple[str, int, tuple[int, ...]]
"""Of one cell: the name of its scenario, its number, and the replications to run."""
_kept: dict[str, Prepared] = {}
_inherited: dict[str, dict[int, Prepared]] = {}
"""By experiment and cell: scenarios that forked workers find in their memory, as this process had them."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a batch, and how long it took."""

    outcomes: tuple[Outcome, ...]
    seconds: float


def run_batch(sources: Sequence[Source], parts: Sequence[Part], wanted: Wanted) -> Done:
    """Run the trials of a batch on a worker: of each part its scenario's name, cell and replications."""
    began = time.perf_counter()
    outcomes = []
    for source, (name, cell, replications) in zip(sources, parts, strict=True):
        scenario = _prepared(name, source)
        outcomes += [run_trial(scenario, cell, replication, wanted) for replication in replications]
    return Done(tuple(outcomes), time.perf_counter() - began)


def _prepared(name: str, source: Source) -> Prepared:
    found = _kept.get(name)
    if found is None:
        data = Path(source).read_bytes() if isinstance(source, str) else source
        found = Prepared(pickle.loads(data))  # noqa: S301 - our own
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[name] = found
    return found


def run_inherited(experiment: str, parts: Sequence[Part], wanted: Wanted) -> Done:
    """Run the trials of a batch on a worker that has had the scenarios since it was forked."""
    began = time.perf_counter()
    cells = _inherited[experiment]
    outcomes = [
        run_trial(cells[cell], cell, replication, wanted)
        for _, cell, replications in parts
        for replication in replications
    ]
    return Done(tuple(outcomes), time.perf_counter() - began)


class Crew(Protocol):
    """Somebody who runs batches."""

    size: int
    """How many batches run at once."""

    def submit(self, batch: Sequence[Trial], wanted: Wanted) -> Future[Done]:
        """Start a batch."""
        ...

    die_together: bool
    """Whether the loss of one worker loses every batch under way."""

    def is_loss(self, error: BaseException) -> bool:
        """Whether an error means that a worker was lost, not that the program is wrong."""
        ...

    def recover(self) -> None:
        """Get workers again after one was lost."""
        ...

    def look(self) -> None:
        """Raise InputError where nobody is left to do the work; called a few times a second while it goes on."""
        ...

    def close(self, *, at_once: bool) -> None:
        """Release what is held; `at_once` without waiting for what runs."""
        ...


def may_fork() -> bool:
    """Return whether this process can be forked safely: only where it has one thread, its libraries' included."""
    return sys.platform == "linux" and sum(1 for _ in Path("/proc/self/task").iterdir()) == 1


class Forked:
    """Copies of this process, with all that it has in memory."""

    die_together = True
    start_s: ClassVar[float] = 0.1
    """About how long they take to start."""

    def __init__(self, workers: int, cells: Sequence[Cell]) -> None:
        self.size = workers
        self._name = f"experiment {next(_numbers)}"
        _inherited[self._name] = {cell.number: cell.prepared for cell in cells}
        self._executor = self._start()

    def _start(self) -> ProcessPoolExecutor:
        # All of them are forked at the first batch, before the executor's own thread begins.
        return ProcessPoolExecutor(self.size, get_context("fork"), _prepare_fork, (os.getpid(),))

    def submit(self, batch: Sequence[Trial], wanted: Wanted) -> Future[Done]:
        return self._executor.submit(run_inherited, self._name, parts_of(batch, self._name), wanted)

    def is_loss(self, error: BaseException) -> bool:
        return isinstance(error, BrokenProcessPool | CancelledError)

    def recover(self) -> None:
        if self._executor._broken:  # noqa: SLF001 - nothing public shows it
            self._executor.shutdown()
            self._executor = self._start()

    def look(self) -> None:
        """Do nothing: the executor itself reports a process that ends, and `recover` starts others."""

    def close(self, *, at_once: bool) -> None:
        if at_once:
            for worker in list((self._executor._processes or {}).values()):  # noqa: SLF001 - the only way to end them
                worker.kill()
        self._executor.shutdown(cancel_futures=at_once)
        _inherited.pop(self._name, None)


class Started:
    """Processes of this machine that begin from nothing; they go on waiting for the next experiment for a while."""

    die_together = True
    start_s: ClassVar[float] = 1.5
    """About how long they take to start, each importing everything anew."""

    def __init__(self, workers: int) -> None:
        self.size = workers
        self._held = ExitStack()
        self._folder = self._held.enter_context(scratch_folder(Path(tempfile.gettempdir())))
        self._files: dict[int, str] = {}
        self._executor = self._start()
        self._not_taken: list[Future[Done]] = []
        """Batches that the executor had not yet passed on when it was last looked at."""

    def _start(self) -> Any:
        from joblib.externals.loky import get_reusable_executor

        return get_reusable_executor(
            self.size, timeout=IDLE_S, initializer=_prepare_worker, initargs=(os.getpid(), gc.get_threshold())
        )

    def submit(self, batch: Sequence[Trial], wanted: Wanted) -> Future[Done]:
        parts = parts_of(batch, self._folder.name)
        sources = [self._file(cell) for cell in cells_of(batch)]
        future: Future[Done] = self._executor.submit(run_batch, sources, parts, wanted)
        self._not_taken = [one for one in (*self._not_taken, future) if not _is_taken(one)]
        return future

    def _file(self, cell: Cell) -> str:
        if cell.number not in self._files:
            path = self._folder / f"{cell.number}.pickle"
            path.write_bytes(pickle.dumps(cell.scenario, pickle.HIGHEST_PROTOCOL))
            self._files[cell.number] = str(path)
        return self._files[cell.number]

    def is_loss(self, error: BaseException) -> bool:
        return isinstance(error, BrokenProcessPool | CancelledError)

    def recover(self) -> None:
        self._executor = self._start()

    def look(self) -> None:
        """Do nothing: the executor itself reports a process that ends, and starts those anew that it let go."""

    def close(self, *, at_once: bool) -> None:
        if at_once:
            # The executor's thread fails, aloud, on a batch that is dropped before the thread has taken it.
            while not all(_is_taken(one) for one in self._not_taken):
                time.sleep(TAKE_S)
            self._executor.shutdown(wait=True, kill_workers=True)
        self._held.close()


def _is_taken(future: Future[Done]) -> bool:
    return future.running() or future.done()


def _prepare_worker(parent: int, collected_after: tuple[int, int, int]) -> None:
    """Leave Ctrl-C to the process that the user sees, do not outlive it, and look for garbage as often as it does."""
    for name in ("SIGINT", "SIGHUP"):  # a terminal sends them to all; that process ends its workers itself
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a copy would only note it, as that process does
    gc.set_threshold(*collected_after)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _prepare_fork(parent: int) -> None:
    """Do likewise in a copy of that process; what it was born with is never garbage."""
    gc.freeze()
    _prepare_worker(parent, gc.get_threshold())


def _end_with(parent: int) -> None:
    """End this process soon after `parent`: a killed one cannot notify its workers, which wait for it in the pipe."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def cells_of(batch: Iterable[Trial]) -> list[Cell]:
    """Return the cells of a batch, each once, in order."""
    return list({trial.cell.number: trial.cell for trial in batch}.values())


def parts_of(batch: Sequence[Trial], experiment: str) -> list[Part]:
    """Return the parts of a batch, in the order of its cells; names are good for one experiment only."""
    parts: dict[int, list[int]] = {}
    for trial in batch:
        parts.setdefault(trial.cell.number, []).append(trial.replication)
    return [(f"{experiment}:{cell}", cell, tuple(replications)) for cell, replications in parts.items()]
