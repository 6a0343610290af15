"""On which assumption the answer hangs: each lower and higher, under the same draws, ranked by what it moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simulator.experiment.axes import Base
from simulator.experiment.estimates import LEVEL, Estimate, change, corrected
from simulator.planning.doubts import doubts
from simulator.planning.runs import plain, run_all, run_on
from simulator.results.answer.assumed import Assumed, lines
from simulator.scenario.reading.value_origins import ORIGINS, Origin, origin_in

LEAST: Final = 0.0005
"""Share of a mean below which a move is written as 0.0 %."""
MEASURES: Final = ("cost", "makespan", "unfinished")


def is_beyond_chance(move: Estimate) -> bool:
    """Return whether a move is there beyond chance, and more than nothing in the digits that are shown."""
    return move.leaves_out_zero and abs(move.value) >= LEAST


@dataclass(frozen=True, slots=True)
class Move:
    """What a changed assumption does to a measure, as a share of its mean."""

    measure: str
    lower: Estimate | None
    """Where the assumption is lower; None where the measure is missing in some run."""
    higher: Estimate | None

    @property
    def swing(self) -> float:
        """The larger of those that are beyond chance, whichever way it goes; 0 where none is."""
        return max((abs(one.value) for one in self._ends if is_beyond_chance(one)), default=0.0)

    @property
    def effect(self) -> float:
        """The larger of both, by chance or not."""
        return max((abs(one.value) for one in self._ends), default=0.0)

    @property
    def _ends(self) -> list[Estimate]:
        return [one for one in (self.lower, self.higher) if one is not None]

    @property
    def is_clear(self) -> bool:
        """Whether an interval leaves 0 out."""
        return any(is_beyond_chance(one) for one in self._ends)

    def to_dict(self) -> dict[str, Any]:
        return {"lower": plain(self.lower), "higher": plain(self.higher), "clear": self.is_clear}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the tornado."""

    name: str
    title: str
    origin: Origin
    source: str
    low: str
    high: str
    cost: Move
    makespan: Move

    @property
    def swing(self) -> float:
        return max(self.cost.swing, self.makespan.swing)

    @property
    def weight(self) -> tuple[float, float]:
        """What rows are ordered by: first what is beyond chance, then what is seen."""
        return self.swing, max(self.cost.effect, self.makespan.effect)

    @property
    def is_clear(self) -> bool:
        return self.cost.is_clear or self.makespan.is_clear

    def to_dict(self) -> dict[str, Any]:
        return {
            "assumption": self.name,
            "title": self.title,
            "origin": str(self.origin),
            "source": self.source,
            "low": self.low,
            "high": self.high,
            "cost": self.cost.to_dict(),
            "makespan": self.makespan.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Tornado:
    """All rows and assumptions, those that move the answer most first; moves hold together at 95 %."""

    scenario: str
    replications: int
    cost: Estimate | None
    makespan: Estimate | None
    bars: tuple[Bar, ...]
    rests_on: tuple[str, ...] = ()
    """What acted in the runs of the scenario as it is that the service does not publish."""

    def to_dict(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario,
            "replications": self.replications,
            "cost": plain(self.cost),
            "makespan": plain(self.makespan),
            "assumptions": [bar.to_dict() for bar in self.bars],
            "rests_on": list(self.rests_on),
        }


def sensitivity(
    base: Base,
    *,
    replications: int = 20,
    workers: int = 0,
    cluster: str | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Tornado:
    """Run the scenario, and once lower and once higher for each assumption."""
    scenario = base.scenario
    asked = list(doubts(scenario))
    on_progress(f"{1 + 2 * len(asked)} scenarios, {replications} runs each")
    pairs = [one for doubt in asked for one in (doubt.lower, doubt.higher)]
    center, *made = run_all([scenario, *pairs], range(replications), MEASURES, run=run_on(workers, cluster))
    level = corrected(LEVEL, 2 * len(asked))
    bars = []
    for index, doubt in enumerate(asked):
        fact = origin_in(doubt.name, base.sources.data, scenario.calibration)
        lower, higher = made[2 * index], made[2 * index + 1]
        cost, makespan = (
            Move(name, *(change(center[name], other[name], level) for other in (lower, higher)))
            for name in ("cost", "makespan")
        )
        bars.append(Bar(doubt.name, fact.title, fact.origin, fact.source, doubt.low, doubt.high, cost, makespan))
    ranked = sorted(sorted(bars, key=lambda bar: bar.name), key=lambda bar: bar.weight, reverse=True)
    means = center.estimate("cost"), center.estimate("makespan")
    rests_on = by_effect(ranked, center.assumptions)
    return Tornado(scenario.name, replications, *means, tuple(ranked), tuple(lines(rests_on)))


def by_effect(ranked: Sequence[Bar], found: Iterable[Assumed]) -> list[Assumed]:
    """Return assumptions in the order of the rows that are about them; last, as they came, those without a row."""
    place: dict[str, int] = {}
    for index, bar in enumerate(ranked):
        for about in ORIGINS[bar.name].acts_as:
            place.setdefault(about, index)
    return sorted(found, key=lambda one: place.get(one.about, len(ranked)))
