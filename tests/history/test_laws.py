"""What cannot be true or is missing: each is counted with its rows and reported, and nothing is guessed."""

from pathlib import Path
from typing import Any

import pytest

from simulator.errors import InputError
from simulator.history.ledger import CAUSES, Effect
from simulator.history.options import Options
from simulator.history.read import read_past
from tests.history import files
from tests.history.files import azure_task, causes, columns, read, read_all

HEAD = "id,created,start,end,status\n"


def table(*rows: str) -> str:
    return HEAD + "".join(f"{row}\n" for row in rows)


def day(clock: str) -> str:
    return f"2026-03-02T{clock}Z"


@pytest.mark.parametrize(
    ("rows", "cause", "lines"),
    [
        ([f"a,{day('07:00:00')},{day('07:05:00')},{day('07:01:00')},FAILED"], "backwards", (2,)),
        ([f"a,{day('07:00:00')},{day('07:05:00')},,COMPLETED"], "no_end", (2,)),
        ([f"a,{day('07:00:00')},,{day('07:05:00')},COMPLETED"], "no_start", (2,)),
        ([f"a,{day('07:00:00')},{day('07:01:00')},,RUNNING"], "running", (2,)),
        ([f"a,{day('07:00:00')},,,PENDING"], "waiting", (2,)),
        ([f"a,{day('07:10:00')},{day('07:01:00')},{day('07:05:00')},COMPLETED"], "early", (2,)),
        ([f"a,,{day('07:01:00')},{day('07:05:00')},COMPLETED"], "no_created", (2,)),
        ([f"a,soon,{day('07:01:00')},{day('07:05:00')},COMPLETED"], "bad_time", (2,)),
        ([f"a,{day('07:00:00')},{day('07:01:00')},{day('07:05:00')},COMPLETED"] * 2, "repeated", (3,)),
        ([f"a,{day('07:00:00')},{day('07:01:00')},{day('07:05:00')},MYSTERY"], "unknown_word", (2,)),
        ([f"a,{day('07:00:00')},{day('07:01:00')},{day('07:05:00')},COMPLETED,x,y"], "broken", (3,)),
        (["a,2026-03-02T07:00:00,2026-03-02T07:01:00Z,2026-03-02T07:05:00Z,COMPLETED"], "mixed_zones", ()),
    ],
)
def test_each_fault_is_counted_with_its_row(tmp_path: Path, rows: list[str], cause: str, lines: Any) -> None:
    good = f"good,{day('07:00:00')},{day('07:01:00')},{day('07:02:00')},COMPLETED"
    text = table(*([good, *rows] if cause == "broken" else [*rows, good]))
    past = read(tmp_path, text)
    assert causes(past) == {cause: 1}
    (entry,) = past.ledger.entries
    assert entry.rows == lines
    is_replayed = dict(columns(past, ["task", "fault"]))
    assert is_replayed["good"] == ""
    if CAUSES[cause].effect is Effect.DROPPED and cause not in ("broken", "repeated"):
        assert is_replayed["a"] == cause


def test_attempts_that_overlap_are_reported_and_the_last_is_replayed(tmp_path: Path) -> None:
    text = table(
        f"a,{day('07:00:00')},{day('07:01:00')},{day('07:05:00')},FAILED",
        f"a,{day('07:02:00')},{day('07:04:00')},{day('07:09:00')},COMPLETED",
    )
    past = read(tmp_path, text)
    assert columns(past, ["task", "attempt", "created", "fault"]) == [("a", 1, 0, "earlier"), ("a", 2, 0, "")]
    assert causes(past) == {"overlap": 1, "earlier": 1}


def test_tasks_that_share_an_id_are_numbered_apart(tmp_path: Path) -> None:
    rows = [f"a,{day(f'07:0{n}:00')},{day(f'07:0{n}:10')},{day(f'07:0{n}:20')},COMPLETED" for n in (1, 2, 3)]
    past = read(tmp_path, table(*rows))
    assert columns(past, ["task", "attempt", "fault"]) == [("a", 1, ""), ("a#2", 1, ""), ("a#3", 1, "")]
    assert causes(past) == {"duplicate": 2}


def test_nodes_that_no_list_has_are_reported(tmp_path: Path) -> None:
    other = azure_task("b", nodeInfo={"nodeId": "tvmps_2", "poolId": "farm"})
    past = read_all(tmp_path, {"tasks": [azure_task("a"), other], "nodes": [files.NODE]})
    assert causes(past) == {"ghost_node": 1}


def test_a_log_that_starts_in_the_middle_of_a_task(tmp_path: Path) -> None:
    """The end event has the start; one without it has no duration that could be replayed."""
    body = {"jobId": "j", "id": "t", "nodeInfo": {"poolId": "p", "nodeId": "n"}}
    ran = {"startTime": "2026-03-02T06:59:00Z", "endTime": "2026-03-02T07:05:00Z", "exitCode": 0}
    event = {
        "time": "2026-03-02T07:05:00Z",
        "operationName": "TaskCompleteEvent",
        "properties": body | {"executionInfo": ran},
    }
    assert columns(read(tmp_path, event), ["duration", "fault"]) == [(360, "")]


def test_a_file_cut_off_in_the_middle_counts_what_is_lost(tmp_path: Path) -> None:
    import json

    text = json.dumps([azure_task("a"), azure_task("b")], indent=2)
    past = read(tmp_path, text[: len(text) - 200])
    assert list(past.tasks["task"]) == ["a"]
    assert causes(past) == {"broken": 1}


def test_nul_characters_and_other_encodings_are_reported(tmp_path: Path) -> None:
    text = table(f"ä\0,{day('07:00:00')},{day('07:01:00')},{day('07:05:00')},COMPLETED")
    past = read(tmp_path, text.encode("latin-1"))
    assert list(past.tasks["task"]) == ["ä"]
    assert causes(past) == {"old_encoding": 1, "nuls": 1}


def test_a_file_that_nobody_knows_is_refused_and_one_in_a_folder_passed_over(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("nothing but words\n")
    with pytest.raises(InputError, match="its format is not recognised"):
        read_past([tmp_path / "notes"], Options())
    (tmp_path / "tasks").write_text(table(f"a,{day('07:00:00')},{day('07:01:00')},{day('07:05:00')},OK"))
    past = read_past([tmp_path], Options())
    assert causes(past) == {"no_format": 1}
    assert len(past.tasks) == 1
