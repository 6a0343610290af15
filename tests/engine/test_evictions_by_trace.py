"""Evictions that somebody has recorded: a pool's own trace, and the operation that takes nodes back."""

from pathlib import Path
from typing import Any

import pytest

from simulator import InputError, Recording, scenario_of, simulate, summarize
from simulator.policy.node_preemption import NEVER_PREEMPTED
from tests.engine.laws import check
from tests.engine.worlds import SIZES, job, pool, run, scenario

RETURNS = {"recoveryDelay": "2m"}


def spot(evictions: list[dict[str, Any]], nodes: int = 3, **timing: Any) -> dict[str, Any]:
    simulation = {"preemption": {"model": "trace", "evictions": evictions}, "timing": {**RETURNS, **timing}}
    return pool(targetLowPriorityNodes=nodes, targetDedicatedNodes=1, simulation=simulation)


def lost(found: Recording) -> list[tuple[str, float]]:
    rows = found.node_states[found.node_states["state"] == "preempted"]
    return sorted(zip(rows["node"], rows["start"], strict=True), key=lambda row: (row[1], row[0]))


def test_a_trace_takes_the_nodes_that_it_names_at_its_instants() -> None:
    evictions = [{"at": "10m", "nodes": ["P_2_P", "p_3_p"]}, {"at": "5m", "nodes": ["p_3_p"]}]
    found = run([spot(evictions)], [job(8, "4m")], horizon="20m")
    assert lost(found) == [("p_3_p", 300.0), ("p_2_p", 600.0), ("p_3_p", 600.0)]
    back = found.node_states[found.node_states["state"] == "preempted"]
    assert (back["end"] - back["start"]).tolist() == [120.0] * 3
    assert found.tasks["preemptions"].sum() == 2
    assert found.tasks["retries"].sum() == 0


def test_a_trace_takes_as_many_as_it_states_and_never_a_dedicated_node() -> None:
    evictions: list[dict[str, Any]] = [
        {"at": "5m", "count": 2},
        {"at": "6m", "count": 9},
        {"at": "7m", "nodes": ["p_1_d", "p_9_p"]},
    ]
    found = run([spot(evictions, recoveryDelay="1h")], [], horizon="20m")
    assert [at for _, at in lost(found)] == [300.0, 300.0, 360.0]
    assert all(name.endswith("_p") for name, _ in lost(found))


def test_evictions_of_other_pools_are_passed_over() -> None:
    evictions = [{"at": "5m", "count": 1, "pool": "q"}, {"at": "6m", "count": 1, "pool": "P"}]
    assert [at for _, at in lost(run([spot(evictions)], [], horizon="20m"))] == [360.0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("time,count\n300,2\n", [300.0, 300.0]),
        ("pool,time,node\np,300,p_2_p\nq,400,q_1_p\n", [300.0]),
        ("time,node\n300,p_2_p\n500,p_2_p\n", [300.0, 500.0]),
    ],
)
def test_a_trace_can_stand_in_a_file(tmp_path: Path, text: str, expected: list[float]) -> None:
    (tmp_path / "evictions.csv").write_text(text)
    body = spot([])
    body["simulation"]["preemption"] = {"model": "trace", "file": "evictions.csv"}
    document = {"sizes": SIZES, "options": {"timingPreset": "instant"}, "pools": [body], "horizon": "20m"}
    found = check(simulate(scenario_of(document, folder=tmp_path)))
    assert [at for _, at in lost(found)] == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time,count,node\n300,2,p_1_p\n", "expected the columns time"),
        ("when,count\n300,2\n", "expected the columns time"),
        ("time,count\n-3,2\n", "evictions.csv:2: expected a number that is finite and not negative in column time"),
        ("time,count\n300,0\n", "evictions.csv:2: expected a whole number from 1 in column count, not 0"),
        ("time,count\n\n300,2\n400,2.7\n", "evictions.csv:4: expected a whole number from 1 in column count, not 2.7"),
        ("time,node\n300,\n", "evictions.csv:2: expected the id of a node in column node"),
        ("time,node\n300\n", "evictions.csv:2: expected the id of a node in column node"),
        ("time,node\nx,p_1_p\n3,\n", "2: expected a number in column time, not 'x'; evictions.csv:3: expected the id"),
    ],
)
def test_a_file_that_states_something_else_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "evictions.csv").write_text(text)
    body = spot([])
    body["simulation"]["preemption"] = {"model": "trace", "file": "evictions.csv"}
    with pytest.raises(InputError, match=message):
        scenario_of({"sizes": SIZES, "pools": [body], "horizon": "20m"}, folder=tmp_path)


@pytest.mark.parametrize("eviction", [{"at": "5m"}, {"at": "5m", "count": 1, "nodes": ["p_1_p"]}])
def test_an_eviction_states_how_many_or_which(eviction: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="expected either count or nodes"):
        scenario([spot([eviction])], [], horizon="1h")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time,available\n0,5\n60,2.7\n", "curve.csv:3: expected a whole number from 0 in column available, not 2.7"),
        ("time,available\n0,5\n60\n", "curve.csv:3: expected a number in column available, not ''"),
        ("time,available\n60,5\n60,2\n", "curve.csv:3: expected a later time than in the line before in column time"),
    ],
)
def test_a_curve_in_a_file_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "curve.csv").write_text(text)
    body = pool(simulation={"preemption": {"model": "capacity_curve", "file": "curve.csv"}})
    with pytest.raises(InputError, match=message):
        scenario_of({"sizes": SIZES, "pools": [body], "horizon": "20m"}, folder=tmp_path)


def test_bad_lines_of_a_file_are_reported_together_and_not_all_of_many(tmp_path: Path) -> None:
    (tmp_path / "evictions.csv").write_text("time,count\n" + "1,x\n" * 9)
    body = spot([]) | {"simulation": {"preemption": {"model": "trace", "file": "evictions.csv"}}}
    with pytest.raises(InputError, match=r"evictions.csv:2: .*evictions.csv:6: .*; and 4 lines more"):
        scenario_of({"sizes": SIZES, "pools": [body], "horizon": "20m"}, folder=tmp_path)


# ---- evictions that take nothing --------------------------------------------------------------------------


def warned(evictions: list[dict[str, Any]], *timeline: dict[str, Any]) -> list[tuple[str, str]]:
    made = scenario([spot(evictions)], [], horizon="1h", timeline=list(timeline))
    found = [(problem.path or "", problem.message) for problem in made.warnings]
    return [(path, text) for path, text in found if "evictions" in path or path.startswith("timeline")]


def test_pools_that_are_not_there_are_reported_once() -> None:
    found = warned([{"at": f"{at}m", "count": 1, "pool": "pp"} for at in (5, 6)] + [{"at": "7m", "count": 1}])
    assert [path for path, _ in found] == ["pools.0.simulation.preemption.evictions.0.pool"]
    assert found[0][1] == "there is no pool 'pp', did you mean 'p'?: 2 evictions act on nothing"


def test_a_trace_that_is_all_of_other_pools_is_reported() -> None:
    other = spot([{"at": "5m", "count": 1, "pool": "q"}])
    made = scenario([other, pool(id="q")], [], horizon="1h")
    assert ["none of the evictions is of pool 'p'" in problem.message for problem in made.warnings].count(True) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("p_1_d", "'p_1_d' is a dedicated node, and only low-priority and spot nodes are preempted"),
        ("tvm-1", "'tvm-1' is no low-priority node of pool 'p': their ids end in _p, as p_1_p does"),
    ],
)
def test_nodes_that_can_never_be_taken_are_reported_with_their_places(name: str, message: str) -> None:
    found = warned([{"at": "5m", "nodes": ["p_2_p", name]}], take("5m", nodeId=["p_2_p", name]))
    assert [path for path, _ in found] == ["pools.0.simulation.preemption.evictions.0.nodes.1", "timeline.0.nodeId.1"]
    assert all(text.startswith(message) for _, text in found)


def test_what_a_trace_did_not_find_is_part_of_the_answer() -> None:
    evictions: list[dict[str, Any]] = [
        {"at": "5m", "count": 9},
        {"at": "6m", "nodes": ["p_2_p", "p_99_p"]},
        {"at": "30m", "count": 50},
    ]
    found = run([spot(evictions, recoveryDelay="1h")], [], horizon="20m")
    text = "evictions of pool p: 8 of 11 in its trace found no low-priority node with a VM"
    assert summarize(found)["assumptions"].count(text) == 1
    everything = run([spot([{"at": "5m", "count": 3}])], [], horizon="20m")
    assert not any("in its trace" in one for one in summarize(everything)["assumptions"])


def take(at: str, **keys: Any) -> dict[str, Any]:
    return {"at": at, "operation": "preemptNodes", "pool": "p", **keys}


def test_an_operation_takes_nodes_by_name_and_by_number() -> None:
    quiet = pool(targetLowPriorityNodes=4, targetDedicatedNodes=1, simulation={"timing": {"recoveryDelay": "1h"}})
    timeline = [take("5m", nodeId=["p_2_p", "p_1_d"]), take("6m", nodeId="p_2_p"), take("7m", count=2)]
    found = run([quiet], [], timeline=timeline, horizon="20m")
    assert found.operations["code"].tolist() == ["OperationNotValidOnNode", "OperationNotValidOnNode", "Success"]
    assert found.operations["message"].tolist()[:2] == [
        f"p_1_d is {NEVER_PREEMPTED}; done on 1 of 2 nodes all the same",
        "The state of p_2_p is preempted",
    ]
    assert [at for _, at in lost(found)] == [300.0, 420.0, 420.0]
    names = {name for name, at in lost(found) if at == 420.0}
    assert set(found.operations["message"].iloc[-1].removeprefix("preempted ").split(", ")) == names


def test_an_operation_states_which_nodes_or_how_many() -> None:
    with pytest.raises(InputError, match="expected either nodeId or count"):
        scenario([pool()], [], timeline=[take("5m")], horizon="1h")
