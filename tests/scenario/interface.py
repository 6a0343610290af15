"""The service's public descriptions of its interface, where a copy of them is at hand: examples and definitions.

The folder `specification/batch` of the repository Azure/azure-rest-api-specs, named by POOLSIGHT_INTERFACE.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = os.environ.get("POOLSIGHT_INTERFACE", "")
OPERATIONS: Final = {
    "poolResizeParameter": "resize",
    "poolEnableAutoScaleParameter": "enableAutoScale",
    "poolEvaluateAutoScaleParameter": "evaluateAutoScale",
    "nodeRemoveParameter": "removeNodes",
    "nodeRebootParameter": "reboot",
    "nodeReimageParameter": "reimage",
    "nodeDisableSchedulingParameter": "disableScheduling",
    "poolPatchParameter": "updatePool",
    "poolUpdatePropertiesParameter": "updatePool",
    "jobDisableParameter": "disableJob",
    "jobTerminateParameter": "terminateJob",
    "jobPatchParameter": "updateJob",
    "jobUpdateParameter": "updateJob",
}
"""Operation of the timeline by the name of the parameter that carries its body."""
OPERATIONS_SINCE_2024: Final = {
    "ResizePool": "resize",
    "EnablePoolAutoScale": "enableAutoScale",
    "EvaluatePoolAutoScale": "evaluateAutoScale",
    "RemoveNodes": "removeNodes",
    "RebootNode": "reboot",
    "ReimageNode": "reimage",
    "DeallocateNode": "deallocateNode",
    "DisableNodeScheduling": "disableScheduling",
    "UpdatePool": "updatePool",
    "ReplacePoolProperties": "updatePool",
    "DisableJob": "disableJob",
    "TerminateJob": "terminateJob",
    "UpdateJob": "updateJob",
    "ReplaceJob": "updateJob",
}
"""By the end of the operation's id, in interfaces whose parameters are called `content`, `pool` or `job`."""
OPERATION_OF_DEFINITION: Final = {
    "PoolResizeParameter": "resize",
    "PoolEnableAutoScaleParameter": "enableAutoScale",
    "PoolEvaluateAutoScaleParameter": "evaluateAutoScale",
    "NodeRemoveParameter": "removeNodes",
    "NodeRebootParameter": "reboot",
    "NodeReimageParameter": "reimage",
    "NodeDisableSchedulingParameter": "disableScheduling",
    "PoolPatchParameter": "updatePool",
    "PoolUpdatePropertiesParameter": "updatePool",
    "PoolUpgradeOSParameter": "upgradeOs",
    "JobDisableParameter": "disableJob",
    "JobTerminateParameter": "terminateJob",
    "JobPatchParameter": "updateJob",
    "JobUpdateParameter": "updateJob",
    **{
        f"Batch{name}{end}": operation
        for name, operation in {
            "PoolResize": "resize",
            "PoolEnableAutoScale": "enableAutoScale",
            "PoolEvaluateAutoScale": "evaluateAutoScale",
            "NodeRemove": "removeNodes",
            "NodeReboot": "reboot",
            "NodeReimage": "reimage",
            "NodeDeallocate": "deallocateNode",
            "NodeDisableScheduling": "disableScheduling",
            "PoolUpdate": "updatePool",
            "PoolReplace": "updatePool",
            "JobDisable": "disableJob",
            "JobTerminate": "terminateJob",
            "JobUpdate": "updateJob",
        }.items()
        for end in ("Content", "Options")
    },
}

DATE: Final = re.compile(r"/(20\d\d-\d\d)-\d\d")
KEY_OF_KIND: Final = {"vmSize": "pool", "jobSpecification": "jobSchedule", "poolInfo": "job", "commandLine": "task"}
"""By a key that only bodies of that kind have beside an id."""
KIND_OF_DEFINITION: Final = {
    "Pool": "pool",
    "PoolAddParameter": "pool",
    "CloudPool": "pool",
    "BatchPool": "pool",
    "JobAddParameter": "job",
    "CloudJob": "job",
    "BatchJob": "job",
    "TaskAddParameter": "task",
    "CloudTask": "task",
    "BatchTask": "task",
    "JobScheduleAddParameter": "jobSchedule",
    "CloudJobSchedule": "jobSchedule",
    "BatchJobSchedule": "jobSchedule",
    **{
        f"Batch{name}Create{end}": kind
        for name, kind in (("Pool", "pool"), ("Job", "job"), ("Task", "task"), ("JobSchedule", "jobSchedule"))
        for end in ("Content", "Options")
    },
}


@dataclass(frozen=True, slots=True)
class Example:
    """One body of the service's examples."""

    name: str
    kind: str
    """pool, job, task, jobSchedule, or an operation of the timeline."""
    body: Any


@cache
def examples() -> list[Example]:
    """Return every body of a pool, job, task, schedule or operation, as it is created and as it is read back."""
    return [one for path in sorted(Path(FOLDER).rglob("examples/**/*.json")) for one in _of_file(path)]


def _of_file(path: Path) -> Iterator[Example]:
    data = json.loads(path.read_text(encoding="utf-8"))
    name = path.relative_to(FOLDER).as_posix()
    since = OPERATIONS_SINCE_2024.get(str(data.get("operationId")).rpartition("_")[2])
    for key, value in data.get("parameters", {}).items():
        if key in OPERATIONS or (since and isinstance(value, Mapping)):
            yield Example(name, OPERATIONS.get(key) or str(since), value)
        yield from _bodies(name, value)
    for answer in data.get("responses", {}).values():
        yield from _bodies(name, answer.get("body") if isinstance(answer, Mapping) else None)


def _bodies(name: str, value: Any) -> Iterator[Example]:
    """Yield the bodies that a value is, or has in a list; each kind is known by what it must have."""
    for one in value["value"] if isinstance(value, Mapping) and isinstance(value.get("value"), list) else [value]:
        if not isinstance(one, Mapping) or "affinityId" in one:
            continue  # a node
        if "vmSize" in (one.get("properties") or {}):
            yield Example(name, "pool", {"name": "account/pool", **one})
        elif "id" in one:
            kind = next((kind for key, kind in KEY_OF_KIND.items() if key in one), None)
            yield from [Example(name, kind, one)] if kind else []


def definitions() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield file, kind and definition of every body in the descriptions of the service's interface."""
    for file, name, defined in _defined():
        kind = KIND_OF_DEFINITION.get(name)
        if kind is not None and ("resource-manager/" in file) == (name == "Pool"):
            yield file, kind, filled(defined[name], defined)


def dated_definitions() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield year and month, kind and definition of every body of the data plane that is no preview."""
    for file, kind, body in definitions():
        if "resource-manager/" not in file and "/preview/" not in file:
            yield DATE.findall(file)[-1], kind, body


def operations() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield file, operation of the timeline and definition of every body that an operation has."""
    for file, name, defined in _defined():
        if name in OPERATION_OF_DEFINITION:
            yield file, OPERATION_OF_DEFINITION[name], filled(defined[name], defined)


def _defined() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield file, name and all definitions of the file, of each definition since 2017."""
    for path in sorted(Path(FOLDER).rglob("*.json")):
        if "examples" in path.parts:
            continue
        defined = json.loads(path.read_text(encoding="utf-8")).get("definitions", {})
        file = path.relative_to(FOLDER).as_posix()
        if not any(f"/{year}-" in file for year in (2015, 2016)):
            yield from ((file, name, defined) for name in defined)


def filled(definition: Mapping[str, Any], defined: Mapping[str, Any], seen: tuple[str, ...] = ()) -> Any:
    """Return a body that has every key of a definition, with nothing as the value of each."""
    reference = str(definition.get("$ref", ""))
    if reference.startswith("#/definitions/"):
        name = reference.rpartition("/")[2]
        return None if name in seen else filled(defined[name], defined, (*seen, name))
    if definition.get("type") == "array":
        return [filled(definition["items"], defined, seen)]
    parts = [filled(part, defined, seen) for part in definition.get("allOf", [])]
    body = {key: value for part in parts if isinstance(part, Mapping) for key, value in part.items()}
    body |= {key: filled(value, defined, seen) for key, value in definition.get("properties", {}).items()}
    return body or None
