"""The service's bodies as they are written: old names, the ARM form, keys that no body has."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.format.body_keys import JOB, JOB_SCHEDULE, OPERATION, POOL, Shape
from simulator.scenario.format.complete import lookup
from simulator.scenario.format.section import fold

OLD_NAMES: Final = {
    "maxtaskspernode": "taskSlotsPerNode",
    "targetdedicatedcomputenodes": "targetDedicatedNodes",
    "targetdedicated": "targetDedicatedNodes",
    "targetlowprioritycomputenodes": "targetLowPriorityNodes",
}
"""Names of older versions and slips of the documentation, folded (docs/model.md#bodies-of-the-service)."""
_NESTED: Final = (
    ("virtualMachineConfiguration", "nodeAgentSkuId", "nodeAgentSKUId"),
    ("cloudServiceConfiguration", "targetOSVersion", "osVersion"),
)
"""Object of the body, the old key in it, and how it is called now."""


def modern(data: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Rewrite pools in the ARM form and under old names, and warn of keys that no body has."""
    findings: list[Finding] = []
    document = dict(data)
    for key, items in data.items():
        rewrite = _SECTIONS.get(fold(str(key)))
        if rewrite is not None and isinstance(items, list):
            document[key] = [rewrite(item, (str(key), index), findings) for index, item in enumerate(items)]
    return document, findings


def _pool(pool: object, loc: Loc, findings: list[Finding]) -> object:
    if not isinstance(pool, Mapping):
        return pool
    pool = from_arm(pool)
    body: dict[Any, Any] = {}
    names = [OLD_NAMES.get(fold(str(key)), str(key)) for key in pool]
    for key, value in pool.items():
        new = OLD_NAMES.get(fold(str(key)))
        if new is not None and [fold(name) for name in names].count(fold(new)) > 1:
            findings.append(
                Finding(f"'{key}' and '{new}' are two names of one key: leave '{key}' out", (*loc, str(key)))
            )
        elif new is not None:
            findings.append(Finding(f"'{key}' is an old name of '{new}'", (*loc, str(key)), is_warning=True))
        body[new or key] = value
    for key, old, new in _NESTED:
        found = next((name for name in body if fold(str(name)) == fold(key)), None)
        within = body.get(found) if found is not None else None
        if isinstance(within, Mapping) and old in within:
            findings.append(Finding(f"'{old}' is an old spelling of '{new}'", (*loc, str(found), old), is_warning=True))
            body[found] = {(new if name == old else name): value for name, value in within.items()}
    findings += unknown_keys(body, POOL, loc)
    return body


def _job(job: object, loc: Loc, findings: list[Finding]) -> object:
    """Rewrite the pool that a job brings along, and warn of unknown keys of the job."""
    if not isinstance(job, Mapping):
        return job
    findings += unknown_keys(job, JOB, loc)
    return _inside(job, ("poolInfo", "autoPoolSpecification", "pool"), _pool, loc, findings)


def _schedule(schedule: object, loc: Loc, findings: list[Finding]) -> object:
    findings += unknown_keys(schedule, JOB_SCHEDULE, loc)
    return _inside(schedule, ("jobSpecification",), _job, loc, findings)


def _operation(operation: object, loc: Loc, findings: list[Finding]) -> object:
    """Rewrite the bodies that an operation carries; its own keys are left to the schema."""
    findings += unknown_keys(operation, OPERATION, loc, only=True)
    for key, rewrite in (("job", _job), ("pool", _pool)):
        if isinstance(lookup(operation, key), Mapping):
            operation = _inside(operation, (key,), rewrite, loc, findings)
    return operation


Rewrite = Callable[[object, Loc, list[Finding]], object]
_SECTIONS: Final[Mapping[str, Rewrite]] = {
    "pools": _pool,
    "jobs": _job,
    "jobschedules": _schedule,
    "timeline": _operation,
}
"""By folded name."""


def _inside(value: object, path: Loc, rewrite: Rewrite, loc: Loc, findings: list[Finding]) -> object:
    """Rewrite what lies at `path` of `value`, whichever way its keys are written; the rest stays as it is."""
    if not path:
        return rewrite(value, loc, findings)
    if not isinstance(value, Mapping):
        return value
    key = next((key for key in value if fold(str(key)) == fold(str(path[0]))), None)
    if key is None:
        return value
    return {**value, key: _inside(value[key], path[1:], rewrite, (*loc, str(key)), findings)}


def unknown_keys(value: object, shape: Shape, loc: Loc, *, only: bool = False) -> Iterator[Finding]:
    """Yield a warning for every key of `value` that `shape` does not have; `only` looks at those that it has."""
    if shape is None:
        return
    if isinstance(shape, list):
        if isinstance(value, list | tuple):
            for index, item in enumerate(value):
                yield from unknown_keys(item, shape[0], (*loc, index))
        return
    if not isinstance(value, Mapping):
        return
    names = {fold(name): name for name in shape}
    for key, inner in value.items():
        name = names.get(fold(str(key)))
        if name is not None:
            yield from unknown_keys(inner, shape[name], (*loc, str(key)))
        if name is not None or only:
            continue
        near = get_close_matches(fold(str(key)), names, n=1)
        hint = f": did you mean '{names[near[0]]}'?" if near else ""
        yield Finding(f"the service's body has no such key, it is ignored{hint}", (*loc, str(key)), is_warning=True)


def from_arm(pool: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data-plane body of a pool in the form of `Microsoft.Batch/batchAccounts/pools`."""
    low = {fold(str(key)): value for key, value in pool.items()}
    properties = low.get("properties")
    if not isinstance(properties, Mapping):
        return dict(pool)
    inner = {fold(str(key)): (key, value) for key, value in properties.items()}
    body: dict[str, Any] = {"id": str(low.get("name", low.get("id", ""))).rsplit("/", 1)[-1]}
    body |= {"simulation": low["simulation"]} if "simulation" in low else {}
    for name, (key, value) in inner.items():
        if name == "deploymentconfiguration" and isinstance(value, Mapping):
            body |= dict(value)
        elif name == "scalesettings" and isinstance(value, Mapping):
            body |= _scale(value)
        elif name == "internodecommunication":
            body["enableInterNodeCommunication"] = str(value).lower() == "enabled"
        else:
            body[str(key)] = value
    return body


def _scale(settings: Mapping[str, Any]) -> dict[str, Any]:
    by_name = {fold(str(key)): value for key, value in settings.items()}
    fixed, auto = by_name.get("fixedscale"), by_name.get("autoscale")
    body: dict[str, Any] = {}
    if isinstance(fixed, Mapping):
        body |= {key: value for key, value in fixed.items() if fold(str(key)) != "nodedeallocationoption"}
    if isinstance(auto, Mapping):
        names = {"formula": "autoScaleFormula", "evaluationinterval": "autoScaleEvaluationInterval"}
        body |= {"enableAutoScale": True}
        body |= {names.get(fold(str(key)), str(key)): value for key, value in auto.items()}
    return body
