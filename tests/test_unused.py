"""Whatever the package offers is used: by another part of it, by its public interface, or by a documented example.

A function, class, constant or method that only tests call is dead to everybody else, however well it is tested. Names
of modules are followed through imports; methods are known by their names alone, so one that shares its name passes.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

import simulator

PACKAGE = Path(simulator.__file__).parent
ROOT = PACKAGE.parent
PLAIN: Final = frozenset({"property", "cached_property", "staticmethod", "classmethod", "cache", "contextmanager"})
"""Decorators that do not register what they decorate anywhere."""
KEPT: Final = {
    "model_post_init": "pydantic calls it",
    "compose_node": "the reader of YAML calls it",
    "capture_signals": "uvicorn calls it",
    "make_context": "typer calls it",
    "on_broken_pipe": "the console calls it",
    "render": "the console calls it",
    "render_str": "the console calls it",
}
"""Names that nobody here uses, and why they stay."""


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def is_registered(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Return whether a decorator hands a function to somebody who will call it."""
    names = [ast.unparse(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list]
    return isinstance(node, ast.FunctionDef) and not {name.split(".")[-1] for name in names} <= PLAIN


def definitions(tree: ast.Module) -> Iterator[tuple[str, ast.AST, bool]]:
    """Yield the public names of a module and of its classes, each with whether it is a method."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not is_registered(node):
            yield node.name, node, False
        if isinstance(node, ast.ClassDef):
            methods = (part for part in node.body if isinstance(part, ast.FunctionDef) and not is_registered(part))
            yield from ((part.name, part, True) for part in methods)
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((target.id, node, False) for target in targets if isinstance(target, ast.Name))


def read_names(tree: ast.AST) -> Counter[str]:
    """Count the names that are read as such, by module-level code and functions alike."""
    return Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))


def read_attributes(tree: ast.AST) -> Counter[str]:
    """Count the attributes that are read or called, and the texts that may name one to `getattr`."""
    found = Counter(node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    found.update(part for text in texts if isinstance(text, str) for part in text.split(".") if part.isidentifier())
    return found


def dotted(node: ast.AST) -> str:
    """Return a name with dots as it is written, empty for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    before = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{before}.{node.attr}" if before and isinstance(node, ast.Attribute) else ""


def imported(tree: ast.AST) -> set[tuple[str, str]]:
    """Return the names that are imported, each with its module, and what is read of imported modules."""
    found: set[tuple[str, str]] = set()
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {(str(node.module), alias.name) for alias in node.names}
            modules |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (module := modules.get(dotted(node.value))):
            found.add((module, node.attr))
    return found


def examples() -> Iterator[str]:
    """Yield the code outside the package that its readers are given: lessons, and Python in documents."""
    yield from (path.read_text(encoding="utf-8") for path in [*ROOT.glob("notebooks/*.py"), *ROOT.glob("docs/*.py")])
    for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")]:
        yield from re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


def unused(sources: Mapping[str, str], outside: list[str]) -> list[str]:
    """Return the public names that nobody reads; `sources` by the name of the module."""
    trees = {module: ast.parse(text) for module, text in sources.items()}
    others = [ast.parse(text) for text in outside]
    taken = {one for tree in (*trees.values(), *others) for one in imported(tree)}
    attributes = sum((read_attributes(tree) for tree in (*trees.values(), *others)), Counter[str]())
    found = []
    for module, tree in trees.items():
        names = read_names(tree)
        for name, node, is_method in definitions(tree):
            inside = names[name] - read_names(node)[name]
            by_name = attributes[name] - read_attributes(node)[name]
            is_used = by_name > 0 if is_method else inside > 0 or (module, name) in taken
            if not name.startswith("_") and not is_used:
                found.append(f"{module}: {name}")
    return found


def test_whatever_is_offered_is_used() -> None:
    sources = {module_name(path): path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    found = unused(sources, list(examples()))
    assert [one for one in found if one.split(": ")[1] not in KEPT] == []
    assert {one.split(": ")[1] for one in found} >= set(KEPT), "is used again: take it off the list"


@pytest.mark.parametrize(
    ("text", "dead"),
    [
        ("def f(): f()", ["m: f"]),
        ("def f(): pass\nf()", []),
        ("class A:\n    def g(self): pass\nA()", ["m: g"]),
        ("class A:\n    def g(self): pass\nA().g()", []),
        ("A = 1", ["m: A"]),
        ("_A = 1", []),
        ("@app.command\ndef f(): pass", []),
    ],
)
def test_what_nobody_reads_is_found(text: str, dead: list[str]) -> None:
    assert unused({"m": text}, []) == dead
    assert unused({"m": text}, ["from m import f, A\nA.g"]) == []
