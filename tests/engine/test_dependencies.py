"""Tasks that wait for others (feature row of dependencies), and what that does to a schedule."""

from typing import Any

import pytest

from simulator import Recording, simulate
from tests.engine.laws import check
from tests.engine.worlds import pool, scenario


def task(name: object, duration: str, *parents: object, **body: Any) -> dict[str, Any]:
    depends = {"dependsOn": {"taskIds": [str(parent) for parent in parents]}} if parents else {}
    simulation = {"duration": duration, **body.pop("simulation", {})}
    return {"id": str(name), "commandLine": "x", "simulation": simulation, **depends, **body}


def run(tasks: list[Any], nodes: int = 2, **job: Any) -> Recording:
    body = {"id": "j", "poolInfo": {"poolId": "p"}, "usesTaskDependencies": True, "tasks": tasks, **job}
    return check(simulate(scenario([pool(targetDedicatedNodes=nodes)], [body])))


def starts(recording: Recording) -> dict[str, float]:
    return dict(zip(recording.tasks["id"], recording.tasks["first_start"], strict=True))


def test_a_child_starts_when_its_last_parent_has_succeeded() -> None:
    found = starts(run([task("a", "10s"), task("b", "30s"), task("c", "5s", "a", "b"), task("d", "5s", "a")]))
    assert found == {"a": 0, "b": 0, "c": 30, "d": 10}


def test_ranges_match_numbers_with_zeros_in_front() -> None:
    depends = {"dependsOn": {"taskIdRanges": [{"start": 1, "end": 2}]}}
    found = starts(run([task("01", "10s"), task("2", "20s"), task("end", "5s", **depends)]))
    assert found["end"] == 20


@pytest.mark.parametrize(
    ("conditions", "runs"),
    [
        ({}, False),
        ({"default": {"dependencyAction": "satisfy"}}, True),
        ({"exitCodes": [{"code": 3, "exitOptions": {"dependencyAction": "satisfy"}}]}, True),
        ({"exitCodes": [{"code": 4, "exitOptions": {"dependencyAction": "satisfy"}}]}, False),
        ({"exitCodeRanges": [{"start": 1, "end": 9, "exitOptions": {"dependencyAction": "satisfy"}}]}, True),
    ],
)
def test_a_failed_parent_blocks_unless_its_exit_condition_states_otherwise(
    conditions: dict[str, Any], runs: bool
) -> None:
    failing = task("a", "10s", simulation={"exitCodes": 3}, exitConditions=conditions)
    recording = run([failing, task("b", "5s", "a")])
    assert recording.tasks["succeeded"].tolist() == [False, runs]
    why = recording.tasks["unfinished_why"].iloc[1]
    assert runs or why == "waits for a task that did not satisfy it"


def test_a_parent_that_succeeds_at_its_second_attempt() -> None:
    flaky = task("a", "10s", simulation={"exitCodes": [1, 0]}, constraints={"maxTaskRetryCount": 1})
    assert starts(run([flaky, task("b", "5s", "a")]))["b"] == 20


GRAHAM = [
    (1, 3, ()),
    (2, 2, ()),
    (3, 2, ()),
    (4, 2, ()),
    (5, 4, (4,)),
    (6, 4, (4,)),
    (7, 4, (4,)),
    (8, 4, (4,)),
    (9, 9, (1,)),
]
LISTED = (1, 2, 3, 4, 5, 6, 7, 8, 9)


@pytest.mark.parametrize(
    ("machines", "shorter", "dropped", "order", "makespan"),
    [
        (3, 0, (), LISTED, 12),
        (4, 0, (), LISTED, 15),
        (3, 1, (), LISTED, 13),
        (3, 0, (5, 6), LISTED, 16),
        (3, 0, (), (1, 2, 4, 5, 6, 3, 9, 7, 8), 14),
    ],
    ids=["base", "a machine more", "every task shorter", "two constraints fewer", "another order"],
)
def test_grahams_anomalies(
    machines: int, shorter: int, dropped: tuple[int, ...], order: tuple[int, ...], makespan: int
) -> None:
    """R. L. Graham, Bounds on multiprocessing timing anomalies, 1969: more of everything good, and later."""
    plans = {number: (span - shorter, () if number in dropped else parents) for number, span, parents in GRAHAM}
    tasks = [task(number, f"{plans[number][0]}h", *plans[number][1]) for number in order]
    assert run(tasks, machines).tasks["end"].max() == makespan * 3600
