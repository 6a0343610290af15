"""What nodes cost an hour in each of their states, and what those of a pool share: bill and forecast both ask here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import numpy.typing as npt

from simulator.results.money.prices import (
    NODES_PER_BALANCER,
    Price,
    disks_of,
    licenses_of,
    network_of,
    os_disk_of,
    price_of,
)
from simulator.states import WITHOUT_VM, NodeKind, NodeState

if TYPE_CHECKING:
    from simulator.scenario.format.bodies import Pool
    from simulator.scenario.scenario import Scenario

NANO: Final = 1_000_000_000

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rates:
    """What a node of one pool and kind costs an hour, in billionths of a dollar."""

    machine: int
    data_disks: int
    data_disks_when_preempted: int
    os_disk: int
    licenses: int
    creating_is_billed: bool
    notes: tuple[str, ...]
    is_known: bool

    @classmethod
    def of(cls, scenario: Scenario, pool: Pool, kind: NodeKind) -> Self:
        """Look up every price, and keep what is to be reported of them."""
        prices = price_of(scenario, pool, kind), disks_of(pool), os_disk_of(scenario, pool), licenses_of(scenario, pool)
        machine, disks, os_disk, licenses = map(_units, prices)
        return cls(
            machine,
            disks,
            disks * scenario.options.bill_preempted_disks,
            os_disk,
            licenses,
            creating_is_billed=scenario.options.billing_start == "creating",
            notes=tuple(found.note for found in prices if found.note),
            is_known=prices[0].value is not None,
        )

    @property
    def of_vm(self) -> int:
        """The rate of a node with a VM that is billed."""
        return self.machine + self.data_disks + self.os_disk + self.licenses

    def without_vm(self, *, preempted: bool) -> int:
        """Return the rate of a node without a VM: its disks."""
        return self.os_disk + (self.data_disks_when_preempted if preempted else 0)

    def in_state(self, state: NodeState) -> int:
        """Return the rate of a node in a state."""
        if state in WITHOUT_VM:
            return self.without_vm(preempted=state is NodeState.PREEMPTED)
        return 0 if state is NodeState.CREATING and not self.creating_is_billed else self.of_vm


@dataclass(frozen=True, slots=True)
class Shared:
    """What up to `NODES_PER_BALANCER` nodes of a pool cost together an hour, in billionths of a dollar."""

    rate: int
    note: str

    @classmethod
    def of(cls, scenario: Scenario, pool: Pool) -> Self:
        """Look the price up."""
        price = network_of(scenario, pool)
        return cls(_units(price), price.note)

    def of_nodes(self, count: int) -> int:
        """Return the rate of so many nodes, whatever their states."""
        return self.rate * -(-count // NODES_PER_BALANCER)

    def over(self, start: Ints, end: Ints) -> int:
        """Return billionths of a dollar an hour times ms of nodes that are there from `start` to `end`, in ms."""
        if not self.rate or not len(start):
            return 0
        instants = np.concatenate([start, end])
        order = np.argsort(instants, kind="stable")
        count = np.cumsum(np.repeat([1, -1], len(start))[order])
        spans = np.diff(instants[order])
        return self.rate * int((-(-count[:-1] // NODES_PER_BALANCER) * spans).sum())


def _units(price: Price) -> int:
    return round((price.value or 0.0) * NANO)
