"""What a key's type says of it beside its form: its unit, and whether it acts.

A key acts unless it is marked. `simulator/scenario/keys/` makes the table of all keys from these marks.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from simulator.distributions import DrawnIn, NumberDistribution
from simulator.quantities import CountedIn
from simulator.scenario.format.section import Amount


class Effect(StrEnum):
    """What becomes of a key."""

    ACTS = "acts"
    """A run, its record or its bill depends on it."""
    INERT = "inert"
    """It changes neither time nor placement nor money; it is kept as it is written."""
    NOT_SIMULATED_YET = "not simulated yet"
    """The service acts on it and a simulation does not: each use is a warning."""


@dataclass(frozen=True, slots=True)
class Mark:
    """That a key does not act, and why."""

    effect: Effect
    why: str = ""
    """Of a key that is not simulated yet: what the service does about it."""


INERT: Final = Mark(Effect.INERT)

GIB: Final = CountedIn("GiB")
MIB: Final = CountedIn("MiB")
USD_PER_HOUR: Final = CountedIn("USD/h")
PER_HOUR: Final = CountedIn("1/h")
PROBABILITY: Final = CountedIn("probability")
PlainSeconds = Annotated[Amount, CountedIn("s")]
Gib = Annotated[Amount, GIB]
UsdPerHour = Annotated[Amount, USD_PER_HOUR]
UsdPerMonth = Annotated[Amount, CountedIn("USD/month")]
RatePerHour = Annotated[Amount, PER_HOUR]
Factor = Annotated[Amount, CountedIn("factor")]
CoresDistribution = Annotated[NumberDistribution, DrawnIn("cores")]
GibDistribution = Annotated[NumberDistribution, DrawnIn("GiB")]
MibDistribution = Annotated[NumberDistribution, DrawnIn("MiB")]
