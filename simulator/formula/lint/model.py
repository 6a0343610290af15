"""What the linter reports, and what a rule is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from simulator.formula.edits import Edit
from simulator.formula.source import Place


class Level(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """The formula is refused, or fails when it gets there."""
    WARNING = "warning"
    """It runs and is likely to do something else than its author thinks."""
    INFO = "info"
    """Worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the linter has found."""

    rule: str
    level: Level
    place: Place
    message: str
    fix: str
    edits: tuple[Edit, ...] = ()
    """What `--fix` does about it; empty where the mend needs a decision."""
    evidence: tuple[str, ...] = ()
    """The small load or moment under which it hurts, line by line, where one was tried."""

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain data."""
        return {
            "rule": self.rule,
            "level": str(self.level),
            "line": self.place.line,
            "column": self.place.column,
            "message": self.message,
            "fix": self.fix,
            "fixable": bool(self.edits),
            "evidence": list(self.evidence),
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the linter; findings, SARIF, the page of rules and the tests of all rules are made from it."""

    name: str
    level: Level
    meaning: str
    """What it finds, one sentence."""
    why: str
    """What happens to a pool, its work or its bill."""
    example: str
    """A formula that trips it."""
    mend: str
    """What to do, an imperative."""
    mended: str
    """The example, repaired."""
    slots: int | None = None
    """Task slots of the example's pool, where the rule needs them."""
    interval_minutes: float | None = None
    mended_interval_minutes: float | None = None
    is_fixed: bool = False
    """Whether `--fix` turns the example into one that the rule is silent about."""
