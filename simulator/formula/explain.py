"""A run as plain data and as text: what it came to, and why, step by step."""

from typing import Any

from simulator.formula.run import AutoScaleRun, Step, Window
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
    lines: list[str] = []
    for step in run.trace:
        value = "stopped here" if step.value is None else format_value(step.value)
        lines.append(f"{step.place}: {' '.join(step.text.split())}")
        lines += [f"    {_window_text(window)}" for window in step.windows]
        lines += [f"    '?' at {branch.place}: {branch.taken}" for branch in step.branches]
        lines.append(f"    = {value}")
    if run.error is not None:
        lines.append(f"error {run.error.code}: {run.error.detail}")
    lines += [f"warning: {warning}" for warning in run.warnings]
    lines.append(
        f"targets: {run.target_dedicated_nodes} dedicated, {run.target_low_priority_nodes} low-priority, "
        f"{run.node_deallocation_option}"
    )
    return "\n".join(lines)


def _window_text(window: Window) -> str:
    values = ", ".join(format_double(value) for value in window.values[-SHOWN:])
    shown = f"[{'..., ' if len(window.values) > SHOWN else ''}{values}]"
    if window.start is None or window.end is None:
        return f"{window.metric}: newest {window.expected} samples asked for, {window.available} there: {shown}"
    demand = "" if window.wanted is None else f", {format_double(window.wanted)} % demanded"
    span = f"{format_value(window.start)} to {format_value(window.end)}"
    filled = f"{window.available} of {window.expected} samples ({window.percent:.0f} %{demand})"
    return f"{window.metric}, {span}: {filled}: {shown}"
