"""The bill: exact integers until the last rounding, so that parts add up to the whole to the cent.

The unit inside is one millionth of a dollar an hour, for one millisecond.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulator.results.money.ledger import BUSY, LABELS, Label, Ledger
from simulator.results.raw.control_plane import KINDS, Control
from simulator.results.raw.raw_run import RawRun
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.catalogue import VmSize
from simulator.scenario.scenario import Scenario
from simulator.states import NodeKind
from simulator.units import MS_PER_HOUR
from simulator.workload.build import Workload

MICRO: Final = 1_000_000
UNITS_PER_CENT: Final = MICRO // 100 * MS_PER_HOUR
RATIO: Final = {False: 0.20, True: 0.40}
"""Low-priority price as a share of the dedicated one, Linux and Windows (docs/model.md#prices)."""
DISK_GIB_MONTH: Final = {"standard_lrs": 0.046, "standardssd_lrs": 0.075, "premium_lrs": 0.154}
"""USD for one GiB of an empty managed disk and a month: recalled, East US, a disk of 128 GiB (assumption)."""
HOURS_PER_MONTH: Final = 730
NOT_WORKING: Final = "(no job)"
"""Entry of the cost by job for time in which no task was on the node."""


@dataclass(frozen=True, slots=True)
class Price:
    """USD per node and hour, None where nobody knows, and how it was found."""

    value: float | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """Units by pool, kind and label, and by job."""

    parts: dict[tuple[str, str, str], int]
    by_job: dict[str, int]
    licenses: int
    """Units of `parts` that application licences make up."""
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


def price_of(scenario: Scenario, pool: Pool, kind: NodeKind) -> Price:
    """Return the price of a pool's nodes of one kind: its own, the size's, or one derived from that."""
    own = pool.simulation.prices
    low = kind is NodeKind.LOW_PRIORITY
    given = own.low_priority if low else own.dedicated
    if given is not None:
        return Price(given)
    size = scenario.sizes[pool.vm_size]
    dedicated, note = _dedicated(size, pool)
    if not low:
        return Price(dedicated, note)
    listed = size.low_priority_windows if pool.pays_for_windows else size.low_priority_linux
    if listed is not None:
        return Price(listed)
    base = own.dedicated if own.dedicated is not None else dedicated
    if base is None:
        return Price(None, note)
    ratio = scenario.options.low_priority_ratio
    share = RATIO[pool.pays_for_windows] if ratio is None else ratio
    return Price(base * share, f"{size.name}: low-priority price taken as {share:g} of the dedicated one")


def _dedicated(size: VmSize, pool: Pool) -> tuple[float | None, str]:
    if not pool.pays_for_windows:
        unknown = "" if size.dedicated_linux is not None else f"{size.name}: no price known, give one under sizes"
        return size.dedicated_linux, unknown
    if size.dedicated_windows is not None:
        return size.dedicated_windows, ""
    if size.dedicated_linux is None:
        return None, f"{size.name}: no price known, give one under sizes"
    return size.dedicated_linux, f"{size.name}: Windows price not known, Linux price taken: too low"


def disks_of(pool: Pool) -> Price:
    """Return what the data disks of one node cost."""
    if not pool.data_disks:
        return Price(0.0)
    own, month = pool.simulation.prices.data_disk_gib_month, 0.0
    for disk in pool.data_disks:
        known = DISK_GIB_MONTH.get(disk.storage_account_type, DISK_GIB_MONTH["standard_lrs"])
        month += disk.disk_size_gb * (known if own is None else own)
    note = "" if own is not None else f"{pool.id}: price of data disks recalled, not looked up"
    return Price(month / HOURS_PER_MONTH, note)


def licenses_of(scenario: Scenario, pool: Pool) -> Price:
    """Return what the application licences of one node cost; one without a price costs nothing, and is noted."""
    known = {name.lower(): price for name, price in pool.simulation.prices.application_licenses.items()}
    hour, free = 0.0, []
    for name in dict.fromkeys(one.lower() for one in pool.application_licenses):
        if name in known:
            hour += known[name].per_node_hour + known[name].per_core_hour * scenario.sizes[pool.vm_size].vcpus
        else:
            free.append(name)
    note = f"{pool.id}: no price of the application licence {', '.join(free)} given, counted as free" if free else ""
    return Price(hour, note)


def make_bill(scenario: Scenario, workload: Workload, control: Control, ledger: Ledger) -> Bill:
    """Price every billed millisecond."""
    raw = control.raw
    parts: dict[tuple[str, str, str], int] = {}
    by_job: dict[str, int] = {}
    notes: list[str] = []
    is_known = True
    licensed = 0
    for index, pool in enumerate(raw.pools):
        for code, kind in enumerate(KINDS):
            nodes = (control.node_pool == index) & (control.node_kind == code)
            if not nodes.any():
                continue
            price = price_of(scenario, pool, kind)
            disks, licenses = disks_of(pool), licenses_of(scenario, pool)
            notes += [found.note for found in (price, disks, licenses) if found.note]
            is_known &= price.value is not None
            disk_rate = round((disks.value or 0.0) * MICRO)
            license_rate = round((licenses.value or 0.0) * MICRO)
            rate = round((price.value or 0.0) * MICRO) + disk_rate + license_rate
            billed = ledger.billed[nodes].sum(axis=0)
            licensed += int(billed.sum()) * license_rate
            for label, amount in zip(LABELS, billed, strict=True):
                if amount:
                    parts[pool.id, str(kind), str(label)] = int(amount) * rate
            working = sum(int(billed[LABELS.index(label)]) for label in BUSY) * rate
            _charge(by_job, _slot_time(workload, raw, nodes), working)
            kept = 0
            if scenario.options.bill_preempted_disks and disk_rate:
                kept = int(ledger.time[nodes][:, LABELS.index(Label.PREEMPTED)].sum()) * disk_rate
            if kept:
                parts[pool.id, str(kind), str(Label.PREEMPTED)] = kept
            by_job[NOT_WORKING] = by_job.get(NOT_WORKING, 0) + int(billed.sum()) * rate - working + kept
    return Bill(parts, by_job, licensed, tuple(dict.fromkeys(notes)), is_known)


def _slot_time(workload: Workload, raw: RawRun, nodes: np.typing.NDArray[np.bool_]) -> dict[str, int]:
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


def cents(units: int) -> int:
    """Round to cents, halves up."""
    return (2 * units + UNITS_PER_CENT) // (2 * UNITS_PER_CENT)


def in_dollars(parts: Mapping[str, int], total: int) -> dict[str, float]:
    """Return parts in dollars, rounded so that they add up to the rounded total."""
    shared = share_out(cents(total), list(parts.values()))
    return {name: amount / 100 for name, amount in zip(parts, shared, strict=True)}
