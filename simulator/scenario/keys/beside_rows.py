"""What a row about a key says that no type of the format holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.scenario.format.key_marks import Effect


@dataclass(frozen=True, slots=True)
class Beside:
    """One such key."""

    meaning: str
    effect: Effect = Effect.INERT
    why: str = ""
    """Of a key that is not simulated yet: what the service does about it."""
    holds: str = ""
    """Name of the objects that stand under it, where it is not that of the key."""
    words: tuple[str, ...] = ()
    """All that it takes, in any case, where that is a word that no other check looks at."""
    values: str = ""
    """What else it may hold, in words."""


Keys = Mapping[str, Beside]


def acts(meaning: str, holds: str = "", words: tuple[str, ...] = (), values: str = "") -> Beside:
    """Return the row of a key that acts."""
    return Beside(meaning, Effect.ACTS, holds=holds, words=words, values=values)


def not_yet(meaning: str, why: str) -> Beside:
    """Return the row of a key that the service acts on and a simulation does not."""
    return Beside(meaning, Effect.NOT_SIMULATED_YET, why)
