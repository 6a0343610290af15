"""Kernel and naive oracle agree on every attempt of small pools made up from a seed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.kernel.speeds import ASSERTED, SPEEDS
from tests.replay import MIXED, replay


@examples(300)
@given(st.integers(0, 2**32))
@pytest.mark.parametrize("speed", SPEEDS)
def test_kernel_and_oracle_agree_on_every_attempt(speed: str, seed: int) -> None:
    """The same record at each speed.

    Arrivals, slots/cores/memory, spread/pack, priorities, retries, dependencies, limits of time and of jobs,
    multi-instance tasks, loss of nodes, cores shared by more than they have room for.
    """
    found = replay(MIXED, seed, speed)
    assert not found.problems, found


@examples(40)
@given(st.integers(0, 2**32))
def test_nothing_is_lost_or_oversubscribed_at_any_step(seed: int) -> None:
    found = replay(MIXED, seed, ASSERTED)
    assert not found.problems, found
