"""Explanations of a run: why a pool did what it did at an instant, and why a task waited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simulator.errors import InputError
from simulator.lab.runs import Runs
from simulator.lab.scene import Scene
from simulator.lab.scene_data import number
from simulator.results.why import explain_pool, explain_task
from simulator.units import spoken

MOST_PIECES: Final = 60
"""Pieces of a task's life that are shown; how many more there are is said."""


def why(runs: Runs, scene: Scene, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return why a task (`task`: JOB/TASK) was not running, or what a `pool` did `at` seconds and what bound it."""
    recording = runs.run(scene).recording
    task, pool, at = body.get("task"), body.get("pool"), number(body.get("at"))
    if isinstance(task, str):
        story = explain_task(recording, task)
        pieces = [
            {
                "start": 1000 * piece.start,
                "span": spoken(piece.span) if piece.span else "",
                "reason": str(piece.reason),
                "detail": piece.detail,
            }
            for piece in story.pieces[:MOST_PIECES]
        ]
        waited = {reason: spoken(seconds) for reason, seconds in story.waited().items() if seconds}
        title = f"Task {story.task} of job {story.job}, {story.needs}: {story.became}"
        return {"title": title, "waited": waited, "pieces": pieces, "more": len(story.pieces) - len(pieces)}
    if isinstance(pool, str) and at is not None:
        found = explain_pool(recording, pool, min(max(at, 0.0), recording.end))
        return {"title": f"Pool {found.pool}", "sentences": list(found.sentences), "pieces": [], "waited": {}}
    raise InputError("expected a task as JOB/TASK, or a pool and an instant")
