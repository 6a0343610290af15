"""A run as tables: what happened, as pandas frames, times in seconds since the scenario's origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from simulator.results.record.frames import frame
from simulator.results.record.run_facts import Facts
from simulator.results.record.tables import arrow
from simulator.tables.parts import Condition, part_of
from simulator.units import MS_PER_S

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class Recording(Facts):
    """Everything one replication did. Columns of every table: `docs/tables.md`."""

    def table(self, name: str) -> pa.Table:
        """Return a table as Arrow columns (extra `tables`); `simulator.results.record.table_schema` describes them."""
        return arrow(self, name)

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario.name

    @property
    def origin(self) -> datetime:
        """The instant that all times count from."""
        return self.scenario.origin

    @property
    def end(self) -> float:
        """The end of the run, seconds since the origin."""
        return self.raw.end / MS_PER_S

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        return {}

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table as a pandas frame, made once."""
        if name not in self._frames:
            self._frames[name] = frame(self, name)
        return self._frames[name]

    def part(self, name: str, columns: Sequence[str] | None = None, *, where: Sequence[Condition] = ()) -> pd.DataFrame:
        """Return some columns, or all, of those rows of a table that meet all conditions."""
        return part_of(self.frame(name), columns, where)

    @property
    def tasks(self) -> pd.DataFrame:
        """One row a task."""
        return self.frame("tasks")

    @property
    def attempts(self) -> pd.DataFrame:
        """One row for each execution of a task on a node."""
        return self.frame("attempts")

    @property
    def jobs(self) -> pd.DataFrame:
        """One row for each state of each job."""
        return self.frame("jobs")

    @property
    def node_tasks(self) -> pd.DataFrame:
        """One row for each preparation or release task of a job on a node."""
        return self.frame("node_tasks")

    @property
    def pools(self) -> pd.DataFrame:
        """One row a pool."""
        return self.frame("pools")

    @property
    def nodes(self) -> pd.DataFrame:
        """One row a node."""
        return self.frame("nodes")

    @property
    def node_states(self) -> pd.DataFrame:
        """One row for each state of each node."""
        return self.frame("node_states")

    @property
    def start_tasks(self) -> pd.DataFrame:
        """One row for each attempt of a start task."""
        return self.frame("start_tasks")

    @property
    def memory_excess(self) -> pd.DataFrame:
        """One row for each span in which tasks asked for more memory than their node has."""
        return self.frame("memory_excess")

    @property
    def resizes(self) -> pd.DataFrame:
        """One row a resize, refused ones included."""
        return self.frame("resizes")

    @property
    def pool_timeline(self) -> pd.DataFrame:
        """One row for each instant at which anything of a pool changed."""
        return self.frame("pool_timeline")

    @property
    def operations(self) -> pd.DataFrame:
        """One row for each operation of the scenario's timeline."""
        return self.frame("operations")

    @property
    def evaluations(self) -> pd.DataFrame:
        """One row for each evaluation of an autoscale formula."""
        return self.frame("evaluations")
