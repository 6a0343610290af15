"""What somebody states of files that the files do not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from simulator.tables.instants import Order
from simulator.tables.outcomes import Outcome

Outcomes = Literal["recorded", "succeeded"]
"""Whether failures and retries are replayed, or each task as one attempt that succeeds."""
ParallelJobs = Literal["multi_slot", "multi_instance"]
"""What jobs of several processors become: one task of that many slots, or one of that many nodes."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options of an import that concern what is read and replayed."""

    format: str | None = None
    """Name of the reader; None: by content."""
    columns: tuple[str, ...] = ()
    """Names of all columns of a table without a line of names."""
    uses: Mapping[str, str] = field(default_factory=dict)
    """Columns of any table by what they hold, as a column of tasks."""
    time_unit: str | None = None
    memory_unit: str | None = None
    time_zone: str | None = None
    date_order: Order | None = None
    only: frozenset[Outcome] = frozenset()
    """Outcomes of the tasks that are replayed; none: all that ran and ended."""
    outcomes: Outcomes = "recorded"
    parallel_jobs: ParallelJobs = "multi_slot"
