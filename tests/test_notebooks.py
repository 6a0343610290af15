"""Notebooks run from top to bottom and are kept without outputs."""

import json
from pathlib import Path

import matplotlib as mpl
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mpl.use("Agg")
    monkeypatch.chdir(file.parent)
    cells = [cell for cell in json.loads(file.read_text())["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] for cell in cells)
    scope: dict[str, object] = {}
    for cell in cells:
        exec("".join(cell["source"]), scope)  # noqa: S102 - the notebook is ours
    assert scope["summary"]


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS
