"""Waiting for another process: until it is so, however slow the machine is."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

GUARD_S: Final = 600
"""No test needs that long on any machine; what is not so by then hangs."""
LOOK_S: Final = 0.02
T = TypeVar("T")


def eventually(look: Callable[[], T | None]) -> T:
    """Return what `look` finds as soon as it finds anything; fail if it hangs."""
    give_up = time.monotonic() + GUARD_S
    while time.monotonic() < give_up:
        found = look()
        if found is not None:
            return found
        time.sleep(LOOK_S)
    raise AssertionError(f"nothing after {GUARD_S} s: {look}")
