"""`--fix`: what of the linter's findings can be mended without a decision."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from simulator.formula.edits import apply
from simulator.formula.errors import FormulaSyntaxError
from simulator.formula.lint.model import Finding, Level
from simulator.formula.parser import parse

MOST_PASSES: Final = 50
REVEALING: Final = ("near-service-name", "time-format", "type-mismatch", "unknown-name")
"""Rules whose mend makes a formula do what it did not do before: what then comes to light was there all along."""
Lint = Callable[[str], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A formula after its mechanical mends."""

    text: str
    mended: tuple[Finding, ...]
    """The findings that were mended, with their places in the text as it was then."""


def fix(text: str, lint: Lint) -> Fixed:
    """Mend what can be mended mechanically; a mend that would not help, or brings another warning, is not made.

    One finding is mended at a time, in the text that the one before has left, so no two edits can be in each other's
    way.
    """
    mended: list[Finding] = []
    refused: set[str] = set()
    found = lint(text)
    for _ in range(MOST_PASSES):
        chosen = next((finding for finding in found if finding.edits and finding.rule not in refused), None)
        if chosen is None:
            break
        after = apply(text, chosen.edits)
        then = lint(after) if _parses(after) else None
        if then is None or not _is_better(found, then, chosen):
            refused.add(chosen.rule)
            continue
        mended.append(chosen)
        text, found = after, then
    return Fixed(text, tuple(mended))


def _is_better(before: Sequence[Finding], after: Sequence[Finding], chosen: Finding) -> bool:
    """Return whether there are fewer findings of the rule, no more errors, and no warning of a kind not there before.

    Rounding up a target that is halved while nothing waits would keep the last node for ever.
    """

    def count(findings: Sequence[Finding], **wanted: object) -> int:
        return sum(1 for f in findings if f.edits and all(getattr(f, key) == value for key, value in wanted.items()))

    if count(after, rule=chosen.rule) >= count(before, rule=chosen.rule):
        return False
    if count(after, level=Level.ERROR) > count(before, level=Level.ERROR):
        return False
    return chosen.rule in REVEALING or _warned(after) <= _warned(before)


def _warned(findings: Sequence[Finding]) -> set[str]:
    return {finding.rule for finding in findings if finding.level is not Level.INFO}


def _parses(text: str) -> bool:
    try:
        parse(text)
    except FormulaSyntaxError:
        return False
    return True
