"""Second halves of rows of the feature table: what one test of a row leaves open."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulator import Recording, load, simulate
from simulator.results.answer.metrics import summarize
from simulator.results.events import lines
from tests.engine.laws import check
from tests.features.story import job, pool, run, task

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SCALED: dict[str, Any] = {"autoScaleEvaluationInterval": "PT10M", "enableAutoScale": True}


def test_row_08_resource_files_take_their_size_by_the_bandwidth() -> None:
    body = pool(nodes=2, simulation={"downloads": {"bandwidth": 100}})
    made = run(body, job(tasks=[task("plain", "60s"), task("fed", "60s", simulation={"input": 1024})]))
    spans = dict(zip(made.tasks["id"], (made.attempts["end"] - made.attempts["start"]).round(3), strict=True))
    assert spans == {"plain": 60.0, "fed": pytest.approx(70.24)}


def test_row_11_events_state_which_pool_is_automatic() -> None:
    own = {"autoPoolSpecification": {"autoPoolIdPrefix": "a", "poolLifetimeOption": "job", "pool": pool(nodes=1)}}
    later = job("k", count=1, poolInfo=own, simulation={"createdAt": "2h"}, onAllTasksComplete="terminatejob")
    made = run(pool(nodes=1), job(count=1), later)
    flags: dict[str, dict[str, bool]] = {}
    for event in map(json.loads, lines(made)):
        if "isAutoPool" in event["properties"]:
            flags.setdefault(event["operationName"], {})[event["properties"]["id"]] = event["properties"]["isAutoPool"]
    expected = {"p": False, "a_k": True}
    names = ("PoolCreateEvent", "PoolResizeStartEvent", "PoolResizeCompleteEvent")
    assert flags == dict.fromkeys(names, expected)


def shown(made: Recording, index: int) -> dict[str, float]:
    """Return the numbers that one evaluation came to."""
    pairs = (part.split("=", 1) for part in made.evaluations["results"][index].split(";") if "=" in part)
    return {name: float(value) for name, value in pairs if not name.startswith("$NodeDeallocation")}


def test_row_24_a_formula_sees_nothing_younger_than_its_delay() -> None:
    """Work comes 30 s before the evaluation; a profile that reads after 60 s knows nothing of it."""
    formula = """
    $n = $PendingTasks.Count();
    $pending = $n > 0 ? avg($PendingTasks.GetSample(1)) : -1;
    $TargetDedicatedNodes = 3;
    """
    late = job(count=5, duration="2h", at="570s")
    seen = {
        profile: shown(run(pool(**SCALED, autoScaleFormula=formula), late, horizon="11m", options=options), 1)
        for profile, options in {
            "at once": {"sampleProfile": "custom"},
            "late": {"sampleProfile": "documented"},
        }.items()
    }
    assert (seen["at once"]["$n"], seen["at once"]["$pending"]) == (20, 5)
    assert (seen["late"]["$n"], seen["late"]["$pending"]) == (18, 0)


def test_row_26_the_shipped_example_loses_nothing_and_is_cheaper() -> None:
    described = load(SCENARIOS / "end_of_job.yaml")
    made = check(simulate(described))
    tasks = summarize(made)["tasks"]
    assert tasks["succeeded"] == tasks["submitted"] == 100
    assert tasks["requeues"] == 0
    assert made.pool_timeline["current_dedicated"].iloc[-1] == 0
    kept = check(simulate(described.model_copy(update={"timeline": ()})))
    assert summarize(kept)["tasks"]["succeeded"] == 100
    assert summarize(made)["cost"]["total"] < summarize(kept)["cost"]["total"]
