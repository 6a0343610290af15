"""What the end of a task means for its children and its job: `exitConditions`.

See docs/model.md#dependencies-and-exit-conditions.
"""

from dataclasses import dataclass
from typing import Any

from simulator.scenario.format.complete import lookup
from simulator.scenario.format.task_bodies import Task


@dataclass(frozen=True, slots=True)
class Ending:
    """What follows from one way of ending."""

    satisfies: bool
    """Whether children may run."""
    job_action: str
    """none, disable or terminate; acts only in a job with `performexitoptionsjobaction`."""


def ending(task: Task | None, code: int | None, error: str | None = None) -> Ending:
    """Return what follows from an exit code, or from an error beside it; None = the process had no exit code.

    A listed code beats `fileUploadError`; `default` covers other codes than 0 and errors that are not listed.
    """
    conditions = {} if task is None else task.exit_conditions or {}
    succeeded = code == 0 and error is None
    options = None if code is None else _listed(conditions, code)
    if options is None and error is not None:
        options = lookup(conditions, error)
    if options is None and not succeeded:
        options = lookup(conditions, "default")
    dependency = str(lookup(options, "dependencyAction") or ("satisfy" if succeeded else "block")).lower()
    action = str(lookup(options, "jobAction") or ("none" if succeeded else "terminate")).lower()
    return Ending(dependency == "satisfy", action)


def named_actions(task: Task) -> list[str]:
    """Return every job action that a task's exit conditions name."""
    conditions = task.exit_conditions or {}
    options = [lookup(conditions, name) for name in ("preProcessingError", "fileUploadError", "default")]
    for key in ("exitCodes", "exitCodeRanges"):
        options += [lookup(entry, "exitOptions") for entry in lookup(conditions, key) or ()]
    return [str(lookup(one, "jobAction")).lower() for one in options if lookup(one, "jobAction") is not None]


def failing_code(task: Task, stated: int | None) -> int | None:
    """Return the exit code with which a task fails in the end; None if its process never says one."""
    codes = task.simulation.exit_codes
    if codes == (0,) and stated is not None:
        codes = (stated,)
    return next((code for code in reversed(codes) if code), None)


def _listed(conditions: Any, code: int) -> Any:
    for entry in lookup(conditions, "exitCodes") or ():
        if lookup(entry, "code") == code:
            return lookup(entry, "exitOptions") or {}
    for entry in lookup(conditions, "exitCodeRanges") or ():
        if (lookup(entry, "start") or 0) <= code <= (lookup(entry, "end") or 0):
            return lookup(entry, "exitOptions") or {}
    return None
