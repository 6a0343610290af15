"""Jobs of AWS Batch as `aws batch describe-jobs` and `list-jobs` print them; times are Unix milliseconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.history.found import Found, Raw, Rows
from simulator.history.items import inner, objects, text
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.replay import word
from simulator.history.sample import Sample, folded_keys
from simulator.tables.outcomes import Outcome

FIELDS: Final = (
    *("task", "attempt", "name", "created", "start", "end", "outcome", "exit_code", "pool", "node", "instances"),
    *("cores", "memory", "command", "parents"),
)


def _recognises(sample: Sample) -> bool:
    first = sample.first
    return "jobid" in first and bool({"jobqueue", "jobarn", "jobdefinition", "jobname"} & first.keys())


def _read(sample: Sample, _: Options, ledger: Ledger) -> Found:
    rows = Rows(FIELDS)
    lacking, headers, count = [], [], 0
    for number, item in objects(sample, ledger):
        count += 1
        array = inner(item, "arrayproperties")
        if not text(item.get("jobid")):
            lacking.append(number)
        elif array.get("size") is not None and array.get("index") is None:
            headers.append(number)
        else:
            for row in _attempts(item):
                rows.add(number, row)
    ledger.note("no_id", sample.name, lacking)
    ledger.note("array_header", sample.name, headers)
    return Found(count, tasks=Raw.of(rows), memory_unit="MiB")


def _attempts(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the attempts of a job, the last with the job's own outcome."""
    about = _about(item)
    status = text(item.get("status")).lower()
    attempts = [folded_keys(one) for one in item.get("attempts") or () if isinstance(one, Mapping)]
    attempts = [one for one in attempts if one.get("startedat") or one.get("stoppedat")]
    for number, attempt in enumerate(attempts[:-1], 1):
        reason = text(attempt.get("statusreason")).lower()
        outcome = Outcome.PREEMPTED if reason.startswith("host ec2") else Outcome.FAILED
        yield about | _ran(attempt, inner(attempt, "container")) | {"attempt": number, "outcome": outcome}
    last = attempts[-1] if attempts else {}
    box = inner(item, "container") | {
        key: value for key, value in inner(last, "container").items() if value is not None
    }
    times = _ran(item, box)
    if last.get("startedat"):
        times |= {"start": last["startedat"], "end": last.get("stoppedat") or times["end"]}
    yield about | times | {"attempt": max(len(attempts), 1), "outcome": status}


def _ran(part: dict[str, Any], box: dict[str, Any]) -> dict[str, Any]:
    return {
        "start": part.get("startedat") or None,
        "end": part.get("stoppedat") or None,
        "exit_code": box.get("exitcode"),
        "node": text(box.get("containerinstancearn")).rsplit("/", 1)[-1],
    }


def _about(item: dict[str, Any]) -> dict[str, Any]:
    box = inner(item, "container")
    asked = {
        text(one.get("type")).upper(): one.get("value")
        for one in box.get("resourcerequirements") or ()
        if isinstance(one, Mapping)
    }
    command = box.get("command")
    return {
        "task": text(item["jobid"]),
        "name": text(item.get("jobname")),
        "created": item.get("createdat"),
        "pool": text(item.get("jobqueue")).rsplit("/", 1)[-1],
        "instances": inner(item, "nodeproperties").get("numnodes"),
        "cores": asked.get("VCPU", box.get("vcpus")),
        "memory": asked.get("MEMORY", box.get("memory")),
        "command": " ".join(map(str, command)) if isinstance(command, list) else "",
        "parents": " ".join(
            word(text(one.get("jobId"))) for one in item.get("dependson") or () if isinstance(one, Mapping)
        ),
    }


READER: Final = Reader(
    name="aws-batch",
    made_by="`aws batch describe-jobs`, `aws batch list-jobs`",
    known_by="objects with `jobId` and `jobName`, `jobQueue`, `jobDefinition` or `jobArn`",
    gives=("tasks",),
    recognises=_recognises,
    read=_read,
)
