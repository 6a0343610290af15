"""Public traces of clusters, grids and workflows that are tables: one row each of what is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.history.readers.public_tables import PublicTable, Taken, above_zero, known, listed, shares

if TYPE_CHECKING:
    import pandas as pd

_STATES: Final = frozenset({"terminated", "failed", "waiting", "running", "interrupted", "ready", "cancelled"})
_CATEGORIES: Final = frozenset({"delay-insensitive", "interactive", "unknown"})
_GRAPH: Final = re.compile(r"[A-Za-z]+(\d+)((?:_\d+)*)(?:_Stg\d+)?")


def _several(frame: pd.DataFrame) -> Any:
    """Return which rows stand for more than one instance."""
    return (above_zero(frame["instances"]) > 1).to_numpy()


def _by_name(frame: pd.DataFrame) -> list[str]:
    """Return the parents of Alibaba's tasks, whose numbers stand in their names: `J3_1_2` waits for 1 and 2."""
    found = [_GRAPH.fullmatch(name) for name in frame["taskname"]]
    own = {
        (job, one[1]): name for job, name, one in zip(frame["jobname"], frame["taskname"], found, strict=True) if one
    }
    return [
        " ".join(own.get((job, number), f"absent-{number}") for number in one[2].split("_")[1:]) if one else ""
        for job, one in zip(frame["jobname"], found, strict=True)
    ]


def _beyond(frame: pd.DataFrame) -> Any:
    """Return which machines were there at the trace's first or last instant: they began before or ended after it."""
    begin, end = known(frame["created"]), known(frame["deleted"])
    return np.asarray((begin == begin.min()) | (end == end.max()))


def _bucket(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return the lower end of buckets such as `>24`."""
    return column.astype(str).str.strip().str.lstrip(">")


def _is_alibaba(cells: Sequence[str]) -> bool:
    return cells[4] in _STATES and cells[2].startswith("j_")


def _is_pai(cells: Sequence[str]) -> bool:
    return cells[3] in _STATES and cells[2].replace(".", "", 1).isdecimal()


def _is_azure_vms(cells: Sequence[str]) -> bool:
    return cells[8] in _CATEGORIES


TABLES: Final = (
    PublicTable(
        name="alibaba-2018",
        made_by="`batch_task.csv` of Alibaba's cluster trace of 2018",
        known_by="nine columns without names, the fifth a state, the third `j_…`",
        names=(
            *("taskname", "instances", "jobname", "tasktype", "status", "starttime", "endtime", "plancpu", "planmem"),
        ),
        shows=_is_alibaba,
        takes={
            "job": "jobname",
            "task": "taskname",
            "start": Taken("starttime", above_zero),
            "end": Taken("endtime", above_zero),
            "outcome": "status",
            "cores": Taken("plancpu", shares(100)),
        },
        notes={"groups": _several},
        parents=_by_name,
    ),
    PublicTable(
        name="alibaba-gpu-2020",
        made_by="`pai_task_table.csv` of Alibaba's GPU cluster trace of 2020",
        known_by="ten columns without names, the fourth a state, the third a number",
        names=(
            *("jobname", "taskname", "instances", "status", "starttime", "endtime", "plancpu", "planmem", "plangpu"),
            "gputype",
        ),
        shows=_is_pai,
        takes={
            "job": "jobname",
            "task": "taskname",
            "start": Taken("starttime", above_zero),
            "end": Taken("endtime", above_zero),
            "outcome": "status",
            "cores": Taken("plancpu", shares(100)),
            "memory": "planmem",
        },
        notes={"groups": _several},
    ),
    PublicTable(
        name="alibaba-gpu-2023",
        made_by="`openb_pod_list….csv` of Alibaba's GPU cluster trace of 2023",
        known_by="columns `cpu_milli`, `memory_mib`, `pod_phase`, `creation_time` and `deletion_time`",
        needs=("cpumilli", "memorymib", "podphase", "creationtime", "deletiontime"),
        takes={
            "task": "name",
            "created": "creationtime",
            "start": "scheduledtime",
            "end": "deletiontime",
            "outcome": "podphase",
            "cores": Taken("cpumilli", shares(1000)),
            "memory": "memorymib",
        },
        memory_unit="MiB",
    ),
    PublicTable(
        name="azure-vms",
        made_by="`vmtable.csv` of Azure's traces of virtual machines of 2017 and 2019",
        known_by="eleven columns without names, the ninth a category",
        names=(
            *("vmid", "subscription", "deployment", "created", "deleted", "maxcpu", "avgcpu", "p95cpu", "category"),
            *("cores", "memory"),
        ),
        shows=_is_azure_vms,
        takes={
            "job": "deployment",
            "task": "vmid",
            "name": "category",
            "created": "created",
            "start": "created",
            "end": "deleted",
            "cores": Taken("cores", _bucket),
            "memory": Taken("memory", _bucket),
        },
        notes={"outlived": _beyond},
    ),
    PublicTable(
        name="azure-packing",
        made_by="the table `vm` of Azure's packing trace of 2020, as SQLite prints it (`.mode csv`, `.headers on`)",
        known_by="columns `vmId`, `vmTypeId`, `starttime` and `endtime`",
        needs=("vmid", "vmtypeid", "starttime", "endtime"),
        takes={
            "job": "tenantid",
            "task": "vmid",
            "name": "vmtypeid",
            "created": "starttime",
            "start": "starttime",
            "end": "endtime",
        },
        time_unit="d",
    ),
    PublicTable(
        name="opendc",
        made_by="traces of OpenDC: `tasks.parquet`",
        known_by="columns `id`, `cpu_count`, `mem_capacity` and `submission_time`",
        needs=("id", "cpucount", "memcapacity", "submissiontime"),
        takes={
            "task": "id",
            "created": "submissiontime",
            "duration": "duration",
            "cores": "cpucount",
            "memory": "memcapacity",
            "parents": Taken("parents", listed),
        },
        time_unit="ms",
        memory_unit="MiB",
    ),
    PublicTable(
        name="opendc-machines",
        made_by="older traces of OpenDC: `meta.parquet`",
        known_by="columns `id`, `cpu_count`, `mem_capacity`, `start_time` and `stop_time`",
        needs=("id", "cpucount", "memcapacity", "starttime", "stoptime"),
        takes={
            "task": "id",
            "created": "starttime",
            "start": "starttime",
            "end": "stoptime",
            "cores": "cpucount",
            "memory": "memcapacity",
        },
        time_unit="ms",
        memory_unit="MiB",
    ),
    PublicTable(
        name="opendc-2.0",
        made_by="traces of OpenDC 2.0: `tasks.parquet`",
        known_by="columns `submissionTime`, `endTime`, `maxCores` and `requiredMemory`",
        needs=("submissiontime", "endtime", "maxcores", "requiredmemory"),
        takes={
            "task": "id",
            "created": "submissiontime",
            "start": "submissiontime",
            "end": "endtime",
            "cores": "maxcores",
            "memory": "requiredmemory",
        },
        time_unit="ms",
        memory_unit="MiB",
    ),
    PublicTable(
        name="wta",
        made_by="`tasks` of the Workflow Trace Archive (WTF)",
        known_by="columns `workflow_id`, `ts_submit`, `runtime` and `parents`",
        needs=("workflowid", "tssubmit", "runtime", "parents"),
        takes={
            "job": "workflowid",
            "task": "id",
            "name": "type",
            "created": "tssubmit",
            "duration": "runtime",
            "cores": Taken("resourceamountrequested", above_zero),
            "parents": Taken("parents", listed),
        },
        time_unit="ms",
    ),
    PublicTable(
        name="gwf",
        made_by="workflows of the Grid Workloads Archive (GWF)",
        known_by="columns `WorkflowID`, `JobID`, `SubmitTime`, `RunTime` and `Dependencies`",
        needs=("workflowid", "jobid", "submittime", "runtime", "dependencies"),
        takes={
            "job": "workflowid",
            "task": "jobid",
            "created": Taken("submittime", known),
            "duration": Taken("runtime", known),
            "cores": Taken("nprocs", above_zero),
            "parents": "dependencies",
        },
    ),
)
READERS: Final = tuple(table.reader for table in TABLES)
