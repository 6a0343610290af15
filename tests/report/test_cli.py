"""`poolsight plot` and `poolsight trace` as people use them, and what they say when something is wrong."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.report.figures import pool_over_time
from simulator.report.looks.theme import save
from simulator.report.sources.figure_kinds import KINDS, RUN
from simulator.results.record.read import read
from simulator.results.write import write
from tests.command_line import app
from tests.report import runs


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("saved") / "run"
    write(runs.busy(), directory)
    return directory


def text(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, " ".join(result.output.split())


@pytest.mark.parametrize("kind", RUN)
def test_every_kind_is_drawn_from_a_directory(kind: str, saved: Path, tmp_path: Path) -> None:
    code, output = text("plot", saved, "--kind", kind, "-o", tmp_path / "picture.png")
    assert (code, output.endswith(KINDS[kind].meaning)) == (0, True)
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_same_run_gives_the_same_bytes_in_memory_and_from_disk(suffix: str, saved: Path, tmp_path: Path) -> None:
    save(pool_over_time(runs.busy()), tmp_path / f"a{suffix}")
    save(pool_over_time(read(saved)), tmp_path / f"b{suffix}")
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
    assert b"Date" not in (tmp_path / f"a{suffix}").read_bytes()


def test_options_reach_the_picture(saved: Path, tmp_path: Path) -> None:
    options = ("--time-zone", "Asia/Tokyo", "--nights", "--pool", "p", "--dark")
    assert text("plot", saved, *options, "-o", tmp_path / "a.svg")[0] == 0
    assert text("plot", saved, "--kind", "slots", "--at", "2m", "--by", "job", "-o", tmp_path / "b.png")[0] == 0
    assert (tmp_path / "a.svg").read_text().count("<svg") == 1


def test_every_problem_is_reported_at_once_and_nothing_is_written(saved: Path, tmp_path: Path) -> None:
    wrong = ("--kind", "ledger", "--at", "5d", "--time-zone", "Mars/Base", "--pool", "x", "-o", tmp_path / "a.bmp")
    code, output = text("plot", saved, *wrong)
    assert code == 2
    for part in (
        ".png, .svg, .pdf",
        "--at: means nothing for ledger; it is for slots",
        "Mars/Base",
        "there is no pool 'x'",
    ):
        assert part in output, part
    assert "lies outside of the run, which ends after 15 min" in output
    assert list(tmp_path.iterdir()) == []


def test_unknown_kinds_and_missing_directories_are_reported(tmp_path: Path) -> None:
    code, output = text("plot", tmp_path / "nowhere", "--kind", "pie")
    assert code == 2
    assert "there is no picture 'pie'; known are pool, gantt, ledger, queue, slots" in output
    assert "nowhere: does not exist; expected the directory of 'poolsight run --out'" in output
    code, output = text("trace", tmp_path, "-o", tmp_path / "x.txt")
    assert code == 2
    assert "holds no manifest.json" in output
    assert "expected a name that ends in .json or .json.gz" in output


def test_a_damaged_directory_is_reported(saved: Path, tmp_path: Path) -> None:
    for file in saved.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "pool_timeline.parquet").write_bytes(b"not a table")
    code, output = text("plot", tmp_path, "-o", tmp_path / "a.png")
    assert code == 2
    assert "pool_timeline.parquet: cannot be read as Parquet" in output
    (tmp_path / "nodes.parquet").unlink()
    code, output = text("trace", tmp_path, "-o", tmp_path / "a.json")
    assert code == 2
    assert "nodes.parquet: is missing" in output
    (tmp_path / "manifest.json").write_text("{")
    (tmp_path / "nodes.parquet").write_bytes((saved / "nodes.parquet").read_bytes())
    code, output = text("trace", tmp_path, "-o", tmp_path / "a.json")
    assert code == 2
    assert "manifest.json:1: not valid JSON" in output


def test_a_trace_is_written(saved: Path, tmp_path: Path) -> None:
    code, output = text("trace", saved, "-o", tmp_path / "run.json")
    assert code == 0
    events = json.loads((tmp_path / "run.json").read_text())["traceEvents"]
    assert f"{len(events):,} events" in output


def test_a_window_of_a_trace_is_asked_for(saved: Path, tmp_path: Path) -> None:
    counts, early, later = [], f"{read(saved).end / 4:.0f}s", f"{read(saved).end / 2:.0f}s"
    for options in ((), ("--to", early), ("--from", early, "--to", later)):
        code, _ = text("trace", saved, "-o", tmp_path / "run.json", *options)
        assert code == 0
        counts.append(len(json.loads((tmp_path / "run.json").read_text())["traceEvents"]))
    assert 0 < counts[1] < counts[0]
    assert 0 < counts[2] < counts[0]
    code, output = text("trace", saved, "-o", tmp_path / "run.json", "--from", later, "--to", later)
    assert (code, "--to: expected an instant after that of --from" in output) == (2, True)
    code, output = text("trace", saved, "-o", tmp_path / "run.json", "--from", "9999h")
    assert (code, "--from: lies outside of the run" in output) == (2, True)


def test_of_a_run_too_large_for_a_viewer_the_beginning_is_traced(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.report.chrome_trace.MOST", 10)
    code, output = text("trace", saved, "-o", tmp_path / "run.json")
    assert code == 0
    assert "has the first" in output
    whole = read(saved).frame("attempts")
    tenth = whole["assigned"].sort_values().iloc[9]
    seen = whole[whole["assigned"] <= tenth]["task"].nunique()
    events = json.loads((tmp_path / "run.json").read_text())["traceEvents"]
    tasks = {(event["args"]["job"], event["name"]) for event in events if event.get("cat") == "task"}
    assert len(tasks) == seen < whole["task"].nunique()


def test_a_saved_run_has_the_frames_of_the_recording(saved: Path) -> None:
    found, made = read(saved), runs.busy()
    assert (found.name, found.origin, found.end) == (made.name, made.origin, made.end)
    for name in ("tasks", "attempts", "node_states", "ledger"):
        assert found.frame(name).equals(made.frame(name)), name
    assert found.summary["tasks"]["submitted"] == 70
