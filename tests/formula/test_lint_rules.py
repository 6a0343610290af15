"""Every rule of the registry by the same tests: its example trips it, its mended example does not, `--fix` mends it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from simulator.formula.lint import RULES, Finding, Level, Rule, lint_text
from simulator.formula.lint.fixing import fix
from simulator.formula.lint.page import page
from simulator.formula.parser import parse
from tests.formula.grammar import formulas

ROOT = Path(__file__).parents[2]
each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


def found(rule: Rule, text: str, *, mended: bool = False) -> list[Finding]:
    minutes = rule.mended_interval_minutes if mended else rule.interval_minutes
    return lint_text(text, slots=rule.slots, interval_minutes=minutes)


@each_rule
def test_the_example_of_a_rule_trips_it(rule: Rule) -> None:
    finding = next(finding for finding in found(rule, rule.example) if finding.rule == rule.name)
    assert finding.level is rule.level


@each_rule
def test_the_mended_example_is_free_of_warnings(rule: Rule) -> None:
    assert [f for f in found(rule, rule.mended, mended=True) if f.level is not Level.INFO or f.rule == rule.name] == []


@each_rule
def test_fix_mends_the_examples_that_it_is_listed_to_mend(rule: Rule) -> None:
    fixed = fix(rule.example, lambda text: found(rule, text))
    assert (rule.name in {finding.rule for finding in fixed.mended}) == rule.is_fixed
    if rule.is_fixed:
        assert rule.name not in {finding.rule for finding in found(rule, fixed.text)}


@each_rule
def test_a_rule_is_reported_in_sentences(rule: Rule) -> None:
    assert rule.meaning.endswith(".")
    assert rule.why.endswith(".")
    assert not rule.mend.endswith(".")


def test_the_page_of_rules_is_that_of_the_registry() -> None:
    assert (ROOT / "docs" / "lint.md").read_text() == f"{page()}\n", "run python -m simulator.formula.lint.page"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(formulas())
def test_fixing_ends_in_a_formula_with_no_more_errors_than_before(text: str) -> None:
    def errors(given: str) -> int:
        return sum(finding.level is Level.ERROR for finding in lint_text(given))

    fixed = fix(text, lint_text)
    if fixed.text != text:
        parse(fixed.text)
        assert errors(fixed.text) <= errors(text)


HALVED = """
$p = $PendingTasks.GetSamplePercent(5 * TimeInterval_Minute);
$n = $p < 70 ? 0 : avg($PendingTasks.GetSample(5 * TimeInterval_Minute));
$TargetDedicatedNodes = min(9, $n > 0 ? $n : $TargetDedicatedNodes / 2);
$NodeDeallocationOption = taskcompletion;
"""


def test_a_mend_that_would_keep_a_node_for_ever_is_not_made() -> None:
    """Rounding up a target that is halved while nothing waits never comes to 0."""
    warned = {finding.rule for finding in lint_text(HALVED) if finding.level is Level.WARNING}
    assert warned == {"fractional-target"}
    assert "never-zero" in {
        finding.rule for finding in lint_text(HALVED.replace("min(", "ceil(min(").replace("/ 2)", "/ 2))"))
    }
    assert fix(HALVED, lint_text).text == HALVED


def test_a_mend_of_a_name_may_bring_to_light_what_was_there_all_along() -> None:
    text = "$TargetDedicatedNode = max(0, $PendingTasks.GetSample(3));"
    fixed = fix(text, lint_text)
    assert [finding.rule for finding in fixed.mended] == ["near-service-name", "interrupts-tasks"]
