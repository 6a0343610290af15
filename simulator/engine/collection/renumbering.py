"""The order in which a record has tasks, jobs and pools: that of its scenario, whatever came first in the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.workload.build import build

if TYPE_CHECKING:
    import numpy.typing as npt

    from simulator.engine.construction import Construction
    from simulator.engine.jobs.job import Job
    from simulator.engine.pools.pool import Pool
    from simulator.results.raw.recorder import Recorder
    from simulator.scenario.prepared import Prepared
    from simulator.workload.build import Workload


@dataclass(frozen=True, slots=True)
class Order:
    """The workload of a record, and who has which number there."""

    workload: Workload
    jobs: list[Job]
    """By number in the record."""
    pools: list[Pool]
    numbers: dict[int, int]
    """Number in the record of each pool of the run; one that stood in for a pool to come has that one's."""
    rows: npt.NDArray[np.int64] | None
    """By row of the backlog: that of the workload; None where they are the same."""

    def row(self, rows: Any) -> Any:
        """Return the rows of the workload that rows of the backlog are."""
        return rows if self.rows is None else self.rows[rows]


def order_of(prepared: Prepared, made: Construction, replication: int) -> Order:
    """Return the order of a run's scenario: as it is where nothing came that the scenario did not announce."""
    backlog, directory = made.backlog, made.directory
    first = backlog.parts[0].workload
    if len(backlog.parts) == 1 and len(directory.pools) == len(first.pools.bodies):
        numbers = {pool.index: pool.index for pool in directory.pools}
        return Order(first, list(directory.jobs), list(directory.pools), numbers, None)
    workload = build(prepared, replication)
    jobs = {job.body.id.lower(): job for job in directory.jobs}
    pools: dict[str, Pool] = {}
    for pool in directory.pools:
        pools[pool.id.lower()] = pool
    ordered = [jobs[planned.job.id.lower()] for planned in workload.jobs]
    rows = _rows(made, workload, {job.number: number for number, job in enumerate(ordered)})
    ids = {body.id.lower(): number for number, body in enumerate(workload.pools.bodies)}
    numbers = {pool.index: ids[pool.id.lower()] for pool in directory.pools}
    return Order(workload, ordered, [pools[name] for name in ids], numbers, rows)


def _rows(made: Construction, workload: Workload, numbers: dict[int, int]) -> npt.NDArray[np.int64]:
    """Return the row of the workload for each row of the backlog: that of the same job and id, in order of their times.

    Tasks of one id come one after the other; what is announced may come behind what a client submits.
    """
    places: dict[tuple[int, str], list[int]] = {}
    for row, key in enumerate(zip(workload.job.tolist(), workload.names.texts(), strict=True)):
        places.setdefault(key, []).append(row)
    keys: list[tuple[int, str]] = []
    for part in made.backlog.parts:
        names = zip(part.workload.job.tolist(), part.workload.names.texts(), strict=True)
        keys += [(numbers[job], name) for job, name in names]
    found = np.zeros(len(keys), dtype=np.int64)
    submit = np.concatenate([part.workload.submit for part in made.backlog.parts])
    for row in np.argsort(submit, kind="stable").tolist():
        found[row] = places[keys[row]].pop(0)
    return found


def renumber(recorder: Recorder, order: Order) -> None:
    """Write the numbers of the record into the rows of the control plane."""
    if order.rows is not None:
        jobs = {one.number: number for number, one in enumerate(order.jobs)}
        recorder.renumber(jobs, order.numbers, order.rows.tolist())
