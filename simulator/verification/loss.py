"""M/G/c/c: jobs that bring their own node are lost where the quota is used up, for nothing asks again."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import numpy as np

from simulator.engine.simulation import simulate
from simulator.streams import stream
from simulator.theory.queues import erlang_b
from simulator.verification.case import EMPTY_START, Case, Effort, over_replications
from simulator.verification.models import MACHINE, WARM_UP, described, exponential, seconds

FAMILY: Final = "loss"
SHAPES: Final = (("exponential", exponential(1)), ("constant", seconds(1)))


def cases(effort: Effort) -> Iterator[Case]:
    """Hold the share of refused jobs against Erlang B, which no shape of duration changes."""
    # Many short runs: a run with many pools is slow, and two nodes forget their start within minutes.
    runs = Effort(effort.scale, 30 if not effort.is_long else 300, effort.seed, effort.is_long)
    for shape, duration in SHAPES:
        theory = erlang_b(1.8, 2)
        yield over_replications(
            FAMILY,
            f"quota 2, load 1.8, {shape}: refused",
            theory,
            "Erlang B",
            partial(_refused, 2, 1.8, duration, effort.seed),
            runs,
            unit="share",
            margin=EMPTY_START,
        )


def _refused(quota: int, load: float, duration: Any, seed: int, replication: int) -> float:
    count = 60
    gaps = -np.log1p(-stream(seed, replication, "verify:calls").random(count)) / load
    at = np.cumsum(gaps)
    pool = {**MACHINE, "targetDedicatedNodes": 1}
    jobs = [
        {
            "id": f"j{number}",
            "poolInfo": {"autoPoolSpecification": {"pool": pool}},
            "onAllTasksComplete": "terminatejob",
            "simulation": {"createdAt": seconds(minute), "workload": [{"count": 1, "duration": duration}]},
        }
        for number, minute in enumerate(at)
    ]
    account = {"dedicatedCoreQuota": 16 * quota}
    rest = {"jobs": jobs, "seed": seed, "account": account, "horizon": seconds(float(at[-1]) + 1)}
    run = simulate(described(rest), replication)
    return float((run.raw.tasks.first_start[int(count * WARM_UP) :] < 0).mean())
