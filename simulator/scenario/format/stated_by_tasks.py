"""What a listed task states about itself: `simulation`, environment settings, command line, the job's defaults.

First match wins, per attribute (docs/model.md#sources-of-durations): bodies written for the service run unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from simulator.distributions import Constant, Distribution, Number
from simulator.durations import LONGEST, Seconds, parse_duration
from simulator.scenario.format.command_lines import read_command, seconds_of

if TYPE_CHECKING:
    from simulator.scenario.format.bodies import Job
    from simulator.scenario.format.task_bodies import Task

BEGINNING: Final = "SIM_"
"""How the variables begin that are meant for a simulation."""
READ: Final = ("SIM_DURATION", "SIM_EXIT_CODE", "SIM_CPU", "SIM_MEM_GIB", "SIM_INPUT_MB")
"""Variables that are read."""
Settings = Iterable[Mapping[str, Any]]
"""Environment settings as bodies have them; of two with one name the last counts."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What is known of one task before anything is drawn."""

    duration: Distribution[float] | None
    cores: Distribution[float] | None
    memory: Distribution[float] | None
    exit_code: int | None
    input: Distribution[float] | None
    """MiB of resource files."""
    coordination: Distribution[float] | None
    """Of a multi-instance task."""
    source: str
    """Which source states the duration: simulation, environment, command line or defaults; empty where none did."""


def stated(task: Task, job: Job) -> Stated:
    """Collect what a task of a job states, attribute by attribute."""
    settings = _by_name([*job.common_environment_settings, *task.environment_settings])
    own, defaults = task.simulation, job.simulation.defaults
    coordination = task.multi_instance_settings.coordination_command_line if task.multi_instance_settings else ""
    sources = {
        "simulation": own.duration,
        "environment": _time(settings.get("SIM_DURATION")),
        "command line": _command(task.command_line),
        "defaults": defaults.duration,
    }
    source = next((name for name, found in sources.items() if found is not None), "")
    return Stated(
        duration=sources.get(source),
        input=own.input or _number(settings.get("SIM_INPUT_MB")),
        coordination=own.coordination or _command(coordination),
        source=source,
        cores=own.cores or _number(settings.get("SIM_CPU")) or defaults.cores,
        memory=own.memory or _number(settings.get("SIM_MEM_GIB")) or defaults.memory,
        exit_code=_exit_code(task.command_line, settings),
    )


def stated_time(line: str, settings: Settings) -> tuple[Distribution[float] | None, str]:
    """Return the duration that the body of a start, preparation or release task states, and which part of it does."""
    own = _time(_by_name(settings).get("SIM_DURATION"))
    if own is not None:
        return own, "environment"
    found = _command(line)
    return found, "" if found is None else "command line"


def stated_exit_code(line: str, settings: Settings) -> int:
    """Return the exit code that the body of a start, preparation or release task states; 0 where it states none."""
    return _exit_code(line, _by_name(settings)) or 0


def _by_name(settings: Settings) -> dict[str, Any]:
    return {str(item.get("name")): item.get("value") for item in settings}


def _time(value: Any) -> Distribution[float] | None:
    if value is None:
        return None
    text = str(value)
    seconds = float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else parse_duration(text)
    return Constant[Seconds].model_construct(value=seconds)


def _number(value: Any) -> Distribution[float] | None:
    return None if value is None else Constant[Number](value=float(value))


def _command(line: str) -> Distribution[float] | None:
    """Return the time of a command line; one that never ends takes the longest time that a scenario may have."""
    seconds = seconds_of(line)
    return None if seconds is None else Constant[Seconds].model_construct(value=min(seconds, LONGEST))


def _whole(value: Any) -> int:
    """Return a whole number that a setting states; else a ValueError says why not."""
    try:
        return int(str(value))
    except ValueError:
        raise ValueError(f"SIM_EXIT_CODE: expected a whole number, not '{value}'") from None


def _exit_code(line: str, settings: Mapping[str, Any]) -> int | None:
    """Return the exit code that a setting states, or else the command line; None where neither can be read."""
    if settings.get("SIM_EXIT_CODE") is not None:
        return _whole(settings["SIM_EXIT_CODE"])
    run = read_command(line)
    return None if run is None else run.exit_code
