"""A linter that knows the domain: what is legal, and hurts (`docs/autoscale-language.md#linter`)."""

from simulator.formula.errors import TOO_LONG, FormulaSyntaxError
from simulator.formula.formula import Formula
from simulator.formula.lint.analysis import Analysis
from simulator.formula.lint.model import RULES, Finding, Level
from simulator.formula.lint.rules import judge
from simulator.formula.parser import parse
from simulator.formula.source import Place, Source

MIN_INTERVAL, MAX_INTERVAL = 5.0, 168 * 60.0

__all__ = ["RULES", "Finding", "Level", "lint_text"]


def lint_text(text: str, *, slots: int | None = None, interval_minutes: float | None = None) -> list[Finding]:
    """Give everything the linter finds, in the order of the text; `slots` and the interval are the pool's."""
    try:
        tree = parse(text)
    except FormulaSyntaxError as error:
        rule = "too-long" if error.code == TOO_LONG else "syntax"
        return [Finding(rule, Level.ERROR, p.place, f"{p.message}.", RULES[rule].fix) for p in error.problems]
    analysis = Analysis(tree, Source(text))
    analysis.go()
    judge(analysis, Formula(text, tree), slots)
    found = analysis.findings
    if interval_minutes is not None and not MIN_INTERVAL <= interval_minutes <= MAX_INTERVAL:
        message = f"an interval of {interval_minutes:g} minutes is refused by the service."
        found.append(Finding("interval", Level.ERROR, Place(1, 1), message, RULES["interval"].fix))
    return sorted(dict.fromkeys(found), key=lambda finding: (finding.place, finding.rule))
