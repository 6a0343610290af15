"""The diagnostic log of Azure Batch: what it shows of attempts, start tasks and resizes.

A log says when tasks were given to nodes, not when they were added.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulator.history.found import Found, Raw
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.pool_changes import Changes, pool_changes, raw
from simulator.history.reader import Reader
from simulator.history.sample import Sample
from simulator.results.events.read_log import Log, read_texts
from simulator.states import NodeState
from simulator.tables.outcomes import Outcome

_ATTEMPTS: Final = ("job", "attempt", "pool", "node", "assigned", "start", "end")
_OUTCOMES: Final = {"terminated": Outcome.CANCELLED}
"""Outcomes of a log that have another name here."""


def _recognises(sample: Sample) -> bool:
    first = sample.first
    if "operationname" in first or "tables" in first:
        return True
    return not sample.is_json and "operationname" in sample.heads


def _read(sample: Sample, _: Options, ledger: Ledger) -> Found:
    log = read_texts([sample.text], skip_broken=True)
    ledger.note("broken", sample.name, [one.line or 0 for one in log.warnings])
    ledger.note("repeated", sample.name, count=log.repeated)
    ledger.note("other_event", sample.name, count=sum(log.ignored.values()))
    events = sum(log.counts.values()) + sum(log.ignored.values())
    return Found(events, tasks=_tasks(log), nodes=_nodes(log), pools=_pools(log))


def _tasks(log: Log) -> Raw | None:
    """Return the attempts, with what the log says of their task; the exit code is that of its end."""
    attempts, tasks = log.tables["attempts"], log.tables["tasks"]
    if not len(attempts):
        return None
    about = tasks[["job", "id", "slots", "instances", "retries", "requeues", "exit_code", "end"]]
    merged = attempts.merge(about.rename(columns={"end": "task_end"}), on=["job", "id"], how="left")
    frame = merged[list(_ATTEMPTS)].copy()
    frame["task"] = merged["id"]
    frame["outcome"] = merged["outcome"].map(lambda word: str(_OUTCOMES.get(word, word)))
    frame["exit_code"] = merged["exit_code"].where((merged["end"] == merged["task_end"]).fillna(value=False))
    for name in ("slots", "instances", "retries", "requeues"):
        frame[name] = merged[name]
    frame["created"] = merged["assigned"].where(merged["attempt"] == 1)
    return raw(frame)


def _nodes(log: Log) -> Raw | None:
    """Return when start tasks began and ended on their nodes."""
    import pandas as pd

    special = log.tables["special_tasks"]
    special = special[(special["type"] == "StartTask") & special["node"].notna()]
    if not len(special):
        return None
    done = np.where(special["exit_code"].fillna(1) == 0, NodeState.IDLE, NodeState.STARTTASKFAILED)
    parts = [(special["start"], str(NodeState.WAITINGFORSTARTTASK)), (special["end"], done.astype(object))]
    frames = [
        pd.DataFrame({"pool": special["pool"], "node": special["node"], "time": time, "state": state})
        for time, state in parts
    ]
    return raw(pd.concat(frames).dropna(subset=["time"]))


def _pools(log: Log) -> Raw | None:
    pools, resizes, evaluations = (log.tables[name] for name in ("pools", "resizes", "evaluations"))
    targets = {"target_dedicated": "dedicated_to", "target_low_priority": "low_priority_to"}
    before = {"dedicated": "dedicated_before", "low_priority": "low_priority_before"}
    after = {"dedicated": "dedicated", "low_priority": "low_priority", "code": "code"}
    at_birth = {"target_dedicated": "target_dedicated", "target_low_priority": "target_low_priority"}
    return pool_changes(
        Changes("created", pools, {"time": "created", "size": "vm_size", "slots": "slots", **at_birth}),
        Changes("resize", resizes, {"time": "start", **targets, **before}),
        Changes("resized", resizes, {"time": "end", **targets, **after}),
        Changes("evaluated", evaluations, {"time": "time", "code": "error"}),
        Changes("deleted", pools, {"time": "deleted"}),
    )


READER: Final = Reader(
    name="azure-events",
    made_by="the diagnostic log of Azure Batch: ServiceLog, AzureDiagnostics, `poolsight run --events`",
    known_by="objects with `operationName`, or a table with a column `OperationName`",
    gives=("tasks", "nodes", "pools"),
    recognises=_recognises,
    read=_read,
)
