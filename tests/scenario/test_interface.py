"""The service's own examples load, and every key of its interface is known, from 2017 on and in both forms."""

from collections import Counter
from typing import Any

import pytest

from simulator.errors import InputError, Problem
from simulator.scenario.reading.construct import scenario_of
from simulator.scenario.reading.normalize import modern
from tests.scenario.files import pool
from tests.scenario.interface import FOLDER, Example, definitions, examples

pytestmark = pytest.mark.skipif(not FOLDER, reason="POOLSIGHT_INTERFACE names no copy of the service's descriptions")
UNKNOWN = "no such key"


def pools_of(value: Any) -> list[str]:
    """Return the ids of the pools that a body names."""
    if isinstance(value, dict):
        return [name for key, one in value.items() for name in ([one] if key == "poolId" else pools_of(one))]
    return []


def document_of(example: Example) -> dict[str, Any]:
    """Return a scenario around a body, with what it needs beside it."""
    body = example.body
    document: dict[str, Any] = {"horizon": "1h", "pools": [], "jobs": []}
    if example.kind == "pool":
        document["pools"] = [body]
    elif example.kind == "task":
        container = {"type": "dockerCompatible"} if "containerSettings" in body else None
        own = pool(vmSize="Standard_D4_v3", enableInterNodeCommunication="multiInstanceSettings" in body)
        machine = {**own["virtualMachineConfiguration"], "containerConfiguration": container}
        job: dict[str, Any] = {"id": "j", "poolInfo": {"poolId": "p"}, "usesTaskDependencies": True, "tasks": [body]}
        job["simulation"] = {"defaults": {"duration": "1m"}}
        document["pools"] = [{**own, "virtualMachineConfiguration": machine}]
        document["jobs"] = [{**job, "onTaskFailure": "performexitoptionsjobaction"}]
    elif example.kind in ("job", "jobSchedule"):
        document["pools"] = [pool(id=name) for name in dict.fromkeys(pools_of(body))]
        document["jobs" if example.kind == "job" else "jobSchedules"] = [body]
    else:
        on = {"job": "j"} if example.kind.endswith("Job") else {"pool": "p"}
        node = {"nodeId": "p_1_d"} if example.kind in ("reboot", "reimage", "disableScheduling") else {}
        document["pools"] = [pool(), *(pool(id=name) for name in pools_of(body))]
        document["jobs"] = [{"id": "j", "poolInfo": {"poolId": "p"}}]
        document["timeline"] = [{"at": "1m", "operation": example.kind, **on, **node, **body}]
    return document


def found_in(example: Example) -> tuple[Problem, ...]:
    try:
        return scenario_of(document_of(example)).warnings
    except InputError as error:
        return error.problems


def test_no_valid_body_is_refused_and_no_genuine_key_called_unknown() -> None:
    wrong: Counter[str] = Counter()
    for example in examples():
        for problem in found_in(example):
            if not problem.is_warning or UNKNOWN in problem.message:
                wrong[f"{example.name} ({example.kind}): {problem}"] += 1
    assert len(examples()) > 0
    assert not wrong, "\n".join(list(wrong)[:20])


def test_every_key_of_the_interface_is_known() -> None:
    sections = {"pool": "pools", "job": "jobs", "jobSchedule": "jobSchedules"}
    unknown = set()
    known = 0
    for file, kind, body in definitions():
        if "/2015-" in file or "/2016-" in file:
            continue
        known += 1
        document = {"jobs": [{"tasks": [body]}]} if kind == "task" else {sections[kind]: [body]}
        unknown |= {(file, *found.loc) for found in modern(document).findings if UNKNOWN in found.message}
    assert known > 0
    assert not unknown
