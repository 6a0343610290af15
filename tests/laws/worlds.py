"""Scenarios for the laws: those of the oracle, and features that it does not know, drawn ones among them.

Plain data throughout: a span of time is a text like `90s`, so that a law can change all of them.
"""

from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

from tests.oracle.features import FEATURES
from tests.oracle.made_up import Draw, Scenario, base, operate

FORMULA: Final = (
    "$TargetDedicatedNodes = min(4, max(0, $PendingTasks.GetSample(1)));"
    "$TargetLowPriorityNodes = min(2, $RunningTasks.GetSample(1)); $NodeDeallocationOption = {};"
)


def with_autoscale(draw: Draw, made: Scenario) -> None:
    """A pool that scales itself."""
    body = made["pools"][-1]
    del body["targetDedicatedNodes"], body["targetLowPriorityNodes"], body["resizeTimeout"]
    option = draw.one("requeue", "terminate", "taskcompletion", "retaineddata")
    interval = draw.one("300s", "420s")
    body |= {
        "enableAutoScale": True,
        "autoScaleFormula": FORMULA.format(option),
        "autoScaleEvaluationInterval": interval,
    }


def with_dependencies(draw: Draw, made: Scenario) -> None:
    """Tasks that wait for others."""
    for body in made["jobs"]:
        body["usesTaskDependencies"] = True
        for number, one in enumerate(body["tasks"]):
            if number and draw.one(True, False):
                one["dependsOn"] = {"taskIds": [body["tasks"][draw.number(0, number - 1)]["id"]]}


def with_preparation(draw: Draw, made: Scenario) -> None:
    """Jobs that prepare their nodes and leave them clean."""
    for body in made["jobs"]:
        body["jobPreparationTask"] = {"commandLine": "work", "simulation": {"duration": draw.span(1, 90)}}
        body["jobReleaseTask"] = {"commandLine": "work", "simulation": {"duration": draw.span(1, 200)}}
        body["onAllTasksComplete"] = draw.one("terminatejob", "noaction")


def with_retries(draw: Draw, made: Scenario) -> None:
    """Tasks that fail, some of which are tried again."""
    for body in made["jobs"]:
        body["constraints"] = {"maxTaskRetryCount": draw.number(0, 2)}
        for one in body["tasks"]:
            one["simulation"]["exitCodes"] = draw.one([0], [3, 0], [1, 1, 0])


def with_limits(draw: Draw, made: Scenario) -> None:
    """Wall-clock limits of jobs."""
    for body in made["jobs"]:
        body["constraints"] = {**body.get("constraints", {}), "maxWallClockTime": draw.span(900, 4000)}


def with_operators(draw: Draw, made: Scenario) -> None:
    """Nodes that are rebooted, closed and opened, or out of contact."""
    for _ in range(draw.number(1, 3)):
        name = draw.one(*made["pools"])["id"]
        node = {"nodeId": [f"{name}_{draw.number(1, 3)}_d"]}
        option = draw.one("requeue", "terminate", "taskcompletion")
        kind, body = draw.one(
            ("reboot", {"nodeRebootOption": option}),
            ("disableScheduling", {"nodeDisableSchedulingOption": option}),
            ("enableScheduling", {}),
            ("loseContact", {"recovery": draw.span(60, 1500)}),
        )
        operate(made, draw.time(120), kind, pool=name, **node, **body)


def with_group(draw: Draw, made: Scenario) -> None:
    """Tasks that are drawn: when they come, how long they take, whether they fail."""
    made["jobs"][0]["simulation"]["workload"] = [
        {
            "count": draw.number(2, 12),
            "arrivals": {"poisson": {"ratePerHour": 60}},
            "duration": {"exponential": {"mean": draw.span(60, 600)}},
            "failureProbability": draw.one(0, 0.3),
            "maxTaskRetryCount": 1,
        }
    ]


def with_hazard(draw: Draw, made: Scenario) -> None:
    """Low-priority nodes that are taken one by one, or some of them together."""
    for body in made["pools"]:
        if not body.get("enableAutoScale"):
            body["targetLowPriorityNodes"] = draw.number(1, 4)
        body["simulation"]["timing"]["recoveryDelay"] = {"exponential": {"mean": draw.span(60, 600)}}
        body["simulation"]["preemption"] = draw.one(
            {"model": "hazard", "ratePerHour": 3},
            {"model": "capacity_event", "fraction": 0.5, "times": [draw.time(300)]},
            {
                "model": "capacity_curve",
                "points": [{"at": "0s", "available": 3}, {"at": draw.time(300), "available": 1}],
            },
        )


CERTAIN: Final[dict[str, Callable[[Draw, Scenario], None]]] = {
    **FEATURES,
    "dependencies": with_dependencies,
    "preparation": with_preparation,
    "retries": with_retries,
    "job limits": with_limits,
    "operators": with_operators,
}
"""Features without a draw during the run, and without the sampler, which takes its samples every 30 s in any case."""
ALL: Final = {**CERTAIN, "autoscale": with_autoscale, "group": with_group, "hazard": with_hazard}


def world(seed: int, features: frozenset[str]) -> Scenario:
    """Return the scenario of a seed with the features that are asked for."""
    draw = Draw(seed)
    made = base(draw)
    made["options"]["lostNodeRequeueDelay"] = "300s"
    made["seed"] = seed % 1000
    for name, add in ALL.items():
        if name in features:
            add(draw, made)
    return made


def worlds(features: dict[str, Any] = ALL) -> st.SearchStrategy[Scenario]:
    """Return scenarios with up to five of the features."""
    chosen = st.frozensets(st.sampled_from(sorted(features)), max_size=5)
    return st.builds(world, st.integers(0, 2**32), chosen)
