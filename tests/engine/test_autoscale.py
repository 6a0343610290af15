"""The autoscale loop: when a formula runs, what it sees, and what becomes of its result."""

from typing import Any

import pytest

from simulator import InputError, Recording, Scenario, Simulation, simulate
from simulator.engine.pools.autoscaler import Autoscaler
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario
from tests.features.story import UBUNTU

FOLLOW = """
$tasks = max(0, $PendingTasks.GetSample(1));
$TargetDedicatedNodes = min(8, $tasks);
$NodeDeallocationOption = taskcompletion;
"""


def scaling(formula: str, minutes: int = 5, **body: Any) -> dict[str, Any]:
    interval = f"PT{minutes}M"
    return pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval=interval, **body)


def run(formula: str, jobs: list[Any], minutes: int = 5, body: dict[str, Any] | None = None, **rest: Any) -> Recording:
    return check(simulate(scenario([scaling(formula, minutes, **(body or {}))], jobs, **rest)))


def values(recording: Recording, name: str) -> list[str]:
    """Return a user variable at every evaluation."""
    entries = [dict(part.split("=", 1) for part in text.split(";")) for text in recording.evaluations["results"]]
    return [entry.get(name, "-") for entry in entries]


def test_the_first_run_is_at_once_and_the_next_ones_at_every_interval() -> None:
    found = run("n = $PendingTasks.Count();", [job(1, "1s")], 15, horizon="1h")
    assert found.evaluations["time"].tolist() == [0, 900, 1800, 2700, 3600]
    assert values(found, "n")[0] == "0"
    later = run("n = 1;", [job(1, "1s")], 15, horizon="1h", options={"firstEval": "after_interval"})
    assert later.evaluations["time"].tolist() == [900, 1800, 2700, 3600]


@pytest.mark.parametrize(
    ("options", "available"),
    [
        ({"sampleProfile": "custom"}, "10"),
        ({"sampleProfile": "documented"}, "8"),
        ({"sampleProfile": "custom", "sampleDelayS": 31}, "8"),
        ({"sampleProfile": "custom", "samplePhaseS": 10}, "10"),
        ({"sampleDropProbability": 1}, "0"),
    ],
)
def test_samples_are_taken_every_half_minute_and_read_when_they_are_due(
    options: dict[str, Any], available: str
) -> None:
    """Ten samples in five minutes; each is withheld for as long as the profile says."""
    found = run("n = $PendingTasks.Count();", [job(1, "1s")], horizon="5m", options=options)
    assert values(found, "n")[1] == available


def test_a_window_holds_what_the_pool_did() -> None:
    """Two tasks of 100 s on one slot from 60 s on: two pending, then one, then none."""
    work = job(2, "100s", arrivals={"atOnce": {"at": "60s"}})
    formula = """
    $TargetDedicatedNodes = 1;
    p = $PendingTasks.GetSample(TimeInterval_Minute * 5, 0);
    r = $RunningTasks.GetSample(TimeInterval_Minute * 5, 0);
    a = $ActiveTasks.GetSample(TimeInterval_Minute * 5, 0);
    s = $SucceededTasks.GetSample(1);
    u = $UsableNodeCount.GetSample(1);
    c = $CPUPercent.GetSample(TimeInterval_Minute * 5, 0);
    """
    found = run(formula, [work], horizon="5m", options={"sampleProfile": "custom"})
    assert values(found, "p")[1] == "[0,2,2,2,2,1,1,1,0,0]"
    assert values(found, "r")[1] == "[0,0,1,1,1,1,1,1,0,0]"
    assert values(found, "a")[1] == "[0,2,1,1,1,0,0,0,0,0]"
    assert values(found, "c")[1] == "[0,0,1,1,1,1,1,1,0,0]"
    assert (values(found, "s")[1], values(found, "u")[1]) == ("[2]", "[1]")


def test_cpu_is_the_share_of_cores_that_tasks_take_and_needs_nodes() -> None:
    formula = "$TargetDedicatedNodes = 1; c = $CPUPercent.GetSample(1);"
    body = {"taskSlotsPerNode": 4}
    found = run(formula, [job(3, "1h")], body=body, horizon="5m", options={"sampleProfile": "custom"})
    assert values(found, "c") == ["[]", "[0.75]"]
    none = run("c = $CPUPercent.Count();", [job(1, "1s")], horizon="5m")
    assert values(none, "c")[1] == "0"


def test_the_pool_follows_its_queue_up_and_down() -> None:
    found = run(FOLLOW, [job(4, "10m")])
    resizes = found.resizes
    assert resizes[["dedicated_from", "dedicated_to"]].to_numpy().tolist() == [[0, 4], [4, 0]]
    assert found.tasks["succeeded"].all()
    assert found.raw.stop_reason == "work done"
    assert found.nodes["gone"].max() < 3600


def test_an_error_leaves_the_pool_as_it_is_and_is_recorded() -> None:
    formula = "$TargetDedicatedNodes = 5; x = avg($PendingTasks.GetSample(TimeInterval_Minute * 5)); y = nosuch;"
    found = run(formula, [job(1, "1s")], horizon="6m", options={"sampleProfile": "custom"})
    rows = found.evaluations
    assert rows["error"].tolist() == ["InsufficientSampleData", "AutoScalingFormulaEvaluationError"]
    assert rows["action"].tolist() == ["error", "error"]
    assert rows["target_dedicated"].tolist() == [0, 0]
    assert "wanted 70%, received 0%" in rows["message"].iloc[0]
    assert len(found.nodes) == 0


def test_a_target_beyond_the_quota_is_no_error_of_the_formula() -> None:
    """Conformance case C60: the pool grows to the quota and reports a resize error."""
    found = run("$TargetDedicatedNodes = 50;", [job(1, "1h")], horizon="10m", account={"dedicatedCoreQuota": 40})
    assert found.evaluations["error"].isna().all()
    assert found.resizes["code"].tolist() == ["AccountCoreQuotaReached"] * 3, "asked for again at each evaluation"
    assert len(found.nodes) == 20


@pytest.mark.parametrize(("retry", "resizes"), [("on_target_change", 1), ("on_shortfall", 3)])
def test_whether_an_unchanged_target_is_tried_again(retry: str, resizes: int) -> None:
    """`autoscaleRetry`."""
    options = {"autoscaleRetry": retry}
    account = {"dedicatedCoreQuota": 2}
    found = run("$TargetDedicatedNodes = 2;", [job(1, "1h")], horizon="10m", account=account, options=options)
    assert len(found.resizes) == resizes


def test_a_new_target_replaces_one_that_is_not_reached_yet() -> None:
    """Growth is retargeted; what is on order and still wanted comes, the rest is cancelled first."""
    timing = {"allocationLatency": "7m", "allocationTail": 0}
    formula = "$TargetDedicatedNodes = time().minute < 5 ? 6 : 2;"
    found = run(formula, [job(1, "1h")], body={"simulation": {"timing": timing}}, horizon="20m")
    assert found.resizes["code"].tolist() == ["Retargeted", "Success"]
    assert found.evaluations["action"].tolist()[:2] == ["resize", "retarget"]
    assert found.nodes["created"].tolist() == [420, 420]


@pytest.mark.parametrize(("pending", "grows_at"), [("apply_on_end", 3060), ("wait_next_evaluation", 3300)])
def test_a_drain_blocks_the_next_resize(pending: str, grows_at: float) -> None:
    """`pendingTarget`: the task of 51 min ends at 3060 s; at 5 min the pool wants 0, at 10 min it wants 3."""
    formula = """
    m = time().minute;
    $TargetDedicatedNodes = m < 5 ? 1 : m < 10 ? 0 : 3;
    $NodeDeallocationOption = taskcompletion;
    """
    found = run(formula, [job(1, "51m")], horizon="59m", options={"pendingTarget": pending})
    actions = found.evaluations["action"].tolist()
    assert actions[:3] == ["resize", "resize", "pending"]
    assert found.resizes["start"].tolist() == [0, 300, grows_at]
    assert sorted(found.nodes["created"]) == [0, grows_at, grows_at, grows_at]


def test_a_growth_under_autoscale_gives_up_after_a_quarter_of_an_hour_and_a_drain_never() -> None:
    """`autoscaleResizeTimeout` and `autoscaleDrainTimeout`."""
    timing = {"allocationLatency": "20m"}
    body = {"simulation": {"timing": timing}}
    stuck = {"autoscaleRetry": "on_target_change"}
    found = run("$TargetDedicatedNodes = 2;", [job(1, "1h")], body=body, horizon="30m", options=stuck)
    assert found.resizes["code"].tolist() == ["AllocationTimedout"]
    assert found.resizes["end"].tolist() == [900]
    formula = "$TargetDedicatedNodes = time().hour < 1 ? 1 : 0; $NodeDeallocationOption = taskcompletion;"
    drained = run(formula, [job(1, "10h")], 60)
    assert drained.tasks["end"].tolist() == [36000]
    assert drained.resizes["code"].tolist() == ["Success", "Success"]


def test_a_manual_resize_is_refused() -> None:
    timeline = [{"at": "1m", "operation": "resize", "pool": "p", "targetDedicatedNodes": 9}]
    found = run("$TargetDedicatedNodes = 1;", [job(1, "5m")], timeline=timeline, horizon="10m")
    assert "OperationNotValidOnPool" in found.resizes["code"].tolist()
    assert len(found.nodes) == 1


def test_a_pool_that_never_grows_does_not_run_for_ever() -> None:
    found = run("$TargetDedicatedNodes = 0;", [job(1, "5m")], 60)
    assert found.raw.stop_reason == "stalled"
    assert 7 * 86400 <= found.raw.end / 1000 <= 7 * 86400 + 3600


def test_a_pool_that_never_shrinks_is_watched_for_a_day_after_its_work() -> None:
    found = run("$TargetDedicatedNodes = 1;", [job(1, "5m")], 60)
    assert found.raw.stop_reason == "work done"
    assert 86400 + 300 <= found.raw.end / 1000 <= 86400 + 3900


def described() -> Scenario:
    body = scaling(FOLLOW, targetLowPriorityNodes=0) | {"simulation": {"timing": {"preset": "typical"}}}
    del body["targetLowPriorityNodes"]
    work = job(60, {"exponential": {"mean": "4m"}}, arrivals={"poisson": {"ratePerHour": 60}})
    return scenario([body], [work])


def test_evaluating_again_what_the_engine_saw_gives_what_the_engine_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    again: list[str] = []
    original = Autoscaler.run

    def spied(self: Autoscaler) -> Any:
        again.append(self.formula.evaluate(self.context(), trace=True).results)
        return original(self)

    monkeypatch.setattr(Autoscaler, "run", spied)
    found = check(simulate(described()))
    assert len(again) > 10
    assert again == found.evaluations["results"].tolist()


def test_any_number_of_steps_gives_the_same_record_under_autoscale() -> None:
    whole = check(simulate(described()))
    steps = Simulation(described())
    for instant in range(0, 9000, 37):
        steps.advance(instant)
    steps.advance()
    parts = check(steps.recording())
    assert parts.attempts.equals(whole.attempts)
    assert parts.evaluations.equals(whole.evaluations)
    assert parts.node_states.equals(whole.node_states)
    assert parts.raw.end == whole.raw.end


def test_traces_are_kept_if_asked_for() -> None:
    found = run("a = 1 > 0 ? 2 : 3;", [job(1, "1s")], horizon="1m", options={"recordTraces": True})
    assert '"taken": "then"' in found.evaluations["trace"].iloc[0]


def test_retired_metrics_have_no_samples_unless_an_option_brings_them_back() -> None:
    formula = """
    $TargetDedicatedNodes = 1;
    n = $SampleNodeCount.GetSample(1);
    m = $MemoryBytes.GetSample(1);
    d = $DiskReadOps.Count();
    """
    work = [job(1, "1h", memory=2)]
    plain = run(formula, work, horizon="5m")
    assert (values(plain, "n")[1], values(plain, "d")[1]) == ("[]", "0")
    back = run(formula, work, horizon="5m", options={"retiredMetrics": "sampled", "sampleProfile": "custom"})
    assert (values(back, "n")[1], values(back, "m")[1], values(back, "d")[1]) == ("[1]", "[2147.483648]", "10")


def test_raw_and_applied_targets_are_both_recorded() -> None:
    found = run("$TargetDedicatedNodes = 2.7; $TargetLowPriorityNodes = -1;", [job(1, "1s")], horizon="1m")
    columns = ["raw_dedicated", "raw_low_priority", "target_dedicated", "target_low_priority", "warnings"]
    assert found.evaluations[columns].to_numpy().tolist()[0] == [2.7, -1, 2, 0, 1]


@pytest.mark.parametrize(
    ("change", "times"),
    [
        ({"autoScaleFormula": "n = 2;"}, [0, 900, 1800]),
        ({"autoScaleEvaluationInterval": "10m"}, [0, 960, 1560]),
    ],
)
def test_a_new_interval_starts_a_new_schedule_and_a_new_formula_keeps_it(
    change: dict[str, str], times: list[float]
) -> None:
    """Conformance case C58: a change at 6 min of a pool with an interval of 15 min, nothing run on re-enabling."""
    timeline = [{"at": "6m", "operation": "enableAutoScale", "pool": "p", **change}]
    options = {"runOnReenable": False}
    found = run("n = 1;", [job(1, "1s")], 15, timeline=timeline, horizon="30m", options=options)
    assert found.evaluations["time"].tolist() == times
    at_once = run("n = 1;", [job(1, "1s")], 15, timeline=timeline, horizon="7m")
    assert at_once.evaluations["time"].tolist() == [0, 360]


@pytest.mark.parametrize(("second", "code"), [(29, "TooManyEnableAutoScaleRequests"), (30, "Success")])
def test_two_enable_requests_need_half_a_minute_between_them(second: float, code: str) -> None:
    """Conformance case C59."""
    timeline = [{"at": f"{second}s", "operation": "enableAutoScale", "pool": "p", "autoScaleFormula": "n = 2;"}]
    found = run("n = 1;", [job(1, "1s")], 15, timeline=timeline, horizon="1m")
    assert found.operations["code"].tolist() == [code]


def test_autoscale_is_enabled_and_disabled_while_the_pool_lives() -> None:
    """The history begins when autoscale is enabled, also on an old pool; a pool that is being resized refuses."""
    formula = "$TargetDedicatedNodes = 3; n = $PendingTasks.Count();"
    enable = {"operation": "enableAutoScale", "pool": "p", "autoScaleFormula": formula}
    timeline = [
        {"at": "10s", **enable},
        {"at": "1h", **enable},
        {"at": "2h", "operation": "disableAutoScale", "pool": "p"},
        {"at": "3h", "operation": "resize", "pool": "p", "targetDedicatedNodes": 1},
    ]
    timing = {"allocationLatency": "1m"}
    body = pool(targetDedicatedNodes=1, simulation={"timing": timing})
    found = check(simulate(scenario([body], [job(1, "5h")], timeline=timeline)))
    assert found.operations["code"].tolist() == ["PoolBeingResized", "Success", "Success", "Success"]
    assert found.evaluations["time"].tolist() == [3600, 4500, 5400, 6300]
    assert values(found, "n")[0] == "0"
    assert found.resizes["dedicated_to"].tolist() == [1, 3, 1]


@pytest.mark.parametrize(("interval", "accepted"), [("299s", False), ("5m", True), ("168h", True), ("10081m", False)])
def test_intervals_that_the_service_refuses(interval: str, accepted: bool) -> None:
    """Conformance case C59."""
    operation = {"at": "1h", "operation": "enableAutoScale", "pool": "p", "autoScaleEvaluationInterval": interval}
    body = scaling("n = 1;", virtualMachineConfiguration=UBUNTU)
    if accepted:
        scenario([body], [job(1, "1s")], timeline=[operation])
        return
    with pytest.raises(InputError, match="from 5 minutes to 168 hours"):
        scenario([body], [job(1, "1s")], timeline=[operation])
