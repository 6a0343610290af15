"""The bill: exact integers, so that parts add up to the whole.

The unit inside is a billionth of a dollar an hour, for one millisecond. Nothing is rounded to cents: a node-second of
a small machine costs a few millionths of a dollar, and experiments compare sums of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.results.money.charges import Charge, Charges
from simulator.results.money.ledger import BUSY, LABELS, UNPAID, Label, Ledger
from simulator.results.money.rates import NANO
from simulator.results.raw.raw_run import RawRun
from simulator.units import MS_PER_HOUR
from simulator.workload.build import Workload

UNITS_PER_DOLLAR: Final = NANO * MS_PER_HOUR
NOT_WORKING: Final = "(no job)"
"""Entry of the cost by job for time in which no task was on the node."""


@dataclass(frozen=True, slots=True)
class Bill:
    """Units by pool, kind and label, and by job."""

    parts: dict[tuple[str, str, str], int]
    by_job: dict[str, int]

    def by(self, position: int) -> dict[str, int]:
        """Add up by pool (0), kind (1) or label (2)."""
        found: dict[str, int] = {}
        for key, units in self.parts.items():
            found[key[position]] = found.get(key[position], 0) + units
        return found


@dataclass(frozen=True, slots=True)
class _Group:
    """The nodes of one charge, the milliseconds that they spent by label, and what these cost."""

    charge: Charge
    time: list[int]
    billed: list[int]
    network: list[int]
    """The share of addresses and balancers, by label."""

    @property
    def paid(self) -> list[int]:
        """Units by label: of a VM the whole price, of a node without one its disks."""
        rates = self.charge.rates
        paid = [amount * rates.of_vm + share for amount, share in zip(self.billed, self.network, strict=True)]
        for label in UNPAID:
            place = LABELS.index(label)
            paid[place] += self.time[place] * rates.without_vm(preempted=label is Label.PREEMPTED)
        return paid


def make_bill(charges: Charges, workload: Workload, raw: RawRun, ledger: Ledger) -> Bill:
    """Share what a run costs out to what its nodes did."""
    groups = [group for pool, network in enumerate(charges.network) for group in _groups(charges, ledger, pool)]
    return Bill(
        parts={
            (group.charge.name, group.charge.paid_as, str(label)): units
            for group in groups
            for label, units in zip(LABELS, group.paid, strict=True)
            if units
        },
        by_job=_by_job(workload, raw, groups),
    )


def _groups(charges: Charges, ledger: Ledger, pool: int) -> list[_Group]:
    """Return the charges of a pool by label; what its nodes share goes with the time that they spent."""
    mine = [charge for charge in charges.by_kind if charge.pool == pool]
    times = [ledger.time[charge.nodes].sum(axis=0).tolist() for charge in mine]
    shares = share_out(charges.network[pool], [part for time in times for part in time])
    size = len(LABELS)
    return [
        _Group(charge, time, ledger.billed[charge.nodes].sum(axis=0).tolist(), shares[size * at : size * (at + 1)])
        for at, (charge, time) in enumerate(zip(mine, times, strict=True))
    ]


def _by_job(workload: Workload, raw: RawRun, groups: Iterable[_Group]) -> dict[str, int]:
    """Return units by job: what working nodes cost in proportion to slot time, all else is nobody's."""
    by_job: dict[str, int] = {}
    for group in groups:
        paid = group.paid
        working = sum(paid[LABELS.index(label)] for label in BUSY)
        _charge(by_job, _slot_time(workload, raw, group.charge.nodes), working)
        by_job[NOT_WORKING] = by_job.get(NOT_WORKING, 0) + sum(paid) - working
    return by_job


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
