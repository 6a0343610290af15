"""Instants and spans in sentences."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def instant(origin: datetime, seconds: float, zone: tzinfo = UTC) -> str:
    """Write an instant as `Mon 2 Mar 10:42`, whatever the language of the machine."""
    wall = (origin.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(zone)
    return f"{_WEEKDAYS[wall.weekday()]} {wall.day} {_MONTHS[wall.month - 1]} {wall:%H:%M}"
