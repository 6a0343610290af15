"""The typing table of operators (`docs/autoscale-language.md#operators`), as data: what is not in it is an error."""

import math
from collections.abc import Callable
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any, Final

from simulator.formula.values import (
    MAX_INTERVAL,
    MAX_TIMESTAMP,
    Interval,
    Timestamp,
    Value,
    Vector,
    type_name,
)

Operation = Callable[[Any, Any], Value]


def divide(left: float, right: float) -> float:
    """Divide as IEEE 754 does."""
    if right:
        return left / right
    if left == 0 or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _interval(ticks: int) -> Interval:
    if abs(ticks) > MAX_INTERVAL:
        raise ValueError("a timeinterval of more than 64 bits")
    return Interval(ticks)


def _timestamp(ticks: int) -> Timestamp:
    if not 0 <= ticks <= MAX_TIMESTAMP:
        raise ValueError("a timestamp outside the years 1 to 9999")
    return Timestamp(ticks)


def scaled(span: Interval, factor: float) -> Interval:
    """Scale an interval, rounding to the nearest tick, halves away from zero."""
    if not math.isfinite(factor):
        raise ValueError("a timeinterval times or by a number that is not finite")
    if factor.is_integer():
        return _interval(span.ticks * int(factor))
    numerator, denominator = factor.as_integer_ratio()
    return _interval(_rounded(span.ticks * numerator, denominator))


def _divided(span: Interval, divisor: float) -> Interval:
    if divisor == 0 or math.isnan(divisor):
        raise ValueError("a timeinterval divided by zero or by no number")
    if math.isinf(divisor):
        return Interval(0)
    numerator, denominator = divisor.as_integer_ratio()
    return _interval(_rounded(span.ticks * denominator, numerator))


def _rounded(numerator: int, denominator: int) -> int:
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    numerator, denominator = abs(numerator), abs(denominator)
    return sign * ((2 * numerator + denominator) // (2 * denominator))


def _each(operation: Callable[[float, float], float]) -> tuple[Operation, Operation]:
    """Return an operation on a vector and a number, and on two vectors of equal length."""

    def with_number(left: Vector, right: float) -> Vector:
        return [operation(value, right) for value in left]

    def with_vector(left: Vector, right: Vector) -> Vector:
        if len(left) != len(right):
            raise ValueError(f"vectors of different length, {len(left)} and {len(right)}")
        return [operation(one, other) for one, other in zip(left, right, strict=True)]

    return with_number, with_vector


def _truth(comparison: Callable[[Any, Any], bool]) -> Operation:
    return lambda left, right: 1.0 if comparison(left, right) else 0.0


def _table() -> dict[tuple[str, type, type], Operation]:
    found: dict[tuple[str, type, type], Operation] = {}
    for sign, number in (("+", add), ("-", sub), ("*", mul), ("/", divide)):
        found[sign, float, float] = number
        found[sign, list, float], found[sign, list, list] = _each(number)
    found["*", float, Interval] = lambda left, right: scaled(right, left)
    found["*", Interval, float] = scaled
    found["/", Interval, float] = _divided
    found["+", Interval, Interval] = lambda left, right: _interval(left.ticks + right.ticks)
    found["-", Interval, Interval] = lambda left, right: _interval(left.ticks - right.ticks)
    found["+", Timestamp, Interval] = lambda left, right: _timestamp(left.ticks + right.ticks)
    found["+", Interval, Timestamp] = lambda left, right: _timestamp(left.ticks + right.ticks)
    found["-", Timestamp, Timestamp] = lambda left, right: _interval(left.ticks - right.ticks)
    comparisons: tuple[tuple[str, Callable[[Any, Any], bool]], ...] = (
        ("<", lt), ("<=", le), ("==", eq), (">=", ge), (">", gt), ("!=", ne),
    )  # fmt: skip
    for sign, comparison in comparisons:
        for kind in (float, str, Timestamp, Interval):
            found[sign, kind, kind] = _truth(comparison)
    return found


BINARY: Final = _table()

HINTS: Final = {
    ("-", Timestamp, Interval): "add a negated interval instead",
    ("+", str, str): "texts can only be compared",
    ("-", float, list): "a number cannot stand left of a vector; turn it round",
    ("+", float, list): "put the vector first",
    ("*", float, list): "put the vector first",
}


def unsupported(sign: str, left: Value, right: Value) -> str:
    """Report that the table has no such row."""
    hint = HINTS.get((sign, type(left), type(right)))
    return f"no operator {type_name(left)} {sign} {type_name(right)}" + (f"; {hint}" if hint else "")
