"""Multi-instance tasks whose coordination fails, and the switches that decide where they run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator import Recording, simulate
from simulator.scenario.reading.load import load
from simulator.workload.coordination_failures import attempts_of
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario

TALKING = {"enableInterNodeCommunication": True}
SETTINGS = {"numberOfInstances": 2, "coordinationCommandLine": "sleep 10"}


def gang(name: str = "mpi", retries: int = 0, **simulation: Any) -> dict[str, Any]:
    body = {"id": name, "commandLine": "sleep 60", "multiInstanceSettings": SETTINGS}
    return {**body, "constraints": {"maxTaskRetryCount": retries}, "simulation": simulation}


def run(tasks: list[dict[str, Any]], nodes: int = 2, body: dict[str, Any] | None = None, **rest: Any) -> Recording:
    work = {"id": "j", "poolInfo": {"poolId": "p"}, "tasks": tasks, **(body or {})}
    return check(simulate(scenario([pool(targetDedicatedNodes=nodes, **TALKING)], [work], **rest)))


def test_a_coordination_command_that_fails_ends_the_attempt_before_the_application() -> None:
    """All must pass the barrier: the primary never starts its command, and both nodes are free again."""
    found = run([gang(coordinationFailureProbability=1, coordinationExitCode=77)])
    assert found.attempts["outcome"].tolist() == ["failed", "failed"]
    assert found.attempts["end"].tolist() == [10.0, 10.0]
    assert found.tasks[["state", "exit_code", "retries"]].iloc[0].tolist() == ["completed", 77, 0]


def test_it_is_retried_up_to_the_limit() -> None:
    found = run([gang(retries=2, coordinationFailureProbability=1)])
    assert found.attempts["end"].tolist() == [10.0, 10.0, 20.0, 20.0, 30.0, 30.0]
    assert found.tasks["retries"].tolist() == [2]


def test_an_attempt_that_passes_may_fail_by_itself() -> None:
    """Some attempts end at the barrier after 10 s, the others with the code of the application after 70 s."""
    found = run(
        [gang(f"t{number}", 40, coordinationFailureProbability=0.3, exitCodes=[3, 3, 0]) for number in range(9)]
    )
    made = found.attempts[found.attempts["instance"] == 0]
    spans = (made["end"] - made["start"]).round().astype(int)
    assert set(spans) == {10, 70}
    by_task = made.assign(span=spans).groupby("task")["span"].apply(list)
    assert all(one.count(70) == 3 and one[-1] == 70 for one in by_task)
    assert found.tasks["exit_code"].tolist() == [0] * 9


def test_the_chance_is_that_of_one_node() -> None:
    """Of n nodes the barrier stops 1 − (1 − p)^n of the attempts: here 0.51."""
    group: dict[str, Any] = {"numberOfInstances": 2, "coordination": "10s", "coordinationFailureProbability": 0.3}
    work = job(400, "60s", **group)
    found = check(simulate(scenario([pool(targetDedicatedNodes=2, **TALKING)], [work])))
    failed = (found.tasks["exit_code"] == 1).mean()
    assert abs(failed - 0.51) < 4 * np.sqrt(0.51 * 0.49 / 400)


def test_how_many_attempts_fail_follows_from_both_chances() -> None:
    """Attempts that pass with 0.6 and then fail once: the mean of failing ones is 1 + 2 · 0.4 / 0.6."""
    generator = np.random.default_rng(5)
    totals = [attempts_of(0.4, 1, -1, generator.random)[1] for _ in range(4000)]
    assert abs(np.mean(totals) - (1 + 2 * 0.4 / 0.6)) < 4 * np.std(totals) / np.sqrt(4000)


def test_a_node_lost_while_coordinating_uses_no_retry_and_the_attempt_fails_again() -> None:
    lost = [{"at": "5s", "operation": "reboot", "pool": "p", "nodeId": "p_1_d"}]
    found = run([gang(coordinationFailureProbability=1)], timeline=lost)
    assert found.attempts["outcome"].tolist() == ["requeued"] * 2 + ["failed"] * 2
    assert found.attempts["end"].tolist() == [5.0, 5.0, 15.0, 15.0]


@pytest.mark.parametrize(("action", "state"), [("satisfy", "completed"), ("block", "active")])
def test_exit_conditions_see_the_code_of_the_coordination_command(action: str, state: str) -> None:
    options = {"exitCodes": [{"code": 77, "exitOptions": {"dependencyAction": action}}]}
    first = {**gang(coordinationFailureProbability=1, coordinationExitCode=77), "exitConditions": options}
    child = {"id": "child", "commandLine": "sleep 5", "dependsOn": {"taskIds": ["mpi"]}}
    found = run([first, child], body={"usesTaskDependencies": True})
    assert found.tasks["state"].tolist() == ["completed", state]


def test_tasks_on_one_node_have_no_barrier() -> None:
    single = {"id": "t", "commandLine": "sleep 60", "simulation": {"coordinationFailureProbability": 1}}
    assert run([single]).tasks["exit_code"].tolist() == [0]


def test_a_wall_clock_limit_may_come_before_the_barrier() -> None:
    limited = gang(coordinationFailureProbability=1)
    limited["constraints"] = {"maxWallClockTime": "PT4S"}
    found = run([limited])
    assert found.attempts["outcome"].tolist() == ["expired"] * 2
    assert found.attempts["end"].tolist() == [4.0] * 2


def test_a_barrier_where_there_is_none_is_reported_at_load(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "pools: [{id: p, vmSize: Standard_D2_v3, cloudServiceConfiguration: {osFamily: '6'}}]\n"
        "jobs:\n"
        "  - id: j\n"
        "    poolInfo: {poolId: p}\n"
        "    tasks: [{id: t, commandLine: sleep 1, simulation: {coordinationFailureProbability: 0.5}}]\n"
        "    simulation: {workload: [{count: 1, duration: 1s, coordinationFailureProbability: 0.5}]}\n"
    )
    found = [problem for problem in load(path).warnings if "numberOfInstances" in problem.message]
    assert [problem.path for problem in found] == [
        "jobs.0.tasks.0.simulation.coordinationFailureProbability",
        "jobs.0.simulation.workload.0.coordinationFailureProbability",
    ]
