"""Nodes that went out of order and stay so until somebody does something: what an answer says of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from simulator.results.why.reasons import LASTING, NodeFault

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording


def fault_warnings(recording: Recording) -> list[str]:
    """Report of each pool how many nodes went out of order, and why; nothing where contact alone was lost."""
    recorder = recording.raw.recorder
    broken: defaultdict[tuple[int, str, str], set[int]] = defaultdict(set)
    for row in recorder.states:
        if row.why and NodeFault.behind(row.why) in LASTING:
            broken[recorder.nodes[row.node].pool, str(row.state), str(row.why)].add(row.node)
    return [
        f"pool {recording.raw.pools[pool].id}: {len(nodes):,} node{'s' if len(nodes) > 1 else ''} {state}: {why}"
        for (pool, state, why), nodes in sorted(broken.items(), key=lambda entry: (entry[0][0], -len(entry[1])))
    ]
