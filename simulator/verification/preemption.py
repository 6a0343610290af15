"""Low-priority nodes that are taken back: restart from zero or from a checkpoint, and what it costs."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.engine.simulation import simulate
from simulator.results.record.recording import Recording
from simulator.scenario.scenario import Scenario
from simulator.theory import restarts
from simulator.verification.case import Case, Effort, over_replications, recorded, simulated
from simulator.verification.models import MACHINE, described, last_end

FAMILY: Final = "preemption"
TASKS: Final = 300
"""One after the other on one node, so that nothing but its return can help a lost one."""
CONDITIONS: Final = ((1, 0.5, 0.1), (2, 0.5, 0.25), (4, 0.25, 0.1))
"""Hours of work, preemptions an hour, mean hours until the replacement."""

CHECKPOINTED: Final = 24
"""Hours of work of a task that saves it now and then."""
CHECKPOINTS: Final = ((0.5, 0.05, 0.2), (2, 0.05, 0.2), (4, 0.05, 0.2))
"""Hours of work between two checkpoints, to write one, and to read one."""
NOTHING: Final[Mapping[str, Any]] = {}


def cases(effort: Effort) -> Iterator[Case]:
    """Hold completion times and paid time of interrupted tasks against the closed forms."""
    # More runs instead of longer ones: without a horizon a run ends after 180 days.
    effort = Effort(1.0, 10 if not effort.is_long else 200, effort.seed, effort.is_long)
    for hours, hazard, delay in CONDITIONS:
        scenario = _tasks(hours, hazard, delay, effort)
        runs = [simulate(scenario, replication) for replication in range(effort.replications)]
        setting = f"w {hours} h, γ {hazard}, D {delay}"
        yield over_replications(
            FAMILY,
            f"restart from zero, {setting}",
            restarts.repeat_identical(hours, hazard, delay),
            "(e^γw − 1)(1/γ + D)",
            recorded(runs, _completion),
            effort,
            unit="h",
            margin=0.0,
        )
        yield over_replications(
            FAMILY,
            f"node time paid, {setting}",
            restarts.billed(hours, hazard),
            "(e^γw − 1)/γ",
            recorded(runs, _busy),
            effort,
            unit="h",
            margin=0.0,
        )
        yield over_replications(
            FAMILY,
            f"attempts lost, {setting}",
            restarts.losses(hours, hazard),
            "e^γw − 1",
            recorded(runs, _losses),
            effort,
            margin=0.0,
        )
    yield from _with_checkpoints(effort)


def _with_checkpoints(effort: Effort) -> Iterator[Case]:
    """Hold the mean completion of tasks that save their work against Daly's model."""
    hazard, delay = 1 / 6, 0.1
    for every, cost, restart in CHECKPOINTS:
        saved = {"interval": f"{every}h", "cost": f"{cost}h", "restartCost": f"{restart}h"}
        scenario = _tasks(CHECKPOINTED, hazard, delay, effort, {"checkpoints": saved}, TASKS // 8)
        yield over_replications(
            FAMILY,
            f"checkpoint, w {CHECKPOINTED} h, each {every} h, C {cost}, R {restart}",
            restarts.resumed(round(CHECKPOINTED / every), every, cost, hazard, restart, delay),
            "Σ (e^γs − 1)e^γR(1/γ + D), Daly",
            simulated(scenario, _completion),
            effort,
            unit="h",
            margin=0.0,
        )


def _losses(recording: Recording) -> float:
    """Return how often a task was preempted, on average."""
    return float(recording.raw.tasks.preemptions.mean())


def _tasks(
    hours: float,
    hazard: float,
    delay: float,
    effort: Effort,
    more: Mapping[str, Any] = NOTHING,
    count: int = TASKS,
) -> Scenario:
    simulation: dict[str, Any] = {
        "timing": {"recoveryDelay": {"exponential": {"mean": f"{delay * 3600}s"}}},
        "preemption": {"model": "hazard", "ratePerHour": hazard},
    }
    pool = {"id": "p", **MACHINE, "targetLowPriorityNodes": 1, "simulation": simulation}
    work = {"workload": [{"count": count, "duration": f"{hours}h", **more}]}
    job = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": work}
    return described({"pools": [pool], "jobs": [job], "seed": effort.seed})


def _completion(recording: Recording) -> float:
    """Return the mean hours from one completion to the next."""
    return last_end(recording) / 60 / len(recording.workload)


def _busy(recording: Recording) -> float:
    """Return the mean hours of a node that a task takes, its lost attempts included."""
    seconds = recording.ledger.seconds()
    return float(seconds["busy_useful"] + seconds["busy_lost"]) / 3600 / len(recording.workload)
