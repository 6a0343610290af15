"""How many processors this process may use."""

import math
import os
from pathlib import Path
from typing import Final

QUOTA: Final = Path("/sys/fs/cgroup/cpu.max")
"""Where Linux states how much processor time a container may take: so many microseconds, or `max`, of so many."""


def processors() -> int:
    """Return the number of processors of this process's affinity, and of its container's share where that is less."""
    affinity = getattr(os, "sched_getaffinity", None)
    count = os.cpu_count() or 1 if affinity is None else len(affinity(0))
    return max(1, min(count, _granted(count)))


def _granted(count: int) -> int:
    """Return how many processors the container's share comes to, rounded up; `count` where it has no limit."""
    try:
        taken, of = QUOTA.read_text(encoding="ascii").split()
        return count if taken == "max" else math.ceil(int(taken) / int(of))
    except (OSError, ValueError):
        return count
