"""Rules about a formula as a whole: windows and guards, targets, slots, kinds of nodes."""

from collections.abc import Iterator

from simulator.formula.formula import Formula
from simulator.formula.lint.analysis import Analysis
from simulator.formula.lint.facts import INF, Fact
from simulator.formula.lint.names import reads
from simulator.formula.lint.trial import FEW, START, Trial, try_out
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
    spine,
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


def judge(analysis: Analysis, formula: Formula, slots: int | None) -> None:
    """Apply every rule that needs the whole formula."""
    _variables(analysis)
    _windows(analysis)
    _targets(analysis)
    _signals(analysis, slots)
    _stop(analysis)
    _trials(analysis, formula, slots)


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
    if singles and not windowed and len(singles) == counted:
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
        _check_cap(analysis, full, statement)
        _check_kinds(analysis, full, statement)


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


def _check_cap(analysis: Analysis, full: str, statement: Statement) -> None:
    """Recognise `max(20, demand)`, which was meant to be a cap: a floor without any bound above."""
    outermost = _resolve(analysis, statement.value)
    if not isinstance(outermost, Call) or outermost.name != "max":
        return
    facts = [analysis.facts[id(argument)] for argument in outermost.arguments]
    floor = max((fact.low for fact in facts if fact.is_constant), default=0.0)
    if floor > 1 and analysis.targets[full].high == INF:
        text = f"max({floor:g}, ...) keeps {full} from falling below {floor:g}; nothing bounds it above."
        analysis.say("swapped-cap", statement.start, text)


def _check_kinds(analysis: Analysis, full: str, statement: Statement) -> None:
    """Ask whether a target grows with the other kind of nodes; taking them off the demand is all right."""
    other = {OTHER[full], OWN[OTHER[full]], *(short for short, name in ALIASES.items() if name == OTHER[full])}
    if other & set(_growing(_resolve(analysis, statement.value))):
        analysis.say("crossed-kinds", statement.start, f"{full} grows with the other kind of nodes.")


def _growing(node: Expression) -> Iterator[str]:
    """Give the names that an expression is computed from, without what is taken off and what only decides."""
    if isinstance(node, Name):
        yield node.name
    elif isinstance(node, Ternary):
        yield from _growing(node.then)
        yield from _growing(node.otherwise)
    elif isinstance(node, Binary):
        first, operators = spine(node)
        yield from _growing(first)
        for operator in operators:
            if operator.sign in ("+", "*"):
                yield from _growing(operator.right)
    elif isinstance(node, Call):
        for argument in node.arguments:
            yield from _growing(argument)
    elif isinstance(node, Method):
        yield from _growing(node.receiver)


# ---- what becomes of a pool ----------------------------------------------------------------------------------


def _trials(analysis: Analysis, formula: Formula, slots: int | None) -> None:
    """Report what a formula does to a pool in the long run."""
    assignments = _last_assignments(analysis)
    trial = try_out(formula, slots or 1)
    depends = {*TASK_METRICS, "$CPUPercent", *TARGETS, *OWN.values()}
    for full, statement in assignments.items():
        if not analysis.targets[full].causes & depends:
            continue
        idle = [found[full] for found in trial.idle if found is not None]
        loaded = [found[full] for found in trial.loaded if found is not None]
        if not analysis.targets[full].causes & {*TASK_METRICS, "$CPUPercent"} and set(idle) <= {START}:
            continue  # the harmless formula that keeps what there is
        if idle and min(idle) > 0:
            text = f"without any work {full} stays at {min(idle):g}: the pool always costs."
            analysis.say("never-zero", statement.start, text)
        if loaded and max(loaded) == 0 and full not in _left_alone(trial, full):
            analysis.say("stuck-at-zero", statement.start, f"from 0 nodes {full} stays 0, whatever waits.")
    if len(assignments) == 2 and (_answers_twice(trial, slots or 1) or _same_share(analysis, assignments)):
        later = max(assignments.values(), key=lambda statement: statement.start)
        analysis.say("double-demand", later.start, "both kinds of nodes are given the whole demand: twice the pool.")


def _left_alone(trial: Trial, full: str) -> set[str]:
    """Give the kinds that may stay at 0 because the other kind takes the work."""
    other = OTHER[full]
    return {full} if any(found is not None and found[other] > 0 for found in trial.loaded) else set()


def _answers_twice(trial: Trial, slots: int) -> bool:
    """Say whether more tasks bring more than one and a half times the nodes that they need."""
    for one, two in zip(trial.first, trial.more, strict=True):
        if one is not None and two is not None:
            steps = [two[full] - one[full] for full in TARGETS]
            if min(steps) > 0 and sum(steps) > 1.5 * FEW / slots:
                return True
    return False


def _same_share(analysis: Analysis, assignments: dict[str, Statement]) -> bool:
    """Say whether both targets are the same part of the tasks, and that part is what a node of several slots needs."""
    values = [_resolve(analysis, assignments[full].value) for full in TARGETS]
    if write(values[0]) != write(values[1]) or not analysis.targets[DEDICATED].sources & set(TASK_METRICS):
        return False
    divisors = (
        node.right.value
        for node in walk(values[0])
        if isinstance(node, Binary) and node.sign == "/" and isinstance(node.right, Number)
    )
    return max(divisors, default=0.0) > 2


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
