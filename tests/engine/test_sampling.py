"""When samples are taken and how late they can be read (`docs/model.md#delay-of-samples`)."""

from typing import Any

import pytest

from simulator import Recording, Simulation, simulate
from simulator.engine.pools.sample_delays import LOST, SampleDelays
from simulator.engine.random_streams import RandomStreams
from simulator.scenario.format.schema import Options
from simulator.states import NodeKind, NodeState
from tests.engine.laws import check
from tests.engine.worlds import act, job, pool, scenario

DRAWN = {"samplePhaseS": "drawn", "sampleLateProbability": "by_profile"}
"""What the helpers of these tests switch off."""
SHARE = """
share = $PendingTasks.GetSamplePercent(TimeInterval_Minute * 4);
$TargetDedicatedNodes = share >= 100 ? 1 : 0;
"""


def run(formulas: dict[str, str], hours: int, seed: int = 1, **options: Any) -> Recording:
    pools = [
        pool(enableAutoScale=True, autoScaleFormula=text, autoScaleEvaluationInterval="PT10M") | {"id": name}
        for name, text in formulas.items()
    ]
    work = job(1, "1m") | {"poolInfo": {"poolId": next(iter(formulas))}}
    made = scenario(pools, [work], horizon=f"{hours}h", seed=seed, options={**DRAWN, **options})
    return check(simulate(made))


def shares(found: Recording, name: str) -> list[float]:
    mine = found.evaluations[found.evaluations["pool"] == name]["results"]
    return [float(text.partition("share=")[2].partition(";")[0]) for text in mine]


def test_a_window_that_ends_now_is_full_as_a_rule_and_not_always() -> None:
    """With a phase of 0 it never was, and without late samples it always would be."""
    found = run({f"p{number}": SHARE for number in range(6)}, 24)
    after_the_first = [share for number in range(6) for share in shares(found, f"p{number}")[1:]]
    full = sum(share == 100 for share in after_the_first) / len(after_the_first)
    assert 0.5 < full < 1


@pytest.mark.parametrize(("phase", "share"), [(14, 100), (0, 87.5)])
def test_a_phase_that_is_given_decides_for_every_window(phase: float, share: float) -> None:
    found = run({"p": SHARE}, 24, samplePhaseS=phase, sampleLateProbability=0)
    assert set(shares(found, "p")[1:]) == {share}


def test_a_window_of_one_sample_fails_now_and_then() -> None:
    """Never without late samples, which is nobody's experience."""
    formula = "$TargetDedicatedNodes = max(0, $PendingTasks.GetSample(TimeInterval_Second * 60, 60));"
    late = run({"p": formula}, 96).evaluations["error"].notna()
    never = run({"p": formula}, 96, samplePhaseS=14, sampleLateProbability=0).evaluations["error"].notna()
    assert 0 < late.iloc[1:].mean() < 0.1
    assert not never.iloc[1:].any()


def delays(pool_id: str = "p", replication: int = 0, **options: Any) -> SampleDelays:
    made = Options.model_validate(options)
    return SampleDelays(made, RandomStreams(1, replication), pool_id)


def test_each_pool_and_replication_has_a_phase_of_its_own_and_keeps_it() -> None:
    phases = {delays(f"p{number}").phase for number in range(50)}
    assert len(phases) == 50
    assert all(0 <= phase < 30_000 for phase in phases)
    assert min(phases) < 5_000
    assert max(phases) > 25_000
    assert delays().phase == delays().phase != delays(replication=1).phase


@pytest.mark.parametrize(
    ("options", "phase"),
    [
        ({"sampleProfile": "exact"}, 0),
        ({"sampleProfile": "exact", "samplePhaseS": 7}, 7_000),
        ({"sampleProfile": "custom", "samplePhaseS": 0}, 0),
        ({"sampleProfile": "documented", "samplePhaseS": 29.5}, 29_500),
    ],
)
def test_phases_that_are_not_drawn(options: dict[str, Any], phase: int) -> None:
    assert delays(**options).phase == phase


@pytest.mark.parametrize("profile", ["typical", "documented", "custom"])
def test_profiles_that_draw_their_phase(profile: str) -> None:
    assert delays(sampleProfile=profile).phase == delays().phase > 0


@pytest.mark.parametrize(
    ("options", "low", "high", "late"),
    [
        ({}, 0, 10_000, 0.02),
        ({"sampleLateProbability": 0}, 0, 10_000, 0),
        ({"sampleLateProbability": 0.3, "sampleLateMaxS": 120}, 0, 10_000, 0.3),
        ({"sampleProfile": "documented"}, 60_000, 60_000, 0),
        ({"sampleProfile": "documented", "sampleLateProbability": 0.1}, 60_000, 60_000, 0.1),
        ({"sampleProfile": "custom", "sampleDelayS": 5, "sampleJitterS": 2}, 5_000, 7_000, 0),
        ({"sampleProfile": "custom"}, 0, 0, 0),
        ({"sampleProfile": "exact"}, 0, 0, 0),
        ({"sampleProfile": "exact", "sampleLateProbability": 1}, 0, 0, 0),
    ],
)
def test_how_late_samples_are(options: dict[str, Any], low: int, high: int, late: float) -> None:
    made = delays(**options)
    found = [made.of("$PendingTasks", tick) for tick in range(20_000)]
    later = [delay for delay in found if delay > high]
    assert all(delay >= low for delay in found)
    # Of the late ones those with a small draw are not later than the others can be.
    most = 1000 * float(options.get("sampleLateMaxS", 60)) + high
    seen = late * (1 - (high - low) / 2 / (most - high))
    assert len(later) / len(found) == pytest.approx(seen, abs=4 * (seen * (1 - seen) / len(found)) ** 0.5)
    assert max(found) <= most if late else max(found) <= high


def test_a_dropped_sample_can_never_be_read() -> None:
    made = delays(sampleDropProbability=0.25)
    found = [made.of("$PendingTasks", tick) for tick in range(8000)]
    assert found.count(LOST) / 8000 == pytest.approx(0.25, abs=0.02)


def test_a_metric_draws_the_same_whatever_is_sampled_beside_it_or_before() -> None:
    """The tick decides, not how many samples there were: a metric without samples for an hour loses no step."""
    busy, sparse = delays(), delays()
    for tick in range(400):
        busy.of("$PendingTasks", tick)
        busy.of("$CPUPercent", tick)
    whole, late = delays(), [sparse.of("$CPUPercent", tick) for tick in range(300, 400)]
    assert [whole.of("$CPUPercent", tick) for tick in range(400)][300:] == late
    first = [delays().of(metric, 0) for metric in ("$PendingTasks", "$ActiveTasks", "$RunningTasks")]
    assert len(set(first)) == 3, "each has a stream of its own"


def test_metrics_that_are_sampled_too_move_no_draw_of_others() -> None:
    formula = "n = $PendingTasks.Count(); $TargetDedicatedNodes = 1;"
    plain, more = (
        run({"p": formula}, 6, retiredMetrics=retired).evaluations["results"].tolist()
        for retired in ("absent", "sampled")
    )
    assert plain == more


@pytest.mark.parametrize("seed", range(3))
def test_counts_of_nodes_are_what_counting_them_finds(seed: int) -> None:
    """Nodes boot, are preempted, come back, restart and leave; at each step the census is what a count would say."""
    body = pool(
        targetDedicatedNodes=2,
        targetLowPriorityNodes=3,
        simulation={
            "timing": {"creating": "20s", "starting": "9s", "leaving": "15s", "recoveryDelay": "70s"},
            "preemption": {"model": "hazard", "ratePerHour": 20},
            "contactLoss": {"ratePerHour": 10},
        },
    )
    shrink = act("21m", "resize", pool="p", targetDedicatedNodes=1, targetLowPriorityNodes=1)
    described = scenario([body], [job(60, "90s")], timeline=[shrink], seed=seed, horizon="31m")
    simulation = Simulation(described)
    members = simulation.directory.pools[0].members
    for instant in range(0, 1860, 13):
        simulation.advance(instant)
        if instant in {0, 403}:
            members.census.watch(members)
        found = members.census.now
        nodes = list(members)
        with_vm = [node for node in nodes if node.has_vm]
        assert found.dedicated == sum(node.kind is NodeKind.DEDICATED for node in nodes)
        assert found.low_priority == sum(node.kind is NodeKind.LOW_PRIORITY for node in nodes)
        assert found.preempted == sum(node.state is NodeState.PREEMPTED for node in nodes)
        assert found.usable == sum(node.in_service for node in nodes)
        assert (found.with_vm, found.allocated) == (len(with_vm), sum(node.allocated for node in with_vm))


def test_a_metric_read_for_the_first_time_has_its_whole_past() -> None:
    """Whoever evaluates another formula on trial sees the samples of all ticks since autoscale was enabled."""
    body = pool(enableAutoScale=True, autoScaleFormula="$TargetDedicatedNodes = 1;", autoScaleEvaluationInterval="5m")
    asked = "x = $CurrentDedicatedNodes.Count(); y = sum($UsableNodeCount.GetSample(99));"
    trial = act("16m", "evaluateAutoScale", pool="p", autoScaleFormula=asked + "$TargetDedicatedNodes = 0;")
    described = scenario([body], [job(1, "20m")], timeline=[trial], options={"sampleProfile": "exact"}, horizon="31m")
    found = check(simulate(described))
    (answer,) = found.operations["message"].tolist()
    assert "x=31" in answer, answer
    assert "y=31" in answer, answer
