"""Every scenario and every experiment of the project is complete for somebody who has a clone and nothing else."""

from pathlib import Path

import pytest

from tests.lone import ROOT, lone_copy, run_alone


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lone_copy(tmp_path_factory.mktemp("clone"), "scenarios")


@pytest.mark.parametrize("place", ["scenarios", "scenarios/experiments"])
def test_every_file_is_complete_on_a_lone_clone(place: str, clone: Path) -> None:
    files = sorted((clone / place).glob("*.yaml"))
    assert len(files) == len(list((ROOT / place).glob("*.yaml")))
    ended = run_alone(clone, *files)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == [str(file.relative_to(clone)) for file in files]


def test_what_lies_outside_a_clone_is_refused(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.swf").write_bytes((clone / "scenarios/traces/week.swf").read_bytes())
    text = (clone / "scenarios/trace_replay.yaml").read_text()
    file = clone / "scenarios" / "foreign.yaml"
    file.write_text(text.replace("traces/week.swf", str(tmp_path / "mine.swf")))
    ended = run_alone(clone, file)
    file.unlink()
    assert ended.returncode != 0
    assert "mine.swf: cannot be read: lies outside the clone" in ended.stderr
