"""Bodies out are bodies in: what a client has stated comes back, in the shape of the version it asks for."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.durations import parse_duration
from simulator.scenario.format.bodies import Job, Pool
from simulator.scenario.format.task_bodies import Task
from simulator.service.wire import http_date, iso_duration, timestamp, written
from tests.service.client import job_of, pool_of, task_of

LIMITS = {"maxWallClockTime": "PT1H30M", "retentionTime": "P7D", "maxTaskRetryCount": 2}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "PT0S"),
        (900, "PT15M"),
        (5400, "PT1H30M"),
        (86400, "P1D"),
        (90061.5, "P1DT1H1M1.5S"),
        (0.001, "PT0.001S"),
        (math.inf, "P10675199DT2H48M5.4775807S"),
    ],
)
def test_spans_are_written_as_the_service_writes_them(seconds: float, text: str) -> None:
    assert iso_duration(seconds) == text
    assert math.isinf(seconds) or parse_duration(text) == seconds


def test_instants_count_from_the_origin() -> None:
    origin = datetime(2026, 1, 5, tzinfo=UTC)
    assert timestamp(origin, 3600.25) == "2026-01-05T01:00:00.250Z"
    assert http_date(origin, 3600.75) == "Mon, 05 Jan 2026 01:00:00 GMT"


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (Pool, pool_of(resizeTimeout="PT20M", metadata=[{"name": "a", "value": "b"}])),
        (Pool, pool_of(startTask={"commandLine": "x", "waitForSuccess": True, "maxTaskRetryCount": 1}, own={"k": 1})),
        (Pool, pool_of(enableAutoScale=True, autoScaleFormula="$T=1;", autoScaleEvaluationInterval="PT5M")),
        (Pool, pool_of(taskSchedulingPolicy={"nodeFillType": "pack"}, applicationLicenses=["maya"])),
        (Job, job_of(priority=7, constraints={"maxWallClockTime": "PT2H"}, onAllTasksComplete="terminatejob")),
        (Job, job_of(jobPreparationTask={"commandLine": "p"}, commonEnvironmentSettings=[{"name": "A", "value": "1"}])),
        (Task, task_of("t", constraints=LIMITS, environmentSettings=[{"name": "X", "value": "1"}])),
        (Task, task_of("t", dependsOn={"taskIds": ["a"], "taskIdRanges": [{"start": 1, "end": 3}]}, requiredSlots=2)),
        (Task, task_of("t", multiInstanceSettings={"numberOfInstances": 2, "coordinationCommandLine": "c"})),
        (Task, task_of("t", resourceFiles=[{"httpUrl": "https://x/y", "filePath": "y"}], userIdentity={"a": None})),
    ],
)
def test_a_body_comes_back_as_it_was_sent(model: Any, body: dict[str, Any]) -> None:
    assert written(model.model_validate(body)) == body
    secret = {**body, "simulation": {}}
    assert written(model.model_validate(secret)) == body, "what only a simulation needs is no part of it"
