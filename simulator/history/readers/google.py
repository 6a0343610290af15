"""Events of the cluster traces that Google published: instances of 2019, as BigQuery exports them, and tasks of 2011.

Times are microseconds since 600 s before the trace; amounts of resources are shares of the largest machine.
"""

from __future__ import annotations

from collections.abc import Mapping
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

ENDS: Final = {
    "evict": Outcome.PREEMPTED,
    "fail": Outcome.FAILED,
    "finish": Outcome.SUCCEEDED,
    "kill": Outcome.CANCELLED,
    "lost": Outcome.LOST,
}
KINDS_2019: Final = dict(
    enumerate(("submit", "queue", "enable", "schedule", *ENDS, "update_pending", "update_running"))
)
KINDS_2011: Final = dict(enumerate(("submit", "schedule", *ENDS, "update_pending", "update_running")))
NAMES_2011: Final = (
    *("time", "missing", "collectionid", "instanceindex", "machineid", "type", "user", "schedulingclass", "priority"),
    *("cpu", "memory", "disk", "constraint"),
)
FIELDS: Final = ("job", "task", "attempt", "created", "start", "end", "outcome", "node", "priority")
_KEYS: Final = ("collectionid", "instanceindex")
_NAMES: Final = (*_KEYS, "time", "type", "machineid", "priority", "collectiontype")
_ALLOC_SET: Final = frozenset({"1", "1.0", "alloc_set"})
_LAST: Final = 2**62
"""Times beyond are of what happened after the trace."""


def _is_2019(sample: Sample) -> bool:
    names = sample.first.keys() if sample.is_json else sample.heads
    return {"collectionid", "instanceindex", "time", "type"} <= set(names)


def _is_2011(sample: Sample) -> bool:
    row = sample.unnamed(len(NAMES_2011))
    if not row:
        return False
    cells = dict(zip(NAMES_2011, row, strict=True))
    numbers = (cells[name].strip() for name in ("time", "collectionid", "instanceindex", "type"))
    return all(cell.isdecimal() for cell in numbers) and int(cells["type"]) in KINDS_2011


def _read_2019(sample: Sample, _: Options, ledger: Ledger) -> Found:
    import pandas as pd

    if not sample.is_json:
        return _found(sample, text_frame(sample, ledger), KINDS_2019, ledger)
    found: list[dict[str, Any]] = []
    numbers = []
    for number, item in objects(sample, ledger):
        found.append({name: item.get(name) for name in _NAMES})
        numbers.append(number)
    return _found(sample, pd.DataFrame(found, index=numbers), KINDS_2019, ledger)


def _read_2011(sample: Sample, _: Options, ledger: Ledger) -> Found:
    return _found(sample, text_frame(sample, ledger, NAMES_2011), KINDS_2011, ledger)


def _found(sample: Sample, table: pd.DataFrame, kinds: Mapping[int, str], ledger: Ledger) -> Found:
    events = _events(sample, table, kinds, ledger)
    rows = Rows(FIELDS)
    for _key, part in events.groupby(list(_KEYS), sort=False):
        _take(rows, part.sort_values("time", kind="stable"))
    return Found(len(table), tasks=Raw.of(rows), is_relative=True, time_unit="us")


def _events(sample: Sample, table: pd.DataFrame, kinds: Mapping[int, str], ledger: Ledger) -> pd.DataFrame:
    """Return the events of instances that can be read, with their numbers; alloc sets are rooms, not work."""
    import pandas as pd

    frame = pd.DataFrame({name: column(table, name).to_numpy() for name in _NAMES} | {"number": table.index})
    words = frame["type"].str.lower()
    codes = pd.to_numeric(words, errors="coerce")
    frame["type"] = words.where(words.isin(kinds.values()), codes.map(kinds))
    frame["time"] = pd.to_numeric(frame["time"], errors="coerce")
    numbers = frame["number"].to_numpy()
    is_bad = (frame["time"].isna() | frame["type"].isna() | (frame["collectionid"] == "")).to_numpy()
    is_room = frame["collectiontype"].str.lower().isin(_ALLOC_SET).to_numpy() & ~is_bad
    ledger.note("broken", sample.name, numbers[is_bad])
    ledger.note("alloc_set", sample.name, numbers[is_room])
    return frame[~is_bad & ~is_room & (frame["time"] < _LAST).to_numpy()]


def _take(rows: Rows, events: pd.DataFrame) -> None:
    """Add the attempts of one instance: each begins with a schedule event, and ends with what ends it."""
    created: float | None = None
    running: dict[str, Any] | None = None
    attempt = 0
    for event in events.to_dict("records"):
        kind, time, number = event["type"], event["time"], int(event["number"])
        about = {"job": event["collectionid"], "task": event["instanceindex"], "created": created}
        if kind == "submit" and created is None:
            created = time
        elif kind == "schedule":
            if running is not None:
                rows.add(running.pop("number"), running)
            attempt += 1
            running = about | {
                "attempt": attempt,
                "start": time,
                "outcome": Outcome.RUNNING,
                "node": _id(event["machineid"]),
                "priority": event["priority"],
                "number": number,
            }
        elif kind in ENDS and running is not None:
            rows.add(running.pop("number"), running | {"end": time, "outcome": ENDS[kind]})
            running = None
        elif kind in ENDS and attempt == 0:
            attempt = 1
            rows.add(number, about | {"attempt": 1, "end": time, "outcome": ENDS[kind]})
    if running is not None:
        rows.add(running.pop("number"), running)


def _id(text: str) -> str:
    """Return the id of a machine; 0 and -1 stand for none that is known."""
    return "" if text in ("", "nan", "0", "-1", "None") else text.removesuffix(".0")


READERS: Final = (
    Reader(
        name="google-2019",
        made_by="instance events of Google's cluster trace of 2019",
        known_by="`collection_id`, `instance_index`, `time` and `type`",
        gives=("tasks",),
        recognises=_is_2019,
        read=_read_2019,
    ),
    Reader(
        name="google-2011",
        made_by="`task_events` of Google's cluster trace of 2011",
        known_by="thirteen columns without names, the sixth an event from 0 to 8",
        gives=("tasks",),
        recognises=_is_2011,
        read=_read_2011,
    ),
)
