"""A run as Chrome trace events: a process for each node, a thread for each of its slots, counters for each pool.

Format: "Trace Event Format" (Google, 2016), the JSON that chrome://tracing and ui.perfetto.dev open. Perfetto wants
events on one track to nest, so that a task that takes several slots has an event on each of them. Times are whole
microseconds since the scenario's origin. Events are written as they are made, however many there are.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np

from simulator.errors import InputError, Problem
from simulator.report.looks.palette import NODE_STATES, OUTCOMES, shade
from simulator.report.shapes.lanes import lanes
from simulator.whole_files import MADE, scratch_folder

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.record.read import Frames
    from simulator.tables.parts import Condition


CHUNK: Final = 5000
"""Events written at a time."""
MOST: Final = 500_000
"""Attempts that are written where nobody asks for a window: a viewer opens some hundred megabytes."""
COUNTERS: Final[Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "tasks": (("waiting", ("queued_tasks",)), ("running", ("running_tasks",))),
    "nodes": (
        ("target", ("target_dedicated", "target_low_priority")),
        ("current", ("current_dedicated", "current_low_priority")),
        ("usable", ("usable_nodes",)),
        ("with a task", ("running_nodes",)),
        ("preempted", ("preempted_nodes",)),
        ("deallocated", ("deallocated_nodes",)),
    ),
    "slots": (("taken", ("used_slots",)),),
}
STATE_TRACK: Final = 0
"""Thread of a node that shows its states; slots are 1, 2, ..."""
EVALUATIONS, RESIZES, OPERATIONS = 1, 2, 3
"""Threads of a pool."""


def refuse_name(path: Path) -> list[Problem]:
    """Return what is wrong with a trace's name, if anything."""
    if path.name.lower().endswith((".json", ".json.gz")):
        return []
    return [Problem("expected a name that ends in .json or .json.gz", str(path))]


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of a run whose events are written, in seconds since the origin; what only touches it is whole."""

    begin: float = 0.0
    end: float = math.inf

    def during(self, start: str, end: str) -> list[Condition]:
        """Return the conditions of what goes on inside from one column to another."""
        found: list[Condition] = [] if self.begin <= 0 else [(end, ">", self.begin)]
        return found if math.isinf(self.end) else [*found, (start, "<", self.end)]

    def at(self, time: str) -> list[Condition]:
        """Return the conditions of what happens inside, at the instant of a column."""
        found: list[Condition] = [] if self.begin <= 0 else [(time, ">=", self.begin)]
        return found if math.isinf(self.end) else [*found, (time, "<", self.end)]


WHOLE: Final = Window()


def window(run: Frames, begin: float | None, end: float | None) -> Window:
    """Return the window from one instant to another; where none is asked for, as much as a viewer opens."""
    if begin is not None or end is not None:
        return Window(begin or 0.0, math.inf if end is None else end)
    assigned = run.part("attempts", ["assigned"])["assigned"].to_numpy(dtype=np.float64)
    if len(assigned) <= MOST:
        return WHOLE
    last = np.partition(assigned, MOST - 1)[MOST - 1]
    return Window(end=float(assigned[assigned > last].min(initial=math.inf)))


def write(run: Frames, path: Path, inside: Window = WHOLE) -> int:
    """Write the events of a window and return how many; the file appears when it is whole; equal runs, equal bytes."""
    problems = refuse_name(path)
    if problems:
        raise InputError(problems)
    try:
        with scratch_folder(path.absolute().parent) as scratch:
            made = scratch / MADE
            with made.open("wb") as file:
                if path.suffix.lower() == ".gz":
                    # Neither a date nor a name in the header; level 6 halves the time of 9 for 3 % more bytes.
                    with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
                        count = _write(run, packed, inside)
                else:
                    count = _write(run, file, inside)
            made.replace(path)
    except OSError as error:
        raise InputError([Problem(f"cannot be written: {error.strerror or error}", str(path))]) from None
    return count


def _write(run: Frames, file: IO[bytes] | gzip.GzipFile, inside: Window) -> int:
    head = {"scenario": run.name, "origin": run.origin.isoformat(), "end_s": run.end}
    file.write(f'{{"displayTimeUnit":"ms","otherData":{_json(head)},"traceEvents":[\n'.encode())
    count, source = 0, events(run, inside)
    while chunk := list(islice(source, CHUNK)):
        file.write(((",\n" if count else "") + ",\n".join(chunk)).encode())
        count += len(chunk)
    file.write(b"\n]}\n")
    return count


def events(run: Frames, inside: Window = WHOLE) -> Iterator[str]:
    """Yield every event of a window as JSON text: names first, then pools, then nodes, then tasks."""
    pools = [str(name) for name in run.frame("pools")["pool"]]
    of_pool = {name: number for number, name in enumerate(pools, 1)}
    of_node = {str(name): number for number, name in enumerate(run.frame("nodes")["node"], len(pools) + 1)}
    states = run.part("node_states", where=inside.during("start", "end"))
    seen = of_node if inside == WHOLE else {name: of_node[name] for name in states["node"].astype(str).unique()}
    yield from _names(run, of_pool, seen)
    yield from _counters(run.part("pool_timeline", where=inside.at("time")), of_pool)
    yield from _pool_instants(run, of_pool, inside)
    yield from _states(states, of_node)
    yield from _tasks(run, of_node, inside)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _us(seconds: pd.Series[Any]) -> list[int]:
    """Turn seconds into whole microseconds; the clock of a run counts milliseconds, so nothing is lost."""
    whole: list[int] = np.rint(seconds.to_numpy(dtype=np.float64) * 1e6).astype(np.int64).tolist()
    return whole


def _named(pid: int, tid: int, kind: str, value: dict[str, Any]) -> str:
    return f'{{"ph":"M","pid":{pid},"tid":{tid},"name":"{kind}","args":{_json(value)}}}'


def _names(run: Frames, of_pool: Mapping[str, int], of_node: Mapping[str, int]) -> Iterator[str]:
    pools, nodes = run.frame("pools"), run.frame("nodes")
    for name, pid in of_pool.items():
        yield _named(pid, 0, "process_name", {"name": f"pool {name}"})
        yield _named(pid, 0, "process_sort_index", {"sort_index": pid})
        for tid, title in ((EVALUATIONS, "autoscale evaluations"), (RESIZES, "resizes"), (OPERATIONS, "operations")):
            yield _named(pid, tid, "thread_name", {"name": title})
    slots = dict(zip(pools["pool"].astype(str), pools["slots"], strict=True))
    for name, pool, kind in zip(nodes["node"].astype(str), nodes["pool"].astype(str), nodes["kind"], strict=True):
        if name not in of_node:
            continue
        pid = of_node[name]
        yield _named(pid, 0, "process_name", {"name": f"node {name}"})
        yield _named(pid, 0, "process_labels", {"labels": f"{pool}, {str(kind).replace('_', '-')}"})
        yield _named(pid, 0, "process_sort_index", {"sort_index": pid})
        yield _named(pid, STATE_TRACK, "thread_name", {"name": "state"})
        for slot in range(1, int(slots[pool]) + 1):
            yield _named(pid, slot, "thread_name", {"name": f"slot {slot}"})


def _counters(timeline: pd.DataFrame, of_pool: Mapping[str, int]) -> Iterator[str]:
    pids = timeline["pool"].astype(str).map(of_pool).to_list()
    instants = _us(timeline["time"])
    for counter, series in COUNTERS.items():
        columns = [timeline[list(names)].sum(axis=1).to_list() for _, names in series]
        titles = [_json(title) for title, _ in series]
        before: dict[int, tuple[int, ...]] = {}
        for pid, instant, *values in zip(pids, instants, *columns, strict=True):
            if before.get(pid) == tuple(values):
                continue  # a counter holds its value until it gets another
            before[pid] = tuple(values)
            args = ",".join(f"{title}:{value}" for title, value in zip(titles, values, strict=True))
            yield f'{{"ph":"C","pid":{pid},"tid":0,"ts":{instant},"name":"{counter}","args":{{{args}}}}}'


def _instant(pid: int, tid: int, at: int, name: str, args: Mapping[str, Any], scope: str = "t") -> str:
    return (
        f'{{"ph":"i","s":"{scope}","pid":{pid},"tid":{tid},"ts":{at},"name":{_json(name)},'
        f'"args":{_json({key: value for key, value in args.items() if value is not None})}}}'
    )


def _pool_instants(run: Frames, of_pool: Mapping[str, int], inside: Window) -> Iterator[str]:
    tables = (
        ("evaluations", EVALUATIONS, "time", "action", ("results", "error", "message")),
        ("resizes", RESIZES, "start", "code", ("dedicated_to", "low_priority_to", "option", "message")),
        ("operations", OPERATIONS, "time", "operation", ("code", "message")),
    )
    for name, tid, time, title, columns in tables:
        rows = run.part(name, where=inside.at(time))
        rows = rows[rows["pool"].notna()]
        texts = {column: [_plain(value) for value in rows[column]] for column in columns}
        for row, (pool, at, label) in enumerate(zip(rows["pool"], _us(rows[time]), rows[title], strict=True)):
            args = {column: values[row] for column, values in texts.items()}
            head = name[:-1] if title == "operation" else f"{name[:-1]}: {_plain(label) or 'under way'}"
            yield _instant(of_pool[str(pool)], tid, at, str(label) if title == "operation" else head, args, "p")


def _plain(value: Any) -> Any:
    """Return a cell as JSON knows it; empty as None."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    return value if isinstance(value, str | float | int) else value.item() if hasattr(value, "item") else str(value)


def _states(states: pd.DataFrame, of_node: Mapping[str, int]) -> Iterator[str]:
    names = states["state"].astype(str)
    columns = (states["node"].astype(str), names, _us(states["start"]), _us(states["end"]))
    titles = {name: _json(shade(NODE_STATES, name).title) for name in names.unique()}
    for node, state, start, end in zip(*columns, strict=True):
        pid = of_node[node]
        yield (
            f'{{"ph":"X","pid":{pid},"tid":{STATE_TRACK},"ts":{start},"dur":{end - start},'
            f'"name":{titles[state]},"cat":"node state"}}'
        )
        if state == "preempted":
            yield _instant(pid, STATE_TRACK, start, "preemption", {}, "p")


def _tasks(run: Frames, of_node: Mapping[str, int], inside: Window) -> Iterator[str]:
    columns = ["task", "node", "assigned", "end", "outcome", "kept"]
    attempts = run.part("attempts", columns, where=inside.during("assigned", "end"))
    pids = np.asarray(attempts["node"].astype(str).map(of_node), dtype=np.int64)
    task = attempts["task"].to_numpy(dtype=np.int64)
    first, last = (int(task.min()), int(task.max())) if len(task) else (0, -1)
    tasks = run.part("tasks", ["id", "job", "slots"], where=[("task", ">=", first), ("task", "<=", last)])
    task = task - first
    slots = tasks["slots"].to_numpy(dtype=np.int64)[task]
    starts, ends = _us(attempts["assigned"]), _us(attempts["end"])
    row, lane = lanes(pids, attempts["assigned"].to_numpy(dtype=np.float64), attempts["end"].to_numpy(), slots)
    codes, names = attempts["outcome"].cat.codes.to_list(), [str(name) for name in attempts["outcome"].cat.categories]
    titles = [_json(shade(OUTCOMES, name).title) for name in names]
    ids = [_json(name) for name in tasks["id"].to_list()]
    job_codes = tasks["job"].cat.codes.to_list()
    jobs = [_json(str(name)) for name in tasks["job"].cat.categories]
    of_row, of_task, width = pids.tolist(), task.tolist(), slots.tolist()
    kept = attempts["kept"].tolist()
    for attempt, slot in zip(row.tolist(), lane.tolist(), strict=True):
        number, start = of_task[attempt], starts[attempt]
        saved = f',"kept_s":{kept[attempt]}' if kept[attempt] else ""
        yield (
            f'{{"ph":"X","pid":{of_row[attempt]},"tid":{slot + 1},"ts":{start},"dur":{ends[attempt] - start},'
            f'"name":{ids[number]},"cat":"task","args":{{"job":{jobs[job_codes[number]]},'
            f'"outcome":{titles[codes[attempt]]},"slots":{width[attempt]}'
            f"{saved}}}}}"
        )
