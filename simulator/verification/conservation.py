"""What holds in every run: Little's law, the utilization law, and sums that come out to the last millisecond."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from simulator.engine.simulation import simulate
from simulator.results.money.bill import in_dollars
from simulator.results.record.recording import Recording
from simulator.scenario.scenario import Scenario
from simulator.verification.case import Case, Effort, exact
from simulator.verification.models import MACHINE, described, exponential

FAMILY: Final = "conservation"


def cases(effort: Effort) -> Iterator[Case]:
    """Read each law from two tables of one run that has everything: boot, preemption, retries, a shrink."""
    run = simulate(_lively(effort))
    timeline, tasks, nodes = run.pool_timeline, run.tasks, run.node_states
    spans = np.diff(np.append(timeline["time"].to_numpy(), run.raw.end / 1000))
    inside = (tasks["end"].fillna(run.raw.end / 1000) - tasks["submit"]).sum()
    number = timeline["queued_tasks"] + timeline["running_tasks"]
    yield _same("tasks: ∫ N dt = Σ stays", inside, "L = λW, Little", float((number * spans).sum()), "s")
    attempts = run.attempts
    held = ((attempts["end"] - attempts["assigned"]) * tasks["slots"].to_numpy()[run.raw.attempts.task]).sum()
    busy = float((timeline["used_slots"] * spans).sum())
    yield _same("slots: ∫ used dt = Σ slots × service", held, "ρ = λE[S]/c", busy, "s")
    lives = (nodes["end"] - nodes["start"]).sum()
    yield _same("nodes: Σ labels = Σ lives", lives, "one label a node-second", _labels(run), "s")
    bill = in_dollars(run.bill.by(0))
    yield _same("bill = Σ price × hours of VMs", _vm_hours_paid(run), "to the last digit", sum(bill.values()), "USD")
    by_job = in_dollars(run.bill.by_job)
    yield _same("bill by job = bill by pool", sum(bill.values()), "to the last digit", sum(by_job.values()), "USD")
    again = tasks[["retries", "requeues", "preemptions"]].to_numpy().sum() + tasks["first_start"].notna().sum()
    yield _same("attempts = first starts + starts again", float(len(attempts)), "flow", float(again), "")


def _same(name: str, theory: float, source: str, found: float, unit: str) -> Case:
    """Judge two sums of milliseconds that must agree; floats may differ in the last digits."""
    rounded = theory if abs(found - theory) <= 1e-9 * max(abs(theory), 1.0) else found
    return exact(FAMILY, name, theory, source, rounded, unit=unit)


def _vm_hours_paid(run: Recording) -> float:
    """Price each VM's life, from `creating` until gone or preempted, rounded up to a second."""
    states = run.node_states
    exists = states["state"] != "preempted"
    # A node that comes back is another VM: the lives of a node are distinguished by the losses before.
    vm = (~exists).groupby(states["node"], observed=True).cumsum()
    lives = (states["end"] - states["start"])[exists].groupby([states["node"], vm], observed=True).sum()
    kinds = dict(zip(run.nodes["node"], run.nodes["kind"], strict=True))
    size = run.scenario.sizes["One"]
    prices = {"dedicated": size.dedicated_linux, "low_priority": size.low_priority_linux}
    paid = lives.index.get_level_values("node").map(kinds).map(prices).astype(float)
    return float((np.ceil(lives.to_numpy()) * paid.to_numpy()).sum()) / 3600


def _labels(run: Recording) -> float:
    return float(sum(run.ledger.seconds().values()))


def _lively(effort: Effort) -> Scenario:
    simulation = {
        "timing": {"starting": exponential(2), "leaving": exponential(1), "recoveryDelay": exponential(10)},
        "preemption": {"model": "hazard", "ratePerHour": 2},
    }
    pool = {
        "id": "p",
        **MACHINE,
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
