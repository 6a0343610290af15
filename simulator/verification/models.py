"""Scenarios of which theory knows the answer, and what is read from their runs; times in minutes unless said."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.results.record.recording import Recording
from simulator.scenario.reading.construct import scenario_of
from simulator.scenario.scenario import Scenario
from simulator.theory.bounds import Instance

SIZES: Final = {"One": {"vcpus": 16, "memoryGiB": 64, "dedicatedLinux": 1, "lowPriorityLinux": 0.2}}
MACHINE: Final[Mapping[str, Any]] = {
    "vmSize": "One",
    "virtualMachineConfiguration": {
        "imageReference": {"publisher": "canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts"},
        "nodeAgentSKUId": "batch.node.ubuntu 22.04",
    },
}
"""What the body of every pool here begins with."""
MINUTES: Final = 60.0
WARM_UP: Final = 0.2
"""Share of the tasks that is left out, so that the empty start does not count."""


def exponential(minutes: float) -> dict[str, Any]:
    return {"exponential": {"mean": seconds(minutes)}}


def seconds(minutes: float) -> str:
    return f"{minutes * MINUTES:.3f}s"


def described(rest: dict[str, Any], **options: Any) -> Scenario:
    """Describe pools whose nodes boot at once, so that only what is looked at is left."""
    return scenario_of({"sizes": SIZES, "options": {"timingPreset": "instant", **options}, **rest})


def queue(
    servers: int,
    classes: Sequence[tuple[float, Any]],
    count: int,
    *,
    slots: int = 1,
    instances: int = 1,
    cores: int = 0,
    seed: int = 1,
    **options: Any,
) -> Scenario:
    """Describe a queue: `classes` are (arrivals per minute, duration), the first has the highest priority."""
    whole = sum(rate for rate, _ in classes)
    pool = {
        "id": "p",
        **MACHINE,
        "targetDedicatedNodes": servers // slots,
        "taskSlotsPerNode": slots,
        "enableInterNodeCommunication": instances > 1,
    }
    jobs = []
    for number, (rate, duration) in enumerate(classes):
        group = {
            "count": round(count * rate / whole),
            "duration": duration,
            "numberOfInstances": instances,
            **({"cores": cores} if cores else {}),
            "arrivals": {"poisson": {"ratePerHour": rate * MINUTES}},
        }
        body = {"id": f"class{number}", "priority": -number, "poolInfo": {"poolId": "p"}}
        jobs.append({**body, "simulation": {"workload": [group]}})
    return described({"pools": [pool], "jobs": jobs, "seed": seed}, **options)


def listed(instance: Instance) -> Scenario:
    """Describe list scheduling: a pool of the machines, a job of the tasks, an hour for each unit."""
    parents: dict[int, list[int]] = {}
    for before, after in instance.follows:
        parents.setdefault(after, []).append(before)
    tasks = [
        {
            "id": f"t{number}",
            "simulation": {"duration": f"{length}h"},
            **({"dependsOn": {"taskIds": [f"t{before}" for before in parents[number]]}} if number in parents else {}),
        }
        for number, length in enumerate(instance.lengths)
    ]
    pool = {"id": "p", **MACHINE, "targetDedicatedNodes": instance.machines}
    job = {"id": "j", "poolInfo": {"poolId": "p"}, "tasks": tasks, "usesTaskDependencies": bool(instance.follows)}
    return described({"pools": [pool], "jobs": [job]})


def steady(recording: Recording, job: int | None = None) -> npt.NDArray[np.int64]:
    """Return the rows of a job's tasks, or of all, behind the warm-up."""
    mine = np.flatnonzero((recording.workload.job == job) | (job is None))
    return mine[int(len(mine) * WARM_UP) :]


def mean_wait(recording: Recording, job: int = 0) -> float:
    """Return the mean time from submission to start."""
    mine = steady(recording, job)
    started = recording.raw.tasks.first_start[mine]
    return float((started - recording.workload.submit[mine]).mean()) / 1000 / MINUTES


def mean_stay(recording: Recording) -> float:
    """Return the mean time from submission to completion."""
    mine = steady(recording)
    return float((recording.raw.tasks.end[mine] - recording.workload.submit[mine]).mean()) / 1000 / MINUTES


def last_end(recording: Recording) -> float:
    """Return the instant at which the last task completed."""
    return float(recording.raw.tasks.end.max()) / 1000 / MINUTES
