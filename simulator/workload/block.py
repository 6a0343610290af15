"""The tasks of one source of a job, as columns: what a file lists, a group draws, or a trace replays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.columns.task_names import Names
from simulator.workload.listed_kinds import ListedKinds

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Block:
    """The tasks of one source, in file order, seconds and plain numbers."""

    submit: Floats
    duration: Floats
    slots: Int32s
    cores: Floats
    memory: Floats
    instances: Int32s
    max_retries: Int32s
    failures: Int32s
    exit_code: Int32s
    containers: npt.NDArray[np.bool_]
    names: Names
    more: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    """Columns that few tasks need, by name (`optional_columns.COLUMNS`)."""
    listed: ListedKinds | None = None
    """The bodies, where the file lists them."""
    parents: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """By place: ids of the tasks that must complete first, of tasks without a body."""
    coordination_failures: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """By place: attempts of a multi-instance task, from 0, that fail when they coordinate."""

    def __len__(self) -> int:
        return len(self.submit)
