"""The option `enforceLocalResources: disk_and_memory`: memory beyond a node's is reported and stops nothing."""

from pathlib import Path
from typing import Any

from simulator.results.answer.metrics import summarize
from tests.features.story import job, pool, problems_of, run, task

MEMORY_REPORTED_ONLY: dict[str, Any] = {"options": {"enforceLocalResources": "disk_and_memory"}}


def test_tasks_are_placed_by_slots_and_what_they_ask_for_too_much_is_reported() -> None:
    """Three tasks of 3 GiB on a node of 8 with four slots: without the option the third waits."""
    body, work = pool(nodes=1, taskSlotsPerNode=4), job(count=3, duration="10m", group={"memory": 3})
    waits, goes = run(body, work), run(body, work, **MEMORY_REPORTED_ONLY)
    assert waits.attempts["assigned"].tolist() == [0, 0, 600]
    assert goes.attempts["assigned"].tolist() == [0, 0, 0]
    assert len(waits.memory_excess) == 0
    assert summarize(waits)["warnings"] == []
    row = goes.memory_excess.iloc[0]
    assert (row["node"], row["pool"], row["start"], row["end"]) == ("p_1_d", "p", 0, 600)
    assert (row["peak"], row["memory"]) == (9, 8)
    [warning] = summarize(goes)["warnings"]
    assert warning == (
        "pool p: tasks asked for up to 9 GiB of memory at once on nodes that have 8, "
        "on 1 node for 0.17 node-hours (table memory_excess)"
    )
    assert "option enforceLocalResources: disk_and_memory" in summarize(goes)["assumptions"]


def test_spans_begin_and_end_with_the_task_that_is_too_much() -> None:
    """Two nodes of two slots: on each 5 GiB, beside them on the first one task after the other."""
    own = [
        ("a", "0s", "60m", 5),
        ("b", "0s", "60m", 5),
        ("c", "10m", "10m", 6),
        ("d", "20m", "5m", 4),
        ("e", "30m", "5m", 3),
    ]
    tasks = [task(name, span, submit=at, simulation={"memory": need}) for name, at, span, need in own]
    made = run(pool(nodes=2, taskSlotsPerNode=2), job(tasks=tasks), **MEMORY_REPORTED_ONLY)
    spans = made.memory_excess[["start", "end", "peak"]].to_numpy().tolist()
    assert spans == [[600, 1500, 11]], "9 follows 11 at once; 5 + 3 is just enough"


def test_a_task_that_no_node_has_memory_for_runs_and_its_file_is_warned_of(tmp_path: Path) -> None:
    work = job(tasks=[task("t", simulation={"memory": 10})])
    assert any("it will never run" in text for text in problems_of(tmp_path, pool(nodes=1), work))
    [text] = problems_of(tmp_path, pool(nodes=1), work, **MEMORY_REPORTED_ONLY)
    assert "needs 10 GiB of memory, but a node of pool 'p' has 8: it runs all the same" in text
    assert run(pool(nodes=1), work, **MEMORY_REPORTED_ONLY).tasks["succeeded"].all()


def test_disks_are_enforced_as_with_disk_alone() -> None:
    tasks = [task("t", simulation={"disk": 60})]
    made = run(pool(nodes=1), job(tasks=tasks), horizon="1h", **MEMORY_REPORTED_ONLY)
    assert made.node_states["state"].iloc[-1] == "unusable"
