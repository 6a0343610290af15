"""A formula sees plain numbers in every metric, whatever counts them and under every option that has a say in it."""

from itertools import product

import pytest

from simulator import simulate
from simulator.formula.variables import METRICS, RETIRED
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario

OPTIONS = [
    {"dispatchCountedAs": dispatched, "cpuScale": scale, "retiredMetrics": retired, "cpuSlowdown": shared}
    for dispatched, scale, retired, shared in product(
        ("running", "active"), ("fraction", "percent"), ("absent", "sampled"), (False, True)
    )
]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: ", ".join(map(str, options.values())))
def test_every_metric_is_a_number_with_which_a_formula_computes(options: dict[str, object]) -> None:
    """Tasks wait, are dispatched, run, fail and share cores at the samples, and nodes are preempted."""
    sampled = [name for name in METRICS if name not in RETIRED or options["retiredMetrics"] == "sampled"]
    uses = " + ".join(f"{name}.GetSample(1) * 2 / 3" for name in sampled)
    formula = f"$TargetLowPriorityNodes = min(2, 2 + {uses});"
    body = pool(
        enableAutoScale=True,
        autoScaleFormula=formula,
        autoScaleEvaluationInterval="5m",
        simulation={"timing": {"dispatchLatency": "50s"}, "preemption": {"model": "hazard", "ratePerHour": 6}},
    )
    work = job(40, "70s", cores=1, memory=2, failureProbability=0.3, maxTaskRetryCount=1)
    first = {"at": "1s", "operation": "disableAutoScale", "pool": "p"}
    grow = {"at": "2s", "operation": "resize", "pool": "p", "targetLowPriorityNodes": 2}
    again = {"at": "3s", "operation": "enableAutoScale", "pool": "p", "autoScaleFormula": formula}
    found = check(simulate(scenario([body], [work], timeline=[first, grow, again], options=options, horizon="31m")))
    failed = found.evaluations["error"].notna().tolist()
    assert failed == [True, True, *([False] * (len(failed) - 2))], "nothing is sampled at first"
