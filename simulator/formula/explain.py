"""A run as plain data and as text: what it came to, and why, step by step."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.formula.run import AutoScaleRun, Step, Window
from simulator.formula.source import Place
from simulator.formula.values import Timestamp, format_double, format_value

SHOWN = 8
"""Values of a window that are written out in text; the newest ones."""


def as_dict(run: AutoScaleRun, *, explain: bool = False) -> dict[str, Any]:
    """Return a run in the service's field names; `explain` adds the trace."""
    error = None
    if run.error is not None:
        values = [{"name": value.name, "value": value.value} for value in run.error.values]
        error = {"code": run.error.code, "message": run.error.message, "values": values}
    found: dict[str, Any] = {
        "timestamp": format_value(run.timestamp),
        "results": run.results,
        "error": error,
        "targetDedicatedNodes": run.target_dedicated_nodes,
        "targetLowPriorityNodes": run.target_low_priority_nodes,
        "nodeDeallocationOption": run.node_deallocation_option,
        "warnings": list(run.warnings),
    }
    if explain:
        found["trace"] = [_step(step) for step in run.trace]
    return found


def _step(step: Step) -> dict[str, Any]:
    return {
        "line": step.place.line,
        "column": step.place.column,
        "statement": step.text,
        "target": step.target,
        "value": None if step.value is None else format_value(step.value),
        "branches": [
            {"line": branch.place.line, "column": branch.place.column, "taken": branch.taken}
            for branch in step.branches
        ],
        "windows": [_window(window) for window in step.windows],
    }


def _window(window: Window) -> dict[str, Any]:
    return {
        "line": window.place.line,
        "column": window.place.column,
        "metric": window.metric,
        "method": window.method,
        "from": _instant(window.start),
        "to": _instant(window.end),
        "expected": window.expected,
        "available": window.available,
        "percent": round(window.percent, 3),
        "wanted": window.wanted,
        "values": list(window.values),
    }


def _instant(value: Timestamp | None) -> str | None:
    return None if value is None else format_value(value)


def as_text(run: AutoScaleRun) -> str:
    """Report a traced run statement by statement, for people."""
    lines = list(steps_as_text(_step(step) for step in run.trace))
    if run.error is not None:
        lines.append(f"error {run.error.code}: {run.error.detail}")
    lines += [f"warning: {warning}" for warning in run.warnings]
    lines.append(
        f"targets: {run.target_dedicated_nodes} dedicated, {run.target_low_priority_nodes} low-priority, "
        f"{run.node_deallocation_option}"
    )
    return "\n".join(lines)


def steps_as_text(steps: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of steps as a trace keeps them, for people."""
    for step in steps:
        yield f"{_place(step)}: {' '.join(step['statement'].split())}"
        yield from (f"    {_window_text(window)}" for window in step["windows"])
        yield from (f"    '?' at {_place(branch)}: {branch['taken']}" for branch in step["branches"])
        yield f"    = {'stopped here' if step['value'] is None else step['value']}"


def _place(found: Mapping[str, Any]) -> Place:
    return Place(found["line"], found["column"])


def _window_text(window: Mapping[str, Any]) -> str:
    values = ", ".join(format_double(value) for value in window["values"][-SHOWN:])
    shown = f"[{'..., ' if len(window['values']) > SHOWN else ''}{values}]"
    if window["from"] is None or window["to"] is None:
        return (
            f"{window['metric']}: newest {window['expected']} samples asked for, {window['available']} there: {shown}"
        )
    demand = "" if window["wanted"] is None else f", {format_double(window['wanted'])} % demanded"
    filled = f"{window['available']} of {window['expected']} samples ({window['percent']:.0f} %{demand})"
    return f"{window['metric']}, {window['from']} to {window['to']}: {filled}: {shown}"
