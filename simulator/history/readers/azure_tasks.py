"""Tasks of Azure Batch as `az batch task list`, its clients and the service's pages list them.

A list has the last attempt of each task: `startTime` is its most recent start, earlier ones are only counted.
"""

from __future__ import annotations

from typing import Any, Final

from simulator.history.found import Found, Raw, Rows
from simulator.history.items import inner, named_in, objects, text
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample
from simulator.tables.outcomes import Outcome

FIELDS: Final = (
    *("job", "task", "created", "start", "end", "outcome", "exit_code", "retries", "requeues", "pool", "node", "slots"),
    *("instances", "command", "parents"),
)
_BY_HAND: Final = frozenset({"taskended", "jobterminated", "jobdisabled", "taskterminated", "jobdeleted"})
"""Codes of failures that a person or a client caused."""


def _recognises(sample: Sample) -> bool:
    first = sample.first
    has_state = {"state", "creationtime"} <= first.keys()
    is_task = bool({"commandline", "nodeinfo", "executioninfo"} & first.keys()) and "poolinfo" not in first
    return (has_state or "executioninfo" in first) and is_task and "vmsize" not in first


def _read(sample: Sample, _: Options, ledger: Ledger) -> Found:
    rows = Rows(FIELDS)
    lacking, retried, count = [], [], 0
    for number, item in objects(sample, ledger):
        count += 1
        if not text(item.get("id")):
            lacking.append(number)
            continue
        row = _row(item)
        rows.add(number, row)
        if row["retries"]:
            retried.append(number)
    ledger.note("no_id", sample.name, lacking)
    ledger.note("no_retries", sample.name, retried)
    return Found(count, tasks=Raw.of(rows))


def _row(item: dict[str, Any]) -> dict[str, Any]:
    ran, node = inner(item, "executioninfo"), inner(item, "nodeinfo")
    outcome = _outcome(text(item.get("state")).lower(), ran)
    is_waiting = outcome is Outcome.WAITING
    return {
        "job": named_in(item.get("url"), "jobs") or text(item.get("jobid")),
        "task": text(item["id"]),
        "created": item.get("creationtime"),
        "start": None if is_waiting else ran.get("starttime"),
        "end": None if is_waiting else ran.get("endtime"),
        "outcome": outcome,
        "exit_code": ran.get("exitcode"),
        "retries": ran.get("retrycount"),
        "requeues": ran.get("requeuecount"),
        "pool": text(node.get("poolid")) or named_in(node.get("nodeurl"), "pools"),
        "node": text(node.get("nodeid")),
        "slots": item.get("requiredslots"),
        "instances": inner(item, "multiinstancesettings").get("numberofinstances"),
        "command": text(item.get("commandline")),
        "parents": _parents(inner(item, "dependson")),
    }


def _outcome(state: str, ran: dict[str, Any]) -> Outcome:
    if state in ("running", "preparing"):
        return Outcome.RUNNING
    if state == "active":
        return Outcome.WAITING
    failure = inner(ran, "failureinfo")
    result = text(ran.get("result")).lower()
    if result == "success" or (not result and not failure and ran.get("exitcode") == 0):
        return Outcome.SUCCEEDED
    return Outcome.CANCELLED if text(failure.get("code")).lower() in _BY_HAND else Outcome.FAILED


def _parents(depends: dict[str, Any]) -> str:
    ids = [text(one) for one in depends.get("taskids") or ()]
    for span in depends.get("taskidranges") or ():
        if isinstance(span, dict) and isinstance(span.get("start"), int) and isinstance(span.get("end"), int):
            ids += map(str, range(span["start"], min(span["end"], span["start"] + 100_000) + 1))
    return " ".join(ids)


READER: Final = Reader(
    name="azure-tasks",
    made_by="`az batch task list`, the service's pages, its clients",
    known_by="objects with `state`, `creationTime` and `executionInfo` or `nodeInfo`",
    gives=("tasks",),
    recognises=_recognises,
    read=_read,
)
