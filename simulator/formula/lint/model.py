"""What the linter says."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from simulator.formula.source import Place


class Level(StrEnum):
    """How bad it is."""

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

    def as_dict(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            "rule": self.rule,
            "level": str(self.level),
            "line": self.place.line,
            "column": self.place.column,
            "message": self.message,
            "fix": self.fix,
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it is called, how bad a breach is, and what to do about it."""

    level: Level
    fix: str


E, W, I = Level.ERROR, Level.WARNING, Level.INFO  # noqa: E741 - a short table
RULES: dict[str, Rule] = {
    "syntax": Rule(E, "write what was expected."),
    "too-long": Rule(E, "shorten it to 8192 characters."),
    "unknown-name": Rule(E, "use the name that was meant."),
    "read-before-assign": Rule(E, "assign the variable before it is read."),
    "readonly-assignment": Rule(E, "assign a variable of your own."),
    "type-mismatch": Rule(E, "use operands that the language has an operator for."),
    "time-format": Rule(E, "write a time like 2024-03-05T07:30:00Z."),
    "near-service-name": Rule(W, "use the service's own name; a variable of yours sets nothing."),
    "obsolete-name": Rule(W, "use the present name."),
    "retired-metric": Rule(W, "use a metric that still has samples."),
    "alias-conflict": Rule(W, "assign the target under one name."),
    "scalar-from-vector": Rule(W, "take an element with val(v, 0), or a mean."),
    "empty-aggregate": Rule(W, "add a constant that holds when there is no sample: max(0, ...)."),
    "negative-target": Rule(W, "put it into max(0, ...)."),
    "fractional-target": Rule(W, "round it up with ceil(...)."),
    "ungated-window": Rule(W, "ask GetSamplePercent first, and say what holds while the history is young."),
    "guard-too-low": Rule(W, "let the guard ask for as much as GetSample demands, or give GetSample that percentage."),
    "strict-recent-window": Rule(W, "demand less, or let the window end a minute ago."),
    "short-window": Rule(W, "make the window at least 30 s, better some minutes."),
    "active-only-scaling": Rule(W, "use $PendingTasks, which counts waiting and running tasks."),
    "ignores-slots": Rule(W, "divide by $TaskSlotsPerNode and round up."),
    "percent-scale": Rule(W, "compare on the scale of the value: GetSamplePercent is 0 to 100, $CPUPercent 0 to 1."),
    "never-zero": Rule(W, "round down, or set the target to 0 when nothing is pending."),
    "stuck-at-zero": Rule(W, "add something that does not depend on the nodes there are, e.g. max(1, ...)."),
    "swapped-cap": Rule(W, "a cap is min(limit, x), a floor is max(limit, x)."),
    "crossed-kinds": Rule(W, "compute a target from its own kind of node, or from the tasks."),
    "double-demand": Rule(W, "split the demand: give the second kind what the first leaves."),
    "constant-condition": Rule(W, "compare with a value that can be reached."),
    "division-by-zero": Rule(W, "divide by max(1, ...)."),
    "unreachable": Rule(W, "delete what follows, or make stop() depend on something."),
    "interval": Rule(E, "choose from 5 minutes to 168 hours."),
    "single-sample": Rule(I, "use the mean of some minutes beside it."),
    "bare-metric": Rule(I, "say which sample is meant: $Metric.GetSample(...)."),
    "local-hours": Rule(I, "add the shift to your zone: (time() + 1 * TimeInterval_Hour).hour; mind daylight saving."),
    "unused-variable": Rule(I, "delete it, if it is not there to be read in the results."),
    "no-target": Rule(I, "assign $TargetDedicatedNodes or $TargetLowPriorityNodes, if the pool should change."),
}
