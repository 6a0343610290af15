"""Where node time and money go, shown on pools small enough to count by hand, and held against a naive count."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Recording, Scenario, simulate
from simulator.results.answer.metrics import summarize
from simulator.results.money.bill import dollars, in_dollars, share_out
from simulator.results.money.ledger import LABELS
from simulator.results.raw.intervals import Union
from simulator.states import Outcome, TaskState
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario
from tests.examples import examples


def seconds(run: Recording) -> dict[str, float]:
    return {label: value for label, value in summarize(run)["ledger_node_s"].items() if value}


def test_a_node_from_boot_to_tail() -> None:
    timing = {"creating": "30s", "starting": "60s", "startTask": "10s"}
    body = pool(targetDedicatedNodes=1, startTask={"commandLine": "x"}, simulation={"timing": timing})
    arrivals = {"times": ["150s", "250s"]}
    work = job(2, "40s", arrivals=arrivals)
    run = check(simulate(scenario([body], [work], horizon="400s")))
    assert seconds(run) == {
        "booting": 90,
        "start_task": 10,
        "idle_before": 50,
        "busy_useful": 80,
        "idle_between": 60,
        "idle_tail": 110,
    }
    assert summarize(run)["cost"]["total"] == pytest.approx(400 / 3600 * 0.1)


def test_work_that_is_lost_fails_or_does_not_end() -> None:
    events = {"model": "capacity_event", "fraction": 1, "times": ["50s"]}
    body = pool(targetLowPriorityNodes=1, simulation={"preemption": events, "timing": {"recoveryDelay": "100s"}})
    run = check(simulate(scenario([body], [job(1, "100s")], horizon="200s")))
    assert seconds(run) == {"busy_lost": 50, "preempted": 100, "busy_unfinished": 50}
    cost = summarize(run)["cost"]
    assert cost["total"] == pytest.approx(100 / 3600 * 0.02)
    failing = job(1, "10s", failureProbability=1)
    run = check(simulate(scenario([pool(targetDedicatedNodes=1)], [failing])))
    assert seconds(run) == {"busy_failed": 10}


def test_draining_is_distinguished_from_leaving_and_from_work() -> None:
    """A node under `retaineddata` is kept for seven days after its task."""
    timing = {"leaving": "60s"}
    resize = {
        "at": "10s",
        "operation": "resize",
        "pool": "p",
        "targetDedicatedNodes": 0,
        "nodeDeallocationOption": "retaineddata",
        "resizeTimeout": "30d",
    }
    body = pool(targetDedicatedNodes=1, simulation={"timing": timing})
    run = check(simulate(scenario([body], [job(1, "100s")], timeline=[resize])))
    assert seconds(run) == {"busy_useful": 100, "draining": 7 * 86400, "leaving": 60}


@pytest.mark.parametrize(
    ("options", "billed"),
    [
        ({}, 101),
        ({"billingGranularity": "minute"}, 120),
        ({"billingGranularity": "hour"}, 3600),
        ({"billingMinimumS": 300}, 300),
        ({"billingStart": "starting"}, 91),
    ],
)
def test_rules_of_the_bill(options: dict[str, Any], billed: float) -> None:
    timing = {"creating": "10s", "leaving": "0.5s"}
    resize = {"at": "100s", "operation": "resize", "pool": "p", "targetDedicatedNodes": 0}
    body = pool(targetDedicatedNodes=1, simulation={"timing": timing})
    run = check(simulate(scenario([body], [job(1, "20s")], timeline=[resize], options=options)))
    assert run.nodes["billed"].tolist() == [billed]
    assert run.ledger.billed.sum() == 1000 * billed


def test_the_cost_of_working_nodes_is_shared_by_slot_time() -> None:
    """Two slots for one job, one for the other, at once on one node of 0.1 USD an hour; the tail is nobody's."""
    body = pool(targetDedicatedNodes=1, taskSlotsPerNode=3)
    jobs = [job(1, "2h", name="a", requiredSlots=2), job(1, "2h", name="b")]
    run = check(simulate(scenario([body], jobs, horizon="3h")))
    cost = summarize(run)["cost"]
    assert cost["by_job"] == pytest.approx({"a": 0.4 / 3, "b": 0.2 / 3, "(no job)": 0.10})
    assert cost["by_label"] == pytest.approx({"busy_useful": 0.20, "idle_tail": 0.10})


@pytest.mark.parametrize(
    ("size", "image", "kind", "price", "noted"),
    [
        ({"dedicatedLinux": 1}, "linux", "Dedicated", 1, ""),
        ({"dedicatedLinux": 1}, "linux", "LowPriority", 0.2, "taken as 0.2"),
        ({"dedicatedLinux": 1, "lowPriorityLinux": 0.3}, "linux", "LowPriority", 0.3, ""),
        ({"dedicatedLinux": 1, "dedicatedWindows": 2}, "windows", "Dedicated", 2, ""),
        ({"dedicatedLinux": 1, "dedicatedWindows": 2}, "windows", "LowPriority", 0.8, "taken as 0.4"),
        ({"dedicatedLinux": 1}, "windows", "Dedicated", 1.092, "Linux price $1 and $0.046 a core"),
        ({"dedicatedLinux": 1, "dedicatedWindows": 2}, "windows, own licence", "Dedicated", 1, ""),
        ({}, "linux", "Dedicated", None, "no price known"),
    ],
)
def test_prices(size: dict[str, Any], image: str, kind: str, price: float | None, noted: str) -> None:
    machine = {"nodeAgentSKUId": f"batch.node.{image}", "imageReference": {"publisher": "somebody"}}
    if "own licence" in image:
        machine["licenseType"] = "Windows_Server"
    body = pool(vmSize="Own", virtualMachineConfiguration=machine, **{f"target{kind}Nodes": 1})
    sizes = {"sizes": {"Own": {"vcpus": 2, "memoryGiB": 8, **size}}}
    described = Scenario.model_validate(
        {"options": {"timingPreset": "instant"}, "pools": [body], "jobs": [job(1, "10h")], **sizes}
    )
    cost = summarize(check(simulate(described)))["cost"]
    assert cost["total"] == (None if price is None else pytest.approx(10 * price))
    assert noted in " ".join(cost["notes"])


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**12), min_size=1, max_size=20))
def test_shares_add_up(whole: int, weights: list[int]) -> None:
    parts = share_out(whole, weights)
    assert sum(parts) == (whole if sum(weights) else 0)
    assert all(
        abs(part * sum(weights) - whole * weight) < sum(weights) for part, weight in zip(parts, weights, strict=True)
    ) or not sum(weights)
    named = {str(number): part for number, part in enumerate(parts)}
    if sum(weights):
        assert sum(in_dollars(named).values()) == pytest.approx(dollars(whole), rel=1e-12, abs=0)


spans = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(0, 10)), max_size=12)


@given(spans, st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=5))
def test_unions_measure_what_a_naive_count_measures(
    rows: list[tuple[int, int, int]], asked: list[tuple[int, int, int]]
) -> None:
    node, start, length = (np.array([row[k] for row in rows], dtype=np.int64) for k in range(3))
    union = Union.of(node, start, start + length, 64)
    covered = {(n, t) for n, s, k in rows for t in range(s, s + k)}
    for n, *bounds in asked:
        low, high = sorted(bounds)
        found = union.measure(np.array([n]), np.array([low]), np.array([high]))[0]
        assert found == sum((n, t) in covered for t in range(low, high))


@examples(40)
@given(st.integers(0, 10_000))
def test_every_second_has_the_label_that_a_naive_count_gives_it(seed: int) -> None:
    """Second by second, on a pool with failures, preemptions, a shrink and several slots, with checkpoints or not."""
    body = pool(
        targetDedicatedNodes=1,
        targetLowPriorityNodes=2,
        taskSlotsPerNode=2,
        simulation={
            "timing": {"creating": "3s", "starting": "4s", "recoveryDelay": "9s", "leaving": "5s"},
            "preemption": {"model": "capacity_event", "fraction": 0.5, "times": ["31s", "57s"]},
        },
    )
    work = job(
        8,
        {"empirical": {"values": ["5s", "9s", "16s"]}},
        failureProbability=0.3,
        arrivals={"times": [f"{3 * k}s" for k in range(8)]},
        checkpoints={"interval": "2s", "cost": "1s", "restartCost": "1s"} if seed % 2 else None,
    )
    resize = {
        "at": "40s",
        "operation": "resize",
        "pool": "p",
        "targetLowPriorityNodes": 1,
        "nodeDeallocationOption": "taskcompletion",
    }
    run = check(simulate(scenario([body], [work], timeline=[resize], horizon="90s", seed=seed)))
    assert seconds(run) == {label: count for label, count in naive(run).items() if count}


RANK = {Outcome.SUCCEEDED: 0, Outcome.RUNNING: 1, Outcome.FAILED: 2, Outcome.PREEMPTED: 3, Outcome.REQUEUED: 3}
BUSY = ["busy_useful", "busy_unfinished", "busy_failed", "busy_lost"]
STATE = {"creating": "booting", "starting": "booting", "preempted": "preempted"}


def naive(run: Recording) -> dict[str, int]:
    found = dict.fromkeys(map(str, LABELS), 0)
    attempts = list(
        zip(
            run.raw.attempts.node,
            run.raw.attempts.assigned,
            run.raw.attempts.end,
            run.raw.attempts.outcome,
            strict=True,
        )
    )
    made, tasks = run.raw.attempts, run.raw.tasks
    for kept in np.flatnonzero(made.kept):
        task = made.task[kept]
        if tasks.succeeded[task] or tasks.state[task] != TaskState.COMPLETED:
            fate = Outcome.SUCCEEDED if tasks.succeeded[task] else Outcome.RUNNING
            attempts.append((made.node[kept], made.assigned[kept], made.kept_until[kept], fate))
    removed = dict(run.raw.recorder.removals)
    for row in run.raw.recorder.states:
        mine = [attempt for attempt in attempts if attempt[0] == row.node]
        for second in range(row.start // 1000, row.end // 1000):
            here = [RANK[outcome] for _, start, end, outcome in mine if start <= second * 1000 < end]
            if here:
                label = BUSY[min(here)]
            elif row.state == "idle":
                if not mine:
                    label = "idle_unused"
                elif second * 1000 < min(start for _, start, _, _ in mine):
                    label = "idle_before"
                else:
                    label = "idle_tail" if second * 1000 >= max(end for _, _, end, _ in mine) else "idle_between"
            elif row.state == "leavingpool":
                label = "leaving" if second * 1000 >= removed.get(row.node, 10**9) else "draining"
            else:
                label = STATE[row.state]
            found[label] += 1
    return found
