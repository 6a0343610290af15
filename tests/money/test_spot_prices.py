"""Spot is a price of its own: in the bill, the ledger, `poolsight spot`, the list of sizes, a plan and the answer."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulator import Recording, Scenario, scenario_of, simulate
from simulator.experiment.axes import Base
from simulator.planning.scaling import with_prices
from simulator.planning.spot import spot_report
from simulator.results.answer.metrics import summarize
from simulator.results.money.prices import price_of
from simulator.states import NodeKind
from tests.command_line import app
from tests.engine.laws import check
from tests.engine.worlds import LINUX
from tests.money.worlds import OWN, WINDOWS, described, pool
from tests.report.runs import basis_of

STAYS = {"preemption": {"model": "none"}}


def run(account: dict[str, Any], **body: Any) -> Recording:
    """One preemptible node for 100 hours, which nobody takes back."""
    body["simulation"] = {**STAYS, **body.get("simulation", {})}
    return check(simulate(described([pool(targetLowPriorityNodes=1, **body)], account=account, horizon="100h")))


@pytest.mark.parametrize(
    ("size", "mode", "price"),
    [
        ("Standard_D2_v3", "BatchService", 0.0192),
        ("Standard_D2_v3", "UserSubscription", 0.018451),
        ("Standard_NC6s_v3", "BatchService", 0.612),
        ("Standard_NC6s_v3", "UserSubscription", 0.565488),
    ],
)
def test_a_user_subscription_pays_for_spot(size: str, mode: str, price: float) -> None:
    made = run({"mode": mode}, vmSize=size)
    cost = summarize(made)["cost"]
    kind = "spot" if mode == "UserSubscription" else "low_priority"
    assert cost["total"] == pytest.approx(100 * price)
    assert set(cost["by_kind"]) == {kind}
    assert set(summarize(made)["nodes"]["by_kind"]) == {kind}
    assert set(made.frame("ledger")["kind"]) == {kind}
    assert set(made.nodes["kind"]) == {"low_priority"}, "what the service calls it"


def test_the_answer_shows_where_a_spot_price_is_from_and_when() -> None:
    reported = summarize(run(OWN))["assumptions"]
    assert "price: Standard_D2_v3: spot price $0.018451 an hour: eastus, 2026-05-20; spot prices vary" in reported


def test_pools_of_two_accounts_pay_for_two_kinds() -> None:
    pools = [
        pool(id="old", targetLowPriorityNodes=1, simulation=STAYS),
        pool(id="own", targetLowPriorityNodes=1, simulation={"account": "mine", **STAYS}),
    ]
    made = check(simulate(described(pools, accounts={"mine": OWN}, horizon="10h")))
    assert summarize(made)["cost"]["by_kind"] == pytest.approx({"low_priority": 0.192, "spot": 0.18451})


@pytest.mark.parametrize(
    ("prices", "paid"),
    [({"spot": 0.5}, 0.5), ({"lowPriority": 0.3}, 0.3), ({"spot": 0.5, "lowPriority": 0.3}, 0.5)],
)
def test_a_pool_may_have_a_price_of_its_own(prices: dict[str, float], paid: float) -> None:
    made = run(OWN, simulation={"prices": prices})
    assert summarize(made)["cost"]["total"] == pytest.approx(100 * paid)


def test_a_price_of_spot_means_nothing_in_batch_service_mode_and_that_is_reported() -> None:
    scenario = described([pool(targetLowPriorityNodes=1, simulation={"prices": {"spot": 0.5}})], horizon="1h")
    assert price_of(scenario, scenario.pools[0], NodeKind.LOW_PRIORITY).value == 0.0192
    assert any("no effect" in problem.message for problem in scenario.warnings)


def test_an_override_shows_where_it_is_from() -> None:
    """A reservation or a savings plan is a price, and words for it."""
    prices = {"dedicated": 0.04, "origin": "savings plan, 3 years"}
    scenario = described([pool(targetDedicatedNodes=1, simulation={"prices": prices})], horizon="10h")
    answer = summarize(check(simulate(scenario)))
    assert answer["cost"]["total"] == pytest.approx(0.4)
    assert "price: p: dedicated price $0.04 an hour: savings plan, 3 years" in answer["assumptions"]


CASES = [
    ("linux", {"dedicatedLinux": 1}, 0.185, "spot price taken as 0.185 of the dedicated one"),
    ("windows", {"dedicatedLinux": 1, "dedicatedWindows": 2}, 0.8, "spot price taken as 0.4 of the dedicated one"),
    (
        "windows",
        {"dedicatedLinux": 1},
        0.4368,
        "Windows spot price taken as 0.4 of the Linux price $1 and $0.046 a core",
    ),
    ("windows", {"dedicatedWindows": 2, "spotWindows": 0.6}, 0.6, ""),
    ("windows", {"dedicatedWindows": 2, "spotLinux": 0.1}, 0.8, "spot price taken as 0.4 of the dedicated one"),
]


@pytest.mark.parametrize(("system", "size", "paid", "reported"), CASES)
def test_a_size_without_a_spot_price_has_an_assumed_one(
    system: str, size: dict[str, Any], paid: float, reported: str
) -> None:
    machine = WINDOWS if system == "windows" else LINUX
    sizes = {"Own": {"vcpus": 2, "memoryGiB": 8, **size}}
    scenario = described(
        [pool(vmSize="Own", targetLowPriorityNodes=1, virtualMachineConfiguration=machine)], account=OWN, sizes=sizes
    )
    found = price_of(scenario, scenario.pools[0], NodeKind.LOW_PRIORITY)
    assert found.value == pytest.approx(paid)
    assert reported in found.note
    assert bool(reported) == bool(found.note)


def test_the_assumed_share_is_an_option() -> None:
    scenario = described(
        [pool(vmSize="Own", targetLowPriorityNodes=1)],
        account=OWN,
        options={"spotRatio": 0.5},
        sizes={"Own": {"vcpus": 2, "memoryGiB": 8, "dedicatedLinux": 1}},
    )
    assert price_of(scenario, scenario.pools[0], NodeKind.LOW_PRIORITY).value == pytest.approx(0.5)


def test_windows_prices_that_nobody_knows_are_never_taken_in_silence() -> None:
    """Most shipped sizes have none; each kind says so."""
    for account, word in (({}, "low-priority"), (OWN, "spot")):
        body = pool(vmSize="Standard_E2_v3", targetLowPriorityNodes=1, virtualMachineConfiguration=WINDOWS)
        scenario = described([body], account=account)
        notes = [price_of(scenario, scenario.pools[0], kind).note for kind in NodeKind]
        assert (
            "Windows price not known, taken as the Linux price $0.126 and $0.046 a core for Windows (assumed)"
            in notes[0]
        )
        assert f"Windows {word} price taken as 0.4 of the Linux price $0.126 and $0.046 a core" in notes[1]
        assert "give dedicatedWindows under sizes" in notes[1]


def test_the_spot_report_reckons_with_spot(tmp_path: Path) -> None:
    """Price ratio and words; and the notes say what the prices rest on."""
    work = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": {"workload": [{"count": 4, "duration": "30m"}]}}
    evicted = {"preemption": {"model": "hazard", "evictionRateBand": "5-10"}}
    document = {
        "account": OWN,
        "options": {"timingPreset": "instant"},
        "pools": [pool(targetDedicatedNodes=2, simulation=evicted)],
        "jobs": [work],
    }
    path = tmp_path / "spot.json"
    path.write_text(json.dumps(document))
    found = spot_report(Base.read(str(path)), steps=2, replications=2, workers=1)
    assert found.price_ratio == pytest.approx(0.018451 / 0.096)
    assert found.to_dict()["paid_as"] == "spot"
    assert any("spot price $0.018451" in line for line in found.assumptions)


def test_the_list_of_sizes_has_spot_prices_of_any_region() -> None:
    home, west = ["0.0960", "0.0192", "0.0185"], ["0.1200", "-", "0.0222"]
    for options, prices in (([], home), (["--region", "West Europe"], west)):
        done = CliRunner().invoke(app, ["sizes", "Standard_D2_v3", *options]).output.splitlines()
        assert done[0].split()[-3:] == ["dedicated", "low-priority", "spot"]
        assert done[1].split()[-3:] == prices
    refused = CliRunner().invoke(app, ["sizes", "--region", "westeurop"])
    assert refused.exit_code == 2
    assert "did you mean 'westeurope'?" in refused.output


def test_doubts_about_prices_reach_spot() -> None:
    """Half of everything, or of what can be taken back alone: also of a price that follows from another."""
    own = {"Own": {"vcpus": 2, "memoryGiB": 8, "dedicatedLinux": 1}}
    pools = [pool(targetLowPriorityNodes=1), pool(id="q", vmSize="Own", targetLowPriorityNodes=1)]
    scenario = described(pools, account=OWN, sizes=own)

    def prices(one: Scenario) -> list[float]:
        return [price_of(one, body, kind).value or 0.0 for body in one.pools for kind in NodeKind]

    whole = prices(scenario)
    assert prices(with_prices(scenario, 0.5)) == pytest.approx([price / 2 for price in whole])
    assert prices(with_prices(scenario, 0.5, low_priority_only=True)) == pytest.approx(
        [whole[0], whole[1] / 2, whole[2], whole[3] / 2]
    )


def test_a_report_states_what_its_spot_price_is_and_where_it_is_from() -> None:
    made = run(OWN)
    basis = basis_of(made)
    found = next(one for one in basis if one.what == "price of low-priority or spot nodes")
    assert found.value == "Standard_D2_v3 $0.018451 an hour (eastus, 2026-05-20)"


def test_a_saved_scenario_has_the_same_bill() -> None:
    made = run(OWN)
    again = scenario_of(made.scenario.model_dump(mode="json", by_alias=True))
    assert summarize(simulate(again))["cost"] == summarize(made)["cost"]
