"""What is known of an expression without running it: its type, its range, and what it comes from."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from simulator.formula.variables import NODE_COUNTS, TARGETS, TASK_METRICS

INF = math.inf
NOTHING: frozenset[str] = frozenset()
TASKS: Final = frozenset(TASK_METRICS)
NUMBERS: Final = frozenset({"double", "doubleVec"})
NODES: Final = frozenset((*TARGETS, *NODE_COUNTS))


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
    survives_cut: bool = False
    """It may have a fraction, and enough is left without it: something was added to round it up, the newest count
    stands beside the mean, or nodes become fewer."""

    @property
    def causes(self) -> frozenset[str]:
        """Sources, whether they are computed with or decide a branch."""
        return frozenset(source.lstrip("?/") for source in self.sources)

    @property
    def counted(self) -> frozenset[str]:
        """Service variables whose value goes into it, divided or not."""
        return frozenset(source.lstrip("/") for source in self.sources if not source.startswith("?"))

    @property
    def tasks(self) -> frozenset[str]:
        """Counts of tasks that go into it and have not been divided."""
        return self.sources & TASKS

    @property
    def follows(self) -> bool:
        """Whether tasks, load or nodes go into it; anything else is a limit."""
        return bool(self.counted & (TASKS | NODES | {"$CPUPercent"}))

    @property
    def can_be_cut(self) -> bool:
        """Whether nothing that is needed is lost with its fraction."""
        return self.whole or self.survives_cut

    @property
    def is_number(self) -> bool:
        """Whether it is a number or a vector of numbers, and which of the two is not known."""
        return self.kind == "unknown" and self.low > -INF

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
    is_number = {one.kind, other.kind} <= NUMBERS
    if one.kind != other.kind and not is_number:
        return Fact("unknown", sources=one.sources | other.sources)
    return Fact(
        one.kind if one.kind == other.kind else "unknown",
        min(one.low, other.low),
        max(one.high, other.high),
        one.whole and other.whole,
        min(one.shortest, other.shortest),
        max(one.longest, other.longest),
        one.sources | other.sources,
        not (one.can_be_zero or other.can_be_zero),
        one.is_summed or other.is_summed,
        one.can_be_cut and other.can_be_cut,
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
    whole = left.whole and right.whole and (sign != "/" or right.low == right.high == 1)
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


def cut(sign: str, left: Fact, right: Fact, sources: frozenset[str]) -> bool:
    """Return whether a sum, difference, product or quotient of these sources can lose its fraction without harm."""
    if sign == "+":
        is_raised = any(part.is_constant and part.low > 0 for part in (left, right))
        return is_raised or (left.can_be_cut and right.can_be_cut)
    if sign == "-":
        return left.can_be_cut and right.whole
    if right.is_constant and right.low == 1:
        return left.can_be_cut
    shrinks = {source.lstrip("/") for source in sources if source.startswith("/")}
    return bool(shrinks) and shrinks <= NODES and not sources & (NODES | TASKS | {"$CPUPercent"})


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
    facts = [replace(fact, kind="doubleVec", shortest=0) if fact.is_number else fact for fact in facts]
    if any(fact.kind == "unknown" for fact in facts):
        return Fact(sources=together(facts))
    is_summed = name != "len" and any(fact.is_summed for fact in facts)
    if name == "sum":
        is_summed = is_summed or any(fact.kind == "doubleVec" and fact.longest > 1 for fact in facts)
    return replace(_aggregate(name, facts), is_summed=is_summed, survives_cut=_extreme_cut(name, facts))


def _extreme_cut(name: str, facts: list[Fact]) -> bool:
    """Return whether the least or greatest of facts can lose its fraction without harm."""
    if name not in ("min", "max"):
        return False
    doubtful = [fact for fact in facts if not fact.can_be_cut]
    if name == "min":
        return any(fact.follows for fact in facts) and not any(fact.follows for fact in doubtful)
    newest = frozenset[str]().union(*(fact.tasks for fact in facts if fact.whole))
    return all(fact.tasks and fact.counted <= newest for fact in doubtful)


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
