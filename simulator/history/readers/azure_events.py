"""The diagnostic log of Azure Batch: what it shows of attempts, start tasks and resizes.

A log says when tasks were given to nodes, not when they were added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.history.found import Found, Raw
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample
from simulator.results.events.read_log import Log, read_texts
from simulator.states import NodeState
from simulator.tables.outcomes import Outcome

if TYPE_CHECKING:
    import pandas as pd

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


def _raw(frame: pd.DataFrame) -> Raw | None:
    columns = {str(name): frame[name].reset_index(drop=True) for name in frame}
    return Raw(columns, range(1, len(frame) + 1)) if len(frame) else None


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
    return _raw(frame)


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
    return _raw(pd.concat(frames).dropna(subset=["time"]))


def _pools(log: Log) -> Raw | None:
    import pandas as pd

    pools, resizes, evaluations = (log.tables[name] for name in ("pools", "resizes", "evaluations"))

    def rows(source: pd.DataFrame, change: str, **columns: Any) -> pd.DataFrame:
        return pd.DataFrame(
            {"pool": source["pool"], "change": change, **{name: source[own] for name, own in columns.items()}}
        )

    targets = {"target_dedicated": "dedicated_to", "target_low_priority": "low_priority_to"}
    before = {"dedicated": "dedicated_before", "low_priority": "low_priority_before"}
    after = {"dedicated": "dedicated", "low_priority": "low_priority"}
    at_birth = {"target_dedicated": "target_dedicated", "target_low_priority": "target_low_priority"}
    frames = [
        rows(pools, "created", time="created", size="vm_size", slots="slots", **at_birth),
        rows(resizes, "resize", time="start", **targets, **before),
        rows(resizes, "resized", time="end", code="code", **targets, **after),
        rows(evaluations, "evaluated", time="time", code="error"),
        rows(pools, "deleted", time="deleted"),
    ]
    frames = [frame.dropna(subset=["time"]) for frame in frames]
    return _raw(
        pd.concat([frame.dropna(axis="columns", how="all") for frame in frames if len(frame)] or [pd.DataFrame()])
    )


READER: Final = Reader(
    name="azure-events",
    made_by="the diagnostic log of Azure Batch: ServiceLog, AzureDiagnostics, `poolsight run --events`",
    known_by="objects with `operationName`, or a table with a column `OperationName`",
    gives=("tasks", "nodes", "pools"),
    recognises=_recognises,
    read=_read,
)
