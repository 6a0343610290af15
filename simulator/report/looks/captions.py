"""Titles that say what a picture shows: numbers of a run turned into a short sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from simulator.results.money.ledger import BUSY, UNPAID, Label
from simulator.units import percentages

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.record.read import Frames

IDLE = frozenset({Label.IDLE_BEFORE, Label.IDLE_BETWEEN, Label.IDLE_TAIL, Label.IDLE_UNUSED})
IN_VAIN = frozenset({Label.BUSY_LOST, Label.BUSY_FAILED})
WORK = BUSY - IN_VAIN
WORTH_SAYING = 0.005
"""A smaller share is left out of a sentence."""
STARTING = frozenset({Label.BOOTING, Label.START_TASK})
REST = frozenset(Label) - WORK - IN_VAIN - STARTING - IDLE - UNPAID
FAMILIES: Final = (WORK, IN_VAIN, STARTING, IDLE, REST, UNPAID)
"""Labels of the ledger that go together where all of it is shown at a glance."""
BROKEN = frozenset({Label.START_TASK_FAILED, Label.UNUSABLE, Label.NO_CONTACT})
ROUNDING = frozenset({Label.BILLING_ROUNDING})


def percent(share: float) -> str:
    """Write a share so that what is there is never 0 % and what is missing never 100 %."""
    return _near(round(100 * share), share)


def _near(shown: int, share: float) -> str:
    if shown == 0 and share > 0:
        return "< 1 %"
    return "> 99 %" if shown == 100 and share < 1 else f"{shown} %"


def counted(number: int, noun: str) -> str:
    """Write a number of things."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def joined(parts: Sequence[str]) -> str:
    """Join parts of a sentence with commas and a last `and`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def paid(run: Frames, pools: Iterable[str]) -> dict[str, float]:
    """Return node-seconds paid for, by label."""
    ledger = of_pools(run.frame("ledger"), pools)
    billed = ledger.groupby("label", observed=True)["billed"].sum()
    return {str(label): float(value) for label, value in billed.items() if value > 0}


def of_pools(frame: pd.DataFrame, pools: Iterable[str]) -> pd.DataFrame:
    """Return the rows of some pools."""
    return frame[frame["pool"].isin(list(pools))]


def share_of(parts: Mapping[str, float], labels: Iterable[str]) -> float:
    """Return the share of some labels in the whole; 0 of nothing."""
    whole = sum(parts.values())
    return sum(parts.get(str(label), 0.0) for label in labels) / whole if whole else 0.0


def percentages_of(times: Mapping[str, float]) -> dict[str, float]:
    """Return the share of each label in all node time in per cent, so rounded that they add up to 100.

    Those of each family add up to its own share, as beside a bar of families: no number is 20.1 % in one place and
    20.2 % in another.
    """
    whole = sum(times.values())
    exact = {str(label): 1000 * times.get(label, 0.0) / whole if whole else 0.0 for label in Label}
    found = {label: math.floor(share) for label, share in exact.items()}
    families = percentages([sum(times.get(label, 0.0) for label in family) for family in FAMILIES], 1)
    for family, share in zip(FAMILIES, families, strict=True):
        missing = round(10 * share) - sum(found[label] for label in family)
        for label in sorted(family, key=lambda label: (found[label] - exact[label], label))[:missing]:
            found[label] += 1
    return {label: tenths / 10 for label, tenths in found.items()}


def where_it_went(parts: Mapping[str, float]) -> str:
    """Report how all of the paid node time splits: work, waiting, starting up, loss, nodes out of order, the rest."""
    if not parts:
        return "nothing was paid for"
    kinds = (
        (BUSY - {Label.BUSY_LOST}, "of the paid time had work"),
        (IDLE, "was idle"),
        (STARTING, "went into starting up"),
        ({Label.BUSY_LOST}, "was lost"),
        (BROKEN, "was out of order"),
        (ROUNDING, "was added by rounding"),
        (frozenset(Label) - BUSY - IDLE - STARTING - BROKEN - ROUNDING, "went elsewhere"),
    )
    shares = [share_of(parts, labels) for labels, _ in kinds]
    rounded = percentages(shares)
    return joined(
        [
            f"{_near(round(shown), share)} {text}"
            for place, (share, shown, (_, text)) in enumerate(zip(shares, rounded, kinds, strict=True))
            if place == 0 or share >= WORTH_SAYING
        ]
    )
