"""The engine does what the oracle, written from docs/model.md alone, says; a difference names the seed that replays it.

`python -m tests.oracle SEED` prints the scenario of a seed, both records, and where they differ.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.oracle.compare import difference, first_difference
from tests.oracle.features import FEATURES, MEETINGS, features, scenario
from tests.oracle.world import run


def agree(seed: int) -> None:
    """Fail with the seed and the first differences, if there are any."""
    found = difference(scenario(seed))
    assert not found, f"python -m tests.oracle {seed}\n{found}"


@examples(50)
@given(st.integers(0, 10**6))
def test_engine_and_oracle_agree(seed: int) -> None:
    agree(seed)


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, 2000, 100))
def test_they_agree_on_many_seeds(first: int) -> None:
    for seed in range(first, first + 100):
        agree(seed)


def test_a_seed_is_one_scenario_in_every_run() -> None:
    assert scenario(7) == scenario(7)
    assert scenario(7) != scenario(8)


def test_every_meeting_and_every_feature_is_drawn() -> None:
    drawn = [features(seed) for seed in range(600)]
    assert set(FEATURES) == {name for chosen in drawn for name in chosen}
    assert set(MEETINGS) <= set(drawn)


def test_a_planted_difference_is_found() -> None:
    """Of two records of which one takes longer to create nodes: the rows that differ are named, attempts first."""
    made, later = scenario(0), scenario(0)
    for body in later["pools"]:
        body["simulation"]["timing"]["creating"] = "91s"

    assert first_difference(run(made), run(later)).startswith("attempts: engine only")
