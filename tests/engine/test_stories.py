"""Short stories of pools, each a scenario and what came of it."""

import pytest

from simulator import Simulation, simulate
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario


def test_eight_tasks_on_four_slots_take_two_waves() -> None:
    """Feature row 27: never more than four at once, a makespan of two waves."""
    run = check(simulate(scenario([pool(targetDedicatedNodes=1, taskSlotsPerNode=4)], [job(8, "60s")])))
    assert sorted(run.tasks["end"]) == [60.0] * 4 + [120.0] * 4


@pytest.mark.parametrize(("fill", "nodes"), [("spread", 4), ("pack", 1)])
def test_fill_type_decides_how_many_nodes_work(fill: str, nodes: int) -> None:
    """Feature row 28: four tasks at once on four idle nodes of four slots."""
    body = pool(targetDedicatedNodes=4, taskSlotsPerNode=4, taskSchedulingPolicy={"nodeFillType": fill})
    run = check(simulate(scenario([body], [job(4, "60s", arrivals={"atOnce": {"at": "10s"}})])))
    assert run.attempts["node"].nunique() == nodes


def test_a_node_passes_through_its_states_before_the_first_task() -> None:
    timing = {"creating": "30s", "starting": "60s", "startTask": "10s", "allocationLatency": "5s"}
    body = pool(targetDedicatedNodes=1, startTask={"commandLine": "x"}, simulation={"timing": timing})
    run = check(simulate(scenario([body], [job(1, "60s")])))
    assert list(run.node_states["state"]) == ["creating", "starting", "waitingforstarttask", "running"]
    assert list(run.attempts["start"]) == [105.0]


def test_a_capacity_event_gives_the_task_back_and_the_node_returns() -> None:
    """Feature row 19: the task runs again from zero, no retry is used, the node keeps its id."""
    events = {"model": "capacity_event", "fraction": 1, "times": ["50s"]}
    body = pool(
        targetLowPriorityNodes=1,
        simulation={"preemption": events, "timing": {"recoveryDelay": "100s", "starting": "10s"}},
    )
    run = check(simulate(scenario([body], [job(1, "60s")])))
    assert list(run.attempts["outcome"]) == ["preempted", "succeeded"]
    assert list(run.attempts["start"]) == [10.0, 160.0]
    assert run.attempts["node"].nunique() == 1
    assert list(run.tasks["preemptions"]) == [1]
    assert list(run.tasks["retries"]) == [0]


def test_a_task_that_ends_as_its_node_is_preempted_has_completed() -> None:
    """Completions come before node changes."""
    events = {"model": "capacity_event", "fraction": 1, "times": ["60s"]}
    body = pool(targetLowPriorityNodes=1, simulation={"preemption": events})
    run = check(simulate(scenario([body], [job(1, "60s")])))
    assert list(run.attempts["outcome"]) == ["succeeded"]


@pytest.mark.parametrize(
    ("option", "outcomes", "gone"),
    [
        ("requeue", ["requeued"], 100),
        ("terminate", ["terminated"], 100),
        ("taskcompletion", ["succeeded"], 7200),
    ],
)
def test_deallocation_option_decides_what_becomes_of_the_task(option: str, outcomes: list[str], gone: float) -> None:
    """Feature row 25."""
    resize = {"at": "100s", "operation": "resize", "pool": "p", "targetDedicatedNodes": 0}
    timeline = [{**resize, "nodeDeallocationOption": option, "resizeTimeout": "10h"}]
    run = check(simulate(scenario([pool(targetDedicatedNodes=1)], [job(1, "2h")], timeline=timeline)))
    assert list(run.attempts["outcome"]) == outcomes
    assert run.node_states["end"].max() == gone


def test_a_drain_that_times_out_puts_the_node_back_to_work() -> None:
    """RemoveNodesFailed, the target stays, undrained nodes return."""
    resize = {"at": "100s", "operation": "resize", "pool": "p", "targetDedicatedNodes": 0}
    timeline = [{**resize, "nodeDeallocationOption": "taskcompletion", "resizeTimeout": "5m"}]
    run = check(simulate(scenario([pool(targetDedicatedNodes=1)], [job(2, "1h")], timeline=timeline)))
    assert list(run.resizes["code"]) == ["Success", "RemoveNodesFailed"]
    assert list(run.tasks["end"]) == [3600.0, 7200.0]


def test_quota_allows_half_the_pool() -> None:
    """Feature row 13: quota of 10 cores, ten nodes of two cores wanted."""
    run = check(
        simulate(scenario([pool(targetDedicatedNodes=10)], [job(20, "60s")], account={"dedicatedCoreQuota": 10}))
    )
    assert list(run.resizes["code"]) == ["AccountCoreQuotaReached"]
    assert run.attempts["node"].nunique() == 5


def test_work_that_can_never_start_ends_the_run() -> None:
    run = check(simulate(scenario([pool(targetDedicatedNodes=1)], [job(1, "60s", requiredSlots=2)])))
    assert run.raw.never_fits.tolist() == [True]
    run = check(simulate(scenario([pool()], [job(1, "60s")])))
    assert run.raw.stop_reason == "stalled"


def test_any_number_of_steps_gives_the_same_record() -> None:
    timing = {"starting": {"lognormal": {"median": "60s", "p95": "120s"}}, "recoveryDelay": "100s"}
    body = pool(
        targetDedicatedNodes=2,
        targetLowPriorityNodes=3,
        simulation={"timing": timing, "preemption": {"model": "hazard", "ratePerHour": 5}},
    )
    described = scenario([body], [job(300, {"exponential": {"mean": "60s"}})])
    whole = check(simulate(described))
    steps = Simulation(described)
    for instant in range(0, 4000, 7):
        steps.advance(instant)
    steps.advance()
    parts = check(steps.recording())
    assert parts.attempts.equals(whole.attempts)
    assert parts.node_states.equals(whole.node_states)
    assert parts.raw.end == whole.raw.end
    assert set(whole.attempts["outcome"]) == {"succeeded", "preempted"}
