"""Failures and retries are replayed as they were recorded, and tasks wait for the parents that they had."""

from pathlib import Path
from typing import Any

import pytest

from simulator import load, simulate, summarize
from simulator.errors import InputError
from simulator.history.folders import SCENARIO
from simulator.history.options import Options
from simulator.history.pools import Given
from simulator.history.read import read_past
from simulator.history.replay import replay_of
from simulator.history.write import scenario_of, write_past
from simulator.results.record.read import read as read_run
from simulator.results.why import explain_task
from simulator.results.write import write as write_run
from simulator.scenario.format.parquet_columns import MEANT
from simulator.scenario.format.traces import TraceColumns
from simulator.workload.build import build
from tests.history.files import causes
from tests.scenario.files import job, pool, read

HEAD = "id,attempt,submit,duration,status,exit,after\n"


def replayed(directory: Path, *rows: str, outcomes: Any = "recorded") -> tuple[Any, dict[str, int]]:
    """Return the tasks of a simulation that replays a table, by id, and how often each cause was met."""
    (directory / "past.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows))
    past = read_past([directory / "past.csv"], Options(uses={"parents": "after"}))
    replay = replay_of(past, frozenset(), outcomes=outcomes)
    out = directory / outcomes
    write_past(past, replay, scenario_of(past, replay, Given(nodes=2, slots=1), "instant"), out)
    tasks = simulate(load(out / SCENARIO)).tasks
    return tasks.assign(id=tasks["id"].astype(str)).set_index("id"), causes(past)


def test_a_task_that_failed_fails_with_its_code(tmp_path: Path) -> None:
    tasks, found = replayed(tmp_path, "a,1,0,60,FAILED,137,", "b,1,0,30,COMPLETED,0,", "c,1,0,5,CANCELLED,,")
    assert tasks["succeeded"].to_dict() == {"a": False, "b": True, "c": False}
    assert tasks["exit_code"].to_dict() == {"a": 137, "b": 0, "c": 1}
    assert found["failed"] == 2
    tasks, found = replayed(tmp_path, "a,1,0,60,FAILED,137,", "b,1,0,30,COMPLETED,0,", outcomes="succeeded")
    assert tasks["succeeded"].all()
    assert found["made_good"] == 1


def test_a_task_is_retried_as_often_as_it_was(tmp_path: Path) -> None:
    tasks, found = replayed(
        tmp_path,
        "a,1,0,10,FAILED,3,",
        "a,2,0,20,FAILED,4,",
        "a,3,0,60,COMPLETED,0,",
        "b,1,0,10,FAILED,5,",
        "b,2,0,50,FAILED,6,",
        "c,1,0,40,EVICTED,,",
        "c,2,0,30,COMPLETED,0,",
    )
    assert tasks["retries"].to_dict() == {"a": 2, "b": 1, "c": 0}
    assert tasks["succeeded"].to_dict() == {"a": True, "b": False, "c": True}
    assert tasks["exit_code"].to_dict() == {"a": 0, "b": 6, "c": 0}
    assert tasks["end"]["b"] == 2 * 50
    assert {name: found[name] for name in ("attempts", "failed", "taken")} == {"attempts": 1, "failed": 1, "taken": 1}
    tasks, _ = replayed(tmp_path, "a,1,0,10,FAILED,3,", "a,2,0,20,COMPLETED,0,", outcomes="succeeded")
    assert tasks["retries"].to_dict() == {"a": 0}


def test_children_that_ran_although_a_parent_failed_run_again(tmp_path: Path) -> None:
    tasks, found = replayed(
        tmp_path, "a,1,0,60,FAILED,1,", "b,1,0,30,COMPLETED,0,", "c,1,0,5,COMPLETED,0,a b", "d,1,0,5,COMPLETED,0,a"
    )
    assert tasks["end"][["c", "d"]].tolist() == [35, 40]
    assert found["failed_parent"] == 2


def test_circles_and_parents_that_are_not_there_are_counted_with_their_rows(tmp_path: Path) -> None:
    rows = ["a,1,0,10,OK,0,c", "b,1,0,10,OK,0,a", "c,1,0,10,OK,0,b", "d,1,0,10,OK,0,ghost", "e,1,0,10,OK,0,e"]
    tasks, found = replayed(tmp_path, *rows)
    assert tasks["succeeded"].all()
    assert found["circle"] == 2
    assert found["unknown_parent"] == 1


TRACE = "id,submit,duration,after,code,fails,tries\n"


def scenario(directory: Path, *rows: str, **body: Any) -> Any:
    (directory / "t.csv").write_text(TRACE + "".join(f"{row}\n" for row in rows))
    source = {
        "trace": "t.csv",
        "columns": {
            "id": "id",
            "dependsOn": "after",
            "exitCode": "code",
            "failedAttempts": "fails",
            "maxTaskRetryCount": "tries",
        },
    }
    return read(directory, [pool(targetDedicatedNodes=1)], [job([source]) | {"usesTaskDependencies": True} | body])


def test_a_trace_states_how_its_attempts_end(tmp_path: Path) -> None:
    rows = ["a,0,10,,7,2,2", "b,0,10,,7,2,1", "c,0,10,,,1,", "d,0,10,,,,5", "e,0,10,,-9,-1,0"]
    tasks = simulate(scenario(tmp_path, *rows, constraints={"maxTaskRetryCount": 1})).tasks.set_index("id")
    assert tasks["succeeded"].to_dict() == {"a": True, "b": False, "c": True, "d": True, "e": False}
    assert tasks["retries"].to_dict() == {"a": 2, "b": 1, "c": 1, "d": 0, "e": 0}
    assert tasks["exit_code"].to_dict() == {"a": 0, "b": 7, "c": 0, "d": 0, "e": -9}


def test_every_attempt_fails_where_only_a_code_is_given(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("submit,duration,code\n0,10,0\n0,10,9\n")
    source = {"trace": "t.csv", "columns": {"exitCode": "code"}}
    body = job([source]) | {"constraints": {"maxTaskRetryCount": 3}}
    tasks = simulate(read(tmp_path, [pool(targetDedicatedNodes=1)], [body])).tasks
    assert tasks["succeeded"].tolist() == [True, False]
    assert tasks["retries"].tolist() == [0, 3]


@pytest.mark.parametrize("row", ["a,0,10,,x,,", "a,0,10,,0.5,,", "a,0,10,,,-2,", "a,0,10,,,,-2", "a,0,10,,4e9,,"])
def test_endings_that_are_no_whole_numbers_are_refused_with_their_line(tmp_path: Path, row: str) -> None:
    with pytest.raises(InputError, match=r"t\.csv:3: expected a (whole )?number"):
        build(scenario(tmp_path, "good,0,10,,,,", row), 0)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (["a,0,1,b,,,", "b,0,1,c,,,", "c,0,1,a,,,"], "in a circle, for ever: 'a' (row 1) for 'b' (row 2) for 'c'"),
        (["a,0,1,,,,", "b,0,1,a x,,,"], "that the file does not have: 'b' (row 2) for 'x'"),
    ],
)
def test_a_trace_whose_tasks_wait_for_ever_is_reported_with_rows(tmp_path: Path, rows: list[str], text: str) -> None:
    assert text in " ".join(one.message for one in scenario(tmp_path, *rows).warnings)


def test_parents_that_do_not_act_are_reported(tmp_path: Path) -> None:
    loaded = scenario(tmp_path, "a,0,1,,,,", "b,0,1,a,,,", usesTaskDependencies=False)
    (found,) = [one.message for one in loaded.warnings if "usesTaskDependencies" in one.message]
    assert found.startswith("no effect on 1 tasks with parents")
    assert not [one for one in scenario(tmp_path, "a,0,1,,,,", "b,0,1,a,,,").warnings if "wait" in one.message]


def test_why_knows_for_whom_tasks_of_a_trace_wait(tmp_path: Path) -> None:
    run = simulate(scenario(tmp_path, "a,0,60,,,,", "b,0,10,A,,,", "c,0,10,ghost,,,", "d,0,5,,3,,", "e,0,1,d,,,"))
    assert "waits for a" in str(explain_task(run, "j/b"))
    assert "ghost (which does not exist)" in str(explain_task(run, "j/c"))
    assert "d (which failed)" in str(explain_task(run, "j/e"))
    assert summarize(run)["tasks"]["unfinished"] == 2


def test_every_column_of_a_trace_may_stand_in_parquet() -> None:
    assert set(TraceColumns.model_fields) | {"keep"} == set(MEANT)


def test_why_finds_the_trace_of_a_saved_run_beside_it(tmp_path: Path) -> None:
    write_run(simulate(scenario(tmp_path, "a,0,60,,,,", "b,0,10,a,,,")), tmp_path / "out")
    assert "waits for a" in str(explain_task(read_run(tmp_path / "out"), "j/b"))
    (tmp_path / "t.csv").write_text(f"{TRACE}a,0,60,,,,\nb,0,10,,,,\n")
    with pytest.raises(InputError, match=r"t\.csv"):
        explain_task(read_run(tmp_path / "out"), "j/b")
