"""The service's bodies as they are written: old names, the ARM form, keys that no body has."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from simulator.scenario.findings import Finding, Loc
from simulator.scenario.section import fold
from simulator.scenario.shapes import JOB, JOB_SCHEDULE, POOL, Shape

OLD_NAMES: Final = {
    "maxtaskspernode": "taskSlotsPerNode",
    "targetdedicatedcomputenodes": "targetDedicatedNodes",
    "targetdedicated": "targetDedicatedNodes",
    "targetlowprioritycomputenodes": "targetLowPriorityNodes",
}
"""Names of older versions and slips of the documentation, folded (assumption P46)."""
_NESTED: Final = (
    ("virtualMachineConfiguration", "nodeAgentSkuId", "nodeAgentSKUId"),
    ("cloudServiceConfiguration", "targetOSVersion", "osVersion"),
)
"""Object of the body, the old key in it, and how it is called now."""


def modern(data: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Rewrite pools in the ARM form and under old names, and warn of keys that no body has."""
    findings: list[Finding] = []
    document = dict(data)
    if isinstance(document.get("pools"), list):
        document["pools"] = [_pool(pool, ("pools", i), findings) for i, pool in enumerate(document["pools"])]
    if isinstance(document.get("jobs"), list):
        document["jobs"] = [_job(job, ("jobs", i), findings) for i, job in enumerate(document["jobs"])]
    for i, schedule in enumerate(_listed(document, "jobSchedules")):
        findings += unknown_keys(schedule, JOB_SCHEDULE, ("jobSchedules", i))
    for i, operation in enumerate(_listed(document, "timeline")):
        added = operation.get("job") if isinstance(operation, Mapping) else None
        findings += unknown_keys(added, JOB, ("timeline", i, "job"))
    return document, findings


def _listed(document: Mapping[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    return value if isinstance(value, list) else []


def _pool(pool: object, loc: Loc, findings: list[Finding]) -> object:
    if not isinstance(pool, Mapping):
        return pool
    pool = from_arm(pool)
    body: dict[Any, Any] = {}
    for key, value in pool.items():
        new = OLD_NAMES.get(fold(str(key)))
        if new is not None:
            findings.append(Finding(f"an old name of '{new}'", (*loc, str(key)), is_warning=True))
        body[new or key] = value
    for key, old, new in _NESTED:
        found = next((name for name in body if fold(str(name)) == fold(key)), None)
        within = body.get(found) if found is not None else None
        if isinstance(within, Mapping) and old in within:
            findings.append(Finding(f"an old spelling of '{new}'", (*loc, str(found), old), is_warning=True))
            body[found] = {(new if name == old else name): value for name, value in within.items()}
    findings += unknown_keys(body, POOL, loc)
    return body


def _job(job: object, loc: Loc, findings: list[Finding]) -> object:
    if isinstance(job, Mapping):
        findings += unknown_keys(job, JOB, loc)
    return job


def unknown_keys(value: object, shape: Shape, loc: Loc) -> Iterator[Finding]:
    """Give a warning for every key of `value` that `shape` does not have."""
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
            continue
        near = get_close_matches(fold(str(key)), names, n=1)
        hint = f": did you mean '{names[near[0]]}'?" if near else ""
        yield Finding(f"the service's body has no such key, it is ignored{hint}", (*loc, str(key)), is_warning=True)


def from_arm(pool: Mapping[str, Any]) -> dict[str, Any]:
    """Give the data-plane body of a pool in the form of `Microsoft.Batch/batchAccounts/pools`."""
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
