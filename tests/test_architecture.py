"""The house as a test: a module imports its own storey and those below it, and inside it its own room and those below.

A storey is a package or a module of `simulator`; a room is a package or a module of a storey.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import simulator

PACKAGE = Path(simulator.__file__).parent
LAYERS = [  # lowest first; names on one line may not import each other
    {"errors", "units", "states", "durations", "numerics", "codes"},
    {"quantities"},
    {"meanings"},
    {"extras", "service_codes", "files", "json_text", "whole_files"},
    {"columns", "tables"},
    {"streams", "distributions", "theory"},
    {"formula", "policy", "fits"},
    {"scenario"},
    {"workload"},
    {"kernel"},
    {"results"},
    {"engine"},
    {"experiment"},
    {"history"},
    {"calibration"},
    {"planning", "verification", "workshop"},
    {"report"},
    {"service", "lab"},
    {"cli"},
]
ROOMS = {  # likewise, inside the storeys that have rooms
    "scenario": [{"format"}, {"keys"}, {"checks"}, {"scenario"}, {"prepared", "reading"}],
    "results": [{"raw"}, {"money", "why"}, {"record"}, {"answer"}, {"events"}, {"lists"}, {"write"}],
    "engine": [
        {"ticks"},
        {"assumptions", "backlog", "environment", "log", "random_streams", "tasks_view"},
        {"world"},
        {"nodes"},
        {"pools"},
        {"jobs"},
        {"operations", "bridge"},
        {"supply"},
        {"construction"},
        {"door", "collection", "surroundings", "views"},
        {"simulation"},
    ],
    "report": [{"looks"}, {"shapes"}, {"figures"}, {"sources"}, {"page", "chrome_trace"}],
}
UPWARD: dict[tuple[str, str], str] = {}  # module, room above it that it may import, and why; this list stays empty
CIRCLES: dict[str, int] = {  # files of a room that import each other, the largest circle; no other room has one
    "engine.nodes": 3,
    "formula": 3,  # a value, an operation on values and a call of a function are analysed through each other
}
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
ROOM_RANK = {
    f"{storey}.{room}": rank
    for storey, rooms in ROOMS.items()
    for rank, names in enumerate(rooms)
    for room in sorted(names)
}
OWNED: Final = {  # class whose attributes only its own module assigns, and the names that its objects have elsewhere
    "engine.pools.pool": {"pool", "owner", "home"},
    "engine.pools.resizing": {"resizing"},
    "engine.pools.resize": {"resize", "current", "order", "before"},
    "engine.pools.members": {"members"},
    "engine.nodes.node": {"node"},
    "engine.nodes.site": {"site"},
    "engine.jobs.job": {"job"},
    "engine.jobs.schedule": {"schedule"},
    "results.raw.recorder": {"record", "row"},
}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def dotted(path: Path) -> str:
    """Return the name of a module inside `simulator`; a package's is that of its directory."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def room(module: str) -> str:
    """Return the room of a module: its storey where that has no rooms, and for the storey's own `__init__`."""
    storey, _, rest = module.partition(".")
    return f"{storey}.{rest.split('.')[0]}" if storey in ROOMS and rest else storey


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports would escape this test"
            found |= {str(node.module)} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def graph() -> dict[str, set[str]]:
    """Return the modules of ours that each module imports, for types only or not."""
    paths = {dotted(path): path for path in MODULES}
    found: dict[str, set[str]] = {module: set() for module in paths}
    for module, path in paths.items():
        names = {name.removeprefix("simulator.") for name in imports(path) if name.startswith("simulator.")}
        through = {name.rpartition(".")[0] for name in names if name in paths}
        found[module] = {name for name in names if name in paths and name not in {module, *through}}
    return found


def upward(edges: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Yield each import of a room that does not stand below: the module, and the room."""
    for module, found in edges.items():
        here = room(module)
        for there in {room(name) for name in found} - {here}:
            if here in ROOM_RANK and there.split(".")[0] == here.split(".")[0]:
                assert there in ROOM_RANK, f"{module} imports {there}, which stands in no room"
                if ROOM_RANK[there] >= ROOM_RANK[here]:
                    yield module, there.split(".")[1]


def circles(edges: dict[str, set[str]]) -> list[set[str]]:
    """Return the sets of modules that import each other, directly or through others."""
    reached = {module: _reachable(edges, module) for module in edges}
    found = {frozenset({module} | {other for other in reached[module] if module in reached[other]}) for module in edges}
    return [set(one) for one in found if len(one) > 1]


def _reachable(edges: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        new = edges[todo.pop()] - seen
        seen |= new
        todo += new
    return seen


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
def test_every_module_of_a_storey_with_rooms_stands_in_one(path: Path) -> None:
    storey = layer(path)
    if storey in ROOMS and path != PACKAGE / storey / "__init__.py":
        assert room(dotted(path)) in ROOM_RANK


def test_imports_between_rooms_point_down() -> None:
    found = set(upward(graph()))
    wrong, done = sorted(found - set(UPWARD)), sorted(set(UPWARD) - found)
    assert not wrong, "imports a room that does not stand below its own"
    assert not done, "is no longer needed: take it off the list"


def test_no_circle_of_imports_crosses_a_room_and_none_grows() -> None:
    edges = {
        module: {name for name in found if (module, room(name).rpartition(".")[2]) not in UPWARD}
        for module, found in graph().items()
    }
    largest: dict[str, int] = {}
    for one in circles(edges):
        places = {room(module) for module in one}
        assert len(places) == 1, f"a circle crosses rooms: {sorted(one)}"
        place = places.pop()
        largest[place] = max(largest.get(place, 0), len(one))
    assert largest == CIRCLES, "a circle has grown, or it has shrunk and the table is to follow"


def assigned(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the object and the attribute of each assignment or deletion, like `pool.a = …` and `self._pool.a += …`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            owner = node.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            yield name.lstrip("_"), node.attr


@pytest.mark.parametrize("path", [path for path in MODULES if layer(path) == "engine"], ids=dotted)
def test_the_parts_of_a_run_change_only_themselves(path: Path) -> None:
    """A pool, a resize or a node is complete when it is constructed; afterwards only its own methods change it."""
    others = {name for module, names in OWNED.items() if module != dotted(path) for name in names}
    wrong = [f"{name}.{attribute}" for name, attribute in assigned(ast.parse(path.read_text())) if name in others]
    assert not wrong, "is assigned outside of its class"


def appended(tree: ast.AST) -> Iterator[str]:
    """Yield the lists of a record that somebody appends to, like `world.record.rows.append(…)`."""
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    lists = (call.value for call in calls if isinstance(call, ast.Attribute) and call.attr in ("append", "extend"))
    owned = (one for one in lists if isinstance(one, ast.Attribute))
    yield from (one.attr for one in owned if ast.unparse(one.value).split(".")[-1] == "record")


@pytest.mark.parametrize("path", [path for path in MODULES if layer(path) == "engine"], ids=dotted)
def test_only_the_recorder_adds_rows(path: Path) -> None:
    assert list(appended(ast.parse(path.read_text()))) == []


def test_rows_that_are_added_from_outside_are_found() -> None:
    assert list(appended(ast.parse("self.world.record.rows.append(1)\nrecord.a.extend(b)\nrows.append(2)"))) == [
        "rows",
        "a",
    ]


def test_assignments_to_attributes_are_found() -> None:
    text = "pool.a = 1\nself._pool.b += 1\ndel node.c\nnode.d.e = 2\nx, pool.f = 1, 2\npool.g[1] = 2"
    found = set(assigned(ast.parse(text)))
    assert found == {("pool", "a"), ("pool", "b"), ("node", "c"), ("d", "e"), ("pool", "f")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_engine_knows_simpy(path: Path) -> None:
    if layer(path) != "engine":
        assert "simpy" not in {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_formula_language_stands_alone(path: Path) -> None:
    if layer(path) == "formula":
        ours = {name for name in imports(path) if name.split(".")[0] == "simulator"}
        assert all(name.startswith(("simulator.formula", "simulator.json_text")) for name in ours)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_kernel_needs_only_the_standard_library_and_leaves(path: Path) -> None:
    if layer(path) == "kernel":
        ours = {name.split(".")[1] for name in imports(path) if name.startswith("simulator.")}
        assert ours <= {"kernel", "errors", "units", "states"}
        assert not imports(path) & {"numpy", "pandas", "scipy"}


LINES: Final = 400
"""Of a module."""
LONGER: Final = {
    "engine/nodes/node.py": 401,
}
"""Modules that have grown beyond that, and how far; these numbers only shrink."""
BODY: Final = 50
"""Lines of a function without its docstring."""
LONGER_BODIES: Final = {"cli/plot.py plot": 58}
"""Functions that have: the options of a command with their texts."""


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    of_docstring = 0
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        of_docstring = (first.end_lineno or 0) - first.lineno + 1
    return (function.end_lineno or 0) - function.lineno + 1 - of_docstring


def test_modules_and_functions_stay_short() -> None:
    lengths = {str(path.relative_to(PACKAGE)): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > LONGER.get(name, LINES)} == {}
    assert {name for name in LONGER if lengths[name] <= LINES} == set(), "short enough now: take it off the list"
    bodies = {
        f"{path.relative_to(PACKAGE)} {one.name}": body_lines(one)
        for path in MODULES
        for one in ast.walk(ast.parse(path.read_text()))
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in bodies.items() if length > LONGER_BODIES.get(name, BODY)} == {}
