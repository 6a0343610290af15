"""The pictures of the README are there, small, and made by the lines that are shown."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GALLERY = runpy.run_path(str(ROOT / "docs" / "gallery.py"))


@pytest.mark.parametrize("name", GALLERY["PICTURES"])
def test_each_picture_is_small_and_of_a_scenario_that_is_here(name: str) -> None:
    picture = ROOT / GALLERY["PLACE"] / name
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 100_000
    run, plot = GALLERY["lines"](name)
    assert (ROOT / run.split()[2]).is_file()
    assert plot.endswith(f"-o docs/gallery/{name}")


def test_there_are_no_other_pictures() -> None:
    assert {path.name for path in (ROOT / GALLERY["PLACE"]).iterdir()} == set(GALLERY["PICTURES"])


def test_the_lines_make_the_picture(tmp_path: Path) -> None:
    GALLERY["make"]("slots.png", tmp_path, tmp_path)
    assert (tmp_path / "slots.png").read_bytes().startswith(b"\x89PNG")
