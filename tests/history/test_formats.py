"""Each format by a small file in its public shape: what is recognised, and what comes of it."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simulator.history.formats import READERS
from simulator.history.options import Options
from simulator.history.read import reader_of
from simulator.history.sample import Sample
from tests.history import files
from tests.history.files import azure_task, causes, columns, read, read_all

TABLE = "id;submit;start;end;status\na;02.03.2026 07:00;02.03.2026 07:01;02.03.2026 07:05;COMPLETED\n"
EVENT = {
    "time": "2026-03-02T07:01:00.000Z",
    "category": "ServiceLog",
    "operationName": "TaskStartEvent",
    "properties": {"jobId": "j", "id": "t", "nodeInfo": {"poolId": "p", "nodeId": "n"}, "executionInfo": {}},
}
GOOGLE = """time,type,collection_id,instance_index,machine_id,priority
600000000,0,42,0,,200
601000000,3,42,0,7,200
605000000,4,42,0,7,200
606000000,3,42,0,8,200
616000000,6,42,0,8,200
607000000,7,43,1,9,0
"""
ALIBABA = """M1,1,j_1,1,Terminated,100,110,50,0.2
R2_1,3,j_1,1,Terminated,110,130,100,0.2
M1,1,j_2,1,Running,120,0,100,0.2
"""
AZURE_VMS = """vm1,sub,dep,0,3600,90.1,20.5,80.2,Delay-insensitive,4,32
vm2,sub,dep,300,2592000,90.1,20.5,80.2,Interactive,>24,>64
"""
OPENDC = """id,submission_time,duration,cpu_count,cpu_capacity,mem_capacity
1,0,60000,2,2926.0,4096
2,5000,1500,1,2926.0,512
"""
EXAMPLES: dict[str, Any] = {
    "azure-events": EVENT,
    "azure-tasks": [azure_task("a")],
    "azure-jobs": [{"id": "nightly", "priority": 5, "state": "active", "poolInfo": {"poolId": "farm"}}],
    "azure-nodes": [files.NODE],
    "azure-pools": files.POOL,
    "wfformat": files.WORKFLOW,
    "nextflow": files.NEXTFLOW,
    "slurm": files.SACCT,
    "swf": files.SWF,
    "aws-batch": files.AWS,
    "kubernetes": files.KUBERNETES,
    "google-2019": GOOGLE,
    "alibaba-2018": ALIBABA,
    "azure-vms": AZURE_VMS,
    "opendc": OPENDC,
    "table": TABLE,
}


def written(content: Any, form: str) -> bytes:
    """Return a file's content in one of the forms in which it may come."""
    text = content if isinstance(content, str) else json.dumps(content, indent=2 if form == "indented" else None)
    if form == "lines of Windows":
        text = text.replace("\n", "\r\n")
    if form == "UTF-16":
        return text.encode("utf-16")
    data = text.encode("utf-8-sig" if form == "mark" else "utf-8")
    return gzip.compress(data) if form == "packed" else data


@pytest.mark.parametrize("form", ["plain", "indented", "mark", "lines of Windows", "UTF-16", "packed"])
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_every_format_is_recognised_by_its_content(tmp_path: Path, reader: Any, form: str) -> None:
    assert reader.name in EXAMPLES, "a new format needs an example"
    path = tmp_path / "whatever"
    path.write_bytes(written(EXAMPLES[reader.name], form))
    found = reader_of(Sample(path, "whatever"), Options())
    assert found is not None
    assert found.name == reader.name
    past = read(tmp_path, path.read_bytes())
    tables = {"tasks": past.tasks, "nodes": past.nodes, "pools": past.pools}
    assert {name for name, table in tables.items() if len(table)} <= set(reader.gives)


def test_a_list_of_tasks(tmp_path: Path) -> None:
    failed = azure_task("b")
    failed["executionInfo"] |= {"exitCode": 3, "result": "failure", "retryCount": 2}
    failed["executionInfo"]["failureInfo"] = {"category": "userError", "code": "FailureExitCode"}
    past = read(tmp_path, [azure_task("a"), failed, azure_task("c", end=None), azure_task("d", None, None)])
    assert columns(past, ["job", "task", "created", "start", "end", "outcome", "exit_code", "node", "fault"]) == [
        ("nightly", "a", 0.123456, 60.5, 180.5, "succeeded", 0, "tvmps_1", ""),
        ("nightly", "b", 0.123456, 60.5, 180.5, "failed", 3, "tvmps_1", ""),
        ("nightly", "c", 0.123456, 60.5, None, "running", None, "tvmps_1", "running"),
        ("nightly", "d", 0.123456, None, None, "waiting", None, "", "waiting"),
    ]
    assert causes(past) == {"no_retries": 1, "waiting": 1, "running": 1}
    assert past.origin is not None
    assert past.origin.isoformat() == "2026-03-02T07:00:00+00:00"


def test_pages_of_the_service_and_a_page_that_is_missing(tmp_path: Path) -> None:
    page = {"odata.metadata": "x", "value": [azure_task("a")], "odata.nextLink": "https://next"}
    last = {"odata.metadata": "x", "value": [azure_task("b")]}
    assert causes(read(tmp_path, page)) == {"more_pages": 1}
    past = read(tmp_path, json.dumps(page) + json.dumps(last))
    assert list(past.tasks["task"]) == ["a", "b"]
    assert causes(past) == {}


def test_keys_of_another_client(tmp_path: Path) -> None:
    task = {
        "id": "a",
        "state": "completed",
        "creation_time": "2026-03-02T07:00:00Z",
        "execution_info": {"start_time": "2026-03-02T07:01:00Z", "end_time": "2026-03-02T07:02:00Z", "exit_code": 0},
        "node_info": {"pool_id": "p", "node_id": "n"},
    }
    assert columns(read(tmp_path, [task]), ["duration", "outcome", "pool"]) == [(60, "succeeded", "p")]


def test_a_pool_and_its_nodes(tmp_path: Path) -> None:
    past = read_all(tmp_path, {"pool.json": files.POOL, "nodes.json": [files.NODE]})
    states = past.nodes[["state", "time"]].itertuples(index=False)
    assert [tuple(row) for row in states] == [
        ("creating", 300),
        ("starting", 420),
        ("waitingforstarttask", 480),
        ("idle", 540),
        ("running", 3660),
    ]
    assert list(past.pools["change"]) == ["created", "seen"]
    assert past.bodies["farm"]["taskSlotsPerNode"] == 4


def test_rows_of_log_analytics_are_events(tmp_path: Path) -> None:
    start = {
        "TimeGenerated": "2026-03-02T07:01:00Z",
        "Category": "ServiceLog",
        "OperationName": "TaskStartEvent",
        "jobId_s": "j",
        "id_s": "t",
        "nodeInfo_poolId_s": "p",
        "nodeInfo_nodeId_s": "n",
        "executionInfo_retryCount_d": 0.0,
    }
    end = start | {
        "TimeGenerated": "2026-03-02T07:05:00Z",
        "OperationName": "TaskCompleteEvent",
        "executionInfo_startTime_t": "2026-03-02T07:01:02Z",
        "executionInfo_endTime_t": "2026-03-02T07:04:02Z",
        "executionInfo_exitCode_d": 0.0,
    }
    table = io.StringIO()
    writer = csv.DictWriter(table, list(end))
    writer.writeheader()
    writer.writerows([start, end])
    names = list(end)
    answer = {
        "tables": [
            {"columns": [{"name": name} for name in names], "rows": [[r.get(n) for n in names] for r in (start, end)]}
        ]
    }
    for text in (json.dumps([start, end], indent=1), table.getvalue(), json.dumps(answer)):
        found = columns(read(tmp_path, text), ["job", "task", "assigned", "start", "end", "outcome", "exit_code"])
        assert found == [("j", "t", 0, 2, 182, "succeeded", 0)]


def test_accounting_of_slurm(tmp_path: Path) -> None:
    past = read(tmp_path, files.SACCT, time_zone="Europe/Berlin", parallel_jobs="multi_instance")
    assert columns(past, ["task", "attempt", "duration", "outcome", "cores", "memory", "instances", "fault"]) == [
        ("101", 1, 150, "succeeded", 4, 8, 1, ""),
        ("102", 1, 60, "failed", 2, 4, 1, ""),
        ("103", 1, 60, "requeued", 4, 4, 2, "earlier"),
        ("103", 2, 86401, "succeeded", 4, 4, 2, ""),
        ("104", 1, None, "waiting", 4, 8, 1, "waiting"),
        ("106_7", 1, None, "running", 4, 8, 1, "running"),
        ("107", 1, 60, "cancelled", 1, 1000 / 1024, 1, ""),
    ]
    assert past.tasks["used_memory"][0] == 2
    assert list(past.tasks["exit_code"][[1, 6]]) == [253, 143]
    assert past.origin is not None
    assert past.origin.hour == 6
    assert causes(past) == {"steps": 1, "pending_array": 1, "waiting": 1, "running": 1, "earlier": 1}


def test_a_trace_of_nextflow(tmp_path: Path) -> None:
    past = read(tmp_path, files.NEXTFLOW)
    assert columns(past, ["task", "attempt", "created", "start", "end", "duration", "outcome", "memory", "fault"]) == [
        ("ALIGN (s1)", 1, 86400.25, 86434.25, 86584.25, 150, "succeeded", 8, ""),
        ("ALIGN (s2)", 1, 86400.25, 86410.25, 86460.25, 50, "failed", 8, "earlier"),
        ("ALIGN (s2)", 2, 86400.25, 86520.35, 86521.25, 0.9, "succeeded", 16, ""),
        ("INDEX", 1, 0.25, 123.25, 3723.25, 3600, "cached", None, "cached"),
        ("LATE", 1, 86520.25, None, None, None, "cancelled", 2, "not_run"),
    ]
    assert past.tasks["name"][0] == "ALIGN"
    assert past.tasks["used_memory"][0] == pytest.approx(1.2)
    heads = "task_id hash name status submit duration realtime memory".replace(" ", "\t")
    raw = f"{heads}\n1\tx\ta\tCOMPLETED\t1772434800000\t60000\t50000\t1073741824\n"
    assert columns(read(tmp_path, raw), ["start", "duration", "memory"]) == [(10, 50, 1)]


def test_a_workflow_keeps_its_parents(tmp_path: Path) -> None:
    past = read(tmp_path, files.WORKFLOW)
    assert columns(past, ["job", "task", "duration", "cores", "parents", "created"]) == [
        ("fork", "split_1", 10, None, "", 0),
        ("fork", "work_2", 20.5, None, "split_1", 0),
        ("fork", "work_3", 30.25, 2, "split_1", 0),
        ("fork", "join_4", 5, None, "work_2 work_3", 0),
    ]
    assert past.tasks["used_memory"][0] == 1


def test_jobs_of_aws_batch(tmp_path: Path) -> None:
    past = read(tmp_path, files.AWS)
    assert columns(past, ["task", "attempt", "start", "duration", "outcome", "node", "cores", "memory", "pool"]) == [
        ("a", 1, 60, 40, "preempted", "n1", 2, 4, "spot"),
        ("a", 2, 200, 60.5, "succeeded", "n2", 2, 4, "spot"),
        ("c", 1, None, None, "waiting", "", None, None, "spot"),
    ]
    assert causes(past) == {"array_header": 1, "waiting": 1, "earlier": 1}


def test_jobs_of_kubernetes(tmp_path: Path) -> None:
    past = read(tmp_path, files.KUBERNETES)
    assert columns(past, ["task", "start", "duration", "outcome", "cores", "memory", "fault"]) == [
        ("a", 10, 300, "succeeded", 0.5, 0.5, ""),
        ("b", 10, 60, "failed", None, None, ""),
        ("c", 10, None, "running", None, None, "running"),
    ]
    assert causes(past)["pods"] == 1


def test_a_workload_log(tmp_path: Path) -> None:
    past = read(tmp_path, files.SWF)
    assert columns(past, ["task", "created", "start", "duration", "outcome", "slots", "fault"]) == [
        ("1", 0, 60, 120, "succeeded", 4, ""),
        ("2", 10, None, None, "waiting", 2, "waiting"),
        ("3", 20, 25, 90, "succeeded", 1, ""),
    ]
    assert causes(past) == {"partial": 1, "gangs": 2, "waiting": 1}
    assert past.origin is not None
    assert past.origin.timestamp() == 1772434800


def test_events_of_googles_trace(tmp_path: Path) -> None:
    past = read(tmp_path, GOOGLE)
    assert columns(past, ["job", "task", "attempt", "created", "start", "end", "outcome", "fault"]) == [
        ("42", "0", 1, 0, 1, 5, "preempted", "earlier"),
        ("42", "0", 2, 0, 6, 16, "succeeded", ""),
        ("43", "1", 1, None, None, 7, "cancelled", "no_start"),
    ]


def test_tasks_of_alibabas_trace(tmp_path: Path) -> None:
    past = read(tmp_path, ALIBABA)
    assert columns(past, ["job", "task", "created", "duration", "cores", "parents", "fault"]) == [
        ("j_1", "M1", 0, 10, 0.5, "", ""),
        ("j_1", "R2_1", 10, 20, 1, "M1", ""),
        ("j_2", "M1", 20, None, 1, "", "running"),
    ]
    assert causes(past)["groups"] == 1


def test_machines_of_azures_trace(tmp_path: Path) -> None:
    past = read(tmp_path, AZURE_VMS)
    assert columns(past, ["task", "created", "duration", "cores", "memory"]) == [
        ("vm1", 0, 3600, 4, 32),
        ("vm2", 300, 2591700, 24, 64),
    ]


def test_tasks_of_opendc(tmp_path: Path) -> None:
    for content in (OPENDC, _parquet(tmp_path)):
        past = read(tmp_path, content)
        assert columns(past, ["task", "created", "duration", "cores", "memory"]) == [
            ("1", 0, 60, 2, 4),
            ("2", 5, 1.5, 1, 0.5),
        ]


def _parquet(directory: Path) -> bytes:
    frame = pd.read_csv(io.StringIO(OPENDC))
    frame["submission_time"] = pd.to_datetime(frame["submission_time"] + 1772434800000, unit="ms", utc=True)
    frame.to_parquet(directory / "tasks.parquet")
    return (directory / "tasks.parquet").read_bytes()
