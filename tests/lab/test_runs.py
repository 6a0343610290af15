"""Runs of scenes: bounded, called off when nobody waits, and kept for those who ask about them."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.errors import InputError
from simulator.lab import runs as module
from simulator.lab.gallery import scene_text
from simulator.lab.runs import KEPT, Listener, Progress, Runs, Stopped
from simulator.lab.scene import NOWHERE, Scene

TEXT = scene_text("one_queue")


def scene(seed: int = 1) -> Scene:
    return Scene(f"seed: {seed}\n{TEXT}", NOWHERE)


def test_progress_comes_on_the_way_and_ends_with_all_that_was_done() -> None:
    seen: list[Progress] = []
    answer = Runs().run(scene(), listener=Listener(seen.append)).answer
    assert [one.now for one in seen] == sorted(one.now for one in seen)
    assert seen[-1].completed == answer["tasks"]["succeeded"]


def test_a_run_that_nobody_waits_for_stops() -> None:
    listener = Listener()
    listener.notify = lambda _: listener.stop.set()
    with pytest.raises(Stopped):
        Runs().run(scene(), listener=listener)


def test_a_run_that_takes_too_long_is_stopped_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_S", 0.0)
    with pytest.raises(InputError, match="give it a horizon"):
        Runs().run(scene())


def test_the_last_runs_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    simulated = module.simulated

    def counted(*given: Any) -> Any:
        made.append(given)
        return simulated(*given)

    monkeypatch.setattr(module, "simulated", counted)
    all_runs = Runs()
    for seed in (*range(KEPT), *range(KEPT)):
        all_runs.run(scene(seed + 1))
    assert len(made) == KEPT
    all_runs.run(scene(KEPT + 1))
    all_runs.run(scene(1))
    assert len(made) == KEPT + 2
