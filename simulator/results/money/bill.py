"""The bill: exact integers, so that parts add up to the whole.

The unit inside is a billionth of a dollar an hour, for one millisecond. Nothing is rounded to cents: a node-second of
a small machine costs a few millionths of a dollar, and experiments compare sums of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from simulator.results.money.ledger import BUSY, LABELS, UNPAID, Label, Ledger
from simulator.results.money.prices import (
    NODES_PER_BALANCER,
    Price,
    disks_of,
    licenses_of,
    network_of,
    os_disk_of,
    price_kind,
    price_of,
)
from simulator.results.raw.control_plane import KINDS, Control
from simulator.results.raw.raw_run import RawRun
from simulator.scenario.format.bodies import Pool
from simulator.scenario.scenario import Scenario
from simulator.states import NodeKind
from simulator.units import MS_PER_HOUR
from simulator.workload.build import Workload

NANO: Final = 1_000_000_000
UNITS_PER_DOLLAR: Final = NANO * MS_PER_HOUR
NOT_WORKING: Final = "(no job)"
"""Entry of the cost by job for time in which no task was on the node."""


@dataclass(frozen=True, slots=True)
class Bill:
    """Units by pool, kind and label, and by job."""

    parts: dict[tuple[str, str, str], int]
    by_job: dict[str, int]
    licenses: int
    """Units of `parts` that application licences make up."""
    extras: int
    """Units of `parts` that a user's own subscription pays beside VMs and data disks."""
    notes: tuple[str, ...]
    """Assumptions behind prices, and what stands in the way of a bill."""
    is_known: bool

    def by(self, position: int) -> dict[str, int]:
        """Add up by pool (0), kind (1) or label (2)."""
        found: dict[str, int] = {}
        for key, units in self.parts.items():
            found[key[position]] = found.get(key[position], 0) + units
        return found

    @property
    def total(self) -> int:
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class _Rates:
    """What a node of one pool and kind costs an hour, in billionths of a dollar."""

    machine: int
    data_disks: int
    data_disks_without_vm: int
    os_disk: int
    licenses: int
    notes: tuple[str, ...]
    is_known: bool

    @classmethod
    def of(cls, scenario: Scenario, pool: Pool, kind: NodeKind) -> Self:
        """Look up every price, and keep what is to be reported of them."""
        prices = price_of(scenario, pool, kind), disks_of(pool), os_disk_of(scenario, pool), licenses_of(scenario, pool)
        notes = tuple(found.note for found in prices if found.note)
        machine, disks, os_disk, licenses = map(_units, prices)
        kept = disks * scenario.options.bill_preempted_disks
        return cls(machine, disks, kept, os_disk, licenses, notes, prices[0].value is not None)


@dataclass(frozen=True, slots=True)
class _Group:
    """The nodes of one pool and kind, the milliseconds that they spent by label, and what these cost."""

    pool: str
    kind: str
    nodes: npt.NDArray[np.bool_]
    time: list[int]
    billed: list[int]
    rates: _Rates
    network: list[int]
    """The share of addresses and balancers, by label."""

    @property
    def paid(self) -> list[int]:
        """Units by label: of a VM the whole price, of a node without one its disks."""
        rates = self.rates
        of_vm = rates.machine + rates.data_disks + rates.os_disk + rates.licenses
        paid = [amount * of_vm + share for amount, share in zip(self.billed, self.network, strict=True)]
        for label in UNPAID:
            place = LABELS.index(label)
            disks = rates.data_disks_without_vm if label is Label.PREEMPTED else 0
            paid[place] += self.time[place] * (rates.os_disk + disks)
        return paid

    @property
    def extras(self) -> int:
        """Units of what a user's own subscription pays beside VMs and data disks."""
        without_vm = sum(self.time[LABELS.index(label)] for label in UNPAID)
        return (sum(self.billed) + without_vm) * self.rates.os_disk + sum(self.network)


def make_bill(scenario: Scenario, workload: Workload, control: Control, ledger: Ledger) -> Bill:
    """Price every billed millisecond."""
    groups: list[_Group] = []
    notes: list[str] = []
    for index, pool in enumerate(control.raw.pools):
        network = network_of(scenario, pool)
        found = [*_groups(scenario, control, ledger, index)]
        shared = _balancer_time(control, index) * _units(network)
        shares = share_out(shared, [part for group in found for part in group.time])
        size = len(LABELS)
        found = [replace(one, network=shares[size * at : size * (at + 1)]) for at, one in enumerate(found)]
        groups += found
        notes += [note for group in found for note in group.rates.notes]
        notes += [network.note] if found and network.note else []
    return Bill(
        parts={
            (group.pool, group.kind, str(label)): units
            for group in groups
            for label, units in zip(LABELS, group.paid, strict=True)
            if units
        },
        by_job=_by_job(workload, control.raw, groups),
        licenses=sum(sum(group.billed) * group.rates.licenses for group in groups),
        extras=sum(group.extras for group in groups),
        notes=tuple(dict.fromkeys(notes)),
        is_known=all(group.rates.is_known for group in groups),
    )


def _units(price: Price) -> int:
    return round((price.value or 0.0) * NANO)


def _groups(scenario: Scenario, control: Control, ledger: Ledger, index: int) -> Iterator[_Group]:
    """Yield the nodes of a pool by kind, where it had any."""
    pool = control.raw.pools[index]
    for code, kind in enumerate(KINDS):
        nodes = (control.node_pool == index) & (control.node_kind == code)
        if nodes.any():
            time, billed = (table[nodes].sum(axis=0).tolist() for table in (ledger.time, ledger.billed))
            paid_as = str(price_kind(scenario, pool, kind))
            yield _Group(pool.id, paid_as, nodes, time, billed, _Rates.of(scenario, pool, kind), [0] * len(LABELS))


def _by_job(workload: Workload, raw: RawRun, groups: Iterable[_Group]) -> dict[str, int]:
    """Return units by job: what working nodes cost in proportion to slot time, all else is nobody's."""
    by_job: dict[str, int] = {}
    for group in groups:
        paid = group.paid
        working = sum(paid[LABELS.index(label)] for label in BUSY)
        _charge(by_job, _slot_time(workload, raw, group.nodes), working)
        by_job[NOT_WORKING] = by_job.get(NOT_WORKING, 0) + sum(paid) - working
    return by_job


def _balancer_time(control: Control, index: int) -> int:
    """Return for how many milliseconds a pool had balancers, times their number."""
    mine = np.flatnonzero(control.node_pool[control.node] == index)
    if not len(mine):
        return 0
    start, end = control.start[mine], control.end[mine]
    instants = np.concatenate([start, end])
    order = np.argsort(instants, kind="stable")
    count = np.cumsum(np.repeat([1, -1], len(mine))[order])
    spans = np.diff(instants[order])
    return int((-(-count[:-1] // NODES_PER_BALANCER) * spans).sum())


def _slot_time(workload: Workload, raw: RawRun, nodes: npt.NDArray[np.bool_]) -> dict[str, int]:
    """Return slot-milliseconds by job on some nodes."""
    attempts = raw.attempts
    here = nodes[attempts.node]
    task = attempts.task[here]
    used = (attempts.end - attempts.assigned)[here] * workload.slots[task]
    totals = np.zeros(len(workload.jobs), dtype=np.int64)
    np.add.at(totals, workload.job[task], used)
    return {one.job.id: int(total) for one, total in zip(workload.jobs, totals, strict=True) if total}


def _charge(by_job: dict[str, int], weights: Mapping[str, int], units: int) -> None:
    """Share the cost of working nodes out to jobs in proportion to their slot time on nodes of that kind."""
    if not weights:
        return
    for job, part in zip(weights, share_out(units, list(weights.values())), strict=True):
        by_job[job] = by_job.get(job, 0) + part


def share_out(whole: int, weights: Sequence[int]) -> list[int]:
    """Split a whole number in proportion to `weights` into whole numbers that add up to it (largest remainders)."""
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    parts = [whole * weight // total for weight in weights]
    missing = whole - sum(parts)
    order = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % total), i))
    for i in order[:missing]:
        parts[i] += 1
    return parts


def dollars(units: int) -> float:
    """Return units of the bill in dollars: the nearest number there is."""
    return units / UNITS_PER_DOLLAR


def in_dollars(parts: Mapping[str, int]) -> dict[str, float]:
    """Return parts of the bill in dollars."""
    return {name: dollars(units) for name, units in parts.items()}
