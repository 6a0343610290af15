"""The service's documentation, statement by statement: a small scenario each, and what is to be seen of it.

The tables beside this file hold the statements in words of this project, with the article of *MicrosoftDocs/azure-docs*
(`articles/batch`) and the heading where they stand. Each expectation is data; it must hold, and its opposite must not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.documentation.stage import SEEN, Outcome, agrees, altered

HERE = Path(__file__).parent
FEWEST = 240
"""Statements that the tables hold at least."""


@dataclass(frozen=True)
class Statement:
    """One sentence's worth of the documentation."""

    article: str
    heading: str
    claim: str
    given: dict[str, Any]
    then: dict[str, Any]


def read(file: Path) -> list[Statement]:
    """Return the statements of one table."""
    table = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    return [
        Statement(one.get("article") or table["article"], one["under"], one["says"], one.get("given", {}), one["then"])
        for one in table["statements"]
    ]


STATEMENTS = [(file.stem, one) for file in sorted(HERE.glob("*.yaml")) for one in read(file)]


@pytest.mark.parametrize("one", [one for _, one in STATEMENTS], ids=[f"{name}-{one.claim}" for name, one in STATEMENTS])
def test_what_the_documentation_states(one: Statement) -> None:
    outcome = Outcome(one.given)
    if "refused" not in one.then:
        assert SEEN["refused"](outcome) == []
    for name, expected in one.then.items():
        found = SEEN[name](outcome)
        assert agrees(expected, found), f"{one.article}, {one.heading}: {name}: expected {expected}, found {found}"
        assert not agrees(altered(expected), found), f"{name}: {expected} says nothing of {found}"


def test_there_are_enough_of_them() -> None:
    assert len(STATEMENTS) >= FEWEST


def test_each_is_reported_once() -> None:
    reported = [one.claim for _, one in STATEMENTS]
    assert sorted(set(reported)) == sorted(reported)
