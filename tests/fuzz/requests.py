"""Requests to the service's interface, as a file that can be mutated, and how they are asked one after another."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from simulator.engine.simulation import Simulation
from simulator.service.operations import OPERATIONS, answer
from simulator.service.replies import Asked
from simulator.service.session import Session, empty_account

BASE: Final = "http://127.0.0.1:8901"
DEFECT: Final = 500
"""Status of a reply to what the program has failed at."""
SECONDS: Final = 600.0
"""Simulated time between two requests."""
MACHINE: Final = {
    "imageReference": {"publisher": "canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts"},
    "nodeAgentSKUId": "batch.node.ubuntu 22.04",
}
IDS: Final = {
    "poolId": "p", "jobId": "j", "taskId": "t", "nodeId": "p_1_d", "jobScheduleId": "s", "applicationId": "a",
    "filePath": "stdout.txt", "extensionName": "e", "userName": "u", "certificate": "c",
}  # fmt: skip
BODIES: Final[Mapping[str, Any]] = {
    "Add a pool": {
        "id": "p",
        "vmSize": "standard_d2s_v3",
        "targetDedicatedNodes": 2,
        "taskSlotsPerNode": 2,
        "virtualMachineConfiguration": MACHINE,
        "startTask": {"commandLine": "/bin/bash -c 'sleep 5'", "waitForSuccess": True},
        "metadata": [{"name": "a", "value": "b"}],
    },
    "Patch a pool": {"metadata": [{"name": "a", "value": "c"}]},
    "Replace the properties of a pool": {
        "startTask": {"commandLine": "true"}, "certificateReferences": [], "applicationPackageReferences": [],
        "metadata": [],
    },
    "Resize a pool": {"targetDedicatedNodes": 3, "resizeTimeout": "PT10M", "nodeDeallocationOption": "requeue"},
    "Enable autoscale": {
        "autoScaleFormula": "$TargetDedicatedNodes = 2;", "autoScaleEvaluationInterval": "PT5M",
    },
    "Evaluate a formula": {"autoScaleFormula": "$TargetDedicatedNodes = min(3, $ActiveTasks.GetSample(1));"},
    "Remove nodes": {"nodeList": ["p_2_d"], "nodeDeallocationOption": "taskcompletion", "resizeTimeout": "PT10M"},
    "Reboot a node": {"nodeRebootOption": "requeue"},
    "Reimage a node": {"nodeReimageOption": "terminate"},
    "Disable scheduling on a node": {"nodeDisableSchedulingOption": "taskcompletion"},
    "Add a job": {"id": "j", "priority": 10, "poolInfo": {"poolId": "p"}, "usesTaskDependencies": True},
    "Patch a job": {"priority": 5, "onAllTasksComplete": "noaction"},
    "Update a job": {"poolInfo": {"poolId": "p"}, "priority": 3, "constraints": {"maxTaskRetryCount": 2}},
    "Disable a job": {"disableTasks": "requeue"},
    "Terminate a job": {"terminateReason": "enough"},
    "Add a job schedule": {
        "id": "s", "schedule": {"recurrenceInterval": "PT1H"}, "jobSpecification": {"poolInfo": {"poolId": "p"}},
    },
    "Add a task": {"id": "t", "commandLine": "/bin/bash -c 'sleep 30'", "constraints": {"maxWallClockTime": "PT1H"}},
    "Add several tasks": {
        "value": [
            {"id": "u", "commandLine": "sleep 600", "requiredSlots": 2},
            {"id": "v", "commandLine": "false", "dependsOn": {"taskIds": ["u"]}},
        ]
    },
}  # fmt: skip
"""Bodies of the operations that have one."""
QUERIES: Final[Mapping[str, Mapping[str, str]]] = {
    "List pools": {"$filter": "state eq 'active' and id ne 'q'", "$select": "id,state", "maxresults": "1"},
    "List tasks": {"$filter": "startswith(id, 't')", "$select": "id,executionInfo", "$expand": "stats"},
    "List jobs": {"$filter": "creationTime gt DateTime'2026-01-01T00:00:00Z'", "$orderby": "id"},
    "List nodes": {"$filter": "state eq 'idle'"},
}
FIRST: Final = ("Add a pool", "Add a job", "Add a task", "Add several tasks", "Resize a pool")
"""Operations without which there is nothing that the others could be about."""


def requests() -> list[dict[str, Any]]:
    """Return a request of every operation; what ends a thing comes last."""
    by_name = {one.name: one for one in OPERATIONS}
    last = [name for name in by_name if name.startswith("Terminate")]
    last += [name for name, one in by_name.items() if one.method == "DELETE"]
    names = [*FIRST, *(name for name in by_name if name not in FIRST and name not in last), *last]
    return [
        {
            "method": by_name[name].method,
            "path": re.sub(r"\{(\w+)\}", lambda found: IDS[found[1]], by_name[name].path),
            "query": QUERIES.get(name, {}),
            "body": BODIES.get(name, {}),
        }
        for name in names
    ]


def ask(file: Path) -> None:
    """Ask what a file says, one request after another; raise whatever the program raises."""
    session = Session(Simulation(empty_account()))
    for asked in _asked(json.loads(file.read_bytes())):
        reply = answer(session, asked)
        assert reply.status != DEFECT, reply
        json.dumps(reply.body, allow_nan=False)
        session.advance(SECONDS)


def _asked(entries: Any) -> Iterator[Asked]:
    """Yield the entries of a list that a web server would pass on."""
    for one in entries if isinstance(entries, list) else ():
        parts = one if isinstance(one, dict) else {}
        body, query, path, method = (parts.get(key) for key in ("body", "query", "path", "method"))
        if isinstance(body, dict) and isinstance(query, dict) and isinstance(path, str) and isinstance(method, str):
            words = {name: value for name, value in query.items() if isinstance(value, str)}
            yield Asked(method, path, {}, words, {}, body, BASE)
