"""A scenario that names a generation of the interface is warned of keys that this one does not have."""

from pathlib import Path
from typing import Any

import pytest

from simulator.scenario.checks.generation_checks import REFUSED
from simulator.scenario.keys.versions import VERSIONS
from tests.features.story import job, operation, pool, problems_of

NEW_JOB: dict[str, Any] = {"maxParallelTasks": 3}
OLD_POOL: dict[str, Any] = {"targetNodeCommunicationMode": "simplified"}


@pytest.mark.parametrize(
    ("profile", "found"),
    [
        ("2020-09", [("jobs.0.maxParallelTasks", "came with 2024-02"), ("targetNodeComm", "came with 2024-02")]),
        ("2024-02", []),
        ("2025-06", [("targetNodeCommunicationMode", "ended with 2025-06")]),
        (None, []),
    ],
)
def test_keys_of_another_generation_are_reported(
    tmp_path: Path, profile: str | None, found: list[tuple[str, str]]
) -> None:
    options = {"options": {"apiProfile": profile}} if profile else {}
    all_found = problems_of(tmp_path, pool(nodes=1, **OLD_POOL), job(count=1, **NEW_JOB), **options)
    reported = [text for text in all_found if "does not have it" in text]
    assert len(reported) == len(found), all_found
    for place, why in found:
        assert any(place in text and why in text and "warning" in text for text in reported)


def test_of_a_key_of_another_generation_those_under_it_are_not_reported(tmp_path: Path) -> None:
    policy = {"mode": "rolling", "rollingUpgradePolicy": {"maxBatchInstancePercent": 50}}
    body = pool(nodes=1, upgradePolicy=policy)
    all_found = problems_of(tmp_path, body, job(count=1), options={"apiProfile": "2020-09"})
    assert [text.split(": ")[1] for text in all_found if "does not have it" in text] == ["pools.0.upgradePolicy"]


def test_keys_of_objects_without_a_type_have_generations_too(tmp_path: Path) -> None:
    task = {"id": "a", "commandLine": "sleep 1", "resourceFiles": [{"httpUrl": "u", "identityReference": {"id": "i"}}]}
    all_found = problems_of(tmp_path, pool(nodes=1), job(tasks=[task]), options={"apiProfile": "2020-09"})
    (found,) = [text for text in all_found if "does not have it" in text]
    assert "jobs.0.tasks.0.resourceFiles.0.identityReference: " in found


def test_what_another_check_refuses_is_in_the_table() -> None:
    assert set(VERSIONS) >= REFUSED


CHANGES: dict[str, Any] = {
    "vmSize": "Standard_D4_v3",
    "taskSlotsPerNode": 2,
    "enableInterNodeCommunication": True,
    "upgradePolicy": {"mode": "rolling"},
}


@pytest.mark.parametrize("key", CHANGES)
def test_what_was_fixed_when_a_pool_was_created_is_refused_before_2025_and_not_simulated_since(
    tmp_path: Path, key: str
) -> None:
    def reported(**options: str) -> list[str]:
        update = operation("5m", "updatePool", **{key: CHANGES[key]})
        return problems_of(tmp_path, pool(nodes=1), horizon="1h", timeline=[update], options=options)

    refused = reported(apiProfile="2024-02")
    assert any(f"timeline.0.{key}: {key} is fixed when a pool is created" in text for text in refused)
    for options in ({}, {"apiProfile": "2025-06"}):
        (warned,) = reported(**options)
        assert "warning: not simulated yet" in warned
