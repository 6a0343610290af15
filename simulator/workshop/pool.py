"""The pool in which formulas are tried: one body, and scenarios of it with any load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from simulator.errors import InputError
from simulator.scenario.reading import construct
from simulator.scenario.scenario import Scenario
from simulator.workshop.patterns import MINUTE, Away, Pattern

MONDAY: Final = datetime(2026, 1, 5, tzinfo=UTC)
POOL: Final = "pool"
JOB: Final = "work"
CALLED: Final = {"taskSlotsPerNode": "slots", "vmSize": "vm-size", "autoScaleEvaluationInterval": "interval"}
"""What the properties of a pool are called by those who choose them here."""
PLENTY: Final = 10_000
"""Low-priority nodes that there are while none is taken back."""


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """What the formula's pool is like."""

    slots: int = 1
    interval_minutes: float = 5.0
    vm_size: str = "Standard_D4_v3"

    def body(self, formula: str, name: str = POOL, away: Away | None = None) -> dict[str, Any]:
        """Return the pool's body, as the service takes it, and when the cloud takes low-priority nodes back."""
        body: dict[str, Any] = {
            "id": name,
            "vmSize": self.vm_size,
            "virtualMachineConfiguration": {
                "imageReference": {
                    "publisher": "canonical",
                    "offer": "0001-com-ubuntu-server-jammy",
                    "sku": "22_04-lts",
                },
                "nodeAgentSKUId": "batch.node.ubuntu 22.04",
            },
            "taskSlotsPerNode": self.slots,
            "enableAutoScale": True,
            "autoScaleEvaluationInterval": f"PT{round(self.interval_minutes * MINUTE)}S",
            "autoScaleFormula": formula,
        }
        if away is not None:
            points = ((0, PLENTY), (away[0], 0), (away[1], PLENTY))
            curve = [{"at": f"{at}s", "available": available} for at, available in points]
            body["simulation"] = {"preemption": {"model": "capacity_curve", "points": curve}}
        return body


def document(
    pools: Sequence[tuple[str, str]],
    workload: Sequence[Mapping[str, Any]],
    options: PoolOptions,
    *,
    horizon: str,
    hour: int = 0,
    seed: int = 1,
    away: Away | None = None,
) -> dict[str, Any]:
    """Return a scenario file: pools by name and formula, each with the same load and the same random numbers."""
    origin = MONDAY + timedelta(hours=hour)
    job = {"stream": JOB, "workload": [dict(group) for group in workload]}
    return {
        "seed": seed,
        "origin": f"{origin:%Y-%m-%dT%H:%M:%SZ}",
        "horizon": horizon,
        "pools": [options.body(formula, name, away) for name, formula in pools],
        "jobs": [
            {"id": JOB if name == POOL else f"{JOB}_{name}", "poolInfo": {"poolId": name}, "simulation": job}
            for name, _ in pools
        ],
    }


def check(options: PoolOptions) -> None:
    """Raise InputError if no pool can be like that, before anything is run."""
    empty = document([(POOL, "$TargetDedicatedNodes = 0;")], [], options, horizon="1h")
    try:
        construct.scenario_of({**empty, "jobs": []})
    except InputError as error:
        wrong = [problem for problem in error.problems if not problem.is_warning]
        names = [(problem.path or "").rpartition(".")[2] for problem in wrong]
        raise InputError(
            [replace(problem, path=CALLED.get(name, name)) for problem, name in zip(wrong, names, strict=True)]
        ) from None


def workload_of(pattern: Pattern) -> list[dict[str, Any]]:
    """Return the groups of tasks of a pattern, as a scenario has them."""
    return [
        {"count": burst.tasks, "duration": f"{burst.minutes}m", "arrivals": {"atOnce": {"at": f"{burst.at}s"}}}
        for burst in pattern.bursts
    ]


def scenario_of(pattern: Pattern, formula: str, options: PoolOptions, horizon: str, seed: int) -> Scenario:
    """Return the scenario of a pattern."""
    pools, load = [(POOL, formula)], workload_of(pattern)
    body = document(pools, load, options, horizon=horizon, hour=pattern.hour, seed=seed, away=pattern.away)
    return construct.scenario_of(body)
