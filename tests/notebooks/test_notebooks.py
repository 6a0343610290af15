"""Notebooks: each script and its .ipynb say the same, and running the script gives again what the .ipynb shows."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager

from tests.lone import lone_copy
from tests.notebooks.pairs import (
    FOLDER,
    SCRIPTS,
    Notebook,
    execute,
    outputs,
    pictures,
    read_pair,
    read_script,
    sources,
    texts,
)

COURSE = range(1, 11)
PUBLIC = ("simulator", "simulator.formula", "simulator.experiment", "simulator.report.figures")
COLOURS = "simulator.report.looks.palette"
LARGEST_PICTURE = 60_000
LONG = ("07_spot", "09_dedicated_or_low_priority", "10_capacity_study")
"""Take longer to run than all others together."""
each = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)


def code_of(notebook: Notebook) -> str:
    """Return the code of all cells, without the lines that only IPython understands."""
    cells = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return re.sub(r"^%.*$", "", cells, flags=re.MULTILINE)


def test_the_course_is_complete() -> None:
    assert [int(script.stem[:2]) for script in SCRIPTS] == list(COURSE)
    assert sorted(file.stem for file in FOLDER.glob("*.ipynb")) == [script.stem for script in SCRIPTS]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lone_copy(tmp_path_factory.mktemp("clone"), "notebooks")


@pytest.fixture(scope="module")
def kernel() -> Iterator[KernelManager]:
    manager = KernelManager(kernel_name="python3")
    yield manager
    manager.shutdown_kernel(now=True)


@each
def test_the_pair_has_the_same_cells(script: Path) -> None:
    assert sources(read_pair(script)) == sources(read_script(script)), "run: python -m tests.notebooks.pairs"


@pytest.mark.parametrize(
    "script",
    [pytest.param(one, marks=[pytest.mark.long] if one.stem in LONG else [], id=one.stem) for one in SCRIPTS],
)
def test_a_notebook_runs_and_states_again_what_it_states(script: Path, clone: Path, kernel: KernelManager) -> None:
    """With what is tracked of the folder of notebooks, and nothing else: all that it reads is there."""
    made = execute(script, clone / "notebooks", kernel)
    assert not [output for output in outputs(made) if output.get("name") == "stderr"]
    assert texts(made) == texts(read_pair(script)), "run: python -m tests.notebooks.pairs"


@each
def test_outputs_are_small_and_report_nothing_of_the_machine(script: Path) -> None:
    file = script.with_suffix(".ipynb")
    kept = read_pair(script)
    assert pictures(kept)
    assert all(len(picture) <= LARGEST_PICTURE for picture in pictures(kept))
    assert all(cell["metadata"] == {} for cell in kept.cells)
    assert kept["metadata"]["kernelspec"]["name"] == "python3"
    assert "version" not in kept["metadata"]["language_info"]
    assert not re.search(r"/(home|root|tmp|Users)/", "\n".join(texts(kept)) + file.read_text().replace("image/png", ""))


@each
def test_a_notebook_uses_public_names_only(script: Path) -> None:
    for node in ast.walk(ast.parse(code_of(read_script(script)))):
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("simulator") for alias in node.names)
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "simulator":
            assert node.module in (*PUBLIC, COLOURS), node.module
            if node.module in PUBLIC:
                known = importlib.import_module(str(node.module)).__all__
                assert {alias.name for alias in node.names} <= set(known)


@each
def test_a_lesson_asks_first_asserts_what_it_states_and_ends_with_an_exercise_and_its_solution(script: Path) -> None:
    notebook = read_script(script)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    places = [prose.casefold().index(word) for word in ("predict", "## exercise", "## solution")]
    assert places == sorted(places)
    code = code_of(notebook)
    assert len(re.findall(r"^\s*assert ", code, re.MULTILINE)) >= 4
    assert "my_" in code
    assert notebook.cells[-1].cell_type == "code"


def test_every_lesson_is_in_the_list_of_the_folder() -> None:
    listed = (FOLDER / "README.md").read_text()
    for script in SCRIPTS:
        assert f"({script.stem}.ipynb)" in listed
