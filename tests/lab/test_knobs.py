"""Knobs: every one that a scene has can be turned, reads back what it was turned to, and leaves a scene that runs."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.errors import InputError
from simulator.lab.gallery import SCENES, scene_text
from simulator.lab.knobs import handles, turned
from simulator.lab.scene import NOWHERE, Scene


def other_value(knob: Any) -> Any:
    """Return a value that a knob does not have now."""
    if knob.choices:
        return next(one for one in knob.choices if one != knob.value)
    if knob.is_curve:
        return [one + 1 for one in knob.value]
    if knob.stops:
        return next(value for value, _ in knob.stops if value and value != knob.value)
    return knob.value + knob.step if knob.value + knob.step <= knob.high else knob.value - knob.step


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_knob_of_every_scene_turns(scene: Any) -> None:
    text = scene_text(scene.name)
    start = Scene(text, NOWHERE)
    found = handles(start.data)
    assert set(scene.knobs) <= set(found)
    for name, handle in found.items():
        if not handle.knob.stops and not handle.knob.choices and not handle.knob.is_curve:
            steps = (handle.knob.value - handle.knob.low) / handle.knob.step
            assert abs(steps - round(steps)) < 1e-6, f"a slider cannot show the value of {name}"
        value = other_value(handle.knob)
        moved = start.with_changes([{"knob": name, "value": value}])
        now = handles(moved.data).get(name)
        if now is not None and now.knob.value is not None and not name.endswith("spotShare"):
            assert now.knob.value == (tuple(value) if isinstance(value, list) else value), name
        moved.scenario()


def test_a_window_of_a_formula_is_a_knob_wherever_it_stands() -> None:
    formula = "$a = avg($PendingTasks.GetSample(TimeInterval_Minute * 5, 70)); $b = 5 * TimeInterval_Minute;"
    data = {"pools": [{"id": "p", "enableAutoScale": True, "autoScaleFormula": formula}]}
    (edit,) = turned(data, "pools.0.autoScaleFormula.window1", 600)
    assert getattr(edit, "value").count("10") == 2  # noqa: B009 - a change that puts
    assert "TimeInterval_Minute * 10, 70" in str(edit)


def test_a_number_in_a_comment_is_no_knob_and_a_time_zone_no_window() -> None:
    formula = "// $no = 3;\n$local = time() + 1 * TimeInterval_Hour;\n$yes = 4;\n"
    data = {"pools": [{"id": "p", "enableAutoScale": True, "autoScaleFormula": formula}]}
    names = [name for name in handles(data) if "autoScaleFormula" in name]
    assert names == ["pools.0.autoScaleFormula.$yes"]


@pytest.mark.parametrize("value", [-1, "4", None, True, [1], float("nan")])
def test_a_value_that_a_knob_cannot_have_is_refused(value: Any) -> None:
    data = {"pools": [{"id": "p", "targetDedicatedNodes": 3}]}
    with pytest.raises(InputError, match="dedicated nodes"):
        turned(data, "pools.0.targetDedicatedNodes", value)


def test_the_first_spot_nodes_of_a_pool_come_with_a_word_on_how_they_are_taken_back() -> None:
    text = scene_text("one_queue")
    moved = Scene(text, NOWHERE).with_changes([{"knob": "pools.0.spotShare", "value": 50}])
    assert "preemption: {model: hazard" in moved.text
    moved.scenario()
