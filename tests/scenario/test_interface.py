"""The service's own examples load, and every key of its interface is known, from 2017 on and in both forms."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest

from simulator.errors import InputError, Problem
from simulator.scenario.format.allowed_keys import mappings_in
from simulator.scenario.format.bodies import Job, Pool
from simulator.scenario.format.job_schedules import JobSchedule
from simulator.scenario.format.schema import ApiProfile, Operation
from simulator.scenario.format.section import Body, fold
from simulator.scenario.format.task_bodies import Task
from simulator.scenario.keys.body_keys import Known, known_keys
from simulator.scenario.keys.table import sections
from simulator.scenario.keys.versions import Versions
from simulator.scenario.reading import body_forms
from simulator.scenario.reading.construct import scenario_of
from simulator.scenario.reading.normalize import modern
from tests.scenario.files import pool
from tests.scenario.interface import FOLDER, Example, dated_definitions, definitions, examples, operations

pytestmark = pytest.mark.skipif(not FOLDER, reason="POOLSIGHT_INTERFACE names no copy of the service's descriptions")
UNKNOWN = "no such key"
READ_SIDE = {"executionInfo", "stats", "autoScaleRun", "identity", "resizeError", "resizeErrors", "nodeInfo"}
ON_NODES = ("reboot", "reimage", "deallocateNode", "disableScheduling")
RENAMED = {("VirtualMachineConfiguration", "osDisk"), ("OsDisk", "caching")}
"""Keys that had another meaning in interfaces of 2017."""
WHOLE = {"pool", "jobSpecification"}
"""Bodies inside of others, which are looked through as bodies of their own."""


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
        node = (
            {"nodeId": "p_1_d"} if example.kind in ("reboot", "reimage", "deallocateNode", "disableScheduling") else {}
        )
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
        known += 1
        document = {"jobs": [{"tasks": [body]}]} if kind == "task" else {sections[kind]: [body]}
        unknown |= {(file, *found.loc) for found in modern(document).findings if UNKNOWN in found.message}
    assert known > 0
    assert not unknown


def test_each_key_is_of_the_generations_that_have_it() -> None:
    """Of each generation the descriptions hold the one that it is named after, or a later one."""
    held: dict[tuple[str, str], set[str]] = {}
    for date, kind, body in dated_definitions():
        for key in keys_in(document_of(Example("", kind, body)), kind):
            held.setdefault(key, set()).add(date)
    dates = sorted({date for found in held.values() for date in found})
    table = {(one.name, key.name): key.versions for one in sections() for key in one.keys}
    wrong = {
        key: (table[key], found)
        for key, there in held.items()
        if key not in RENAMED and table[key] != (found := generations_of(there, dates))
    }
    assert len(held) > 200
    assert wrong == {}


def generations_of(there: set[str], dates: list[str]) -> Versions:
    """Return first and last generation of a key that interfaces of some dates have."""
    named = [str(profile) for profile in ApiProfile]
    since = next(name for name in named if name >= min(there))
    after = [date for date in dates if date > max(there)]
    until = next(name for name in named if name >= after[0]) if after else ""
    return Versions("" if since == named[0] else since, until)


def keys_in(document: Mapping[str, Any], kind: str) -> set[tuple[str, str]]:
    """Return type and name of every key of a body that the table knows."""
    read = modern(document).document
    if kind == "task":
        return set(typed(read["jobs"][0]["tasks"][0], known_keys(Task), "Task"))
    section = {"pool": "pools", "job": "jobs", "jobSchedule": "jobSchedules"}[kind]
    root = {"pool": Pool, "job": Job, "jobSchedule": JobSchedule}[kind]
    return set(typed(read[section][0], known_keys(root), root.__name__))


def typed(value: Any, known: Mapping[str, Known], section: str) -> Iterator[tuple[str, str]]:
    for one in value if isinstance(value, list) else [value]:
        for key, inner in one.items() if isinstance(one, dict) else ():
            found = known.get(fold(key))
            if found is not None:
                yield section, found.name
                holder = found.holder
                if holder is not None:
                    yield from typed(inner, known_keys(holder), holder if isinstance(holder, str) else holder.__name__)


def test_every_key_of_an_operation_of_the_interface_is_known() -> None:
    unknown: set[tuple[str | int, ...]] = set()
    known = 0
    fields = {get_args(kind.model_fields["operation"].annotation)[0]: kind for kind, _ in mappings_in(Operation)}
    for file, operation, body in operations():
        known += 1
        own = {fold(field.alias or name) for name, field in fields[operation].model_fields.items()}
        old = {fold(path[0]) for path in body_forms.OPERATION.moves if len(path) == 1}
        unknown |= {(file, operation, key) for key in body if fold(key) not in own | old}
        read = modern({"timeline": [{"operation": operation, **body}]})
        unknown |= {(file, operation, *found.loc) for found in read.findings if UNKNOWN in found.message}
    assert known > 0
    assert not unknown


def test_every_mapping_of_the_interface_is_looked_through() -> None:
    """What was read from the service, such as its errors and counts, may have any key."""
    kinds: dict[str, type[Body]] = {"pools": Pool, "jobs": Job, "jobSchedules": JobSchedule}
    sections = {"pool": "pools", "job": "jobs", "jobSchedule": "jobSchedules"}
    silent = set()
    for _, kind, body in definitions():
        section = sections.get(kind, "jobs")
        document = modern({section: [{"tasks": [body]} if kind == "task" else body]}).document
        silent |= set(passed_over(document[section][0], known_keys(kinds[section])))
    assert {path[-1] for path in silent} <= READ_SIDE | WHOLE


def passed_over(value: Any, known: Mapping[str, Known], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the paths of mappings of which no key is looked at."""
    for one in value if isinstance(value, list) else [value]:
        for key, inner in one.items() if isinstance(one, dict) else ():
            below = known.get(fold(key))
            if below is not None and below.holder is not None:
                yield from passed_over(inner, known_keys(below.holder), (*path, key))
            elif isinstance(inner, dict) or (isinstance(inner, list) and isinstance(inner[0], dict)):
                yield (*path, key)
