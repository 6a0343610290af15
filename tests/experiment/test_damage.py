"""A sweep whose directory is damaged, full or gone ends with a message, and what is there is kept."""

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from simulator.experiment import store
from tests.command_line import app
from tests.experiment.files import experiment


def sweep(file: Path, out: Path) -> Result:
    return CliRunner().invoke(app, ["sweep", str(file), "--out", str(out), "--workers", "1"], env={"COLUMNS": "200"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return experiment(tmp_path, "replications: 2\nmeasures: [cost]")


def test_a_truncated_part_is_named_and_its_trials_can_be_run_again(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "swept"
    assert sweep(file, out).exit_code == 0
    whole = out / "trials" / "trials.parquet"
    before = whole.read_bytes()
    whole.write_bytes(before[:500])
    ended = sweep(file, out)
    assert ended.exit_code == 2
    assert "trials.parquet: is damaged, or not of this sweep: remove it" in ended.stderr
    whole.unlink()
    assert sweep(file, out).exit_code == 0
    assert whole.read_bytes() == before


def test_trials_that_stand_twice_are_refused(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "swept"
    assert sweep(file, out).exit_code == 0
    shutil.copy(out / "trials" / "trials.parquet", out / "trials" / "part-00009.parquet")
    ended = sweep(file, out)
    assert ended.exit_code == 2
    assert "holds trials twice" in ended.stderr


def test_a_manifest_of_another_form_is_refused(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "swept"
    assert sweep(file, out).exit_code == 0
    manifest = out / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"versions": {', '"versions": 3, "other": {'))
    assert sweep(file, out).exit_code == 2


@pytest.mark.parametrize(("number", "why"), [(errno.ENOSPC, "No space left on device"), (errno.ENOENT, "No such file")])
def test_a_disk_that_fails_ends_with_a_message(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, why: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, "in the words of a library")

    with monkeypatch.context() as patch:
        patch.setattr(store, "_replace", fail)
        ended = sweep(file, tmp_path / "swept")
    assert ended.exit_code == 2
    assert f"cannot be written: {why}" in ended.stderr
    assert "the same command goes on from it" in ended.stderr
    assert sweep(file, tmp_path / "swept").exit_code == 0


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "no text": lambda _: b"\xff\xfe\x00",
    "null": lambda _: b"null",
    "a number": lambda _: b"3",
    "a list of numbers": lambda _: b"[3]",
    "a list of objects": lambda _: b"[{}]",
    "an empty object": lambda _: b"{}",
    "other types": lambda _: b'[{"about": 3, "text": [], "pools": [null], "option": null, "joint": "of"}]',
}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an experiment file and the directory of its sweep."""
    folder = tmp_path_factory.mktemp("sweep")
    assert sweep(experiment(folder, "replications: 2\nmeasures: [cost]"), folder / "out").exit_code == 0
    return folder


@pytest.mark.parametrize("name", ["manifest.json", "assumptions.json", "trials/trials.parquet"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_no_file_of_a_sweep_ends_a_command_in_a_crash_however_it_is_damaged(
    swept: Path, tmp_path: Path, name: str, damage: str
) -> None:
    """What is damaged is named, and the directory is free again for the same command."""
    out = tmp_path / "out"
    shutil.copytree(swept / "out", out)
    path = out / name
    whole = path.read_bytes()
    path.write_bytes(DAMAGE[damage](whole))
    for ended in (
        sweep(swept / "experiment.yaml", out),
        CliRunner().invoke(app, ["report", str(out), "-o", str(tmp_path / "report.html")]),
    ):
        assert ended.exit_code == 2, ended.output
        assert Path(name).name in ended.stderr or str(out) in ended.stderr
    path.write_bytes(whole)
    assert sweep(swept / "experiment.yaml", out).exit_code == 0
