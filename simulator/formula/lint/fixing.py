"""`--fix`: what of the linter's findings can be mended without a decision."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from simulator.formula.edits import apply
from simulator.formula.errors import FormulaSyntaxError
from simulator.formula.lint.model import Finding, Level
from simulator.formula.parser import parse

MOST_PASSES: Final = 50
Lint = Callable[[str], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A formula after its mechanical mends."""

    text: str
    mended: tuple[Finding, ...]
    """The findings that were mended, with their places in the text as it was then."""


def fix(text: str, lint: Lint) -> Fixed:
    """Mend what can be mended mechanically; a mend that would not help is not made.

    One finding is mended at a time, in the text that the one before has left, so no two edits can be in each other's
    way.
    """
    mended: list[Finding] = []
    refused: set[str] = set()
    found = [finding for finding in lint(text) if finding.edits]
    for _ in range(MOST_PASSES):
        chosen = next((finding for finding in found if finding.rule not in refused), None)
        if chosen is None:
            break
        after = apply(text, chosen.edits)
        then = [finding for finding in lint(after) if finding.edits] if _parses(after) else None
        if then is None or not _is_better(found, then, chosen):
            refused.add(chosen.rule)
            continue
        mended.append(chosen)
        text, found = after, then
    return Fixed(text, tuple(mended))


def _is_better(before: Sequence[Finding], after: Sequence[Finding], chosen: Finding) -> bool:
    """Return whether there are fewer findings of the rule, and no new errors."""

    def count(findings: Sequence[Finding], *, rule: str | None = None) -> int:
        return sum(1 for f in findings if (f.rule == rule if rule else f.level is Level.ERROR))

    return count(after, rule=chosen.rule) < count(before, rule=chosen.rule) and count(after) <= count(before)


def _parses(text: str) -> bool:
    try:
        parse(text)
    except FormulaSyntaxError:
        return False
    return True
