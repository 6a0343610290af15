"""What clients ask on the way is the same work as a file that asks for it: the log of a run makes the same tables."""

from random import Random
from typing import Any

import pytest

from simulator import Simulation, simulate
from simulator.results.record.tables import NAMES, arrow
from tests.engine.laws import check
from tests.features.story import Body, job, operation, pool, scenario, task

KINDS = (
    "addJob",
    "addTasks",
    "createPool",
    "deleteJob",
    "deletePool",
    "disableJob",
    "enableJob",
    "resize",
    "terminateJob",
    "updateJob",
)
BYE: Body = {"jobReleaseTask": {"commandLine": "sleep 7"}, "jobPreparationTask": {"commandLine": "sleep 1"}}


class History:
    """Operations of made-up clients, several of them at one instant."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - chooses what is asked
        self.pools = ["p"]
        self.jobs = ["j", "k"]
        self.at = 0
        self.asked = [self._next() for _ in range(self.random.randint(2, 8))]

    def _next(self) -> Body:
        self.at += self.random.choice([0, 0, 0, 5, 10])
        at, kind = f"{self.at}s", self.random.choice(KINDS)
        where = self.random.choice(self.pools)
        if kind == "createPool":
            self.pools.append(f"q{len(self.pools)}")
            return operation(at, kind, pool=pool(self.pools[-1], nodes=self.random.randint(0, 2)))  # type: ignore[arg-type]
        if kind == "resize":
            return operation(at, kind, pool=where, targetDedicatedNodes=self.random.randint(0, 3))
        if kind == "deletePool":
            return operation(at, kind, pool=where)
        return operation(at, kind, pool=None, **self._on_job(kind, where))

    def _on_job(self, kind: str, where: str) -> Body:
        name = self.random.choice(self.jobs)
        if kind == "addJob":
            self.jobs.append(f"n{len(self.jobs)}")
            keys = self.random.choice([{}, BYE, {"onAllTasksComplete": "terminatejob"}])
            return {"job": job(self.random.choice(self.jobs), pool=where, tasks=[self._task("a")], **keys)}
        more: Body = {}
        if kind == "addTasks":
            more = {"tasks": [self._task(f"x{self.random.randint(0, 99)}")]}
        elif kind == "disableJob":
            more = {"disableTasks": self.random.choice(["requeue", "wait", "terminate"])}
        elif kind == "updateJob":
            more = {"priority": self.random.randint(-3, 3)}
        return {"job": name, **more}

    def _task(self, name: str) -> Body:
        return task(name, f"{self.random.randint(0, 3) * 5}s")


def played(asked: list[Body], **job_keys: Any) -> None:
    first = job(tasks=[task("a", "10s"), task("b", "20s", submit="5s")], **job_keys)
    steps = Simulation(scenario(pool(nodes=2), first, job("k", count=2, duration="5s", at="5s"), horizon="2m"))
    for one in asked:
        steps.submit(one)
    steps.advance()
    found, again = steps.recording(), simulate(steps.scenario)
    check(found)
    assert [name for name in NAMES if not arrow(found, name).equals(arrow(again, name))] == [], asked


@pytest.mark.parametrize("first", range(0, 18, 6))
def test_the_log_of_made_up_clients_makes_the_same_tables(first: int) -> None:
    for seed in range(first, first + 6):
        ending = "terminatejob" if seed % 2 else "noaction"
        played(History(seed).asked, onAllTasksComplete=ending)


def test_what_an_operation_causes_at_once_is_settled_before_the_next_one_of_its_instant() -> None:
    """The pool is being deleted when it is asked to grow: no resize begins."""
    played([operation("10s", "deletePool"), operation("10s", "resize", targetDedicatedNodes=3)])


def test_a_limit_that_expires_at_the_instant_of_an_operation_comes_after_it() -> None:
    """The job is terminated by the client, and not by its limit of 10 s."""
    late = operation("10s", "terminateJob", pool=None, job="j", terminateReason="Client")
    played([late], constraints={"maxWallClockTime": "PT10S"})
