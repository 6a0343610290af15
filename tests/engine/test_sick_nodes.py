"""Nodes that look ready and on which every task fails as it starts."""

from typing import Any

import pytest

from simulator import InputError, Recording, simulate, summarize
from simulator.engine.jobs.task_downloads import TaskDownloads
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario


def run(sick: dict[str, Any], *jobs: Any, nodes: int = 2, body: dict[str, Any] | None = None, **rest: Any) -> Recording:
    made = pool(targetDedicatedNodes=nodes, simulation={"sickNodes": sick}, **(body or {}))
    return check(simulate(scenario([made], list(jobs), **rest)))


def test_one_sick_node_uses_up_a_job_while_the_others_work() -> None:
    found = run({"nodes": ["P_1_D"], "exitCode": 7}, job(20, "10m"))
    assert summarize(found)["tasks"]["failed"] == 19
    failed = found.attempts[found.attempts["outcome"] == "failed"]
    assert set(failed["node"]) == {"p_1_d"}
    assert (failed["end"] == failed["start"]).all()
    assert found.tasks["exit_code"].dropna().value_counts().to_dict() == {7: 19, 0: 1}


def test_retries_are_used_and_another_node_may_help() -> None:
    found = run({"nodes": ["p_1_d"]}, job(3, "10m", maxTaskRetryCount=1), nodes=2)
    assert summarize(found)["tasks"]["retries"] == found.tasks["retries"].sum() > 0
    assert set(found.attempts["node"][found.attempts["outcome"] == "succeeded"]) == {"p_2_d"}


@pytest.mark.parametrize("slowdown", [False, True])
def test_probability_is_drawn_for_each_machine(slowdown: bool) -> None:
    work = job(400, "1m", maxTaskRetryCount=0)
    found = run({"probability": 0.25}, work, nodes=200, options={"cpuSlowdown": slowdown})
    sick = set(found.attempts["node"][found.attempts["outcome"] == "failed"])
    well = set(found.attempts["node"][found.attempts["outcome"] == "succeeded"])
    assert not sick & well
    assert 30 < len(sick) < 70, "three standard deviations of 50"


def test_a_reboot_cures_nothing_and_a_new_machine_may() -> None:
    timeline = [{"at": "1m", "operation": "reboot", "pool": "p", "nodeId": "p_1_d"}]
    jobs = [
        job(1, "10s"),
        {**job(1, "10s", name="k"), "simulation": {**job(1, "10s")["simulation"], "createdAt": "5m"}},
    ]
    found = run({"nodes": ["p_1_d"]}, *jobs, nodes=1, timeline=timeline)
    assert found.attempts["outcome"].tolist() == ["failed", "failed"]


def test_a_multi_instance_task_fails_with_one_sick_node() -> None:
    found = run({"nodes": ["p_2_d"]}, job(1, "10m", numberOfInstances=2), body={"enableInterNodeCommunication": True})
    assert found.attempts["outcome"].tolist() == ["failed", "failed"]
    assert found.tasks["state"].tolist() == ["completed"]


def test_a_checkpoint_is_lost_and_a_preparation_still_runs() -> None:
    work = job(1, "10m", checkpoints={"interval": "1m"}, maxTaskRetryCount=1)
    work["jobPreparationTask"] = {"commandLine": "sleep 30"}
    found = run({"nodes": ["p_1_d"]}, work, nodes=1)
    assert found.attempts["start"].tolist() == [30.0, 30.0]
    assert found.attempts["outcome"].tolist() == ["failed", "failed"]


def test_without_sick_nodes_nothing_changes() -> None:
    with_none, without = run({"probability": 0}, job(20, "1m")), run({"nodes": ["p_9_d"]}, job(20, "1m"))
    assert with_none.attempts.equals(without.attempts)


def test_a_task_fetches_nothing_where_it_fails_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    fetch = TaskDownloads.fetch

    def noting(downloads: TaskDownloads, which: int, node: int, begin: int) -> int:
        asked.append(node)
        return fetch(downloads, which, node, begin)

    monkeypatch.setattr(TaskDownloads, "fetch", noting)
    package = {"applicationPackageReferences": [{"applicationId": "app"}]}
    tasks = [{"id": f"t{number}", "commandLine": "sleep 60", **package} for number in range(4)]
    sized = {"applicationPackages": {"app": {"sizeMiB": 600}}}
    body = pool(targetDedicatedNodes=2, simulation={"sickNodes": {"nodes": ["p_1_d"]}, "downloads": sized})
    check(simulate(scenario([body], [{"id": "j", "poolInfo": {"poolId": "p"}, "tasks": tasks}])))
    assert set(asked) == {1}


def test_names_that_no_node_of_the_pool_can_have_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        scenario([pool(targetDedicatedNodes=1, simulation={"sickNodes": {"nodes": ["q_1_d", "p_1", "P_2_P"]}})], [])
    found = [str(one) for one in caught.value.problems if not one.is_warning]
    assert [text.split(":")[0][-1] for text in found] == ["0", "1"]
    assert found[0].endswith(": no node of the pool can be called 'q_1_d'; they are p_1_d, p_2_p, …")


def test_named_nodes_that_never_came_are_in_the_answer() -> None:
    found = run({"nodes": ["p_1_d", "p_7_d"]}, job(1, "1m"))
    assert "sickNodes names nodes that the run did not have: p_7_d" in summarize(found)["warnings"]
