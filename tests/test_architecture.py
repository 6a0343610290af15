"""The layers of the package, as a test: a module may import its own layer and those below it."""

import ast
from pathlib import Path

import pytest

import simulator

PACKAGE = Path(simulator.__file__).parent
LAYERS = [  # lowest first; names on one line may not import each other
    {"errors", "units", "states", "durations", "normal", "features"},
    {"streams", "distributions", "theory"},
    {"formula"},
    {"scenario"},
    {"policy", "kernel"},
    {"results"},
    {"engine"},
    {"experiment"},
    {"planning", "verification", "workshop"},
    {"report"},
    {"cli", "service", "lab"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports would escape this test"
            found |= {str(node.module)} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    here = layer(path)
    assert here in RANK, f"{path} stands in no layer"
    for name in imports(path):
        top, _, rest = name.partition(".")
        there = rest.split(".")[0]
        if top == "simulator" and there in RANK and there != here:
            assert RANK[there] < RANK[here], f"{here} may not import {there}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_engine_knows_simpy(path: Path) -> None:
    if layer(path) != "engine":
        assert "simpy" not in {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_formula_language_stands_alone(path: Path) -> None:
    if layer(path) == "formula":
        ours = {name for name in imports(path) if name.split(".")[0] == "simulator"}
        assert all(name.startswith("simulator.formula") for name in ours)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_kernel_needs_only_the_standard_library_and_leaves(path: Path) -> None:
    if layer(path) == "kernel":
        ours = {name.split(".")[1] for name in imports(path) if name.startswith("simulator.")}
        assert ours <= {"kernel", "errors", "units", "states"}
        assert not imports(path) & {"numpy", "pandas", "scipy"}
