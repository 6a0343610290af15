"""The questions that the page asks about a scene, by name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from simulator.errors import InputError
from simulator.lab.breaking import broken
from simulator.lab.drawing import drawn
from simulator.lab.formula_help import findings, mended
from simulator.lab.handing_on import handed_on
from simulator.lab.knobs import knobs
from simulator.lab.limits import MOST_CHANGES
from simulator.lab.replies import problem_line
from simulator.lab.runs import Listener, Progress, Runs
from simulator.lab.scene import Scene
from simulator.lab.scene_data import Document, mappings, names_files, number, seconds, value_at
from simulator.lab.stories import why
from simulator.lab.sure import USUAL, replicated

MOST_MEASURES: Final = 8
Body = Mapping[str, Any]
Send = Callable[[dict[str, Any]], None]
Plain = Callable[[Runs, Scene, Body], dict[str, Any]]
Streamed = Callable[[Runs, Scene, Body, Send, threading.Event], dict[str, Any]]


def run(runs: Runs, scene: Scene, body: Body, send: Send, stop: threading.Event) -> dict[str, Any]:
    """Make the changes of the page in a scene, run it, and return the new text, its knobs and what to draw."""
    changed = scene.with_changes(_changes(body))
    data = changed.data
    send({"text": changed.text, **_described(data)})
    listener = Listener(lambda progress: send({"progress": _progress(progress)}), stop)
    ran = runs.run(changed, listener=listener)
    warnings = [problem_line(one) for one in ran.scenario.warnings]
    return {"run": drawn(ran, _measures(body)), "warnings": warnings, "took": ran.took}


def sure(_: Runs, scene: Scene, body: Body, send: Send, stop: threading.Event) -> dict[str, Any]:
    """Run replications of a scene, and of the one under `other` where there is one, and return intervals."""
    other = body.get("other")
    count = number(body.get("count")) or USUAL
    return replicated(scene, Scene(other, scene.folder) if isinstance(other, str) else None, round(count), send, stop)


def break_formula(_: Runs, __: Scene, body: Body, ___: Send, ____: threading.Event) -> dict[str, Any]:
    """Look for the load under which a formula does most harm."""
    return {"broken": broken(body)}


def formula(_: Runs, __: Scene, body: Body) -> dict[str, Any]:
    """Return what is to be noted about a formula, and the formula with all mechanical mends."""
    text = body.get("formula", "")
    if not isinstance(text, str):
        raise InputError("expected the formula as a text")
    slots, interval = number(body.get("slots")), number(body.get("interval"))
    about = (None if slots is None else max(round(slots), 1), None if interval is None else interval / 60)
    found = findings(text, *about)
    return {"findings": found, "mended": mended(text, *about) if any(one["edits"] for one in found) else None}


def _described(data: Document) -> dict[str, Any]:
    """Return what the page has to know of a scene before it is run."""
    timeline = value_at(data, "timeline")
    return {
        "knobs": knobs(data),
        "formulas": _formulas(data),
        "lines": len(timeline) if isinstance(timeline, list) else 0,
        "namesFiles": names_files(data),
    }


def _changes(body: Body) -> Sequence[Mapping[str, Any]]:
    changes = body.get("changes", [])
    if not isinstance(changes, list) or not all(isinstance(one, dict) for one in changes):
        raise InputError("expected a list of changes")
    if len(changes) > MOST_CHANGES:
        raise InputError(f"expected at most {MOST_CHANGES} changes at once")
    return changes


def _measures(body: Body) -> list[str]:
    """Return the measures that a scene speaks of, beside those that are always shown."""
    names = body.get("measures", [])
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names) or len(names) > MOST_MEASURES:
        raise InputError(f"expected a list of at most {MOST_MEASURES} measures")
    return names


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
            "size": size if isinstance(size := value_at(pool, "vmSize"), str) else None,
            "interval": seconds(value_at(pool, "autoScaleEvaluationInterval") or "15m"),
        }
        for path, pool in mappings(data, "pools")
        if isinstance(text := value_at(pool, "autoScaleFormula"), str)
    ]


STREAMED: Final[Mapping[str, Streamed]] = {"run": run, "sure": sure, "break": break_formula}
"""Questions whose answers take a while, and come line by line."""
PLAIN: Final[Mapping[str, Plain]] = {"formula": formula, "why": why, "hand-on": handed_on}
"""Questions that are answered at once."""
