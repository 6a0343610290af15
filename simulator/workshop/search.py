"""Looking for the worst pattern: at random, then around the worst found, one coordinate at a time.

Optuna takes over where the space is large.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from simulator.errors import InputError
from simulator.workshop.patterns import STEP, Bounds, Burst, Pattern, complexity, draw, neighbour

BATCH: Final = 24
"""Patterns that are tried together before the worst are chosen anew."""
AT_RANDOM: Final = 0.5
"""Share of the runs that look everywhere; the others look around the worst found."""
ELITE: Final = 4
LARGE: Final = 6
"""Bursts from which on the space is one for Optuna."""
Method = Literal["auto", "plain", "optuna"]
Score = Callable[[Sequence[Pattern]], list[float]]


@dataclass(slots=True)
class Search:
    """What was looked at."""

    bounds: Bounds
    method: str
    scores: dict[Pattern, float] = field(default_factory=dict)
    """In the order in which they were run."""
    last_gain: int = 0
    """After how many runs the worst was found."""

    def add(self, patterns: Sequence[Pattern], score: Score) -> list[float]:
        """Run patterns that have not been run yet, and keep what came of them."""
        new = [pattern for pattern in dict.fromkeys(patterns) if pattern not in self.scores]
        best = max(self.scores.values(), default=float("-inf"))
        for number, (pattern, value) in enumerate(zip(new, score(new), strict=True), len(self.scores) + 1):
            self.scores[pattern] = value
            if value > best:
                best, self.last_gain = value, number
        return [self.scores[pattern] for pattern in patterns]

    def ranked(self) -> list[Pattern]:
        """Return the patterns, the worst first; of equal ones the simpler first."""
        return sorted(self.scores, key=lambda pattern: (-self.scores[pattern], complexity(pattern), pattern.order))

    def finalists(self, worst: int, others: int) -> list[Pattern]:
        """Return the worst patterns, and others from all over the ranking: a miniature can be wrong."""
        ranked = self.ranked()
        rest = ranked[worst:]
        return ranked[:worst] + rest[:: max(1, len(rest) // max(1, others))][:others]

    def described(self) -> str:
        """Return how far the search went."""
        share = len(self.scores) / self.bounds.size
        size = f"{self.bounds.size:,}" if self.bounds.size < 10**9 else f"{self.bounds.size:.1e}"
        part = f"{100 * share:.2g} %" if share >= 1e-6 else "a tiny part"
        return (
            f"{len(self.scores)} patterns of {size} within the bounds were tried on a pool in miniature "
            f"({part}; {self.method}); the worst was number {self.last_gain}"
        )


def search(bounds: Bounds, score: Score, *, runs: int, seed: int, method: Method = "auto") -> Search:
    """Return what `runs` runs found."""
    is_large = bounds.bursts >= LARGE
    if method == "optuna" or (method == "auto" and is_large):
        return _with_optuna(bounds, score, runs, seed)
    return _plain(bounds, score, runs, random.Random(seed))  # noqa: S311 - no secret is made of it


def _plain(bounds: Bounds, score: Score, runs: int, stream: random.Random) -> Search:
    found = Search(bounds, "at random, then around the worst")
    found.add(_simple(bounds)[:runs], score)
    idle = 0
    while len(found.scores) < min(runs, bounds.size) and idle < runs:
        room = min(BATCH, runs - len(found.scores))
        if len(found.scores) < AT_RANDOM * runs:
            wave = [draw(bounds, stream) for _ in range(room)]
        else:
            elite = sorted(found.scores, key=lambda pattern: (-found.scores[pattern], pattern.order))[:ELITE]
            wave = [neighbour(elite[number % len(elite)], bounds, stream) for number in range(room)]
        before = len(found.scores)
        found.add(wave, score)
        idle = idle + 1 if len(found.scores) == before else 0
    return found


def _simple(bounds: Bounds) -> list[Pattern]:
    """Return patterns that break many a formula: all at once, one after the other, one long among short ones."""
    short, long = bounds.durations[0], bounds.durations[-1]
    ten = min(bounds.durations, key=lambda minutes: abs(minutes - 10))
    most, hour = bounds.tasks, bounds.hours[0]
    found = [
        (Burst(0, 1, ten),),
        (Burst(0, most, ten),),
        (Burst(0, most, long),),
        (Burst(0, max(1, most - 1), ten), Burst(0, 1, long)),
        tuple(Burst(at, 1, ten) for at in range(0, min(most, bounds.bursts) * 600, 600)),
        (Burst(0, 1, short), Burst(bounds.span_minutes * 60 // STEP * STEP, 1, ten)),
    ]
    fitting = [
        bursts
        for bursts in found
        if sum(burst.tasks for burst in bursts) <= most
        and len(bursts) <= bounds.bursts
        and all(burst.at <= bounds.span_minutes * 60 for burst in bursts)
    ]
    found_at = [Pattern(tuple(sorted(bursts)), start) for bursts in fitting for start in (hour, *bounds.hours[1:8])]
    return [*found_at, *(replace(pattern, away=away) for away in bounds.absences[1:3] for pattern in found_at)]


def _with_optuna(bounds: Bounds, score: Score, runs: int, seed: int) -> Search:
    optuna = _optuna()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True)
    study = optuna.create_study(sampler=sampler, direction="maximize")
    found = Search(bounds, "by Optuna")
    found.add(_simple(bounds)[:runs], score)
    idle = 0
    while len(found.scores) < min(runs, bounds.size) and idle < runs:
        trials = [study.ask() for _ in range(min(BATCH, runs - len(found.scores)))]
        patterns = [_asked(trial, bounds) for trial in trials]
        before = len(found.scores)
        for trial, value in zip(trials, found.add(patterns, score), strict=True):
            study.tell(trial, value)
        idle = idle + 1 if len(found.scores) == before else 0
    return found


def _asked(trial: Any, bounds: Bounds) -> Pattern:
    """Return the pattern of a trial; tasks beyond the bounds are left out."""
    count = trial.suggest_int("bursts", 1, min(bounds.bursts, bounds.tasks))
    left = bounds.tasks
    bursts = []
    for number in range(count):
        tasks = trial.suggest_int(f"tasks {number}", 1, bounds.tasks)
        at = trial.suggest_int(f"at {number}", 0, bounds.arrivals - 1) * STEP
        minutes = bounds.durations[trial.suggest_int(f"minutes {number}", 0, len(bounds.durations) - 1)]
        if min(tasks, left) > 0:
            bursts.append(Burst(at, min(tasks, left), minutes))
            left -= min(tasks, left)
    hour = bounds.hours[trial.suggest_int("hour", 0, len(bounds.hours) - 1)]
    away = bounds.absences[trial.suggest_int("away", 0, len(bounds.absences) - 1)] if bounds.away else None
    return Pattern(tuple(sorted(bursts)), hour, away)


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise InputError(
            "a space of so many bursts needs Optuna: pip install 'poolsight[optimize]', or give fewer --bursts, or "
            "--method plain"
        ) from None
    return optuna
