"""How much of what was there was used: the slots and cores in service, and the time that was billed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import chosen
from simulator.results.money.ledger import LABELS, Label
from simulator.results.raw.control_plane import IDLE
from simulator.states import Outcome

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording

Floats = npt.NDArray[np.float64]


def share(part: float, whole: float) -> float | None:
    """Return a part of a whole as a share of it; None of nothing."""
    return float(part / whole) if whole > 0 else None


def slot_use(recording: Recording) -> float | None:
    """Return the slot time taken of that in service."""
    made = recording.raw.attempts
    slots, _ = _capacities(recording)
    used = (_held(recording) * chosen(recording.workload.slots, made.task)).sum()
    return share(used, (_room(recording) * slots[_pool_of_row(recording)]).sum())


def core_use(recording: Recording) -> float | None:
    """Return the core time taken of that in service."""
    workload, made, control = recording.workload, recording.raw.attempts, recording.billed
    slots, cores = _capacities(recording)
    held_slots, own = chosen(workload.slots, made.task), chosen(workload.cores, made.task)
    taken = np.where(own > 0, own / 1000, held_slots * (cores / slots)[control.node_pool][made.node])
    if recording.scenario.options.cpu_slowdown:
        at_work = _at_work(recording, taken, cores[control.node_pool][made.node])
    else:
        at_work = float((_held(recording) * taken).sum())
    return share(at_work, (_room(recording) * cores[_pool_of_row(recording)]).sum())


def useful_share(recording: Recording) -> float | None:
    """Return the node time with a task that succeeds of node time billed."""
    ledger = recording.ledger
    return share(float(ledger.time[:, LABELS.index(Label.BUSY_USEFUL)].sum()), float(ledger.billed.sum()))


def _held(recording: Recording) -> Floats:
    """Return how long each attempt held its slots, ms."""
    made = recording.raw.attempts
    return (made.end - made.assigned).astype(np.float64)


def _pool_of_row(recording: Recording) -> npt.NDArray[np.int64]:
    """Return the pool of each row of the node states."""
    control = recording.billed
    return control.node_pool[control.node]


def _room(recording: Recording) -> Floats:
    """Return for each row of the node states how long tasks could run there, ms."""
    control = recording.billed
    serving = np.where(control.state == IDLE, control.end - control.start, 0)
    # Draining nodes work without being in service: their work counts on both sides.
    draining = np.where((control.state != IDLE), control.worked.measure(control.node, control.start, control.end), 0)
    return (serving + draining).astype(np.float64)


def _at_work(recording: Recording, taken: Floats, cores: Floats) -> float:
    """Add up core time where attempts share cores: of each node no more at once than it has."""
    made = recording.raw.attempts
    node = np.concatenate([made.node, made.node])
    time = np.concatenate([made.assigned, made.end])
    order = np.lexsort((time, node))
    node, time = node[order], time[order]
    level = np.cumsum(np.concatenate([taken, -taken])[order])
    bound = np.concatenate([cores, cores])[order]
    spans = np.diff(time) * (node[1:] == node[:-1])
    return float((np.minimum(level, bound)[:-1] * spans).sum())


def slowdown(recording: Recording) -> float | None:
    """Compare how long attempts that succeeded took with what they would have alone; None where none shares cores.

    Alone, too, an attempt pulls an image that is not there, writes its checkpoints, and goes on from the last one.
    """
    if not recording.scenario.options.cpu_slowdown:
        return None
    made, workload, extras = recording.raw.attempts, recording.workload, recording.workload.extras
    good = np.flatnonzero((made.outcome == Outcome.SUCCEEDED) & (made.instance == 0))
    task = made.task[good]
    work = workload.demand[task]
    alone = workload.overhead[task] + made.pulled[good]
    if extras.upload is not None:
        alone = alone + extras.upload[task]
    if extras.interval is not None:
        first = made.instance == 0
        done = np.bincount(made.task[first], weights=made.kept[first].astype(np.float64), minlength=len(workload))[task]
        work = work - done.astype(np.int64)
        interval = extras.interval[task]
        written = np.where(interval > 0, np.maximum(work - 1, 0) // np.maximum(interval, 1), 0)
        for times, each in ((written, extras.cost), (done > 0, extras.restart)):
            alone = alone if each is None else alone + times * each[task]
    return share(float((made.end - made.start)[good].sum()), float((alone + work).sum()))


def _capacities(recording: Recording) -> tuple[Floats, Floats]:
    """Return slots and cores of a node, by pool."""
    pools, sizes = recording.raw.pools, recording.scenario.sizes
    slots = np.array([pool.task_slots_per_node for pool in pools], dtype=np.float64)
    return slots, np.array([sizes[pool.vm_size].vcpus for pool in pools], dtype=np.float64)
