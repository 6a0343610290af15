"""Lost work by who took it: a pool that shrinks, or the cloud."""

from typing import Any

import pytest

from simulator import simulate, summarize
from simulator.experiment.measures import find_measure
from simulator.workshop.harm import HARMS, MEASURES, evicted
from tests.engine.laws import check
from tests.features.story import Body, job, operation, pool, scenario

HOUR = 3600.0
AWAY: Body = {
    "model": "capacity_curve",
    "points": [{"at": "0s", "available": 9}, {"at": "30m", "available": 0}, {"at": "40m", "available": 9}],
}


def lost(timeline: list[Body], option: str = "requeue", **targets: Any) -> dict[str, float]:
    """Return node-hours lost in all, by shrinks and by evictions, of two tasks of an hour."""
    body = pool(**targets, simulation={"preemption": AWAY})
    for one in timeline:
        one["nodeDeallocationOption"] = option
    answer = summarize(check(simulate(scenario(body, job(count=2, duration="1h"), timeline=timeline, horizon="5h"))))
    values = {name: find_measure(name).of(answer) for name in MEASURES}
    by_formula = HARMS["lost_work"].of(values, 5 * HOUR)
    assert answer["nodes"]["lost_to_shrinks_s"] / HOUR == by_formula
    return {"all": values["lost_node_hours"] or 0.0, "shrinks": by_formula, "evictions": evicted(values)}


@pytest.mark.parametrize("option", ["requeue", "terminate"])
def test_what_a_shrink_ends_is_lost_to_it(option: str) -> None:
    down = [operation("15m", "resize", targetDedicatedNodes=1)]
    assert lost(down, option, nodes=2) == pytest.approx({"all": 0.25, "shrinks": 0.25, "evictions": 0.0})


def test_what_the_cloud_takes_back_is_not() -> None:
    assert lost([], low_priority=2) == pytest.approx({"all": 1.0, "shrinks": 0.0, "evictions": 1.0})


def test_both_in_one_run_are_kept_apart() -> None:
    down = [operation("15m", "resize", targetLowPriorityNodes=1)]
    assert lost(down, low_priority=2) == pytest.approx({"all": 0.75, "shrinks": 0.25, "evictions": 0.5})


def test_tasks_that_are_waited_for_lose_nothing() -> None:
    down = [operation("15m", "resize", targetDedicatedNodes=1)]
    assert lost(down, "taskcompletion", nodes=2) == {"all": 0.0, "shrinks": 0.0, "evictions": 0.0}
