"""What a calibration file holds: numbers measured on a user's own past, each with how sure it is and what it is of.

`poolsight calibrate` writes such a file, and a scenario names it under `calibration`. What a scenario keeps of it is
which of its own values came from there.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import Field

from simulator.scenario.format.key_marks import INERT
from simulator.scenario.format.section import Count, Section

ANY: Final = "*"
_NUMBERS: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:0x[0-9a-fA-F]+|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?![A-Za-z0-9])|\d+"
)


def pattern_of(text: str) -> str:
    """Return a name, an id or a command line with a star in place of each number in it.

    Tasks `short-1` and `short-2`, and commands that differ by a seed, are of one kind.
    """
    return re.sub(r"\*(?:[.:_/-]?\*)+", ANY, _NUMBERS.sub(ANY, text.strip()))


class Law(Section):
    """How well a law fits what was seen."""

    family: str
    """Name of the family; `empirical`: the values themselves."""
    distance: float = 0.0
    """Largest distance between its distribution and that of the values."""
    limit: float = 1.0
    """Distance up to which it is no wonder."""
    tried: dict[str, float] = Field(default_factory=dict)
    """By how much Akaike's criterion is worse, by family."""


class Measured(Section):
    """One number or law that was measured."""

    quantity: str
    """Name of what was measured (docs/calibrate.md#what-is-learned)."""
    vm_size: str | None = None
    """Size of the nodes; None: any."""
    job: str | None = None
    """Jobs, with a star in place of each number in their ids; None: any."""
    tasks: str | None = None
    """Tasks, with a star in place of each number in their command line, name or id; None: any."""
    value: Any
    """What a scenario has in its place."""
    n: Count
    """Values that were seen."""
    censored: Count = 0
    """Of these, values known in part only: what had not ended when it was last seen."""
    median: tuple[float, float, float] | None = None
    """Median, and the ends of its 95 % interval."""
    p95: tuple[float, float, float] | None = None
    """95th percentile, and the ends of its 95 % interval."""
    mean: tuple[float, float, float] | None = None
    """Mean, and the ends of its 95 % interval."""
    law: Law | None = None
    """How well it fits."""
    files: tuple[str, ...] = ()
    """Files that it was seen in."""
    period: tuple[str, str] | None = None
    """First and last instant at which it was seen."""
    note: str = ""
    """What was assumed in measuring it."""


class Unlearned(Section):
    """A quantity that stays assumed."""

    quantity: str
    """Its name."""
    why: str
    """What is missing."""


class CalibrationFile(Section):
    """A whole file."""

    measured: tuple[Measured, ...]
    """What was measured."""
    assumed: tuple[Unlearned, ...] = ()
    """What could not be learned, and why."""


class FromCalibration(Section):
    """A value of this scenario that was measured."""

    place: Annotated[str, INERT]
    """Where it stands, by ids: `pools.farm.simulation.timing.starting`."""
    quantity: Annotated[str, INERT]
    """What was measured."""
    n: Annotated[Count, INERT]
    """Values that were seen."""
    mean: Annotated[tuple[float, float, float] | None, INERT] = None
    """Mean of what was seen, and the ends of its 95 % interval."""


class Calibrated(Section):
    """Which values of a scenario were measured; in a file, the name of the calibration file stands for it."""

    file: Annotated[str, INERT]
    """Name of the calibration file."""
    used: Annotated[tuple[FromCalibration, ...], INERT] = ()
    """What was taken from it."""
