"""Which combinations of values an experiment looks at: a grid, a list of cases, Latin hypercube, Sobol points."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.errors import InputError
from simulator.extras import require

Shown = float | int | str | bool
MAX_LABEL: Final = 40
"""Longer texts, as those of formulas, are cut in tables."""


@dataclass(frozen=True, slots=True)
class Level:
    """One value of an axis: what tables show, and what it sets."""

    shown: Shown
    settings: Mapping[str, object]
    """By dotted path."""


@dataclass(frozen=True, slots=True)
class Span:
    """A continuous range; `write` turns a number of it into the value of a scenario file."""

    low: float
    high: float
    paths: tuple[str, ...]
    whole: bool = False
    log: bool = False
    write: Callable[[float], Shown] = float

    def at(self, share: float) -> Level:
        """Return the level that lies `share` (0 to 1) of the way; whole numbers are equally probable."""
        if self.whole:
            steps = math.floor(self.high) - math.ceil(self.low) + 1
            value: float = math.ceil(self.low) + min(int(share * steps), steps - 1)
        elif self.log:
            value = math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + share * (self.high - self.low)
        shown = int(value) if self.whole and self.write is float else self.write(value)
        return Level(shown, dict.fromkeys(self.paths, shown))


@dataclass(frozen=True, slots=True)
class Axis:
    """What varies: levels, or a range that a sampling design draws from."""

    name: str
    levels: tuple[Level, ...] = ()
    span: Span | None = None

    def at(self, share: float) -> Level:
        """Return the level for a coordinate from 0 to 1."""
        if self.span is not None:
            return self.span.at(share)
        return self.levels[min(int(share * len(self.levels)), len(self.levels) - 1)]


@dataclass(frozen=True, slots=True)
class Point:
    """One combination of values."""

    shown: Mapping[str, Shown]
    """By axis."""
    settings: Mapping[str, object]
    """By dotted path."""
    owners: Mapping[str, str]
    """The axis of each path."""

    def axis_of(self, path: str) -> str | None:
        return self.owners.get(path)

    def beside(self, other: Point) -> Point:
        """Join two points of different axes."""
        return Point(
            {**self.shown, **other.shown}, {**self.settings, **other.settings}, {**self.owners, **other.owners}
        )


CENTER: Final = Point({}, {}, {})
"""The scenario as it is."""


def axis(name: str, values: Iterable[object] | Mapping[str, object], path: str | Sequence[str] | None = None) -> Axis:
    """Make an axis of values, or of labelled values; its name is its path where none is given."""
    paths = (path,) if isinstance(path, str) else tuple(path or (name,))
    pairs = values.items() if isinstance(values, Mapping) else ((as_shown(value), value) for value in values)
    return Axis(name, tuple(Level(shown, dict.fromkeys(paths, value)) for shown, value in pairs))


def point(levels: Iterable[tuple[str, Level]]) -> Point:
    """Make the point that has these levels, by axis."""
    made = CENTER
    for name, level in levels:
        made = made.beside(Point({name: level.shown}, level.settings, dict.fromkeys(level.settings, name)))
    return made


def grid(axes: Sequence[Axis]) -> list[Point]:
    """Return every combination of levels; the last axis varies fastest."""
    for one in axes:
        if one.span is not None:
            raise InputError(f"axis '{one.name}': a grid needs a step or a count in a range")
    names = [one.name for one in axes]
    return [point(zip(names, levels, strict=True)) for levels in product(*(one.levels for one in axes))]


def cases(named: Iterable[tuple[str, Mapping[str, object]]]) -> list[Point]:
    """Return a point for each named set of values; the column is called `case`."""
    return [point([("case", Level(name, dict(settings)))]) for name, settings in named]


def crossed(first: Sequence[Point], second: Sequence[Point]) -> list[Point]:
    """Return every pair of points from two designs."""
    return [one.beside(other) for one in first for other in second]


def latin_hypercube(axes: Sequence[Axis], count: int, seed: int = 0) -> list[Point]:
    """Return `count` points that divide each axis into `count` equal strips with one point in each."""
    require("scipy", "a Latin hypercube design")
    from scipy.stats import qmc

    return _sampled(axes, qmc.LatinHypercube(len(axes), rng=np.random.default_rng(seed)).random(count))


def sobol(axes: Sequence[Axis], count: int, seed: int = 0) -> list[Point]:
    """Return the first `count` points of a scrambled Sobol sequence; a power of two is balanced best."""
    require("scipy", "a Sobol design")
    from scipy.stats import qmc

    engine = qmc.Sobol(len(axes), rng=np.random.default_rng(seed))
    return _sampled(axes, engine.random_base2(max(count - 1, 0).bit_length())[:count])


def _sampled(axes: Sequence[Axis], shares: npt.NDArray[np.float64]) -> list[Point]:
    return [point((one.name, one.at(float(share))) for one, share in zip(axes, row, strict=True)) for row in shares]


def as_shown(value: object) -> Shown:
    """Return what a table shows for a value: itself, or compact JSON where it is a list or a mapping."""
    if isinstance(value, bool | int | float | str):
        return value
    return json.dumps(value, default=str, separators=(",", ":"))


def label(value: Shown) -> str:
    """Write a shown value in one short line."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    line = " ".join(text.split())
    return line if len(line) <= MAX_LABEL else f"{line[: MAX_LABEL - 1]}…"
