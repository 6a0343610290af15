"""What the lists of a record have in common: addresses, how times and numbers are written, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from simulator.results.events.envelope import Body

ACCOUNT: Final = "https://simulated.region.batch.azure.com"
"""Address in front of what a URL names."""


class Clock:
    """Writes instants of a record as the service's command line prints them."""

    def __init__(self, origin: datetime) -> None:
        self._origin = origin

    def stamp(self, seconds: Any) -> str | None:
        """Return an instant, `2026-03-02T07:00:00.500000+00:00`; None where there is none."""
        if seconds is None or seconds != seconds:  # noqa: PLR0124 - not a number
            return None
        return (self._origin + timedelta(seconds=round(float(seconds), 3))).isoformat(timespec="microseconds")


def number(value: Any) -> int | None:
    """Return a whole number; None where a table has none."""
    return None if value is None or value != value else int(value)  # noqa: PLR0124 - not a number


def stated(body: Mapping[str, Any]) -> Body:
    """Return what a body states, without what is empty."""
    return {key: value for key, value in body.items() if value is not None}
