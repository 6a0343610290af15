"""Numbers of a file: those with a unit as numbers of the unit meant, `12 GiB`, `1 Gbit/s`, `5m`, `$0.12/h`."""

import re
from collections.abc import Iterator, Mapping
from numbers import Number
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from simulator.durations import parse_duration

QUANTITY: Final = "quantity"
"""Format, in a JSON Schema, of a text that is a number with its unit."""
_NUMBER: Final = re.compile(r"(?P<sign>[$]?)(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(?P<unit>.*)", re.ASCII)
_GAP: Final = re.compile(r"(?<=\d)\s+(?=[a-z])")
_POWERS: Final = "kmgtp"
_TIMES: Final = {"s": 1, "min": 60, "m": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400}


def _multiples(byte: str, size: float) -> Iterator[tuple[str, float]]:
    """Yield what multiples of a byte are called, or of a byte a second, and how many times `size` bytes each is."""
    yield byte, 1 / size
    for power, letter in enumerate(_POWERS, 1):
        yield f"{letter}{byte}", 1000.0**power / size
        yield f"{letter}i{byte}", 1024.0**power / size


def _bits(size: float) -> Iterator[tuple[str, float]]:
    """Yield likewise multiples of bits a second."""
    for power, letter in enumerate(_POWERS, 1):
        for ending in ("bit/s", "bps"):
            yield f"{letter}{ending}", 1000.0**power / 8 / size


UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "GiB": dict(_multiples("b", 2.0**30)),
    "MiB": dict(_multiples("b", 2.0**20)),
    "MiB/s": dict([*_multiples("B/s", 2.0**20), *_multiples("Bps", 2.0**20), *_bits(2.0**20)]),
    "USD/h": {f"{money}/{name}": 3600 / time for money in ("$", "usd") for name, time in _TIMES.items()},
    "USD/month": {"$/month": 1.0, "usd/month": 1.0},
    "1/h": {f"/{name}": 3600 / time for name, time in _TIMES.items()},
    "cores": dict.fromkeys(("core", "cores", "vcpu", "vcpus", "cpu", "cpus"), 1.0),
    "probability": {"%": 0.01},
    "factor": {"%": 0.01},
    "s": {},
}
"""By the unit of a key: what may be written behind a number there, and how many of the key's unit that is.

Behind a number of seconds stands what durations are written with. A month has no fixed number of hours.
"""
WITH_BITS: Final = frozenset({"MiB/s"})
"""Units in which a small b is a bit and a large one a byte."""
EXAMPLES: Final[Mapping[str, str]] = {
    "GiB": "512 MiB",
    "MiB": "2 GiB",
    "MiB/s": "1 Gbit/s",
    "USD/h": "$0.12/h",
    "USD/month": "$5/month",
    "1/h": "2/d",
    "cores": "2 cores",
    "probability": "25 %",
    "factor": "150 %",
    "s": "5m",
}
"""Of each unit: what a file may have where a number of it is meant."""


def no_boolean(value: object) -> object:
    """Refuse true and false where a number is meant; pydantic would read them as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("expected a number, found true or false")  # noqa: TRY004 - only ValueError is a problem
    return value


class Unreadable(str):
    """A text that stands where a number of a unit is meant, and that is none with a unit of its kind."""

    __slots__ = ("unit",)
    unit: str

    @classmethod
    def of(cls, text: str, unit: str) -> "Unreadable":
        """Return the text with the unit that is meant."""
        made = cls(text)
        made.unit = unit
        return made

    @property
    def expected(self) -> str:
        """What should stand there."""
        return expected(self.unit)


def expected(unit: str) -> str:
    """Return what is expected where a number of a unit is meant."""
    return f"expected a number ({unit}), or one with its unit such as {EXAMPLES[unit]}"


def in_unit(text: str, unit: str) -> float | None:
    """Return a number that is written with its unit, as one of `unit`; None where it is none, or has no unit."""
    if unit == "s":
        try:
            return parse_duration(_GAP.sub("", text))
        except ValueError:
            return None
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    factor = UNITS[unit].get(found["sign"] + _folded(found["unit"], unit))
    return None if factor is None else float(found["number"]) * factor


def _folded(written: str, unit: str) -> str:
    """Return what stands behind a number as the table has it, however large its letters and its gaps are."""
    plain = re.sub(r"\s*\bper\b\s*", "/", written).replace("second", "s").replace(" ", "")
    kept = "bB" if unit in WITH_BITS else ""
    return "".join(letter if letter in kept else letter.lower() for letter in plain)


class CountedIn:
    """What the number under a key counts: a mark in its annotation, by which it may also be written with a unit."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, value: object) -> object:
        """Return the number that a text with a unit stands for; anything else as it is."""
        if isinstance(value, str):
            number = in_unit(value, self.name)
            return Unreadable.of(value, self.name) if number is None else number
        if not isinstance(value, Number):
            raise ValueError(expected(self.name))  # noqa: TRY004 - only ValueError is a problem
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read texts before the number is checked."""
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe a number, and a text that is one with its unit."""
        return _or_text(handler(schema), EXAMPLES[self.name])


class WithUnit:
    """A mark of numbers that may stand in a file with a unit, whichever the key has; the key's own mark reads it."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe a number, and a text that is one with its unit."""
        return _or_text(handler(schema), "512 MiB")


def _or_text(number: Any, example: str) -> dict[str, Any]:
    """Return the JSON Schema of a number, or of a text that is one with its unit."""
    text = {"type": "string", "format": QUANTITY, "pattern": "[0-9]", "description": f"with its unit, as in {example}"}
    return {"anyOf": [number, text]}
