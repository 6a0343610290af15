"""Sweeps: every trial once, whoever runs them and however often they are interrupted."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from simulator.errors import InputError
from simulator.experiment import load_experiment, replicate, summary, sweep
from simulator.experiment.axes import Cell
from simulator.experiment.store import Store
from simulator.experiment.summary import axis_columns, measure_columns
from simulator.experiment.sweep import ASSUMPTIONS, Experiment
from simulator.experiment.trial import Outcome, Trial, Wanted, failed
from simulator.report.sources.study import read_study
from tests.command_line import app
from tests.experiment.files import SMALL, experiment
from tests.experiment.interrupted import PART_ROWS

ROOT = Path(__file__).parents[2]


def poolsight(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def query(text: str, directory: Path) -> list[tuple[Any, ...]]:
    found = duckdb.sql(text.format(directory))
    assert found is not None
    return found.fetchall()


def test_a_directory_holds_the_same_rows_as_memory_and_duckdb_reads_it(tmp_path: Path) -> None:
    made = load_experiment(experiment(tmp_path))
    frame = sweep(made, workers=1)
    kept = sweep(made, tmp_path / "out", workers=1)
    pd.testing.assert_frame_equal(frame, kept)
    assert len(frame) == 3 * 2 * 4
    assert axis_columns(frame) == ["pools.0.targetDedicatedNodes", "slots"]
    assert measure_columns(frame) == ["cost", "makespan", "useful", "billed_hours"]
    by_slots = query("SELECT slots, avg(cost) FROM '{}/trials/*.parquet' GROUP BY 1 ORDER BY 1", tmp_path / "out")
    assert [slots for slots, _ in by_slots] == [1, 2]
    assert by_slots[1][1] < by_slots[0][1], "two slots a node cost less"


def test_summaries_have_an_interval_around_each_mean(tmp_path: Path) -> None:
    found = summary(sweep(load_experiment(experiment(tmp_path)), workers=1))
    assert list(found["cell"]) == [0, 1, 2, 3, 4, 5]
    assert (found["replications"] == 4).all()
    assert (found["failed"] == 0).all()
    for name in ("cost", "makespan", "useful"):
        assert (found[f"{name}_low"] <= found[name]).all()
        assert (found[name] <= found[f"{name}_high"]).all()


def test_tables_of_single_runs_are_kept_where_asked_for(tmp_path: Path) -> None:
    text = SMALL.replace("replications: 4", "replications: 2\ntables: [nodes]")
    sweep(load_experiment(experiment(tmp_path, text)), tmp_path / "out", workers=1)
    text = "SELECT cell, replication, count(*) FROM '{}/tables/nodes/*.parquet' GROUP BY ALL ORDER BY ALL"
    counted = query(text, tmp_path / "out")
    assert counted[:3] == [(0, 0, 1), (0, 1, 1), (1, 0, 1)]
    assert counted[-1] == (5, 1, 4)


def test_what_is_there_is_not_run_again_and_more_replications_are_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = load_experiment(experiment(tmp_path, SMALL.replace("replications: 4", "replications: 2")))
    sweep(few, tmp_path / "out", workers=1)
    more = load_experiment(experiment(tmp_path))
    ran: list[tuple[int, int]] = []
    frame = sweep(
        more, tmp_path / "out", workers=1, on_outcome=lambda _, outcome: ran.append(outcome.key) if outcome else None
    )
    assert {replication for _, replication in ran} == {2, 3}
    pd.testing.assert_frame_equal(frame, sweep(more, workers=1))
    monkeypatch.setattr(import_module("simulator.experiment.sweep"), "run_trials", None)
    pd.testing.assert_frame_equal(frame, sweep(more, tmp_path / "out"))


def test_fewer_replications_than_are_there_are_what_was_asked_for(tmp_path: Path) -> None:
    """The same rows as in memory; what is there stays, and the manifest says what that is."""
    sweep(load_experiment(experiment(tmp_path)), tmp_path / "out", workers=1)
    few = load_experiment(experiment(tmp_path, SMALL.replace("replications: 4", "replications: 2")))
    counts: list[int] = []
    frame = sweep(few, tmp_path / "out", workers=1, on_outcome=lambda count, _: counts.append(count))
    pd.testing.assert_frame_equal(frame, sweep(few, workers=1))
    assert counts == [12], "nothing is run again"
    output = poolsight("sweep", tmp_path / "experiment.yaml", "--out", tmp_path / "out", "--json").stdout
    assert (json.loads(output)["trials"], json.loads(output)["cells"][0]["replications"]) == (12, 2)
    assert query("SELECT count(*) FROM '{}/trials/*.parquet'", tmp_path / "out") == [(24,)]
    assert json.loads((tmp_path / "out/manifest.json").read_text())["replications"] == 4


def test_a_sweep_that_was_killed_before_its_manifest_was_there_can_be_begun_again(tmp_path: Path) -> None:
    some, made = cells(1)
    directory = tmp_path / "out"
    (directory / "trials").mkdir(parents=True)
    for name in (".lock", ".manifest.json.tmp"):
        (directory / name).write_text("")
    store = Store.open(directory, some, made.wanted, {})
    assert (directory / "manifest.json").exists()
    store.close()
    other = tmp_path / "other"
    (other / "trials").mkdir(parents=True)
    (other / "trials" / "mine.parquet").write_text("")
    with pytest.raises(InputError, match="is not the directory of a sweep"):
        Store.open(other, some, made.wanted, {})


RULE = "replications: auto\nstopping: {precision: 0.13, cap: 30, measures: [makespan]}"
AUTO = SMALL.replace("replications: 4", RULE)


def test_each_cell_of_a_sweep_has_as_many_replications_as_it_needs(tmp_path: Path) -> None:
    """By the rule of `--replications auto`: the same numbers, cell by cell; the cap is said where it came first."""
    made = load_experiment(experiment(tmp_path, AUTO))
    frame = sweep(made, workers=1)
    counts = frame.groupby("cell").size().tolist()
    alone = [replicate(cell.scenario, precision=0.13, measures=["makespan"], cap=30, workers=1) for cell in made.cells]
    assert counts == [one.count for one in alone]
    assert len(set(counts)) > 1
    for cell, one in enumerate(alone):
        expected = one.values["makespan"]  # noqa: PD011 - not of pandas
        assert frame[frame["cell"] == cell]["makespan"].tolist() == expected.tolist()
    answer = json.loads(poolsight("sweep", tmp_path / "experiment.yaml", "--workers", 1, "--json").stdout)
    assert answer["replications"] == "auto"
    assert len(answer["not_reached"]) == sum(not one.reached for one in alone)
    message = poolsight("sweep", tmp_path / "experiment.yaml", "--workers", 1).stdout
    assert f"{min(counts)} to {max(counts)} replications each for 13 % precision of makespan" in message


def test_an_interrupted_sweep_of_auto_ends_with_the_same_rows(tmp_path: Path) -> None:
    made = load_experiment(experiment(tmp_path, AUTO))
    whole = sweep(made, tmp_path / "whole", workers=1)
    for stop_at in (7, 63):
        asked = iter([False] * stop_at)
        with pytest.raises(KeyboardInterrupt):
            sweep(made, tmp_path / "out", workers=1, stop=partial(next, asked, True))
    again = sweep(made, tmp_path / "out", workers=1)
    pd.testing.assert_frame_equal(whole, again)
    first, second = (tmp_path / name / "trials" / "trials.parquet" for name in ("whole", "out"))
    assert first.read_bytes() == second.read_bytes()


def test_a_cell_that_always_fails_is_not_tried_until_the_cap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = load_experiment(experiment(tmp_path, AUTO))
    ran: list[tuple[int, int]] = []

    def always_failing(trials: list[Trial], wanted: Wanted, **_: object) -> Iterator[Outcome]:
        for trial in trials:
            ran.append(trial.key)
            yield failed(*trial.key, wanted, ValueError("no data"))

    monkeypatch.setattr(import_module("simulator.experiment.sweep"), "run_trials", always_failing)
    frame = sweep(made)
    assert len(frame) == len(ran) == 6 * 20
    assert frame["error_type"].eq("ValueError").all()


def interrupted(which: str, when: str, name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command that interrupts itself before or after a file or folder gets its name."""
    command = [sys.executable, "-m", "tests.experiment.interrupted", which, when, name, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_killed_sweep_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    """Killed between two parts, within a part and in the merge, then to the end: none is lost, none there twice."""
    file = experiment(tmp_path, SMALL.replace("replications: 4", "replications: 12"), scale=0.05)
    sweep(load_experiment(file), tmp_path / "whole", workers=1)
    trials = tmp_path / "out" / "trials"
    for workers, when, name, kept in (
        (1, "after", "part-00002.parquet", 2 * PART_ROWS),
        (2, "before", "part-00004.parquet", 3 * PART_ROWS),
        (2, "after", "trials.old", 6 * 12),
    ):
        ended = interrupted("SIGKILL", when, name, "sweep", file, "--out", tmp_path / "out", "--workers", workers)
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        folder = trials if trials.exists() else trials.with_suffix(".new")
        assert query("SELECT count(*) FROM '{}/*.parquet'", folder) == [(kept,)]
    assert poolsight("sweep", file, "--out", tmp_path / "out").exit_code == 0
    whole, resumed = (tmp_path / name / "trials" / "trials.parquet" for name in ("whole", "out"))
    assert [path.name for path in resumed.parent.iterdir()] == ["trials.parquet"]
    assert whole.read_bytes() == resumed.read_bytes()
    assert (tmp_path / "whole/manifest.json").read_text() == (tmp_path / "out/manifest.json").read_text()


def cells(count: int) -> tuple[list[Cell], Experiment]:
    made = Experiment("e", None, tuple(Cell(i, {"n": i}, None) for i in range(count)), 1, Wanted(("cost",)), ("cost",))  # type: ignore[arg-type]
    return list(made.cells), made


def test_a_merge_that_is_killed_anywhere_loses_nothing(tmp_path: Path) -> None:
    some, made = cells(3)
    identity = {"cells_sha256": "x"}

    def opened() -> Store:
        return Store.open(tmp_path / "out", some, made.wanted, identity)

    store = opened()
    store.add(Outcome(0, 0, {"cost": 1.0}))
    store.close()
    trials, new, old = (tmp_path / "out" / name for name in ("trials", "trials.new", "trials.old"))
    new.mkdir()  # killed before the new file was whole
    store = opened()
    assert store.done == {(0, 0)}
    store.close()
    shutil.copytree(trials, new)
    trials.rename(old)  # killed between the two renames
    store = opened()
    assert store.done == {(0, 0)}
    assert not new.exists()
    assert not old.exists()
    store.close()


def test_failed_trials_are_rows_and_can_be_tried_again(tmp_path: Path) -> None:
    some, made = cells(2)
    identity = {"cells_sha256": "x"}
    store = Store.open(tmp_path / "out", some, made.wanted, identity)
    store.add(failed(0, 0, made.wanted, ValueError("no data")))
    store.add(Outcome(1, 0, {"cost": 2.0}))
    store.finish()
    frame = store.frame()
    store.close()
    assert frame["error_type"].tolist()[0] == "ValueError"
    assert np.isnan(frame["cost"][0])
    assert summary(frame)["failed"].tolist() == [1, 0]
    again = Store.open(tmp_path / "out", some, made.wanted, identity, retry_failed=True)
    assert again.done == {(1, 0)}
    again.close()


def test_directories_of_others_are_refused(tmp_path: Path) -> None:
    file = experiment(tmp_path)
    assert poolsight("sweep", file, "--out", tmp_path / "out", "--workers", 1).exit_code == 0
    other = experiment(tmp_path, SMALL.replace("[1, 2, 4]", "[1, 2, 5]"))
    result = poolsight("sweep", other, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "holds another experiment (other cells_sha256" in result.stderr
    foreign = tmp_path / "mine"
    foreign.mkdir()
    (foreign / "thesis.tex").write_text("")
    result = poolsight("sweep", file, "--out", foreign)
    assert result.exit_code == 2
    assert "is not the directory of a sweep" in result.stderr
    assert [path.name for path in foreign.iterdir()] == ["thesis.tex"]


def test_only_one_sweep_works_in_a_directory(tmp_path: Path) -> None:
    some, made = cells(1)
    store = Store.open(tmp_path / "out", some, made.wanted, {})
    with pytest.raises(InputError, match="another sweep is at work"):
        Store.open(tmp_path / "out", some, made.wanted, {})
    store.close()
    Store.open(tmp_path / "out", some, made.wanted, {}).close()


def test_the_command_prints_a_table_and_json(tmp_path: Path) -> None:
    file = experiment(tmp_path)
    message = poolsight("sweep", file, "--workers", 1).stdout
    assert message.startswith("6 cells, 4 replications each")
    assert "targetDedicatedNodes" in message
    assert "billed" not in message.replace("billed time", ""), "the denominator of a ratio is not shown"
    answer = json.loads(poolsight("sweep", file, "--workers", 1, "--json").stdout)
    assert answer["trials"] == 24
    first = answer["cells"][0]
    assert first["cost_low"] <= first["cost"] <= first["cost_high"]


def test_ctrl_c_leaves_a_directory_to_go_on_from(tmp_path: Path) -> None:
    file = experiment(tmp_path, SMALL.replace("replications: 4", "replications: 200"))
    command = ("sweep", file, "--out", tmp_path / "out", "--workers", 2)
    ended = interrupted("SIGINT", "after", "part-00001.parquet", *command)
    assert ended.returncode == 130, ended.stderr
    assert "kept in" in ended.stderr
    assert "Traceback" not in ended.stderr
    text = "SELECT count(*), count(DISTINCT (cell, replication)) FROM '{}/trials/*.parquet'"
    ((count, distinct),) = query(text, tmp_path / "out")
    assert PART_ROWS <= count == distinct < 6 * 200


def test_what_acted_in_some_cells_alone_is_stated_with_them(tmp_path: Path) -> None:
    """An option that the sweep varies holds where it is set, also in a sweep that is taken up again, and its report."""
    text = "axes:\n  billing: {path: options.billingGranularity, values: [second, hour]}\nreplications: 1\n"
    made = load_experiment(experiment(tmp_path, text))
    line = "option billingGranularity: hour (cell 1 only)"
    for kept in (None, tmp_path / "out", tmp_path / "out"):
        lines = sweep(made, kept, workers=1).attrs[ASSUMPTIONS]
        assert line in lines
        assert any(one.startswith("timings") and "only" not in one for one in lines)
    assert line in read_study(tmp_path / "out").assumptions
