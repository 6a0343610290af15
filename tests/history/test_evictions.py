"""Evictions of a past are replayed at the instants at which they were, where files show them."""

from pathlib import Path
from typing import Any

import pytest

from simulator import load, simulate
from simulator.history.folders import SCENARIO
from simulator.history.options import Options
from simulator.history.pools import Given
from simulator.history.read import read_past
from simulator.history.replay import replay_of
from simulator.history.write import scenario_of, write_past
from simulator.results.record.recording import Recording
from simulator.results.write import write
from tests.history import files
from tests.history.files import azure_task, causes, read_all
from tests.scenario.files import job, pool
from tests.scenario.files import read as parsed

EVICTIONS = [{"at": "10m", "count": 2}, {"at": "25m", "nodes": ["p_1_p"]}, {"at": "40m", "count": 3}]


def ran(directory: Path, model: dict[str, Any], seed: int = 1) -> Recording:
    """Return a run of four low-priority nodes that are taken back as a model has it."""
    own = pool(targetLowPriorityNodes=4, simulation={"preemption": model})
    work = job([{"count": 40, "duration": {"uniform": {"low": "2m", "high": "9m"}}}])
    return simulate(parsed(directory, [own], [work], seed=seed, options={"timingPreset": "instant"}))


def again(past: Any, directory: Path) -> tuple[Any, Recording]:
    """Return the pool of the scenario that replays a past, and its run."""
    replay = replay_of(past, frozenset())
    document = scenario_of(past, replay, Given(), "instant")
    write_past(past, replay, document, directory)
    return document["pools"][0], simulate(load(directory / SCENARIO))


def taken(run: Recording) -> list[tuple[float, str]]:
    """Return when which node was taken."""
    states = run.frame("node_states")
    found = states[states["state"] == "preempted"]
    return sorted(zip(found["start"].tolist(), found["node"].astype(str), strict=True))


def listed(body: dict[str, Any]) -> list[tuple[float, str]]:
    """Return when which node is to be taken by the body of a pool."""
    named = [(one["at"], one["nodes"]) for one in body["simulation"]["preemption"]["evictions"]]
    return [(float(at.removesuffix("s")), name) for at, names in named for name in names]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_replayed_run_loses_the_same_nodes_at_the_same_instants(tmp_path: Path, seed: int) -> None:
    recording = ran(tmp_path, {"model": "trace", "evictions": EVICTIONS}, seed)
    write(recording, tmp_path / "run")
    past = read_past([tmp_path / "run"], Options())
    _, replayed = again(past, tmp_path / "again")
    assert len(taken(recording)) == 6
    assert taken(replayed) == taken(recording)
    assert causes(past)["evictions"] == 6


@pytest.mark.parametrize("seed", [1, 2])
def test_nodes_that_have_not_come_back_in_the_replay_are_the_only_ones_not_taken(tmp_path: Path, seed: int) -> None:
    """How long a node stays away is drawn anew."""
    recording = ran(tmp_path, {"model": "hazard", "ratePerHour": 2.0}, seed)
    write(recording, tmp_path / "run")
    body, replayed = again(read_past([tmp_path / "run"], Options()), tmp_path / "again")
    assert listed(body) == taken(recording)
    assert set(taken(replayed)) <= set(taken(recording))
    assert taken(replayed)[:2] == taken(recording)[:2]


def test_a_log_shows_the_evictions_of_nodes_that_were_busy(tmp_path: Path) -> None:
    recording = ran(tmp_path, {"model": "trace", "evictions": EVICTIONS})
    write(recording, tmp_path / "run", events=True)
    past = read_past([tmp_path / "run" / "events.jsonl"], Options())
    body, _ = again(past, tmp_path / "again")
    assert listed(body) == taken(recording)


def test_a_logged_pool_that_lost_no_node_loses_none(tmp_path: Path) -> None:
    write(ran(tmp_path, {"model": "none"}), tmp_path / "run")
    past = read_past([tmp_path / "run"], Options())
    body, replayed = again(past, tmp_path / "again")
    assert body["simulation"] == {"preemption": {"model": "none"}}
    assert causes(past)["no_evictions"] == 1
    assert not taken(replayed)


def spot(name: str, state: str, at: str) -> dict[str, Any]:
    """Return a low-priority node as `az batch node list` prints it."""
    url = f"https://acme.westeurope.batch.azure.com/pools/farm/nodes/{name}"
    there = {"isDedicated": False, "state": state, "stateTransitionTime": f"2026-03-02T{at}+00:00"}
    return files.NODE | {"id": name, "url": url} | there


def test_nodes_of_other_names_are_taken_by_number(tmp_path: Path) -> None:
    nodes = [spot(f"tvmps_{n}_p", "preempted", "07:30:00") for n in (1, 2)] + [spot("tvmps_3_p", "idle", "07:00:00")]
    past = read_all(tmp_path, {"tasks": [azure_task("a"), azure_task("b")], "nodes": nodes})
    body, _ = again(past, tmp_path / "again")
    assert body["targetLowPriorityNodes"] >= 1
    assert body["targetDedicatedNodes"] == 0
    assert body["simulation"]["preemption"] == {"model": "trace", "evictions": [{"at": "5100.0s", "count": 2}]}
    assert causes(past)["evictions"] == 2


def test_evictions_of_a_pool_without_low_priority_nodes_are_counted_and_left_out(tmp_path: Path) -> None:
    nodes = [spot("tvmps_1", "preempted", "07:30:00")]
    past = read_all(tmp_path, {"tasks": [azure_task("a")], "nodes": nodes, "pool": files.POOL})
    body, _ = again(past, tmp_path / "again")
    assert "simulation" not in body
    assert causes(past)["stray_evictions"] == 1
