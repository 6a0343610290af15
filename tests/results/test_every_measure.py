"""What holds for every measure of the registry, over made-up runs: a measure that is added is tested here at once."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema
import numpy as np
import pytest
from typer.testing import CliRunner

from simulator import scenario_of, simulate, summarize
from simulator.cli.page import value as written
from simulator.experiment.estimates import Floats, estimate
from simulator.experiment.measures import PATHS, check_measures, find_measure, is_measure
from simulator.experiment.steady import steady
from simulator.results.answer.answer import Answer
from simulator.results.answer.json_schema import build
from simulator.results.answer.measures import MEASURES, Row
from simulator.results.answer.parts import Keys
from simulator.units import Unit
from tests.command_line import app
from tests.laws.worlds import ALL, world
from tests.schemas import keeps_to

ROOT: Final = Path(__file__).parents[2]
WORLDS: Final = tuple(world(seed, frozenset(ALL)) for seed in range(5))
REPLICATIONS: Final = 5
LEVELS: Final = {Unit.SECONDS: "s", Unit.DOLLARS: "$", Unit.SHARE: "%"}
"""What is written after or before a value; of every other unit the title has the name."""
COUNTED: Final = (Unit.TIMES,)
"""Counts of events, which their titles name."""


@cache
def answers() -> list[list[dict[str, Any]]]:
    """Return answers with their steady part, by world and replication."""
    found = []
    for made in WORLDS:
        runs = [simulate(scenario_of(made), number) for number in range(REPLICATIONS)]
        found.append([{**summarize(run), "steady": steady(run)} for run in runs])
    return found


def names(row: Row, of: list[dict[str, Any]]) -> set[str]:
    """Return the paths of a row that answers have."""
    found: set[str] = set()
    for answer in of:
        open_paths: list[tuple[str, Any]] = [("", answer)]
        for step in row.steps:
            entries = [(path, part) for path, part in open_paths if part is not None]
            keys = ((path, part, key) for path, part in entries for key in (part if isinstance(step, Keys) else [step]))
            open_paths = [(f"{path}.{key}" if path else key, part[key]) for path, part, key in keys if "." not in key]
        found |= {path for path, _ in open_paths}
    return found


def columns(name: str, of: list[dict[str, Any]]) -> dict[str, Floats]:
    """Return a measure, and what its interval needs, as columns over replications."""
    wanted = [one for one in (name, find_measure(name).weight) if one]
    rows = {one: [find_measure(one).of(answer) for answer in of] for one in wanted}
    return {one: np.array([np.nan if x is None else x for x in row]) for one, row in rows.items()}


@pytest.mark.parametrize("row", PATHS, ids=lambda row: row.path)
def test_every_number_of_the_answer_is_inside_its_range_and_its_interval_around_its_mean(row: Row) -> None:
    for of in answers():
        for name in names(row, of):
            values = columns(name, of)
            known = values[name][~np.isnan(values[name])]
            low, high = find_measure(name).range
            assert ((known >= low) & (known <= high)).all(), name
            assert not row.is_whole or (known == known.round()).all(), name
            found = estimate(name, values)
            if len(known) < 2 or found is None:
                continue
            assert found.low <= found.value <= found.high, name
            if np.ptp(known) > 0:
                assert found.low < found.value or found.value == low, name
                assert found.value < found.high or found.value == high, name


@pytest.mark.parametrize("row", PATHS, ids=lambda row: row.path)
def test_every_unit_is_shown_beside_the_number(row: Row) -> None:
    unit, title = row.number.unit, row.number.title
    assert unit in COUNTED or LEVELS.get(unit, str(unit)) in f"{title} {written(0.5, unit)}"
    assert title
    assert title[0] == title[0].lower() or title.startswith(("VM", "OS", "{"))


def test_every_measure_is_documented() -> None:
    page = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")
    assert [row.path for row in PATHS if f"`{row.path}`" not in page] == []
    assert [name for name in MEASURES if f"`{name}`" not in page] == []


def test_every_measure_can_be_followed_in_an_experiment() -> None:
    for made, of in zip(WORLDS, answers(), strict=True):
        every = [name for row in PATHS for name in names(row, of)]
        assert every
        assert all(map(is_measure, every))
        check_measures([*every, *MEASURES], scenario_of(made))


def test_the_answer_is_frozen_and_reads_by_attribute_and_by_key() -> None:
    answer = summarize(simulate(scenario_of(WORLDS[0])))
    assert answer["tasks"]["planned"] == answer.tasks.planned > 0
    assert list(answer) == list(build()["properties"])
    assert answer["warnings"] == list(answer.warnings)
    with pytest.raises(AttributeError):
        answer.stopped = "earlier"  # type: ignore[misc]
    with pytest.raises(KeyError):
        answer["as_dict"]


def test_answers_keep_to_their_schema_and_it_is_the_one_that_ships() -> None:
    printed = CliRunner().invoke(app, ["schema", "--summary"])
    schema = json.loads((ROOT / "scenarios" / "summary.schema.json").read_text())
    assert json.loads(printed.stdout) == schema == build()
    for made in WORLDS:
        found = summarize(simulate(scenario_of(made))).as_dict()
        keeps_to(build).validate(json.loads(json.dumps(found, allow_nan=False)))
    with pytest.raises(jsonschema.ValidationError):
        keeps_to(build).validate({**found, "tasks": {**found["tasks"], "fialed": 1}})


def test_two_schemas_at_once_are_refused() -> None:
    ended = CliRunner().invoke(app, ["schema", "--summary", "--experiment"])
    assert ended.exit_code == 2
    assert "ask for one of them" in ended.stderr


def test_the_type_states_what_each_part_of_the_answer_is() -> None:
    """A field that is no number says in its own words what it holds."""
    for part in (Answer, *(type(one) for one in answers()[0][0].values() if hasattr(one, "as_dict"))):
        assert part.__doc__
