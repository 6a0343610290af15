"""Bodies kept in files of their own: `file: pool.json` stands where the body would."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from simulator.errors import InputError, Problem
from simulator.files import is_file
from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.checks.places import present
from simulator.scenario.format.section import fold
from simulator.scenario.reading.documents import Document

UNREAD: Final = object()
"""Stands where a list of tasks could not be read: the schema refuses it, and so nobody takes it for an empty list."""


@dataclass(frozen=True, slots=True)
class Splice:
    """From which file, and from where in it, the value at `prefix` came."""

    prefix: Loc
    document: Document
    base: Loc
    is_single: bool = False
    """The file holds one task where the scenario has a list of them."""
    own: frozenset[str] = frozenset()
    """Folded keys that stand in the referring file and win over the body's."""


@dataclass(slots=True)
class Sources:
    """The scenario file and everything it refers to, as one tree that remembers where its parts are from."""

    root: Document
    splices: list[Splice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: list[Loc] = field(default_factory=list)
    """Where a file should have been; what is missing there needs no further word."""
    data: Any = None

    def problem(self, message: str, loc: Loc, *, is_warning: bool = False, is_missing: bool = False) -> Problem:
        """Return a problem at `loc` of the joined tree, with its place in the file it came from."""
        shown = present(self.data, loc)
        if is_missing and shown[-1:] != loc[-1:]:
            shown = (*shown, loc[-1])
        document, inner = self._locate(shown)
        return document.problem(message, inner, is_warning=is_warning, path=shown)

    def problem_of(self, finding: Finding, *, strict: bool = False) -> Problem:
        """Return a finding as a problem at its place; `strict` makes an error of what is odd."""
        is_warning = finding.is_warning and not strict
        return finding.problem or self.problem(
            finding.message, finding.loc, is_warning=is_warning, is_missing=finding.is_missing
        )

    def is_unread(self, loc: Loc) -> bool:
        """Return whether a place lies where a file should have been."""
        return any(loc[: len(place)] == place for place in self.unread)

    def _locate(self, loc: Loc) -> tuple[Document, Loc]:
        found, rest = self.root, loc
        for splice in self.splices:  # later ones lie deeper
            size = len(splice.prefix)
            below = loc[size:]
            if loc[:size] != splice.prefix or (below and fold(str(below[0])) in splice.own):
                continue
            found = splice.document
            rest = (*splice.base, *(below[1:] if splice.is_single else below))
        return found, rest


def gather(root: Document) -> Sources:
    """Read every file that the pools, jobs, schedules and task lists of `root` refer to."""
    sources = Sources(root)
    data = root.data
    if not isinstance(data, Mapping):
        sources.data = data
        return sources
    sources.data = dict(data)
    for key, items in data.items():
        read = _SECTIONS.get(fold(str(key)))
        if read is not None and isinstance(items, list):
            sources.data[key] = [read(sources, item, (str(key), index)) for index, item in enumerate(items)]
    return sources


def _job(sources: Sources, item: object, loc: Loc) -> object:
    """Return a job, its task list and the pool that it brings along, wherever they are kept."""
    job = _with_tasks(sources, _body(sources, item, loc), loc)
    return _inside(sources, job, ("poolInfo", "autoPoolSpecification", "pool"), _body, loc)


def _schedule(sources: Sources, item: object, loc: Loc) -> object:
    return _inside(sources, _body(sources, item, loc), ("jobSpecification",), _job, loc)


def _operation(sources: Sources, item: object, loc: Loc) -> object:
    """Return an operation with the job or the tasks that it adds."""
    return _inside(sources, _with_tasks(sources, item, loc), ("job",), _job, loc)


def _inside(sources: Sources, value: object, path: Loc, read: "Read", loc: Loc) -> object:
    """Read what lies at `path` of `value`, whichever way its keys are written; the rest stays as it is."""
    if not path:
        return read(sources, value, loc)
    if not isinstance(value, Mapping):
        return value
    key = next((key for key in value if fold(str(key)) == fold(str(path[0]))), None)
    if key is None:
        return value
    return {**value, key: _inside(sources, value[key], path[1:], read, (*loc, str(key)))}


def _open(sources: Sources, name: object, loc: Loc) -> Document | None:
    if not isinstance(name, str):
        sources.problems.append(sources.root.problem("expected the path of a JSON or YAML file", loc))
        return None
    path = sources.root.path.parent / Path(name)
    try:
        return Document(path)
    except InputError as error:
        unread = not is_file(path)
        sources.problems += [sources.root.problem(f"{name} {p.message}", loc) if unread else p for p in error.problems]
        return None


def _body(sources: Sources, item: object, loc: Loc) -> object:
    """Return a body with what stands beside its reference put over it."""
    if not isinstance(item, Mapping) or "file" not in item:
        return item
    own = {key: value for key, value in item.items() if key != "file"}
    document = _open(sources, item["file"], (*loc, "file"))
    if document is None:
        sources.unread.append(loc)
        return own
    if not isinstance(document.data, Mapping):
        sources.unread.append(loc)
        sources.problems.append(document.problem("expected one JSON object, the body", ()))
        return own
    folded = frozenset(fold(str(key)) for key in own)
    sources.splices.append(Splice(loc, document, (), own=folded))
    return {**{key: value for key, value in document.data.items() if fold(str(key)) not in folded}, **own}


def _with_tasks(sources: Sources, job: object, loc: Loc) -> object:
    """Return a job whose task list has been read: one task, `{"value": [...]}` or a bare list."""
    if not isinstance(job, Mapping):
        return job
    tasks = job.get("tasks")
    if isinstance(tasks, Mapping) and "file" not in tasks and isinstance(tasks.get("value"), list):
        return {**job, "tasks": tasks["value"]}
    if not isinstance(tasks, Mapping) or "file" not in tasks:
        return job
    place = (*loc, "tasks")
    document = _open(sources, tasks["file"], (*place, "file"))
    if document is None:
        sources.unread.append(place)
        return {**job, "tasks": UNREAD}
    data = document.data
    if isinstance(data, list):
        sources.splices.append(Splice(place, document, ()))
    elif isinstance(data, Mapping) and isinstance(data.get("value"), list):
        sources.splices.append(Splice(place, document, ("value",)))
        data = data["value"]
    elif isinstance(data, Mapping):
        sources.splices.append(Splice(place, document, (), is_single=True))
        data = [data]
    else:
        sources.problems.append(document.problem('expected a task, a list of tasks or {"value": [...]}', ()))
        sources.unread.append(place)
        data = UNREAD
    return {**job, "tasks": data}


Read = Callable[[Sources, object, Loc], object]
_SECTIONS: Final[Mapping[str, Read]] = {
    "pools": _body,
    "jobs": _job,
    "jobschedules": _schedule,
    "timeline": _operation,
}
"""How the parts of a section are read, by its folded name."""
