"""Operators between facts: types, ranges, and the mistakes that show at an operator."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.formula.lint.facts import Fact, arithmetic, compared, cut, known_bounds, scaled, truth
from simulator.formula.lint.growth import growing
from simulator.formula.lint.mend import replace_number, wrap_operand
from simulator.formula.operators import BINARY
from simulator.formula.tree import Binary, Expression, Member, Number
from simulator.formula.values import Interval, Timestamp
from simulator.formula.variables import TASK_METRICS

if TYPE_CHECKING:
    from simulator.formula.lint.analysis import Analysis

TYPES = {"double": float, "doubleVec": list, "string": str, "timestamp": Timestamp, "timeinterval": Interval}
COMPARISONS = ("<", "<=", "==", ">=", ">", "!=")
SHIFTED = "shifted"
PARTS = frozenset({"$ActiveTasks", "$RunningTasks"})
"""What pending tasks consist of."""


def operate(analysis: Analysis, node: Binary, left: Fact, right: Fact) -> Fact:
    """Return the fact of an operation, and report what is wrong with it."""
    sources = left.sources | right.sources
    sign = node.sign
    if sign in ("&&", "||"):
        return truth(sources=sources)
    if not _is_defined(sign, left, right):
        if "doubleVec" in (left.kind, right.kind) and _as_scalars(sign, left, right):
            text = "a vector stands for a number; only one element will do."
            analysis.report("scalar-from-vector", node.at, text)
        else:
            analysis.report("type-mismatch", node.at, f"there is no operator {left.kind} {sign} {right.kind}.")
        return Fact(sources=sources)
    if sign in COMPARISONS:
        return _compare(analysis, node, left, right)
    if sign == "/" and right.kind == "double" and right.can_be_zero:
        edits = wrap_operand(analysis.source.text, node, "max(1, ") if right.whole else ()
        analysis.report("division-by-zero", node.at, "what stands below can be 0.", edits=edits)
    if sign == "+":
        _count_once(analysis, node, left, right)
    return known_bounds(_computed(sign, left, right))


def _is_defined(sign: str, left: Fact, right: Fact) -> bool:
    if left.kind not in TYPES or right.kind not in TYPES:
        return True
    return (sign, TYPES[left.kind], TYPES[right.kind]) in BINARY


def _computed(sign: str, left: Fact, right: Fact) -> Fact:
    low, high, whole = arithmetic(sign, left, right)
    kinds = {left.kind, right.kind}
    kind = next((k for k in ("unknown", "timestamp", "timeinterval", "doubleVec") if k in kinds), "double")
    if left.kind == right.kind == "timestamp":
        return Fact("timeinterval", sources=left.sources | right.sources)
    if kind == "timestamp" and "timeinterval" in kinds:
        return Fact("timestamp", sources=left.sources | right.sources | {SHIFTED})
    shortest = max(left.shortest, right.shortest) if kind == "doubleVec" else 0
    sources = scaled(sign, left, right)
    found = Fact(kind, low, high, whole, shortest, max(left.longest, right.longest), sources)
    is_summed = sign != "/" and (left.is_summed or right.is_summed)
    is_nonzero = sign == "*" and not (left.can_be_zero or right.can_be_zero)
    survives_cut = kind == "double" and cut(sign, left, right, sources)
    return replace(found, is_summed=is_summed, is_nonzero=is_nonzero, survives_cut=survives_cut)


def _as_scalars(sign: str, left: Fact, right: Fact) -> bool:
    kinds = [TYPES["double" if fact.kind == "doubleVec" else fact.kind] for fact in (left, right)]
    return left.longest != right.longest or (sign, *kinds) in BINARY


def _compare(analysis: Analysis, node: Binary, left: Fact, right: Fact) -> Fact:
    _check_scale(analysis, node, left, right)
    _check_hour(analysis, node)
    result = compared(node.sign, left, right)
    sides = analysis.plain(node.left), analysis.plain(node.right)
    alone = compared(node.sign, *sides)
    if alone.is_constant and not all(side.is_constant for side in sides):
        analysis.judged.add(id(node))
        always = "always" if alone.low else "never"
        analysis.report("constant-condition", node.at, f"this comparison is {always} true.")
    return result


def _check_scale(analysis: Analysis, node: Binary, left: Fact, right: Fact) -> None:
    """Report a percentage compared with a fraction, a fraction with a percentage, a sum of percentages with one."""
    for value, limit, written in ((left, right, node.right), (right, left, node.left)):
        if not limit.is_constant or limit.sources:
            continue
        percentages = [source for source in value.sources if source.startswith("%")]
        literal = written if isinstance(written, Number) else None
        if percentages and value.high == 100 and 0 < limit.low < 1:
            edits = replace_number(analysis.source.text, literal, limit.low * 100)
            text = f"a percentage from 0 to 100 is compared with {limit.low:g}."
            analysis.report("percent-scale", node.at, text, edits=edits)
        elif percentages and 100 < value.high < 1000 and 0 < limit.low <= 100:
            text = f"this sum of percentages goes up to {value.high:g} and is compared with {limit.low:g}."
            analysis.report("percent-sum", node.at, text)
        elif value.sources == {"$CPUPercent"} and limit.low > 1:
            edits = replace_number(analysis.source.text, literal, limit.low / 100)
            text = f"$CPUPercent from 0 to 1 is compared with {limit.low:g}."
            analysis.report("percent-scale", node.at, text, edits=edits)


def _check_hour(analysis: Analysis, node: Binary) -> None:
    """Report `hour <= 17`: the whole of that hour is included."""
    sides: tuple[tuple[Expression, Expression, str], ...] = (
        (node.left, node.right, "<="),
        (node.right, node.left, ">="),
    )
    for value, limit, sign in sides:
        fact = analysis.facts.get(id(limit))
        if node.sign != sign or fact is None or not fact.is_constant or not 0 < fact.low < 23:
            continue
        if isinstance(analysis.definition(value), Member) and getattr(analysis.definition(value), "name", "") == "hour":
            hour = int(fact.low)
            text = f"this holds until {hour:02}:59:59; until {hour:02}:00 is hour < {hour}."
            analysis.report("inclusive-hour", node.at, text)


def _count_once(analysis: Analysis, node: Binary, left: Fact, right: Fact) -> None:
    """Report a sum of pending tasks and of those that they contain; what is taken off is not in it."""
    one, other = (fact.counted & {*TASK_METRICS} for fact in (left, right))
    for whole, part, added in ((one, other, node.right), (other, one, node.left)):
        if "$PendingTasks" in whole and part & PARTS and not whole & PARTS:
            names = growing(added, analysis.values)
            twice = part & PARTS if names & analysis.users.keys() else part & PARTS & names
            if twice:
                text = f"$PendingTasks already contains {' and '.join(sorted(twice))}: these tasks are counted twice."
                analysis.report("counted-twice", node.at, text)
            return
