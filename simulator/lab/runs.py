"""Runs of scenes: bounded, stoppable, with progress; the last few are kept for whoever asks about them."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from simulator.engine.simulation import Simulation
from simulator.errors import InputError
from simulator.lab.limits import LONGEST_S
from simulator.results.answer.metrics import summarize
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    from simulator.lab.scene import Scene
    from simulator.results.record.recording import Recording

SLICE_S: Final = 0.05
"""Processor time between two looks at whether somebody still waits."""
FIRST_SLICE: Final = 3600.0
"""Simulated seconds of the first slice."""
KEPT: Final = 6


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """Nobody waits for a run any more."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    now: float
    completed: int
    tasks: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is over."""

    scenario: Scenario
    recording: Recording
    answer: dict[str, Any]
    took: dict[str, float]
    """Processor seconds of its parts."""


@dataclass(slots=True)
class Listener:
    """Who waits for a run: is notified how far it is, and may call it off."""

    notify: Callable[[Progress], None] = lambda _: None
    stop: threading.Event = field(default_factory=threading.Event)


def simulated(scenario: Scenario, replication: int, listener: Listener) -> Recording:
    """Return the recording of a run; raise Stopped where it is called off, InputError where it takes too long."""
    simulation = Simulation(scenario, replication)
    span, until, began = FIRST_SLICE, 0.0, time.thread_time()
    while not simulation.is_over:
        if listener.stop.is_set():
            raise Stopped
        before = time.thread_time()
        if before - began > LONGEST_S:
            at = f"at {simulation.now / 3600:.1f} h, with {simulation.completed_tasks:,} tasks done"
            raise InputError(f"the run was stopped {at}: it takes more than {LONGEST_S:g} s; give it a horizon")
        until += span
        simulation.advance(until)
        took = time.thread_time() - before
        span = min(max(span * min(max(SLICE_S / max(took, 1e-9), 0.1), 10.0), 60.0), 30 * 86400.0)
        listener.notify(Progress(simulation.now, simulation.completed_tasks, simulation.tasks))
    return simulation.finish()


class Runs:
    """The runs of a server, one at a time; the last few are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Scene, int], Run] = OrderedDict()
        self._one_at_a_time = threading.Lock()

    def run(self, scene: Scene, replication: int = 0, listener: Listener | None = None) -> Run:
        """Return the run of a scene; raise InputError with what is wrong with it, Stopped where it is called off."""
        listener = listener or Listener()
        with self._one_at_a_time:
            if listener.stop.is_set():
                raise Stopped
            key = scene, replication
            if key not in self._kept:
                self._kept[key] = _run(scene, replication, listener)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]


def _run(scene: Scene, replication: int, listener: Listener) -> Run:
    began = time.thread_time()
    scenario = _traced(scene.scenario())
    read = time.thread_time()
    recording = simulated(scenario, replication, listener)
    ran = time.thread_time()
    answer = summarize(recording).as_dict()
    took = {"read": read - began, "simulate": ran - read, "summarize": time.thread_time() - ran}
    return Run(scenario, recording, answer, took)


def _traced(scenario: Scenario) -> Scenario:
    """Return a scenario that keeps why each evaluation came to its result; it draws and decides as before."""
    if not any(pool.enable_auto_scale for pool in scenario.pools):
        return scenario
    return scenario.model_copy(update={"options": scenario.options.model_copy(update={"record_traces": True})})
