"""Checkpoints: what is kept of an attempt that is stopped, and what the ledger says of it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Recording
from simulator.results.answer.metrics import summarize
from simulator.states import Outcome
from tests.examples import examples
from tests.features.story import job, operation, pool, run, task

EVERY_10_MIN: dict[str, Any] = {"checkpoints": {"interval": "10m"}}
DEARER: dict[str, Any] = {"checkpoints": {"interval": "10m", "cost": "1m", "restartCost": "2m"}}
NEW_NODE_AT_ONCE: dict[str, Any] = {"recoveryDelay": "0s"}


def taken_back(*times: str, **timing: Any) -> dict[str, Any]:
    """Return a pool's simulation section: all its spot nodes are evicted at some times, and replaced at once."""
    events = {"model": "capacity_event", "fraction": 1, "times": list(times)}
    return {"preemption": events, "timing": NEW_NODE_AT_ONCE | timing}


def evicted(one: dict[str, Any], *times: str, **rest: Any) -> Recording:
    """Run one task on one spot node that is taken back at some times."""
    timing = rest.pop("timing", {})
    return run(pool(low_priority=1, simulation=taken_back(*times, **timing)), job(tasks=[one]), **rest)


def minutes(made: Recording) -> dict[str, float]:
    """Return the busy part of the ledger."""
    found = summarize(made)["ledger_node_s"].items()
    return {label.removeprefix("busy_"): value / 60 for label, value in found if value and label.startswith("busy_")}


def kept(made: Recording) -> list[float]:
    """Return the minutes of work kept of each attempt."""
    return [value / 60 for value in made.attempts["kept"]]


def test_work_up_to_the_last_checkpoint_is_useful_and_the_rest_is_lost() -> None:
    """A checkpoint every 10 min, evicted after 25 min: 20 min are useful, 5 min are lost, not 25."""
    made = evicted(task("a", "60m", simulation=EVERY_10_MIN), "25m")
    assert kept(made) == [20, 0]
    assert made.attempts["kept_until"].iloc[0] == 20 * 60
    assert np.isnan(made.attempts["kept_until"].iloc[1])
    assert minutes(made) == {"useful": 60, "lost": 5}
    assert summarize(made)["utilization"]["useful"] == pytest.approx(60 / 65)
    without = evicted(task("a", "60m"), "25m")
    assert kept(without) == [0, 0]
    assert minutes(without) == {"useful": 60, "lost": 25}


def test_launch_and_checkpoints_count_with_the_work_that_they_serve() -> None:
    """One minute to launch and to write a checkpoint, two to read it; evicted after 25 and after 48 min.

    First: launched at 1, checkpoints at 12 and 23. Second: launched at 26, read at 28, checkpoint at 39. Third: from
    51 on the last 30 min of work with two checkpoints.
    """
    made = evicted(task("a", "60m", simulation=DEARER), "25m", "48m", timing={"launchOverhead": "1m"})
    assert kept(made) == [20, 10, 0]
    assert made.attempts["kept_until"].iloc[:2].tolist() == [23 * 60, 39 * 60]
    assert made.tasks["end"].tolist() == [(51 + 32) * 60]
    assert minutes(made) == {"useful": 23 + 14 + 35, "lost": 2 + 9}


def test_before_the_first_checkpoint_nothing_is_kept() -> None:
    made = evicted(task("a", "60m", simulation=DEARER), "10.5m")
    assert kept(made) == [0, 0]
    assert minutes(made) == {"useful": 65, "lost": 10.5}


def test_a_failure_throws_away_what_was_kept_before_it() -> None:
    """Kept 20 min of 25; the 40 min left end with a failure; then 60 min from the beginning, again taken back at 90."""
    body = task("a", "60m", exits=[1, 0], constraints={"maxTaskRetryCount": 1}, simulation=EVERY_10_MIN)
    made = evicted(body, "25m", "90m")
    assert made.attempts["outcome"].tolist() == ["preempted", "failed", "preempted", "succeeded"]
    assert kept(made) == [0, 0, 20, 0]
    assert made.tasks["end"].tolist() == [(25 + 40 + 25 + 40) * 60]
    assert minutes(made) == {"useful": 20 + 40, "failed": 40, "lost": 25 + 5}


def test_what_comes_to_nothing_was_lost() -> None:
    end = [operation("40m", "terminateTask", pool=None, job="j", task="a")]
    made = evicted(task("a", "60m", simulation=EVERY_10_MIN), "25m", timeline=end)
    assert made.attempts["outcome"].tolist() == ["preempted", "terminated"]
    assert kept(made) == [0, 0]
    assert minutes(made) == {"lost": 40}
    made = evicted(task("a", "60m", exits=1, simulation=EVERY_10_MIN), "25m")
    assert made.attempts["outcome"].tolist() == ["preempted", "failed"]
    assert kept(made) == [0, 0]
    assert minutes(made) == {"failed": 40, "lost": 25}


def test_what_the_end_of_the_run_cuts_off_is_unfinished() -> None:
    made = evicted(task("a", "60m", simulation=EVERY_10_MIN), "25m", horizon="40m")
    assert made.attempts["outcome"].tolist() == ["preempted", "running"]
    assert kept(made) == [20, 0]
    assert minutes(made) == {"unfinished": 20 + 15, "lost": 5}


@pytest.mark.parametrize(("exits", "ended"), [([1, 0], 65), ([0], 45)])
def test_a_task_that_is_reactivated_starts_as_if_it_had_never_run(exits: list[int], ended: float) -> None:
    """It failed after 65 min, or was ended after 45; at 70 it begins with all of its 60 min."""
    acts = [operation("70m", "reactivateTask", pool=None, job="j", task="a")]
    if exits == [0]:
        acts.insert(0, operation("45m", "terminateTask", pool=None, job="j", task="a"))
    made = evicted(task("a", "60m", exits=exits, simulation=EVERY_10_MIN), "25m", timeline=acts)
    assert (made.attempts["end"] / 60).tolist() == [25, ended, 70 + 60]
    assert kept(made) == [0, 0, 0]
    failed = {"failed": 40.0} if exits == [1, 0] else {}
    assert minutes(made) == {"useful": 60, "lost": ended - failed.get("failed", 0), **failed}


def test_all_nodes_of_a_multi_instance_task_keep_the_same() -> None:
    """One of its two nodes is taken back after 25 min: both have 20 min that count and 5 that do not."""
    gang = task("g", "60m", multiInstanceSettings={"numberOfInstances": 2}, simulation=EVERY_10_MIN)
    body = pool(nodes=1, low_priority=1, enableInterNodeCommunication=True, simulation=taken_back("25m"))
    made = run(body, job(tasks=[gang]))
    assert made.attempts["outcome"].tolist() == ["preempted"] * 2 + ["succeeded"] * 2
    assert kept(made) == [20, 20, 0, 0]
    assert minutes(made) == {"useful": 2 * 60, "lost": 2 * 5}


def test_attempts_of_several_pools_keep_their_own() -> None:
    """In the table they stand in order of assignment, whatever the pool."""
    ends = {"a": "25m", "b": "38m", "c": "39m"}
    pools = [pool(name, low_priority=1, simulation=taken_back(ends[name])) for name in ("a", "b", "c")]
    jobs = [
        job(name, pool=name, tasks=[task("t", "60m", submit=f"{5 * place}m", simulation=saved)])
        for place, (name, saved) in enumerate([("c", EVERY_10_MIN), ("b", {}), ("a", EVERY_10_MIN)])
    ]
    made = run(*pools, *jobs)
    rows = made.attempts
    assert rows["pool"].tolist()[:3] == ["c", "b", "a"]
    assert dict(zip(rows["pool"].iloc[:3], kept(made)[:3], strict=True)) == {"c": 30, "b": 0, "a": 10}
    assert minutes(made) == {"useful": 3 * 60, "lost": 9 + 33 + 5}


def test_of_a_slowed_attempt_its_time_is_kept_in_proportion() -> None:
    """Two tasks of two cores on two vCPUs, the second comes after 10 min; both are sent back at 20 min.

    The first did 15 min of work in these 20 min, of which three checkpoints save 12: four fifths, so 16 min count.
    """
    saved = {"cores": 2, "checkpoints": {"interval": "4m"}}
    tasks = [task("a", "30m", simulation=saved), task("b", "5h", submit="10m", simulation={"cores": 2})]
    body = pool(nodes=1, taskSlotsPerNode=4)
    again = [operation("20m", "reboot", nodeId="p_1_d")]
    made = run(body, job(tasks=tasks), timeline=again, options={"cpuSlowdown": True})
    first = made.attempts.iloc[0]
    assert (first["outcome"], first["kept"], first["kept_until"]) == ("requeued", 12 * 60, 16 * 60)
    assert minutes(made)["lost"] == 4
    assert made.attempts["end"].iloc[2] == (20 + 2 * 18) * 60


def test_a_neighbour_that_succeeds_makes_the_time_useful_whatever_else_was_lost() -> None:
    """Two slots: one task is done after 22 min; evicted at 25, the other kept 20 min: 22 are useful, 3 are lost."""
    both = [task("a", "60m", simulation=EVERY_10_MIN), task("b", "22m")]
    made = run(pool(low_priority=1, taskSlotsPerNode=2, simulation=taken_back("25m")), job(tasks=both))
    assert minutes(made) == {"useful": 22 + 40, "lost": 3}


seconds = st.integers(0, 40)


@examples(40)
@given(
    st.tuples(st.integers(1, 60), seconds, seconds),
    st.lists(st.integers(1, 900), max_size=4, unique=True),
    st.tuples(seconds, st.booleans(), st.integers(0, 2)),
    st.integers(100, 1500),
)
def test_what_is_kept_and_what_the_last_attempt_does_add_up_to_the_work(
    saves: tuple[int, int, int], times: list[int], rest: tuple[int, bool, int], horizon: int
) -> None:
    """Whatever the checkpoints, evictions and failures; `run` has looked at the ledger against the bill."""
    interval, cost, restart = saves
    launch, slowed, failures = rest
    checkpoints = {"interval": f"{interval}s", "cost": f"{cost}s", "restartCost": f"{restart}s"}
    tasks = [
        task(
            f"t{place}",
            f"{work}s",
            exits=[1] * (failures if place == 0 else 0) + [0],
            constraints={"maxTaskRetryCount": -1},
            simulation={"cores": 2, "checkpoints": checkpoints},
        )
        for place, work in enumerate((150, 90, 61))
    ]
    body = pool(
        low_priority=2,
        taskSlotsPerNode=2,
        simulation=taken_back(*(f"{time}s" for time in times), launchOverhead=f"{launch}s") if times else {},
    )
    made = run(body, job(tasks=tasks), horizon=f"{horizon}s", options={"cpuSlowdown": slowed})
    attempts, workload = made.raw.attempts, made.workload
    overhead = 1000 * launch if times else 0
    for number, work in enumerate(workload.demand.tolist()):
        mine = attempts.task == number
        saved = int(attempts.kept[mine].sum())
        assert saved < work
        done = mine & (attempts.outcome == Outcome.SUCCEEDED)
        if done.any():
            left = work - saved
            alone = overhead + 1000 * restart * (saved > 0) + left + (left - 1) // (1000 * interval) * 1000 * cost
            took = int((attempts.end - attempts.start)[done][0])
            assert took >= alone if slowed else took == alone
