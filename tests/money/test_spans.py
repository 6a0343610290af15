"""Every VM is billed by itself, also where one follows another at the same instant."""

from typing import Any

import pytest

from simulator import Recording, simulate
from simulator.results.answer.metrics import summarize
from tests.engine.laws import check
from tests.engine.worlds import pool, scenario

TAKEN = {"model": "capacity_event", "fraction": 1, "times": ["10m", "70m", "130m"]}


def run(recovery: str, **options: Any) -> Recording:
    """Four VMs of one node that is taken three times: 10, 60, 60 and 110 minutes, less what recovery takes."""
    simulation = {"preemption": TAKEN, "timing": {"recoveryDelay": recovery}, "prices": {"lowPriority": 1}}
    body = pool(targetLowPriorityNodes=1, simulation=simulation)
    return check(simulate(scenario([body], [], options=options, horizon="4h")))


@pytest.mark.parametrize("recovery", ["0s", "1s"])
def test_a_vm_that_replaces_another_at_once_is_rounded_by_itself(recovery: str) -> None:
    """1 + 1 + 1 + 2 hours, and not the 4 hours that one VM would cost."""
    made = run(recovery, billingGranularity="hour")
    assert made.nodes["vms"].tolist() == [4]
    assert made.nodes["billed"].tolist() == [5 * 3600.0]
    assert summarize(made)["cost"]["total"] == pytest.approx(5)


@pytest.mark.parametrize("recovery", ["0s", "1s"])
def test_each_vm_is_paid_for_the_least_time_there_is(recovery: str) -> None:
    """`billingMinimumS` of 30 min lengthens the first VM alone; whole seconds leave nothing else to round."""
    lost = 3 if recovery == "1s" else 0
    assert run(recovery, billingMinimumS=1800).nodes["billed"].tolist() == [4 * 3600.0 + 20 * 60 - lost]


def test_a_node_that_is_started_again_at_once_is_another_span() -> None:
    """A node deallocated for no time at all: two spans of 30 and 90 min are 1 + 2 hours."""
    timeline = [
        {"at": "30m", "operation": "deallocateNode", "pool": "p", "nodeId": "p_1_d"},
        {"at": "30m", "operation": "startNode", "pool": "p", "nodeId": "p_1_d"},
    ]
    simulation = {"timing": {"deallocating": "0s"}, "prices": {"dedicated": 1}}
    body = pool(targetDedicatedNodes=1, simulation=simulation)
    options = {"billingGranularity": "hour", "apiProfile": "2025-06"}
    made = check(simulate(scenario([body], [], options=options, timeline=timeline, horizon="2h")))
    assert [row.code for row in made.raw.recorder.operations] == ["Success", "Success"]
    assert summarize(made)["cost"]["total"] == pytest.approx(3)


def test_restarts_keep_the_vm() -> None:
    """A reboot belongs to the VM's span: two hours are two hours."""
    timeline = [{"at": "30m", "operation": "reboot", "pool": "p", "nodeId": "p_1_d"}]
    body = pool(targetDedicatedNodes=1, simulation={"prices": {"dedicated": 1}})
    made = check(
        simulate(scenario([body], [], options={"billingGranularity": "hour"}, timeline=timeline, horizon="2h"))
    )
    assert summarize(made)["cost"]["total"] == pytest.approx(2)
