"""A running dask.distributed cluster as a crew (extra `cluster`)."""

from __future__ import annotations

import asyncio
import pickle
import re
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from typing import Any, Final
from uuid import uuid4

from simulator.errors import InputError
from simulator.experiment.axes import Cell
from simulator.experiment.crew import Done, cells_of, parts_of, run_batch
from simulator.experiment.trial import Trial, Wanted
from simulator.experiment.versions import versions
from simulator.extras import require

ANSWER_S: Final = 10
"""So long a scheduler has to answer, and then to show a worker."""
ADDRESS: Final = re.compile(r"(tcp|tls|ws|wss|ucx)://[^/\s]+:\d+")


class Cluster:
    """Workers of a dask scheduler; one of them lost costs time only, for the scheduler runs its batches again."""

    die_together = False

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = _connect(address)
        try:
            self.size = _threads(self._client, address)
            _same_versions(self._client, address)
        except BaseException:
            self._client.close()
            raise
        self._executor = self._client.get_executor(pure=False)
        self._run = uuid4().hex
        self._sent: dict[int, Any] = {}

    def submit(self, batch: Sequence[Trial], wanted: Wanted) -> Future[Done]:
        sources = [self._send(cell) for cell in cells_of(batch)]
        future: Future[Done] = self._executor.submit(run_batch, sources, parts_of(batch, self._run), wanted)
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
            raise InputError(f"--cluster: the scheduler at {self._address} went away in the middle of the work")
        return isinstance(error, KilledWorker)

    def recover(self) -> None:
        """Do nothing: the scheduler finds other workers."""

    def close(self, *, at_once: bool) -> None:
        self._executor.shutdown(wait=not at_once)
        self._client.close()


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
            f"--cluster: the scheduler at {address} has no worker after {ANSWER_S} s; "
            f"start some with: dask worker {address} --nworkers auto --nthreads 1"
        ) from None
    return max(1, sum(int(count) for count in client.nthreads().values()))


def mine() -> dict[str, str]:
    """Return this program's versions."""
    return versions()


def _same_versions(client: Any, address: str) -> None:
    """Refuse workers with other versions of what makes or carries the result."""
    try:
        client.get_versions(check=True)
        theirs = client.run(versions)
    except (ValueError, ImportError, RuntimeError) as error:
        raise InputError(f"--cluster: the workers at {address} differ from this program: {error}") from None
    here = mine()
    wrong = [
        f"{worker} has {name} {found.get(name)}, this program {here[name]}"
        for worker, found in theirs.items()
        for name in here
        if found.get(name) != here[name]
    ]
    if wrong:
        raise InputError(f"--cluster: the workers at {address} differ from this program: {'; '.join(wrong)}")
