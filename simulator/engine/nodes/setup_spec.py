"""What a pool puts on its nodes before they take tasks; a change reaches a node at its next start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.distributions import Constant, TimeDistribution
from simulator.durations import Seconds
from simulator.scenario.format.bodies import Pool, StartTask
from simulator.scenario.format.section import fold
from simulator.scenario.format.stated_by_tasks import stated_exit_code, stated_time
from simulator.workload.downloads import Item, items_of_pool

NO_TIME: Final = Constant[Seconds].model_construct(value=0.0)


@dataclass(frozen=True, slots=True)
class Setup:
    """Start task, downloads and certificates of a pool at one time."""

    start_task: StartTask | None
    downloads: tuple[Item, ...]
    certificates: tuple[str, ...]
    """Thumbprints."""
    start_task_time: TimeDistribution
    time_source: str
    """What states that time: simulation, environment, command line or defaults."""
    exit_code: int
    """With which every attempt of the start task ends, by its own body; 0 where it states none."""


def setup_of(pool: Pool) -> Setup:
    """Return what a pool's body asks for: application packages first, then container images to prefetch."""
    certificates = tuple(_text(reference, "thumbprint") for reference in pool.certificate_references)
    task = pool.start_task
    return Setup(
        start_task=task,
        downloads=items_of_pool(pool),
        certificates=certificates,
        start_task_time=pool.simulation.timing.start_task,
        time_source=_time_source(pool),
        exit_code=0 if task is None else stated_exit_code(task.command_line, task.environment_settings),
    )


def updated(pool: Pool, changes: Mapping[str, Any]) -> Pool:
    """Return a pool's body with changes.

    A new start task takes as long as its own body states, unless the pool's timing states a time.
    """
    new = pool.model_copy(update=dict(changes))
    if new.start_task is None or "start_task" not in changes or _time_source(pool) == "simulation":
        return new
    time, _ = stated_time(new.start_task.command_line, new.start_task.environment_settings)
    timing = pool.simulation.timing.model_copy(update={"start_task": time or NO_TIME})
    return new.model_copy(update={"simulation": pool.simulation.model_copy(update={"timing": timing})})


def _time_source(pool: Pool) -> str:
    """Return which part of a complete pool states the time of its start task: its timing, the start task, or none."""
    time = pool.simulation.timing.start_task
    task = pool.start_task
    own, who = (None, "") if task is None else stated_time(task.command_line, task.environment_settings)
    if not isinstance(time, Constant):
        return "simulation"
    if own is not None and time.mean == own.mean:
        return who
    return "defaults" if own is None and time.mean == 0 else "simulation"


def _text(reference: Mapping[str, Any], key: str) -> str:
    return next((str(value) for name, value in reference.items() if fold(str(name)) == fold(key) and value), "")
