"""An operation that comes while a scenario runs: read and checked as if it stood in the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from simulator.errors import InputError, Problem
from simulator.scenario.checks.all_checks import check
from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.checks.ids import check_names
from simulator.scenario.format.bodies import Job
from simulator.scenario.format.catalogue import find
from simulator.scenario.format.job_operations import AddJob, OnJob, OnSchedule
from simulator.scenario.format.pool_operations import Operated, Outage
from simulator.scenario.format.schema import Operation, Scenario
from simulator.scenario.reading.documents import present
from simulator.scenario.reading.file_columns import context_of
from simulator.scenario.reading.load import in_order
from simulator.scenario.reading.normalize import modern
from simulator.scenario.reading.schema_refusals import explain


def amend(scenario: Scenario, asked: Operation | Mapping[str, Any]) -> Scenario:
    """Give the scenario with one more operation at the end of its timeline.

    `asked` is the operation or its body as a file would have it, complete: files that it names (traces, samples) are
    looked for in the working directory. `InputError` carries all problems at once, by their paths in the body. What
    is odd but not wrong joins the scenario's warnings.
    """
    if not isinstance(asked, Mapping | Operated | OnJob | OnSchedule | AddJob | Outage):
        raise InputError(f"expected an operation, or its body as a mapping, not {asked!r}")
    number = len(scenario.timeline)
    findings: list[Finding] = []
    body: Any = asked if isinstance(asked, Mapping) else asked.model_dump(by_alias=True)
    if isinstance(asked, Mapping):
        document, findings = modern({"timeline": [*({} for _ in range(number)), asked]})
        body = document["timeline"][number]
    place = _Place(number, body)
    findings += check_names({**_outline(scenario), "timeline": [*_outlined(scenario.timeline), body]})
    problems: list[Problem] = []
    try:
        amended = _amended(scenario, body if isinstance(asked, Mapping) else asked)
    except ValidationError as error:
        problems += explain(place, error)
    except InputError as error:
        problems += error.problems
    else:
        findings += check(amended)
    told = [place.tell(finding) for finding in findings if finding.loc[:2] == place.loc]
    problems = in_order([*problems, *told])
    if any(not problem.is_warning for problem in problems):
        raise InputError(problems)
    return amended.with_warnings((*scenario.warnings, *problems))


def _amended(scenario: Scenario, asked: object) -> Scenario:
    """Read the operation beside those that are there, with the sizes, the origin and the preset of the scenario."""
    document = {
        "origin": scenario.origin,
        "options": {"timingPreset": scenario.options.timing_preset},
        "sizes": scenario.sizes,
        "timeline": [*scenario.timeline, asked],
    }
    read = Scenario.model_validate(document, context=context_of("."))
    added, sizes = read.timeline[-1], dict(read.sizes)
    auto = added.job.auto_pool if isinstance(added, AddJob) else None
    known = None if auto is None or auto.pool.vm_size in sizes else find(auto.pool.vm_size)
    if auto is not None and known is not None:
        sizes[auto.pool.vm_size] = known.model_copy(update={"name": auto.pool.vm_size})
    return scenario.model_copy(update={"timeline": read.timeline, "sizes": sizes})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the operation stands in the scenario, and what its body looks like."""

    number: int
    body: Any
    unread: list[Loc] = field(default_factory=list)

    @property
    def loc(self) -> Loc:
        return ("timeline", self.number)

    def problem(self, message: str, loc: Loc, *, is_warning: bool = False, is_missing: bool = False) -> Problem:
        """Give a problem at `loc` of the scenario by its path in the operation's body."""
        shown = present(self.body, loc[2:])
        if is_missing and shown[-1:] != loc[-1:]:
            shown = (*shown, loc[-1])
        return Problem(message, path=".".join(map(str, shown)) or None, is_warning=is_warning)

    def tell(self, finding: Finding) -> Problem:
        return finding.problem or self.problem(finding.message, finding.loc, is_warning=finding.is_warning)


def _outline(scenario: Scenario) -> dict[str, Any]:
    """Give the names of a scenario, as its document would have them."""
    return {
        "sizes": {name: {} for name in scenario.sizes},
        "pools": [{"id": pool.id} for pool in scenario.pools],
        "jobs": [_outlined_job(job) for job in scenario.jobs],
        "jobSchedules": [
            {"id": one.id, "jobSpecification": _outlined_job(one.job_specification)} for one in scenario.job_schedules
        ],
    }


def _outlined(timeline: Iterable[Operation]) -> list[dict[str, Any]]:
    return [{"job": _outlined_job(one.job)} if isinstance(one, AddJob) else {} for one in timeline]


def _outlined_job(job: Job) -> dict[str, Any]:
    auto = job.auto_pool
    if auto is None:
        return {"id": job.id}
    own = {"autoPoolIdPrefix": auto.id_prefix, "poolLifetimeOption": auto.pool_lifetime_option, "pool": {}}
    return {"id": job.id, "poolInfo": {"autoPoolSpecification": own}}
