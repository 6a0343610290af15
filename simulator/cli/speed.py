"""What commands say where the kernel is not compiled: that it is not, what that costs, and how to mend it."""

import time
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from simulator.cli.output import echo

P = ParamSpec("P")
R = TypeVar("R")

NOTED_AFTER_S: Final = 1.0
"""Shorter commands gain nothing that anybody would notice from a compiled kernel."""


def slowness() -> Iterator[str]:
    """Yield one sentence where the kernel is not compiled, and nothing where it is.

    The factor is that of a whole run of a million tasks (9.2 against 1.9 to 2.6 CPU seconds); the kernel alone is
    slower by more, small runs and studies by less.
    """
    from simulator.kernel import SPEED

    if SPEED != "compiled":
        yield (
            "the kernel is not compiled and runs as plain Python: large runs take up to five times as long; "
            "install a C compiler and the Python headers, then install poolsight again"
        )


def noting_speed(command: Callable[P, R], clock: Callable[[], float] = time.perf_counter) -> Callable[P, R]:
    """Return the command, ending with that sentence on stderr if it ran for more than a second."""

    @wraps(command)
    def timed(*args: P.args, **kwargs: P.kwargs) -> R:
        began = clock()
        try:
            return command(*args, **kwargs)
        finally:
            if clock() - began > NOTED_AFTER_S:
                for sentence in slowness():
                    echo(f"poolsight: {sentence}", err=True)

    return timed
