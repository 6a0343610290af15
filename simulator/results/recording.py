"""A run as tables: what happened, as pandas frames, times in seconds since the scenario's origin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulator.results.control import Control
from simulator.results.frames import frame
from simulator.results.ledger import Ledger, make_ledger
from simulator.results.money import Bill, make_bill
from simulator.results.raw import RawRun
from simulator.results.reasons import unfinished_why
from simulator.results.tables import arrow
from simulator.scenario.schema import Scenario
from simulator.scenario.workload import Workload
from simulator.units import MS_PER_S

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class Recording:
    """Everything one replication did. Columns of every table: `docs/tables.md`."""

    scenario: Scenario
    replication: int
    workload: Workload
    raw: RawRun

    def table(self, name: str) -> pa.Table:
        """Return a table as Arrow columns (extra `tables`); `simulator.results.schema` describes them."""
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

    @cached_property
    def control(self) -> Control:
        """Nodes and their states as columns."""
        return Control(self.raw)

    @cached_property
    def ledger(self) -> Ledger:
        """Where the node time went."""
        return make_ledger(self.control, self.scenario.options)

    @cached_property
    def bill(self) -> Bill:
        """Where the money went."""
        return make_bill(self.scenario, self.workload, self.control, self.ledger)

    @cached_property
    def unfinished(self) -> tuple[list[str], npt.NDArray[np.int32]]:
        """Why tasks did not complete: reasons, and for each task the index of its own (0 = it did)."""
        return unfinished_why(self.scenario, self.workload, self.control)
