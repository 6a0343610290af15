"""A run as tables: what happened, as pandas frames, times in seconds since the scenario's origin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulator.results.control import Control
from simulator.results.ledger import Ledger, make_ledger
from simulator.results.money import Bill, make_bill
from simulator.results.raw import RawRun
from simulator.results.reasons import unfinished_why
from simulator.results.tables import arrow
from simulator.scenario.schema import Scenario
from simulator.scenario.workload import Workload

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
        """Give a table as Arrow columns; `simulator.results.schema` describes them."""
        return arrow(self, name)

    def _frame(self, name: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.table(name).to_pandas()
        return frame

    @cached_property
    def tasks(self) -> pd.DataFrame:
        """One row a task."""
        return self._frame("tasks")

    @cached_property
    def attempts(self) -> pd.DataFrame:
        """One row for each execution of a task on a node."""
        return self._frame("attempts")

    @cached_property
    def pools(self) -> pd.DataFrame:
        """One row a pool."""
        return self._frame("pools")

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """One row a node."""
        return self._frame("nodes")

    @cached_property
    def node_states(self) -> pd.DataFrame:
        """One row for each state of each node."""
        return self._frame("node_states")

    @cached_property
    def resizes(self) -> pd.DataFrame:
        """One row a resize, refused ones included."""
        return self._frame("resizes")

    @cached_property
    def pool_timeline(self) -> pd.DataFrame:
        """One row for each instant at which anything of a pool changed."""
        return self._frame("pool_timeline")

    @cached_property
    def operations(self) -> pd.DataFrame:
        """One row for each operation of the scenario's timeline."""
        return self._frame("operations")

    @cached_property
    def evaluations(self) -> pd.DataFrame:
        """One row for each evaluation of an autoscale formula."""
        return self._frame("evaluations")

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
