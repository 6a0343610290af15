"""A linter that knows the domain: what is legal, and hurts (`docs/autoscale-language.md#linter`)."""

from functools import lru_cache

from simulator.formula.errors import TOO_LONG, FormulaSyntaxError
from simulator.formula.formula import Formula
from simulator.formula.lint.analysis import Analysis
from simulator.formula.lint.behaviour import check_behaviour
from simulator.formula.lint.evidence import show_moments
from simulator.formula.lint.model import Finding, Level, Rule
from simulator.formula.lint.rules import RULES, SUBJECTS
from simulator.formula.lint.targets import check_targets, check_variables
from simulator.formula.lint.windows import check_windows
from simulator.formula.parser import parse
from simulator.formula.source import Place, Source
from simulator.formula.tree import Call

MIN_INTERVAL, MAX_INTERVAL = 5.0, 168 * 60.0

__all__ = ["RULES", "SUBJECTS", "Finding", "Level", "Rule", "lint_text"]


def lint_text(text: str, *, slots: int | None = None, interval_minutes: float | None = None) -> list[Finding]:
    """Return everything the linter finds, in the order of the text; `slots` and the interval are the pool's."""
    return list(_lint(text, slots, interval_minutes))


@lru_cache(maxsize=64)
def _lint(text: str, slots: int | None, interval_minutes: float | None) -> tuple[Finding, ...]:
    try:
        tree = parse(text)
    except FormulaSyntaxError as error:
        rule = "too-long" if error.code == TOO_LONG else "syntax"
        return tuple(
            Finding(rule, Level.ERROR, p.place, f"{p.message}.", f"{RULES[rule].mend}.") for p in error.problems
        )
    analysis = Analysis(tree, Source(text))
    analysis.go()
    check_variables(analysis)
    check_windows(analysis)
    check_targets(analysis)
    _check_stop(analysis)
    is_refused = interval_minutes is not None and not MIN_INTERVAL <= interval_minutes <= MAX_INTERVAL
    formula = Formula(text, tree)
    check_behaviour(analysis, formula, slots, None if is_refused else interval_minutes)
    show_moments(analysis, formula)
    found = analysis.findings
    if is_refused:
        message = f"an interval of {interval_minutes:g} minutes is refused by the service."
        found.append(Finding("interval", Level.ERROR, Place(1, 1), message, f"{RULES['interval'].mend}."))
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: (finding.place, finding.rule)))


def _check_stop(analysis: Analysis) -> None:
    statements = analysis.tree.statements
    for index, statement in enumerate(statements[:-1]):
        value = statement.value
        if isinstance(value, Call) and value.name == "stop" and not value.arguments:
            following = statements[index + 1]
            analysis.report("unreachable", following.start, "nothing after an unconditional stop() is executed.")
            return
