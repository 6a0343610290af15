"""A misspelt key of any mapping of the service's bodies is one warning, with the key that was meant, in both forms."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from simulator.scenario.format.bodies import Job, Pool
from simulator.scenario.format.job_schedules import JobSchedule
from simulator.scenario.format.section import Body, fold, keys_of
from simulator.scenario.format.task_bodies import Task
from simulator.scenario.keys.body_keys import Holder, known_keys
from simulator.scenario.reading import body_forms
from simulator.scenario.reading.moved_keys import Path
from simulator.scenario.reading.normalize import modern

ROOTS: Final[dict[str, type[Body]]] = {"pools": Pool, "jobs": Job, "jobSchedules": JobSchedule}
HOMES: Final = body_forms.ARM_POOL.homes


def mappings(holder: Holder, path: Path = ()) -> Iterator[tuple[Path, Holder]]:
    """Yield every mapping of a body with the path of keys that leads to it, each kind of it once."""
    todo, seen = [(path, holder)], set()
    while todo:
        place, one = todo.pop(0)
        if one in seen:
            continue
        seen.add(one)
        yield place, one
        todo += [((*place, known.name), known.holder) for known in known_keys(one).values() if known.holder is not None]


def misspelt(key: str) -> str:
    return key + key[-1] if len(key) < 6 or key.endswith("s") else key[:-1]


def nested(path: Path, inner: Any) -> Any:
    for key in reversed(path):
        inner = {key: [inner]} if key == "tasks" else {key: inner}
    return inner


def resource(path: Path) -> Path:
    """Return where a resource template has what the data plane has at a path."""
    for size in range(len(path), -1, -1):
        home = HOMES.get(tuple(path[:size]))
        if home is not None:
            return (*home, *path[size:])
    raise AssertionError(path)


CASES: Final = [
    (section, path, known.name)
    for section, root in ROOTS.items()
    for path, holder in mappings(root)
    for known in known_keys(holder).values()
]


def suggestions(section: str, path: Path, key: str, beside: dict[str, Any]) -> list[str]:
    body = {**nested(path, {misspelt(key): "x"}), **beside}
    found = modern({section: [body]}).findings
    assert all(one.loc[-1] == misspelt(key) for one in found)
    return [one.message.rpartition("did you mean ")[2] for one in found]


@pytest.mark.parametrize("section", ROOTS)
def test_in_bodies_of_the_data_plane(section: str) -> None:
    cases = [(path, key) for name, path, key in CASES if name == section]
    wrong = {
        ".".join((*path, key)): found
        for path, key in cases
        if (found := suggestions(section, path, key, {})) != [f"'{key}'?"]
    }
    assert len(cases) > 30
    assert wrong == {}


def test_in_bodies_of_resource_templates() -> None:
    wrong = {}
    for section, path, key in CASES:
        if section == "pools":
            place = resource((*path, key))
            beside: dict[str, Any] = {} if place[0] == "properties" else {"properties": {}}
            found = suggestions("pools", place[:-1], place[-1], beside)
            if found != [f"'{place[-1]}'?"]:
                wrong[".".join(place)] = found
    assert wrong == {}


def test_a_name_of_what_a_reference_to_a_file_has() -> None:
    (found,) = modern({"pools": [{"parametrs": {"nodes": 2}}]}).findings
    assert found.message.endswith("did you mean 'parameters'?")


def test_every_key_is_read_however_it_is_written_and_may_be_nothing() -> None:
    kinds = [holder for root in ROOTS.values() for _, holder in mappings(root) if isinstance(holder, type)]
    lost = {
        (kind.__name__, name)
        for kind in kinds
        for name, field in kind.model_fields.items()
        if keys_of(kind).get(fold(field.alias or name)) != (field.alias or name)
    }
    assert len(kinds) > 20
    assert lost == set()


def test_in_parts_of_bodies_that_operations_carry() -> None:
    for operation, path, key in (
        ("updatePool", ("startTask",), "commandLine"),
        ("updatePool", ("applicationPackageReferences",), "applicationId"),
        ("addTasks", ("tasks",), "requiredSlots"),
        ("createPool", ("pool",), "vmSize"),
        ("addJob", ("job", "jobManagerTask"), "runExclusive"),
    ):
        body = {"at": "1m", "operation": operation, **nested(path, {misspelt(key): "x"})}
        (found,) = modern({"timeline": [body]}).findings
        assert found.message.endswith(f"did you mean '{key}'?")


def test_a_task_of_an_auto_pool_and_of_a_schedule_is_looked_through_too() -> None:
    pool = {"poolInfo": {"autoPoolSpecification": {"pool": {"vmSiz": "x"}}}}
    found = modern({"jobSchedules": [{"jobSpecification": {**pool, "tasks": [{"commandLin": "x"}]}}]}).findings
    assert sorted(one.loc[-1] for one in found) == ["commandLin", "vmSiz"]
    assert known_keys(Task)
