"""From a file to a scenario, or to everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

from simulator.errors import InputError
from simulator.scenario.reading.construct import accepted, judged
from simulator.scenario.reading.documents import Document
from simulator.scenario.reading.file_columns import context_of
from simulator.scenario.reading.file_kinds import Kind, refuse_other
from simulator.scenario.reading.includes import Sources, gather
from simulator.scenario.reading.retail_prices import take_prices
from simulator.scenario.scenario import Scenario


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
    sources, found = sources.modernized()
    folder = sources.root.path.parent
    rest, prices, wrong = take_prices(sources.data, folder)
    made, findings = judged(rest, context_of(folder, prices))
    findings = [*found, *wrong, *findings]
    problems = [sources.problem_of(one, strict=strict) for one in findings if not sources.is_unread(one.loc)]
    return accepted(made, [*sources.problems, *problems])
