"""The clock: integer milliseconds since the scenario's origin.

Equality of instants decides the order of events (who completes before who is preempted), so time is an
integer inside `kernel` and `engine`; people and tables see seconds.
"""

from typing import Final

MS_PER_S: Final = 1000
S_PER_HOUR: Final = 3600
MS_PER_HOUR: Final = MS_PER_S * S_PER_HOUR

NEVER: Final = 2**62
"""An instant after every other; what has no end ends here."""


def to_ms(seconds: float) -> int:
    """Round `seconds` to the clock's resolution, halves to even."""
    return round(seconds * MS_PER_S)


def to_s(milliseconds: int) -> float:
    """Give an instant or a span of the clock in seconds."""
    return milliseconds / MS_PER_S
