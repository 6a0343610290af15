"""The scenes of the gallery: each is a scenario of `scenes/` with what there is to see, to try and to prove in it.

The page, the documentation and the tests of all scenes are made from this table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from simulator.lab.figures import FIGURES
from simulator.lab.gallery_scene import GalleryScene
from simulator.lab.scenes.challenges import CHALLENGES
from simulator.lab.scenes.incidents import INCIDENTS
from simulator.lab.scenes.lessons import LESSONS

_SHOWN: Final = {"queue_mean", *(figure.measure for figure in FIGURES)}
"""Measures that need no figure of their own."""
SCENES: Sequence[GalleryScene] = (*LESSONS, *INCIDENTS, *CHALLENGES)
"""In the order of the gallery; the first is what opens where nobody asks for another."""


@cache
def scene_text(name: str) -> str:
    """Return the scenario of a scene that is in the table, without the line that names its schema to editors."""
    text = (files("simulator.lab.scenes") / f"{name}.yaml").read_text(encoding="utf-8")
    return text.partition("\n")[2]


def listed() -> list[dict[str, Any]]:
    """Return the table as plain values."""
    return [_plain(scene) for scene in SCENES]


def _plain(scene: GalleryScene) -> dict[str, Any]:
    return {
        "name": scene.name,
        "kind": str(scene.kind),
        "title": scene.title,
        "question": scene.question,
        "idea": scene.idea,
        "watch": scene.watch,
        "knobs": list(scene.knobs),
        "guess": None
        if scene.guess is None
        else {"options": list(scene.guess.options), "answer": scene.guess.answer, "because": scene.guess.because},
        "change": None if scene.change is None else {"title": scene.change.title, "changes": _plain_changes(scene)},
        "targets": [{"measure": one.measure, "most": one.most, "words": one.words} for one in scene.targets],
        "hints": list(scene.hints),
        "measures": [claim.measure for claim in scene.finding if claim.measure not in _SHOWN],
    }


def _plain_changes(scene: GalleryScene) -> list[Mapping[str, Any]]:
    return [] if scene.change is None else list(scene.change.changes)
