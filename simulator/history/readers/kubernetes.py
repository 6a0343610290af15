"""Jobs and pods of Kubernetes as `kubectl get jobs -o json` and `kubectl get pods -o json` print them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simulator.history.found import Found, Raw, Rows
from simulator.history.items import inner, objects, text
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample, folded_keys
from simulator.tables.amounts import gib_of
from simulator.tables.outcomes import Outcome

FIELDS: Final = (
    *("job", "task", "created", "start", "end", "outcome", "exit_code", "node", "cores", "memory", "command"),
)
_KINDS: Final = ("job", "pod")


def _recognises(sample: Sample) -> bool:
    first = sample.first
    return "metadata" in first and text(first.get("kind")).lower() in _KINDS


def _read(sample: Sample, _: Options, ledger: Ledger) -> Found:
    rows = Rows(FIELDS)
    lacking, several, count = [], [], 0
    for number, item in objects(sample, ledger):
        count += 1
        about = inner(item, "metadata")
        if not text(about.get("name")) or text(item.get("kind")).lower() not in _KINDS:
            lacking.append(number)
            continue
        spec = inner(item, "spec")
        if text(item.get("kind")).lower() == "pod":
            rows.add(number, {**_about(about, spec), **_pod(about, spec, inner(item, "status"))})
            continue
        if (spec.get("completions") or 1) != 1:
            several.append(number)
        template = inner(inner(spec, "template"), "spec")
        rows.add(number, {**_about(about, template), **_job(inner(item, "status"))})
    ledger.note("no_id", sample.name, lacking)
    ledger.note("pods", sample.name, several)
    return Found(count, tasks=Raw.of(rows), is_decimal=True)


def _about(about: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    boxes = [folded_keys(one) for one in spec.get("containers") or () if isinstance(one, Mapping)]
    asked = [inner(inner(box, "resources"), "requests") or inner(inner(box, "resources"), "limits") for box in boxes]
    command = [*(boxes[0].get("command") or ()), *(boxes[0].get("args") or ())] if boxes else []
    namespace = text(about.get("namespace"))
    return {
        "task": text(about["name"]),
        "job": namespace,
        "created": about.get("creationtimestamp"),
        "cores": sum(_cores(text(one.get("cpu"))) for one in asked) or None,
        "memory": sum(_gib(text(one.get("memory"))) for one in asked) or None,
        "command": " ".join(map(str, command)),
    }


def _job(status: dict[str, Any]) -> dict[str, Any]:
    ended = {
        text(one.get("type")): one.get("lastTransitionTime") or one.get("lastProbeTime")
        for one in status.get("conditions") or ()
        if isinstance(one, Mapping) and text(one.get("status")).lower() == "true"
    }
    outcome = Outcome.WAITING
    if "Complete" in ended or status.get("completiontime"):
        outcome = Outcome.SUCCEEDED
    elif "Failed" in ended:
        outcome = Outcome.FAILED
    elif status.get("starttime"):
        outcome = Outcome.RUNNING
    end = status.get("completiontime") or ended.get("Complete") or ended.get("Failed")
    return {"start": status.get("starttime"), "end": end, "outcome": outcome}


def _pod(about: dict[str, Any], spec: dict[str, Any], status: dict[str, Any]) -> dict[str, Any]:
    """Return what a pod says: its containers ran from the first start to the last end."""
    done = [
        inner(inner(folded_keys(one), "state"), "terminated")
        for one in status.get("containerstatuses") or ()
        if isinstance(one, Mapping)
    ]
    done = [one for one in done if one]
    words = {"succeeded": Outcome.SUCCEEDED, "failed": Outcome.FAILED, "running": Outcome.RUNNING}
    outcome = words.get(text(status.get("phase")).lower(), Outcome.WAITING)
    if text(status.get("reason")).lower() in ("evicted", "preempted", "preempting"):
        outcome = Outcome.PREEMPTED
    owners = [text(one.get("name")) for one in about.get("ownerreferences") or () if isinstance(one, Mapping)]
    starts = [text(one.get("startedat")) for one in done if one.get("startedat")]
    ends = [text(one.get("finishedat")) for one in done if one.get("finishedat")]
    return {
        **({"job": owners[0]} if owners else {}),
        "start": min(starts, default=status.get("starttime")),
        "end": max(ends, default=None),
        "outcome": outcome,
        "exit_code": max((int(one.get("exitcode") or 0) for one in done), default=None),
        "node": text(spec.get("nodename")),
    }


def _cores(cell: str) -> float:
    """Return cores: `500m` is half of one."""
    try:
        return float(cell[:-1]) / 1000 if cell.endswith("m") else float(cell or 0)
    except ValueError:
        return 0.0


def _gib(cell: str) -> float:
    try:
        return gib_of(cell, 1.0, decimal=True) if cell else 0.0
    except ValueError:
        return 0.0


READER: Final = Reader(
    name="kubernetes",
    made_by="`kubectl get jobs -o json`, `kubectl get pods -o json`",
    known_by="objects with `kind` Job or Pod and `metadata`",
    gives=("tasks",),
    recognises=_recognises,
    read=_read,
)
