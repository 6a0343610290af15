"""Upgrades go through a pool as its policy says."""

from typing import Any

import pytest

from simulator import InputError, Recording, simulate
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario


def run(automatic: dict[str, Any], rolling: dict[str, Any], *, tasks: int = 4, **upgrade: Any) -> Recording:
    policy = {"mode": "rolling", "automaticOSUpgradePolicy": automatic, "rollingUpgradePolicy": rolling}
    simulation = {"timing": {"upgradingOS": "100s"}}
    body = pool(targetDedicatedNodes=4, upgradePolicy=policy, simulation=simulation)
    timeline = [{"at": "100s", "operation": "upgradeOs", "pool": "p", **upgrade}]
    return check(simulate(scenario([body], [job(tasks, "500s")] if tasks else [], timeline=timeline, horizon="2h")))


def upgrades(found: Recording) -> list[float]:
    states = found.node_states
    return sorted(states["start"][states["state"] == "upgradingos"])


DEFERRED = {"enableAutomaticOSUpgrade": True, "osRollingUpgradeDeferral": True}


def test_a_deferred_upgrade_waits_for_tasks_and_pauses_between_batches() -> None:
    found = run(DEFERRED, {"maxBatchInstancePercent": 50, "pauseTimeBetweenBatches": "PT5M"})
    assert found.attempts["outcome"].tolist() == ["succeeded"] * 4
    assert upgrades(found) == [500.0, 500.0, 900.0, 900.0]


def test_a_node_that_waits_for_its_upgrade_takes_no_new_task() -> None:
    found = run(DEFERRED, {"maxBatchInstancePercent": 50}, tasks=8)
    assert found.tasks["requeues"].sum() == 0
    assert upgrades(found)[:2] == [500.0, 500.0]


@pytest.mark.parametrize(("percent", "expected"), [(25, 1), (50, 2), (100, 4), (5, 1)])
def test_a_batch_is_a_share_of_the_pool(percent: int, expected: int) -> None:
    assert upgrades(run({}, {"maxBatchInstancePercent": percent})).count(100.0) == expected


def test_an_operation_that_names_a_batch_size_has_the_last_word() -> None:
    assert upgrades(run({}, {"maxBatchInstancePercent": 25}, batchSize="all")).count(100.0) == 4


def test_without_deferral_tasks_are_requeued() -> None:
    found = run({}, {"maxBatchInstancePercent": 100})
    assert found.tasks["requeues"].tolist() == [1] * 4
    assert upgrades(found) == [100.0] * 4


def test_a_pause_alone_makes_whole_batches() -> None:
    found = run({}, {"maxBatchInstancePercent": 50, "pauseTimeBetweenBatches": "PT60S"}, tasks=0)
    assert upgrades(found) == [100.0, 100.0, 260.0, 260.0]


@pytest.mark.parametrize("percent", [0, 4, 101, True])
def test_a_share_that_the_service_refuses_is_refused(percent: int) -> None:
    with pytest.raises(InputError, match="maxBatchInstancePercent"):
        run({}, {"maxBatchInstancePercent": percent})
