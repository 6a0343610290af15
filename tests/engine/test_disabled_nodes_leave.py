"""Nodes whose scheduling is disabled are removed, or not after all, in every way there is."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator import simulate
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario
from tests.examples import examples

NODE = {"pool": "p", "nodeId": "p_1_d"}
REMOVALS = ["requeue", "terminate", "taskcompletion", "retaineddata"]


def at(seconds: int, name: str, **keys: Any) -> dict[str, Any]:
    return {"at": f"{seconds}s", "operation": name, **keys}


@st.composite
def stories(draw: st.DrawFn) -> list[dict[str, Any]]:
    disabling = draw(st.sampled_from(["requeue", "terminate", "taskcompletion"]))
    removal = {
        "pool": "p",
        "nodeDeallocationOption": draw(st.sampled_from(REMOVALS)),
        "resizeTimeout": draw(st.sampled_from(["5m", "3h"])),
    }
    start = draw(st.integers(1, 120))
    shrinks: list[tuple[str, dict[str, Any]]] = [
        ("resize", {"targetDedicatedNodes": 0}),
        ("removeNodes", {"nodeList": "p_1_d"}),
    ]
    shrink = draw(st.sampled_from(shrinks))
    story = [
        at(2, "disableScheduling", **NODE, nodeDisableSchedulingOption=disabling),
        at(start, shrink[0], **removal, **shrink[1]),
    ]
    later: dict[str, dict[str, Any]] = {
        "stopResize": {"pool": "p"},
        "enableScheduling": NODE,
        "deletePool": {"pool": "p"},
        "loseContact": {**NODE, "recovery": "2m"},
        "reboot": {**NODE, "nodeRebootOption": draw(st.sampled_from(REMOVALS))},
        "deleteJob": {"job": "j"},
    }
    names = draw(st.lists(st.sampled_from(sorted(later)), max_size=3))
    return story + [at(start + draw(st.integers(1, 900)), name, **later[name]) for name in names]


@examples(60)
@given(stories(), st.sampled_from(["1m", "4m", "20m"]), st.sampled_from(["0s", "30s"]))
def test_every_end_of_a_removal_is_a_state_that_the_service_has(
    story: list[dict[str, Any]], length: str, leaving: str
) -> None:
    body = pool(targetDedicatedNodes=2, simulation={"timing": {"leaving": leaving}})
    check(simulate(scenario([body], [job(4, length)], timeline=story, horizon="3h")))


def test_a_disabled_node_whose_removal_fails_is_offline_again() -> None:
    """It waits for the files of its task, which are kept for longer than the resize may last."""
    kept = {"id": "t", "commandLine": "sleep 60", "constraints": {"retentionTime": "PT2H"}}
    work = {"id": "j", "poolInfo": {"poolId": "p"}, "tasks": [kept]}
    timeline = [
        at(2, "disableScheduling", **NODE, nodeDisableSchedulingOption="taskcompletion"),
        at(11, "resize", pool="p", targetDedicatedNodes=0, nodeDeallocationOption="retaineddata", resizeTimeout="5m"),
    ]
    found = check(simulate(scenario([pool(targetDedicatedNodes=1)], [work], timeline=timeline, horizon="3h")))
    assert found.resizes["code"].tolist()[-1] == "RemoveNodesFailed"
    last = found.node_states[["state", "start"]].to_numpy().tolist()[-2:]
    assert last == [["leavingpool", 11.0], ["offline", 311.0]]


def test_an_offline_node_waits_for_the_files_that_it_keeps() -> None:
    kept = {"id": "t", "commandLine": "sleep 60", "constraints": {"retentionTime": "PT30M"}}
    work = {"id": "j", "poolInfo": {"poolId": "p"}, "tasks": [kept]}
    timeline = [
        at(100, "disableScheduling", **NODE),
        at(200, "resize", pool="p", targetDedicatedNodes=0, nodeDeallocationOption="retaineddata", resizeTimeout="1h"),
    ]
    found = check(simulate(scenario([pool(targetDedicatedNodes=1)], [work], timeline=timeline, horizon="3h")))
    assert found.nodes["gone"].tolist() == [60.0 + 1800]
