"""Tasks that can never run: `validate` warns of them, and the answer of a run has the same reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.formula.lint.bounds import most_nodes
from simulator.results.why.reasons import is_unfinished_why
from tests.features.story import UBUNTU, Body, job, operation, pool, problems_of, run, task

SPOT: Body = {"mode": "UserSubscription"}
TALKING: Body = {"enableInterNodeCommunication": True}
GANG: Body = {"multiInstanceSettings": {"numberOfInstances": 3}}
GANG_TOO_LARGE = "needs more nodes at once than its pool can have"


def reasons(*parts: Body, **rest: Any) -> dict[str, str]:
    found = run(*parts, **({"horizon": "2h"} | rest)).frame("tasks").set_index("id")["unfinished_why"]
    named = {str(name): text if isinstance(text, str) else "" for name, text in found.items()}
    assert all(is_unfinished_why(text) for text in named.values() if text)
    return named


def scaled(formula: str) -> Body:
    return {"enableAutoScale": True, "autoScaleFormula": formula}


QUEUE = "max(0, $PendingTasks.GetSample(1))"
SMALL: list[tuple[Body, Body]] = [
    (pool(nodes=2, **TALKING), {}),
    (pool(nodes=1, low_priority=1, **TALKING), {}),
    (pool(nodes=2, low_priority=3, **TALKING), {"options": {"gangNodeTypes": "dedicated"}}),
    (pool(**scaled(f"$TargetDedicatedNodes = min(2, {QUEUE} * 3);"), **TALKING), {}),
    (pool(nodes=9, **TALKING), {"account": {"dedicatedCoreQuota": 5}}),
    (pool(nodes=9, **TALKING), {"account": {"dedicatedCoreQuotaPerVMFamily": {"standardDv3Family": 4}}}),
    (pool(nodes=9, **TALKING), {"options": {"interNodeCap": 2}}),
    (pool(nodes=9, networkConfiguration={"subnetId": "/x/s"}, **TALKING), {"subnets": {"s": {"freeAddresses": 2}}}),
    (pool(nodes=1, **TALKING), {"timeline": [operation("5m", "resize", targetDedicatedNodes=2)]}),
]
ENOUGH: list[tuple[Body, Body]] = [
    (pool(nodes=3, **TALKING), {}),
    (pool(nodes=1, low_priority=2, **TALKING), {}),
    (pool(**scaled(f"$TargetDedicatedNodes = min(3, {QUEUE} * 3);"), **TALKING), {}),
    (pool(nodes=3, **TALKING), {"account": {"dedicatedCoreQuota": 6}}),
    (pool(nodes=1, **TALKING), {"timeline": [operation("5m", "resize", targetDedicatedNodes=3)]}),
    (
        pool(nodes=1, **TALKING),
        {"timeline": [operation("5m", "enableAutoScale", autoScaleFormula="$TargetDedicatedNodes = 3;")]},
    ),
]
NO_EVICTION: Body = {"preemption": {"model": "none"}}


@pytest.mark.parametrize(("body", "rest"), SMALL)
def test_a_gang_that_is_larger_than_its_pool_can_become(tmp_path: Path, body: Body, rest: Body) -> None:
    parts = ({**body, "simulation": NO_EVICTION}, job(tasks=[task("mpi", **GANG)]))
    found = [text for text in problems_of(tmp_path, *parts, horizon="2h", **rest) if "it will never run" in text]
    assert len(found) == 1
    assert "jobs.0.tasks.0: warning: needs 3" in found[0]
    assert "pool 'p' can have 2" in found[0]
    assert reasons(*parts, **rest) == {"mpi": GANG_TOO_LARGE}


@pytest.mark.parametrize(("body", "rest"), ENOUGH)
def test_a_gang_that_its_pool_can_hold_some_day_is_no_cause_for_a_warning(
    tmp_path: Path, body: Body, rest: Body
) -> None:
    parts = ({**body, "simulation": NO_EVICTION}, job(tasks=[task("mpi", **GANG)]))
    assert [text for text in problems_of(tmp_path, *parts, horizon="2h", **rest) if "never run" in text] == []
    assert reasons(*parts, **rest) == {"mpi": ""}


def test_groups_of_gangs_are_looked_at_too(tmp_path: Path) -> None:
    (found,) = problems_of(tmp_path, pool(nodes=2, **TALKING), job(count=5, group={"numberOfInstances": 3}))
    assert "jobs.0.simulation.workload.0: warning: needs 3 nodes at once, and pool 'p' can have 2" in found


ONLY_DEDICATED: Body = {"id": "jm", "commandLine": "sleep 5", "allowLowPriorityNode": False}


def test_a_manager_without_a_dedicated_node(tmp_path: Path) -> None:
    body = pool(low_priority=2, simulation=NO_EVICTION)
    work = job(tasks=[task("a")], jobManagerTask=ONLY_DEDICATED)
    (found,) = problems_of(tmp_path, body, work, horizon="2h", account=SPOT)
    assert "jobs.0.jobManagerTask: warning: runs on dedicated nodes only" in found
    assert reasons(body, work) == {
        "jm": "needs a dedicated node, which its pool can never have",
        "a": "starts after the manager of its job, which can never run",
    }


def test_a_manager_whose_pool_has_a_dedicated_node_some_day(tmp_path: Path) -> None:
    body = pool(low_priority=2, simulation=NO_EVICTION)
    work = job(tasks=[task("a")], jobManagerTask=ONLY_DEDICATED)
    timeline = [operation("5m", "resize", targetDedicatedNodes=1)]
    assert problems_of(tmp_path, body, work, timeline=timeline, account=SPOT) == []
    assert reasons(body, work, timeline=timeline)["jm"] == ""


UNPREPARED = "the preparation task of its job fails on every node"


@pytest.mark.parametrize(
    "body",
    [
        {"commandLine": "sleep 5; exit 1"},
        {"commandLine": "sleep 5", "simulation": {"failureProbability": 1}},
        {"commandLine": "sleep 500", "constraints": {"maxWallClockTime": "PT1M"}},
    ],
)
def test_a_preparation_that_must_fail(tmp_path: Path, body: Body) -> None:
    work = job(tasks=[task("a")], jobPreparationTask=body)
    (found,) = problems_of(tmp_path, pool(nodes=2), work)
    assert "jobs.0.jobPreparationTask: warning: this preparation fails on every node" in found
    assert reasons(pool(nodes=2), work) == {"a": UNPREPARED}


def test_one_that_nobody_waits_for_may_fail(tmp_path: Path) -> None:
    work = job(tasks=[task("a")], jobPreparationTask={"commandLine": "sleep 5; exit 1", "waitForSuccess": False})
    assert problems_of(tmp_path, pool(nodes=2), work) == []
    assert reasons(pool(nodes=2), work) == {"a": ""}


def test_one_that_failed_everywhere_by_chance_is_named_in_the_answer_alone(tmp_path: Path) -> None:
    work = job(
        tasks=[task("a")], jobPreparationTask={"commandLine": "sleep 5", "simulation": {"failureProbability": 0.999}}
    )
    assert problems_of(tmp_path, pool(nodes=2), work) == []
    assert reasons(pool(nodes=2), work) == {"a": UNPREPARED}


def test_a_deleted_pool_is_named() -> None:
    timeline = [operation("30s", "deletePool")]
    assert reasons(pool(nodes=1), job(tasks=[task("a")]), timeline=timeline) == {"a": "its pool was deleted"}


def test_a_size_that_cannot_boot_the_image_reaches_no_node(tmp_path: Path) -> None:
    image = {**UBUNTU["imageReference"], "sku": "22_04-lts-arm64"}
    body = pool(nodes=5, virtualMachineConfiguration={**UBUNTU, "imageReference": image}, **TALKING)
    found = [text for text in problems_of(tmp_path, body, job(tasks=[task("a", **GANG)])) if "never run" in text]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("$TargetDedicatedNodes = 7;", (7, 0)),
        ("$TargetDedicated = min(7, $PendingTasks.GetSample(1)); $TargetLowPriorityNodes = 2;", (7, 2)),
        ("cap = 25; n = avg($PendingTasks.GetSample(1)); $TargetLowPriorityNodes = min(cap, n);", (0, 25)),
        ("$TargetDedicatedNodes = time().weekday > 5 ? 3 : 9;", (9, 0)),
        ("$TargetDedicatedNodes = $CurrentDedicatedNodes.GetSample(1) + 1;", (float("inf"), 0)),
        ("$TargetDedicatedNodes = ;", None),
    ],
)
def test_what_a_formula_can_ask_for_at_most(text: str, most: tuple[float, float] | None) -> None:
    assert most_nodes(text) == most
