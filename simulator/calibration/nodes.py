"""What a past shows of nodes: how long they take to come, to boot and to run their start task."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic import TypeAdapter

from simulator.calibration.evidence import UP, Evidence
from simulator.calibration.findings import Finding, Learned, Missing, too_few
from simulator.distributions import TimeDistribution
from simulator.fits import Sample, choose
from simulator.fits.choose import LEAST
from simulator.fits.families import rounded
from simulator.fits.shares import share
from simulator.states import NodeKind, NodeState

if TYPE_CHECKING:
    import pandas as pd

LISTS: Final = "lists of nodes (`az batch node list`) or a log of their states have them"


def by_size(rows: pd.DataFrame) -> Iterator[tuple[Mapping[str, str], pd.DataFrame]]:
    """Yield the rows of each size of nodes, without one where no file has it."""
    for size, mine in rows.groupby("size", sort=False):
        yield ({"vmSize": str(size)} if size else {}), mine


def _spell(
    quantity: str, state: NodeState, following: tuple[NodeState, ...], what: str
) -> Callable[[Evidence], Iterator[Finding]]:
    """Return what measures how long nodes stay in a state that others follow."""

    def measure(evidence: Evidence) -> Iterator[Finding]:
        spells = evidence.fresh
        known = spells[(spells["state"] == str(state)) & spells["next_state"].isin([str(one) for one in following])]
        if state is NodeState.CREATING:
            # A list keeps when a node was created first: of one that came back, the boot beside it is a later one.
            known = known[known["is_log"] | (known["kind"] == str(NodeKind.DEDICATED))]
        if known.empty:
            yield Missing(quantity, f"no file has when nodes were {state}; {LISTS}")
        for of, mine in by_size(known):
            sample = Sample.of(mine["next_time"] - mine["time"])
            choice = choose(sample)
            if choice is None:
                yield too_few(quantity, sample.ended, LEAST, of, what)
            else:
                yield Learned(quantity, of, choice.fit.body, sample.count, mine, choice)

    return measure


creating: Final = _spell("creating", NodeState.CREATING, (NodeState.STARTING,), "creations of nodes")
starting: Final = _spell("starting", NodeState.STARTING, (NodeState.WAITINGFORSTARTTASK, NodeState.IDLE), "boots")
start_task: Final = _spell("start_task", NodeState.WAITINGFORSTARTTASK, UP, "start tasks")


def start_task_failures(evidence: Evidence) -> Iterator[Finding]:
    """Measure which share of start tasks fails."""
    spells = evidence.fresh
    ended = spells[
        (spells["state"] == str(NodeState.WAITINGFORSTARTTASK)) & spells["next_state"].isin([str(one) for one in UP])
    ]
    if ended.empty:
        yield Missing("start_task_failures", f"no file has how start tasks ended; {LISTS}")
    for of, mine in by_size(ended):
        failed = int((mine["next_state"] == str(NodeState.STARTTASKFAILED)).sum())
        if len(mine) < LEAST:
            yield too_few("start_task_failures", len(mine), LEAST, of, "start tasks")
            continue
        found = share(failed, len(mine))
        yield Learned("start_task_failures", of, rounded(found[0]), len(mine), mine, mean=found)


def _deliveries(evidence: Evidence) -> Iterator[tuple[str, float, pd.DataFrame]]:
    """Yield for each growth of a pool and each kind of node its size, its instant, and the nodes that came of it."""
    spells, growths = evidence.spells, evidence.growths
    first = spells[spells["state"] == str(NodeState.CREATING)].drop_duplicates(["pool", "node"])
    first = first[first["time"] >= evidence.begin]  # a node that is created again comes of no growth
    for (pool, _), nodes in first.groupby(["pool", "kind"], sort=False):
        asked = growths["time"][growths["pool"] == pool].drop_duplicates().to_numpy(dtype=np.float64)
        if not len(asked):
            continue
        of_growth = np.searchsorted(asked, nodes["time"].to_numpy(dtype=np.float64), side="right") - 1
        for number, mine in nodes.groupby(of_growth, sort=True):
            growth = int(number)  # type: ignore[call-overload]  # it stands for any label; here it is a place
            if growth >= 0:
                yield str(nodes["size"].iloc[0]), float(asked[growth]), mine.sort_values("time")


def _median(body: Any) -> float:
    """Return the median of a distribution of times."""
    shape = TypeAdapter[Any](TimeDistribution).validate_python(body)
    return rounded(float(shape.quantile(np.array([0.5]))[0]))


def allocation_latency(evidence: Evidence) -> Iterator[Finding]:
    """Measure the time from a growth of a pool to its first node."""
    yield from _of_deliveries(evidence, "allocation_latency")


def allocation_tail(evidence: Evidence) -> Iterator[Finding]:
    """Measure the time from one node of a growth to the next."""
    yield from _of_deliveries(evidence, "allocation_tail")


def _of_deliveries(evidence: Evidence, quantity: str) -> Iterator[Finding]:
    import pandas as pd

    by_size: dict[str, list[tuple[float, pd.DataFrame]]] = {}
    for size, asked, nodes in _deliveries(evidence):
        by_size.setdefault(size, []).append((asked, nodes))
    if not by_size:
        yield Missing(quantity, f"no file has both when pools grew and when their nodes came; {LISTS}")
    for size, found in by_size.items():
        of = {"vmSize": size} if size else {}
        rows = pd.concat([nodes for _, nodes in found])
        if quantity == "allocation_latency":
            sample = Sample.of([float(nodes["time"].iloc[0]) - asked for asked, nodes in found])
            choice = choose(sample)
            if choice is None:
                yield too_few(quantity, sample.ended, LEAST, of, "growths of a pool")
            else:
                yield Learned(quantity, of, choice.fit.body, sample.count, rows, choice)
            continue
        gaps = np.concatenate([np.diff(nodes["time"].to_numpy(dtype=np.float64)) for _, nodes in found])
        choice = choose(Sample.of(gaps))
        if choice is None:
            yield too_few(quantity, len(gaps), LEAST, of, "further nodes of a growth")
        else:
            note = "the median: nodes that a list no longer has leave gaps"
            yield Learned(quantity, of, _median(choice.fit.body), len(gaps), rows, choice, note=note, made=_median)
