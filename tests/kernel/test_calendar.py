"""A calendar gives what a sorted list gives, however near or far, many or few, what is put in lies."""

from bisect import insort
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.kernel.speeds import SPEEDS

SHIFT = 10
EMPTY = 2**63 - 1
SPANS = [0, 1, 50, 3_000, 70_000, 10**7, 2**40]
"""How far ahead an end may lie: from the same instant to some decades."""


def steps(seed: int, count: int) -> Any:
    """Draw what is done: a surge now and then, else about as much put in as taken out."""
    stream = np.random.default_rng(seed)
    span = SPANS[int(stream.integers(0, len(SPANS)))]
    for _ in range(count):
        kind = stream.choice(["surge", "push", "pop", "replace", "early"], p=[0.004, 0.45, 0.4, 0.136, 0.01])
        if stream.random() < 0.02:
            span = SPANS[int(stream.integers(0, len(SPANS)))]
        ahead = stream.integers(0, span + 1, int(stream.integers(500, 3000)) if kind == "surge" else 1)
        yield kind, ahead.tolist(), stream.integers(0, 1 << SHIFT, len(ahead)).tolist()


@examples(60)
@given(st.integers(0, 2**32))
@pytest.mark.parametrize("speed", SPEEDS)
def test_calendars_agree_with_sorting(speed: str, seed: int) -> None:
    made = SPEEDS[speed].calendar.Calendar(SHIFT)
    keys: list[int] = []
    now = 0

    def put(key: int) -> None:
        insort(keys, key)
        made.push(key)

    for kind, ahead, tasks in steps(seed, 600):
        key = now + ahead[0] << SHIFT | tasks[0]
        if kind in ("surge", "push"):
            for more, task in zip(ahead, tasks, strict=True):
                put(now + more << SHIFT | task)
        elif kind == "early":  # before what was taken out last: an entry that was not valid any more
            put(max(now - ahead[0], 0) << SHIFT | tasks[0])
        elif keys:
            now = max(now, keys[0] >> SHIFT)
            if kind == "pop":
                made.pop()
                keys.pop(0)
            else:
                keys.pop(0)
                insort(keys, key)
                made.replace(key)
        assert (made.size, made.top) == (len(keys), keys[0] if keys else EMPTY)
        if keys and seed % 2:  # the question opens the first bucket
            assert made.is_alone(SHIFT) == (len(keys) == 1 or keys[0] >> SHIFT != keys[1] >> SHIFT)
    while keys:
        assert made.top == keys.pop(0)
        made.pop()
    assert (made.size, made.top) == (0, EMPTY)


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_last_instant_has_a_place(speed: str) -> None:
    made = SPEEDS[speed].calendar.Calendar(SHIFT)
    last = (EMPTY >> SHIFT) - 1
    keys = [last << SHIFT | 7, 5 << SHIFT, last << SHIFT | 3, last - 1 << SHIFT]
    for key in keys:
        made.push(key)
    for key in sorted(keys):
        assert made.top == key
        assert made.is_alone(SHIFT) == (key != last << SHIFT | 3)
        made.pop()
