"""A running dask.distributed cluster as a crew (extra `cluster`)."""

from __future__ import annotations

import asyncio
import logging
import pickle
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from typing import Any, Final
from uuid import uuid4

from simulator.errors import InputError
from simulator.experiment.axes import Cell
from simulator.experiment.crew import Done, Part, Source, cells_of, parts_of, run_batch
from simulator.experiment.trial import Trial, Wanted
from simulator.experiment.versions import versions
from simulator.extras import require

ANSWER_S: Final = 10
"""So long a scheduler has to answer, and then to show a worker."""
LOOK_S: Final = 2
"""So long between two looks at whether a worker is there."""
ALONE_S: Final = 60
"""So long work waits for a worker to come once all are gone: a restarted one takes some seconds."""
SILENT: Final = logging.CRITICAL + 1
ADDRESS: Final = re.compile(r"(tcp|tls|ws|wss|ucx)://[^/\s]+:\d+")


class LostClusterError(InputError):
    """The scheduler, or the last of its workers, went away while it had work of ours."""


class OtherVersionsError(RuntimeError):
    """A worker has not what this program has; the text names both."""


class Cluster:
    """Workers of a dask scheduler; one of them lost costs time only, for the scheduler runs its batches again."""

    die_together = False

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = _connect(address)
        self._levels = dict(_silenced())
        try:
            self.size = _threads(self._client, address)
            _same_versions(self._client, address)
        except BaseException:
            self._close()
            raise
        self._executor = self._client.get_executor(pure=False)
        self._run = uuid4().hex
        self._sent: dict[int, Any] = {}
        self._looked = self._manned = time.monotonic()
        """When it was last looked for workers, and when there was one."""

    def submit(self, batch: Sequence[Trial], wanted: Wanted) -> Future[Done]:
        sources = [self._send(cell) for cell in cells_of(batch)]
        parts = parts_of(batch, self._run)
        future: Future[Done] = self._executor.submit(run_if_equal, mine(), sources, parts, wanted)
        return future

    def _send(self, cell: Cell) -> Any:
        """Return the scheduler a scenario once; as a task of its own it survives the worker that holds it."""
        if cell.number not in self._sent:
            data = pickle.dumps(cell.scenario, pickle.HIGHEST_PROTOCOL)
            self._sent[cell.number] = self._client.submit(bytes, data, key=f"{self._run}-{cell.number}")
        return self._sent[cell.number]

    def is_loss(self, error: BaseException) -> bool:
        from distributed.scheduler import KilledWorker

        if isinstance(error, CancelledError | asyncio.CancelledError) or self._client.status != "running":
            raise self._lost("went away in the middle of the work") from None
        if isinstance(error, OtherVersionsError):  # of a worker that came later
            raise _refused(self._address, str(error)) from None
        if "No module named 'simulator" in f"{error} {error.__cause__}":
            raise _refused(self._address, LACKS) from None
        return isinstance(error, KilledWorker)

    def recover(self) -> None:
        """Do nothing: the scheduler finds other workers."""

    def look(self) -> None:
        """Raise LostClusterError where for a minute there has been no worker, or no answer from the scheduler."""
        if time.monotonic() - self._looked < LOOK_S:
            return
        why = f"has had no worker for {ALONE_S} s; {_how_to_start(self._address)}"
        try:
            workers = self._workers()
        except (OSError, TimeoutError):
            workers, why = None, f"has not answered for {ALONE_S} s"
        self._looked = time.monotonic()
        if workers:
            self._manned = self._looked
        elif self._looked - self._manned >= ALONE_S:
            raise self._lost(why)

    def _workers(self) -> Mapping[str, int]:
        """Return the threads of each worker, as the scheduler knows them now."""
        ask = self._client.scheduler.ncores
        found: Mapping[str, int] = self._client.sync(ask, workers=None, callback_timeout=ANSWER_S)
        return found

    def _lost(self, why: str) -> LostClusterError:
        return LostClusterError(f"--cluster: the scheduler at {self._address} {why}")

    def close(self, *, at_once: bool) -> None:
        self._executor.shutdown(wait=not at_once)
        self._close()

    def _close(self) -> None:
        self._client.close()
        for handler, level in self._levels.items():
            handler.setLevel(level)


def run_if_equal(expected: Mapping[str, str], sources: Sequence[Source], parts: Sequence[Part], wanted: Wanted) -> Done:
    """Run a batch on a worker whose versions are those expected, also where it joined after the first look."""
    other = _differences(versions(), expected)
    if other:
        raise OtherVersionsError(f"one has {other}")
    return run_batch(sources, parts, wanted)


def _differences(theirs: Mapping[str, str], ours: Mapping[str, str]) -> str:
    """Return what differs between the versions of a worker and of this program."""
    return ", ".join(
        f"{name} {theirs.get(name)}, this program {ours[name]}" for name in ours if theirs.get(name) != ours[name]
    )


def _silenced() -> Iterator[tuple[logging.Handler, int]]:
    """Keep what the library prints of lost connections off the terminal; yield how it was."""
    for handler in logging.getLogger("distributed").handlers:
        yield handler, handler.level
        handler.setLevel(SILENT)


def _connect(address: str) -> Any:
    """Get a client, or say within ten seconds why there is none."""
    if not ADDRESS.fullmatch(address):
        raise InputError(f"--cluster: expected an address like tcp://host:8786, not {address!r}")
    require("distributed", "--cluster")
    from distributed import Client

    try:
        client: Any = Client  # its types are its own business
        return client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"--cluster: no dask scheduler answers at {address} within {ANSWER_S} s ({reason}); "
            "start one with: dask scheduler --port 8786"
        ) from None


def _threads(client: Any, address: str) -> int:
    """Count the threads of all workers; wait a little for the first."""
    try:
        client.wait_for_workers(1, timeout=ANSWER_S)
    except TimeoutError:
        raise InputError(
            f"--cluster: the scheduler at {address} has no worker after {ANSWER_S} s; {_how_to_start(address)}"
        ) from None
    return max(1, sum(int(count) for count in client.nthreads().values()))


def _how_to_start(address: str) -> str:
    return f"start some with: dask worker {address} --nworkers auto --nthreads 1"


def mine() -> dict[str, str]:
    """Return this program's versions."""
    return versions()


def _same_versions(client: Any, address: str) -> None:
    """Refuse workers with other versions of what makes or carries the result, and those that lack it."""
    try:
        client.get_versions(check=True)
    except (ValueError, ImportError, RuntimeError) as error:
        raise _refused(address, str(error).splitlines()[0]) from None
    try:
        theirs = client.run(versions)
    except Exception as error:  # the library has no narrower one for what cannot be imported there
        if "No module named" not in str(error):
            raise
        raise _refused(address, LACKS) from None
    wrong = [f"{worker} has {other}" for worker, found in theirs.items() if (other := _differences(found, mine()))]
    if wrong:
        raise _refused(address, "; ".join(wrong))


LACKS: Final = "one has no poolsight; install the same version there"


def _refused(address: str, why: str) -> InputError:
    return InputError(f"--cluster: the workers at {address} differ from this program: {why}")
