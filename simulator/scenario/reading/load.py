"""From a file to a scenario, or to everything that is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from simulator.errors import InputError
from simulator.files import bound
from simulator.scenario.reading.calibrated import take_calibration
from simulator.scenario.reading.construct import accepted, judged
from simulator.scenario.reading.documents import Document
from simulator.scenario.reading.file_bodies import holds_bodies
from simulator.scenario.reading.file_columns import context_of
from simulator.scenario.reading.file_kinds import Kind, refuse_other
from simulator.scenario.reading.foreign_files import open_document
from simulator.scenario.reading.includes import Sources, gather
from simulator.scenario.reading.retail_prices import take_prices
from simulator.scenario.scenario import Scenario


def load(path: str | Path, *, strict: bool = False, confine: bool = False) -> Scenario:
    """Read a scenario from a YAML or JSON file.

    `InputError` carries all problems at once, each with file, line, column, path and what was expected.
    What is odd but not wrong is in the scenario's `warnings`; `strict` makes it an error. `confine` refuses files that
    lie outside the folder of `path`, by whichever way a name leads there: for a scenario of somebody unknown.
    """
    return complete_sources(read_sources(path, bound(path, confine=confine)), strict=strict)


def load_text(text: str, path: Path) -> Scenario:
    """Read the text of a scenario, in YAML or JSON as the name says, as `load` reads a file of that `path`.

    The file is not opened, and need not be there; what the text names is confined to the folder of the path.
    """
    return complete_sources(_sources(Document(path, path.name, text), path.parent))


def read_sources(path: str | Path, within: Path | None = None) -> Sources:
    """Read a scenario file and every body it refers to, as it is written; refuse what lies outside `within`."""
    return _sources(open_document(Path(path), str(path)), within)


def _sources(root: Document, within: Path | None) -> Sources:
    if holds_bodies(root.data):
        named = f"{{file: {root.path.name}}} under pools or jobs"
        text = f"this file holds bodies of the service: name it in a scenario, as {named}"
        raise InputError([root.problem(text, ())])
    sources = gather(root, within)
    if not isinstance(sources.data, dict):
        raise InputError([sources.root.problem("expected a mapping with name, pools and jobs", ())])
    refuse_other(sources.root, Kind.SCENARIO)
    return sources


def complete_sources(sources: Sources, *, strict: bool = False) -> Scenario:
    """Make the scenario that `sources` describe; they are left as they are."""
    sources, found = sources.modernized()
    measured, unread = take_calibration(sources.data, sources.folder)
    rest, prices, wrong = take_prices(measured, sources.folder)
    made, findings = judged(rest, context_of(sources.folder, prices))
    findings = [*found, *unread, *wrong, *findings]
    problems = [sources.problem_of(one, strict=strict) for one in findings if not sources.is_unread(one.loc)]
    own = [replace(one, is_warning=False) if strict else one for one in sources.problems]
    return accepted(made, [*own, *problems]).confined(sources.within)
