"""Multi-instance tasks whose coordination command fails on some node: which of their attempts end at that barrier.

All instances must pass it (`docs/model.md#multi-instance-tasks`); a subtask does nothing else, so this is also how a
subtask fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.workload.block import Block

MOST_ATTEMPTS: Final = 1000
"""Attempts drawn per task; a task that has not ended by then fails for ever."""


def with_coordination_failures(
    block: Block, probability: npt.NDArray[np.float64], code: npt.NDArray[np.int32], generator: np.random.Generator
) -> Block:
    """Return a block whose multi-instance tasks have attempts that fail at the barrier.

    `probability` is that of the command's failure on one node in one attempt, `code` its exit code. Each task has a
    random stream of its own, so that one more instance of a task changes no other task's draws.
    """
    seeds = generator.integers(2**63, size=len(block))
    failures, exit_code = np.array(block.failures), np.array(block.exit_code)
    coordination_failures: dict[int, frozenset[int]] = {}
    for place in np.flatnonzero((block.instances > 1) & (probability > 0)).tolist():
        draw = np.random.default_rng(int(seeds[place])).random
        passes = (1 - probability[place]) ** block.instances[place]
        stopped, total = attempts_of(1 - passes, int(failures[place]), int(block.max_retries[place]), draw)
        if stopped:
            coordination_failures[place] = frozenset(stopped)
            failures[place] = total
            is_last = total < 0 and block.max_retries[place] in stopped
            exit_code[place] = code[place] if is_last or not exit_code[place] else exit_code[place]
    if not coordination_failures:
        return block
    return replace(block, failures=failures, exit_code=exit_code, coordination_failures=coordination_failures)


def attempts_of(probability: float, failures: int, retries: int, draw: Callable[[], float]) -> tuple[list[int], int]:
    """Return the attempts, from 0, that end at the barrier, and how many fail in all; −1: every one that there is.

    Attempts that pass it fail `failures` times before one succeeds (−1: always); `retries` −1 = without limit.
    """
    stopped: list[int] = []
    for attempt in range(MOST_ATTEMPTS if retries < 0 else min(retries + 1, MOST_ATTEMPTS)):
        if draw() < probability:
            stopped.append(attempt)
        elif failures == 0:
            return stopped, attempt
        else:
            failures -= failures > 0
    return stopped, -1
