r"""How long a command takes that nobody runs: rules of a file, what the task itself states, or a default.

    default: {duration: 60s}
    rules:
      - name: training
        match: python train\.py
        simulation: {duration: {lognormal: {median: 20m, sigma: 0.4}}, memory: 6, exitCodes: [0]}

`match` is a regular expression that is looked for in the command line; of several rules the first that is found counts.
`simulation` has the keys that a task of a scenario has under this name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import Field, ValidationError

from simulator.errors import InputError
from simulator.scenario.checks.schema_words import refused
from simulator.scenario.format.command_lines import seconds_of
from simulator.scenario.format.complete import listed, lookup
from simulator.scenario.format.section import Section
from simulator.scenario.format.task_bodies import TaskDefaults, TaskSimulation
from simulator.scenario.reading.documents import Document

ASSUMED: Final = "60s"
"""Duration of a task of which nothing is known."""
SETTINGS: Final = "environment settings"
COMMAND: Final = "command line"
OWN: Final = "simulation in the body"
DEFAULT: Final = "default"


class Rule(Section):
    """What tasks of some command lines do."""

    name: str
    """What an answer calls it."""
    match: str
    """Regular expression that is looked for in the command line."""
    simulation: TaskSimulation
    """What a task does, as under `simulation` of a listed task."""


class Rules(Section):
    """A file of rules."""

    default: TaskDefaults = Field(default_factory=lambda: TaskDefaults.model_validate({"duration": ASSUMED}))
    """What holds where no rule, no setting and no command line says anything."""
    rules: tuple[Rule, ...] = ()
    """The first that matches counts."""


@dataclass(frozen=True, slots=True)
class _Ready:
    rule: Rule
    pattern: re.Pattern[str]
    body: dict[str, Any]


class Durations:
    """Completes the bodies of tasks, and counts what served how many of them."""

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()
        self._ready = [
            _Ready(rule, re.compile(rule.match), rule.simulation.model_dump(by_alias=True, exclude_unset=True))
            for rule in self._rules.rules
        ]
        self.served: Counter[str] = Counter()
        """Tasks by what stated how long they take."""

    def copy(self) -> Durations:
        """Return the same rules with counts of their own, which begin with these."""
        other = Durations(self._rules)
        other.served += self.served
        return other

    @property
    def defaults(self) -> dict[str, Any]:
        """What the `simulation.defaults` of every job are."""
        return self._rules.default.model_dump(by_alias=True, exclude_none=True)

    def completed(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """Return the body of a task with what the rules say of it."""
        if lookup(task, "simulation") is not None:
            self.served[OWN] += 1
            return dict(task)
        line = str(lookup(task, "commandLine") or "")
        for one in self._ready:
            if one.pattern.search(line):
                self.served[f"rule '{one.rule.name}'"] += 1
                return {**task, "simulation": one.body}
        names = {str(lookup(setting, "name")) for setting in listed(task, "environmentSettings")}
        stated = SETTINGS if "SIM_DURATION" in names else COMMAND if seconds_of(line) is not None else DEFAULT
        self.served[stated] += 1
        return dict(task)


def load_rules(file: str | Path) -> Durations:
    """Return the rules of a file; raise InputError with everything that is wrong in it."""
    document = Document(Path(file))
    try:
        rules = Rules.model_validate(document.data or {})
    except ValidationError as error:
        found = refused(error.errors(include_url=False), Rules)
        raise InputError([document.problem(one.message, one.loc) for one in found]) from None
    wrong = []
    for number, rule in enumerate(rules.rules):
        try:
            re.compile(rule.match)
        except re.error as error:
            wrong.append(document.problem(f"no regular expression: {error}", ("rules", number, "match")))
    if wrong:
        raise InputError(wrong)
    return Durations(rules)
