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
from simulator.scenario.format import body_keys
from simulator.scenario.format.key_marks import Effect
from simulator.scenario.keys.beside import BESIDE_OBJECTS, BESIDE_TYPES
from simulator.scenario.keys.json_schema import build as scenario_schema
from simulator.scenario.keys.table import Key, sections, sections_of
from simulator.scenario.keys.versions import VERSIONS
from tests.features.story import document, job, pool, task
from tests.keys import jobs, named_files, operations, options, pool_simulation, pools, shapes, special
from tests.keys.change import FOLDER, Body, Change

ROOMS: Final = (options, pools, pool_simulation, jobs, special, operations, shapes, named_files)
CHANGES: Final[dict[str, Change]] = {name: change for room in ROOMS for name, change in room.CHANGES.items()}
KEYS: Final = {(one.name, key.name): key for one in sections() for key in one.keys}
ACTING: Final = [".".join(name) for name, key in KEYS.items() if key.effect is Effect.ACTS and not key.holds]


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


@pytest.mark.parametrize("name", ACTING)
def test_an_acting_key_changes_the_record_or_the_bill(name: str, folder: Path) -> None:
    assert name in CHANGES, (
        "there is no scenario in which it matters: add one, or mark it as inert or not simulated yet"
    )
    change = CHANGES[name]
    before, after = happens(change.base, folder), happens(change.changed, folder)
    assert before[0] != "refused", before
    assert (after[0] == "refused") is change.is_refused, after
    assert before != after


def test_no_scenario_is_for_a_key_that_does_not_act() -> None:
    assert sorted(CHANGES) == sorted(ACTING)


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

    inside = {"Constant", "Exponential", "Uniform", "Lognormal", "Weibull", "Gamma", "Triangular", "Empirical"}
    found = [name for name, key in KEYS.items() if is_bare(key) and name[0] not in inside]
    assert found == []


def test_versions_are_those_of_keys() -> None:
    assert set(VERSIONS) <= set(KEYS)


def shapes_of_bodies() -> Iterator[tuple[str, Any]]:
    yield from (("Pool", body_keys.POOL), ("Job", body_keys.JOB), ("JobSchedule", body_keys.JOB_SCHEDULE))


def unclassed(section: str, shape: Any) -> Iterator[tuple[str, str]]:
    """Yield the keys of a body that the table lacks; `section` is the type, or the key of the object."""
    for name, inner in shape.items():
        key = KEYS.get((section, name))
        if key is None:
            yield section, name
        elif inner is not None and key.effect is Effect.ACTS:
            below = inner[0] if isinstance(inner, list) else inner
            yield from unclassed(key.holds[0] if key.holds else name, below)


def test_every_key_of_a_body_is_in_a_class() -> None:
    assert [name for kind, shape in shapes_of_bodies() for name in unclassed(kind, shape)] == []


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
