"""Rules about what is assigned to targets, and about the variables on the way there."""

from typing import Final

from simulator.formula.edits import Edit
from simulator.formula.lint.analysis import Analysis
from simulator.formula.lint.facts import INF
from simulator.formula.lint.growth import expressions, growing
from simulator.formula.lint.mend import rename_target, wrap_value
from simulator.formula.lint.model import Level
from simulator.formula.lint.names import near_target, reads
from simulator.formula.tree import (
    Binary,
    Call,
    Expression,
    Name,
    Statement,
    Ternary,
    walk,
)
from simulator.formula.variables import ALIASES, DEDICATED, LOW_PRIORITY, OPTION, TARGETS

OWN: Final = {DEDICATED: "$CurrentDedicatedNodes", LOW_PRIORITY: "$CurrentLowPriorityNodes"}
OTHER: Final = {DEDICATED: LOW_PRIORITY, LOW_PRIORITY: DEDICATED}
HIGH_FLOOR: Final = 10
"""A floor of so many nodes without any cap is more likely a cap that was written with the wrong function."""
FLOOR_NAMES: Final = ("min", "floor", "start", "base", "initial", "least")


def last_assignments(analysis: Analysis) -> dict[str, Statement]:
    """Return the last assignment of each target, by its full name."""
    found: dict[str, Statement] = {}
    for statement in analysis.tree.statements:
        full = ALIASES.get(statement.target or "", statement.target or "")
        if full in TARGETS:
            found[full] = statement
    return found


def check_variables(analysis: Analysis) -> None:
    """Report variables that nobody reads, targets under two names, and formulas without a target."""
    read = reads(analysis.tree)
    seen: dict[str, str] = {}
    unread: set[str] = set()
    for statement in analysis.tree.statements:
        name = statement.target
        if name is None:
            continue
        if name in analysis.users and name not in read and name not in unread:
            unread.add(name)
            _report_unread(analysis, statement, name)
        full = ALIASES.get(name, name)
        if full in TARGETS:
            if full in seen and seen[full] != name:
                text = f"{full} is assigned under both names; the full one wins."
                analysis.report("alias-conflict", statement.start, text)
            seen[full] = name
    if not seen:
        _report_no_target(analysis)
    _check_overwritten(analysis)


def _check_overwritten(analysis: Analysis) -> None:
    """Report the assignment of a target or option that another follows, with nothing between that could use it."""
    waiting: dict[str, Statement] = {}
    for statement in analysis.tree.statements:
        used = {node.name for node in walk(statement.value) if isinstance(node, Name | Call)}
        if "stop" in used:
            waiting.clear()
        for name in used:
            waiting.pop(ALIASES.get(name, name), None)
        name = statement.target or ""
        full = ALIASES.get(name, name)
        if full in TARGETS or full == OPTION:
            before = waiting.get(full)
            if before is not None and before.target == name:
                message = f"this value of {name} is never used: {name} is assigned again further down."
                analysis.report("overwritten-target", before.start, message)
            waiting[full] = statement


def _report_no_target(analysis: Analysis) -> None:
    """Report a formula without a target: a remark, unless it sets how nodes leave, which only a target makes them."""
    statements = analysis.tree.statements
    options = [statement.start for statement in statements if statement.target == OPTION]
    start = options[0] if options else statements[0].start if statements else 0
    is_misspelt = any(finding.rule == "near-service-name" for finding in analysis.findings)
    level = Level.WARNING if options and not is_misspelt else None
    end = f", and {OPTION} has no node to act on" if options else ""
    analysis.report("no-target", start, f"no target is assigned: the pool stays as it is{end}.", level)


def _report_unread(analysis: Analysis, statement: Statement, name: str) -> None:
    near = near_target(name)
    if any(f.rule == "obsolete-name" and f.place == analysis.source.place(statement.start) for f in analysis.findings):
        return
    if near is None:
        analysis.report("unused-variable", statement.start, f"'{name}' is assigned and never read.")
        return
    assigned = {s.target for s in analysis.tree.statements}
    edits = rename_target(statement, near) if near not in assigned else ()
    text = f"'{name}' is a variable of your own that nobody reads: did you mean '{near}'?"
    analysis.report("near-service-name", statement.start, text, edits=edits)


def check_targets(analysis: Analysis) -> None:
    """Report targets that are negative, cut off, without a cap, or computed from the other kind of nodes."""
    text = analysis.source.text
    for full, statement in last_assignments(analysis).items():
        fact = analysis.targets[full]
        if fact.kind != "double":
            continue
        if fact.low < 0:
            edits = wrap_value(text, statement, "max(0, ")
            analysis.report("negative-target", statement.start, f"{full} can fall below 0.", edits=edits)
        if not fact.can_be_cut and not _rounds_up(analysis, statement.value):
            message = f"the fraction of {full} is cut off: one node too few."
            analysis.report("fractional-target", statement.start, message, edits=_rounded_up(text, statement))
        if fact.is_summed:
            message = f"{full} adds up the samples of a window: each task counts once for every sample."
            analysis.report("counted-twice", statement.start, message)
        _check_cap(analysis, full, statement)
        _check_kinds(analysis, full, statement)


def _rounded_up(text: str, statement: Statement) -> tuple[Edit, ...]:
    return wrap_value(text, statement, "ceil(")


def _rounds_up(analysis: Analysis, node: Expression) -> bool:
    """Return whether one less than a divisor is added before dividing, so that cutting off rounds up."""
    parts = expressions(node, analysis.values)
    return any(isinstance(part, Binary) and _adds_almost(analysis, part) for part in parts)


def _adds_almost(analysis: Analysis, node: Binary) -> bool:
    """Recognise `(n + slots - 1) / slots`, `(n + 3) / 4` and `(n + 3) * 0.25`, which round up."""
    fact = analysis.facts.get(id(node.right))
    if node.sign not in ("/", "*") or fact is None:
        return False
    divisor = fact.low if node.sign == "/" else 1 / fact.low if fact.low > 0 else 0.0
    top = analysis.definition(node.left)
    while isinstance(top, Binary) and top.sign in ("+", "-"):
        added = analysis.facts.get(id(top.right))
        if added is not None and added.is_constant:
            if top.sign == "-" and added.low == 1:
                return True
            if top.sign == "+" and fact.is_constant and added.low == divisor - 1 > 0:
                return True
        top = analysis.definition(top.left)
    return False


def _check_cap(analysis: Analysis, full: str, statement: Statement) -> None:
    """Recognise `max(20, demand)`, which was meant to be a cap: a high floor without any bound above."""
    outermost = analysis.definition(statement.value)
    if not isinstance(outermost, Call) or outermost.name != "max":
        return
    limits = [
        (analysis.facts[id(argument)].low, argument)
        for argument in outermost.arguments
        if analysis.facts[id(argument)].is_constant
    ]
    floor, written = max(limits, key=lambda limit: limit[0], default=(0.0, None))
    name = written.name.lstrip("$").lower() if isinstance(written, Name) else ""
    is_floor = name.startswith(FLOOR_NAMES) or (not name and floor < HIGH_FLOOR)
    if floor > 1 and not is_floor and analysis.targets[full].high == INF:
        text = f"max({floor:g}, ...) keeps {full} from falling below {floor:g}; nothing bounds it above."
        analysis.report("swapped-cap", statement.start, text)


def _check_kinds(analysis: Analysis, full: str, statement: Statement) -> None:
    """Report a target that comes from the other kind of nodes; taking them off the demand is all right.

    So is a size that both kinds share, as long as the kind that it comes from follows it.
    """
    other = {OTHER[full], OWN[OTHER[full]], *(short for short, name in ALIASES.items() if name == OTHER[full])}
    crossed = other & growing(statement.value, analysis.values)
    shared = last_assignments(analysis).get(OTHER[full])
    if crossed and shared is not None and not analysis.targets[OTHER[full]].is_constant:
        crossed -= growing(shared.value, analysis.values)
    if crossed:
        text = f"{full} is computed from the other kind of nodes, {min(crossed)}."
        analysis.report("crossed-kinds", statement.start, text)


def has_floor(analysis: Analysis, full: str) -> bool:
    """Return whether a target that never gets below 1 has its floor written down."""
    if analysis.targets[full].low < 1:
        return False
    floors = (
        argument
        for statement in analysis.tree.statements
        for node in walk(statement.value)
        if isinstance(node, Call) and node.name == "max"
        for argument in node.arguments
    )
    if any((fact := analysis.facts[id(node)]).is_constant and fact.low >= 1 for node in floors):
        return True
    return writes_floor(analysis, last_assignments(analysis)[full].value)


def writes_floor(analysis: Analysis, node: Expression) -> bool:
    """Return whether an expression says in so many words that it is at least 1: `max(1, ...)`, or constants."""
    known: dict[int, bool] = {}

    def writes(node: Expression) -> bool:
        node = analysis.definition(node)
        if id(node) not in known:
            known[id(node)] = looked_at(node)
        return known[id(node)]

    def looked_at(node: Expression) -> bool:
        fact = analysis.facts.get(id(node))
        if fact is not None and fact.kind == "double" and fact.is_constant:
            return fact.low >= 1
        if isinstance(node, Ternary):
            return writes(node.then) and writes(node.otherwise)
        if isinstance(node, Call) and node.name == "max":
            return any(map(writes, node.arguments))
        if isinstance(node, Call) and node.name == "min":
            return all(map(writes, node.arguments))
        if isinstance(node, Call) and node.name in ("ceil", "floor", "round") and len(node.arguments) == 1:
            return writes(node.arguments[0])
        return False

    return writes(node)
