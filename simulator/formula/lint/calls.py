"""Calls, methods and members of facts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from simulator.formula.functions import FUNCTIONS
from simulator.formula.lint.facts import INF, UNKNOWN, Fact, aggregate, double, rounded, together
from simulator.formula.lint.mend import insert_argument
from simulator.formula.lint.model import Level
from simulator.formula.lint.operations import SHIFTED
from simulator.formula.literals import mended_time, wrong_time
from simulator.formula.sampling import METHODS
from simulator.formula.source import suggestion
from simulator.formula.tree import Call, Expression, Member, Method, Name, Number, Text
from simulator.formula.variables import METRIC_ALIASES, METRICS, RETIRED

if TYPE_CHECKING:
    from simulator.formula.lint.analysis import Analysis

MEMBERS: Final = {
    "year": (1, 9999),
    "month": (1, 12),
    "day": (1, 31),
    "weekday": (0, 6),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 59),
}
AGGREGATES: Final = ("avg", "max", "min", "range", "std")
LOCAL: Final = "time()"
COUNTED: Final = "#"
"""Stands before a metric of which the samples are counted."""
UNLIMITED: Final = 10_000
"""More nodes than any pool has: who writes such a number means no limit."""


def member(analysis: Analysis, node: Member) -> Fact:
    """Return the fact of a member of a timestamp."""
    fact = analysis.look(node.receiver)
    if fact.kind not in ("timestamp", "unknown") or node.name not in MEMBERS:
        hint = suggestion(node.name, MEMBERS) if fact.kind in ("timestamp", "unknown") else ""
        text = f"a {fact.kind} has no member '{node.name}'{hint}."
        analysis.report("unknown-name", node.at, text, edits=analysis.renamed(node.at, node.name, MEMBERS))
        return double()
    if node.name == "hour" and LOCAL in fact.sources and SHIFTED not in fact.sources:
        analysis.report("local-hours", node.at, "hours are hours of UTC.")
    low, high = MEMBERS[node.name]
    return double(low, high, whole=True)


def method(analysis: Analysis, node: Method) -> Fact:
    """Return the fact of a method of a metric."""
    written = node.receiver.name if isinstance(node.receiver, Name) else ""
    metric = METRIC_ALIASES.get(written, written)
    given = [analysis.look(argument) for argument in node.arguments]
    if metric not in METRICS:
        analysis.look(node.receiver)
        analysis.report("unknown-name", node.bracket, "only sampled service variables have methods.")
        return UNKNOWN
    if node.name not in METHODS:
        text = f"there is no method '{node.name}'{suggestion(node.name, METHODS)}."
        start = analysis.source.text.rfind(node.name, 0, node.bracket)
        analysis.report("unknown-name", node.bracket, text, edits=analysis.renamed(start, node.name, METHODS))
        return UNKNOWN
    if metric in RETIRED:
        analysis.report("retired-metric", node.receiver.start, f"'{written}' has had no samples since 2024-03-31.")
    sampled = analysis.metric(metric)
    match node.name:
        case "GetSample":
            return _sampled(analysis, node, sampled, given)
        case "GetSamplePercent":
            analysis.around[id(node)] = list(analysis.guards)
            return double(0, 100, sources=frozenset({f"%{metric}"}))
        case "GetSamplePeriod":
            return Fact("timeinterval", 30, 30)
        case "Count":
            return double(0, whole=True, sources=frozenset({f"{COUNTED}{metric}"}))
        case _:
            return Fact("timestamp")


def _sampled(analysis: Analysis, node: Method, sampled: Fact, given: list[Fact]) -> Fact:
    found = replace(sampled, kind="doubleVec", longest=INF)
    analysis.around[id(node)] = list(analysis.guards)
    if given and given[0].kind == "double":
        return replace(found, shortest=0, longest=max(given[0].high, 0))
    if given and given[0].kind not in ("timeinterval", "timestamp", "unknown"):
        analysis.report("type-mismatch", node.bracket, f"GetSample cannot take a {given[0].kind}.")
    demanded = given[-1].low if len(given) > 1 and given[-1].kind == "double" else 70
    return replace(found, shortest=1 if demanded > 0 else 0)


def call(analysis: Analysis, node: Call) -> Fact:
    """Return the fact of a function's result."""
    given = [analysis.look(argument) for argument in node.arguments]
    name = node.name
    function = FUNCTIONS.get(name)
    if function is None:
        text = f"there is no function '{name}'{suggestion(name, FUNCTIONS)}."
        analysis.report("unknown-name", node.start, text, edits=analysis.renamed(node.start, name, FUNCTIONS))
        return UNKNOWN
    if name == "time":
        _check_time(analysis, node)
        return Fact("timestamp", sources=frozenset({LOCAL}) if not node.arguments else frozenset())
    if name == "rand":
        return double(0, 1)
    if name == "stop":
        return UNKNOWN
    wrong = [fact.kind for fact in given if fact.kind not in ("double", "doubleVec", "unknown")]
    if wrong:
        analysis.report("type-mismatch", node.bracket, f"{function.usage} cannot take a {wrong[0]}.")
        return UNKNOWN
    if name in ("percentile", "val"):
        return _picked(analysis, node, given)
    if name in ("ceil", "floor", "round") and len(given) == 1:
        return rounded(name, given[0])
    if name in AGGREGATES and all(fact.kind == "doubleVec" and fact.shortest == 0 for fact in given):
        edits = insert_argument(node, "0, ") if name == "max" and given else ()
        analysis.report("empty-aggregate", node.bracket, f"{name} fails when there is no sample.", edits=edits)
    result = aggregate(name, given)
    _check_cap(analysis, node, given, result)
    return result


def _picked(analysis: Analysis, node: Call, given: list[Fact]) -> Fact:
    if len(given) != 2 or given[0].kind not in ("doubleVec", "unknown"):
        found = ", ".join(fact.kind for fact in given) or "nothing"
        analysis.report("type-mismatch", node.bracket, f"{FUNCTIONS[node.name].usage} cannot take {found}.")
        return UNKNOWN
    vector = given[0]
    if node.name == "percentile" and vector.kind == "doubleVec" and vector.shortest == 0:
        analysis.report("empty-aggregate", node.bracket, "percentile fails when there is no sample.")
    return double(min(vector.low, 0), max(vector.high, 0), whole=vector.whole, sources=together(given))


def _check_cap(analysis: Analysis, node: Call, given: list[Fact], result: Fact) -> None:
    """Report a min or max that has one result although an argument varies, unless its author says so in numbers."""
    if node.name not in ("min", "max") or len(given) < 2 or not result.is_constant or abs(result.low) == INF:
        return
    varying = [fact for fact in given if not fact.is_constant]
    if not varying or any(fact.low >= UNLIMITED for fact in varying):
        return
    is_written = any(isinstance(part, Number) and part.value == result.low for part in node.arguments)
    touches = any(result.low in (fact.low, fact.high) for fact in varying)
    if touches and (result.low != 0 or not is_written):
        return  # a generated formula in which floor and cap are the same, or a cap that is called 0
    if result.low == 0 and analysis.has_both_kinds:
        return  # of two kinds of nodes, one is switched off
    text = f"{node.name}(...) is always {result.low:g} here: nothing else matters."
    analysis.report("swapped-cap", node.start, text)


def _check_time(analysis: Analysis, node: Call) -> None:
    literal = _text(analysis, node.arguments[0]) if len(node.arguments) == 1 else None
    if literal is None:
        return
    wrong = wrong_time(literal.value)
    is_here = literal is node.arguments[0]
    edits = mended_time(literal) if is_here else ()
    if wrong is not None:
        analysis.report("time-format", node.bracket, f"{wrong}.", edits=edits)
    elif edits:
        text = "a time of day without a zone is read as UTC."
        analysis.report("time-format", node.bracket, text, Level.WARNING, edits)


def _text(analysis: Analysis, node: Expression) -> Text | None:
    found = analysis.definition(node)
    return found if isinstance(found, Text) else None
