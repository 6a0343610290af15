"""Every key is in a class and described, and every acting key acts: another value of it changes what happens."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from shutil import copytree
from typing import Any, Final

import pytest

from simulator import PoolsightError, load, simulate, summarize
from simulator.experiment.file import ExperimentFile
from simulator.experiment.json_schema import build as experiment_schema
from simulator.planning.json_schema import build as plan_schema
from simulator.planning.plan_file import PlanFile
from simulator.results.record.tables import NAMES
from simulator.scenario.format.key_marks import Effect
from simulator.scenario.format.section import fold
from simulator.scenario.keys.beside import BESIDE_TYPES
from simulator.scenario.keys.beside_objects import BESIDE_OBJECTS
from simulator.scenario.keys.json_schema import build as scenario_schema
from simulator.scenario.keys.json_schema import described
from simulator.scenario.keys.table import Key, sections, sections_of
from simulator.scenario.keys.versions import VERSIONS
from tests.features.story import document, job, pool, task
from tests.keys import (
    holders,
    jobs,
    named_files,
    operations,
    options,
    policies,
    pool_simulation,
    pools,
    shapes,
    special,
)
from tests.keys.change import FOLDER, Body, Change

ROOMS: Final = (options, pools, pool_simulation, jobs, special, operations, shapes, named_files, policies, holders)
CHANGES: Final[dict[str, Change]] = {name: change for room in ROOMS for name, change in room.CHANGES.items()}
KEYS: Final = {(one.name, key.name): key for one in sections() for key in one.keys}
ACTING: Final = {".".join(name): key for name, key in KEYS.items() if key.effect is Effect.ACTS}
PROVEN: Final = [name for name, key in ACTING.items() if not key.holds or name in CHANGES]
"""Those that hold a mapping act through its keys; some by themselves, too."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the files that scenarios name."""
    return Path(copytree(FOLDER, tmp_path_factory.mktemp("keys"), dirs_exist_ok=True))


@cache
def outcome(text: str, folder: Path) -> tuple[str, str]:
    """Return the record and the bill of a scenario, or how it is refused."""
    (folder / "scenario.json").write_text(text, encoding="utf-8")
    try:
        recording = simulate(load(folder / "scenario.json"))
    except PoolsightError as error:
        return "refused", str(error)
    answer = summarize(recording)
    money = {key: value for key, value in answer["cost"].items() if key != "notes"}
    rest = [money, answer["bill"], answer["operations"]]
    return repr([recording.table(name).to_pydict() for name in NAMES]), json.dumps(rest, default=str)


def happens(scenario: Body, folder: Path) -> tuple[str, str]:
    return outcome(json.dumps(scenario, sort_keys=True), folder)


@pytest.mark.parametrize("name", PROVEN)
def test_an_acting_key_changes_the_record_or_the_bill(name: str, folder: Path) -> None:
    assert name in CHANGES, (
        "there is no scenario in which it matters: add one, or mark it as inert or not simulated yet"
    )
    change = CHANGES[name]
    before, after = happens(change.base, folder), happens(change.changed, folder)
    assert before[0] != "refused", before
    assert (after[0] == "refused") is change.is_refused, after
    assert before != after


def test_what_is_under_each_acting_key_that_holds_a_mapping_is_changed_too() -> None:
    """The scenarios of the keys under it go through it, in one place at least."""
    passed = {name for change in CHANGES.values() for name in passes(change.path)}
    assert {name for name, key in ACTING.items() if key.holds} - passed == set()


def passes(path: str) -> Iterator[str]:
    """Yield the keys that lie on a place of a scenario, by the mappings that may stand there."""
    keys = {one.name: one.keys for one in sections()}
    here = {"Scenario"}
    for part in path.split("."):
        found = [(name, key) for name in here for key in keys.get(name, ()) if fold(key.name) == fold(part)]
        yield from (f"{name}.{key.name}" for name, key in found)
        here = {inner for _, key in found for inner in key.holds} or here


def test_no_scenario_is_for_a_key_that_does_not_act() -> None:
    assert set(CHANGES) <= set(ACTING)


def idle(kind: str) -> Body:
    """Return the keys beside a type that have no effect, each with some value."""
    return {name: {"some": "thing"} for name, one in BESIDE_TYPES[kind].items() if one.effect is Effect.INERT}


def test_inert_keys_change_nothing(folder: Path) -> None:
    plain = document(pool(nodes=1), job(tasks=[task("a")]))
    full = document(
        {**idle("Pool"), **pool(nodes=1), "displayName": "people"},
        {**idle("Job"), **job(tasks=[{**idle("Task"), **task("a"), "displayName": "people"}]), "displayName": "people"},
        description="other",
    )
    assert happens(plain, folder) == happens(full, folder)


def test_every_key_is_described_and_so_is_every_mapping() -> None:
    assert [name for name, key in KEYS.items() if not key.meaning] == []
    asked = (*sections_of(ExperimentFile), *sections_of(PlanFile))
    assert [(one.name, key.name) for one in asked for key in one.keys if not key.meaning] == []
    assert [one.name for one in (*sections(), *asked) if not one.meaning and one.name not in BESIDE_OBJECTS] == []


def test_a_key_that_is_not_simulated_yet_names_what_the_service_does() -> None:
    assert [name for name, key in KEYS.items() if bool(key.why) is not (key.effect is Effect.NOT_SIMULATED_YET)] == []


def test_every_number_that_is_no_count_and_no_share_has_a_unit() -> None:
    def is_bare(key: Key) -> bool:
        return "a number" in key.values and "from 0 to 1" not in key.values and not key.unit

    inside = {
        "Constant",
        "Exponential",
        "Uniform",
        "Lognormal",
        "Mixture",
        "Weibull",
        "Gamma",
        "Triangular",
        "Empirical",
    }
    found = [name for name, key in KEYS.items() if is_bare(key) and name[0] not in inside]
    assert found == []


def test_versions_are_those_of_keys() -> None:
    assert set(VERSIONS) <= set(KEYS)


def properties(schema: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every property of a schema, with its place."""
    if isinstance(schema, dict):
        own = schema.get("properties")
        for name, inner in own.items() if isinstance(own, dict) else ():
            yield f"{place}/{name}", inner
        for name, inner in schema.items():
            yield from properties(inner, f"{place}/{name}")
    elif isinstance(schema, list):
        for inner in schema:
            yield from properties(inner, place)


@pytest.mark.parametrize("build", [scenario_schema, experiment_schema, plan_schema])
def test_every_property_of_a_schema_is_described(build: Callable[[], Body]) -> None:
    assert [place for place, one in properties(build()) if not one.get("description")] == []


def test_the_schema_has_every_key_of_the_table_and_no_other() -> None:
    schema = scenario_schema()
    held = {one.name: described(schema, one).get("properties") for one in sections()}
    in_schema = {(name, key) for name, keys in held.items() for key in keys or ()}
    lacking = {(name, key) for name, key in KEYS if held[name] is not None} - in_schema
    strange = in_schema - set(KEYS)
    references = {
        (kind, name)
        for kind in ("Pool", "Job", "JobSchedule")
        for name in schema["$defs"][f"{kind}File"]["properties"]
        if (kind, name) not in KEYS
    }
    assert (lacking, strange, references) == (set(), set(), set())


def test_the_schema_describes_the_keys_of_objects_without_a_type() -> None:
    places = {place.rpartition("/")[2] for place, _ in properties(scenario_schema())}
    assert {key for name, keys in BESIDE_OBJECTS.items() for key in keys} - places == set()
