"""Files of tasks and their sizes, each of which means nothing without the other."""

from collections.abc import Iterable, Iterator
from typing import Final

from simulator.scenario.checks.findings import Finding, Loc, until_absent
from simulator.scenario.checks.job_places import PlacedJob, PlacedTask, of_each_task
from simulator.scenario.format.task_files import has_output, shares_files

WORK: Final = {"outputFiles": "uploads", "commonResourceFiles": "downloads"}


def check_files(jobs: Iterable[PlacedJob]) -> Iterator[Finding]:
    """Warn of sizes of files that a body does not have, and once for each kind of files without a size."""
    jobs = list(jobs)
    for placed in jobs:
        yield from of_each_task(placed, lambda one: until_absent(_without_files(one)))
    for files, places in unsized(jobs).items():
        yield Finding(unsized_text(files, len(places)), places[0], is_warning=True)


def unsized(jobs: Iterable[PlacedJob]) -> dict[str, list[Loc]]:
    """Return the places of files that take time in the service and have no size, by the key of the body."""
    found: dict[str, list[Loc]] = {}
    for placed in jobs:
        for files, loc in of_each_task(placed, lambda one: until_absent(_without_size(one))):
            found.setdefault(files, []).append(loc)
    return found


def _without_size(one: PlacedTask) -> Iterator[tuple[str, Loc]]:
    own = one.task.simulation
    if own.output is None and has_output(one.task):
        yield "outputFiles", (*one.loc, "outputFiles")
    if own.common_input is None and shares_files(one.task):
        yield "commonResourceFiles", (*one.loc, "multiInstanceSettings", "commonResourceFiles")


def unsized_text(files: str, count: int) -> str:
    """Return what is to be reported of files without a size."""
    whose = "a task has" if count == 1 else f"{count:,} tasks have"
    key = {"outputFiles": "output", "commonResourceFiles": "commonInput"}[files]
    return f"{whose} {files} whose size is not given: their {WORK[files]} take no time; state simulation.{key} (MiB)"


def _without_files(one: PlacedTask) -> Iterator[Finding]:
    """Warn of a size of files that the body of a task does not have."""
    own = one.task.simulation
    for size, is_there, key, files in (
        (own.output, has_output(one.task), "output", "outputFiles"),
        (own.common_input, shares_files(one.task), "commonInput", "commonResourceFiles"),
    ):
        if size is not None and not is_there:
            text = f"the body of the task has no {files}: it acts on nothing"
            yield Finding(text, (*one.loc, "simulation", key), is_warning=True)
