"""Designs: every combination, named cases, and points spread evenly."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import InputError
from simulator.experiment.design import Axis, Span, axis, cases, crossed, grid, label, latin_hypercube, sobol


def test_a_grid_has_every_combination_and_the_last_axis_varies_fastest() -> None:
    points = grid([axis("a", [1, 2]), axis("b", {"small": {"x": 1}, "large": {"x": 9}}, "path.b")])
    assert [tuple(point.shown.values()) for point in points] == [(1, "small"), (1, "large"), (2, "small"), (2, "large")]
    assert points[1].settings == {"a": 1, "path.b": {"x": 9}}
    assert points[1].axis_of("path.b") == "b"


def test_cases_set_several_paths_and_can_be_crossed() -> None:
    points = crossed(cases([("slow", {"x": 1, "y": 2}), ("fast", {"x": 3})]), grid([axis("z", [0, 1])]))
    assert len(points) == 4
    assert points[3].shown == {"case": "fast", "z": 1}
    assert points[0].settings == {"x": 1, "y": 2, "z": 0}


@given(st.integers(1, 40), st.integers(0, 5))
@settings(deadline=None)  # the first call imports SciPy
def test_latin_hypercubes_hit_every_strip_once(count: int, seed: int) -> None:
    points = latin_hypercube([Axis("u", span=Span(0, 1, ("u",))), axis("v", ["p", "q"])], count, seed)
    strips = sorted(int(float(point.shown["u"]) * count) for point in points)
    assert strips == list(range(count))
    halves = [point.shown["v"] for point in points].count("p")
    assert abs(halves - count / 2) <= 1
    assert points == latin_hypercube([Axis("u", span=Span(0, 1, ("u",))), axis("v", ["p", "q"])], count, seed)


@pytest.mark.parametrize("count", [1, 5, 8])
def test_sobol_points_are_whole_where_whole_numbers_are_meant(count: int) -> None:
    points = sobol(
        [Axis("n", span=Span(1, 8, ("n",), whole=True)), Axis("r", span=Span(0.01, 1, ("r",), log=True))], count
    )
    assert len(points) == count
    if count == 8:
        assert sorted(point.settings["n"] for point in points) == list(range(1, 9))  # type: ignore[type-var]
    assert all(0.01 <= float(point.shown["r"]) <= 1 for point in points)


def test_a_grid_of_a_range_without_steps_is_refused() -> None:
    with pytest.raises(InputError, match="axis 'u': a grid needs a step or a count"):
        grid([Axis("u", span=Span(0, 1, ("u",)))])


def test_labels_fit_a_table() -> None:
    assert label("$a = 1;\n$b = 2;") == "$a = 1; $b = 2;"
    assert len(label("x" * 100)) == 40
    assert label(0.1 + 0.2) == "0.3"
