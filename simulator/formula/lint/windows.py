"""Rules about windows of samples and the guards before them."""

from collections.abc import Iterator, Sequence
from typing import Final

from simulator.formula.lint.analysis import Analysis
from simulator.formula.lint.assume import MIRRORED
from simulator.formula.lint.calls import COUNTED, LOCAL
from simulator.formula.lint.facts import Fact
from simulator.formula.lint.mend import add_argument
from simulator.formula.lint.model import Level
from simulator.formula.tree import Binary, Method, Ternary, walk
from simulator.formula.values import format_double
from simulator.formula.variables import TASK_METRICS

DEFAULT_DEMAND: Final = 70.0
STRICT: Final = 90.0
PERIOD: Final = 30.0
FOLLOWED: Final = frozenset((*TASK_METRICS, "$CPUPercent"))


def check_windows(analysis: Analysis) -> None:
    """Report windows that are too short, not guarded, or guarded by too little; decisions on one sample."""
    for node in _calls(analysis, "GetSamplePercent"):
        _check_length(analysis, node)
    counted, windowed, singles = 0, 0, list[Method]()
    for node in _calls(analysis, "GetSample"):
        given = [analysis.facts[id(argument)] for argument in node.arguments]
        if given and given[0].kind == "double":
            counted += 1
            if given[0].is_constant and given[0].low == 1:
                singles.append(node)
            continue
        windowed += 1
        _check_window(analysis, node, given)
    if singles and not windowed and len(singles) == counted:
        analysis.report(
            "single-sample", singles[0].bracket, "the decision hangs on one sample, which may be late or odd."
        )


def _calls(analysis: Analysis, name: str) -> Iterator[Method]:
    for statement in analysis.tree.statements:
        for node in walk(statement.value):
            if isinstance(node, Method) and node.name == name and id(node) in analysis.around:
                yield node


def _length(bounds: Sequence[Fact]) -> float | None:
    """Return the length of a window in seconds, where it is known."""
    spans = [fact for fact in bounds if fact.kind == "timeinterval"]
    if not spans or not all(fact.is_constant for fact in spans):
        return None
    return abs(spans[0].low - (spans[1].low if len(spans) > 1 else 0.0))


def _check_length(analysis: Analysis, node: Method) -> bool:
    length = _length([analysis.facts[id(argument)] for argument in node.arguments])
    if length is None or length >= PERIOD:
        return False
    text = f"a window of {length:g} s is shorter than the 30 s between samples."
    analysis.report("short-window", node.bracket, text)
    return True


def _check_window(analysis: Analysis, node: Method, given: list[Fact]) -> None:
    is_short = _check_length(analysis, node)
    has_demand = len(given) > 1 and given[-1].kind == "double"
    demand = given[-1].low if has_demand else DEFAULT_DEMAND
    if demand <= 0:
        return
    gates = [(ternary, branch) for ternary, branch in analysis.around[id(node)] if _asks_for_samples(analysis, ternary)]
    demanded = f"{demand:g} %{'' if has_demand else ', as no other percentage is given'}"
    if not gates:
        text = f"on a new pool this window has no samples: it demands {demanded}, and the evaluation fails."
        analysis.report("ungated-window", node.bracket, text)
    _check_guards(analysis, node, gates, demand, demanded, has_demand=has_demand)
    ends_now = len([fact for fact in given if fact.kind in ("timeinterval", "timestamp")]) == 1
    if demand >= STRICT and ends_now:
        text = f"{demand:g} % of a window that ends now: the newest samples are often not there yet."
        analysis.report("strict-recent-window", node.bracket, text)
    elif ends_now and not is_short:
        _check_one_late(analysis, node, given, demand, gates)


def _check_one_late(
    analysis: Analysis, node: Method, given: list[Fact], demand: float, gates: list[tuple[Ternary, str]]
) -> None:
    """Report a window in which one late sample leaves less than is demanded.

    Behind a guard that is a remark, unless what holds then follows no task: that may be so at every evaluation.
    """
    length = _length(given)
    if length is None:
        return
    expected = max(1, int(length / PERIOD + 0.5))
    left = 100 * (expected - 1) / expected
    if left < demand:
        text = (
            f"{length:g} s hold {expected} sample{'s' if expected > 1 else ''}: "
            f"one that comes late leaves {left:.0f} %, and {demand:g} % are demanded"
        )
        is_stranded = any(_strands(analysis, ternary, branch) for ternary, branch in gates)
        text += "; below that the target follows no task." if is_stranded else "."
        level = Level.INFO if gates and not is_stranded else None
        analysis.report("short-window", node.bracket, text, level)


def _strands(analysis: Analysis, ternary: Ternary, branch: str) -> bool:
    """Return whether a guard asks for a percentage, and its other branch follows neither tasks nor load."""
    other = analysis.facts[id(ternary.otherwise if branch == "then" else ternary.then)]
    return _threshold(analysis, ternary, branch) is not None and not other.counted & FOLLOWED


def _check_guards(
    analysis: Analysis,
    node: Method,
    gates: list[tuple[Ternary, str]],
    demand: float,
    demanded: str,
    *,
    has_demand: bool,
) -> None:
    thresholds = [found for ternary, branch in gates if (found := _threshold(analysis, ternary, branch)) is not None]
    if thresholds and len(thresholds) == len(gates) and max(thresholds) < demand:
        threshold = max(thresholds)
        edits = () if has_demand else add_argument(analysis.source.text, node, format_double(threshold))
        text = f"the guard lets pass from {threshold:g} % on, but this demands {demanded}."
        analysis.report("guard-too-low", node.bracket, text, edits=edits)


def _asks_for_samples(analysis: Analysis, ternary: Ternary) -> bool:
    """Return whether a condition asks for samples, or for the age of the pool, which is the same."""
    causes = analysis.facts[id(ternary.condition)].causes
    return LOCAL in causes or any(source.startswith(("%", COUNTED)) for source in causes)


def _threshold(analysis: Analysis, ternary: Ternary, branch: str) -> float | None:
    """Return the percentage from which on a branch is taken, where the guard is a plain comparison."""
    condition = analysis.definition(ternary.condition)
    if not isinstance(condition, Binary):
        return None
    left, right = (analysis.facts[id(part)] for part in (condition.left, condition.right))
    sign = condition.sign
    if right.is_constant and any(source.startswith("%") for source in left.sources):
        limit = right.low
    elif left.is_constant and any(source.startswith("%") for source in right.sources):
        limit = left.low
        sign = MIRRORED.get(sign, sign)
    else:
        return None
    passes = {"then": (">", ">="), "otherwise": ("<", "<=")}[branch]
    return limit if sign in passes else None
