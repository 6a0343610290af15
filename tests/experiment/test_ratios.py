"""A ratio over replications is the sum of its numerators over that of its denominators, as tables have them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pytest

from simulator import Recording, simulate
from simulator.experiment.estimates import estimate
from simulator.experiment.measures import PATHS, find_measure, with_weights
from simulator.experiment.trial import Wanted, run_trial
from simulator.results.answer.parts import Fit
from simulator.scenario.prepared import Prepared
from tests.engine.worlds import act, job, pool, scenario

RATIOS: Final = {row.path: row.number for row in PATHS if row.number.fit is Fit.RATIO}
RUNS: Final = 4


def useful(run: Recording) -> tuple[float, float]:
    """Return node time with a task that succeeds, and node time that is paid for."""
    ledger = run.table("ledger").to_pandas()
    return ledger.time[ledger.label == "busy_useful"].sum(), ledger.billed.sum()


PARTS: Final[Mapping[str, Callable[[Recording], tuple[float, float]]]] = {"utilization.useful": useful}
"""Numerator and denominator of each ratio, from the tables of a run."""
HAZARD: Final = {"model": "hazard", "ratePerHour": 2}
TIMES: Final = {"timing": {"creating": "4m", "recoveryDelay": {"exponential": {"mean": "10m"}}}}
BILLING: Final[Mapping[str, dict[str, Any]]] = {
    "by the second": {},
    "by the hour": {"options": {"billingGranularity": "hour"}},
    "at least half an hour": {"options": {"billingMinimumS": 1800}},
    "from starting on": {"options": {"billingStart": "starting"}},
    "from starting on, by the hour": {"options": {"billingStart": "starting", "billingGranularity": "hour"}},
    "cut by a horizon": {"horizon": "40m", "options": {"billingGranularity": "minute"}},
    "nodes deallocated": {
        "options": {"apiProfile": "2025-06", "billingGranularity": "hour"},
        "timeline": [act("12m", "deallocateNode", pool="p", nodeId="p_1_d")],
    },
}


@pytest.mark.parametrize("billing", BILLING)
@pytest.mark.parametrize("path", RATIOS)
def test_it_is_what_the_tables_of_its_replications_add_up_to(path: str, billing: str) -> None:
    """Runs are of different lengths and lose different numbers of VMs, so that no other weight gives the same."""
    body = pool(targetDedicatedNodes=1, targetLowPriorityNodes=2, simulation={"preemption": HAZARD, **TIMES})
    made = scenario([body], [job(12, {"lognormal": {"median": "8m", "p95": "40m"}})], **BILLING[billing])
    prepared, wanted = Prepared(made), with_weights([path])
    rows = [run_trial(prepared, 0, number, Wanted(measures=wanted)).values for number in range(RUNS)]
    columns = {name: np.array([row[name] for row in rows], dtype=np.float64) for name in wanted}
    tops, bottoms = np.array([PARTS[path](simulate(made, number)) for number in range(RUNS)]).T
    found, weight = estimate(path, columns), find_measure(path).weight
    assert found is not None
    assert weight is not None
    assert np.ptp(bottoms) > 0
    assert found.value == pytest.approx(tops.sum() / bottoms.sum(), rel=1e-9)
    assert np.ptp(columns[weight] / bottoms) == pytest.approx(0, abs=1e-9), "weighted by its own denominator"


def test_each_ratio_has_its_parts_here() -> None:
    assert PARTS.keys() == RATIOS.keys()
    assert all(number.weight for number in RATIOS.values())
