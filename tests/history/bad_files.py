"""The same few tasks as files of several formats, so that one law is tried on each of them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

BEGIN: Final = 1772434800
"""2026-03-02T07:00:00Z."""


@dataclass(frozen=True)
class Run:
    """An attempt of a task; times are seconds since the begin, None where the file has none."""

    task: str = "7"
    created: int | None = 0
    start: int | None = 60
    end: int | None = 120
    is_good: bool = True
    node: str = "n1"
    zone: str = "Z"
    """Behind its time of arrival."""

    def stamp(self, name: str) -> str | None:
        """Return a time as text."""
        seconds = getattr(self, name)
        text = None if seconds is None else datetime.fromtimestamp(BEGIN + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return None if text is None else text + (self.zone if name == "created" else "Z")


def _lines(separator: str, heads: str, rows: Sequence[Sequence[Any]]) -> str:
    lines = [heads, *(separator.join("" if cell is None else str(cell) for cell in row) for row in rows)]
    return "\n".join(lines) + "\n"


def azure_tasks(runs: Sequence[Run]) -> str:
    def body(run: Run) -> dict[str, Any]:
        ran: dict[str, Any] = {
            "startTime": run.stamp("start"),
            "endTime": run.stamp("end"),
            "exitCode": 0 if run.is_good else 1,
        }
        ran["result"] = "success" if run.is_good else "failure"
        node = {"nodeId": run.node, "poolId": "farm"}
        whole = {"id": run.task, "state": "completed", "creationTime": run.stamp("created")}
        return {**whole, "executionInfo": ran, "nodeInfo": node}

    return json.dumps([body(run) for run in runs])


def slurm(runs: Sequence[Run]) -> str:
    rows = [
        (r.task, "COMPLETED" if r.is_good else "FAILED", r.stamp("created"), r.stamp("start"), r.stamp("end"), r.node)
        for r in runs
    ]
    return _lines("|", "JobID|State|Submit|Start|End|NodeList", rows)


def nextflow(runs: Sequence[Run]) -> str:
    heads = "task_id\thash\tname\tstatus\tsubmit\tstart\tcomplete\thostname"
    words = {True: "COMPLETED", False: "FAILED"}
    rows = [
        (n, f"a/{n}", r.task, words[r.is_good], r.stamp("created"), r.stamp("start"), r.stamp("end"), r.node)
        for n, r in enumerate(runs)
    ]
    return _lines("\t", heads, rows)


def aws_batch(runs: Sequence[Run]) -> str:
    def ms(seconds: int | None) -> int | None:
        return None if seconds is None else (BEGIN + seconds) * 1000

    def body(run: Run) -> dict[str, Any]:
        times = {"createdAt": ms(run.created), "startedAt": ms(run.start), "stoppedAt": ms(run.end)}
        status = "SUCCEEDED" if run.is_good else "FAILED"
        box = {"containerInstanceArn": f"arn:aws:ecs:x:1:container-instance/{run.node}"}
        return {"jobId": run.task, "jobName": "x", "jobQueue": "q", "status": status, **times, "container": box}

    return json.dumps({"jobs": [body(run) for run in runs]})


def kubernetes(runs: Sequence[Run]) -> str:
    def body(run: Run) -> dict[str, Any]:
        ended: dict[str, Any] = {"type": "Complete" if run.is_good else "Failed", "status": "True"}
        ended |= {"lastTransitionTime": run.stamp("end")} if run.end is not None else {}
        about = {"name": run.task, "creationTimestamp": run.stamp("created")}
        return {"kind": "Job", "metadata": about, "status": {"startTime": run.stamp("start"), "conditions": [ended]}}

    return json.dumps({"kind": "List", "items": [body(run) for run in runs]})


def swf(runs: Sequence[Run]) -> str:
    rows = [
        (r.task, r.created, r.start - r.created, r.end - r.start, *[-1] * 6, int(r.is_good), *[-1] * 7)
        for r in runs
        if r.created is not None and r.start is not None and r.end is not None
    ]
    return _lines(" ", "; UnixStartTime: 1772434800", rows)


def table(runs: Sequence[Run]) -> str:
    rows = [
        (r.task, r.stamp("created"), r.stamp("start"), r.stamp("end"), "ok" if r.is_good else "failed", r.node)
        for r in runs
    ]
    return _lines(",", "id,created,start,end,status,node", rows)


MAKERS: Final[dict[str, Callable[[Sequence[Run]], str]]] = {
    "azure-tasks": azure_tasks,
    "slurm": slurm,
    "nextflow": nextflow,
    "aws-batch": aws_batch,
    "kubernetes": kubernetes,
    "swf": swf,
    "table": table,
}
FIRST_ROW: Final = {"slurm": 2, "nextflow": 2, "table": 2}
"""Number of the first row; 1 elsewhere."""
