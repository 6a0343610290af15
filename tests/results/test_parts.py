"""Parts of tables: what is asked for of a saved run is what the recording has, and no more is read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pandas.testing import assert_frame_equal

from simulator.results.record.read import SavedRun, read
from simulator.results.why import explain_task
from simulator.results.write import write
from simulator.tables.parts import Condition
from tests.report import runs


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("parts") / "run"
    write(runs.busy(), directory)
    return directory


@pytest.mark.parametrize(
    ("name", "columns", "where"),
    [
        ("attempts", ("task", "node", "assigned"), (("assigned", ">", 60.0), ("end", "<=", 1200.0))),
        ("attempts", None, (("task", "==", 3), ("instance", "==", 0))),
        ("tasks", ("id", "job"), (("id", "==", "task-2"),)),
        ("tasks", ("job", "slots"), ()),
        ("tasks", None, (("submit", ">=", 1e9),)),
        ("pools", ("created",), (("deleted", "<", 1e9),)),
    ],
)
def test_a_part_of_a_saved_run_is_that_of_the_recording(
    saved: Path, name: str, columns: Sequence[str] | None, where: Sequence[Condition]
) -> None:
    run = read(saved)
    first = run.part(name, columns, where=where)
    run.frame(name)  # from now on in memory
    then = run.part(name, columns, where=where).reset_index(drop=True)
    expected = runs.busy().part(name, columns, where=where).reset_index(drop=True)
    for part in (first, then):
        assert_frame_equal(part, expected, check_categorical=False, check_dtype=False)


def test_why_reads_all_columns_of_nothing_but_the_task(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole: list[str] = []
    reading = SavedRun.table

    def noted(run: SavedRun, name: str, *asked: Any) -> Any:
        columns, where = (*asked, None, ())[:2]
        if columns is None and not where:
            whole.append(name)
        return reading(run, name, *asked)

    monkeypatch.setattr(SavedRun, "table", noted)
    task = read(saved).part("tasks", ["id", "job"]).iloc[-1]
    whole.clear()
    assert explain_task(read(saved), f"{task['job']}/{task['id']}").pieces
    assert whole
    assert not {"tasks", "attempts", "pool_timeline"}.intersection(whole)
