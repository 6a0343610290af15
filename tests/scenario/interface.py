"""The service's public descriptions of its interface, where a copy of them is at hand: examples and definitions.

The folder `specification/batch` of the repository Azure/azure-rest-api-specs, named by POOLSIGHT_INTERFACE.
"""

import json
import os
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
    for key, value in data.get("parameters", {}).items():
        if key in OPERATIONS:
            yield Example(name, OPERATIONS[key], value)
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
    for path in sorted(Path(FOLDER).rglob("*.json")):
        if "examples" in path.parts:
            continue
        defined = json.loads(path.read_text(encoding="utf-8")).get("definitions", {})
        for name, kind in KIND_OF_DEFINITION.items():
            is_resource = "resource-manager" in path.parts
            if name in defined and is_resource == (name == "Pool"):
                yield path.relative_to(FOLDER).as_posix(), kind, filled(defined[name], defined)


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
