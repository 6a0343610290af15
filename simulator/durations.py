"""Durations as people and the service write them: `PT15M`, `90s`, `15m`, `2h`."""

import re
from typing import Any

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
SHORT = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)")
ISO = re.compile(
    r"P(?:(?P<w>\d+)W)?(?:(?P<d>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<h>\d+(?:\.\d+)?)H)?(?:(?P<m>\d+(?:\.\d+)?)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"
)
EXPECTED = "expected a duration such as PT15M, 90s, 15m or 2h"


class Duration:
    """Reading of durations; a value of the scenario is plain seconds."""

    @staticmethod
    def seconds(value: Any) -> float:
        """Read a duration; `ValueError` says what was expected. A number is refused: its unit is unknown."""
        if isinstance(value, bool | int | float):
            raise ValueError(f"{value} has no unit: {EXPECTED}")  # noqa: TRY004 - pydantic reports ValueErrors
        if not isinstance(value, str):
            raise ValueError(EXPECTED)  # noqa: TRY004
        text = value.strip()
        if short := SHORT.fullmatch(text):
            return float(short[1]) * UNITS[short[2]]
        iso = ISO.fullmatch(text.upper())
        if iso is None or text.upper() in ("P", "PT"):
            if re.fullmatch(r"P\d+[YM].*", text.upper()):
                raise ValueError(f"{text}: months and years have no fixed length; {EXPECTED}")
            raise ValueError(f"{text!r} is no duration: {EXPECTED}")
        parts = {name: float(number) for name, number in iso.groupdict().items() if number}
        if not parts:
            raise ValueError(f"{text!r} is no duration: {EXPECTED}")
        days = parts.get("w", 0) * 7 + parts.get("d", 0)
        return days * 86400 + parts.get("h", 0) * 3600 + parts.get("m", 0) * 60 + parts.get("s", 0)

    @staticmethod
    def text(seconds: float) -> str:
        """Write seconds as ISO-8601 that `seconds` reads back as the same number."""
        return f"PT{seconds:.17g}S" if seconds != int(seconds) else f"PT{int(seconds)}S"
