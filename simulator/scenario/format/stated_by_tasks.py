"""What a listed task states about itself: `simulation`, environment settings, command line, the job's defaults.

First match wins, per attribute (docs/model.md#sources-of-durations): bodies written for the service run unchanged.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.distributions import Constant, Distribution, Number
from simulator.durations import Seconds, parse_duration
from simulator.scenario.format.task_bodies import Task, TaskDefaults

_COMMANDS: Final = (
    re.compile(r"\bsleep\s+(\d+(?:\.\d+)?)\b"),
    re.compile(r"\btimeout\s+(?:/t\s+)?(\d+)\b", re.IGNORECASE),
    re.compile(r"\bping\b.*?\s-n\s+(\d+)\b", re.IGNORECASE),
)


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


def stated(task: Task, defaults: TaskDefaults) -> Stated:
    """Collect what a task says, attribute by attribute."""
    settings = {str(item.get("name")): item.get("value") for item in task.environment_settings}
    own = task.simulation
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
        exit_code=None if settings.get("SIM_EXIT_CODE") is None else int(str(settings["SIM_EXIT_CODE"])),
    )


def _time(value: Any) -> Distribution[float] | None:
    if value is None:
        return None
    text = str(value)
    seconds = float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else parse_duration(text)
    return Constant[Seconds].model_construct(value=seconds)


def _number(value: Any) -> Distribution[float] | None:
    return None if value is None else Constant[Number](value=float(value))


def _command(line: str) -> Distribution[float] | None:
    for pattern in _COMMANDS:
        if found := pattern.search(line):
            return _time(found[1])
    return None


def stated_time(line: str, settings: Iterable[Mapping[str, Any]]) -> tuple[Distribution[float] | None, str]:
    """Return the duration that the body of a start, preparation or release task states, and which part of it does."""
    by_name = {str(item.get("name")): item.get("value") for item in settings}
    own = _time(by_name.get("SIM_DURATION"))
    if own is not None:
        return own, "environment"
    found = _command(line)
    return found, "" if found is None else "command line"
