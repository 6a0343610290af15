"""Why a node is out of order, why a job was refused, and that a pool was deleted: in the answer and in the stories."""

from typing import Any

import pytest

from simulator import Recording, summarize
from simulator.results.why import explain_pool, explain_task
from simulator.results.why.reasons import NodeFault
from tests.features.story import Body, job, operation, pool, run, task

APP = [{"applicationId": "tool", "version": "1"}]
UNFETCHED = {"downloads": {"applicationPackages": {"tool": {"sizeMiB": 1, "failureProbability": 1}}}}
FAULTS: dict[str, tuple[Body, dict[str, Any], str]] = {
    "application package tool 1 could not be fetched": (
        pool(nodes=2, simulation=UNFETCHED, applicationPackageReferences=APP),
        {},
        "unusable",
    ),
    "network blocked": (pool(nodes=2, simulation={"networkBlocked": True}), {}, "unusable"),
    "start task ended with exit code 3": (pool(nodes=2, startTask={"commandLine": "exit 3"}), {}, "starttaskfailed"),
    "disk full": (pool(nodes=2), {"options": {"enforceLocalResources": "disk"}}, "unusable"),
}


def broken(body: Body, rest: dict[str, Any]) -> Recording:
    tasks = [task(name, "1h", simulation={"disk": 60}) for name in "ab"]
    return run(body, job(tasks=tasks), horizon="1h", **rest)


@pytest.mark.parametrize("why", FAULTS)
def test_why_nodes_are_out_of_order_is_in_the_answer_and_in_the_story_of_the_pool(why: str) -> None:
    body, rest, state = FAULTS[why]
    made = broken(body, rest)
    assert f"pool p: 2 nodes {state}: {why}" in summarize(made)["warnings"]
    story = explain_pool(made, "p", 1800)
    assert story.now["faults"] == [{"state": state, "why": why, "nodes": ["p_1_d", "p_2_d"]}]
    assert f"{state}, {why}: p_1_d, p_2_d" in story.sentences


def test_every_fault_has_a_code() -> None:
    assert {NodeFault.behind(why) for why in FAULTS} == {
        NodeFault.NOT_FETCHED,
        NodeFault.NETWORK_BLOCKED,
        NodeFault.START_TASK,
        NodeFault.DISK_FULL,
    }
    assert NodeFault.behind("") is None


def test_contact_that_comes_back_is_no_warning() -> None:
    lost = operation("1m", "loseContact", count=1, recovery="30m")
    made = run(pool(nodes=1), job(tasks=[task("a", "2h")]), timeline=[lost])
    assert summarize(made)["warnings"] == []
    assert "unknown, contact lost: p_1_d" in explain_pool(made, "p", 120).sentences


def test_a_job_that_a_quota_refuses_was_refused() -> None:
    other = job("k", tasks=[task("b")], simulation={"createdAt": "1m"})
    made = run(pool(nodes=1), job(tasks=[task("a", "1h")]), other, account={"activeJobAndScheduleQuota": 1})
    assert summarize(made)["tasks"]["unfinished_why"] == {"its job was refused: ActiveJobAndScheduleQuotaReached": 1}
    last = explain_task(made, "k/b").pieces[-1]
    assert last.detail == "its job was refused: ActiveJobAndScheduleQuotaReached"


def test_a_deleted_pool_was_deleted() -> None:
    made = run(pool(nodes=1), job(tasks=[task("a", "2h")]), timeline=[operation("1h", "deletePool")], horizon="3h")
    assert summarize(made)["tasks"]["unfinished_why"] == {"its pool was deleted": 1}
    assert explain_pool(made, "p", 7200).sentences[0].startswith("the pool was deleted at ")
    last = explain_task(made, "j/a").pieces[-1]
    assert (last.reason.value, last.detail) == ("pool deleted", "the pool has been deleted")


def test_a_pool_that_is_yet_to_come_is_not_there_yet() -> None:
    later = operation("1h", "createPool", pool=None)
    made = run(job(tasks=[task("a")]), timeline=[{**later, "pool": pool(nodes=1)}], horizon="2h")
    assert explain_pool(made, "p", 60).sentences[0] == "the pool is not there yet"
    assert "no pool" in [piece.reason.value for piece in explain_task(made, "j/a").pieces]
