"""What cannot be true is counted with its rows in whatever format it comes; the good rows beside it are replayed."""

from pathlib import Path

import pytest

from simulator.history.ledger import CAUSES, Effect
from tests.history import files
from tests.history.bad_files import FIRST_ROW, MAKERS, Run
from tests.history.files import causes, columns, read_all

GOOD = Run("1")
CASES: dict[str, tuple[list[Run], str, tuple[int, ...], frozenset[str]]] = {
    "missing end": ([Run(end=None)], "no_end", (1,), frozenset({"swf"})),
    "clock that runs backwards": ([Run(start=300)], "backwards", (1,), frozenset({"swf"})),
    "attempts that overlap": ([Run(is_good=False), Run(start=90, end=200)], "overlap", (2,), frozenset()),
    "ids of several tasks": ([Run(), Run(start=200, end=260)], "duplicate", (2,), frozenset()),
    "rows that come twice": ([Run(), Run()], "repeated", (2,), frozenset()),
    "log that begins in the middle of a task": ([Run(start=None)], "no_start", (1,), frozenset({"swf"})),
    "start before its arrival": ([Run(created=90)], "early", (1,), frozenset({"swf"})),
    "time of arrival that is missing": ([Run(created=None)], "no_created", (1,), frozenset({"swf"})),
    "zones that are mixed": ([Run(zone="")], "mixed_zones", (), frozenset({"swf", "aws-batch"})),
    "node from nowhere": ([Run(node="n2")], "ghost_node", (1,), frozenset({"swf", "kubernetes"})),
}
"""By what is wrong: rows, the cause that is counted, for which of them, and the formats that cannot say it."""
PAIRS = [(name, case) for name in MAKERS for case in CASES if name not in CASES[case][3]]


@pytest.mark.parametrize(("name", "case"), PAIRS)
def test_what_is_wrong_is_counted_with_its_rows(tmp_path: Path, name: str, case: str) -> None:
    runs, cause, places, _ = CASES[case]
    node = files.NODE | {"id": "n1", "startTaskInfo": None, "stateTransitionTime": None}
    past = read_all(tmp_path, {"past": MAKERS[name]([GOOD, *runs]), "nodes": [node]})
    assert past.files[0].format == name
    entries = [one for one in past.ledger.entries if one.cause == cause]
    assert sum(one.count for one in entries) == len(places) or (not places and len(entries) == 1)
    first = FIRST_ROW.get(name, 1)
    assert [row for one in entries for row in one.rows] == [first + place for place in places]
    fates = columns(past, ["task", "fault"])
    assert ("1", "") in fates
    if CAUSES[cause].effect is Effect.DROPPED and cause != "repeated":
        assert ("7", cause) in fates
    others = set(causes(past)) - {cause, "earlier", "no_zone", "no_dates"}
    assert not others, "one thing was wrong"


@pytest.mark.parametrize("name", MAKERS)
def test_a_file_without_faults_has_none(tmp_path: Path, name: str) -> None:
    past = read_all(tmp_path, {"past": MAKERS[name]([GOOD, Run()])})
    assert columns(past, ["task", "created", "start", "end", "outcome", "fault"]) == [
        ("1", 0, 60, 120, "succeeded", ""),
        ("7", 0, 60, 120, "succeeded", ""),
    ]
    assert causes(past) == {}


def test_rows_are_those_of_the_file_whatever_stands_between_them(tmp_path: Path) -> None:
    head, good, bad = MAKERS["table"]([GOOD, Run(start=300)]).splitlines()
    wide = f"{good},x,y"
    text = f'# made by hand\n{head}\n\n{good}\n# more\n{wide}\n"8\n9",,,,,\n{bad}\n'
    past = read_all(tmp_path, {"past": text})
    rows = {one.cause: one.rows for one in past.ledger.entries}
    assert rows["backwards"] == (9,)
    assert rows["broken"] == (6,)
