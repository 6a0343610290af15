"""Nodes that boot before they serve: pools of single jobs, a task that needs many nodes, servers switched off."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from simulator.engine.simulation import simulate
from simulator.results.raw.control_plane import STARTING
from simulator.results.record.recording import Recording
from simulator.scenario.scenario import Scenario
from simulator.streams import stream
from simulator.theory import setups
from simulator.theory.queues import harmonic
from simulator.verification.case import Case, Effort, over_replications, recorded, simulated
from simulator.verification.models import (
    MACHINE,
    MINUTES,
    WARM_UP,
    described,
    exponential,
    last_end,
    mean_stay,
    seconds,
)

FAMILY: Final = "boot"
BOOT, WORK, RATE = 3.0, 5.0, 2.0
"""Minutes to start a node, minutes of work, jobs a minute."""


def cases(effort: Effort) -> Iterator[Case]:
    """Hold boot times and their cost against theory; queues under setup only where time is no matter."""
    yield from _pool_each(effort)
    yield _slowest_node(effort)
    if effort.is_long:
        yield from _switched_off(effort)


def _pool_each(effort: Effort) -> Iterator[Case]:
    """Jobs bring their own pool: M/G/∞ whose servers are set up first."""
    # Many short runs: a run with many pools is slow.
    effort = Effort(1.0, 12 if not effort.is_long else 60, effort.seed, effort.is_long)
    runs = [simulate(_own_pools(effort, r), r) for r in range(effort.replications)]
    stay = BOOT + WORK
    source = "E[setup] + E[S]"
    yield over_replications(
        FAMILY, "own pool for each job, stay", stay, source, recorded(runs, mean_stay), effort, unit="min"
    )
    source = "λE[setup], Little"
    yield over_replications(
        FAMILY, "own pool for each job, nodes booting", RATE * BOOT, source, recorded(runs, _booting), effort
    )


def _own_pools(effort: Effort, replication: int) -> Scenario:
    count = 120
    gaps = -np.log1p(-stream(effort.seed, replication, "verify:jobs").random(count)) / RATE
    pool = {
        **MACHINE,
        "targetDedicatedNodes": 1,
        "simulation": {"timing": {"starting": exponential(BOOT)}},
    }
    jobs = [
        {
            "id": f"j{number}",
            "poolInfo": {"autoPoolSpecification": {"pool": pool}},
            "onAllTasksComplete": "terminatejob",
            "simulation": {"createdAt": seconds(at), "workload": [{"count": 1, "duration": exponential(WORK)}]},
        }
        for number, at in enumerate(np.cumsum(gaps))
    ]
    return described({"jobs": jobs, "seed": effort.seed})


def _booting(recording: Recording) -> float:
    """Return the mean number of nodes in `starting` between the warm-up and the last arrival."""
    submit = recording.workload.submit
    begin, end = int(submit[int(len(submit) * WARM_UP)]), int(submit.max())
    control = recording.control
    rows = control.state == STARTING
    inside = np.clip(control.end[rows], begin, end) - np.clip(control.start[rows], begin, end)
    return float(inside.sum() / (end - begin))


def _slowest_node(effort: Effort) -> Case:
    """Hold the end of a task that needs all nodes, and waits for the last of them, against the greatest boot time."""
    count = 20
    pool = {
        "id": "p",
        **MACHINE,
        "targetDedicatedNodes": count,
        "enableInterNodeCommunication": True,
        "simulation": {"timing": {"starting": exponential(BOOT)}},
    }
    work = {"workload": [{"count": 1, "duration": seconds(WORK), "numberOfInstances": count}]}
    job = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": work}
    scenario = described({"pools": [pool], "jobs": [job], "seed": effort.seed})
    runs = Effort(effort.scale, round(200 * effort.scale), effort.seed, effort.is_long)
    theory = BOOT * harmonic(count) + WORK
    return over_replications(
        FAMILY,
        f"a task on {count} booting nodes, end",
        theory,
        "H_n/α + S",
        lambda r: last_end(simulate(scenario, r)),
        runs,
        unit="min",
        margin=0.0,
    )


def _switched_off(effort: Effort) -> Iterator[Case]:
    """M/M/k with setup, made by a formula that asks for min(k, pending tasks) nodes.

    The service evaluates at most every 5 minutes, so a task takes 100 minutes: what the pool sees is a twentieth of
    that old, and the margin says so.
    """
    unit = 100.0
    for servers, arrival, setup in ((1, 0.5, 0.5), (2, 1.2, 0.5)):
        stay, _ = setups.parallel(arrival, 1.0, servers, setup)
        body: dict[str, Any] = {
            "id": "p",
            **MACHINE,
            "enableAutoScale": True,
            "autoScaleEvaluationInterval": "PT5M",
            "autoScaleFormula": f"$TargetDedicatedNodes = min({servers}, $PendingTasks.GetSample(1));",
            "simulation": {"timing": {"starting": exponential(unit / setup)}},
        }
        arrivals = {"poisson": {"ratePerHour": arrival / unit * MINUTES}}
        work = {"workload": [{"count": 3_000, "duration": exponential(unit), "arrivals": arrivals}]}
        rest = {
            "pools": [body],
            "jobs": [{"id": "j", "poolInfo": {"poolId": "p"}, "simulation": work}],
            "seed": effort.seed,
        }
        scenario = described(rest, sampleProfile="exact", autoscaleResizeTimeout="90d")
        yield over_replications(
            FAMILY,
            f"M/M/{servers} switched off when idle, E[T]μ",
            stay,
            "chain of parallel setups",
            simulated(scenario, lambda recording: mean_stay(recording) / unit),
            Effort(1, 8, effort.seed, is_long=True),
            margin=0.05,
        )
