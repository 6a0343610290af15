"""Workflow runs in WfFormat of WfCommons: tasks with their parents, and how long each ran."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from simulator.history.found import Found, Raw, Rows
from simulator.history.items import inner, objects, text
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.replay import word
from simulator.history.sample import Sample, folded_keys
from simulator.results.events.envelope import parse_stamp
from simulator.tables.outcomes import Outcome

FIELDS: Final = (
    *("job", "task", "name", "created", "start", "duration", "outcome", "node", "cores", "used_memory", "command"),
    "parents",
)
_FORMS: Final = ("%Y%m%dT%H%M%S%z", "%m-%d-%yT%H:%M:%SZ")


def _recognises(sample: Sample) -> bool:
    return "workflow" in sample.first and bool({"schemaversion", "runtimesystem"} & sample.first.keys())


def _read(sample: Sample, _: Options, ledger: Ledger) -> Found:
    rows = Rows(FIELDS)
    lacking: list[int] = []
    origins = []
    for _number, document in objects(sample, ledger):
        flow = inner(document, "workflow")
        begun = inner(flow, "execution").get("executedat", flow.get("executedat"))
        date = _date(begun)
        origins.append(None if date is None else date.timestamp())
        _take(rows, lacking, text(document.get("name")), flow, origins[-1])
    ledger.note("no_id", sample.name, lacking)
    origin = origins[0] if len(origins) == 1 else None
    return Found(len(rows) + len(lacking), tasks=Raw.of(rows), is_relative=True, origin=origin, memory_unit="B")


def _date(stamp: object) -> datetime | None:
    """Return when something was executed: besides the usual form, those of Pegasus and Makeflow."""
    found = parse_stamp(stamp)
    if found is not None or not isinstance(stamp, str):
        return found
    for form in _FORMS:
        with contextlib.suppress(ValueError):
            found = datetime.strptime(stamp, form)  # noqa: DTZ007 - the zone follows
            return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return None


def _take(rows: Rows, lacking: list[int], job: str, flow: dict[str, Any], origin: float | None) -> None:
    """Add the tasks of one run; before version 1.5 what ran and how long stand in one list."""
    listed = inner(flow, "specification").get("tasks") or flow.get("tasks") or flow.get("jobs") or ()
    ran = inner(flow, "execution").get("tasks") or ()
    by_id = {text(one.get("id")): folded_keys(one) for one in ran if isinstance(one, Mapping)}
    names = {
        text(one.get("name")): text(one.get("id") or one.get("name")) for one in listed if isinstance(one, Mapping)
    }
    for number, one in enumerate(listed, 1):
        task = folded_keys(one) if isinstance(one, Mapping) else {}
        name = text(task.get("id") or task.get("name"))
        if not name:
            lacking.append(number)
            continue
        rows.add(number, {"job": job, "task": name, **_row(task | by_id.get(name, {}), names, origin)})


def _row(task: dict[str, Any], names: dict[str, str], origin: float | None) -> dict[str, Any]:
    command = task.get("command")
    machines = task.get("machines") or task.get("machine")
    parents = [text(one) for one in task.get("parents") or ()]
    runtime = task.get("runtimeinseconds", task.get("runtime"))
    date = _date(task.get("executedat"))
    return {
        "name": text(task.get("name")).rsplit("_", 1)[0],
        "created": 0,
        "start": None if date is None or origin is None else date.timestamp() - origin,
        "duration": runtime,
        "outcome": Outcome.SUCCEEDED if runtime is not None else None,
        "node": text(machines[0] if isinstance(machines, list) and machines else machines),
        "cores": task.get("corecount", task.get("cores")),
        "used_memory": task.get("memoryinbytes", task.get("memory")),
        "command": text(command.get("program")) if isinstance(command, Mapping) else text(command),
        "parents": " ".join(word(names.get(one, one)) for one in parents),
    }


READER: Final = Reader(
    name="wfformat",
    made_by="runs of WfCommons and WfInstances (WfFormat 1.5 and before)",
    known_by="an object with `workflow` and `schemaVersion` or `runtimeSystem`",
    gives=("tasks",),
    recognises=_recognises,
    read=_read,
)
