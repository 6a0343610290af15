"""Differences of records name rows that are there more often than they should be."""

import pytest

from tests.oracle.compare import first_difference
from tests.replay import differences
from tests.rows import missing


@pytest.mark.parametrize(
    ("rows", "others", "expected"),
    [
        ([1, 1, 2], [1, 2], [1]),
        ([1, 2], [1, 1, 2], []),
        ([[1], [1]], [], [[1], [1]]),
        ([1, 2], [2, 1], []),
    ],
)
def test_a_row_is_missing_as_often_as_it_lacks(
    rows: list[object], others: list[object], expected: list[object]
) -> None:
    assert missing(rows, others) == expected


def test_a_replay_names_a_row_that_is_there_twice() -> None:
    assert differences([(1,), (2,)], [(1,), (1,), (2,)]) == ["found, not expected: (1,)"]
    assert differences([(1,), (1,)], [(1,)]) == ["expected, not found: (1,)"]
    assert differences([(1,), (2,)], [(2,), (1,)]) == ["the same rows in another order"]
    assert differences([(1,)], [(1,)]) == []


def test_the_oracle_names_a_row_that_is_there_twice() -> None:
    once, twice = {"attempts": [("a", 1)]}, {"attempts": [("a", 1), ("a", 1)]}
    assert first_difference(twice, once).startswith("attempts: engine only: ")
    assert first_difference(once, twice).startswith("attempts: oracle only: ")
