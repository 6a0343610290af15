"""The stress search of a formula: the worst pattern, made as simple as it goes, beside the repaired formula.

Two speeds: every pattern is tried on a pool in miniature, which costs milliseconds, and the worst of them are run in
the simulator. Each figure of the answer is the simulator's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from simulator.errors import BrokenInvariantError
from simulator.experiment.axes import Cell
from simulator.experiment.runner import run_in_order
from simulator.experiment.trial import Trial, Wanted
from simulator.formula.formula import Formula
from simulator.formula.lint import lint_text
from simulator.formula.lint.fixing import fix
from simulator.formula.lint.trial import assigned, reads_clock
from simulator.formula.miniature import Load, play
from simulator.formula.values import Timestamp
from simulator.formula.variables import LOW_PRIORITY
from simulator.results.answer.assumed import Assumed, instead, lines
from simulator.workshop.harm import HARMS, MEASURES, Harm, Values
from simulator.workshop.patterns import AWAY, HOURS_OF_WEEK, MINUTE, Bounds, Pattern, complexity, simpler
from simulator.workshop.pool import MONDAY, POOL, PoolOptions, check, scenario_of
from simulator.workshop.search import Method, Search, search

KEPT: Final = 0.5
"""Share of the harm that a simpler pattern must still do."""
TAIL_MINUTES: Final = 60
"""How long a run goes on after the last task could be done: long enough for a pool to go to zero."""
AWAY_ALONE: Final = "none but the absence of low-priority nodes that the search chose as a part of the load"
MOST_SHRINKS: Final = 200
FINALISTS: Final = 16
OTHERS: Final = 8
"""Patterns that are run in the simulator: the worst, and some from all over the ranking."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a formula does under a pattern."""

    harm: float
    values: Values
    assumptions: tuple[Assumed, ...] = ()
    """What acted in the run that the service does not publish."""


@dataclass(frozen=True, slots=True)
class Stress:
    """What a stress search found."""

    harm: Harm
    search: Search
    options: PoolOptions
    horizon: str
    seed: int
    worst: Pattern
    worst_harm: float
    simplest: Pattern
    """Does at least half of the worst harm."""
    formula: str
    found: Ran
    """Of the simplest pattern."""
    repaired: str | None
    """The formula as the linter's rules repair it; None where no rule knows a repair."""
    repaired_found: Ran | None
    simulated: int
    """Runs of the simulator: of the finalists, and to make the worst of them simpler."""

    @property
    def assumptions(self) -> list[str]:
        """What acted in the runs that are shown and that the service does not publish."""
        shown = (self.found, self.repaired_found)
        return lines(one for ran in shown if ran is not None for one in ran.assumptions)

    @property
    def is_harmful(self) -> bool:
        return self.found.harm > self.harm.little(self.options.interval_minutes)


def stress(
    formula: str,
    worst: str,
    *,
    options: PoolOptions | None = None,
    bounds: Bounds | None = None,
    runs: int = 500,
    seed: int = 1,
    method: Method = "auto",
    repaired: str | None = None,
    workers: int = 0,
) -> Stress:
    """Look for the pattern under which a formula does most harm of a kind, and make it as simple as it goes.

    `seed` is that of the search and of the scenarios: every pattern faces the same random numbers.
    """
    options = PoolOptions() if options is None else options
    check(options)
    bounds = _fitting(Bounds() if bounds is None else bounds, Formula.parse(formula))
    harm = HARMS[worst]
    horizon = _horizon(bounds, options)
    run = _runner(harm, options, horizon, seed, workers)
    found = search(bounds, _likely(harm, formula, options, horizon), runs=runs, seed=seed, method=method)
    finalists = found.finalists(FINALISTS, OTHERS)
    harms = [ran.harm for ran in run(formula, finalists)]
    worst_harm = max(harms)
    worst_pattern = finalists[harms.index(worst_harm)]
    simplest, shrinks = worst_pattern, 0
    little = harm.little(options.interval_minutes)
    if worst_harm > little:
        least = max(KEPT * worst_harm, little)
        simplest, shrinks = shrink(worst_pattern, lambda tried: [r.harm for r in run(formula, tried)], least)
    if repaired is None:
        repaired = _repaired(formula, options)
    (ran,) = run(formula, [simplest])
    return Stress(
        harm=harm,
        search=found,
        options=options,
        horizon=f"{horizon}m",
        seed=seed,
        worst=worst_pattern,
        worst_harm=worst_harm,
        simplest=simplest,
        formula=formula,
        found=ran,
        repaired=repaired,
        repaired_found=None if repaired is None else run(repaired, [simplest])[0],
        simulated=len(finalists) + shrinks,
    )


def shrink(pattern: Pattern, score: Callable[[Sequence[Pattern]], list[float]], least: float) -> tuple[Pattern, int]:
    """Return the simplest pattern reached that still does `least` harm, and how many runs that took."""
    spent = 0
    while spent < MOST_SHRINKS:
        candidates = [
            candidate for candidate in dict.fromkeys(simpler(pattern)) if complexity(candidate) < complexity(pattern)
        ]
        if not candidates:
            break
        spent += len(candidates)
        good = [candidate for candidate, harm in zip(candidates, score(candidates), strict=True) if harm >= least]
        if not good:
            break
        pattern = min(good, key=complexity)
    return pattern, spent


def _fitting(bounds: Bounds, formula: Formula) -> Bounds:
    """Return bounds with the hours and absences that can matter to a formula."""
    if reads_clock(formula) and len(bounds.hours) == 1:
        bounds = replace(bounds, hours=tuple(_hours()))
    if LOW_PRIORITY in assigned(formula) and not bounds.away:
        bounds = replace(bounds, away=AWAY)
    return bounds


def _hours() -> list[int]:
    """Return every third hour of a working day, and hours of a weekend."""
    return [*range(0, 24, 3), 4 * 24 + 15, 4 * 24 + 17, 5 * 24 + 12, HOURS_OF_WEEK - 2]


def _horizon(bounds: Bounds, options: PoolOptions) -> int:
    """Return how many minutes a run goes on."""
    tail = max(TAIL_MINUTES, round(4 * options.interval_minutes)) + max(bounds.away, default=0)
    return bounds.span_minutes + bounds.longest_minutes + tail


def _runner(
    harm: Harm, options: PoolOptions, horizon: int, seed: int, workers: int
) -> Callable[[str, Sequence[Pattern]], list[Ran]]:
    numbers = iter(range(10**9))
    wanted = Wanted(MEASURES)

    def run(formula: str, patterns: Sequence[Pattern]) -> list[Ran]:
        scenarios = [scenario_of(pattern, formula, options, f"{horizon}m", seed) for pattern in patterns]
        trials = [Trial(Cell(next(numbers), {}, scenario), 0) for scenario in scenarios]
        ran = []
        for pattern, outcome in zip(patterns, run_in_order(trials, wanted, workers=workers), strict=True):
            if outcome.failure is not None:
                raise BrokenInvariantError(f"{outcome.failure.kind}: {outcome.failure.message}")
            of_harm = harm.of(outcome.values, horizon * MINUTE)
            ran.append(Ran(of_harm, outcome.values, _acted(pattern, outcome.assumptions)))
        return ran

    return run


def _acted(pattern: Pattern, found: tuple[Assumed, ...]) -> tuple[Assumed, ...]:
    """Return what acted in a run; that low-priority nodes go for a time is part of the load, no scenario's model."""
    if pattern.away is None:
        return found
    return tuple(instead(Assumed("preemption", AWAY_ALONE, (POOL,)), found))


def _likely(harm: Harm, formula: str, options: PoolOptions, horizon: int) -> Callable[[Sequence[Pattern]], list[float]]:
    """Return a function that tries patterns on a pool in miniature."""
    parsed = Formula.parse(formula)
    interval = round(options.interval_minutes * MINUTE)

    def score(patterns: Sequence[Pattern]) -> list[float]:
        scores = []
        for pattern in patterns:
            tasks = tuple((b.at, b.minutes * MINUTE) for b in pattern.bursts for _ in range(b.tasks))
            start = Timestamp.of(MONDAY + timedelta(hours=pattern.hour))
            load = Load(tasks, start, horizon * MINUTE, interval, options.slots, pattern.away, share=1.0)
            scores.append(float(harm.likely(play(parsed, load))))
        return scores

    return score


def _repaired(formula: str, options: PoolOptions) -> str | None:
    """Return the formula with the linter's mechanical mends; None where there are none."""
    fixed = fix(formula, lambda text: lint_text(text, slots=options.slots, interval_minutes=options.interval_minutes))
    return fixed.text if fixed.mended else None
