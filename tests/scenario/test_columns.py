"""Columns without memory, names without strings, quantiles without a library: each against the plain way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from simulator.columns.broadcast import chosen, constant, distinct, is_constant, joined, rescaled
from simulator.columns.task_names import Given, Names, Numbered, Prefixed, TaskNames
from simulator.numerics.normal import quantile


def test_normal_quantiles_agree_with_a_library_in_the_middle_and_far_out() -> None:
    u = np.concatenate([np.random.default_rng(1).random(10_000), 10.0 ** -np.arange(1, 308, 3), [0.5, 1 - 2**-53]])
    assert np.allclose(quantile(u), ndtri(u), rtol=1e-14, atol=1e-15)
    assert quantile(np.array([0.0, 1.0])).tolist() == [-np.inf, np.inf]


@st.composite
def columns(draw: st.DrawFn) -> list[np.ndarray]:
    count = draw(st.integers(1, 12))
    values = st.lists(st.integers(0, 3), min_size=count, max_size=count)
    return [
        constant(draw(st.integers(0, 3)), count, np.int32)
        if draw(st.booleans())
        else np.array(draw(values), dtype=np.int32)
        for _ in range(draw(st.integers(1, 4)))
    ]


@given(columns())
def test_distinct_rows_are_those_of_a_sorted_set(parts: list[np.ndarray]) -> None:
    rows, place = distinct(parts)
    listed = list(zip(*(part.tolist() for part in parts), strict=True))
    assert rows == sorted(set(listed))
    assert [rows[at] for at in place] == listed


@given(columns(), st.sampled_from([1, 1000, 0.5]))
def test_constant_columns_are_like_written_ones(parts: list[np.ndarray], scale: float) -> None:
    written = [np.array(part) for part in parts]
    order = np.arange(sum(map(len, parts)))[::-1]
    made = chosen(rescaled(joined(parts), scale, np.int64), order)
    assert made.tolist() == chosen(rescaled(joined(written), scale, np.int64), order).tolist()
    assert is_constant(made) == (len({part[0] for part in parts}) == 1 and all(map(is_constant, parts)))


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 1234])
def test_numbered_names_are_written_as_they_are_read(count: int) -> None:
    names = Numbered("größe", count)
    written = [names[index] for index in range(count)]
    for first, last in ((0, count), (count // 2, count), (0, count // 3), (min(8, count), min(101, count))):
        assert names.column(first, last).to_pylist() == written[first:last]


def test_names_of_several_blocks_follow_the_rows() -> None:
    blocks: tuple[Names, ...] = (Numbered("a", 12), Given(["x", "y"]), Prefixed("swf-", np.array([7, 3])))
    order = np.random.default_rng(3).permutation(16)
    names = TaskNames(blocks, np.array([0, 12, 14]), order)
    assert names.column().to_pylist() == [names[row] for row in range(16)]
    assert sorted(names.column().to_pylist())[-2:] == ["x", "y"]
    assert names.column(slice(3, 14)).to_pylist() == names.column().to_pylist()[3:14]
    as_written = TaskNames(blocks, names.starts, None)
    assert as_written.column(slice(9, 13)).to_pylist() == ["a-10", "a-11", "a-12", "x"]
    assert as_written.column(slice(12, 99)).to_pylist() == ["x", "y", "swf-7", "swf-3"]
    assert as_written.column(slice(5, 5)).to_pylist() == []
    assert TaskNames((), np.zeros(0, dtype=np.int64), None).column().to_pylist() == []
