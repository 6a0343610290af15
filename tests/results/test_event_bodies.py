"""What single keys of the service's events mean."""

from __future__ import annotations

import json
from typing import Any

from simulator import Recording
from simulator.results.events import lines
from tests.features.story import UBUNTU, job, pool, run, task


def bodies(recording: Recording, operation: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in lines(recording)]
    return [event["properties"] for event in found if event["operationName"] == operation]


def test_the_version_of_a_task_counts_what_the_service_repeats_not_what_its_user_asked_for() -> None:
    """A retry after an exit code is the user's, a preempted node is not."""
    preemption = {"model": "capacity_event", "fraction": 1, "times": ["90s"]}
    body = pool(low_priority=1, simulation={"preemption": preemption})
    work = job(tasks=[task("a", "60s", exits=[1, 0], constraints={"maxTaskRetryCount": 1})])
    found = bodies(run(body, work), "TaskStartEvent")
    assert [(one["systemTaskVersion"], one["executionInfo"]["retryCount"]) for one in found] == [(0, 0), (0, 1), (1, 1)]


def test_the_event_of_a_new_pool_names_its_image_and_agent() -> None:
    (found,) = bodies(run(pool(nodes=1), job(count=1)), "PoolCreateEvent")
    machine = found["virtualMachineConfiguration"]
    assert machine["imageReference"] == {**UBUNTU["imageReference"], "version": " "}
    assert machine["nodeAgentId"] == UBUNTU["nodeAgentSKUId"]
    assert found["cloudServiceConfiguration"] == {"osFamily": " ", "targetOsVersion": " "}
