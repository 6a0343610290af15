"""What the nodes of a run cost by pool and kind: all of the bill that does not ask what the nodes did meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulator.results.money.billed_time import billed_rows, rounding, without_vm
from simulator.results.money.tariff import PAID_AS, Tariff
from simulator.results.raw.control_plane import KINDS, PREEMPTED, Control

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.results.money.rates import Rates
    from simulator.scenario.format.schema import Options

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Charge:
    """The nodes of one pool and kind, their milliseconds, and what one of these costs."""

    pool: int
    name: str
    """The pool's id."""
    paid_as: str
    nodes: npt.NDArray[np.bool_]
    rates: Rates
    billed: int
    """Milliseconds that are billed as those of a VM, with rounding."""
    preempted: int
    """Milliseconds without a VM, after a preemption."""
    deallocated: int
    """Milliseconds without a VM, by an operator's wish."""

    @property
    def units(self) -> int:
        """All that these nodes cost but for what they share."""
        rates = self.rates
        return (
            self.billed * rates.of_vm
            + self.preempted * rates.without_vm(preempted=True)
            + self.deallocated * rates.without_vm(preempted=False)
        )


@dataclass(frozen=True, slots=True)
class Charges:
    """What a run costs by pool and kind, in units of the bill, and what stands behind the prices."""

    by_kind: tuple[Charge, ...]
    network: tuple[int, ...]
    """By pool: units of the addresses and balancers that its nodes share."""
    notes: tuple[str, ...]
    """Assumptions behind prices, and what stands in the way of a bill."""

    @property
    def is_known(self) -> bool:
        """Whether every price is."""
        return all(charge.rates.is_known for charge in self.by_kind)

    @property
    def total(self) -> int:
        """Units of the whole bill."""
        return sum(charge.units for charge in self.by_kind) + sum(self.network)

    @property
    def licenses(self) -> int:
        """Units of the total that application licences make up."""
        return sum(charge.billed * charge.rates.licenses for charge in self.by_kind)

    @property
    def extras(self) -> int:
        """Units of the total that a user's own subscription pays beside VMs and data disks."""
        there = ((charge.billed + charge.preempted + charge.deallocated, charge.rates) for charge in self.by_kind)
        return sum(time * rates.os_disk for time, rates in there) + sum(self.network)


def make_charges(tariff: Tariff, control: Control, options: Options) -> Charges:
    """Price every billed millisecond, whatever was done in it."""
    is_billed = billed_rows(control, options)
    length = control.end - control.start
    is_free, free = without_vm(control), np.zeros(len(length), dtype=np.int64)
    if is_free.any():
        worked = control.worked.measure(control.node[is_free], control.start[is_free], control.end[is_free])
        free[is_free] = length[is_free] - worked
    is_preempted = control.state == PREEMPTED
    times = (
        _by_node(control, np.where(is_billed, length, 0)) + rounding(control, is_billed, options),
        _by_node(control, np.where(is_preempted, free, 0)),
        _by_node(control, np.where(is_preempted, 0, free)),
    )
    charges: list[Charge] = []
    network: list[int] = []
    notes: list[str] = []
    for pool in range(len(control.raw.pools)):
        found = [*_of_pool(tariff, control, pool, times)]
        charges += found
        notes += [note for charge in found for note in charge.rates.notes]
        network.append(_network(tariff, control, pool) if found else 0)
        notes += [tariff.shared(pool).note] if found and tariff.shared(pool).note else []
    return Charges(tuple(charges), tuple(network), tuple(dict.fromkeys(notes)))


def _by_node(control: Control, values: Ints) -> Ints:
    """Add up what stands in the rows of the node states by node."""
    found = np.zeros(len(control.node_pool), dtype=np.int64)
    np.add.at(found, control.node, values)
    return found


def _of_pool(tariff: Tariff, control: Control, pool: int, times: tuple[Ints, Ints, Ints]) -> Iterator[Charge]:
    """Yield the nodes of a pool by kind, where it had any."""
    mine = control.node_pool == pool
    for code, kind in enumerate(KINDS):
        nodes = mine & (control.node_kind == code)
        if nodes.any():
            billed, preempted, deallocated = (int(time[nodes].sum()) for time in times)
            name, paid_as = control.raw.pools[pool].id, str(PAID_AS[tariff.paid_as[pool, code]])
            yield Charge(pool, name, paid_as, nodes, tariff.rates(pool, kind), billed, preempted, deallocated)


def _network(tariff: Tariff, control: Control, pool: int) -> int:
    """Return what the nodes of a pool share of addresses and balancers."""
    shared = tariff.shared(pool)
    if not shared.rate:
        return 0
    mine = control.node_pool[control.node] == pool
    return shared.over(control.start[mine], control.end[mine])
