"""An operation that comes while a scenario runs: read and checked as if it stood in the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.durations import format_duration
from simulator.errors import InputError
from simulator.files import Folder
from simulator.scenario.format.job_operations import AddJob, OnJob, OnSchedule
from simulator.scenario.format.pool_operations import CreatePool, Operated, Outage
from simulator.scenario.format.schema import Operation
from simulator.scenario.reading.construct import accepted, judged, problem_in
from simulator.scenario.reading.file_columns import context_of
from simulator.scenario.reading.moved_keys import Origins
from simulator.scenario.reading.normalize import Modern, modern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.errors import Problem
    from simulator.scenario.format.bodies import Job, Pool
    from simulator.scenario.format.catalogue import VmSize
    from simulator.scenario.format.job_schedules import JobSchedule
    from simulator.scenario.scenario import Scenario

OWN = ("timeline", 0)
"""Where the operation stands in the description that is checked."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an operation may name or meet: the rest of a scenario has no say in whether it is right."""

    pools: Sequence[Pool] = ()
    jobs: Sequence[Job] = ()
    job_schedules: Sequence[JobSchedule] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation that has passed the checks."""

    operation: Operation
    sizes: Mapping[str, VmSize]
    """All sizes that it, or what it meets, uses."""
    odd: tuple[Problem, ...]
    """What is odd about it but not wrong."""


def read_operation(scenario: Scenario, around: Surroundings, asked: Operation | Mapping[str, Any]) -> Asked:
    """Return an operation that comes while a scenario runs.

    `asked` is the operation or its body as a file would have it, complete: files that it names (traces, samples) are
    looked for in the working directory, and where the scenario is confined nowhere outside its folder. `InputError`
    carries all problems at once, by their paths in the body. The cost is that of the operation and of what it meets,
    however long the scenario has become.
    """
    if not isinstance(asked, Mapping | Operated | OnJob | OnSchedule | AddJob | CreatePool | Outage):
        raise InputError(f"expected an operation, or its body as a mapping, not {asked!r}")
    if isinstance(asked, Mapping):
        read = modern({"timeline": [asked]})
        body = read.document["timeline"][0]
    else:
        read = Modern({"timeline": [asked.model_dump(by_alias=True)]}, [], Origins())
        body = asked
    document = {
        **_parts(scenario),
        "pools": list(around.pools),
        "jobs": list(around.jobs),
        "jobSchedules": list(around.job_schedules),
        "timeline": [body],
    }
    made, found = judged(document, context_of(Folder(Path(), scenario.within, is_own=False)))
    own = [one for one in (*read.findings, *found) if one.loc[:2] == OWN]
    if made is None and all(one.is_warning for one in own):
        own = found  # wrong elsewhere, and only together with the operation
    checked = accepted(made, [problem_in(read, one, skipped=2) for one in own])
    return Asked(checked.timeline[0], checked.sizes, checked.warnings)


def _parts(scenario: Scenario) -> dict[str, Any]:
    """Return the other parts of a scenario as they are, so that none is read again; its end as a file would have it."""
    parts = {name: value for name, value in scenario if name not in ("pools", "jobs", "job_schedules", "timeline")}
    return parts if scenario.horizon is None else {**parts, "horizon": format_duration(scenario.horizon)}
