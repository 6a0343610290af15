"""The documents say what the code does: tables are made from it, and no option lacks a source and an effect."""

import re
from typing import get_type_hints

import pytest

from docs import assumptions, generate
from simulator import Scenario
from simulator.formula.options import Options
from simulator.formula.variable_meanings import MEANINGS
from simulator.formula.variables import RETIRED, SERVICE_NAMES
from simulator.results.money.prices import LOAD_BALANCER_HOUR, OS_DISK_GIB, PUBLIC_IP_HOUR, RATIOS
from simulator.scenario.format.preemption_models import OPEN_PROBABILITY
from simulator.states import PriceKind
from tests.test_references import anchors

PAGES = {name: (generate.HERE / name).read_text(encoding="utf-8") for name in generate.PAGES}


def keys(section: object) -> set[str]:
    return {key for key, _, _ in generate.properties(section)}


@pytest.mark.parametrize("name", PAGES)
def test_tables_are_made_from_the_code(name: str) -> None:
    assert PAGES[name] == generate.written(PAGES[name]), "run: python -m docs.generate"


def test_every_mapping_has_a_heading_of_its_own_on_the_page_of_keys() -> None:
    heads = re.findall(r"^## (.+)$", PAGES["keys.md"], re.MULTILINE)
    assert len(set(heads)) == len(heads)
    links = re.findall(r"\]\(#([\w-]+)\)", PAGES["keys.md"])
    assert set(links) == anchors(generate.HERE / "keys.md") - {"keys"}


def test_each_table_stands_on_one_page() -> None:
    placed = [found for text in PAGES.values() for _, found, _ in generate.BLOCK.findall(text)]
    assert sorted(placed) == sorted(generate.TABLES)


def test_every_option_has_its_source_and_effect() -> None:
    fields = Scenario.model_fields
    assert keys(fields["options"].annotation) == set(assumptions.OPTIONS)
    assert keys(fields["account"].annotation) == set(assumptions.ACCOUNT)
    timing = generate.pool_simulation("instant", "Linux").timing
    assert set(timing.model_dump(by_alias=True)) == {"preset", *assumptions.TIMING}
    assert "timing.preset" in assumptions.POOL
    assert set(get_type_hints(Options)) == set(assumptions.LANGUAGE)
    assert {name for name in SERVICE_NAMES if name not in RETIRED} == set(MEANINGS)


def test_every_key_of_a_pools_simulation_has_a_note() -> None:
    there = set(generate.pool_simulation("instant", "Linux").model_dump(by_alias=True))
    assert {key.partition(".")[0] for key in assumptions.POOL} | {"timing"} == there


def test_every_note_names_a_section_that_explains_it() -> None:
    there = anchors(generate.HERE / "model.md")
    notes = {**assumptions.OPTIONS, **assumptions.ACCOUNT, **assumptions.TIMING, **assumptions.POOL}
    assert not {key: note.section for key, note in notes.items() if note.section not in there}
    assert all(note.effect for note in (*notes.values(), *assumptions.LANGUAGE.values()))


def test_every_option_is_explained_in_the_text_and_not_only_in_the_table() -> None:
    prose = {name: generate.BLOCK.sub("", text) for name, text in PAGES.items()}
    assert not [key for key in assumptions.OPTIONS if f"`{key}" not in prose["model.md"] and key != "formula"]
    assert not [key for key in assumptions.LANGUAGE if f"`{key}" not in prose["autoscale-language.md"]]


def test_defaults_that_the_text_repeats_are_those_of_the_code() -> None:
    """A table changes by itself; these sentences do not."""
    text = PAGES["model.md"]
    options = Scenario.model_fields["options"].annotation
    given = options().model_dump(mode="json", by_alias=True)  # type: ignore[misc]  # the type of the section
    printed = {"sampleProfile": "| `typical` | 0 and 10 s |", "timingPreset": "Numbers of `typical`"}
    for key, sentence in printed.items():
        assert sentence in text
        assert f"`{given[key]}`" in sentence
    assert re.search(r"within one hour at its middle \(0.025, 0.075, 0.125, 0.175\)", text)
    assert f"it is taken as {OPEN_PROBABILITY}, which every answer says" in text
    low, spot = ([RATIOS[kind, windows] for windows in (False, True)] for kind in list(PriceKind)[1:])
    assert f"`lowPriorityRatio` of the dedicated one: {low[0]:.2f}, Windows {low[1]:.2f}" in text
    assert f"`spotRatio` of the dedicated one: {spot[0]}, Windows {spot[1]:.2f}" in text
    assert f"{OS_DISK_GIB[False]:g} GiB, Windows {OS_DISK_GIB[True]:g}" in text
    assert f"${PUBLIC_IP_HOUR} an hour" in text
    assert f"${LOAD_BALANCER_HOUR} an hour" in text
