"""What a condition says about the values in it, where it is known to hold or known not to.

`total > 0 ? x / total : 0` divides only where the total is not 0, and `hour >= 22 && hour < 6` holds for no hour.
Both are read off the same thing: spans of values, by the expression that they are the values of.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from simulator.formula.lint.facts import INF, Fact
from simulator.formula.tree import Binary, Call, Expression, Member, Method, Name, Ternary, Unary, spine, walk
from simulator.formula.unparse import write

LONGEST_KEY: Final = 160
MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
NEGATED: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass(frozen=True, slots=True)
class Span:
    """Possible values of a number: from `low` to `high`, the ends included unless open."""

    low: float = -INF
    high: float = INF
    low_is_open: bool = False
    high_is_open: bool = False
    excluded: frozenset[float] = frozenset()
    whole: bool = False

    def meet(self, other: "Span") -> "Span":
        """Return the values that are in both."""
        low, low_open = max((self.low, self.low_is_open), (other.low, other.low_is_open))
        high, high_open = min((self.high, not self.high_is_open), (other.high, not other.high_is_open))
        return Span(
            low, high, low_open, not high_open, self.excluded | other.excluded, self.whole or other.whole
        ).tightened()

    def tightened(self) -> "Span":
        """Return the same values with closed whole ends, where only whole numbers are possible."""
        if not self.whole:
            return self
        low, high = self.low, self.high
        if math.isfinite(low):
            low = math.floor(low) + 1.0 if self.low_is_open else float(math.ceil(low))
        if math.isfinite(high):
            high = math.ceil(high) - 1.0 if self.high_is_open else float(math.floor(high))
        while low in self.excluded:
            low += 1
        while high in self.excluded:
            high -= 1
        return replace(self, low=low, high=high, low_is_open=False, high_is_open=False)

    @property
    def is_empty(self) -> bool:
        if self.low > self.high:
            return True
        return self.low == self.high and (self.low_is_open or self.high_is_open or self.low in self.excluded)

    @property
    def has_zero(self) -> bool:
        """Whether 0 is among the values."""
        if 0 in self.excluded or not self.low <= 0 <= self.high:
            return False
        return not (self.low == 0 and self.low_is_open) and not (self.high == 0 and self.high_is_open)


Spans = Mapping[str, Span]
"""By canonical text of the expression."""
NONE: Final[Spans] = {}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a variable of the formula stands for."""

    key: str
    """Canonical text of the expression that it was given."""
    if_true: Spans
    if_false: Spans


def span_of(fact: Fact) -> Span:
    """Return the span of a fact."""
    return Span(fact.low, fact.high, excluded=frozenset({0.0}) if fact.is_nonzero else frozenset(), whole=fact.whole)


def both(one: Spans, other: Spans) -> Spans:
    """Return what is known where both hold."""
    if not one or not other:
        return one or other
    met = dict(one)
    for key, span in other.items():
        met[key] = met[key].meet(span) if key in met else span
    return met


def _either(one: Spans, other: Spans) -> Spans:
    """Return what is known where one of the two holds: the hull of the spans, for what both know."""
    found = {}
    for key in one.keys() & other.keys():
        a, b = one[key], other[key]
        found[key] = Span(min(a.low, b.low), max(a.high, b.high), whole=a.whole and b.whole)
    return found


def canonical(node: Expression, meanings: Mapping[str, Meaning]) -> str:
    """Return a text that is equal for expressions of equal value; empty where none can be had."""
    if isinstance(node, Name):
        return meanings[node.name].key if node.name in meanings else node.name
    for inner in walk(node):
        if isinstance(inner, Call) and inner.name == "rand":
            return ""
        if isinstance(inner, Name) and inner.name in meanings and not meanings[inner.name].key:
            return ""
    text = write(_substituted(node, meanings)) if meanings else write(node)
    return text if len(text) <= LONGEST_KEY else ""


def _substituted(node: Expression, meanings: Mapping[str, Meaning]) -> Expression:
    def inside(part: Expression) -> Expression:
        return _substituted(part, meanings)

    match node:
        case Name() if node.name in meanings:
            return node._replace(name=f"({meanings[node.name].key})")
        case Call():
            return node._replace(arguments=tuple(map(inside, node.arguments)))
        case Method():
            return node._replace(arguments=tuple(map(inside, node.arguments)))
        case Member():
            return node._replace(receiver=inside(node.receiver))
        case Unary():
            return node._replace(operand=inside(node.operand))
        case Binary():
            first, operators = spine(node)
            built = inside(first)
            for operator in operators:
                built = operator._replace(left=built, right=inside(operator.right))
            return built
        case Ternary():
            return node._replace(
                condition=inside(node.condition), then=inside(node.then), otherwise=inside(node.otherwise)
            )
        case _:
            return node


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads off conditions what they say about values, with what is known of the expressions in them."""

    facts: Callable[[Expression], Fact | None]
    key_of: Callable[[Expression], str]
    """The canonical text of an expression."""
    meanings: Mapping[str, Meaning]

    def implied(self, node: Expression, *, holds: bool) -> Spans:
        """Return what is known of values where a condition holds, or where it does not."""
        match node:
            case Name() if node.name in self.meanings:
                meaning = self.meanings[node.name]
                return both(meaning.if_true if holds else meaning.if_false, self._truth(node, holds=holds))
            case Unary() if node.sign == "!":
                return self.implied(node.operand, holds=not holds)
            case Binary() if node.sign in ("&&", "||"):
                first, operators = _logic(node)
                found = self.implied(first, holds=holds)
                for operator in operators:
                    join = both if (operator.sign == "&&") == holds else _either
                    found = join(found, self.implied(operator.right, holds=holds))
                return found
            case Binary() if node.sign in NEGATED:
                return self._compared(node, node.sign if holds else NEGATED[node.sign])
            case _:
                return self._truth(node, holds=holds)

    def _compared(self, node: Binary, sign: str) -> Spans:
        left, right = self.facts(node.left), self.facts(node.right)
        if left is None or right is None or left.kind != "double" or right.kind != "double":
            return NONE
        if right.is_constant and not left.is_constant:
            return self._about(node.left, left, sign, right.low)
        if left.is_constant and not right.is_constant:
            return self._about(node.right, right, MIRRORED[sign], left.low)
        return NONE

    def _truth(self, node: Expression, *, holds: bool) -> Spans:
        fact = self.facts(node)
        if fact is None or fact.kind != "double" or fact.is_constant:
            return NONE
        return self._about(node, fact, "!=" if holds else "==", 0.0)

    def _about(self, node: Expression, fact: Fact, sign: str, limit: float) -> Spans:
        key = self.key_of(node)
        return {key: span_of(fact).meet(_side(sign, limit, whole=fact.whole))} if key else NONE


def _side(sign: str, limit: float, *, whole: bool) -> Span:
    """Return the values on one side of a limit."""
    match sign:
        case "<" | "<=":
            return Span(high=limit, high_is_open=sign == "<", whole=whole)
        case ">" | ">=":
            return Span(low=limit, low_is_open=sign == ">", whole=whole)
        case "==":
            return Span(limit, limit, whole=whole)
        case _:
            return Span(excluded=frozenset({limit}), whole=whole)


def _logic(node: Binary) -> tuple[Expression, list[Binary]]:
    """Take a chain of `&&` and `||` apart, from left to right."""
    chain = [node]
    left = node.left
    while isinstance(left, Binary) and left.sign in ("&&", "||"):
        chain.append(left)
        left = left.left
    return left, chain[::-1]


def narrowed(fact: Fact, span: Span) -> Fact:
    """Return a fact that also keeps within a span."""
    met = span_of(fact).meet(span)
    if met.is_empty:
        return fact
    return replace(fact, low=met.low, high=met.high, is_nonzero=not met.has_zero)
