"""Upgrades that the service begins by itself, whenever there is a newer image."""

from typing import Any

import pytest

from simulator import InputError, Recording, simulate, summarize
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario

AUTOMATIC: dict[str, Any] = {"enableAutomaticOSUpgrade": True}


def run(automatic: dict[str, Any], images: list[str] | None = None, *, tasks: int = 0, **rest: Any) -> Recording:
    policy = {
        "mode": "rolling",
        "automaticOSUpgradePolicy": automatic,
        "rollingUpgradePolicy": {"maxBatchInstancePercent": 50, "pauseTimeBetweenBatches": "PT60S"},
    }
    simulation = {"timing": {"upgradingOS": "100s"}, **({} if images is None else {"newImages": images})}
    body = pool(targetDedicatedNodes=4, upgradePolicy=policy, simulation=simulation)
    return check(simulate(scenario([body], [job(tasks, "500s")] if tasks else [], **{"horizon": "2h", **rest})))


def upgrades(found: Recording) -> list[float]:
    states = found.node_states
    return sorted(states["start"][states["state"] == "upgradingos"])


def test_each_newer_image_goes_through_the_pool_batch_by_batch() -> None:
    assert upgrades(run(AUTOMATIC, ["10m", "50m"])) == [600.0, 600.0, 760.0, 760.0, 3000.0, 3000.0, 3160.0, 3160.0]


def test_a_deferred_one_waits_for_tasks() -> None:
    found = run({**AUTOMATIC, "osRollingUpgradeDeferral": True}, ["100s"], tasks=4)
    assert found.attempts["outcome"].tolist() == ["succeeded"] * 4
    assert upgrades(found)[:2] == [500.0, 500.0]


def test_one_that_is_not_deferred_requeues_them() -> None:
    assert run(AUTOMATIC, ["100s"], tasks=4).tasks["requeues"].sum() > 0


def test_an_image_during_an_upgrade_begins_no_second_one() -> None:
    assert len(upgrades(run(AUTOMATIC, ["10m", "11m"]))) == 4


def test_without_instants_there_is_one_at_every_interval_and_the_answer_states_it() -> None:
    found = run(AUTOMATIC, options={"imageInterval": "40m"})
    assert [at for at in upgrades(found) if at in (2400.0, 4800.0)] == [2400.0, 2400.0, 4800.0, 4800.0]
    assert any("automatic upgrades" in line and "imageInterval" in line for line in summarize(found)["assumptions"])
    rare = summarize(run(AUTOMATIC))["assumptions"]
    assert any("automatic upgrades" in line and "none in this run" in line for line in rare)
    assert not any("automatic upgrades" in line for line in summarize(run(AUTOMATIC, ["10m"]))["assumptions"])


def test_nothing_is_upgraded_that_is_not_asked_for_or_deleted() -> None:
    assert upgrades(run({}, options={"imageInterval": "40m"})) == []
    gone = [{"at": "5m", "operation": "deletePool", "pool": "p"}]
    assert upgrades(run(AUTOMATIC, ["10m"], timeline=gone)) == []


def test_a_run_does_not_go_on_for_images_to_come() -> None:
    found = run(AUTOMATIC, ["100d"], tasks=4, horizon=None)
    assert found.end == 500.0


def test_windows_does_not_update_itself_beside_it() -> None:
    machine = {
        "imageReference": {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer", "sku": "2022-datacenter"},
        "nodeAgentSKUId": "batch.node.windows amd64",
        "windowsConfiguration": {"enableAutomaticUpdates": True},
    }
    policy = {"mode": "automatic", "automaticOSUpgradePolicy": AUTOMATIC}
    body = pool(targetDedicatedNodes=1, upgradePolicy=policy, virtualMachineConfiguration=machine)
    with pytest.raises(InputError, match="one of the two"):
        scenario([body], [])
