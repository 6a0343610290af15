"""What measuring comes to: a number with how sure it is, or why it stays assumed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.calibration.evidence import Evidence
from simulator.fits import SUMMARIES, Choice
from simulator.fits.families import rounded
from simulator.fits.fit import SEED
from simulator.scenario.format.calibration_file import Law, Measured, Unlearned

if TYPE_CHECKING:
    import pandas as pd


SHARES: Final = ("task_failures", "start_task_failures")
"""Quantities that are shares of what was counted."""


def _as_it_is(body: Any) -> Any:
    return body


@dataclass(frozen=True)
class Learned:
    """A quantity of some kind, measured."""

    quantity: str
    of: Mapping[str, str]
    """What it was measured of: `vmSize`, `job`, `tasks`."""
    value: Any
    """What a scenario has in its place."""
    count: int
    rows: pd.DataFrame
    """Where it was seen: `file`, and `time` or `start`."""
    choice: Choice | None = None
    """Its law, where it is one."""
    mean: tuple[float, float, float] | None = None
    """Of a number: itself and the ends of its interval."""
    note: str = ""
    made: Callable[[Any], Any] = _as_it_is
    """Makes a value of a law's distribution."""

    @property
    def _salt(self) -> int:
        """Keeps what is drawn of one quantity and kind apart from the draws of all others."""
        return zlib.crc32(repr((self.quantity, sorted(self.of.items()))).encode())

    def other(self, number: int) -> Any:
        """Return another value that the past allows as well; a number without a law has its own spread."""
        if self.choice is not None:
            return self.made(self.choice.other(number, self._salt))
        if self.quantity not in SHARES or self.mean is None:
            return self.value
        hits, stream = self.mean[0] * self.count, np.random.Generator(np.random.PCG64([SEED, self._salt, number]))
        return rounded(float(stream.beta(hits + 0.5, self.count - hits + 0.5)))

    def entry(self, evidence: Evidence) -> Measured:
        """Return it as a calibration file has it."""
        choice = self.choice
        stated = {} if choice is None else {name: _with_ends(choice, name) for name in SUMMARIES}
        if self.mean is not None:
            value, low, high = self.mean
            stated["mean"] = rounded(value), rounded(low), rounded(high)
        return Measured(
            quantity=self.quantity,
            vm_size=self.of.get("vmSize"),
            job=self.of.get("job"),
            tasks=self.of.get("tasks"),
            value=self.value,
            n=self.count,
            censored=choice.fit.censored if choice else 0,
            law=None if choice is None else _law(choice),
            files=tuple(dict.fromkeys(Path(str(name)).name for name in self.rows["file"])),
            period=_period(evidence, self.rows),
            note=self.note,
            **stated,
        )


@dataclass(frozen=True)
class Missing:
    """A quantity that could not be measured."""

    quantity: str
    why: str
    of: Mapping[str, str] = field(default_factory=dict)

    def entry(self) -> Unlearned:
        """Return it as a calibration file has it."""
        about = ", ".join(self.of.values())
        return Unlearned(quantity=self.quantity, why=f"{about}: {self.why}" if about else self.why)


Finding = Learned | Missing


def _with_ends(choice: Choice, name: str) -> tuple[float, float, float]:
    low, high = choice.interval(name)
    return rounded(choice.value(name)), rounded(low), rounded(high)


def _law(choice: Choice) -> Law:
    fit = choice.fit
    tried = {one.family: rounded(one.aic - choice.tried[0].aic) for one in choice.tried}
    return Law(family=fit.family, distance=rounded(fit.distance), limit=rounded(fit.limit), tried=tried)


def _period(evidence: Evidence, rows: pd.DataFrame) -> tuple[str, str] | None:
    """Return the first and the last instant of some rows, as dates where the past has any."""
    times = rows["time"] if "time" in rows else rows["start"].fillna(rows["created"])
    known = times.dropna()
    if not len(known):
        return None
    return _instant(evidence, float(known.min())), _instant(evidence, float(known.max()))


def _instant(evidence: Evidence, seconds: float) -> str:
    origin = evidence.past.origin
    if origin is None:
        return f"{seconds:.0f}s"
    return (origin + timedelta(seconds=round(seconds))).strftime("%Y-%m-%dT%H:%M:%SZ")


def too_few(quantity: str, ended: int, least: int, of: Mapping[str, str], what: str) -> Missing:
    """Return that too few ends were seen."""
    return Missing(quantity, f"{ended} {what} seen, at least {least} are needed", of)
