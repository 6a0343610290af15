"""Tables hold what the run did, in the types that the documentation says, and are written whole or not at all."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator import InputError, Recording, Scenario, Simulation, simulate
from simulator.results.answer.metrics import summarize
from simulator.results.record.table_schema import TABLES, Table
from simulator.results.write import prepare, write
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario
from tests.features import story

TYPES = {
    "int": pa.types.is_integer,
    "float": pa.types.is_floating,
    "bool": pa.types.is_boolean,
    "text": pa.types.is_string,
    "category": pa.types.is_dictionary,
}


@pytest.fixture(scope="module")
def run() -> Recording:
    body = pool(
        targetDedicatedNodes=2,
        targetLowPriorityNodes=2,
        taskSlotsPerNode=2,
        simulation={
            "timing": {"starting": "20s", "recoveryDelay": "30s"},
            "preemption": {"model": "hazard", "ratePerHour": 20},
        },
    )
    work = job(60, {"exponential": {"mean": "40s"}}, failureProbability=0.2, arrivals={"poisson": {"ratePerHour": 600}})
    return check(simulate(scenario([body], [work])))


@pytest.mark.parametrize("described", TABLES, ids=lambda table: table.name)
def test_tables_have_the_columns_and_types_of_the_schema(run: Recording, described: object) -> None:
    table = next(table for table in TABLES if table is described)
    made = run.table(table.name)
    empty = ("evaluations", "memory_excess", "node_tasks", "operations", "start_tasks")
    assert made.num_rows > 0 or table.name in empty
    assert made.column_names == [column.name for column in table.columns]
    for column in table.columns:
        assert TYPES[column.kind](made.schema.field(column.name).type), column.name


@pytest.mark.parametrize("described", TABLES, ids=lambda table: table.name)
def test_frames_are_what_a_reader_of_the_files_gets(run: Recording, described: Table) -> None:
    """They are made without Arrow, which a small installation lacks."""
    pd.testing.assert_frame_equal(run.frame(described.name), run.table(described.name).to_pandas(), check_exact=True)


def test_frames_name_tasks_that_were_added_out_of_order() -> None:
    late = job(3, "40s", arrivals={"times": ["5m", "6m", "7m"]})
    made = simulate(scenario([pool(targetDedicatedNodes=1)], [late, {**job(3, "40s"), "id": "early"}]))
    assert made.workload.names.order is not None
    pd.testing.assert_frame_equal(made.tasks, made.table("tasks").to_pandas(), check_exact=True)


def test_running_states_are_when_tasks_are_there(run: Recording) -> None:
    states, attempts = run.node_states, run.attempts
    for node, rows in states.groupby("node", observed=True):
        mine = attempts[attempts["node"] == node]
        assert (rows["start"].iloc[1:].to_numpy() == rows["end"].iloc[:-1].to_numpy()).all()
        for state, start, end in rows[["state", "start", "end"]].itertuples(index=False):
            overlap = ((mine["assigned"] < end) & (mine["end"] > start)).any()
            if state in ("idle", "running") and end > start:
                assert overlap == (state == "running")


def test_the_timeline_agrees_with_a_count_of_tasks(run: Recording) -> None:
    tasks, attempts = run.tasks, run.attempts
    for time, queued, running in (
        run.pool_timeline[["time", "queued_tasks", "running_tasks"]].iloc[::7].itertuples(index=False)
    ):
        there = ((attempts["assigned"] <= time) & (attempts["end"] > time)).sum()
        submitted = (tasks["submit"] <= time).sum()
        completed = (tasks["end"] <= time).sum()
        assert running == there
        assert queued == submitted - completed - there


def test_a_directory_holds_everything_and_the_same_run_gives_the_same_bytes(run: Recording, tmp_path: Path) -> None:
    again = simulate(run.scenario)
    write(run, tmp_path / "a")
    write(again, tmp_path / "b")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    beside = ["manifest.json", "scenario.json", "summary.json"]
    assert names == sorted([*(f"{table.name}.parquet" for table in TABLES), *beside])
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert pd.read_parquet(tmp_path / "a" / "tasks.parquet").equals(run.tasks)
    assert pq.read_metadata(tmp_path / "a" / "attempts.parquet").num_rows == len(run.attempts)


def test_an_existing_directory_is_kept_unless_forced(run: Recording, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(run, out)
    with pytest.raises(InputError, match="exists"):
        prepare(out)
    prepare(out, force=True)
    write(run, out, force=True)
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    (foreign / "chapter.tex").write_text("years of work")
    with pytest.raises(InputError, match="not replaced even with --force"):
        prepare(foreign, force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "thesis"]


@pytest.mark.parametrize("beside", ["thesis.tex", "manifest.json"])
def test_force_never_takes_somebody_elses_files(run: Recording, tmp_path: Path, beside: str) -> None:
    """A `manifest.json` alone is no proof: many programs write one."""
    out = tmp_path / "out"
    out.mkdir()
    (out / beside).write_text("{}")
    (out / "years.txt").write_text("of work")
    with pytest.raises(InputError, match="not replaced even with --force"):
        prepare(out, force=True)
    with pytest.raises(InputError, match="not replaced even with --force"):
        write(run, out, force=True)
    assert (out / "years.txt").read_text() == "of work"


def test_writing_over_a_directory_needs_force_even_if_it_is_empty(run: Recording, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="exists"):
        write(run, tmp_path / "out")
    write(run, tmp_path / "out", force=True)
    assert (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize("exception", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_write_leaves_the_old_result_and_nothing_else(
    run: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exception: BaseException
) -> None:
    out = tmp_path / "out"
    write(run, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def fail(*_: object, **__: object) -> None:
        raise exception

    monkeypatch.setattr("simulator.results.write._write_json", fail)
    with pytest.raises((InputError, KeyboardInterrupt)):
        write(run, out, force=True)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_old_result_comes_back_if_the_new_one_cannot_take_its_place(
    run: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write(run, out)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(InputError, match="Permission denied"):
        write(run, out, force=True)
    assert (out / "manifest.json").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_looking_before_the_run_leaves_nothing(tmp_path: Path) -> None:
    prepare(tmp_path / "a" / "b" / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        prepare(tmp_path / "file" / "out")


def test_the_answer_is_json_without_surprises(run: Recording) -> None:
    summary = summarize(run)
    text = json.dumps(summary.as_dict(), allow_nan=False)
    for key in ("tasks", "makespan_s", "queue_time_s", "utilization", "nodes", "ledger_node_s", "cost", "manifest"):
        assert key in text
    assert summary["tasks"]["submitted"] == 60
    assert set(summary["queue_time_s"]) == {"mean", "p50", "p95", "p99", "max"}
    assert summary["manifest"]["complete"]


def test_an_answer_of_nothing_has_no_numbers_made_up() -> None:
    summary = summarize(check(simulate(scenario([pool()], [job(2, "60s")]))))
    assert summary["makespan_s"] is None
    assert summary["queue_time_s"] is None
    assert set(summary["utilization"].values()) == {None}
    assert summary["cost"]["total"] == 0
    assert summary["tasks"]["unfinished_why"] == {"no node in service when the run ended: the pool's targets are 0": 2}


@pytest.mark.parametrize(
    ("group", "why"),
    [
        ({"requiredSlots": 2}, "needs more slots than any node of its pool has"),
        ({"memory": 9}, "needs more memory than any node of its pool has"),
        ({"cores": 3}, "needs more cores than any node of its pool has"),
        ({"numberOfInstances": 2}, "needs several nodes at once, which its pool never gives"),
    ],
)
def test_why_a_task_never_ran(group: dict[str, Any], why: str) -> None:
    two_slots = {"enableInterNodeCommunication": True, "taskSlotsPerNode": 2} if "numberOfInstances" in group else {}
    run = check(simulate(scenario([pool(targetDedicatedNodes=1, **two_slots)], [job(1, "60s", **group)])))
    assert run.tasks["unfinished_why"].tolist() == [why]


def test_an_interrupted_run_is_marked() -> None:
    simulation = Simulation(scenario([pool(targetDedicatedNodes=1)], [job(5, "60s")]))
    simulation.advance(90)
    summary = summarize(check(simulation.recording()))
    assert not summary["manifest"]["complete"]
    assert summary["stopped"] == "interrupted"
    assert summary["tasks"]["unfinished_why"] == {
        "still running when the run ended": 1,
        "queued when the run ended": 3,
    }


def test_the_scenario_beside_the_tables_is_the_one_that_ran(run: Recording, tmp_path: Path) -> None:
    write(run, tmp_path / "out")
    again = Scenario.model_validate(json.loads((tmp_path / "out" / "scenario.json").read_text()))
    assert again == run.scenario


def test_pools_know_when_they_came_and_went() -> None:
    mine = {"autoPoolIdPrefix": "a", "pool": {**pool(targetDedicatedNodes=1), "id": "own"}}
    owner = job(1, "60s", "k")
    owner["poolInfo"] = {"autoPoolSpecification": mine}
    owner["simulation"]["createdAt"] = "100s"
    owner["onAllTasksComplete"] = "terminatejob"
    made = check(simulate(scenario([pool(targetDedicatedNodes=1)], [job(1, "60s"), owner])))
    rows = made.pools[["pool", "auto_pool", "created", "deleted", "gone"]].to_numpy().tolist()
    assert rows[1] == ["a_k", True, 100.0, 160.0, 160.0]
    assert rows[0][:3] == ["p", False, 0.0]
    assert made.pools["gone"].isna().tolist() == [True, False]


@pytest.mark.parametrize("error", ["preProcessingError", "fileUploadError"])
def test_a_task_with_an_error_beside_its_process_keeps_its_own_duration_and_retries(error: str) -> None:
    constraints = {"maxTaskRetryCount": 3}
    listed = [story.task("t", "90s", simulation={"error": error}), story.task("u", "30s", constraints=constraints)]
    listed.append(
        story.task("v", {"exponential": {"mean": "5m"}}, simulation={"error": error}, constraints=constraints)
    )
    made = story.run(story.pool(nodes=1), story.job(tasks=listed, constraints={"maxTaskRetryCount": 2}))
    rows = made.tasks.set_index("id")
    assert rows["max_retries"].to_dict() == {"t": 2, "u": 3, "v": 3}
    assert rows["duration"][["t", "u"]].tolist() == [90, 30]
    assert rows["duration"]["v"] > 0
    assert rows["retries"].tolist() == [0, 0, 0]
    ran = 0.0 if error == "preProcessingError" else 90.0
    assert rows["end"]["t"] - rows["last_start"]["t"] == ran
