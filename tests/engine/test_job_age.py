"""Jobs of equal priority by age: the one that was created first is served first, wherever it comes from."""

from typing import Any

import pytest

from simulator import simulate
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario

ONE = {"targetDedicatedNodes": 1}


def listed(name: str, *lengths: int, at: int = 0) -> dict[str, Any]:
    tasks = [{"id": f"{name}{number}", "commandLine": f"sleep {length}"} for number, length in enumerate(lengths)]
    return {"id": name, "poolInfo": {"poolId": "p"}, "simulation": {"createdAt": f"{at}s"}, "tasks": tasks}


def added(name: str, at: int) -> dict[str, Any]:
    body = {**listed(name, 10), "simulation": {}}
    return {"at": f"{at}s", "operation": "addJob", "job": body}


def starts(jobs: list[Any], **rest: Any) -> dict[str, float]:
    body = pool(**ONE, taskSchedulingPolicy={"jobDefaultOrder": "creationtime"})
    found = check(simulate(scenario([body], jobs, **rest)))
    return dict(zip(found.tasks["id"].astype(str), found.tasks["first_start"], strict=True))


def test_the_older_job_is_first_whatever_its_place_in_the_file() -> None:
    found = starts([listed("younger", 10, at=60), listed("older", 80, 10)])
    assert found == {"older0": 0.0, "older1": 80.0, "younger0": 90.0}


def test_the_option_of_the_scenario_means_the_same() -> None:
    jobs = [listed("younger", 10, at=60), listed("older", 80, 10)]
    body = pool(**ONE)
    found = check(simulate(scenario([body], jobs, options={"equalPriorityPolicy": "creationtime"})))
    assert dict(zip(found.tasks["id"].astype(str), found.tasks["first_start"], strict=True))["younger0"] == 90.0


def test_jobs_of_operations_and_schedules_stand_in_the_same_order() -> None:
    """All of them wait for a task of 100 s: of the file at 50 s, added at 10 and 30 s, of a schedule at 20 s."""
    times = {"doNotRunUntil": "20s", "doNotRunAfter": "25s"}
    specification = {**listed("s", 10), "simulation": {}}
    del specification["id"]
    schedule = {"id": "s", "schedule": times, "jobSpecification": specification}
    found = starts(
        [listed("file", 10, at=50), listed("first", 100)],
        timeline=[added("later", 30), added("early", 10)],
        jobSchedules=[schedule],
        horizon="10m",
    )
    order = sorted(found, key=lambda name: found[name])
    assert order == ["first0", "early0", "s0", "later0", "file0"]


@pytest.mark.parametrize(("policy", "expected"), [("creationtime", ["a", "b"]), ("round_robin", ["a", "b"])])
def test_jobs_of_the_same_age_stand_in_the_order_of_the_file(policy: str, expected: list[str]) -> None:
    jobs = [job(1, "10s", name="first"), listed("a", 10), listed("b", 10)]
    jobs[0]["priority"] = 1
    found = check(simulate(scenario([pool(**ONE)], jobs, options={"equalPriorityPolicy": policy})))
    by_start = found.tasks.sort_values("first_start")["job"].astype(str).tolist()
    assert by_start == ["first", *expected]


def test_a_higher_priority_still_comes_first() -> None:
    urgent = {**listed("urgent", 10, at=60), "priority": 5}
    assert starts([urgent, listed("older", 80, 10)])["urgent0"] == 80.0
