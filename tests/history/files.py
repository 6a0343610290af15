"""Files as other tools print them, made up for the tests in the public shapes; and reading them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from simulator.history.options import Options
from simulator.history.past import Past
from simulator.history.read import read_past

Body = dict[str, Any]


def azure_task(name: str, start: str | None = "07:01:00", end: str | None = "07:03:00", **changes: Any) -> Body:
    """Return a task as `az batch task list` prints it."""
    ran: Body = {"retryCount": 0, "requeueCount": 0}
    if start is not None:
        ran["startTime"] = f"2026-03-02T{start}.500000+00:00"
    if end is not None:
        ran |= {"endTime": f"2026-03-02T{end}.500000+00:00", "exitCode": 0, "result": "success"}
    state = "completed" if end else "running" if start else "active"
    return {
        "id": name,
        "url": f"https://acme.westeurope.batch.azure.com/jobs/nightly/tasks/{name}",
        "creationTime": "2026-03-02T07:00:00.123456+00:00",
        "state": state,
        "commandLine": "/bin/sh -c 'render --secret hunter2'",
        "constraints": {"maxTaskRetryCount": 0, "maxWallClockTime": "10675199 days, 2:48:05.477581"},
        "executionInfo": ran,
        "nodeInfo": {"nodeId": "tvmps_1", "poolId": "farm"} if start else None,
        "requiredSlots": 1,
        **changes,
    }


POOL: Final[Body] = {
    "id": "farm",
    "vmSize": "standard_d4_v3",
    "taskSlotsPerNode": 4,
    "currentDedicatedNodes": 3,
    "targetDedicatedNodes": 3,
    "currentLowPriorityNodes": 0,
    "targetLowPriorityNodes": 0,
    "allocationState": "steady",
    "allocationStateTransitionTime": "2026-03-02T06:10:00+00:00",
    "creationTime": "2026-03-02T06:00:00+00:00",
    "enableAutoScale": False,
    "resizeTimeout": "0:15:00",
    "state": "active",
    "virtualMachineConfiguration": {
        "imageReference": {
            "offer": "0001-com-ubuntu-server-jammy",
            "publisher": "canonical",
            "sku": "22_04-lts",
            "version": "latest",
        },
        "nodeAgentSkuId": "batch.node.ubuntu 22.04",
    },
}
NODE: Final[Body] = {
    "id": "tvmps_1",
    "url": "https://acme.westeurope.batch.azure.com/pools/farm/nodes/tvmps_1",
    "allocationTime": "2026-03-02T06:05:00+00:00",
    "lastBootTime": "2026-03-02T06:07:00+00:00",
    "isDedicated": True,
    "vmSize": "standard_d4_v3",
    "state": "running",
    "stateTransitionTime": "2026-03-02T07:01:00+00:00",
    "startTaskInfo": {
        "startTime": "2026-03-02T06:08:00+00:00",
        "endTime": "2026-03-02T06:09:00+00:00",
        "result": "success",
    },
}
SACCT: Final = """JobID|JobName|Partition|State|ExitCode|Submit|Start|End|Elapsed|NCPUS|ReqMem|MaxRSS|NNodes|NodeList
101|align|batch|COMPLETED|0:0|2026-03-02T07:00:00|2026-03-02T07:01:00|2026-03-02T07:03:30|00:02:30|4|8G||1|n1
101.batch|batch||COMPLETED|0:0|2026-03-02T07:01:00|2026-03-02T07:01:00|2026-03-02T07:03:30|00:02:30|4||2097152K|1|n1
102|align|batch|OUT_OF_MEMORY|0:125|2026-03-02T07:00:00|2026-03-02T07:01:00|2026-03-02T07:02:00|00:01:00|2|2Gc||1|n2
103|mpi|batch|REQUEUED|0:0|2026-03-02T07:00:00|2026-03-02T07:01:00|2026-03-02T07:02:00|00:01:00|8|4Gn||2|n[1-2]
103|mpi|batch|COMPLETED|0:0|2026-03-02T07:02:00|2026-03-02T07:10:00|2026-03-03T07:10:01|1-00:00:01|8|4Gn||2|n[1-2]
104|wait|batch|PENDING|0:0|2026-03-02T07:00:00|Unknown|Unknown|00:00:00|4|8G||1|None assigned
105_[5-9%2]|wait|batch|PENDING|0:0|2026-03-02T07:00:00|Unknown|Unknown|00:00:00|4|8G||1|None assigned
106_7|long|batch|RUNNING|0:0|2026-03-02T07:00:00|2026-03-02T07:05:00|Unknown|02:00:00|4|8G||1|n3
107|oops|batch|CANCELLED by 1001|0:15|2026-03-02T07:00:00|2026-03-02T07:05:00|2026-03-02T07:06:00|00:01:00|1|1000M||1|n3
"""
NEXTFLOW: Final = (
    "task_id\thash\tnative_id\tname\tstatus\texit\tsubmit\tduration\trealtime\t%cpu\tpeak_rss\tcpus\tmemory\tattempt\n"
    "1\t0a/b1\t11\tALIGN (s1)\tCOMPLETED\t0\t2026-03-02 07:00:00.250\t3m 4s\t2m 30s\t99.0%\t1.2 GB\t4\t8 GB\t1\n"
    "2\t0a/b2\t12\tALIGN (s2)\tFAILED\t137\t2026-03-02 07:00:00.250\t1m\t50s\t99.0%\t-\t4\t8 GB\t1\n"
    "3\t0a/b3\t13\tALIGN (s2)\tCOMPLETED\t0\t2026-03-02 07:01:00.250\t1m 1s\t900ms\t99.0%\t512 MB\t4\t16 GB\t2\n"
    "4\t0a/b4\t-\tINDEX\tCACHED\t0\t2026-03-01 07:00:00.250\t1h 2m 3s\t1h\t-\t-\t1\t-\t1\n"
    "5\t0a/b5\t15\tLATE\tABORTED\t-\t2026-03-02 07:02:00.250\t-\t-\t-\t-\t1\t2 GB\t1\n"
)
WORKFLOW: Final[Body] = {
    "name": "fork",
    "schemaVersion": "1.5",
    "workflow": {
        "specification": {
            "tasks": [
                {"name": "split_1", "id": "split_1", "parents": [], "children": ["work_2", "work_3"]},
                {"name": "work_2", "id": "work_2", "parents": ["split_1"], "children": ["join_4"]},
                {"name": "work_3", "id": "work_3", "parents": ["split_1"], "children": ["join_4"]},
                {"name": "join_4", "id": "join_4", "parents": ["work_2", "work_3"], "children": []},
            ]
        },
        "execution": {
            "makespanInSeconds": 70,
            "executedAt": "2026-03-02T07:00:00+00:00",
            "tasks": [
                {"id": "split_1", "runtimeInSeconds": 10, "memoryInBytes": 2**30},
                {"id": "work_2", "runtimeInSeconds": 20.5, "machines": ["m1"]},
                {"id": "work_3", "runtimeInSeconds": 30.25, "coreCount": 2},
                {"id": "join_4", "runtimeInSeconds": 5, "command": {"program": "join"}},
            ],
        },
    },
}
AWS: Final[Body] = {
    "jobs": [
        {
            "jobArn": "arn:aws:batch:eu-west-1:1:job/a",
            "jobId": "a",
            "jobName": "align",
            "jobQueue": "arn:aws:batch:eu-west-1:1:job-queue/spot",
            "status": "SUCCEEDED",
            "attempts": [
                {
                    "container": {"containerInstanceArn": "arn:aws:ecs:1:container-instance/x/n1", "exitCode": None},
                    "startedAt": 1772434860000,
                    "stoppedAt": 1772434900000,
                    "statusReason": "Host EC2 (instance i-1) terminated.",
                },
                {
                    "container": {"containerInstanceArn": "arn:aws:ecs:1:container-instance/x/n2", "exitCode": 0},
                    "startedAt": 1772435000000,
                    "stoppedAt": 1772435060500,
                },
            ],
            "createdAt": 1772434800000,
            "startedAt": 1772435000000,
            "stoppedAt": 1772435060500,
            "container": {
                "command": ["align", "x"],
                "exitCode": 0,
                "resourceRequirements": [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "4096"}],
            },
        },
        {
            "jobArn": "arn:aws:batch:eu-west-1:1:job/b",
            "jobId": "b",
            "jobName": "many",
            "jobQueue": "spot",
            "status": "PENDING",
            "createdAt": 1772434800000,
            "arrayProperties": {"size": 10, "statusSummary": {"RUNNING": 1}},
        },
        {
            "jobArn": "x",
            "jobId": "c",
            "jobName": "late",
            "jobQueue": "spot",
            "status": "RUNNABLE",
            "createdAt": 1772434800000,
        },
    ]
}
KUBERNETES: Final[Body] = {
    "apiVersion": "v1",
    "kind": "List",
    "items": [
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": "a", "namespace": "ml", "creationTimestamp": "2026-03-02T07:00:00Z"},
            "spec": {
                "completions": 1,
                "template": {"spec": {"containers": [{"resources": {"requests": {"cpu": "500m", "memory": "512Mi"}}}]}},
            },
            "status": {
                "startTime": "2026-03-02T07:00:10Z",
                "completionTime": "2026-03-02T07:05:10Z",
                "conditions": [{"type": "Complete", "status": "True", "lastTransitionTime": "2026-03-02T07:05:10Z"}],
                "succeeded": 1,
            },
        },
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": "b", "namespace": "ml", "creationTimestamp": "2026-03-02T07:00:00Z"},
            "spec": {"template": {"spec": {"containers": [{}]}}},
            "status": {
                "startTime": "2026-03-02T07:00:10Z",
                "conditions": [{"type": "Failed", "status": "True", "lastTransitionTime": "2026-03-02T07:01:10Z"}],
                "failed": 7,
            },
        },
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": "c", "namespace": "ml", "creationTimestamp": "2026-03-02T07:00:00Z"},
            "spec": {"completions": 5},
            "status": {"active": 1, "startTime": "2026-03-02T07:00:10Z"},
        },
    ],
}
SWF: Final = """; Version: 2.2
; UnixStartTime: 1772434800
1 0 60 120 4 -1 1048576 4 -1 -1 1 1 1 1 1 1 -1 -1
2 10 -1 -1 2 -1 -1 2 -1 -1 5 1 1 1 1 1 -1 -1
3 20 5 30 1 -1 -1 1 -1 -1 2 1 1 1 1 1 -1 -1
3 20 5 90 1 -1 -1 1 -1 -1 1 1 1 1 1 1 -1 -1
"""


def read(directory: Path, text: str | bytes | Any, name: str = "past", **options: Any) -> Past:
    """Return what one file says."""
    return read_all(directory, {name: text}, **options)


def read_all(directory: Path, files: dict[str, Any], *, anonymise: bool = False, **options: Any) -> Past:
    """Return what files say together."""
    paths = []
    for name, text in files.items():
        path = directory / name
        data = text if isinstance(text, bytes) else (text if isinstance(text, str) else json.dumps(text)).encode()
        path.write_bytes(data)
        paths.append(path)
    return read_past(paths, Options(**options), anonymise=anonymise)


def causes(past: Past) -> dict[str, int]:
    """Return how often each cause was met."""
    return {cause: past.ledger.count(cause) for cause in dict.fromkeys(one.cause for one in past.ledger.entries)}


def columns(past: Past, names: Iterable[str]) -> list[tuple[Any, ...]]:
    """Return columns of the tasks, row by row, what is absent as None."""
    frame = past.tasks[list(names)].astype(object)
    return [tuple(row) for row in frame.where(frame.notna(), None).itertuples(index=False)]
