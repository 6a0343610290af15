"""Three kinds of files that people mix up: scenarios, experiments and plans; each is known by its keys."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from simulator.errors import InputError
from simulator.scenario.format.section import fold
from simulator.scenario.reading.documents import Document


class Kind(StrEnum):
    """What a file describes, and the command that takes it."""

    SCENARIO = "scenario"
    EXPERIMENT = "experiment file"
    PLAN = "plan file"


COMMAND: Final = {Kind.SCENARIO: "run", Kind.EXPERIMENT: "sweep", Kind.PLAN: "plan"}
KEYS_OF_KIND: Final = {
    Kind.PLAN: frozenset({"minimize", "subjectto", "search"}),
    Kind.EXPERIMENT: frozenset({"replications", "stopping", "measures", "tables", "cases", "design"}),
}
"""Keys that only files of one kind have."""


def kind_of(data: Any) -> Kind | None:
    """Return what a file describes; None where its keys do not say."""
    keys = {fold(str(key)) for key in data} if isinstance(data, Mapping) else set()
    if "scenario" not in keys:
        return Kind.SCENARIO if keys & {"pools", "jobs"} else None
    return next((kind for kind, own in KEYS_OF_KIND.items() if keys & own), None)


def refuse_other(document: Document, wanted: Kind) -> None:
    """Refuse a file of another kind, and say which command takes it."""
    found = kind_of(document.data)
    if found is None and wanted is Kind.SCENARIO and isinstance(document.data, Mapping) and "axes" in document.data:
        found = Kind.EXPERIMENT if "scenario" in document.data else None
    if found is None or found is wanted:
        return
    article = "an" if found is Kind.EXPERIMENT else "a"
    needs = "" if wanted is Kind.SCENARIO else f"; {_article(wanted)} names one under scenario, and has axes"
    text = f"this is {article} {found}: poolsight {COMMAND[found]} {document.name}"
    raise InputError([document.problem(text + (needs if found is Kind.SCENARIO else ""), ())])


def _article(kind: Kind) -> str:
    return f"{'an' if kind is Kind.EXPERIMENT else 'a'} {kind}"
