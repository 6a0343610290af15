"""The scenes of the gallery: each runs, what is written of it is so, and every challenge is open and can be met."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from simulator.experiment.measures import find_measure
from simulator.lab import scenes
from simulator.lab.figures import FIGURES
from simulator.lab.gallery import SCENES, scene_text
from simulator.lab.gallery_scene import GalleryScene, Kind
from simulator.lab.runs import Runs
from simulator.lab.scene import NOWHERE, Scene
from tests.engine.laws import check

FOLDER = Path(scenes.__file__).parent
RUNS = Runs()
ALL = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)


@cache
def answer(name: str, *, is_changed: bool) -> dict[str, Any]:
    found = next(scene for scene in SCENES if scene.name == name)
    scene = Scene(scene_text(name), NOWHERE)
    if is_changed and found.change is not None:
        scene = scene.with_changes(found.change.changes)
    ran = RUNS.run(scene)
    check(ran.recording)
    return ran.answer


def measured(scene: GalleryScene, measure: str, *, is_changed: bool) -> float:
    value = find_measure(measure).of(answer(scene.name, is_changed=is_changed))
    assert value is not None, measure
    return value


def test_there_are_twenty_scenes_and_more_of_each_kind() -> None:
    assert len(SCENES) >= 20
    assert len({scene.name for scene in SCENES}) == len(SCENES)
    assert {scene.kind for scene in SCENES} == set(Kind)


@ALL
def test_what_a_scene_claims_is_so(scene: GalleryScene) -> None:
    for claim in scene.finding:
        before, after = (measured(scene, claim.measure, is_changed=changed) for changed in (False, True))
        assert before > 0
        assert claim.low <= after / before <= claim.high, (claim.measure, before, after)


@ALL
def test_a_challenge_is_open_at_first_and_met_by_the_best_solution_known(scene: GalleryScene) -> None:
    shown = {figure.measure for figure in FIGURES}
    assert {target.measure for target in scene.targets} <= shown, "the page can check it"
    met = [
        [measured(scene, target.measure, is_changed=changed) <= target.most for target in scene.targets]
        for changed in (False, True)
    ]
    assert not scene.targets or not all(met[0])
    assert all(met[1])


@ALL
def test_every_scene_asks_and_has_something_to_do(scene: GalleryScene) -> None:
    lines = (FOLDER / f"{scene.name}.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# yaml-language-server: $schema=")
    assert lines[1].startswith("# ")
    assert "?" in lines[1]
    assert scene.change is not None
    if scene.kind is Kind.CHALLENGE:
        assert scene.targets
        assert scene.hints
    else:
        assert scene.finding
        assert scene.guess is not None
        assert 0 <= scene.guess.answer < len(scene.guess.options)
