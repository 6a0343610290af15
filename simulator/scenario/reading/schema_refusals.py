"""What the schema refuses of a document that was read: the words of each refusal, at its place."""

from __future__ import annotations

from typing import Protocol

from pydantic import BaseModel, ValidationError

from simulator.errors import Problem
from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.checks.schema_words import refused
from simulator.scenario.scenario import finding_of


class Places(Protocol):
    """What knows where a part of a document stands, for people."""

    def is_unread(self, loc: Loc) -> bool: ...

    def problem(self, message: str, loc: Loc, *, is_warning: bool = False, is_missing: bool = False) -> Problem: ...


def explain(sources: Places, error: ValidationError, root: type[BaseModel] | None = None) -> list[Problem]:
    """Return what the schema refuses as problems at their places; hints come from the keys that `root` allows there."""
    return [
        sources.problem(found.message, found.loc, is_missing=found.is_missing)
        for found in refusals(error, root)
        if not sources.is_unread(found.loc)
    ]


def refusals(error: ValidationError, root: type[BaseModel] | None = None) -> list[Finding]:
    """Return what the schema refuses in a document whose type is `root`."""
    lines = [line for line in error.errors(include_url=False) if finding_of(line) is None]
    return refused(lines, root)
