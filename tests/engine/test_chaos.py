"""Pools that hypothesis makes up, with everything happening at once: the laws hold, and steps change nothing."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator import Simulation, simulate
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario
from tests.examples import examples

SPANS = st.sampled_from(["0s", "1s", "7s", "40s", {"exponential": {"mean": "20s"}}])
OPTIONS = ["requeue", "terminate", "taskcompletion", "retaineddata"]
FORMULA = "$TargetDedicatedNodes = min(3, max(0, $PendingTasks.GetSample(1))); $NodeDeallocationOption = {};"
PREEMPTION = st.sampled_from(
    [
        {"model": "none"},
        {"model": "hazard", "ratePerHour": 30},
        {"model": "capacity_event", "fraction": 0.5, "times": ["40s", "90s", "400s"]},
        {"model": "capacity_curve", "points": [{"at": "0s", "available": 2}, {"at": "2m", "available": 0}]},
    ]
)


@st.composite
def operations(draw: st.DrawFn) -> dict[str, Any]:
    at = f"{draw(st.integers(0, 900))}s"
    kind = draw(st.sampled_from(["resize", "resize", "resize", "stopResize", "deletePool"]))
    if kind != "resize":
        return {"at": at, "operation": kind, "pool": "p"}
    return {
        "at": at,
        "operation": "resize",
        "pool": "p",
        "targetDedicatedNodes": draw(st.integers(0, 4)),
        "targetLowPriorityNodes": draw(st.integers(0, 4)),
        "nodeDeallocationOption": draw(st.sampled_from(OPTIONS)),
        "resizeTimeout": draw(st.sampled_from(["5m", "15m"])),
    }


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    names = (
        "allocationLatency",
        "creating",
        "starting",
        "leaving",
        "dispatchLatency",
        "launchOverhead",
        "recoveryDelay",
    )
    simulation = {"timing": {name: draw(SPANS) for name in names}, "preemption": draw(PREEMPTION)}
    body: dict[str, Any] = {"taskSlotsPerNode": draw(st.integers(1, 3)), "simulation": simulation}
    if draw(st.booleans()):
        formula = FORMULA.format(draw(st.sampled_from(OPTIONS)))
        body |= {"enableAutoScale": True, "autoScaleFormula": formula, "autoScaleEvaluationInterval": "5m"}
    else:
        body |= {"targetDedicatedNodes": draw(st.integers(0, 3)), "targetLowPriorityNodes": draw(st.integers(0, 3))}
    group = {
        "requiredSlots": draw(st.integers(1, 2)),
        "memory": draw(st.sampled_from([0, 3, 9])),
        "failureProbability": draw(st.sampled_from([0, 0.3])),
        "maxTaskRetryCount": draw(st.integers(-1, 2)) if draw(st.booleans()) else 0,
        "arrivals": {"poisson": {"ratePerHour": 600}},
    }
    duration = draw(st.sampled_from(["0s", "5s", "90s", {"exponential": {"mean": "60s"}}]))
    return {
        "body": body,
        "group": group,
        "count": draw(st.integers(1, 25)),
        "duration": duration,
        "timeline": draw(st.lists(operations(), max_size=4)),
        "horizon": draw(st.sampled_from([None, "10m", "31m"])),
        "options": {
            "scaleDownOrder": draw(st.sampled_from(["newest_idle_first", "random", "random_idle"])),
            "steadyWhen": draw(st.sampled_from(["allocated", "started", "idle"])),
            "billingGranularity": draw(st.sampled_from(["second", "minute"])),
            "retryPosition": draw(st.sampled_from(["creation_order", "tail"])),
        },
        "account": {"dedicatedCoreQuota": draw(st.sampled_from([None, 4]))},
        "seed": draw(st.integers(0, 99)),
    }


@examples(50)
@given(scenarios(), st.integers(1, 200))
def test_the_laws_hold_and_steps_change_nothing(plan: dict[str, Any], step: int) -> None:
    rest = {name: plan[name] for name in ("timeline", "options", "account", "seed")}
    if plan["horizon"]:
        rest["horizon"] = plan["horizon"]
    described = scenario([pool(**plan["body"])], [job(plan["count"], plan["duration"], **plan["group"])], **rest)
    whole = check(simulate(described))
    steps = Simulation(described)
    for instant in range(0, 2000, step):
        steps.advance(instant)
    steps.advance()
    parts = steps.recording()
    assert parts.attempts.equals(whole.attempts)
    assert parts.node_states.equals(whole.node_states)
    assert parts.resizes.equals(whole.resizes)
    assert parts.raw.end == whole.raw.end
