"""What a run writes as the service's lists and log is imported again: the same tasks, attempts, nodes and times."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from simulator import simulate
from simulator.history.ledger import CAUSES, Effect
from simulator.history.options import Options
from simulator.history.past import Past
from simulator.history.read import read_past
from simulator.results.events import lines
from simulator.results.lists import lists
from tests.command_line import app
from tests.scenario.files import job, pool, read, write

POISSON = {"poisson": {"ratePerHour": 900}}
FAILING = {
    "count": 40,
    "duration": {"exponential": {"mean": "50s"}},
    "arrivals": POISSON,
    "failureProbability": 0.3,
    "exitCode": 7,
    "maxTaskRetryCount": 1,
}
LISTED: list[dict[str, Any]] = [
    {"id": "1", "commandLine": "sleep 30"},
    {"id": "2", "commandLine": "sleep 20", "dependsOn": {"taskIds": ["1"]}},
    {"id": "3", "commandLine": "sleep 9; exit 5", "dependsOn": {"taskIdRanges": [{"start": 1, "end": 2}]}},
    {"id": "4", "commandLine": "sleep 5", "dependsOn": {"taskIds": ["3"]}},
]
GANG = {
    "id": "g",
    "commandLine": "sleep 40",
    "multiInstanceSettings": {"numberOfInstances": 2, "coordinationCommandLine": "sleep 1"},
}
SPOT = {
    "targetDedicatedNodes": 1,
    "targetLowPriorityNodes": 4,
    "simulation": {"preemption": {"model": "hazard", "ratePerHour": 20}},
}
WORLDS: dict[str, tuple[dict[str, Any], list[Any], dict[str, Any]]] = {
    "failures": ({"targetDedicatedNodes": 3, "taskSlotsPerNode": 2}, [job([FAILING])], {}),
    "evictions": (SPOT, [job([FAILING | {"failureProbability": 0.0}])], {}),
    "parents": (
        {"targetDedicatedNodes": 2},
        [job([], tasks=LISTED) | {"usesTaskDependencies": True, "priority": 5}],
        {"horizon": "20m"},
    ),
    "gangs": (
        {"targetDedicatedNodes": 3, "enableInterNodeCommunication": True, "startTask": {"commandLine": "sleep 7"}},
        [job([], tasks=[GANG])],
        {},
    ),
    "unfinished": ({"targetDedicatedNodes": 1}, [job([FAILING | {"exitCode": 3}])], {"horizon": "15m"}),
}


def world(directory: Path, name: str) -> Any:
    """Return the run of a made-up world."""
    body, jobs, options = WORLDS[name]
    return simulate(read(directory, [pool(**body)], jobs, **options))


def imported(directory: Path, run: Any, *, log: bool = False) -> Past:
    """Return what the lists of a run, or its log, say of it."""
    if log:
        texts = {"log": "".join(f"{line}\n" for line in lines(run))}
    else:
        texts = {name: json.dumps(bodies) for name, bodies in lists(run).items()}
    paths = []
    for name, text in texts.items():
        (directory / name).write_text(text)
        paths.append(directory / name)
    return read_past(paths, Options())


def since_origin(past: Past, run: Any, column: pd.Series) -> list[float | None]:
    """Return times of a past on the clock of the run."""
    assert past.origin is not None
    shift = (past.origin - run.scenario.origin).total_seconds()
    return _known(np.round(column.to_numpy(dtype=float) + shift, 3))


def _known(values: Any) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in np.asarray(values, dtype=float)]


@pytest.mark.parametrize("name", WORLDS)
def test_lists_of_a_run_are_imported_as_it_was(tmp_path: Path, name: str) -> None:
    run = world(tmp_path, name)
    past = imported(tmp_path, run)
    tasks, found = run.tasks, past.tasks
    assert len(tasks) == len(found) > 0
    for own, theirs in (("id", "task"), ("job", "job")):
        assert found[theirs].tolist() == tasks[own].astype(str).tolist()
    assert since_origin(past, run, found["created"]) == _known(tasks["submit"].round(3))
    is_done = (tasks["state"] == "completed").to_numpy()
    has_run = tasks["last_start"].notna().to_numpy() & (tasks["state"] != "active").to_numpy()
    assert since_origin(past, run, found["start"][has_run]) == _known(tasks["last_start"][has_run].round(3))
    assert since_origin(past, run, found["end"][is_done]) == _known(tasks["end"][is_done].round(3))
    words = tasks["state"].astype(str).replace({"active": "waiting", "preparing": "running"})
    words = words.where(~is_done, np.where(tasks["succeeded"], "succeeded", "failed"))
    assert found["outcome"].tolist() == words.tolist()
    for own in ("slots", "retries", "requeues"):
        assert found[own].fillna(1).tolist() == tasks[own].tolist()
    assert found["instances"].fillna(1).tolist() == tasks["instances"].tolist()
    assert _known(found["exit_code"][is_done]) == _known(tasks["exit_code"][is_done])
    last = run.attempts[run.attempts["instance"] == 0].groupby("task")["node"].last().astype(str)
    assert (
        dict(zip(tasks["task"][has_run], found["node"][has_run], strict=True))
        == last[last.index[has_run[last.index]]].to_dict()
    )
    dropped = {one.cause for one in past.ledger.entries if CAUSES[one.cause].effect is Effect.DROPPED}
    assert dropped <= {"waiting", "running"}
    assert not past.ledger.count("ghost_node") or name == "evictions"


@pytest.mark.parametrize("name", WORLDS)
def test_nodes_and_pools_are_those_that_there_are(tmp_path: Path, name: str) -> None:
    run = world(tmp_path, name)
    past = imported(tmp_path, run)
    states = run.frame("node_states")
    here = states[(states["end"] == states["end"].max()) & ~states["state"].isin(["leavingpool", "preempted"])]
    last = past.nodes.groupby("node")["state"].last()
    assert last.to_dict() == dict(zip(here["node"].astype(str), here["state"].astype(str), strict=True))
    seen = past.pools[past.pools["change"] == "seen"].iloc[0]
    assert seen["dedicated"] + seen["low_priority"] == len(here)
    assert seen["target_dedicated"] == WORLDS[name][0]["targetDedicatedNodes"]
    assert past.bodies["p"]["vmSize"] == run.scenario.pools[0].vm_size


def test_parents_and_priorities_come_back(tmp_path: Path) -> None:
    past = imported(tmp_path, world(tmp_path, "parents"))
    assert past.tasks["parents"].tolist() == ["", "1", "1 2", "3"]
    assert past.tasks["command"].tolist() == [one["commandLine"] for one in LISTED]
    assert past.tasks["priority"].tolist() == [5] * 4


@pytest.mark.parametrize("name", ["failures", "evictions", "gangs"])
def test_the_log_of_a_run_has_every_attempt(tmp_path: Path, name: str) -> None:
    """A failure that is retried sends no event: its start is known, its end is not."""
    run = world(tmp_path, name)
    past = imported(tmp_path, run, log=True)
    attempts = run.attempts[run.attempts["instance"] == 0]
    truth = attempts.assign(id=run.tasks["id"].astype(str).to_numpy()[attempts["task"]])
    truth = truth.sort_values(["id", "assigned"])
    found = past.tasks.sort_values(["task", "attempt"])
    assert found["task"].tolist() == truth["id"].tolist()
    assert since_origin(past, run, found["assigned"]) == _known(truth["assigned"].round(3))
    ended = found["end"].notna().to_numpy()
    assert since_origin(past, run, found["end"][ended]) == _known(truth["end"][ended].round(3))
    assert found["node"].tolist() == truth["node"].astype(str).tolist()
    assert set(truth["outcome"][~ended].astype(str)) <= {"failed", "running"}


def test_a_run_writes_its_lists_beside_its_tables(tmp_path: Path) -> None:
    body = {"pools": [pool(targetDedicatedNodes=1)], "jobs": [job([], tasks=LISTED[:1])]}
    file = write(tmp_path, body, "t.json")
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["run", str(file), "--out", str(out), "--lists"])
    assert result.exit_code == 0, result.output
    files = sorted(out.glob("az_*.json"))
    assert [path.name for path in files] == ["az_jobs.json", "az_nodes.json", "az_pools.json", "az_tasks.json"]
    past = read_past(files, Options())
    assert [one.format for one in past.files] == ["azure-jobs", "azure-nodes", "azure-pools", "azure-tasks"]
    assert past.tasks["task"].tolist() == ["1"]
