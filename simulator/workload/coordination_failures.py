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
"""So many attempts of a task are drawn; a task that has not come to an end by then fails for ever."""


def stumbling(
    block: Block, chance: npt.NDArray[np.float64], code: npt.NDArray[np.int32], generator: np.random.Generator
) -> Block:
    """Let the barrier stop attempts of a block's multi-instance tasks.

    `chance` is that of the command on one node in one attempt, `code` its exit code. Each task has luck of its own,
    so that one more instance of a task moves no other's.
    """
    seeds = generator.integers(2**63, size=len(block))
    failures, exit_code = np.array(block.failures), np.array(block.exit_code)
    stumbles: dict[int, frozenset[int]] = {}
    for place in np.flatnonzero((block.instances > 1) & (chance > 0)).tolist():
        dice = np.random.default_rng(int(seeds[place])).random
        passes = (1 - chance[place]) ** block.instances[place]
        stopped, total = attempts_of(1 - passes, int(failures[place]), int(block.max_retries[place]), dice)
        if stopped:
            stumbles[place] = frozenset(stopped)
            failures[place] = total
            is_last = total < 0 and block.max_retries[place] in stumbles[place]
            exit_code[place] = code[place] if is_last or not exit_code[place] else exit_code[place]
    return replace(block, failures=failures, exit_code=exit_code, stumbles=stumbles) if stumbles else block


def attempts_of(chance: float, failures: int, retries: int, dice: Callable[[], float]) -> tuple[list[int], int]:
    """Give the attempts, from 0, that end at the barrier, and how many fail in all; −1: every one that there is.

    Attempts that pass it fail `failures` times before one succeeds (−1: always); `retries` −1 = without limit.
    """
    stopped: list[int] = []
    for attempt in range(MOST_ATTEMPTS if retries < 0 else min(retries + 1, MOST_ATTEMPTS)):
        if dice() < chance:
            stopped.append(attempt)
        elif failures == 0:
            return stopped, attempt
        else:
            failures -= failures > 0
    return stopped, -1
