"""Tasks that need several nodes at once."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from simulator.engine.simulation import simulate
from simulator.theory import queues
from simulator.verification.case import Case, Effort, at_most, over_replications, simulated
from simulator.verification.models import MACHINE, described, exponential, last_end, mean_wait, queue

FAMILY: Final = "multi-node"


def cases(effort: Effort) -> Iterator[Case]:
    """Hold queues of equal gangs against M/M/c, and mixed bursts against what backfill may lose."""
    for servers, instances, arrival in ((2, 2, 0.7), (6, 2, 2.4)):
        groups = servers // instances
        scenario = queue(
            servers, [(arrival, exponential(1))], effort.tasks(12_000), instances=instances, seed=effort.seed
        )
        yield over_replications(
            FAMILY,
            f"two-node tasks on {servers} nodes, ρ = {arrival / groups:g}, wait",
            queues.mmc_wait(arrival, 1.0, groups),
            f"M/M/{groups}: C/(cμ − λ)",
            simulated(scenario, mean_wait),
            effort,
            unit="min",
        )
    for share in (0.25, 0.5, 0.75):
        yield _mixed_burst(share, effort)


def _mixed_burst(share: float, effort: Effort) -> Case:
    """While one-node tasks wait nothing is idle, so a burst ends at most the longest task after work / 2."""
    gang = round(400 * (1 - share))
    workload = [
        {"count": 400 - gang, "duration": exponential(1)},
        {"count": gang, "duration": exponential(1), "numberOfInstances": 2},
    ]
    pool = {"id": "p", **MACHINE, "targetDedicatedNodes": 2, "enableInterNodeCommunication": True}
    job = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": {"workload": workload}}
    scenario = described({"pools": [pool], "jobs": [job], "seed": effort.seed})
    shares = []
    for replication in range(effort.replications):
        run = simulate(scenario, replication)
        work = float((run.workload.demand * run.workload.instances).sum()) / 2 / 60_000
        longest = float(np.max(run.workload.demand)) / 60_000
        shares.append((last_end(run) - work) / longest)
    name = f"burst, {100 * share:.0f} % one-node: end − work/2"
    return at_most(FAMILY, name, 1.0, "≤ longest task, Graham", shares, unit="longest")
