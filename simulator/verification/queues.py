"""Waiting lines: M/M/c, M/G/1, priorities, a shared processor, and a burst on slots enough."""

from collections.abc import Iterator
from typing import Any, Final

from simulator.engine.simulation import simulate
from simulator.theory import queues
from simulator.verification.case import Case, Effort, over_replications
from simulator.verification.models import (
    MACHINE,
    SIZES,
    described,
    exponential,
    last_end,
    mean_stay,
    mean_wait,
    queue,
    seconds,
)

FAMILY: Final = "queues"
MMC: Final = ((0.7, 1, 1), (1.6, 2, 1), (8.0, 10, 1), (8.0, 10, 5), (12.0, 15, 3))
"""Arrivals per minute, slots in all, slots a node; a task takes a minute on average."""
SHARED_SLOTS: Final = 64
SHAPES: Final[tuple[tuple[str, Any, float], ...]] = (
    ("constant", seconds(1), 1.0),
    ("uniform", {"uniform": {"low": seconds(0.5), "high": seconds(1.5)}}, 1 + 1 / 12),
)
"""Durations of mean one minute, with their second moment."""


def cases(effort: Effort) -> Iterator[Case]:
    """Hold mean queue times against Erlang, Pollaczek-Khinchine and Cobham."""
    for arrival, servers, slots in MMC:
        name = f"M/M/{servers}, ρ = {arrival / servers:g}, wait" + (f", {slots} slots a node" if slots > 1 else "")
        theory = queues.mmc_wait(arrival, 1.0, servers)
        # Where many servers seldom let a task wait, it takes more tasks to judge.
        count = effort.tasks(20_000 if servers < 10 else 50_000)
        scenario = queue(servers, [(arrival, exponential(1))], count, slots=slots, seed=effort.seed)
        yield _waiting(name, theory, "C/(cμ − λ), Erlang C", scenario, effort)
    for name, duration, second in SHAPES:
        theory = queues.pollaczek_khinchine(0.7, 1.0, second)
        scenario = queue(1, [(0.7, duration)], effort.tasks(12_000), seed=effort.seed)
        yield _waiting(f"M/G/1, ρ = 0.7, {name}, wait", theory, "λE[S²]/2(1 − ρ), P-K", scenario, effort)
    yield from _priorities(effort)
    yield from _sharing(effort)
    yield _burst(effort)


def _waiting(name: str, theory: float, source: str, scenario: Any, effort: Effort) -> Case:
    def wait(replication: int) -> float:
        return mean_wait(simulate(scenario, replication))

    return over_replications(FAMILY, name, theory, source, wait, effort, unit="min")


def _priorities(effort: Effort) -> Iterator[Case]:
    arrivals = [0.5, 1.1]
    scenario = queue(2, [(rate, exponential(1)) for rate in arrivals], effort.tasks(15_000), seed=effort.seed)
    waits = [
        [mean_wait(recording, job) for job in range(len(arrivals))]
        for recording in (simulate(scenario, replication) for replication in range(effort.replications))
    ]
    for job, theory in enumerate(queues.cobham_waits(arrivals, 1.0, 2)):
        name = f"M/M/2, priority class {job + 1}, wait"
        source = "W₀/(1 − σ₋)(1 − σ), Cobham"
        mine = [both[job] for both in waits]
        yield over_replications(FAMILY, name, theory, source, mine.__getitem__, effort, unit="min")


def _sharing(effort: Effort) -> Iterator[Case]:
    """Check tasks that share all cores of one node: of the distribution of their work only the mean counts.

    A task finds no slot with a chance of about ρ⁶⁴, once in 10¹⁰.
    """
    for shape, duration in (("exponential", exponential(1)), ("constant", seconds(1))):
        scenario = queue(
            SHARED_SLOTS,
            [(0.7, duration)],
            effort.tasks(12_000),
            slots=SHARED_SLOTS,
            cores=int(SIZES["One"]["vcpus"]),
            seed=effort.seed,
            cpu_slowdown=True,
        )

        def stay(replication: int, scenario: Any = scenario) -> float:
            return mean_stay(simulate(scenario, replication))

        name = f"M/G/1 processor sharing, ρ = 0.7, {shape}, stay"
        theory = queues.shared_stay(0.7, 1.0)
        yield over_replications(FAMILY, name, theory, "E[S]/(1 − ρ), insensitive", stay, effort, unit="min")


def _burst(effort: Effort) -> Case:
    """As many tasks as slots: the last of them is done after the greatest of their durations."""
    count = 50
    pool = {"id": "p", **MACHINE, "targetDedicatedNodes": count}
    work = {"workload": [{"count": count, "duration": exponential(1)}]}
    job = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": work}
    scenario = described({"pools": [pool], "jobs": [job], "seed": effort.seed})
    runs = Effort(effort.scale, round(200 * effort.scale), effort.seed, effort.is_long)
    theory = queues.harmonic(count)
    name = f"{count} tasks on {count} slots, makespan"
    return over_replications(
        FAMILY, name, theory, "H_n/μ", lambda r: last_end(simulate(scenario, r)), runs, unit="min", margin=0.0
    )
