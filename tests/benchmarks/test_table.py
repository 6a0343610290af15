"""The table of speeds measures, skips with a reason, and keeps its history; no time is asserted."""

import json
from pathlib import Path

import pytest

from tests.benchmarks import table
from tests.benchmarks.registry import ROWS


def test_a_row_is_measured_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = tmp_path / "history.jsonl"
    for _ in range(2):
        table.main(["--only", "one trial of 500", "--repeats", "1", "--small", "--history", str(history)])
    assert "one trial of 500 tasks" in capsys.readouterr().out
    kept = [json.loads(line) for line in history.read_text(encoding="utf-8").splitlines()]
    assert [list(one["rows"]) for one in kept] == [["one trial of 500 tasks, in process"]] * 2
    table.main(["--drawn", str(history)])
    assert capsys.readouterr().out.startswith("one trial of 500 tasks, in process")


def test_what_cannot_be_measured_is_skipped_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    table.main(["--only", "Cimba", "--repeats", "1"])
    assert "skipped: " in capsys.readouterr().out


@pytest.mark.parametrize("work", ["620 nodes", "1 000 pools"])
def test_rows_of_other_modules_do_their_work(work: str, capsys: pytest.CaptureFixture[str]) -> None:
    table.main(["--only", work, "--repeats", "1", "--small"])
    assert work in capsys.readouterr().out


def test_each_row_has_a_name_of_its_own() -> None:
    assert len({one.work for one in ROWS}) == len(ROWS)
