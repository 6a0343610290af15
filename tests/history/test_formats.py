"""Each format by a small file in its public shape: what is recognised, and what comes of it."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simulator.errors import InputError
from simulator.history.formats import READERS
from simulator.history.not_read import NOT_READ
from simulator.history.options import Options
from simulator.history.page import BEGINS
from simulator.history.read import read_past, reader_of
from simulator.history.sample import Sample
from simulator.results.record.table_schema import TABLES
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
GOOGLE_2011 = """0,2,6,0,7,0,user,3,9,0.125,0.07,0.0,0
600000000,,6,0,,0,user,3,9,0.125,0.07,0.0,0
601000000,,6,0,7,1,user,3,9,0.125,0.07,0.0,0
605000000,,6,0,7,3,user,3,9,0.125,0.07,0.0,0
606000000,,6,0,7,1,user,3,9,0.125,0.07,0.0,0
616000000,,6,0,7,4,user,3,9,0.125,0.07,0.0,0
"""
PAI = """a1,worker,2.0,Terminated,494605.0,502205.0,600.0,29.5,50.0,MISC
a2,tensorflow,1.0,Running,507891.0,,600.0,29.5,100.0,T4
"""
PODS = """name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
pod-0,12000,16384,1,1000,,LS,Running,0,12537,10
pod-1,500,512,0,0,,BE,Pending,100,400,
"""
PACKING = """vmId,tenantId,vmTypeId,priority,starttime,endtime
0,0,141,0,-0.5,0.25
1,1,100,1,0.5,
"""
OPENDC_MACHINES = """id,start_time,stop_time,cpu_count,cpu_capacity,mem_capacity
1019,0,60000,1,2926.0,2048
"""
OPENDC_2 = """id,submissionTime,endTime,maxCores,requiredMemory
1019,0,60000,1,2048
"""
WTA = """id,type,ts_submit,submission_site,runtime,resource_amount_requested,parents,children,workflow_id,wait_time
0,composite,0,0,7184,1.0,,1,0,-1
1,composite,6000,0,9171,2.0,0,,0,-1
"""
GWF = """WorkflowID, JobID     , SubmitTime, RunTime   , NProcs    , ReqNProcs , Dependencies
0         , 1         , 16        , 11        , 1         , 1         ,
0         , 2         , 40        , 12        , 2         , 1         , 1
0         , 3         , 40        , -1        , 1         , 1         , 1 2
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
NODE_STATES = """pool,node,kind,state,time
farm,tvmps_1_p,low_priority,creating,2026-03-02T07:00:00Z
farm,tvmps_1_p,low_priority,Starting,2026-03-02T07:00:30Z
farm,tvmps_1_p,low_priority,preempted,2026-03-02T08:00:00Z
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
    "google-2011": GOOGLE_2011,
    "alibaba-2018": ALIBABA,
    "alibaba-gpu-2020": PAI,
    "alibaba-gpu-2023": PODS,
    "azure-packing": PACKING,
    "opendc-machines": OPENDC_MACHINES,
    "opendc-2.0": OPENDC_2,
    "wta": WTA,
    "gwf": GWF,
    "azure-vms": AZURE_VMS,
    "opendc": OPENDC,
    "node-states": NODE_STATES,
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
@pytest.mark.parametrize(
    "reader",
    [one for one in READERS if one.name != "run"],  # a directory: tests/history/test_run_record.py
    ids=lambda reader: reader.name,
)
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


FIELDS = ["job", "task", "created", "start", "duration", "outcome", "cores", "memory", "parents", "fault"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            PAI,
            [
                ("a1", "worker", 0, 0, 7600, "succeeded", 6, 29.5, "", ""),
                ("a2", "tensorflow", 13286, 13286, None, "running", 6, 29.5, "", "running"),
            ],
        ),
        (
            PODS,
            [
                ("", "pod-0", 0, 10, 12527, "running", 12, 16, "", ""),
                ("", "pod-1", 100, None, None, "waiting", 0.5, 0.5, "", "waiting"),
            ],
        ),
        (
            PACKING,
            [
                ("0", "0", 0, 0, 64800, "", None, None, "", ""),
                ("1", "1", 86400, 86400, None, "", None, None, "", "no_end"),
            ],
        ),
        (OPENDC_MACHINES, [("", "1019", 0, 0, 60, "", 1, 2, "", "")]),
        (OPENDC_2, [("", "1019", 0, 0, 60, "", 1, 2, "", "")]),
        (
            WTA,
            [
                ("0", "0", 0, None, 7.184, "", 1, None, "", ""),
                ("0", "1", 6, None, 9.171, "", 2, None, "0", ""),
            ],
        ),
        (
            GWF,
            [
                ("0", "1", 0, None, 11, "", 1, None, "", ""),
                ("0", "2", 24, None, 12, "", 2, None, "1", ""),
                ("0", "3", 24, None, None, "", 1, None, "1 2", "no_start"),
            ],
        ),
    ],
    ids=["alibaba-gpu-2020", "alibaba-gpu-2023", "azure-packing", "opendc-machines", "opendc-2.0", "wta", "gwf"],
)
def test_tables_of_public_traces(tmp_path: Path, text: str, rows: list[tuple[Any, ...]]) -> None:
    assert columns(read(tmp_path, text), FIELDS) == rows


def test_a_workflow_in_parquet_has_its_parents_as_lists(tmp_path: Path) -> None:
    parents: list[Any] = [[], [1]]
    frame = pd.read_csv(io.StringIO(OPENDC)).assign(parents=parents)
    frame.to_parquet(tmp_path / "tasks.parquet")
    past = read(tmp_path, (tmp_path / "tasks.parquet").read_bytes())
    assert columns(past, ["task", "parents"]) == [("1", ""), ("2", "1")]


def test_tasks_of_googles_older_trace(tmp_path: Path) -> None:
    past = read(tmp_path, GOOGLE_2011)
    assert columns(past, ["job", "task", "attempt", "created", "start", "end", "outcome", "fault"]) == [
        ("6", "0", 1, 0, 601, 605, "failed", "earlier"),
        ("6", "0", 2, 0, 606, 616, "succeeded", ""),
    ]


def test_alloc_sets_of_googles_trace_are_no_work(tmp_path: Path) -> None:
    head, *rows = GOOGLE.splitlines()
    room = [f"{row},ALLOC_SET" for row in rows[:5]]
    past = read(tmp_path, "\n".join([f"{head},collection_type", *room, f"{rows[5]},JOB"]))
    assert list(past.tasks["job"]) == ["43"]
    assert causes(past)["alloc_set"] == 5


def test_machines_that_outlive_the_trace_are_stated(tmp_path: Path) -> None:
    assert causes(read(tmp_path, AZURE_VMS))["outlived"] == 2


@pytest.mark.parametrize("stamp", ["20260302T070000+0000", "03-02-26T07:00:00Z", "2026-03-02T08:00:00+01:00"])
def test_dates_of_workflow_engines(tmp_path: Path, stamp: str) -> None:
    flow = files.WORKFLOW["workflow"]
    document = {**files.WORKFLOW, "workflow": {**flow, "execution": {**flow["execution"], "executedAt": stamp}}}
    origin = read(tmp_path, document).origin
    assert origin is not None
    assert origin.isoformat() == "2026-03-02T07:00:00+00:00"


def test_resources_of_slurm_in_one_column(tmp_path: Path) -> None:
    text = """JobID|JobName|State|ExitCode|Elapsed|AllocTRES|
7|train|COMPLETED|0:0|00:00:33|billing=2,cpu=2,gres/gpu=1,mem=6G,node=1|
7.batch|batch|COMPLETED|0:0|00:00:33|cpu=2,mem=6G,node=1|
"""
    past = read(tmp_path, text)
    assert columns(past, ["task", "created", "duration", "cores", "memory"]) == [("7", 0, 33, 2, 6)]
    assert causes(past) == {"steps": 1, "no_time": 1}


def test_jobs_of_a_file_without_times_are_not_taken_for_jobs_that_never_ran(tmp_path: Path) -> None:
    text = "JobID|JobName|Partition|Account|AllocCPUS|State|ExitCode|\n89|a|p|x|1|FAILED|127:0|\n"
    assert causes(read(tmp_path, text)) == {"no_start": 1}


def _table_of_run() -> bytes:
    """Return a table of a run's record without rows."""
    names = next([column.name for column in table.columns] for table in TABLES if table.name == "resizes")
    packed = io.BytesIO()
    pd.DataFrame(columns=names).to_parquet(packed)
    return packed.getvalue()


UNREAD: dict[str, Any] = {
    "what a sweep": {"kind": "sweep", "versions": {}, "complete": True},
    "a table of a run's directory": _table_of_run(),
    "the directory of an import": f"{BEGINS}\n\nNo task was found.\n",
    "subtasks": {"value": [{"id": 1, "startTime": "2026-03-02T07:00:00Z", "nodeInfo": {"nodeId": "n"}, "exitCode": 0}]},
    "job preparation": {"value": [{"poolId": "p", "nodeId": "n", "jobPreparationTaskExecutionInfo": {"exitCode": 0}}]},
    "numbers of nodes": {"value": [{"poolId": "p", "dedicated": {"idle": 1}, "lowPriority": {"idle": 0}}]},
    "job schedules": [{"id": "s", "schedule": {}, "jobSpecification": {}, "state": "active"}],
    "sacct --json": {"jobs": [{"job_id": 1, "time": {"submission": 1}, "state": {"current": ["COMPLETED"]}}]},
    "SQLite": b"SQLite format 3\0" + bytes(100),
    "tar": b"batch_task.csv".ljust(257, b"\0") + b"ustar\0",
    "zip": b"PK\x03\x04" + bytes(100),
}


@pytest.mark.parametrize("what", UNREAD)
def test_what_is_known_and_not_read_is_refused_by_its_name(tmp_path: Path, what: str) -> None:
    with pytest.raises(InputError, match=rf"{what}.*: not read; "):
        read(tmp_path, UNREAD[what])


def test_every_kind_that_is_not_read_has_an_example() -> None:
    for kind in NOT_READ:
        assert any(what in kind.what for what in UNREAD), kind.what


def _parquet(directory: Path) -> bytes:
    frame = pd.read_csv(io.StringIO(OPENDC))
    frame["submission_time"] = pd.to_datetime(frame["submission_time"] + 1772434800000, unit="ms", utc=True)
    frame.to_parquet(directory / "tasks.parquet")
    return (directory / "tasks.parquet").read_bytes()


def test_a_log_of_states_of_nodes_has_each_in_a_row(tmp_path: Path) -> None:
    nodes = read(tmp_path, NODE_STATES).nodes
    assert list(nodes["state"]) == ["creating", "starting", "preempted"]
    assert list(nodes["time"]) == [0, 30, 3600]
    assert set(nodes["kind"]) == {"low_priority"}


def test_an_attempt_that_a_list_and_a_log_have_is_one_row_with_what_each_knows(tmp_path: Path) -> None:
    """The list has when the task was added, the log when it was given to its node."""
    events = [
        {
            "time": f"2026-03-02T07:0{minute}:00.500Z",
            "category": "ServiceLog",
            "operationName": name,
            "properties": body,
        }
        for minute, name, body in (
            (0, "TaskStartEvent", STARTED),
            (3, "TaskCompleteEvent", {**STARTED, "executionInfo": RAN}),
        )
    ]
    (tmp_path / "log.json").write_text(json.dumps(events))
    (tmp_path / "list.json").write_text(json.dumps([azure_task("t-1")]))
    for order in (("log.json", "list.json"), ("list.json", "log.json")):
        past = read_past([tmp_path / name for name in order], Options())
        assert len(past.tasks) == 1
        row = past.tasks.iloc[0]
        assert (row["created"], row["assigned"], row["start"]) == (pytest.approx(0.123456), 0.5, 60.5)
        assert row["command"]
        assert past.ledger.count("both") == 1


STARTED = {
    "jobId": "nightly",
    "id": "t-1",
    "taskType": "User",
    "nodeInfo": {"poolId": "farm", "nodeId": "tvmps_1"},
    "executionInfo": {"retryCount": 0},
}
RAN = {
    "startTime": "2026-03-02T07:01:00.500Z",
    "endTime": "2026-03-02T07:03:00.500Z",
    "exitCode": 0,
    "retryCount": 0,
    "requeueCount": 0,
}
