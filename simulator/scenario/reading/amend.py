"""An operation that comes while a scenario runs: read and checked as if it stood in the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator.durations import format_duration
from simulator.errors import InputError
from simulator.files import Folder
from simulator.scenario.format.job_operations import AddJob, OnJob, OnSchedule
from simulator.scenario.format.pool_operations import Operated, Outage
from simulator.scenario.format.schema import Operation
from simulator.scenario.reading.construct import accepted, judged, problem_in
from simulator.scenario.reading.file_columns import context_of
from simulator.scenario.reading.moved_keys import Origins
from simulator.scenario.reading.normalize import Modern, modern
from simulator.scenario.scenario import Scenario


def amend(scenario: Scenario, asked: Operation | Mapping[str, Any]) -> Scenario:
    """Return the scenario with one more operation at the end of its timeline.

    `asked` is the operation or its body as a file would have it, complete: files that it names (traces, samples) are
    looked for in the working directory. `InputError` carries all problems at once, by their paths in the body. What
    is odd but not wrong joins the scenario's warnings.
    """
    if not isinstance(asked, Mapping | Operated | OnJob | OnSchedule | AddJob | Outage):
        raise InputError(f"expected an operation, or its body as a mapping, not {asked!r}")
    number = len(scenario.timeline)
    before: list[Any] = [{} for _ in range(number)]
    if isinstance(asked, Mapping):
        read = modern({"timeline": [*before, asked]})
        body = read.document["timeline"][number]
    else:
        read = Modern({"timeline": [*before, asked.model_dump(by_alias=True)]}, [], Origins())
        body = asked
    amended, found = judged({**_parts(scenario), "timeline": [*scenario.timeline, body]}, context_of(Folder(Path())))
    own = [one for one in (*read.findings, *found) if one.loc[:2] == ("timeline", number)]
    if amended is None and all(one.is_warning for one in own):
        own = found  # wrong elsewhere, and only together with the operation
    made = accepted(amended, [problem_in(read, one, skipped=2) for one in own])
    return made.with_warnings((*scenario.warnings, *made.warnings))


def _parts(scenario: Scenario) -> dict[str, Any]:
    """Return the parts of a scenario as they are, so that none is read again; its end as a file would have it."""
    horizon = {} if scenario.horizon is None else {"horizon": format_duration(scenario.horizon)}
    return {**dict(scenario), **horizon}
