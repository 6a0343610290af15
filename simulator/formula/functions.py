"""Every function with its signature as data (`docs/autoscale-language.md#functions`).

`doubleVecList` stands for any mix of doubles and vectors, flattened into one vector before the call.
"""

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from simulator.formula.options import Options
from simulator.formula.values import Value, Vector

LIST: Final = "doubleVecList"


@dataclass(frozen=True, slots=True)
class Signature:
    """One form of a function: parameter types and what it computes from them."""

    parameters: tuple[str, ...]
    result: str
    compute: Callable[..., Value]
    """Called with the options and the arguments."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function: the first form whose parameters fit is called."""

    name: str
    meaning: str
    forms: tuple[Signature, ...]

    @property
    def usage(self) -> str:
        """How it is written, for messages and documentation."""
        return " or ".join(f"{self.name}({', '.join(form.parameters)})" for form in self.forms)


def _of_nothing(options: Options, what: str) -> float:
    if options.empty_aggregate == "error":
        raise ValueError(f"{what} of nothing; guard it, e.g. {what}(0, ...)")
    return 0.0 if options.empty_aggregate == "zero" else math.nan


def _aggregate(name: str, compute: Callable[[Vector], float]) -> Callable[..., Value]:
    def call(options: Options, values: Vector) -> Value:
        return compute(values) if values else _of_nothing(options, name)

    return call


def _plain(compute: Callable[[Vector], Value]) -> Callable[..., Value]:
    return lambda _, values: compute(values)


def _deviation(values: Vector) -> float:
    if len(values) == 1:
        return 0.0
    if not all(map(math.isfinite, values)):
        return math.nan
    return float(statistics.stdev(values))


def _logarithm(base: Callable[[float], float]) -> Callable[[Options, float], float]:
    def call(options: Options, value: float) -> float:
        if value > 0 or math.isnan(value):
            return value if math.isinf(value) or math.isnan(value) else base(value)
        if options.non_finite == "error":
            raise ValueError("a logarithm of what is not above 0")
        return -math.inf if value == 0 else math.nan

    return call


def _rounding(step: Callable[[float], float]) -> Callable[[Options, float], float]:
    return lambda _, value: value if not math.isfinite(value) else float(step(value))


def round_half_away(value: float) -> float:
    """Round to the nearest whole number, halves away from zero."""
    return math.copysign(math.floor(abs(value) + 0.5), value) if abs(value) < 2**52 else value


def percentile(options: Options, values: Vector, rank: float) -> float:
    """Return a percentile by nearest rank, or interpolated (option `percentile_method`)."""
    if not 0 <= rank <= 100:
        raise ValueError(f"a percentile outside 0 to 100: {rank:g}")
    if not values:
        return _of_nothing(options, "percentile")
    ordered = sorted(values)
    count = len(ordered)
    if options.percentile_method == "nearest_rank":
        return ordered[min(max(math.ceil(rank / 100 * count), 1), count) - 1]
    place = (count - 1) * rank / 100
    low = math.floor(place)
    high = min(low + 1, count - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def element(options: Options, values: Vector, index: float) -> float:
    """Return element `index`, counted from 0 (option `val_out_of_range`)."""
    rule = options.val_out_of_range
    if not values and rule == "error_unless_empty":
        return 0.0
    if math.isfinite(index) and 0 <= math.trunc(index) < len(values):
        return values[math.trunc(index)]
    if rule == "zero":
        return 0.0
    raise ValueError(f"element {index:g} of a vector of {len(values)}")


def _both_ways(name: str, meaning: str, compute: Callable[[Options, float], float]) -> Function:
    """Return a function of a number that works on lists element by element too."""

    def of_list(options: Options, values: Vector) -> Vector:
        return [compute(options, value) for value in values]

    forms = (Signature(("double",), "double", compute), Signature((LIST,), "doubleVec", of_list))
    return Function(name, meaning, forms)


def _of_list(name: str, meaning: str, compute: Callable[..., Value], result: str = "double") -> Function:
    return Function(name, meaning, (Signature((LIST,), result, compute),))


def _range(values: Vector) -> float:
    return max(values) - min(values)


def _unavailable(*_: Any) -> Value:
    raise NotImplementedError("computed by the run itself")


FUNCTIONS: Final = {
    function.name: function
    for function in (
        _of_list("avg", "mean", _aggregate("avg", lambda values: sum(values) / len(values))),
        _both_ways("ceil", "smallest whole number not below", _rounding(math.ceil)),
        _both_ways("floor", "largest whole number not above", _rounding(math.floor)),
        _both_ways("round", "nearest whole number, halves away from zero", _rounding(round_half_away)),
        _of_list("len", "how many", _plain(lambda values: float(len(values)))),
        _both_ways("lg", "logarithm to base 2", _logarithm(math.log2)),
        _both_ways("ln", "natural logarithm", _logarithm(math.log)),
        _both_ways("log", "logarithm to base 10", _logarithm(math.log10)),
        _of_list("max", "greatest", _aggregate("max", max)),
        _of_list("min", "least", _aggregate("min", min)),
        _of_list("norm", "root of the sum of squares", _plain(lambda values: math.hypot(*values))),
        Function(
            "percentile",
            "value below which a percentage of the values lies",
            (Signature(("doubleVec", "double"), "double", percentile),),
        ),
        Function("rand", "random number in [0, 1)", (Signature((), "double", _unavailable),)),
        _of_list("range", "greatest minus least", _aggregate("range", _range)),
        _of_list("std", "sample standard deviation", _aggregate("std", _deviation)),
        Function("stop", "end the evaluation", (Signature((), "none", _unavailable),)),
        _of_list("sum", "sum", _plain(lambda values: float(sum(values)))),
        Function(
            "time",
            "the instant of the run, or the one a text says",
            (Signature((), "timestamp", _unavailable), Signature(("string",), "timestamp", _unavailable)),
        ),
        Function(
            "val",
            "element of a vector, counted from 0",
            (Signature(("doubleVec", "double"), "double", element),),
        ),
        _of_list("vec", "one vector", _plain(lambda values: values), "doubleVec"),
    )
}
