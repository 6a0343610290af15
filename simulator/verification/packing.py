"""List scheduling and packing: bounds, the instances that meet them, and the anomalies."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from simulator.engine.simulation import simulate
from simulator.streams import stream
from simulator.theory import bounds
from simulator.verification.case import Case, Effort, at_most, exact
from simulator.verification.models import MACHINE, described, last_end, listed

FAMILY: Final = "packing"
ROOM: Final = 32
"""Slots a node."""
FULL: Final = 40
"""Nodes that the best packing fills to the brim."""


def cases(effort: Effort) -> Iterator[Case]:
    """Hold makespans and numbers of nodes against Graham and Johnson."""
    machines = (2, 3, 5, 8) if effort.is_long else (2, 3, 5)
    instances = [bounds.list_bound(count) for count in machines]
    instances += [bounds.longest_first_bound(count) for count in machines]
    for instance in (*instances, *bounds.ANOMALIES):
        end = last_end(simulate(listed(instance))) / 60
        yield exact(FAMILY, instance.name, instance.end, "Graham 1969", end, unit="h")
    for decreasing in (False, True):
        used = [float(_nodes_used(effort.seed, r, decreasing=decreasing)) for r in range(effort.replications)]
        bound = bounds.decreasing_bound(FULL) if decreasing else bounds.fit_bound(FULL)
        name = f"pack, {FULL} nodes would do" + (", largest first" if decreasing else "")
        source = "11/9 OPT + 6/9, Johnson 1974" if decreasing else "1.7 OPT, Johnson 1974"
        yield at_most(FAMILY, name, bound, source, used, unit="nodes")


def _nodes_used(seed: int, replication: int, *, decreasing: bool) -> int:
    """Cut full nodes into random tasks, shuffle them or sort them, and count the nodes that `pack` takes."""
    generator = stream(seed, replication, "verify:pieces")
    pieces: list[int] = []
    for _ in range(FULL):
        cuts = np.sort(generator.choice(np.arange(1, ROOM), size=int(generator.integers(1, 5)), replace=False))
        pieces += np.diff([0, *cuts, ROOM]).tolist()
    generator.shuffle(pieces)
    if decreasing:
        pieces.sort(reverse=True)
    tasks: list[dict[str, Any]] = [
        {"id": f"t{number}", "requiredSlots": size, "simulation": {"duration": "1h"}}
        for number, size in enumerate(pieces)
    ]
    pool = {
        "id": "p",
        **MACHINE,
        "targetDedicatedNodes": 2 * FULL,
        "taskSlotsPerNode": ROOM,
        "taskSchedulingPolicy": {"nodeFillType": "pack"},
    }
    run = simulate(described({"pools": [pool], "jobs": [{"id": "j", "poolInfo": {"poolId": "p"}, "tasks": tasks}]}))
    return len(set(run.raw.attempts.node.tolist()))
