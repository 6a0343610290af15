"""Whatever a scenario has in it, the tables that its run writes keep the laws; and each law can be broken."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.laws.__main__ import written
from tests.laws.conservation import LAWS, broken
from tests.laws.whole import files
from tests.laws.written import Row, Written

LIVELY: Final = 8
"""Number of a scenario with whatever the tampering below needs."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the files that scenarios name."""
    place = tmp_path_factory.mktemp("laws")
    files(place)
    return place


@pytest.fixture(scope="module")
def lively(folder: Path) -> Written:
    return written(LIVELY, folder, is_large=True)


@examples(4)
@given(number=st.integers(0, 2**20))
def test_what_is_written_keeps_every_law(folder: Path, number: int) -> None:
    assert broken(written(number, folder)) == []


def later(row: Row, *names: str) -> None:
    for name in names:
        row[name] += 0.5


def first(rows: list[Row], **values: Any) -> Row:
    return next(row for row in rows if all(row[name] == value for name, value in values.items()))


def _early(run: Written) -> None:
    row = run.tables["attempts"][0]
    run.tables["tasks"][row["task"]]["submit"] = row["assigned"] + 1


def _crowd(run: Written) -> None:
    for row in run.tables["tasks"]:
        row["slots"] += 5


def _elsewhere(run: Written) -> None:
    row = run.tables["attempts"][0]
    row["assigned"] = first(run.tables["node_states"], node=row["node"])["start"]


def _dearer(run: Written) -> None:
    run.scenario["sizes"]["D2"]["dedicatedLinux"] += 1e-6
    run.scenario["sizes"]["D2"]["lowPriorityLinux"] += 1e-6
    run.scenario["sizes"]["D2"]["spotLinux"] += 1e-6


TAMPERING: Final[dict[str, Callable[[Written], None]]] = {
    "lives_are_whole": lambda run: later(run.tables["node_states"][0], "end"),
    "jobs_have_one_state": lambda run: run.tables["jobs"].append(dict(run.tables["jobs"][0])),
    "attempts_are_on_living_nodes": _elsewhere,
    "attempts_are_in_order": _early,
    "room_is_never_exceeded": _crowd,
    "tasks_are_what_their_attempts_make_them": lambda run: later(
        first(run.tables["tasks"], succeeded=True), "last_start"
    ),
    "counts_follow_from_attempts": lambda run: run.tables["tasks"][0].update(retries=9),
    "levels_follow_from_rows": lambda run: run.tables["pool_timeline"][1].update(used_slots=9),
    "ledger_is_the_time_of_nodes": lambda run: later(first(run.tables["ledger"], label="booting"), "time"),
    "billed_time_is_that_of_vms": lambda run: later(run.tables["nodes"][0], "billed"),
    "price_times_time_is_the_bill": _dearer,
    "sums_are_those_of_tables": lambda run: run.answer["tasks"].update(planned=1),
}


@pytest.mark.parametrize("name", LAWS)
def test_each_law_sees_what_breaks_it(lively: Written, name: str) -> None:
    assert list(LAWS[name](lively)) == []
    tampered = Written(*deepcopy((lively.tables, lively.answer, lively.scenario)))
    TAMPERING[name](tampered)
    assert list(LAWS[name](tampered))
