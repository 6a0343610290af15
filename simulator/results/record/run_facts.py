"""Everything one replication did, as columns: what the tables of a recording are made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from simulator.results.money.bill import Bill, make_bill
from simulator.results.money.bill_end import bill_end, until
from simulator.results.money.charges import Charges, make_charges
from simulator.results.money.ledger import Ledger, make_ledger
from simulator.results.money.tariff import Tariff
from simulator.results.raw.control_plane import Control
from simulator.results.raw.raw_run import RawRun
from simulator.results.why.unfinished import unfinished_why
from simulator.scenario.prepared import Prepared
from simulator.scenario.scenario import Scenario
from simulator.workload.build import Workload


@dataclass(frozen=True)
class Facts:
    """The columns of one replication, and what follows from them alone."""

    prepared: Prepared
    replication: int
    workload: Workload
    raw: RawRun

    @property
    def scenario(self) -> Scenario:
        """The scenario that ran."""
        return self.prepared.scenario

    @property
    def tariff(self) -> Tariff:
        """What the nodes of its pools cost."""
        return self.prepared.part(Tariff.of)

    @cached_property
    def control(self) -> Control:
        """Nodes and their states as columns."""
        return Control(self.raw)

    @cached_property
    def bill_end(self) -> int:
        """When ledger and bill end, in ms."""
        return bill_end(self.scenario, self.raw)

    @cached_property
    def billed(self) -> Control:
        """Nodes and their states as far as they are billed for."""
        return self.control if self.bill_end >= self.raw.end else Control(until(self.raw, self.bill_end))

    @cached_property
    def ledger(self) -> Ledger:
        """Where the node time went, up to the end of the bill."""
        return make_ledger(self.billed, self.scenario.options)

    @cached_property
    def charges(self) -> Charges:
        """What the nodes cost by pool and kind, up to the end of the bill."""
        return make_charges(self.tariff, self.billed, self.scenario.options)

    @cached_property
    def bill(self) -> Bill:
        """Where the money went, up to the end of the bill."""
        return make_bill(self.charges, self.workload, self.raw, self.ledger)

    @cached_property
    def unfinished(self) -> tuple[list[str], npt.NDArray[np.int32]]:
        """Why tasks did not complete: reasons, and for each task the index of its own (0 = it did)."""
        return unfinished_why(self.scenario, self.workload, self.control)
