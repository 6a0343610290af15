"""Autoscale evaluations with their reasons, as rows small enough to travel inside a page."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.codes import RESIZING, Action

if TYPE_CHECKING:
    import pandas as pd

ROWS_BYTES: Final = 650_000
TRACES_BYTES: Final = 400_000
SHOWN: Final = 8
"""Values of a window of samples that are written out; the newest ones."""


def cards(evaluations: pd.DataFrame, resizes: pd.DataFrame) -> dict[str, Any]:
    """Return the evaluations in order of time, and how many there were where not all have room.

    Room goes first to those with an error, a warning or another target than before, then to the rest evenly over time.
    """
    ranked = _ranked(evaluations)
    records = _records(evaluations)
    ended = _ended(resizes)
    texts, statements = Numbered(), Numbered()
    rows: dict[int, dict[str, Any]] = {}
    room = ROWS_BYTES
    for at, is_eventful in ranked:
        row = _row(records[at], ended, texts)
        if is_eventful:
            row["eventful"] = 1
        room -= _size(row) + texts.added()
        if room < 0:
            break
        rows[at] = row
    room = TRACES_BYTES
    for at, _ in ranked:
        if at in rows and isinstance(records[at]["trace"], str):
            trace = [_step(step, statements) for step in json.loads(records[at]["trace"])]
            room -= _size(trace) + statements.added()
            if room < 0:
                break
            rows[at]["trace"] = trace
    return {
        "total": len(records),
        "traced": int(evaluations["trace"].notna().sum()),
        "rows": [rows[at] for at in sorted(rows)],
        "texts": texts.kept,
        "statements": [json.loads(value) for value in statements.kept],
    }


class Numbered:
    """Texts that occur often, each kept once and named by its number."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self._place: dict[str, int] = {}
        self._new = 0

    def of(self, value: str) -> int:
        """Return the number of a text."""
        if value not in self._place:
            self._place[value] = len(self.kept)
            self.kept.append(value)
            self._new += len(value) + 3
        return self._place[value]

    def added(self) -> int:
        """Return the size of what is new since the last time."""
        size, self._new = self._new, 0
        return size


def _size(value: Any) -> int:
    return len(json.dumps(value, separators=(",", ":"))) + 1


def _ranked(evaluations: pd.DataFrame) -> list[tuple[int, bool]]:
    """Return the rows, most telling first, and whether something came of each."""
    wrong, acted = _wrong(evaluations), _acted(evaluations)
    groups = (np.flatnonzero(wrong), np.flatnonzero(acted & ~wrong), np.flatnonzero(~acted & ~wrong))
    return [(int(at), place < 2) for place, group in enumerate(groups) for at in group[_coarse_first(len(group))]]


def _coarse_first(count: int) -> npt.NDArray[np.int64]:
    """Order places so that they lie evenly wherever they are cut off: every 64th first, every 32nd, and so on."""
    place = np.arange(count)
    fine = np.zeros(count, dtype=np.int64)
    for power in range(1, 7):
        fine += place % 2**power != 0
    return np.argsort(fine, kind="stable")


def _acted(evaluations: pd.DataFrame) -> npt.NDArray[np.bool_]:
    return ~evaluations["action"].astype(str).isin([Action.NONE, "nan"]).to_numpy(dtype=np.bool_)


def _wrong(evaluations: pd.DataFrame) -> npt.NDArray[np.bool_]:
    errors = evaluations["error"].notna().to_numpy(dtype=np.bool_)
    return np.asarray(errors | (evaluations["warnings"] > 0).to_numpy(dtype=np.bool_), dtype=np.bool_)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in record.items()} for record in frame.to_dict("records")]


def _ended(resizes: pd.DataFrame) -> dict[tuple[str, float], dict[str, Any]]:
    """Return what became of a resize, by pool and begin."""
    return {(str(row["pool"]), float(row["start"])): row for row in _records(resizes)}


def _row(record: dict[str, Any], ended: dict[tuple[str, float], dict[str, Any]], texts: Numbered) -> dict[str, Any]:
    pool, time = str(record["pool"]), float(record["time"])
    row: dict[str, Any] = {
        "pool": pool,
        "time": round(time * 1000),
        "results": texts.of(str(record["results"])),
        "raw": [_number(record["raw_dedicated"]), _number(record["raw_low_priority"])],
        "target": [int(record["target_dedicated"]), int(record["target_low_priority"])],
        "action": str(record["action"]),
    }
    for key in ("error", "message", "option"):
        if isinstance(record[key], str):
            row[key] = texts.of(record[key])
    if record["warnings"]:
        row["warnings"] = int(record["warnings"])
    resize = ended.get((pool, time))
    if resize is not None and row["action"] in RESIZING:
        row["before"] = [int(resize["dedicated_from"]), int(resize["low_priority_from"])]
        row["reached"] = [int(resize["dedicated"]), int(resize["low_priority"])]
        if not math.isnan(resize["end"]):
            row["until"] = round(resize["end"] * 1000)
        if isinstance(resize["code"], str):
            row["code"] = texts.of(resize["code"])
        if isinstance(resize["message"], str) and resize["message"]:
            row["said"] = texts.of(resize["message"])
    return row


def _number(value: float) -> float | int | str | None:
    """Return a number that JSON can carry; a formula may come to infinity."""
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return int(value) if value == int(value) else round(value, 6)


def _step(step: dict[str, Any], statements: Numbered) -> list[Any]:
    """Return a traced step as number of its statement, value, windows, branches; every evaluation repeats the rest."""
    place = statements.of(json.dumps([step["line"], step["column"], " ".join(step["statement"].split())]))
    windows = [_window(window) for window in step["windows"]]
    branches = [[branch["line"], branch["column"], branch["taken"]] for branch in step["branches"]]
    return [place, step["value"], windows, branches]


def _window(window: dict[str, Any]) -> dict[str, Any]:
    kept = {
        key: window[key] for key in ("metric", "method", "from", "to", "expected", "available", "percent", "wanted")
    }
    values = [_number(float(value)) for value in window["values"]]
    return {**kept, "values": values[-SHOWN:], "more": max(len(values) - SHOWN, 0)}
