"""A number may be written with its unit, wherever the table of keys has one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_origin

import jsonschema
import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from simulator import load, scenario_of
from simulator.distributions import Distribution
from simulator.meanings import marked
from simulator.quantities import EXAMPLES, UNITS, CountedIn, in_unit
from simulator.results.record.manifest import scenario_hash
from simulator.scenario.checks.schema_words import refused
from simulator.scenario.format.section import Part
from simulator.scenario.keys.json_schema import build
from simulator.scenario.keys.table import sections
from tests.features.story import document, job, pool
from tests.schemas import keeps_to

ENTRIES = {"ratesPerHour": 24, "weekdays": 7}
"""Entries of the keys that hold lists."""


def _counted(model: type[BaseModel] = Part) -> Iterator[tuple[str, FieldInfo, str]]:
    """Yield the keys that count something, with their types and units."""
    for name, field in model.model_fields.items():
        mark = marked(field, CountedIn)
        if mark is not None:
            yield f"{model.__name__}.{field.alias or name}", field, mark.name
    for below in model.__subclasses__():
        yield from _counted(below)


COUNTED = {name: (field, unit) for name, field, unit in _counted()}


def value(read: object) -> object:
    """Return the number that was read: itself, or that of a distribution."""
    return read.mean if isinstance(read, Distribution) else read


@pytest.mark.parametrize("name", sorted(COUNTED))
def test_every_key_with_a_unit_reads_it(name: str) -> None:
    field, unit = COUNTED[name]
    of: Any = Annotated[(field.annotation, *field.metadata, "as a file has it")]
    adapter: TypeAdapter[Any] = TypeAdapter(of)
    count = ENTRIES.get(name.rpartition(".")[2]) if get_origin(field.annotation) is tuple else None
    for text in {
        EXAMPLES[unit],
        *(f"0.5{spelling}" for spelling in UNITS[unit] if not spelling.startswith(("$", "/"))),
    }:
        number = in_unit(text, unit)
        assert number is not None
        written: object = text
        try:
            expected = adapter.validate_python([number] * count if count else number)
        except ValidationError:
            continue  # a share above one, or more seconds than a key may have
        if count:
            written = [text] * count
        assert adapter.validate_python(written) == expected
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(["lots"] * count if count else "lots")
    assert any(f"expected a number ({unit})" in one.message for one in refused(caught.value.errors()))


def test_the_table_of_keys_has_all_of_them() -> None:
    known = {(section.name, key.name): key.unit for section in sections() for key in section.keys if key.unit}
    found = {tuple(name.split(".")): unit for name, (_, unit) in COUNTED.items()}
    assert {name: unit for name, unit in known.items() if found.get(name) != unit} == {}


GROUP = {"count": 1, "duration": "5m", "memory": 12, "input": {"lognormal": {"median": 1024, "p95": 2048}}, "cores": 2}
WRITTEN = {
    **GROUP,
    "memory": "12 GiB",
    "input": {"lognormal": {"median": "1 GiB", "p95": "2048 MiB"}},
    "cores": "2 cores",
}


def story(group: dict[str, Any], bandwidth: object, prices: object, delay: object) -> dict[str, Any]:
    """Return a document in which numbers have units, or have none."""
    body = pool(nodes=1, simulation={"downloads": {"bandwidth": bandwidth}, "prices": {"dedicated": prices}})
    return document(body, job(simulation={"workload": [group]}), options={"sampleDelayS": delay})


def test_a_scenario_means_the_same_with_units_and_without(tmp_path: Path) -> None:
    plain, written = story(GROUP, 100, 0.1, 60), story(WRITTEN, "100 MiB/s", "$0.1/h", "1m")
    keeps_to(build).validate(written)
    keeps_to(build).validate(plain)
    (tmp_path / "s.json").write_text(json.dumps(written))
    (tmp_path / "s.yaml").write_text(json.dumps(written))  # which is YAML too
    expected = scenario_hash(scenario_of(plain))
    assert scenario_hash(scenario_of(written)) == expected
    assert {scenario_hash(load(tmp_path / name)) for name in ("s.json", "s.yaml")} == {expected}
    with pytest.raises(jsonschema.ValidationError):
        keeps_to(build).validate(story({**WRITTEN, "memory": "lots"}, 1, 1, 1))


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("12 GB", "GiB", 12e9 / 2**30),
        ("1 tb", "GiB", 1e12 / 2**30),
        ("1 Gbit/s", "MiB/s", 1e9 / 8 / 2**20),
        ("10 Gbps", "MiB/s", 1e10 / 8 / 2**20),
        ("100 MBps", "MiB/s", 1e8 / 2**20),
        ("1 GiB per second", "MiB/s", 1024),
        ("2.4 USD per day", "USD/h", 0.1),
        ("3 / h", "1/h", 3),
        ("90 s", "s", 90),
        ("PT1H", "s", 3600),
        ("12", "GiB", None),
        ("12 GiB/s", "GiB", None),
        ("$12", "USD/h", None),
        ("3/month", "1/h", None),
    ],
)
def test_units_are_converted_where_they_are_of_one_kind(text: str, unit: str, number: float | None) -> None:
    found = in_unit(text, unit)
    assert found == (None if number is None else pytest.approx(number))
