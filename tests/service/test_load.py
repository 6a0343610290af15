"""What requests cost, counted in calls of functions and in bytes that stay: neither machine nor moment matter."""

import cProfile
import gc
import pstats
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.engine.simulation import Simulation
from simulator.scenario import load
from simulator.service.session import Session, empty_account
from tests.service.client import Client, job_of, pool_of, task_of

BATCH = 100
CALLS_A_TASK = 1000
"""Of functions, for one of many tasks with command lines of their own: about 600 in November 2026."""


def calls(act: Callable[[], Any]) -> int:
    """Return how many functions are called."""
    profile = cProfile.Profile()
    profile.runcall(act)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def busy(tasks: int) -> Client:
    """Return a client of a job with many tasks, one of which has begun."""
    client = Client()
    client.post("/pools", pool_of(targetDedicatedNodes=1))
    client.post("/jobs", job_of())
    for begin in range(0, tasks, BATCH):
        add(client, begin)
    client.session.advance(600)
    return client


def add(client: Client, begin: int) -> None:
    bodies = [task_of(f"t{number}", f"/bin/bash -c 'sleep {86400 + number}'") for number in range(begin, begin + BATCH)]
    client.post("/jobs/j/addtaskcollection", {"value": bodies}, 200)


def test_tasks_cost_the_same_however_many_there_are() -> None:
    client = busy(BATCH)
    early = calls(lambda: add(client, BATCH))
    for begin in range(2 * BATCH, 20 * BATCH, BATCH):
        add(client, begin)
    late = calls(lambda: add(client, 20 * BATCH))
    assert late < 1.1 * early
    assert late < CALLS_A_TASK * BATCH


def test_a_listing_costs_in_proportion_to_its_page() -> None:
    """However many tasks the job has, and wherever the page begins."""
    few, many = busy(2 * BATCH), busy(20 * BATCH)

    def page(client: Client, **query: str) -> int:
        return calls(lambda: client.get("/jobs/j/tasks", maxresults="50", **query))

    small = page(few)
    assert page(many) < 1.1 * small
    assert page(many, __skiptoken="1900") < 1.1 * small
    assert calls(lambda: many.get("/jobs/j/tasks", maxresults="100")) < 2.2 * small


@pytest.mark.long
def test_polling_leaves_nothing_behind() -> None:
    """Clients look at everything, again and again: once each version was asked for, memory stays as it is."""
    client = busy(BATCH)

    def poll(turn: int) -> None:
        for one in range(10):
            query = {"api-version": f"20{one + 16}-06-01.{one}.{turn}"}
            for path in ("/pools", "/jobs/j", "/jobs/j/taskcounts", f"/jobs/j/tasks/t{one}", "/nodecounts"):
                client.get(path, **query)

    tracemalloc.start()
    try:
        for turn in range(20):
            poll(turn)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for turn in range(20, 30):
            poll(turn)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 10_000, "bytes, after 500 more requests"


def test_a_session_that_is_killed_can_be_replayed_from_its_log(tmp_path: Path) -> None:
    """Whatever was answered is in the file by then: a copy at any moment gives the same account."""
    log = tmp_path / "session.yaml"
    client = Client(session=Session(Simulation(empty_account(), replication=0), log=log))
    client.post("/pools", pool_of())
    client.post("/jobs", job_of())
    for turn in range(3):
        client.post("/jobs/j/tasks", task_of(f"t{turn}"))
        client.session.advance(45)
        left = tmp_path / f"left-{turn}.yaml"
        left.write_bytes(log.read_bytes())
        again = Client(load(left))
        again.session.advance(client.session.simulation.now)
        assert again.get("/jobs/j/taskcounts") == client.get("/jobs/j/taskcounts")
        assert again.get("/pools/p/nodes") == client.get("/pools/p/nodes")
        assert states(again) == states(client)
    client.session.close()


def states(client: Client) -> list[Any]:
    return [(one["id"], one["state"], one["executionInfo"]) for one in client.get("/jobs/j/tasks")["value"]]
