"""Pools of Azure Batch as `az batch pool show` and `list`, the service's pages and resources of ARM describe them."""

from __future__ import annotations

from typing import Any, Final

from simulator.history.found import Found, Raw, Rows
from simulator.history.items import inner, objects, text
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample

FIELDS: Final = (
    *("pool", "time", "change", "size", "slots", "target_dedicated", "target_low_priority", "dedicated"),
    *("low_priority", "code"),
)
_KEPT: Final = {
    key.lower(): key
    for key in (
        *("vmSize", "virtualMachineConfiguration", "taskSlotsPerNode", "taskSchedulingPolicy"),
        *("targetDedicatedNodes", "targetLowPriorityNodes", "enableAutoScale", "autoScaleFormula"),
        *("autoScaleEvaluationInterval", "enableInterNodeCommunication", "resizeTimeout"),
    )
}
"""Keys of a body that a scenario takes over; the others have no effect on time or money, or are private."""
_IMAGE: Final = ("publisher", "offer", "sku", "version")


def _recognises(sample: Sample) -> bool:
    first = sample.first
    return "vmsize" in _flat(first) and not {"affinityid", "isdedicated", "schedulingstate", "jobid"} & first.keys()


def _flat(item: dict[str, Any]) -> dict[str, Any]:
    """Return a pool in the data plane's form, keys folded; a resource of ARM has everything under `properties`."""
    properties = inner(item, "properties")
    if "vmsize" not in properties:
        return item
    scale = inner(properties, "scalesettings")
    flat = {**properties, "id": item.get("name"), **inner(scale, "fixedscale")}
    automatic = inner(scale, "autoscale")
    if automatic:
        interval = automatic.get("evaluationinterval")
        flat |= {"enableautoscale": True, "autoscaleformula": automatic.get("formula")}
        flat |= {"autoscaleevaluationinterval": interval} if interval else {}
    machine = inner(properties, "deploymentconfiguration").get("virtualmachineconfiguration")
    return {**flat, "virtualmachineconfiguration": machine}


def _read(sample: Sample, _: Options, ledger: Ledger) -> Found:
    rows = Rows(FIELDS)
    bodies: dict[str, dict[str, Any]] = {}
    lacking, count = [], 0
    for number, item in objects(sample, ledger):
        count += 1
        pool = _flat(item)
        name = text(pool.get("id"))
        if not name:
            lacking.append(number)
            continue
        bodies[name] = body_of(pool)
        for row in _rows(name, pool):
            rows.add(number, row)
    ledger.note("no_id", sample.name, lacking)
    return Found(count, pools=Raw.of(rows), bodies=bodies)


def _rows(name: str, pool: dict[str, Any]) -> list[dict[str, Any]]:
    slots = pool.get("taskslotspernode", pool.get("maxtaskspernode"))
    always = {"pool": name, "size": text(pool.get("vmsize")), "slots": slots}
    found = [{**always, "time": pool["creationtime"], "change": "created"}] if pool.get("creationtime") else []
    errors = pool.get("resizeerrors")
    code = text(errors[0].get("code")) if isinstance(errors, list) and errors and isinstance(errors[0], dict) else ""
    seen = {
        "time": pool.get("allocationstatetransitiontime")
        or pool.get("statetransitiontime")
        or pool.get("lastmodified"),
        "change": "seen",
        "target_dedicated": pool.get("targetdedicatednodes"),
        "target_low_priority": pool.get("targetlowprioritynodes"),
        "dedicated": pool.get("currentdedicatednodes"),
        "low_priority": pool.get("currentlowprioritynodes"),
        "code": code,
    }
    return [*found, {**always, **seen}]


def body_of(pool: dict[str, Any]) -> dict[str, Any]:
    """Return what a scenario takes over of a pool, keys folded."""
    found = {name: pool[key] for key, name in _KEPT.items() if pool.get(key) is not None}
    if "taskSlotsPerNode" not in found and pool.get("maxtaskspernode") is not None:
        found["taskSlotsPerNode"] = pool["maxtaskspernode"]
    machine = inner(pool, "virtualmachineconfiguration")
    image = inner(machine, "imagereference")
    agent = text(machine.get("nodeagentskuid"))
    found.pop("virtualMachineConfiguration", None)
    if agent and all(text(image.get(key)) for key in _IMAGE[:3]):
        own = {key: text(image[key]) for key in _IMAGE if text(image.get(key))}
        found["virtualMachineConfiguration"] = {"imageReference": own, "nodeAgentSKUId": agent}
    if found.get("enableAutoScale"):
        found = {
            key: value
            for key, value in found.items()
            if key not in ("targetDedicatedNodes", "targetLowPriorityNodes", "resizeTimeout")
        }
    else:
        found = {key: value for key, value in found.items() if not key.startswith(("autoScale", "enableAutoScale"))}
    return found


READER: Final = Reader(
    name="azure-pools",
    made_by="`az batch pool list`, `az batch pool show`, pools of ARM",
    known_by="objects with `vmSize`",
    gives=("pools",),
    recognises=_recognises,
    read=_read,
)
