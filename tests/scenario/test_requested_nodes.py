"""Which kinds of nodes a pool may be asked for: one answer for checks, assumptions, plans and reports."""

from typing import Any

import pytest

from simulator import Scenario
from simulator.planning.doubts import doubts
from simulator.scenario.checks.never_runs import reach_of
from simulator.scenario.checks.requested_nodes import may_be_asked_for
from simulator.states import NodeKind
from tests.engine.worlds import LINUX, job, pool, scenario

BAND: dict[str, Any] = {"model": "hazard", "evictionRateBand": "5-10"}


def spot(**body: Any) -> dict[str, Any]:
    return pool(simulation={"preemption": BAND}, **body)


def formula(text: str) -> dict[str, Any]:
    return spot(enableAutoScale=True, autoScaleFormula=text)


def described(body: dict[str, Any], *timeline: dict[str, Any]) -> Scenario:
    return scenario([body, pool(id="pq", targetDedicatedNodes=1)], [job(1, "1m")], timeline=list(timeline))


def resize(name: str, **targets: int) -> dict[str, Any]:
    return {"at": "1m", "operation": "resize", "pool": name, **targets}


def scaled(name: str, text: str) -> dict[str, Any]:
    return {"at": "1m", "operation": "enableAutoScale", "pool": name, "autoScaleFormula": text}


LOW = "$TargetLowPriorityNodes = 3;"
NONE = "$TargetDedicatedNodes = 2; $TargetLowPriorityNodes = 0;"
CASES: dict[str, tuple[Scenario, bool]] = {
    "a target": (described(spot(targetLowPriorityNodes=1)), True),
    "no target": (described(spot(targetDedicatedNodes=1)), False),
    "a formula": (described(formula(LOW)), True),
    "a formula by an old name": (described(formula("$TargetLowPriority = 3;")), True),
    "a formula that sets none": (described(formula(NONE)), False),
    "a formula that only reads them": (described(formula("$TargetDedicatedNodes = $TargetLowPriorityNodes;")), False),
    "a resize": (described(spot(targetDedicatedNodes=1), resize("P", targetLowPriorityNodes=1)), True),
    "a resize to none": (described(spot(targetDedicatedNodes=1), resize("p", targetLowPriorityNodes=0)), False),
    "a resize of another": (described(spot(targetDedicatedNodes=1), resize("pq", targetLowPriorityNodes=1)), False),
    "autoscale later": (described(spot(targetDedicatedNodes=1), scaled("p", LOW)), True),
    "autoscale of another": (described(spot(targetDedicatedNodes=1), scaled("pq", LOW)), False),
}


@pytest.mark.parametrize("case", CASES)
def test_everybody_judges_a_pool_alike(case: str) -> None:
    made, expected = CASES[case]
    first = made.pools[0]
    assert may_be_asked_for(made, first, NodeKind.LOW_PRIORITY) is expected
    assert (reach_of(made, first).of_kind[NodeKind.LOW_PRIORITY] > 0) is expected
    own = any("pool 'p' has low-priority nodes in an account" in warning.message for warning in made.warnings)
    assert own is expected
    if "another" not in case:
        assert any(one.name == "evictions" for one in doubts(made)) is expected


def test_a_resize_of_a_pool_does_not_make_one_larger_whose_id_it_begins_with() -> None:
    made = described(spot(targetDedicatedNodes=1), resize("pq", targetDedicatedNodes=50))
    assert [reach_of(made, one).of_kind[NodeKind.DEDICATED] for one in made.pools] == [1, 50]


@pytest.mark.parametrize(("name", "expected"), [("own_a", 9), ("own_b", 1), ("own_ab", 1), ("own", 1)])
def test_a_pool_that_a_job_brings_is_named_by_the_id_that_it_will_have(name: str, expected: int) -> None:
    body = {"vmSize": "D2", "virtualMachineConfiguration": LINUX, "targetDedicatedNodes": 1}
    auto = {"autoPoolIdPrefix": "own", "pool": body}
    jobs = [job(1, "1m", name=one) | {"poolInfo": {"autoPoolSpecification": auto}} for one in ("a", "c")]
    others = [pool(id=one, targetDedicatedNodes=1) for one in ("own_b", "own_ab", "own")]
    made = scenario(others, jobs, timeline=[resize(name, targetDedicatedNodes=9)])
    brought = made.jobs[0].auto_pool
    assert brought is not None
    assert reach_of(made, brought.pool).of_kind[NodeKind.DEDICATED] == expected


@pytest.mark.parametrize(("lifetime", "name"), [("job", "own_s_job-2"), ("jobschedule", "own_s")])
def test_so_is_that_of_a_schedule(lifetime: str, name: str) -> None:
    body = {"vmSize": "D2", "virtualMachineConfiguration": LINUX, "targetDedicatedNodes": 1}
    auto = {"autoPoolIdPrefix": "own", "poolLifetimeOption": lifetime, "pool": body}
    task = {"id": "t", "commandLine": "sleep 5"}
    job_of = {"poolInfo": {"autoPoolSpecification": auto}, "tasks": [task]}
    schedule = {"id": "s", "schedule": {"recurrenceInterval": "PT1H"}, "jobSpecification": job_of}
    made = scenario([], [], jobSchedules=[schedule], horizon="3h", timeline=[resize(name, targetDedicatedNodes=9)])
    brought = made.job_schedules[0].job_specification.auto_pool
    assert brought is not None
    assert reach_of(made, brought.pool).of_kind[NodeKind.DEDICATED] == 9


def test_the_image_bounds_what_a_pool_can_have() -> None:
    image = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/i"
    machine = {**LINUX, "imageReference": {"virtualMachineImageId": image}}
    made = described(pool(targetDedicatedNodes=5000, targetLowPriorityNodes=5000, virtualMachineConfiguration=machine))
    assert reach_of(made, made.pools[0]).of_kind == {NodeKind.DEDICATED: 2000, NodeKind.LOW_PRIORITY: 1000}
