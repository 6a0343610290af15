"""The rules of the linter, in one registry: by subject, in the order of the page made from it."""

from collections.abc import Mapping
from typing import Final

from simulator.formula.lint.model import Rule
from simulator.formula.lint.rules.conditions import CONDITIONS
from simulator.formula.lint.rules.language import LANGUAGE
from simulator.formula.lint.rules.samples import SAMPLES
from simulator.formula.lint.rules.targets import TARGETS
from simulator.formula.lint.rules.work import WORK

SUBJECTS: Final[Mapping[str, tuple[Rule, ...]]] = {
    "Work that is lost or not seen": WORK,
    "Targets": TARGETS,
    "Samples and windows": SAMPLES,
    "Conditions and times": CONDITIONS,
    "Names, types and syntax": LANGUAGE,
}
RULES: Final[Mapping[str, Rule]] = {rule.name: rule for rules in SUBJECTS.values() for rule in rules}

__all__ = ["RULES", "SUBJECTS"]
