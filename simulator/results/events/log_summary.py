"""What a log of events can show, under the keys of a run's summary where it measures the same.

events           events by name; `ignored` those of other kinds, `repeated` lines that came more than once
span             time of the first and the last thing known, UTC
tasks            those that the log names: started, succeeded, failed, unfinished (started and not completed); retries,
                 requeues, preemptions (times, not tasks), schedule_failures (events)
jobs             by id: started, succeeded, failed
run_s            start to end of attempts whose both ends are known: mean, p50, p95, p99, max
pools            by id: nodes (distinct ones that had tasks); run_s; dispatch_s from the start event to the start time;
                 requeue_wait_s from a requeue to the next start event; grow_s and shrink_s of resizes that succeeded;
                 start_task_s of start tasks that succeeded
resize_errors    {code: times}
evaluations      of autoscale formulas: count, errors {code: times}
unknown          what no log of events can show
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.results.answer.metrics import quantiles
from simulator.results.events.read_log import Log
from simulator.service_codes import RETARGETED, SUCCESS

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN: Final = (
    "tasks that never started, and when tasks were added: queue times, turnaround and makespan",
    "start and end of attempts that failed and were retried",
    "states of nodes: utilization, node-hours, the ledger",
    "cost: the log names sizes, not prices",
    "evaluations that changed a target: results are logged, what was done about them is not",
)


def summarize(log: Log) -> dict[str, Any]:
    """Return the answer as plain values; `None` where there was nothing to measure."""
    resizes, evaluations = log.tables["resizes"], log.tables["evaluations"]
    codes = resizes["code"].dropna()
    return {
        "events": log.counts,
        "ignored": log.ignored,
        "repeated": log.repeated,
        "span": _span(log),
        "tasks": _tasks(log),
        "jobs": _jobs(log),
        "run_s": _spread(_runs(log.tables["attempts"])),
        "pools": {str(pool): _pool(log, str(pool)) for pool in _pools(log)},
        "resize_errors": _count(code for code in codes if code not in (SUCCESS, RETARGETED)),
        "evaluations": {"count": len(evaluations), "errors": _count(evaluations["error"].dropna())},
        "unknown": list(UNKNOWN),
    }


def _count(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(str(value) for value in values).items()))


def _spread(values: pd.Series) -> dict[str, float] | None:
    found = quantiles(values.dropna().to_numpy(dtype=np.float64))
    return None if found is None else found.as_dict()


def _seconds(later: pd.Series, earlier: pd.Series) -> pd.Series:
    return (later - earlier).dt.total_seconds().round(3)  # logs have milliseconds


def _runs(attempts: pd.DataFrame) -> pd.Series:
    return _seconds(attempts["end"], attempts["start"])


def _span(log: Log) -> dict[str, str | None]:
    columns = [
        frame[name]
        for frame in log.tables.values()
        for name in ("created", "deleted", "gone", "start", "end", "time", "assigned")
        if name in frame
    ]
    known = [column.dropna() for column in columns]
    known = [column for column in known if len(column)]
    if not known:
        return {"first": None, "last": None}
    first, last = min(column.min() for column in known), max(column.max() for column in known)
    return {"first": _written(first), "last": _written(last)}


def _written(time: pd.Timestamp) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tasks(log: Log) -> dict[str, int]:
    tasks = log.tables["tasks"]
    completed = tasks["state"] == "completed"
    succeeded = tasks["succeeded"].fillna(value=False)
    started = _started(log)
    return {
        "started": int(started.sum()),
        "succeeded": int(succeeded.sum()),
        "failed": int((completed & ~succeeded).sum()),
        "unfinished": int((started & ~completed).sum()),
        **{name: int(tasks[name].sum()) for name in ("retries", "requeues", "preemptions")},
        "schedule_failures": len(log.tables["schedule_failures"]),
    }


def _started(log: Log) -> npt.NDArray[np.bool_]:
    """Return of each task whether the log has an attempt of it."""
    tasks, attempts = log.tables["tasks"], log.tables["attempts"]
    there = set(zip(attempts["job"], attempts["id"], strict=True))
    keys = zip(tasks["job"], tasks["id"], strict=True)
    return np.array([key in there for key in keys], dtype=np.bool_)


def _jobs(log: Log) -> dict[str, Any]:
    tasks = log.tables["tasks"].assign(started=_started(log))
    found = {}
    for job, rows in tasks.groupby("job", sort=False):
        succeeded = rows["succeeded"].fillna(value=False)
        failed = (rows["state"] == "completed") & ~succeeded
        counts = {"started": rows["started"], "succeeded": succeeded, "failed": failed}
        found[str(job)] = {name: int(column.sum()) for name, column in counts.items()}
    return found


def _pools(log: Log) -> list[str]:
    named = [log.tables["pools"]["pool"], log.tables["attempts"]["pool"], log.tables["special_tasks"]["pool"]]
    return list(dict.fromkeys(str(pool) for column in named for pool in column.dropna()))


def _pool(log: Log, pool: str) -> dict[str, Any]:
    attempts = _of(log.tables["attempts"], pool)
    resizes = _of(log.tables["resizes"], pool)
    special = _of(log.tables["special_tasks"], pool)
    done = resizes[resizes["code"] == SUCCESS]
    spans = _seconds(done["end"], done["start"])
    began = (special["type"] == "StartTask") & (special["exit_code"] == 0)
    again = attempts.sort_values(["job", "id", "attempt"])
    follows = (again["job"] == again["job"].shift()) & (again["id"] == again["id"].shift())
    given_back = again["outcome"].shift().isin(["requeued", "preempted", "lost"])
    waits = _seconds(again["assigned"], again["end"].shift())[follows & given_back]
    return {
        "nodes": int(attempts["node"].nunique()),
        "run_s": _spread(_runs(attempts)),
        "dispatch_s": _spread(_seconds(attempts["start"], attempts["assigned"])),
        "requeue_wait_s": _spread(waits),
        "grow_s": _spread(spans[done["option"].isna()]),
        "shrink_s": _spread(spans[done["option"].notna()]),
        "start_task_s": _spread(_seconds(special["end"], special["start"])[began]),
    }


def _of(frame: pd.DataFrame, pool: str) -> pd.DataFrame:
    return frame[frame["pool"] == pool]
