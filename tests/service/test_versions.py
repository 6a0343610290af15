"""Bodies in the shape of each version of the interface."""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.service.versions import ADDED, FORMER, REMOVED, in_shape
from tests.service.client import Client, job_of, pool_of, task_of

NEWEST = "2025-06-01"
ROWS = [
    (key, version, is_added)
    for is_added, table in ((True, ADDED), (False, REMOVED))
    for version, key in ((version, key) for version, keys in table.items() for key in keys.split())
]


def before(version: str) -> str:
    """Return a version of the month before another."""
    year, month, _ = version.split("-")
    return f"{int(year) - (month == '01'):04}-{(int(month) - 2) % 12 + 1:02}-15.1.0"


@pytest.mark.parametrize(("key", "version", "is_added"), ROWS)
def test_a_key_is_there_from_one_version_to_another(key: str, version: str, is_added: bool) -> None:
    above, _, name = key.partition("/")
    has, lacks = (version, before(version)) if is_added else (before(version), version)
    for list_or_not in ({name: 1}, [{name: 1}]):
        body = {above: list_or_not, "kept": 1}
        assert in_shape(body, "anything", has) == body
        changed = {FORMER[key]: 1} if key in FORMER else {}
        assert in_shape(body, "anything", lacks) == {
            above: [changed] if isinstance(list_or_not, list) else changed,
            "kept": 1,
        }
    assert in_shape({name: 1}, above, has) == {name: 1}, "the same of a whole body"


def test_what_had_another_name_was_added_under_the_new_one() -> None:
    assert set(FORMER) <= {key for key, _, is_added in ROWS if is_added}


def test_a_schedule_holds_the_body_of_a_job() -> None:
    body = {"jobSpecification": {"maxParallelTasks": 2, "priority": 1}}
    assert in_shape(body, "jobSchedule", "2019-06-01.9.0") == {"jobSpecification": {"priority": 1}}


def keys(body: Any) -> Iterator[str]:
    """Yield the keys of a body at any depth."""
    if isinstance(body, dict):
        for key, value in body.items():
            yield key
            yield from keys(value)
    for one in body if isinstance(body, list) else ():
        yield from keys(one)


def test_a_client_of_2017_is_answered_in_its_own_words() -> None:
    client = Client()
    old = {"id": "p", "vmSize": "standard_d2s_v3", "targetDedicated": 2, "maxTasksPerNode": 2}
    machine = pool_of()["virtualMachineConfiguration"]
    start = {"commandLine": "x", "resourceFiles": [{"blobSource": "https://x/y", "filePath": "y"}]}
    client.post("/pools", {**old, "virtualMachineConfiguration": machine, "startTask": start})
    client.post("/jobs", job_of())
    client.post("/jobs/j/tasks", task_of("t", "exit 3"))
    client.run_until_idle()
    version = {"api-version": "2017-01-01.4.0"}
    pool = client.get("/pools/p", **version)
    assert (pool["targetDedicated"], pool["currentDedicated"], pool["maxTasksPerNode"]) == (2, 2, 2)
    assert pool["startTask"]["resourceFiles"][0]["blobSource"] == "https://x/y"
    shown = [
        pool,
        client.get("/jobs/j", **version),
        client.get("/jobs/j/tasks", **version),
        client.get("/pools/p/nodes", **version),
    ]
    later = {
        "result",
        "failureInfo",
        "isDedicated",
        "requiredSlots",
        "maxParallelTasks",
        "allowTaskPreemption",
        "ipv6Address",
    }
    assert not later.intersection(keys(shown))
    assert later <= set(keys([client.get(path) for path in ("/jobs/j", "/jobs/j/tasks", "/pools/p/nodes")]))
