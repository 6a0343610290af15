"""Measures of one run, computed from its record."""

from typing import Any

import numpy as np

from simulator.results.recording import Recording
from simulator.states import NodeKind, NodeState, TaskState
from simulator.units import MS_PER_HOUR, MS_PER_S


def summarize(recording: Recording) -> dict[str, Any]:
    """Give the answer as plain values: counts, seconds, USD. `None` where nothing was there to measure.

    Queue time is submission to first start. A node is billed from `creating` until gone, without the spans
    in which it was preempted.
    """
    raw, workload = recording.raw, recording.workload
    started = raw.tasks.first_start >= 0
    completed = raw.tasks.state == TaskState.COMPLETED
    waits = (raw.tasks.first_start - workload.submit)[started] / MS_PER_S
    makespan = None
    if completed.any():
        makespan = float(raw.tasks.end[completed].max() - workload.submit.min()) / MS_PER_S
    return {
        "tasks": {
            "submitted": len(workload),
            "succeeded": int(raw.tasks.succeeded.sum()),
            "failed": int((completed & ~raw.tasks.succeeded).sum()),
            "unfinished": int((~completed).sum()),
            "never_fits": int(raw.never_fits.sum()),
            "requeues": int(raw.tasks.requeues.sum()),
            "preemptions": int(raw.tasks.preemptions.sum()),
        },
        "makespan_s": makespan,
        "queue_time_s": _quantiles(waits) if len(waits) else None,
        "cost": {"total": round(sum(_bill(recording).values()), 2), "by_kind": _rounded(_bill(recording))},
        "stopped": raw.stop_reason,
    }


def _quantiles(values: np.typing.NDArray[np.float64]) -> dict[str, float]:
    p50, p95, p99 = np.quantile(values, [0.5, 0.95, 0.99])
    return {
        "mean": float(values.mean()),
        "p50": float(p50),
        "p95": float(p95),
        "p99": float(p99),
        "max": float(values.max()),
    }


def _bill(recording: Recording) -> dict[str, float]:
    """Add up VM time by node kind, in USD."""
    raw, bill = recording.raw, dict.fromkeys(NodeKind, 0.0)
    for row in raw.recorder.states:
        if row.state is not NodeState.PREEMPTED:
            node = raw.recorder.nodes[row.node]
            size = recording.scenario.sizes[raw.pools[node.pool].vm_size]
            low = node.kind is NodeKind.LOW_PRIORITY
            price = (size.low_priority_linux if low else size.dedicated_linux) or 0
            bill[node.kind] += (row.end - row.start) * price / MS_PER_HOUR
    return {str(kind): cost for kind, cost in bill.items()}


def _rounded(bill: dict[str, float]) -> dict[str, float]:
    return {kind: round(cost, 2) for kind, cost in bill.items()}
