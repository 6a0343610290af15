"""What is known of an expression without running it: its type, its range, and what it comes from."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

INF = math.inf
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fact:
    """A set of possible values. Ranges of intervals are in seconds; of vectors, of their elements."""

    kind: str = "unknown"
    low: float = -INF
    high: float = INF
    whole: bool = False
    """Every value is a whole number."""
    shortest: int = 0
    """Least length of a vector."""
    longest: float = INF
    sources: frozenset[str] = NOTHING
    """Service variables it is computed from; `%$Name` is the availability of that metric's window, `/$Name` has been
    divided, and `?` stands before what only decides which branch is taken."""
    is_nonzero: bool = False
    """A guard keeps 0 away, although it lies within the range."""
    is_summed: bool = False
    """The samples of a window are added up in it."""

    @property
    def causes(self) -> frozenset[str]:
        """Sources, whether they are computed with or decide a branch."""
        return frozenset(source.lstrip("?/") for source in self.sources)

    @property
    def counted(self) -> frozenset[str]:
        """Service variables whose value goes into it, divided or not."""
        return frozenset(source.lstrip("/") for source in self.sources if not source.startswith("?"))

    @property
    def is_constant(self) -> bool:
        return self.low == self.high

    @property
    def can_be_zero(self) -> bool:
        return self.low <= 0 <= self.high and not self.is_nonzero


UNKNOWN = Fact()


def double(low: float = -INF, high: float = INF, *, whole: bool = False, sources: frozenset[str] = NOTHING) -> Fact:
    """Describe a number."""
    return Fact("double", low, high, whole, sources=sources)


def truth(low: float = 0, high: float = 1, sources: frozenset[str] = NOTHING) -> Fact:
    """Describe a truth value."""
    return Fact("double", low, high, whole=True, sources=sources)


def known_bounds(fact: Fact) -> Fact:
    """Replace bounds that are no number, as ∞ − ∞ leaves them, by none."""
    if fact.low == fact.low and fact.high == fact.high:
        return fact
    return replace(fact, low=-INF, high=INF)


def join(one: Fact, other: Fact) -> Fact:
    """Describe what is one or the other."""
    if one.kind != other.kind:
        return Fact("unknown", sources=one.sources | other.sources)
    return Fact(
        one.kind,
        min(one.low, other.low),
        max(one.high, other.high),
        one.whole and other.whole,
        min(one.shortest, other.shortest),
        max(one.longest, other.longest),
        one.sources | other.sources,
        not (one.can_be_zero or other.can_be_zero),
        one.is_summed or other.is_summed,
    )


def scaled(sign: str, left: Fact, right: Fact) -> frozenset[str]:
    """Return the sources of a product or quotient, those of what is made smaller marked as divided."""
    if sign == "/" and not (right.is_constant and abs(right.low) <= 1):
        return divided(left.sources) | right.sources
    if sign == "*":
        for factor, other in ((left, right), (right, left)):
            if factor.kind == "double" and not factor.whole and factor.low >= -1 and factor.high <= 1:
                return factor.sources | divided(other.sources)
    return left.sources | right.sources


def divided(sources: frozenset[str]) -> frozenset[str]:
    """Return sources marked as divided, but for percentages and what only decides."""
    return frozenset(source if source[0] in "%?/" else f"/{source}" for source in sources)


def _product(one: float, other: float) -> float:
    return 0.0 if one == 0 or other == 0 else one * other


def arithmetic(sign: str, left: Fact, right: Fact) -> tuple[float, float, bool]:
    """Return the range of a sum, difference, product or quotient, and whether it is whole."""
    whole = left.whole and right.whole and sign != "/"
    if sign == "+":
        return left.low + right.low, left.high + right.high, whole
    if sign == "-":
        return left.low - right.high, left.high - right.low, whole
    if sign == "/":
        if right.low <= 0 <= right.high:
            low = 0.0 if left.low >= 0 and right.low >= 0 else -INF
            return low, INF, whole
        ends = [1 / right.low, 1 / right.high]
    else:
        ends = [right.low, right.high]
    corners = [_product(one, other) for one in (left.low, left.high) for other in ends]
    return min(corners), max(corners), whole


def compared(sign: str, left: Fact, right: Fact) -> Fact:
    """Return what a comparison can come to."""
    sources = left.sources | right.sources
    always, never = truth(1, 1, sources), truth(0, 0, sources)
    if left.kind != "double" or right.kind != "double":
        return truth(sources=sources)
    if sign in (">", ">="):
        left, right = right, left
        sign = "<" if sign == ">" else "<="
    if sign == "<":
        return always if left.high < right.low else never if left.low >= right.high else truth(sources=sources)
    if sign == "<=":
        return always if left.high <= right.low else never if left.low > right.high else truth(sources=sources)
    apart = left.high < right.low or right.high < left.low
    same = left.is_constant and right.is_constant and left.low == right.low
    if apart:
        return never if sign == "==" else always
    if same:
        return always if sign == "==" else never
    return truth(sources=sources)


def together(facts: Iterable[Fact]) -> frozenset[str]:
    """Return the sources of several facts."""
    return frozenset().union(*(fact.sources for fact in facts))


def aggregate(name: str, facts: list[Fact]) -> Fact:
    """Describe what a function of a list comes to."""
    if any(fact.kind == "unknown" for fact in facts):
        return Fact(sources=together(facts))
    is_summed = name != "len" and any(fact.is_summed for fact in facts)
    if name == "sum":
        is_summed = is_summed or any(fact.kind == "doubleVec" and fact.longest > 1 for fact in facts)
    return replace(_aggregate(name, facts), is_summed=is_summed)


def _aggregate(name: str, facts: list[Fact]) -> Fact:
    sources = together(facts)
    lows, highs = [fact.low for fact in facts], [fact.high for fact in facts]
    whole = bool(facts) and all(fact.whole for fact in facts)
    low, high = min(lows, default=0.0), max(highs, default=0.0)
    match name:
        case "min":
            certain = [fact.high for fact in facts if fact.kind == "double" or fact.shortest > 0]
            return double(low, min(certain, default=high), whole=whole, sources=sources)
        case "max":
            certain = [fact.low for fact in facts if fact.kind == "double" or fact.shortest > 0]
            return double(max(certain, default=low), high, whole=whole, sources=sources)
        case "avg":
            return double(low, high, sources=sources)
        case "sum":
            if facts and all(fact.kind == "double" for fact in facts):
                return double(sum(lows), sum(highs), whole=whole, sources=sources)
            return double(0 if low >= 0 else -INF, INF if high > 0 else 0, whole=whole, sources=sources)
        case "len":
            return double(sum(f.shortest if f.kind == "doubleVec" else 1 for f in facts), whole=True, sources=sources)
        case "norm" | "range" | "std":
            return double(0, sources=sources)
        case "vec":
            length = sum(fact.shortest if fact.kind == "doubleVec" else 1 for fact in facts)
            most = sum(fact.longest if fact.kind == "doubleVec" else 1 for fact in facts)
            return Fact("doubleVec", low, high, whole, length, most, sources)
        case _:
            return double(sources=sources)


def rounded(name: str, fact: Fact) -> Fact:
    """Describe what rounding makes of a number or of a vector's elements."""
    step = {"ceil": math.ceil, "floor": math.floor, "round": lambda value: math.floor(value + 0.5)}[name]
    low, high = (value if math.isinf(value) else float(step(value)) for value in (fact.low, fact.high))
    return replace(fact, low=low, high=high, whole=True)
