"""`poolsight import` as a command: what it prints, writes and refuses, and with which exit code."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.command_line import app
from tests.history import files
from tests.history.files import azure_task


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["import", *map(str, arguments)])


def put(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of files of several kinds, one of them packed and one that nobody knows."""
    put(tmp_path / "in" / "tasks.json", [azure_task("a"), azure_task("b", end=None)])
    put(tmp_path / "in" / "pools" / "pool.json", files.POOL)
    put(tmp_path / "in" / "notes", "nothing but words\n")
    put(tmp_path / "in" / ".hidden", "never looked at\n")
    put(tmp_path / "in" / "subtasks.json", [{"id": 1, "startTime": "2026-03-02T07:00:00Z", "nodeInfo": {}}])
    (tmp_path / "in" / "nodes.gz").write_bytes(gzip.compress(json.dumps([files.NODE]).encode()))
    return tmp_path / "in"


def test_a_folder_becomes_a_scenario(folder: Path) -> None:
    out = folder.parent / "out"
    result = invoke(folder, "--out", out)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("1 of 2 tasks are replayed, which came and ran within 3 min.\n")
    for words in ("as azure-tasks", "as azure-pools", "as azure-nodes", "1 files in folders that no reader knows"):
        assert words in " ".join(result.output.split())
    assert "not read; `az batch task list`" in result.output
    assert sorted(path.name for path in out.iterdir()) == [
        *("import.md", "nodes.parquet", "pools.parquet", "scenario.yaml", "tasks.parquet", "trace.parquet"),
    ]
    assert CliRunner().invoke(app, ["run", str(out / "scenario.yaml")]).exit_code == 0


def test_the_same_as_one_object(folder: Path) -> None:
    answer = json.loads(invoke(folder, "--json").output)
    assert (answer["tasks"], answer["replayed"], answer["pools"]) == (2, 1, ["farm"])
    assert answer["origin"] == "2026-03-02T06:00:00Z"
    assert {entry["cause"] for entry in answer["entries"]} == {"running", "no_format"}
    assert not (folder.parent / "out").exists()


def test_a_directory_is_replaced_only_where_an_import_wrote_it(folder: Path) -> None:
    out = folder.parent / "out"
    assert invoke(folder, "--out", out).exit_code == 0
    again = invoke(folder, "--out", out)
    assert again.exit_code == 2
    assert "exists, and --force replaces it; name another directory" in again.output
    (out / "mine.txt").write_text("kept until then")
    assert invoke(folder, "--out", out, "--force", "--only", "succeeded").exit_code == 0
    assert not (out / "mine.txt").exists()
    other = put(folder.parent / "other" / "mine.txt", "kept").parent
    refused = invoke(folder, "--out", other, "--force")
    assert refused.exit_code == 2
    assert "exists, and no import wrote it; name another directory" in refused.output
    assert (other / "mine.txt").read_text() == "kept"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "expected a file or a folder; poolsight import --formats lists what is read"),
        (["absent.json"], "absent.json: cannot be read: No such file or directory"),
        (["notes"], "notes: its format is not recognised"),
        (["table", "--map", "created=nowhere"], "has no column 'nowhere', but id, submit, duration"),
        (["table", "--map", "colour=id"], "--map: expected USE=COLUMN, with one of job, task"),
        (["table", "--format", "csv"], "--format: expected azure-events"),
        (["table", "--outcomes", "none", "--date-order", "x"], "--outcomes: expected recorded, succeeded, not 'none'"),
        (["table", "--time-zone", "Mars/Base"], "--time-zone: expected a zone like Europe/Berlin or UTC"),
        (["table", "--only", "done"], "--only: expected cancelled, failed"),
        (["table", "--columns", "id,submit"], "columns"),
        (["table", "--format", "swf"], "table:1:1: expected 18 numbers, found 1"),
        (["zip"], "zip: a zip archive or a workbook of Excel: not read; unpack it"),
    ],
)
def test_what_cannot_be_done_is_refused(tmp_path: Path, arguments: list[str], text: str) -> None:
    put(tmp_path / "notes", "nothing but words\n")
    put(tmp_path / "table", "id,submit,duration\na,0,5\n")
    (tmp_path / "zip").write_bytes(b"PK\x03\x04")
    names = ("absent.json", "notes", "table", "zip")
    result = invoke(*(tmp_path / one if one in names else one for one in arguments))
    assert result.exit_code == 2
    assert text in result.output.replace(f"{tmp_path}/", "")


def test_tasks_of_which_none_can_be_replayed_are_no_failure(tmp_path: Path) -> None:
    result = invoke(put(tmp_path / "waiting.json", [azure_task("a", None, None)]))
    assert result.exit_code == 0
    assert result.output.startswith("None of 1 tasks can be replayed.\n")


def test_what_another_command_prints_is_read() -> None:
    """A shell passes `<(az batch task list …)` as a pipe under /dev/fd."""
    reads, writes = os.pipe()
    os.write(writes, json.dumps([azure_task("a")]).encode())
    os.close(writes)
    result = invoke(f"/dev/fd/{reads}")
    os.close(reads)
    assert result.output.startswith("1 of 1 tasks are replayed")


def test_formats_are_listed() -> None:
    lines = invoke("--formats").output.splitlines()
    assert lines[0].startswith("azure-events")
    assert any(line.startswith("wfformat") for line in lines)


PRIVATE = "hunter2"


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ([azure_task(f"{PRIVATE}-a"), azure_task(f"{PRIVATE}-b", None, None)], ()),
        (f"1 0 0 {PRIVATE} 1 -1 -1 1 -1 -1 1 1 1 1 1 1 -1 -1\n", ("--format", "swf")),
        (f"1 0 {PRIVATE}\n", ("--format", "swf")),
        (f"{PRIVATE} and other words\n", ()),
        (f"id,submit,duration\n{PRIVATE},soon,5\n", ()),
        ([azure_task(PRIVATE) | {"dependsOn": {"taskIds": [f"{PRIVATE}2"]}}], ()),
    ],
)
def test_nothing_private_is_printed(tmp_path: Path, content: Any, options: tuple[str, ...]) -> None:
    path = put(tmp_path / f"{PRIVATE}.txt", content)
    for extra in ((), ("--json",), ("--out", tmp_path / "out")):
        result = invoke(path, "--anonymise", *options, *extra)
        assert PRIVATE not in result.output, result.output
        assert result.exit_code in (0, 2)
