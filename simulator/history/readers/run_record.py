"""The directory of a run: its tables hold every attempt, every state of every node and every change of its pools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.errors import InputError
from simulator.history.found import Found, Raw
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.pool_changes import Changes, pool_changes, raw
from simulator.history.reader import Reader
from simulator.history.readers.azure_pools import body_of
from simulator.history.sample import Sample, folded_keys
from simulator.results.lists.task_lists import parents_of
from simulator.results.record.read import SavedRun, read
from simulator.states import Outcome as Ended
from simulator.tables.outcomes import Outcome

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES: Final = {
    Ended.RUNNING: Outcome.RUNNING,
    Ended.SUCCEEDED: Outcome.SUCCEEDED,
    Ended.FAILED: Outcome.FAILED,
    Ended.PREEMPTED: Outcome.PREEMPTED,
    Ended.REQUEUED: Outcome.REQUEUED,
    Ended.TERMINATED: Outcome.CANCELLED,
    Ended.DISPLACED: Outcome.REQUEUED,
    Ended.EXPIRED: Outcome.FAILED,
    Ended.UNPREPARED: Outcome.REQUEUED,
    Ended.LOST: Outcome.LOST,
    Ended.UNFETCHED: Outcome.FAILED,
}
"""What the ends of attempts in a record are in the table of tasks."""
COLUMNS: Final = (
    *("job", "task", "attempt", "created", "assigned", "start", "end", "outcome", "exit_code", "pool", "node", "slots"),
    *("instances", "cores", "memory"),
)
TARGETS: Final = {"target_dedicated": "targetDedicatedNodes", "target_low_priority": "targetLowPriorityNodes"}


def _recognises(sample: Sample) -> bool:
    return sample.first.keys() >= {"poolsight", "scenario", "replication", "origin"}


def _read(sample: Sample, _: Options, ledger: Ledger) -> Found:
    run = read(sample.path.parent)
    pools = [folded_keys(body) for body in run.plain_scenario["pools"]]
    jobs = run.plain_scenario["jobs"]
    attempts = _attempts(run)
    return Found(
        len(attempts),
        tasks=raw(_described(attempts, jobs, _parents(run, jobs, sample.name, ledger))),
        nodes=_nodes(run),
        pools=_pools(run),
        bodies={str(pool["id"]): body_of(pool) for pool in pools},
        priorities={str(job["id"]): int(job["priority"]) for job in jobs if job.get("priority")},
        is_relative=True,
        origin=run.origin.timestamp(),
    )


def _attempts(run: SavedRun) -> pd.DataFrame:
    """Return the attempts of tasks as raw columns, and a row for each task that waited at the end of the run."""
    import pandas as pd

    about = run.part("tasks", ("task", "id", "job", "submit", "state", "exit_code", "slots", "cores", "memory"))
    about = about.merge(run.part("tasks", ("task", "instances", "pool", "end")), on="task")
    made = run.part("attempts", ("task", "instance", "node", "assigned", "start", "end", "outcome"))
    made = made[made["instance"] == 0].reset_index(drop=True)
    made["attempt"] = made.groupby("task").cumcount() + 1
    waiting = about["state"].isin(["planned", "active"]).to_numpy() | ~about["task"].isin(made["task"]).to_numpy()
    idle = about.loc[waiting, ["task"]].assign(outcome=_waiting(about["state"][waiting]))
    words = {ended.name.lower(): str(outcome) for ended, outcome in OUTCOMES.items()}
    made["outcome"] = made["outcome"].astype(object).map(words)
    made["end"] = made["end"].where(made["start"].notna() & (made["outcome"] != Outcome.RUNNING))
    rows = pd.concat([made.astype({"node": object}), idle], ignore_index=True)
    rows = rows.merge(about.rename(columns={"end": "task_end"}), on="task", how="left")
    rows["exit_code"] = rows["exit_code"].where(rows["end"] == rows["task_end"])
    rows = rows.rename(columns={"task": "number", "id": "task", "submit": "created"})
    return rows[list(COLUMNS)]


def _waiting(states: pd.Series[Any]) -> Any:
    """Return what became of tasks without an attempt at hand: somebody ended them, or they still waited."""
    return np.where(states.isin(["completed", "deleted"]), str(Outcome.CANCELLED), str(Outcome.WAITING))


def _described(rows: pd.DataFrame, jobs: list[dict[str, Any]], parents: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Return attempts with the command lines and parents of their tasks, where these have some."""
    commands = {
        (job["id"], task["id"]): task["commandLine"]
        for job in jobs
        for task in job.get("tasks") or ()
        if task.get("commandLine")
    }
    waits = {(job, task): " ".join(names) for job, tasks in parents.items() for task, names in tasks.items()}
    keys = list(zip(rows["job"], rows["task"], strict=True))
    if commands:
        rows = rows.assign(command=[commands.get(key, "") for key in keys])
    return rows.assign(parents=[waits.get(key, "") for key in keys]) if waits else rows


def _parents(run: SavedRun, jobs: list[dict[str, Any]], name: str, ledger: Ledger) -> dict[str, dict[str, Any]]:
    """Return for whom tasks of each job wait; the traces that say it may be gone."""
    if not any(job.get("usesTaskDependencies") for job in jobs):
        return {}
    try:
        return parents_of(run.scenario)
    except InputError:
        ledger.note("no_parents", name, count=1)
        return {}


def _nodes(run: SavedRun) -> Raw | None:
    """Return every state of every node."""
    sizes = dict(zip(*(run.part("pools", (name,))[name].astype(object) for name in ("pool", "vm_size")), strict=True))
    frame = run.part("node_states", ("pool", "node", "kind", "state", "start")).rename(columns={"start": "time"})
    frame = frame.astype(dict.fromkeys(("pool", "node", "kind", "state"), object))
    return raw(frame.assign(size=frame["pool"].map(sizes)))


def _pools(run: SavedRun) -> Raw | None:
    """Return the births, resizes, evaluations and ends of pools."""
    pools, resizes, evaluations = (run.frame(name) for name in ("pools", "resizes", "evaluations"))
    stated = {str(body["id"]): body for body in run.plain_scenario["pools"]}
    targets = {name: [stated.get(str(pool), {}).get(key) for pool in pools["pool"]] for name, key in TARGETS.items()}
    asked = {"target_dedicated": "dedicated_to", "target_low_priority": "low_priority_to"}
    got = {"dedicated": "dedicated", "low_priority": "low_priority", "code": "code"}
    about = {"size": "vm_size", "slots": "slots", **{name: name for name in TARGETS}}
    return pool_changes(
        Changes("created", pools.assign(**targets), {"time": "created", **about}),
        Changes("resize", resizes, {"time": "start", **asked}),
        Changes("resized", resizes, {"time": "end", **asked, **got}),
        Changes("evaluated", evaluations, {"time": "time", "code": "error"}),
        Changes("deleted", pools, {"time": "deleted"}),
    )


READER: Final = Reader(
    name="run",
    made_by="the directory of `poolsight run --out`, or its `manifest.json`",
    known_by="a `manifest.json` that a run wrote; the files beside it are parts of the record",
    gives=("tasks", "nodes", "pools"),
    recognises=_recognises,
    read=_read,
)
