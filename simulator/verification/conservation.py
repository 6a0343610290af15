"""What holds in every run: Little's law, the utilization law, and sums that come out to the last millisecond."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from simulator.engine.simulation import simulate
from simulator.results.recording import Recording
from simulator.scenario.schema import Scenario
from simulator.verification.case import Case, Effort, exact
from simulator.verification.models import described, exponential

FAMILY: Final = "conservation"


def cases(effort: Effort) -> Iterator[Case]:
    """Read each law from two tables of one run that has everything: boot, preemption, retries, a shrink."""
    run = simulate(_lively(effort))
    timeline, tasks, nodes = run.pool_timeline, run.tasks, run.node_states
    spans = np.diff(np.append(timeline["time"].to_numpy(), run.raw.end / 1000))
    inside = (tasks["end"].fillna(run.raw.end / 1000) - tasks["submit"]).sum()
    number = timeline["queued_tasks"] + timeline["running_tasks"]
    yield _same("Little's law: ∫ N dt and Σ stays", inside, "L = λW", float((number * spans).sum()), "s")
    attempts = run.attempts
    held = ((attempts["end"] - attempts["assigned"]) * tasks["slots"].to_numpy()[run.raw.attempts.task]).sum()
    busy = float((timeline["used_slots"] * spans).sum())
    yield _same("utilization law: ∫ used slots dt and Σ slots × service", held, "ρ = λE[S]/c", busy, "s")
    lives = (nodes["end"] - nodes["start"]).sum()
    yield _same("ledger: Σ labels and Σ lives", lives, "every node-second one label", _labels(run), "s")
    bill = run.bill
    for name, parts in (("pool", bill.by(0)), ("label", bill.by(2)), ("job", bill.by_job)):
        yield _same(f"bill by {name}", bill.total / 1e9, "parts sum to the bill", sum(parts.values()) / 1e9, "")
    done = float(tasks["succeeded"].sum() + (tasks["end"].notna() & ~tasks["succeeded"]).sum())
    left = float(tasks["end"].isna().sum())
    yield _same("flow: submitted, and succeeded + failed + unfinished", len(tasks), "flow in = flow out", done + left, "")


def _same(name: str, theory: float, source: str, found: float, unit: str) -> Case:
    """Judge two sums of milliseconds that must agree; floats may differ in the last digits."""
    rounded = theory if abs(found - theory) <= 1e-9 * max(abs(theory), 1.0) else found
    return exact(FAMILY, name, theory, source, rounded, unit=unit)


def _labels(run: Recording) -> float:
    return float(sum(run.ledger.seconds().values()))


def _lively(effort: Effort) -> Scenario:
    simulation = {
        "timing": {"starting": exponential(2), "leaving": exponential(1), "recoveryDelay": exponential(10)},
        "preemption": {"model": "hazard", "ratePerHour": 2},
    }
    pool = {
        "id": "p",
        "vmSize": "One",
        "targetDedicatedNodes": 5,
        "targetLowPriorityNodes": 20,
        "taskSlotsPerNode": 4,
        "simulation": simulation,
    }
    group = {
        "count": effort.tasks(3_000),
        "duration": exponential(8),
        "requiredSlots": 2,
        "failureProbability": 0.1,
        "maxTaskRetryCount": 1,
        "arrivals": {"poisson": {"ratePerHour": 300}},
    }
    job = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": {"workload": [group]}}
    shrink = {"at": "2h", "operation": "resize", "pool": "p", "targetLowPriorityNodes": 10}
    return described({"pools": [pool], "jobs": [job], "timeline": [shrink], "seed": effort.seed})
