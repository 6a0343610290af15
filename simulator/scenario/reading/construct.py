"""From a document to a scenario, or to everything that is wrong with it: for files, operations and Python alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.errors import InputError, Problem
from simulator.files import Folder
from simulator.scenario.checks.findings import Finding
from simulator.scenario.checks.places import shown
from simulator.scenario.reading.calibrated import take_calibration
from simulator.scenario.reading.file_columns import context_of
from simulator.scenario.reading.normalize import Modern, modern
from simulator.scenario.reading.retail_prices import take_prices
from simulator.scenario.reading.schema_refusals import refusals
from simulator.scenario.reading.trace_origin import with_origin_of_traces
from simulator.scenario.scenario import Scenario, finding_of


def scenario_of(
    document: Mapping[str, Any], *, folder: str | Path = ".", strict: bool = False, confine: bool = False
) -> Scenario:
    """Return the scenario that a document describes, in the form that a file has.

    Files that it names (traces, samples) are looked for in `folder`, and with `confine` nowhere else. `InputError`
    carries all problems at once, by their paths in the document. What is odd but not wrong is in the scenario's
    `warnings`; `strict` makes it an error.
    """
    read = modern(document)
    place = Folder(Path(folder), Path(folder) if confine else None)
    measured, unread = take_calibration(read.document, place)
    data, prices, wrong = take_prices(measured, place)
    made, findings = judged(data, context_of(place, prices))
    findings = [*read.findings, *unread, *wrong, *findings]
    if strict:
        findings = [replace(one, is_warning=False) for one in findings]
    return accepted(made, [problem_in(read, one) for one in findings]).confined(place.within)


def judged(document: Mapping[Any, Any], context: Mapping[str, Any]) -> tuple[Scenario | None, list[Finding]]:
    """Return the scenario of a document, None where something is wrong with it, and all that was found."""
    dated = with_origin_of_traces(document, context)
    try:
        made = Scenario.model_validate(dated, context=dict(context))
    except ValidationError as error:
        own = [finding for line in error.errors(include_url=False) if (finding := finding_of(line))]
        return None, [*refusals(error, Scenario), *own]
    return made, list(made.findings)


def problem_in(read: Modern, finding: Finding, *, skipped: int = 0) -> Problem:
    """Return a finding as a problem by its path in the document as it is written, less `skipped` parts of it."""
    path = read.origins.original(shown(read.document, finding.loc, is_missing=finding.is_missing))[skipped:]
    dotted = ".".join(map(str, path)) or None
    if finding.problem is not None:
        return finding.problem
    return Problem(finding.message, path=dotted, is_warning=finding.is_warning, code=finding.service_code)


def accepted(made: Scenario | None, problems: Iterable[Problem]) -> Scenario:
    """Return the scenario with its warnings; raise InputError where there is more than warnings."""
    found = in_order(problems)
    if made is None or any(not problem.is_warning for problem in found):
        raise InputError(found)
    return made.with_warnings(tuple(found))


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort as one reads: errors before warnings, by file, line and column; every problem once."""
    return sorted(dict.fromkeys(problems), key=lambda p: (p.is_warning, p.file or "", p.line or 0, p.column or 0))
