"""What a subscription of the user's own pays beside VMs, off unless asked; and disks by their types."""

from fractions import Fraction
from typing import Any

import pytest

from simulator import Recording, simulate
from simulator.results.answer.metrics import summarize
from simulator.results.money.bill import UNITS_PER_DOLLAR
from tests.engine.laws import check
from tests.engine.worlds import LINUX, job
from tests.money.worlds import OWN, described, pool

ASKED = {"billSubscriptionExtras": True}
PRICES = {"dedicated": 0, "spot": 0, "osDiskMonth": 730, "publicIpHour": 2, "loadBalancerHour": 3}
"""A dollar an hour for each OS disk, five for the address and the balancer of 50 nodes; VMs for nothing."""


def run(body: dict[str, Any], account: Any = OWN, options: Any = ASKED, **rest: Any) -> Recording:
    return check(simulate(described([pool(**body)], account=account, options=options, **rest)))


def priced(**prices: Any) -> dict[str, Any]:
    return {"simulation": {"prices": {**PRICES, **prices}}}


def cost(made: Recording) -> float:
    return float(summarize(made)["cost"]["total"])


def test_extras_are_off_unless_asked_and_only_in_the_users_own_subscription() -> None:
    body = {"targetDedicatedNodes": 2, **priced()}
    assert cost(run(body)) == pytest.approx(2 + 5)
    assert cost(run(body, options={})) == 0
    service = run(body, account={})
    assert cost(service) == 0
    assert any("billSubscriptionExtras" in (problem.path or "") for problem in service.scenario.warnings)


@pytest.mark.parametrize(("nodes", "balancers"), [(1, 1), (50, 1), (51, 2), (100, 2), (101, 3)])
def test_fifty_nodes_share_an_address_and_a_balancer(nodes: int, balancers: int) -> None:
    made = run({"targetDedicatedNodes": nodes, **priced(osDiskMonth=0)})
    assert cost(made) == pytest.approx(5 * balancers)
    assert summarize(made)["cost"]["subscription_extras"] == pytest.approx(5 * balancers)


def test_both_kinds_of_a_pool_share_them_and_a_shrink_gives_one_back() -> None:
    """30 and 30 nodes for half an hour are two balancers, 30 and 10 are one; parts go by the time of nodes."""
    shrink = [{"at": "30m", "operation": "resize", "pool": "p", "targetLowPriorityNodes": 10}]
    body = {"targetDedicatedNodes": 30, "targetLowPriorityNodes": 30, **priced(osDiskMonth=0)}
    made = run(body, timeline=shrink)
    answer = summarize(made)["cost"]
    assert answer["total"] == pytest.approx(5 * (2 + 1) / 2)
    assert answer["by_kind"] == pytest.approx({"dedicated": 7.5 * 30 / 50, "spot": 7.5 * 20 / 50})


def test_pools_share_nothing() -> None:
    pools = [pool(id=name, targetDedicatedNodes=1, **priced(osDiskMonth=0)) for name in "pq"]
    made = check(simulate(described(pools, account=OWN, options=ASKED)))
    assert cost(made) == pytest.approx(10)


def test_an_os_disk_is_paid_while_its_node_is_without_a_vm() -> None:
    """Preempted for half of the hour: the VM costs half a dollar, the disk a whole one."""
    taken = {"model": "capacity_event", "fraction": 1, "times": ["30m"]}
    simulation = {
        "prices": {**PRICES, "spot": 1, "publicIpHour": 0, "loadBalancerHour": 0},
        "preemption": taken,
        "timing": {"recoveryDelay": "10h"},
    }
    made = run({"targetLowPriorityNodes": 1, "simulation": simulation})
    assert summarize(made)["cost"]["by_label"] == pytest.approx({"idle_unused": 1.0, "preempted": 0.5})


def test_a_deallocated_node_keeps_its_os_disk() -> None:
    stop = [{"at": "30m", "operation": "deallocateNode", "pool": "p", "nodeId": "p_1_d"}]
    body = {"targetDedicatedNodes": 1, **priced(publicIpHour=0, loadBalancerHour=0)}
    assert cost(run(body, options={**ASKED, "apiProfile": "2025-06"}, timeline=stop)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("machine", "month"),
    [
        ({}, 30 * 0.075),
        ({"osDisk": {"diskSizeGB": 100}}, 100 * 0.075),
        ({"osDisk": {"managedDisk": {"storageAccountType": "Premium_LRS"}}}, 30 * 0.154),
        ({"osDisk": {"ephemeralOSDiskSettings": {"placement": "cacheDisk"}}}, 0),
        ({"osDisk": None}, 30 * 0.075),
    ],
)
def test_an_os_disk_costs_what_its_size_and_type_state(machine: dict[str, Any], month: float) -> None:
    """Recalled prices, each reported; an ephemeral one is a part of the VM."""
    prices = {"dedicated": 0, "publicIpHour": 0, "loadBalancerHour": 0}
    body = {"virtualMachineConfiguration": {**LINUX, **machine}, "simulation": {"prices": prices}}
    made = run({"targetDedicatedNodes": 1, **body})
    assert cost(made) == pytest.approx(month / 730, abs=1e-9)
    assert any("OS disk" in note for note in made.charges.notes) == (month > 0)


def test_a_pool_without_public_addresses_has_no_balancer() -> None:
    network = {"publicIPAddressConfiguration": {"provision": "noPublicIPAddresses"}}
    made = run({"targetDedicatedNodes": 1, "networkConfiguration": network, **priced(osDiskMonth=0)})
    assert cost(made) == 0


def test_assumed_prices_of_extras_are_reported() -> None:
    made = run({"targetDedicatedNodes": 1, "simulation": {"prices": {"dedicated": 0}}})
    reported = [text for text in summarize(made)["assumptions"] if text.startswith("price: p:")]
    assert reported == [
        "price: p: OS disk of 30 GiB, standardssd_lrs, taken as $2.25 a month and node: assumed",
        (
            "price: p: public IP address taken as $0.005 an hour for every 50 nodes, "
            "load balancer taken as $0.025 an hour for every 50 nodes: assumed"
        ),
    ]
    assert cost(made) == pytest.approx(2.25 / 730 + 0.03, abs=1e-9)


NEW = {"lun": 0, "diskSizeGB": 1024, "managedDisk": {"storageAccountType": "Premium_LRS"}}
OLD = {"lun": 0, "diskSizeGB": 1024, "storageAccountType": "premium_lrs"}


@pytest.mark.parametrize(
    ("disk", "gib_month"),
    [
        (OLD, 0.154),
        (NEW, 0.154),
        ({"diskSizeGB": 1024, "managedDisk": {"storageAccountType": "StandardSSD_LRS"}}, 0.075),
        ({"diskSizeGB": 1024, "managedDisk": {}}, 0.046),
        ({"diskSizeGB": 1024, "managedDisk": None}, 0.046),
    ],
)
def test_a_data_disk_states_its_type_in_either_place(disk: dict[str, Any], gib_month: float) -> None:
    """Newer interfaces write `managedDisk.storageAccountType`; neither is an unknown key."""
    body = {"virtualMachineConfiguration": {**LINUX, "dataDisks": [disk]}, "simulation": {"prices": {"dedicated": 0}}}
    made = run({"targetDedicatedNodes": 1, **body}, account={}, options={})
    assert cost(made) == pytest.approx(1024 * gib_month / 730, abs=1e-9)
    assert made.scenario.warnings == ()


def test_a_mixed_bill_is_that_of_a_recomputation() -> None:
    """VMs by span, disks by life, balancers by the number that exist: in fractions, from states of nodes alone."""
    taken = {"model": "hazard", "ratePerHour": 4}
    prices = {"dedicated": 0.7, "spot": 0.11, "osDiskMonth": 73, "publicIpHour": 0.25, "loadBalancerHour": 0.5}
    simulation = {
        "preemption": taken,
        "prices": prices,
        "timing": {"creating": "20s", "starting": "40s", "recoveryDelay": "5m", "leaving": "30s"},
    }
    timeline = [{"at": "50m", "operation": "resize", "pool": "p", "targetLowPriorityNodes": 5}]
    options = {**ASKED, "billingGranularity": "minute"}
    body = {"targetDedicatedNodes": 5, "targetLowPriorityNodes": 50, "simulation": simulation}
    made = run(body, options=options, timeline=timeline, horizon="2h", jobs=[job(300, "9m")])
    total = Fraction(0)
    exist: list[tuple[int, int]] = []
    by_node: dict[int, list[Any]] = {}
    for row in made.raw.recorder.states:
        by_node.setdefault(row.node, []).append(row)
    for node, rows in by_node.items():
        rate = Fraction("0.7") if made.raw.recorder.nodes[node].kind == "dedicated" else Fraction("0.11")
        spans = [0]
        for row in rows:
            if row.state == "preempted":
                spans.append(0)
                total += Fraction("0.1") * (row.end - row.start)
            else:
                spans[-1] += row.end - row.start
        paid = sum(-(-span // 60_000) * 60_000 for span in spans)
        total += (rate + Fraction("0.1")) * paid
        exist.append((rows[0].start, rows[-1].end))
    for start, end in zip(*[sorted({at for life in exist for at in life})[shift:] for shift in (0, 1)], strict=False):
        count = sum(first <= start and end <= last for first, last in exist)
        total += Fraction("0.75") * -(-count // 50) * (end - start)
    assert any(row.state == "preempted" for rows in by_node.values() for row in rows)
    assert Fraction(made.charges.total, UNITS_PER_DOLLAR) == total / 3_600_000
