"""Changes of single values in a YAML text: what is asked for is there afterwards, and everything else as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.lab.gallery import SCENES, scene_text
from simulator.lab.scene_data import value_at
from simulator.lab.yaml_edits import Put, Remove, edited
from simulator.scenario.reading.yaml_data import read_yaml

TEXT = """# what for
name: a scene  # a remark
pools:
  - id: p  # the pool
    vmSize: Standard_D2_v3
    autoScaleFormula: |
      $a = 1;
      $TargetDedicatedNodes = $a;
    limits: {low: 1, high: 2}
jobs:
  - {id: j, workload: [{count: 3, duration: 5m}]}
empty:  # for later
"""
VALUES = st.one_of(st.integers(-5, 500), st.booleans(), st.sampled_from(["5m", "a: b", "yes", "", "#", "it's", "ä"]))
PLACES = st.sampled_from(
    [
        ("name",),
        ("new",),
        ("pools", 0, "vmSize"),
        ("pools", 0, "limits", "low"),
        ("pools", 0, "limits", "middle"),
        ("pools", 0, "simulation", "timing", "starting"),
        ("pools", 1, "id"),
        ("jobs", 0, "workload", 0, "duration"),
        ("jobs", 0, "workload", 1),
        ("empty", "now"),
        ("timeline", 0),
    ]
)


@given(PLACES, VALUES)
def test_a_value_that_is_put_is_there_and_all_else_stays(place: tuple[str | int, ...], value: Any) -> None:
    before = read_yaml(TEXT)
    text = edited(TEXT, [Put(place, value)])
    after = read_yaml(text)
    assert value_at(after, *place) == value
    for remark in ("# what for", "  # a remark", "  # the pool", "  # for later"):
        assert remark in text
    for other in ("name", "pools", "jobs"):
        if place[0] != other:
            assert after[other] == before[other]


@given(PLACES, VALUES)
def test_what_was_added_and_is_removed_leaves_nothing(place: tuple[str | int, ...], value: Any) -> None:
    if value_at(read_yaml(TEXT), *place) is None and place[0] not in ("empty", "pools"):
        assert read_yaml(edited(TEXT, [Put(place, value), Remove(place)])) == read_yaml(TEXT)


def test_a_formula_stays_a_block_of_lines() -> None:
    text = edited(TEXT, [Put(("pools", 0, "autoScaleFormula"), "$b = 2;\n\n$TargetDedicatedNodes = $b;\n")])
    assert "    autoScaleFormula: |\n      $b = 2;\n\n      $TargetDedicatedNodes = $b;\n    limits" in text


def test_lines_are_added_and_taken_away_one_by_one() -> None:
    one, two = {"at": "1h", "operation": "outage"}, {"at": "2h", "operation": "outage"}
    text = edited(TEXT, [Put(("timeline", 0), one), Put(("timeline", 1), two)])
    assert text.endswith("timeline:\n  - {at: 1h, operation: outage}\n  - {at: 2h, operation: outage}\n")
    assert value_at(read_yaml(edited(text, [Remove(("timeline", 0))])), "timeline") == [two]
    assert edited(text, [Remove(("timeline", 1)), Remove(("timeline", 0))]) == TEXT


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_scene_keeps_its_words_when_the_seed_is_moved(scene: Any) -> None:
    text = scene_text(scene.name)
    after = edited(text, [Put(("seed",), 12)])
    assert [line for line in after.splitlines() if not line.startswith("seed:")] == [
        line for line in text.splitlines() if not line.startswith("seed:")
    ]
    assert read_yaml(after)["seed"] == 12
