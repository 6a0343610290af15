"""The questions that the page asks about a scene, by name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from simulator.errors import InputError
from simulator.lab.drawing import drawn
from simulator.lab.formula_help import findings, mended
from simulator.lab.knobs import knobs
from simulator.lab.replies import problem_line
from simulator.lab.runs import Listener, Progress, Runs
from simulator.lab.scene import Scene
from simulator.lab.scene_data import mappings, number, seconds, value_at
from simulator.lab.stories import why

Body = Mapping[str, Any]
Send = Callable[[dict[str, Any]], None]
Plain = Callable[[Runs, Scene, Body], dict[str, Any]]
Streamed = Callable[[Runs, Scene, Body, Send, threading.Event], dict[str, Any]]


def run(runs: Runs, scene: Scene, body: Body, send: Send, stop: threading.Event) -> dict[str, Any]:
    """Make the changes of the page in a scene, run it, and return the new text, its knobs and what to draw."""
    changed = scene.with_changes(_changes(body))
    data = changed.data
    send({"text": changed.text, "knobs": knobs(data), "formulas": _formulas(data)})
    listener = Listener(lambda progress: send({"progress": _progress(progress)}), stop)
    ran = runs.run(changed, listener=listener)
    warnings = [problem_line(one) for one in ran.scenario.warnings]
    return {"run": drawn(ran), "warnings": warnings, "took": ran.took}


def formula(_: Runs, __: Scene, body: Body) -> dict[str, Any]:
    """Return what is to be noted about a formula, and the formula with all mechanical mends."""
    text = body.get("formula", "")
    if not isinstance(text, str):
        raise InputError("expected the formula as a text")
    slots, interval = number(body.get("slots")), number(body.get("interval"))
    about = (None if slots is None else max(round(slots), 1), None if interval is None else interval / 60)
    found = findings(text, *about)
    return {"findings": found, "mended": mended(text, *about) if any(one["edits"] for one in found) else None}


def _changes(body: Body) -> Sequence[Mapping[str, Any]]:
    changes = body.get("changes", [])
    if not isinstance(changes, list) or not all(isinstance(one, dict) for one in changes):
        raise InputError("expected a list of changes")
    return changes


def _progress(progress: Progress) -> dict[str, float]:
    return {"now": progress.now, "completed": progress.completed, "tasks": progress.tasks}


def _formulas(data: Mapping[Any, Any]) -> list[dict[str, Any]]:
    """Return the pools that follow a formula, with what the linter has to know of them."""
    return [
        {
            "pool": str(value_at(pool, "id")),
            "path": [*path, "autoScaleFormula"],
            "text": text,
            "slots": number(value_at(pool, "taskSlotsPerNode")) or 1,
            "interval": seconds(value_at(pool, "autoScaleEvaluationInterval") or "15m"),
        }
        for path, pool in mappings(data, "pools")
        if isinstance(text := value_at(pool, "autoScaleFormula"), str)
    ]


STREAMED: Final[Mapping[str, Streamed]] = {"run": run}
"""Questions whose answers take a while, and come line by line."""
PLAIN: Final[Mapping[str, Plain]] = {"formula": formula, "why": why}
"""Questions that are answered at once."""
