"""Theory lies inside the simulated interval: 99.9 %, and a small margin for the start from empty."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from simulator import Recording, Scenario, simulate
from simulator.theory import bounds, queues, restarts
from simulator.verification import models
from tests.engine.laws import check
from tests.engine.worlds import LINUX

MINUTE = 60.0
SIZES = {"D": {"vcpus": 16, "memoryGiB": 64, "dedicatedLinux": 1, "lowPriorityLinux": 0.2}}
WARM_UP = 0.2
"""Share of the tasks that is left out, so that the empty start does not count."""


def described(rest: dict[str, Any]) -> Scenario:
    """Describe pools whose nodes boot at once, so that only queueing is left."""
    return Scenario.model_validate({"sizes": SIZES, "options": {"timingPreset": "instant"}, **rest})


def queue(servers: int, classes: list[tuple[float, Any]], count: int, *, slots: int = 1, seed: int = 1) -> Scenario:
    """Describe a queue: `classes` are (arrivals per minute, duration), the first has the highest priority."""
    pool = {
        "id": "p",
        "vmSize": "D",
        "virtualMachineConfiguration": LINUX,
        "targetDedicatedNodes": servers // slots,
        "taskSlotsPerNode": slots,
    }
    jobs = [
        {
            "id": f"class{number}",
            "priority": -number,
            "poolInfo": {"poolId": "p"},
            "simulation": {
                "workload": [
                    {
                        "count": round(count * rate / sum(r for r, _ in classes)),
                        "duration": duration,
                        "arrivals": {"poisson": {"ratePerHour": rate * MINUTE}},
                    }
                ]
            },
        }
        for number, (rate, duration) in enumerate(classes)
    ]
    return described({"pools": [pool], "jobs": jobs, "seed": seed})


def mean_wait(recording: Recording, job: int = 0) -> float:
    raw, workload = recording.raw, recording.workload
    mine = np.flatnonzero(workload.job == job)
    mine = mine[int(len(mine) * WARM_UP) :]
    return float((raw.tasks.first_start[mine] - workload.submit[mine]).mean()) / 1000


def interval(measure: Callable[[int], float], replications: int) -> tuple[float, float]:
    """Return the 99.9 % interval of a mean over replications."""
    values = [measure(replication) for replication in range(replications)]
    found = stats.ttest_1samp(values, 0).confidence_interval(0.999)
    return float(found.low), float(found.high)


def assert_inside(theory: float, found: tuple[float, float], margin: float = 0.01) -> None:
    low, high = found
    assert low * (1 - margin) <= theory <= high * (1 + margin)
    assert high - low < 0.5 * theory, "the interval is too wide to show anything"


EXPONENTIAL = {"exponential": {"mean": "60s"}}


@pytest.mark.parametrize(("arrival", "servers", "slots"), [(1.6, 2, 1), (8.0, 10, 1), (8.0, 10, 5), (12.0, 15, 3)])
def test_mmc_waits_as_erlang_states(arrival: float, servers: int, slots: int) -> None:
    scenario = queue(servers, [(arrival, EXPONENTIAL)], 25_000, slots=slots)
    found = interval(lambda replication: mean_wait(check(simulate(scenario, replication))), 10)
    assert_inside(queues.mmc_wait(arrival / MINUTE, 1 / MINUTE, servers), found)


@pytest.mark.parametrize(
    ("duration", "mean", "second"),
    [
        ("60s", 60.0, 3600.0),
        ({"uniform": {"low": "30s", "high": "90s"}}, 60.0, 3900.0),
        ({"exponential": {"mean": "60s"}}, 60.0, 7200.0),
    ],
)
def test_mg1_waits_as_pollaczek_and_khinchine_state(duration: Any, mean: float, second: float) -> None:
    scenario = queue(1, [(0.7, duration)], 12_000)
    found = interval(lambda replication: mean_wait(simulate(scenario, replication)), 10)
    assert_inside(queues.pollaczek_khinchine(0.7 / MINUTE, mean, second), found)


def test_priorities_wait_as_cobham_states() -> None:
    scenario = queue(2, [(0.5, EXPONENTIAL), (1.1, EXPONENTIAL)], 15_000)
    recordings = [simulate(scenario, replication) for replication in range(10)]
    theory = queues.cobham_waits([0.5 / MINUTE, 1.1 / MINUTE], 1 / MINUTE, 2)
    for job, expected in enumerate(theory):
        found = interval(lambda replication, job=job: mean_wait(recordings[replication], job), 10)  # type: ignore[misc]
        assert_inside(expected, found)


@pytest.mark.parametrize(("hours", "hazard", "delay"), [(1, 0.5, 0.1), (2, 0.5, 0.25), (4, 0.25, 0.1)])
def test_restart_from_zero_takes_as_long_as_theory_states(hours: int, hazard: float, delay: float) -> None:
    """Preemptive-repeat-identical under a constant hazard: one task after the other on one node.

    With a node for each task a lost one would take over a node whose task is done, and wait less than its own.
    """
    count = 100
    pool = {
        "id": "p",
        "vmSize": "D",
        "virtualMachineConfiguration": LINUX,
        "targetLowPriorityNodes": 1,
        "simulation": {
            "timing": {"recoveryDelay": f"{delay * 3600}s"},
            "preemption": {"model": "hazard", "ratePerHour": hazard},
        },
    }
    work = {"workload": [{"count": count, "duration": f"{hours}h"}]}
    job = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": work}
    scenario = described({"pools": [pool], "jobs": [job], "seed": 7})

    def mean_completion(replication: int) -> float:
        recording = check(simulate(scenario, replication))
        return float(recording.raw.tasks.end.max()) / 3.6e6 / count

    found = interval(mean_completion, 8)
    assert_inside(restarts.repeat_identical(hours, hazard, delay), found, margin=0.0)


INSTANCES = [
    *(bounds.list_bound(machines) for machines in (2, 3, 5)),
    *(bounds.longest_first_bound(machines) for machines in (2, 3, 4)),
    *bounds.ANOMALIES,
]


@pytest.mark.parametrize("instance", INSTANCES, ids=lambda instance: instance.name)
def test_lists_end_when_graham_states(instance: bounds.Instance) -> None:
    """Bounds are met exactly; more machines, shorter tasks or fewer dependencies end later."""
    run = check(simulate(models.listed(instance)))
    assert run.tasks["end"].max() == instance.end * 3600


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_two_node_tasks_cost_the_capacity_that_backfill_leaves(share: float) -> None:
    """A burst of one- and two-node tasks: nothing is lost but the room that no task fits.

    With backfill the pool is work-conserving while one-node tasks wait, so the burst takes at least
    work / 2 and at most that plus the longest task (Graham).
    """
    gang = round(400 * (1 - share))
    workload = [
        {"count": 400 - gang, "duration": EXPONENTIAL},
        {"count": gang, "duration": EXPONENTIAL, "numberOfInstances": 2},
    ]
    pool = {
        "id": "p",
        "vmSize": "D",
        "virtualMachineConfiguration": LINUX,
        "targetDedicatedNodes": 2,
        "enableInterNodeCommunication": True,
    }
    job = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": {"workload": workload}}
    run = check(simulate(described({"pools": [pool], "jobs": [job]})))
    work = (run.workload.demand * run.workload.instances).sum() / 2000
    longest = run.workload.demand.max() / 1000
    assert work <= run.tasks["end"].max() <= work + longest
