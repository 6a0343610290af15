"""Where a module may import inside a function: one rule, so that no import has to excuse itself.

Modules import on top. Inside functions stand what a command needs besides its options (`simulator/cli/`: a command line
answers at once), and what most of the work does without: slow libraries, those of extras, and parts of the package that
bring them along. These stand inside functions only.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import simulator

PACKAGE = Path(simulator.__file__).parent
COMMANDS: Final = PACKAGE / "cli"
FIRST: Final = PACKAGE.parent / "scenarios" / "first_pool.yaml"
SLOW: Final = (
    "PIL",
    "distributed",
    "joblib",
    "matplotlib",
    "optuna",
    "pandas",
    "pyarrow",
    "scipy",
    "starlette",
    "uvicorn",
)
"""Libraries that nobody waits for who does not use them; some belong to extras and may be missing."""
LATE: Final = {
    "fcntl": "not every system has it",
    "numpy.polynomial": "slow, and only some distributions need it",
    "simulator.experiment": "with all that runs experiments; a figure of one run needs none",
    "simulator.engine.pools.autoscaler": "with the language of formulas; most pools have none",
    "simulator.formula": "most pools have no formula",
    "simulator.scenario.reading.yaml_places": "with the complete reader of YAML; only messages have places",
    "simulator.scenario.reading.yaml_text": "with the complete reader of YAML; most files are plain",
    "simulator.report.figures": "with the look of all figures; naming them needs none",
    "simulator.report.sources.figure_inputs": "the same",
    "simulator.results.events": "a log of events is written where it is asked for",
}
"""Parts that may be imported inside functions, and why."""
HOMES: Final = (
    "simulator.lab.app",
    "simulator.lab.guard",
    "simulator.lab.streams",
    "simulator.service.app",
    "simulator.service.serving",
)
"""Modules that are all about one of the slow libraries; they are loaded late themselves."""
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(node: ast.AST, *, inside: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield the modules that are imported at run time, each with whether that is inside a function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((alias.name, inside) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from ((f"{child.module}.{alias.name}", inside) for alias in child.names)
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            yield from imports(ast.Module(child.orelse, []), inside=inside)
        else:
            yield from imports(child, inside=inside or isinstance(child, ast.FunctionDef))


def module_of(path: Path) -> str:
    return ".".join(("simulator", *path.relative_to(PACKAGE).with_suffix("").parts))


def is_of(name: str, modules: tuple[str, ...]) -> bool:
    """Return whether a name is one of these modules, or of something in them."""
    return any(name == module or name.startswith(f"{module}.") for module in modules)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_stand_on_top_except_where_the_rule_has_them_inside(path: Path) -> None:
    found = set(imports(ast.parse(path.read_text(encoding="utf-8"))))
    if not path.is_relative_to(COMMANDS):
        late = {name for name, inside in found if inside and not is_of(name, (*SLOW, *HOMES, *LATE))}
        assert not late, "belongs on top"
    early = {name for name, inside in found if not inside and is_of(name, (*SLOW, *HOMES))}
    assert not early or module_of(path) in HOMES, "belongs into the functions that use it"


def test_whatever_may_be_late_is_late_somewhere() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in MODULES]
    found = {name for tree in trees for name, inside in imports(tree) if inside}
    homes = [ast.parse(path.read_text(encoding="utf-8")) for path in MODULES if module_of(path) in HOMES]
    found |= {name for tree in homes for name, _ in imports(tree)}
    assert not [module for module in (*SLOW, *HOMES, *LATE) if not any(is_of(name, (module,)) for name in found)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import a.b", {("a.b", False)}),
        ("def f():\n    from a import b", {("a.b", True)}),
        ("class A:\n    def f(self):\n        import a", {("a", True)}),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", {("b", False)}),
        ("try:\n    import a\nexcept ImportError:\n    import b", {("a", False), ("b", False)}),
    ],
)
def test_imports_are_found(text: str, found: set[tuple[str, bool]]) -> None:
    assert set(imports(ast.parse(text))) == found


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []])
def test_neither_the_package_nor_help_imports_what_is_slow(arguments: list[str]) -> None:
    """Without arguments: `import simulator` alone."""
    heavy = [*SLOW, "numpy", "pydantic", "simpy"]
    text = f"import atexit, sys, simulator\natexit.register(lambda: print([n for n in {heavy} if n in sys.modules]))"
    call = f"from simulator.cli import main\nsys.argv[1:] = {arguments}\nmain()" if arguments else ""
    ended = subprocess.run([sys.executable, "-c", f"{text}\n{call}"], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


def test_a_run_of_a_plain_file_imports_nothing_that_it_can_do_without() -> None:
    heavy = [*SLOW, *(set(LATE) - {"fcntl"}), "ruamel", "rich._emoji_codes"]
    text = f"import atexit, sys\natexit.register(lambda: print([n for n in {heavy} if n in sys.modules]))"
    call = f"from simulator.cli import main\nsys.argv[1:] = ['run', {str(FIRST)!r}]\nmain()"
    ended = subprocess.run([sys.executable, "-c", f"{text}\n{call}"], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"
