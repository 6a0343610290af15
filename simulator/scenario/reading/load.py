"""From a file to a scenario, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from simulator.errors import InputError, Problem
from simulator.scenario.checks.all_checks import check
from simulator.scenario.checks.findings import Finding
from simulator.scenario.checks.ids import check_names
from simulator.scenario.format.schema import Scenario
from simulator.scenario.reading.documents import Document
from simulator.scenario.reading.file_columns import context_of
from simulator.scenario.reading.file_kinds import Kind, refuse_other
from simulator.scenario.reading.includes import Sources, gather
from simulator.scenario.reading.normalize import modern
from simulator.scenario.reading.retail_prices import take_prices
from simulator.scenario.reading.schema_refusals import explain


def load(path: str | Path, *, strict: bool = False) -> Scenario:
    """Read a scenario from a YAML or JSON file.

    `InputError` carries all problems at once, each with file, line, column, path and what was expected.
    What is odd but not wrong is in the scenario's `warnings`; `strict` makes it an error.
    """
    return complete_sources(read_sources(path), strict=strict)


def read_sources(path: str | Path) -> Sources:
    """Read a scenario file and every body it refers to, as it is written."""
    sources = gather(Document(Path(path), str(path)))
    if not isinstance(sources.data, dict):
        raise InputError([sources.root.problem("expected a mapping with name, pools and jobs", ())])
    refuse_other(sources.root, Kind.SCENARIO)
    return sources


def complete_sources(sources: Sources, *, strict: bool = False) -> Scenario:
    """Make the scenario that `sources` describe; they are left as they are."""
    findings: list[Finding] = []
    data, found = modern(sources.data)
    sources = replace(sources, data=data)
    findings += [*found, *check_names(data)]
    prices, wrong = take_prices(sources)
    problems = [*sources.problems, *wrong]
    scenario = None
    try:
        context = context_of(sources.root.path.parent, prices)
        scenario = Scenario.model_validate(sources.data, context=context)
    except ValidationError as error:
        problems += explain(sources, error)
    except InputError as error:
        problems += error.problems
    if scenario is not None:
        findings += check(scenario)
    told = [
        finding.problem or sources.problem(finding.message, finding.loc, is_warning=finding.is_warning and not strict)
        for finding in findings
    ]
    if scenario is None or any(not problem.is_warning for problem in (*problems, *told)):
        raise InputError(in_order([*problems, *told]))
    return scenario.with_warnings(tuple(told))


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort as one reads: errors before warnings, by file, line and column; every problem once."""
    return sorted(dict.fromkeys(problems), key=lambda p: (p.is_warning, p.file or "", p.line or 0, p.column or 0))
