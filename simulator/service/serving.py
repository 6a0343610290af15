"""Ports: the one that a session is served on, and those of the second futures that are asked for."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn

from simulator.errors import InputError
from simulator.service.app import App
from simulator.service.replies import RefusedError
from simulator.service.session import Session
from simulator.service_codes import ServiceCode

MOST_FORKS: Final = 16
"""Second futures that are served at once: each has a run of its own in memory."""


@dataclass(frozen=True, slots=True)
class Fork:
    """A second future that is served."""

    session: Session
    url: str
    server: uvicorn.Server
    running: asyncio.Task[None]


class Serving:
    """Serves a session until somebody stops it, and the second futures of it."""

    def __init__(self, host: str, port: int, out: Path | None = None) -> None:
        self.listening = listen(host, port)
        self.url = address(host, self.listening)
        self.forks: list[Fork] = []
        """In the order in which they were asked for."""
        self._host = host
        self._out = out

    def run(self, app: App) -> None:
        """Serve an application; every fork ends with it."""
        with self.listening:
            asyncio.run(self._run(app))

    async def fork(self, app: App, replication: int) -> str:
        """Serve what the session of an application has led to with the draws of a replication; return the address."""
        if len(self.forks) == MOST_FORKS:
            raise RefusedError(ServiceCode.INVALID_STATE, f"{MOST_FORKS} ports are open, and no more can be.")
        own = app.session.simulation.replication
        session = app.session.fork(None if replication == own else replication, self.log_of(len(self.forks) + 1))
        listening = listen(self._host, 0)
        server = _Beside(_config(app.beside(session)))
        running = asyncio.create_task(server.serve([listening]))
        self.forks.append(Fork(session, address(self._host, listening), server, running))
        return self.forks[-1].url

    def out_of(self, number: int) -> Path | None:
        """Return the directory of the n-th fork's record."""
        return None if self._out is None else self._out.with_name(f"{self._out.name}-fork-{number}")

    def log_of(self, number: int) -> Path | None:
        """Return where the log of the n-th fork grows."""
        out = self.out_of(number)
        return None if out is None else log_beside(out)

    async def _run(self, app: App) -> None:
        await uvicorn.Server(_config(app)).serve([self.listening])
        for fork in self.forks:
            fork.server.should_exit = True
        await asyncio.gather(*(fork.running for fork in self.forks))


class _Beside(uvicorn.Server):
    """A server that leaves signals to the first one."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: App) -> uvicorn.Config:
    """Return how an application is served; what clients ask is written down nowhere but in the log of operations."""
    return uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on")


def log_beside(out: Path) -> Path:
    """Return where the log of a session grows until the directory of its record is made."""
    return out.with_name(f"{out.name}.session.yaml")


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound; raise InputError where it cannot be."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise InputError(f"cannot listen on {host}, port {port}: {error.strerror}; give another --port") from None
    return listening


def address(host: str, listening: socket.socket) -> str:
    """Return the URL of a socket."""
    return f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
