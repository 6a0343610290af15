"""Contexts as JSON, for the command line and for a formula's own unit tests."""

import re
import sys
from collections.abc import Mapping
from typing import Any, Final

from simulator.formula.history import History
from simulator.formula.options import Options
from simulator.formula.run import Context
from simulator.formula.source import suggestion
from simulator.formula.values import TICKS_PER_SECOND, Timestamp, parse_time
from simulator.formula.variables import METRICS
from simulator.json_text import JsonError, read_json

KEYS: Final = (
    "now", "targetDedicatedNodes", "targetLowPriorityNodes", "currentDedicatedNodes", "currentLowPriorityNodes",
    "taskSlotsPerNode", "usableNodeCount", "samples", "options",
)  # fmt: skip
_SPAN: Final = re.compile(r"PT(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?", re.ASCII)
LONGEST_VALUE: Final = 80
"""Characters that a message shows of a value."""
LARGEST_COUNT: Final = 2**31 - 1
LARGEST_NUMBER: Final = sys.float_info.max


class ContextError(ValueError):
    """A context that cannot be used; carries every problem as (path, message)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{path}: {message}" for path, message in problems))


def read_context(text: str) -> Context:
    """Read a context from JSON text; `ContextError` says everything that is wrong."""
    try:
        data = read_json(text)
    except JsonError as error:
        line, column = text.count("\n", 0, error.offset) + 1, error.offset - text.rfind("\n", 0, error.offset)
        raise ContextError([(f"line {line}, column {column}", error.message)]) from None
    return context_of(data)


def context_of(data: object) -> Context:
    """Read a context from plain data. All keys but `now` are optional."""
    if not isinstance(data, Mapping):
        raise ContextError([("", "expected one JSON object")])
    reader = _Reader()
    for key in data:
        if key not in KEYS:
            reader.problems.append((str(key), f"unknown key{suggestion(str(key), KEYS)}"))
    now = reader.instant("now", data.get("now", ""))
    context = Context(
        now=now,
        target_dedicated_nodes=reader.count("targetDedicatedNodes", data.get("targetDedicatedNodes", 0)),
        target_low_priority_nodes=reader.count("targetLowPriorityNodes", data.get("targetLowPriorityNodes", 0)),
        live={
            "$CurrentDedicatedNodes": float(
                reader.count("currentDedicatedNodes", data.get("currentDedicatedNodes", 0))
            ),
            "$CurrentLowPriorityNodes": float(
                reader.count("currentLowPriorityNodes", data.get("currentLowPriorityNodes", 0))
            ),
            "$TaskSlotsPerNode": float(reader.count("taskSlotsPerNode", data.get("taskSlotsPerNode", 1))),
        },
        samples=(samples := reader.samples(data.get("samples", {}))),
        options=reader.options(data.get("options", {})),
    )
    usable = data.get("usableNodeCount")
    if usable is not None and not samples.of("$UsableNodeCount").times:
        samples.add("$UsableNodeCount", now.ticks, float(reader.count("usableNodeCount", usable)))
    if reader.problems:
        raise ContextError(reader.problems)
    return context


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


class _Reader:
    """Reads values and keeps what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[tuple[str, str]] = []

    def instant(self, path: str, value: object) -> Timestamp:
        try:
            return parse_time(value if isinstance(value, str) else "")
        except ValueError:
            self.problems.append((path, f"expected a time like 2026-03-02T09:00:00Z, not {_shown(value)}"))
            return Timestamp(0)

    def count(self, path: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_COUNT:
            to = f" to {LARGEST_COUNT}" if isinstance(value, int) and value > LARGEST_COUNT else ""
            self.problems.append((path, f"expected a whole number from 0{to}, not {_shown(value)}"))
            return 0
        return value

    def number(self, path: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.problems.append((path, f"expected a number, not {_shown(value)}"))
            return 0.0
        if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            self.problems.append((path, f"expected a finite number, not {_shown(value)}"))
            return 0.0
        return float(value)

    def options(self, value: object) -> Options:
        if not isinstance(value, Mapping):
            self.problems.append(("options", "expected an object"))
            return Options()
        try:
            return Options.of(value)
        except ValueError as error:
            self.problems.append(("options", str(error)))
            return Options()

    def samples(self, value: object) -> History:
        history = History()
        if not isinstance(value, Mapping):
            self.problems.append(("samples", "expected an object with a list for each metric"))
            return history
        for metric, series in value.items():
            path = f"samples.{metric}"
            if metric not in METRICS:
                self.problems.append((path, f"not a sampled service variable{suggestion(str(metric), METRICS)}"))
            elif isinstance(series, Mapping):
                self._regular(history, metric, series, path)
            elif isinstance(series, list):
                for index, pair in enumerate(series):
                    if not isinstance(pair, list) or len(pair) != 2:
                        self.problems.append((f"{path}.{index}", "expected [time, value]"))
                        continue
                    taken = self.instant(f"{path}.{index}.0", pair[0])
                    history.add(metric, taken.ticks, self.number(f"{path}.{index}.1", pair[1]))
            else:
                self.problems.append((path, "expected a list of [time, value], or from, every and values"))
        return history

    def _regular(self, history: History, metric: str, series: Mapping[Any, Any], path: str) -> None:
        """Read samples at equal distances."""
        start = self.instant(f"{path}.from", series.get("from"))
        every = _SPAN.fullmatch(str(series.get("every", "PT30S")))
        values = series.get("values")
        if every is None or not any(every.groups()):
            self.problems.append((f"{path}.every", "expected a duration like PT30S"))
            return
        if not isinstance(values, list):
            self.problems.append((f"{path}.values", "expected a list of numbers"))
            return
        hours, minutes, seconds = (float(part or 0) for part in every.groups())
        step = round((hours * 3600 + minutes * 60 + seconds) * TICKS_PER_SECOND)
        for index, value in enumerate(values):
            history.add(metric, start.ticks + index * step, self.number(f"{path}.values.{index}", value))
