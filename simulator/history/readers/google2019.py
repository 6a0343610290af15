"""Instance events of the cluster trace that Google published in 2019, as exported from BigQuery (CSV or JSON lines).

Times are microseconds since 600 s before the trace; amounts of resources are shares of the largest machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simulator.history.found import Found, Raw, Rows
from simulator.history.items import objects
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample
from simulator.history.sheet_items import column, text_frame
from simulator.tables.outcomes import Outcome

if TYPE_CHECKING:
    import pandas as pd

SUBMIT: Final = 0
SCHEDULE: Final = 3
ENDS: Final = {4: Outcome.PREEMPTED, 5: Outcome.FAILED, 6: Outcome.SUCCEEDED, 7: Outcome.CANCELLED, 8: Outcome.LOST}
NAMES: Final = {
    **dict(zip(("submit", "queue", "enable", "schedule"), range(4), strict=True)),
    **dict(zip(("evict", "fail", "finish", "kill", "lost"), range(4, 9), strict=True)),
}
FIELDS: Final = ("job", "task", "attempt", "created", "start", "end", "outcome", "node", "priority")
_KEYS: Final = ("collectionid", "instanceindex")
_LAST: Final = 2**62
"""Times beyond are of what happened after the trace."""


def _recognises(sample: Sample) -> bool:
    names = sample.first.keys() if sample.is_json else sample.heads
    return {"collectionid", "instanceindex", "time", "type"} <= set(names)


def _read(sample: Sample, _: Options, ledger: Ledger) -> Found:
    events = _events(sample, ledger)
    rows = Rows("tasks", FIELDS)
    for _key, part in events.groupby(list(_KEYS), sort=False):
        _take(rows, part.sort_values("time", kind="stable"))
    return Found(len(events), tasks=Raw.of(rows), is_relative=True, time_unit="us")


def _events(sample: Sample, ledger: Ledger) -> pd.DataFrame:
    """Return the events of instances that can be read, with their numbers."""
    import pandas as pd

    names = (*_KEYS, "time", "type", "machineid", "priority")
    if sample.is_json:
        found: list[dict[str, Any]] = []
        for number, item in objects(sample, ledger):
            found.append({name: item.get(name) for name in names} | {"number": number})
        frame = pd.DataFrame(found)
    else:
        table = text_frame(sample, ledger)
        frame = pd.DataFrame({name: column(table, name).to_numpy() for name in names} | {"number": table.index})
    kinds = frame["type"].astype(str).str.strip().str.lower()
    frame["type"] = kinds.map(NAMES).fillna(pd.to_numeric(kinds, errors="coerce"))
    frame["time"] = pd.to_numeric(frame["time"], errors="coerce")
    for name in _KEYS:
        frame[name] = frame[name].astype(str)
    bad = (frame["time"].isna() | frame["type"].isna() | (frame["collectionid"] == "")).to_numpy()
    ledger.note("broken", sample.name, frame["number"].to_numpy()[bad])
    return frame[~bad & (frame["time"] < _LAST).to_numpy()]


def _take(rows: Rows, events: pd.DataFrame) -> None:
    """Add the attempts of one instance: each begins with a schedule event, and ends with what ends it."""
    created: float | None = None
    running: dict[str, Any] | None = None
    attempt = 0
    for event in events.to_dict("records"):
        kind, time, number = int(event["type"]), event["time"], int(event["number"])
        if kind == SUBMIT and created is None:
            created = time
        elif kind == SCHEDULE:
            if running is not None:
                rows.add(running.pop("number"), running)
            attempt += 1
            running = {
                "job": event["collectionid"],
                "task": event["instanceindex"],
                "attempt": attempt,
                "created": created,
                "start": time,
                "outcome": Outcome.RUNNING,
                "node": _id(event.get("machineid")),
                "priority": event.get("priority"),
                "number": number,
            }
        elif kind in ENDS and running is not None:
            rows.add(running.pop("number"), running | {"end": time, "outcome": ENDS[kind]})
            running = None
        elif kind in ENDS and attempt == 0:
            attempt = 1
            about = {"job": event["collectionid"], "task": event["instanceindex"], "created": created}
            rows.add(number, about | {"attempt": 1, "end": time, "outcome": ENDS[kind]})
    if running is not None:
        rows.add(running.pop("number"), running)


def _id(value: object) -> str:
    text = "" if value is None else str(value)
    return "" if text in ("nan", "0", "None") else text.removesuffix(".0")


READER: Final = Reader(
    name="google-2019",
    made_by="instance events of Google's cluster trace of 2019",
    known_by="`collection_id`, `instance_index`, `time` and `type`",
    gives=("tasks",),
    recognises=_recognises,
    read=_read,
)
