"""Tasks of Azure Batch as `az batch task list`, its clients and the service's pages list them.

A list has the last attempt of each task: `startTime` is its most recent start, earlier ones are only counted.
"""

from __future__ import annotations

from typing import Any, Final

from simulator.history.found import Found, Raw, Rows
from simulator.history.items import named_in, plain_objects, text
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample, folded_keys, picked
from simulator.tables.outcomes import Outcome

FIELDS: Final = (
    *("job", "task", "created", "start", "end", "outcome", "exit_code", "retries", "requeues", "pool", "node", "slots"),
    *("instances", "command", "parents"),
)
RETRIES: Final = FIELDS.index("retries")
TASK: Final = (
    *("id", "url", "jobid", "creationtime", "state", "executioninfo", "nodeinfo", "requiredslots"),
    *("multiinstancesettings", "commandline", "dependson"),
)
RAN: Final = ("starttime", "endtime", "exitcode", "retrycount", "requeuecount", "result", "failureinfo")
NODE: Final = ("poolid", "nodeid", "nodeurl")
GANG: Final = ("numberofinstances",)
FAILURE: Final = ("code",)
_NOT_RUN: Final = (None,) * len(RAN)
_NO_NODE: Final = (None,) * len(NODE)
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
    for number, item in plain_objects(sample, ledger):
        count += 1
        row = _row(item)
        if row is None:
            lacking.append(number)
            continue
        rows.append(number, row)
        if row[RETRIES]:
            retried.append(number)
    ledger.note("no_id", sample.name, lacking)
    ledger.note("no_retries", sample.name, retried)
    return Found(count, tasks=Raw.of(rows))


def _row(item: dict[str, Any]) -> tuple[Any, ...] | None:
    """Return the fields of a task; None of one without an id."""
    name, url, job, created, state, ran, node, slots, gang, command, depends = picked(item, TASK)
    own = text(name)
    if not own:
        return None
    start, end, exit_code, retries, requeues, result, failure = picked(ran, RAN) if isinstance(ran, dict) else _NOT_RUN
    pool, node_name, node_url = picked(node, NODE) if isinstance(node, dict) else _NO_NODE
    outcome = _outcome(text(state).lower(), text(result).lower(), failure, exit_code)
    if outcome is Outcome.WAITING:
        start = end = None
    return (
        *(named_in(url, "jobs") or text(job), own, created, start, end, outcome, exit_code, retries, requeues),
        *(text(pool) or named_in(node_url, "pools"), text(node_name), slots),
        *(picked(gang, GANG)[0] if isinstance(gang, dict) else None, text(command)),
        _parents(folded_keys(depends)) if isinstance(depends, dict) else "",
    )


def _outcome(state: str, result: str, failure: object, exit_code: object) -> Outcome:
    if state in ("running", "preparing"):
        return Outcome.RUNNING
    if state == "active":
        return Outcome.WAITING
    if result == "success" or (not result and not failure and exit_code == 0):
        return Outcome.SUCCEEDED
    code = picked(failure, FAILURE)[0] if isinstance(failure, dict) else ""
    return Outcome.CANCELLED if text(code).lower() in _BY_HAND else Outcome.FAILED


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
