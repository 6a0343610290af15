"""A saved run that somebody has changed is no defect of the program, and only our own files are replaced."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from simulator.errors import InputError
from simulator.results.record.integrity import understood
from simulator.results.record.read import read
from tests.command_line import app

FIRST = Path(__file__).parents[2] / "scenarios" / "first_pool.yaml"


def poolsight(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("saved") / "run"
    assert poolsight("run", FIRST, "--out", directory).exit_code == 0
    return directory


@pytest.fixture
def run(saved: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "run"
    copy.mkdir()
    for path in saved.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy


def text_for_numbers(path: Path) -> None:
    table = pq.read_table(path)
    place = table.column_names.index("end")
    pq.write_table(table.set_column(place, "end", pa.array(["late"] * len(table))), path)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:500])


def empty_object(path: Path) -> None:
    path.write_text("{}")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("attempts.parquet", text_for_numbers),
        ("attempts.parquet", truncate),
        ("summary.json", empty_object),
    ],
)
def test_a_file_that_has_changed_is_named(run: Path, tmp_path: Path, name: str, change: Callable[[Path], None]) -> None:
    change(run / name)
    ended = poolsight("report", run, "-o", tmp_path / "page.html")
    assert ended.exit_code == 2
    assert name in ended.stderr.replace("\n", "")


def test_a_failure_on_a_run_that_nobody_has_changed_is_a_defect(run: Path) -> None:
    with pytest.raises(KeyError), understood(run):
        raise KeyError("nobody's fault but ours")


def test_a_failure_on_a_run_of_another_version_is_not(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text())
    del manifest["files"]
    (run / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="another version of poolsight wrote it"), understood(run):
        raise KeyError("a column of long ago")


@pytest.mark.parametrize("manifest", ["{}", '{"kind": "somebody"}', '{"files": {"a": 1}}', "[]", "no JSON"])
def test_a_foreign_manifest_makes_no_directory_ours(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    ended = poolsight("run", FIRST, "--out", tmp_path, "--force")
    assert ended.exit_code == 2
    assert "is not a directory that poolsight wrote" in ended.stderr.replace("\n", "")
    assert (tmp_path / "manifest.json").read_text() == manifest


def test_a_directory_in_place_of_a_table_is_kept(run: Path) -> None:
    (run / "tasks.parquet").unlink()
    (run / "tasks.parquet").mkdir()
    (run / "tasks.parquet" / "precious").touch()
    ended = poolsight("run", FIRST, "--out", run, "--force")
    assert ended.exit_code == 2
    assert (run / "tasks.parquet" / "precious").is_file()


def test_the_folder_one_is_in_is_refused_before_the_run(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(run)
    ended = poolsight("run", FIRST, "--out", ".", "--force")
    assert ended.exit_code == 2
    assert "is where you are" in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [("origin", "P1D"), ("origin", "2026-01-05"), ("end_s", "late"), ("replication", -1), ("end_s", 1e300)],
)
def test_a_manifest_that_states_what_no_run_does_is_named(run: Path, key: str, value: object) -> None:
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps({**manifest, key: value}))
    with pytest.raises(InputError, match=f"has something else for '{key}' than a run writes"):
        read(run)
