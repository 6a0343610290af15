"""When the bill of a run without horizon ends, and what is reported of the time after it."""

from typing import Any

import pytest

from simulator import Recording, Simulation, scenario_of, simulate, summarize
from simulator.report.page.sentence import bill_of
from simulator.units import spoken_amount
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario

TWO_THEN_ONE = "$TargetDedicatedNodes = time().hour < 12 ? 2 : 1; $NodeDeallocationOption = taskcompletion;"
DONE = 50 * 60
"""Ten tasks of ten minutes on two nodes, s."""


def scaled(formula: str = TWO_THEN_ONE) -> dict[str, Any]:
    return pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT15M")


def run(body: dict[str, Any], *, tasks: int = 10, **rest: Any) -> Recording:
    return check(simulate(scenario([body], [job(tasks, "10m")], **rest)))


def test_a_fixed_pool_and_one_that_scales_itself_are_billed_alike() -> None:
    """The one was billed for a day more, silently: twenty times as much for the same nodes and the same work."""
    fixed, own = run(pool(targetDedicatedNodes=2)), run(scaled())
    bills = [summarize(found) for found in (fixed, own)]
    assert bills[0]["cost"] == bills[1]["cost"]
    assert [bill["bill"]["end_s"] for bill in bills] == [DONE, DONE]
    assert bills[0]["utilization"] == bills[1]["utilization"]
    assert own.end >= DONE + 86400, "tables go on to the end of the run"
    assert own.frame("ledger")["billed"].sum() == pytest.approx(2 * DONE)


def test_what_goes_on_after_the_bill_is_reported() -> None:
    answer = summarize(run(scaled()))
    bill = answer["bill"]
    assert bill["until"] == "work_done"
    assert (bill["nodes"], bill["nodes_left"]) == (2, 2)
    assert bill["per_hour"] == pytest.approx(0.2)
    # One node from noon to midnight, two before and after.
    assert bill["tail_cost"] == pytest.approx(0.1 * (2 * bill["tail_s"] / 3600 - 12), abs=0.001)
    reported = bill_of(answer)
    assert reported.startswith(
        "the bill ends when the work is done, at 50 min; the pools cost $0.20 an hour from there on"
    )
    assert "with 2 nodes still there after 24 h and " in reported


def test_a_pool_that_goes_to_nothing_states_when_it_was_there() -> None:
    follows = "$TargetDedicatedNodes = min(2, $PendingTasks.GetSample(1)); $NodeDeallocationOption = taskcompletion;"
    answer = summarize(run(scaled(follows)))
    bill = answer["bill"]
    assert bill["nodes_left"] == 0
    assert 0 < bill["tail_s"] <= 15 * 60
    assert bill["tail_cost"] == pytest.approx(0.1 * bill["nodes"] * bill["tail_s"] / 3600)
    assert bill_of(answer).endswith(
        f"scaled in after {bill['tail_s'] / 60:.0f} min and ${spoken_amount(bill['tail_cost'])}"
    )


@pytest.mark.parametrize("body", [pool(targetDedicatedNodes=2), scaled("$TargetDedicatedNodes = 2;")])
def test_some_time_after_the_work_is_the_same_for_all_pools(body: dict[str, Any]) -> None:
    answer = summarize(run(body, options={"billUntil": {"after": "24h"}}))
    assert answer["bill"]["until"] == "after"
    assert answer["bill"]["end_s"] == DONE + 86400
    assert answer["cost"]["total"] == pytest.approx(0.2 * (DONE + 86400) / 3600, abs=0.005)
    assert answer["stopped"] == "work done"
    at_once = summarize(run(body, options={"billUntil": {"after": "0s"}}))
    assert at_once["bill"]["end_s"] == DONE


def test_until_the_last_node_has_gone() -> None:
    formula = "$TargetDedicatedNodes = time().day < 7 ? 2 : 0;"
    answer = summarize(run(scaled(formula), options={"billUntil": "gone"}))
    assert answer["bill"]["end_s"] == 2 * 86400
    assert answer["bill"]["nodes_left"] == 0
    assert answer["cost"]["total"] == pytest.approx(0.2 * 48, abs=0.005)
    stays = summarize(run(scaled(), options={"billUntil": "gone"}))
    assert 7 * 86400 <= stays["bill"]["end_s"] <= 7 * 86400 + 7200
    assert "the bill ends with the run, for no more nodes leave" in bill_of(stays)


def test_the_bill_of_a_horizon_states_what_of_it_is_idle_tail() -> None:
    """Two nodes of $0.10 an hour are done after 50 min; the ledger's label and the sentence are one amount."""
    answer = summarize(run(scaled(), horizon="3h"))
    assert (answer["bill"]["until"], answer["bill"]["end_s"]) == ("horizon", 3 * 3600)
    assert answer["cost"]["by_label"]["idle_tail"] == pytest.approx(0.2 * (3 - 50 / 60))
    idle = "$0.433 of the bill, 72.2 %, went to nodes idle after their last task"
    goes_on = "the pools cost $0.20 an hour at that instant"
    assert bill_of(answer) == f"the bill ends with the horizon, at 3 h; {idle}; {goes_on}"


def test_a_bill_without_idle_tail_states_none_and_one_without_prices_its_time() -> None:
    busy = summarize(run(pool(targetDedicatedNodes=2), horizon="40m"))
    assert bill_of(busy) == "the bill ends with the horizon, at 40 min; the pools cost $0.20 an hour at that instant"
    sizes = {"D2": {"vcpus": 2, "memoryGiB": 8}}
    unpriced = summarize(run(pool(targetDedicatedNodes=2), tasks=2, sizes=sizes, horizon="40m"))
    assert "; 1.00 node-hours of all node time, 75.0 %, went to nodes idle after their last task" in bill_of(unpriced)


def test_a_run_that_is_looked_at_before_its_horizon_is_interrupted() -> None:
    """Its bill ends there, and no sentence has a horizon that was not reached; what had ended it before still has."""
    going = Simulation(scenario([scaled()], [job(10, "10m")], horizon="3h"))
    going.advance(1800.0)
    answer = summarize(going.recording())
    assert (answer["bill"]["until"], answer["bill"]["end_s"]) == ("interrupted", 1800.0)
    assert bill_of(answer).startswith("the bill ends where the run was interrupted, at 30 min; ")
    done = Simulation(scenario([scaled()], [job(10, "10m")]))
    done.advance(7200.0)
    assert summarize(done.recording())["bill"]["until"] == "work_done"


def test_operations_that_are_still_to_come_are_part_of_the_work() -> None:
    later = {"at": "5h", "operation": "resize", "pool": "p", "targetDedicatedNodes": 0}
    answer = summarize(run(pool(targetDedicatedNodes=2), timeline=[later]))
    assert answer["bill"]["end_s"] == 5 * 3600
    idle = "$0.833 of the bill, 83.3 %, went to nodes idle after their last task"
    assert bill_of(answer) == f"the bill ends when the work is done, at 5 h; {idle}"


def gang(body: dict[str, Any], **rest: Any) -> Recording:
    """A task of thirteen nodes in a pool of twelve."""
    instances = {"numberOfInstances": 13, "coordinationCommandLine": "x"}
    task = {"id": "t", "commandLine": "x", "multiInstanceSettings": instances}
    listed = {"id": "j", "poolInfo": {"poolId": "p"}, "tasks": [{**task, "simulation": {"duration": "10m"}}]}
    made = scenario([{**body, "enableInterNodeCommunication": True}], [listed], **rest)
    return check(simulate(made))


@pytest.mark.parametrize("scales", [False, True])
def test_a_run_that_stalls_states_so_with_the_rate_of_its_nodes(scales: bool) -> None:
    body = scaled("$TargetDedicatedNodes = 12;") if scales else pool(targetDedicatedNodes=12)
    body["simulation"]["timing"] = {"creating": "7m"}
    answer = summarize(gang(body))
    assert answer["stopped"] == answer["bill"]["until"] == "stalled"
    assert answer["bill"]["end_s"] == 7 * 60
    assert answer["cost"]["total"] == pytest.approx(12 * 0.1 * 7 / 60, abs=0.005)
    reported = bill_of(answer)
    assert reported.startswith("the run stopped at 7 min because nothing ")
    assert reported.endswith("; 12 nodes cost $1.20 an hour from there on")


def test_a_price_that_nobody_knows_makes_no_tail() -> None:
    sizes = {"D2": {"vcpus": 2, "memoryGiB": 8}}
    made = {"sizes": sizes, "options": {"timingPreset": "instant"}}
    found = check(simulate(scenario_of({**made, "pools": [pool(targetDedicatedNodes=1)], "jobs": [job(1, "10m")]})))
    bill = summarize(found)["bill"]
    assert bill["per_hour"] is bill["tail_cost"] is None
    assert "the pools cost unknown an hour" in bill_of(summarize(found))


def test_a_bill_does_not_depend_on_the_steps_of_the_run() -> None:
    made = scenario([scaled()], [job(10, "10m")])
    whole = summarize(simulate(made))
    steps = Simulation(made)
    for hour in range(40):
        steps.advance(hour * 3600.0)
    assert summarize(steps.recording()) == whole
