"""All families in order, and what of theory is left out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.verification import boot, conservation, gangs, loss, packing, preemption, queues
from simulator.verification.case import LEVEL, Case, Effort, Family

FAMILIES: Final[Mapping[str, Family]] = {
    queues.FAMILY: queues.cases,
    boot.FAMILY: boot.cases,
    preemption.FAMILY: preemption.cases,
    gangs.FAMILY: gangs.cases,
    packing.FAMILY: packing.cases,
    loss.FAMILY: loss.cases,
    conservation.FAMILY: conservation.cases,
}
LEFT_OUT: Final[Mapping[str, str]] = {
    "EASY backfilling": "needs run times known beforehand and reservations; the service has neither",
    "throughput 2/(2 − p²) of two-node tasks": "holds for strict first come, first served; here smaller tasks pass",
    "M/G/1 with breakdowns, resumed": "a lost attempt starts again, it is not resumed",
    "repeat-different": "a task keeps its duration when it starts again",
}
"""Results that have no counterpart in what is simulated, and why."""


@dataclass(frozen=True, slots=True)
class Verification:
    """All cases that were run."""

    cases: tuple[Case, ...]
    effort: Effort
    elapsed: float
    """Wall-clock seconds."""

    @property
    def failures(self) -> tuple[Case, ...]:
        return tuple(case for case in self.cases if not case.passed)

    def to_dict(self) -> dict[str, Any]:
        return {
            "passed": not self.failures,
            "form": "long" if self.effort.is_long else "short",
            "seed": self.effort.seed,
            "level": LEVEL,
            "elapsed_s": self.elapsed,
            "cases": [case.to_dict() for case in self.cases],
            "left_out": dict(LEFT_OUT),
        }


def verify(effort: Effort, on_progress: Callable[[Case], None] = lambda _: None) -> Verification:
    """Run every family; `on_progress` is called with each case when it is done."""
    began = time.perf_counter()
    found = []
    for case in _all(effort):
        found.append(case)
        on_progress(case)
    return Verification(tuple(found), effort, time.perf_counter() - began)


def _all(effort: Effort) -> Iterator[Case]:
    for family in FAMILIES.values():
        yield from family(effort)
