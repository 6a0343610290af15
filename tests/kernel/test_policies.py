"""Kernel and naive oracle agree on every attempt of small pools under every queue discipline and placement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.policy.scheduling.registry import PLACEMENTS, QUEUES
from tests.examples import examples
from tests.kernel.oracle_pools import ordered
from tests.kernel.speeds import ASSERTED, SPEEDS
from tests.replay import ORDERED, replay


@examples(120)
@given(st.integers(0, 2**32))
@pytest.mark.parametrize("speed", SPEEDS)
def test_kernel_and_oracle_agree_on_every_attempt_under_every_policy(speed: str, seed: int) -> None:
    found = replay(ORDERED, seed, speed)
    assert not found.problems, found


@examples(20)
@given(st.integers(0, 2**32))
def test_nothing_is_lost_or_oversubscribed_under_any_policy(seed: int) -> None:
    found = replay(ORDERED, seed, ASSERTED)
    assert not found.problems, found


def test_made_up_pools_have_every_policy_of_the_registry() -> None:
    plans = [ordered(seed) for seed in range(150)]
    assert {plan.queue for plan in plans} == set(QUEUES)
    assert {plan.placement for plan in plans} == set(PLACEMENTS)
