"""Rules about a formula as a whole: windows and guards, targets, slots, kinds of nodes."""

from collections.abc import Iterator

from simulator.formula.lint.analysis import Analysis
from simulator.formula.lint.facts import Fact, double
from simulator.formula.lint.names import reads
from simulator.formula.tree import (
    Binary,
    Call,
    Expression,
    Method,
    Name,
    Number,
    Statement,
    Ternary,
    parts,
    walk,
)
from simulator.formula.unparse import write
from simulator.formula.variables import (
    ALIASES,
    DEDICATED,
    LOW_PRIORITY,
    OPTION,
    SLOTS,
    TARGETS,
    TASK_METRICS,
)

DEFAULT_DEMAND = 70.0
STRICT = 90.0
PERIOD = 30.0
OWN = {DEDICATED: "$CurrentDedicatedNodes", LOW_PRIORITY: "$CurrentLowPriorityNodes"}
OTHER = {DEDICATED: LOW_PRIORITY, LOW_PRIORITY: DEDICATED}


def judge(analysis: Analysis, slots: int | None) -> None:
    """Apply every rule that needs the whole formula."""
    _variables(analysis)
    _windows(analysis)
    _targets(analysis)
    _signals(analysis, slots)
    _stop(analysis)


def _variables(analysis: Analysis) -> None:
    read = reads(analysis.tree)
    seen: dict[str, str] = {}
    told: set[str] = set()
    for statement in analysis.tree.statements:
        name = statement.target
        if name is None:
            continue
        if name in analysis.users and name not in read and name not in told:
            told.add(name)
            near = any(
                f.rule in ("near-service-name", "obsolete-name") and f"'{name}'" in f.message for f in analysis.findings
            )
            if not near:
                analysis.say("unused-variable", statement.start, f"'{name}' is assigned and never read.")
        full = ALIASES.get(name, name)
        if full in TARGETS:
            if full in seen and seen[full] != name:
                analysis.say(
                    "alias-conflict", statement.start, f"{full} is assigned under both names; the full one wins."
                )
            seen[full] = name
    if not seen:
        start = analysis.tree.statements[0].start if analysis.tree.statements else 0
        analysis.say("no-target", start, "no target is assigned: the pool stays as it is.")


# ---- windows -------------------------------------------------------------------------------------------------


def _calls(analysis: Analysis, name: str) -> Iterator[Method]:
    for statement in analysis.tree.statements:
        for node in walk(statement.value):
            if isinstance(node, Method) and node.name == name and id(node) in analysis.around:
                yield node


def _windows(analysis: Analysis) -> None:
    for node in _calls(analysis, "GetSamplePercent"):
        _check_length(analysis, node)
    counted = 0
    windowed = 0
    singles: list[Method] = []
    for node in _calls(analysis, "GetSample"):
        given = [analysis.facts[id(argument)] for argument in node.arguments]
        if given and given[0].kind == "double":
            counted += 1
            if given[0].is_constant and given[0].low == 1:
                singles.append(node)
            continue
        windowed += 1
        _check_length(analysis, node)
        _check_gate(analysis, node, given)
    if singles and not windowed:
        analysis.say("single-sample", singles[0].bracket, "the decision hangs on one sample, which may be late or odd.")


def _check_length(analysis: Analysis, node: Method) -> None:
    bounds = [analysis.facts[id(argument)] for argument in node.arguments]
    bounds = [fact for fact in bounds if fact.kind == "timeinterval"]
    if not bounds or not all(fact.is_constant for fact in bounds):
        return
    length = abs(bounds[0].low - (bounds[1].low if len(bounds) > 1 else 0.0))
    if length < PERIOD:
        analysis.say(
            "short-window", node.bracket, f"a window of {length:g} s is shorter than the 30 s between samples."
        )


def _check_gate(analysis: Analysis, node: Method, given: list[Fact]) -> None:
    """Ask whether the window is demanded only where its samples are known to be there."""
    demand = given[-1].low if len(given) > 1 and given[-1].kind == "double" else DEFAULT_DEMAND
    if demand <= 0:
        return
    gates = [(ternary, branch) for ternary, branch in analysis.around[id(node)] if _tests_percent(analysis, ternary)]
    implicit = "" if len(given) > 1 and given[-1].kind == "double" else " (70 % where none is given)"
    if not gates:
        text = f"on a new pool this window has no samples: it demands {demand:g} %{implicit} and the run fails."
        analysis.say("ungated-window", node.bracket, text)
    else:
        for ternary, branch in gates:
            threshold = _threshold(analysis, ternary, branch)
            if threshold is not None and threshold < demand:
                text = f"the guard lets pass from {threshold:g} % on, but {demand:g} %{implicit} are demanded."
                analysis.say("guard-too-low", node.bracket, text)
    ends_now = len([fact for fact in given if fact.kind in ("timeinterval", "timestamp")]) == 1
    if demand >= STRICT and ends_now:
        text = f"{demand:g} % of a window that ends now: the newest samples are often not there yet."
        analysis.say("strict-recent-window", node.bracket, text)


def _tests_percent(analysis: Analysis, ternary: Ternary) -> bool:
    return any(source.startswith("%") for source in analysis.facts[id(ternary.condition)].causes)


def _threshold(analysis: Analysis, ternary: Ternary, branch: str) -> float | None:
    """Give the percentage from which on a branch is taken, where the guard is a plain comparison."""
    condition = ternary.condition
    if not isinstance(condition, Binary):
        return None
    left, right = (analysis.facts[id(part)] for part in (condition.left, condition.right))
    sign = condition.sign
    if right.is_constant and any(source.startswith("%") for source in left.sources):
        limit = right.low
    elif left.is_constant and any(source.startswith("%") for source in right.sources):
        limit = left.low
        sign = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(sign, sign)
    else:
        return None
    passes = {"then": (">", ">="), "otherwise": ("<", "<=")}[branch]
    return limit if sign in passes else None


# ---- targets -------------------------------------------------------------------------------------------------


def _last_assignments(analysis: Analysis) -> dict[str, Statement]:
    found: dict[str, Statement] = {}
    for statement in analysis.tree.statements:
        full = ALIASES.get(statement.target or "", statement.target or "")
        if full in TARGETS:
            found[full] = statement
    return found


def _targets(analysis: Analysis) -> None:
    assignments = _last_assignments(analysis)
    for full, statement in assignments.items():
        fact = analysis.targets[full]
        if fact.kind != "double":
            continue
        if fact.low < 0:
            analysis.say("negative-target", statement.start, f"{full} can fall below 0.")
        if not fact.whole and not _has_offset(statement.value):
            analysis.say("fractional-target", statement.start, f"the fraction of {full} is cut off: one node too few.")
        resolved = _resolve(analysis, statement.value)
        if fact.low >= 1 and not fact.is_constant:
            analysis.say(
                "never-zero", statement.start, f"{full} never falls below {fact.low:g}: the pool always costs."
            )
        elif any(_halves(node, full) for node in walk(resolved)):
            analysis.say("never-zero", statement.start, f"{full} rounds its own part up: from 1 it never gets to 0.")
        if _is_stuck(analysis, full):
            analysis.say("stuck-at-zero", statement.start, f"from 0 nodes {full} stays 0, whatever waits.")
        _check_kinds(analysis, full, statement, fact)
    if len(assignments) == 2:
        first, second = (_resolve(analysis, assignments[full].value) for full in TARGETS)
        asks = analysis.targets[DEDICATED].sources & set(TASK_METRICS)
        if asks and write(first) == write(second):
            later = max(assignments.values(), key=lambda statement: statement.start)
            analysis.say(
                "double-demand", later.start, "both kinds of nodes are given the whole demand: twice the pool."
            )


def _has_offset(node: Expression) -> bool:
    """Say whether a fraction is added so that cutting off rounds."""
    return any(
        isinstance(inner, Binary)
        and inner.sign == "+"
        and any(isinstance(p, Number) and 0 < p.value < 1 for p in parts(inner))
        for inner in walk(node)
    )


def _resolve(analysis: Analysis, node: Expression) -> Expression:
    """Put the last definition of each user variable in its place, as far as that is simple."""
    definitions = {s.target: s.value for s in analysis.tree.statements if s.target in analysis.users}
    for _ in range(len(definitions)):
        if not isinstance(node, Name) or node.name not in definitions:
            break
        node = definitions[node.name]
    return node


def _halves(node: Expression, full: str) -> bool:
    """Recognise `ceil(target / 2)` and its like."""
    if not isinstance(node, Call) or node.name not in ("ceil", "round") or len(node.arguments) != 1:
        return False
    inner = node.arguments[0]
    if not isinstance(inner, Binary) or inner.sign not in ("/", "*"):
        return False
    names = {full, OWN[full], *(short for short, name in ALIASES.items() if name == full)}
    own = any(isinstance(part, Name) and part.name in names for part in (inner.left, inner.right))
    factor = next((part.value for part in (inner.right, inner.left) if isinstance(part, Number)), None)
    if not own or factor is None:
        return False
    smaller = 1 / factor if inner.sign == "/" and factor else factor
    return smaller < 1 and (node.name == "ceil" or smaller >= 0.5)


def _is_stuck(analysis: Analysis, full: str) -> bool:
    """Say whether a pool without nodes of this kind stays without, whatever the metrics say."""
    if not analysis.targets[full].causes & {full, OWN[full]}:
        return False
    zero = double(0, 0, whole=True)
    again = Analysis(analysis.tree, analysis.source, {full: zero, OWN[full]: zero})
    again.go()
    return again.targets[full].high < 1


def _check_kinds(analysis: Analysis, full: str, statement: Statement, fact: Fact) -> None:
    other = {OTHER[full], OWN[OTHER[full]]}
    explained = {*TASK_METRICS, "$PreemptedNodeCount", full, OWN[full]}
    if fact.sources & other and not fact.causes & explained:
        analysis.say("crossed-kinds", statement.start, f"{full} follows the other kind of nodes alone.")


# ---- signals -------------------------------------------------------------------------------------------------


def _signals(analysis: Analysis, slots: int | None) -> None:
    options = {
        node.name
        for s in analysis.tree.statements
        if s.target == OPTION
        for node in walk(s.value)
        if isinstance(node, Name)
    } or {"requeue"}
    kills = sorted(options & {"requeue", "terminate"})
    for full, statement in _last_assignments(analysis).items():
        asked = analysis.targets[full].causes & set(TASK_METRICS)
        counted = analysis.targets[full].sources & set(TASK_METRICS)
        if "$ActiveTasks" in asked and not asked & {"$RunningTasks", "$PendingTasks"}:
            end = f" and '{kills[0]}' kills them when the pool shrinks" if kills else ""
            text = f"$ActiveTasks counts waiting tasks only: running ones are not seen{end}."
            analysis.say("active-only-scaling", statement.start, text)
        if slots is not None and slots > 1 and counted and not _divides(analysis, full):
            text = f"tasks are counted as if each needed a node, but a node has {slots} slots."
            analysis.say("ignores-slots", statement.start, text)


def _divides(analysis: Analysis, full: str) -> bool:
    if SLOTS in analysis.targets[full].sources:
        return True
    return any(
        isinstance(node, Binary) and node.sign == "/" for s in analysis.tree.statements for node in walk(s.value)
    )


def _stop(analysis: Analysis) -> None:
    statements = analysis.tree.statements
    for index, statement in enumerate(statements[:-1]):
        value = statement.value
        if isinstance(value, Call) and value.name == "stop" and not value.arguments:
            following = statements[index + 1]
            analysis.say("unreachable", following.start, "nothing after an unconditional stop() is executed.")
            return
