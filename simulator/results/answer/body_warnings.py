"""What the bodies of a scenario leave open or name in vain: what an answer says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario.checks.command_checks import unread, unread_text
from simulator.scenario.checks.file_checks import unsized, unsized_text
from simulator.scenario.checks.job_places import place

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording


def body_warnings(recording: Recording) -> list[str]:
    """Report command lines that were not read, files without a size, and sick nodes that never were, each once."""
    jobs = place(recording.scenario)
    lines = [line for line, _ in unread(recording.scenario, jobs)]
    found = [unread_text(lines)] if lines else []
    found += [unsized_text(files, len(places)) for files, places in unsized(jobs).items()]
    return [*found, *_missing_nodes(recording)]


def _missing_nodes(recording: Recording) -> list[str]:
    """Report nodes that `sickNodes` names and the run did not have."""
    there = {row.id.lower() for row in recording.raw.recorder.nodes}
    named = [name for pool in recording.raw.pools for name in pool.simulation.sick_nodes.nodes]
    missing = [name for name in dict.fromkeys(named) if name.lower() not in there]
    return [f"sickNodes names nodes that the run did not have: {', '.join(missing)}"] if missing else []
