"""Bodies kept in files of their own: `file: pool.json` stands where the body would."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from simulator.errors import InputError, Problem
from simulator.files import Folder, is_file
from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.checks.places import shown
from simulator.scenario.format.complete import lookup
from simulator.scenario.format.section import fold
from simulator.scenario.reading.documents import Document
from simulator.scenario.reading.file_bodies import MADE_OF, bodies_in, stray_values
from simulator.scenario.reading.foreign_files import open_document
from simulator.scenario.reading.moved_keys import Origins
from simulator.scenario.reading.normalize import modern
from simulator.scenario.reading.templates import Found, values_in

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
    within: Path | None = None
    """Folder that no file may lie outside of; None: anywhere."""
    splices: dict[Loc, list[Splice]] = field(default_factory=dict)
    """By the place of their value."""
    problems: list[Problem] = field(default_factory=list)
    unread: set[Loc] = field(default_factory=set)
    """Where a file should have been; what is missing there needs no further word."""
    data: Any = None
    origins: tuple[Origins, ...] = ()
    """Where the parts of `data` stand in the files as they are written; the last rewriting last."""

    @property
    def folder(self) -> Folder:
        """Where the names of files in the scenario start."""
        return Folder(self.root.path.parent, self.within)

    def modernized(self) -> tuple["Sources", list[Finding]]:
        """Return sources whose bodies have the inner form, and what was found on the way."""
        read = modern(self.data)
        return replace(self, data=read.document, origins=(*self.origins, read.origins)), read.findings

    def problem(self, message: str, loc: Loc, *, is_warning: bool = False, is_missing: bool = False) -> Problem:
        """Return a problem at `loc` of the joined tree, with its place in the file it came from."""
        place = shown(self.data, loc, is_missing=is_missing)
        for origins in reversed(self.origins):
            place = origins.original(place)
        document, inner = self._locate(place)
        return document.problem(message, inner, is_warning=is_warning, path=place)

    def problem_of(self, finding: Finding, *, strict: bool = False) -> Problem:
        """Return a finding as a problem at its place; `strict` makes an error of what is odd."""
        is_warning = finding.is_warning and not strict
        return finding.problem or self.problem(
            finding.message, finding.loc, is_warning=is_warning, is_missing=finding.is_missing
        )

    def is_unread(self, loc: Loc) -> bool:
        """Return whether a place lies where a file should have been."""
        return any(loc[:size] in self.unread for size in range(len(loc) + 1)) if self.unread else False

    def report(self, message: str, loc: Loc) -> None:
        """Keep a problem of a reference at `loc` of the joined tree, by its place in the file that has it."""
        document, inner = self._locate(loc)
        self.problems.append(document.problem(message, inner))

    def _locate(self, loc: Loc) -> tuple[Document, Loc]:
        found, rest = self.root, loc
        for size in range(len(loc) + 1):  # what lies deeper counts, and of the same place what came later
            below = loc[size:]
            for splice in self.splices.get(loc[:size], ()):
                if below and fold(str(below[0])) in splice.own:
                    continue
                found = splice.document
                rest = (*splice.base, *(below[1:] if splice.is_single else below))
        return found, rest

    def splice(self, one: Splice) -> None:
        """Note that the value at a place came from elsewhere."""
        self.splices.setdefault(one.prefix, []).append(one)


def gather(root: Document, within: Path | None = None) -> Sources:
    """Read every file that the pools, jobs, schedules and task lists of `root` refer to; none outside `within`."""
    sources = Sources(root, within)
    data = root.data
    if not isinstance(data, Mapping):
        sources.data = data
        return sources
    sources.data = dict(data)
    for key, items in data.items():
        section = _SECTIONS.get(fold(str(key)))
        if section is not None:
            sources.data[key] = _section(sources, items, str(key), section)
    return sources


_Read = Callable[[Sources, object, Loc], object]


@dataclass(frozen=True, slots=True)
class _Section:
    """How the entries of a section are read."""

    kind: str
    """Of the bodies that files hold in place of entries; empty: no file stands for one."""
    read: _Read
    """Reads what a body refers to in turn."""


def _section(sources: Sources, items: object, key: str, section: _Section) -> object:
    """Return the entries of a section, each of which may stand for several: those of its file."""
    made: list[object] = []
    if isinstance(items, Mapping) and section.kind and "file" in items:
        entries: list[tuple[object, Loc]] = [(items, (key,))]
    elif isinstance(items, Mapping) and section.kind and isinstance(items.get("value"), list):
        entries = [(item, (key, "value", index)) for index, item in enumerate(items["value"])]
    elif isinstance(items, list):
        entries = [(item, (key, index)) for index, item in enumerate(items)]
    else:
        return items
    for item, written in entries:
        for body in _bodies(sources, item, section.kind, (key, len(made)), written) if section.kind else [item]:
            made.append(section.read(sources, body, (key, len(made))))
    return made


def _job(sources: Sources, job: object, loc: Loc) -> object:
    """Return a job with its task list and the pool that it brings along, wherever they are kept."""
    return _inside(sources, _with_tasks(sources, job, loc), ("poolInfo", "autoPoolSpecification", "pool"), _pool, loc)


def _schedule(sources: Sources, schedule: object, loc: Loc) -> object:
    return _inside(sources, schedule, ("jobSpecification",), _one_job, loc)


def _operation(sources: Sources, operation: object, loc: Loc) -> object:
    """Return an operation with the pool, the job or the tasks that it adds."""
    whole = _inside(sources, _with_tasks(sources, operation, loc), ("job",), _one_job, loc)
    return _inside(sources, whole, ("pool",), _pool, loc)


def _one_job(sources: Sources, item: object, loc: Loc) -> object:
    return _job(sources, _single(sources, item, "job", loc), loc)


def _pool(sources: Sources, item: object, loc: Loc) -> object:
    return _single(sources, item, "pool", loc)


def _inside(sources: Sources, value: object, path: Loc, read: _Read, loc: Loc) -> object:
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
        sources.report("expected the path of a JSON or YAML file", loc)
        return None
    path: Path | None = None
    try:
        path = sources.folder.file(name)
        return open_document(path)
    except InputError as error:
        if path is not None and is_file(path):
            sources.problems += error.problems
        else:
            sources.report(f"{name} {error.problems[0].message}", loc)
        return None


def _single(sources: Sources, item: object, kind: str, loc: Loc) -> object:
    """Return the body that stands where one is asked for, itself or in a file that holds one."""
    bodies = _bodies(sources, item, kind, loc, loc)
    if len(bodies) > 1:
        text = f"{item['file'] if isinstance(item, Mapping) else ''} holds {len(bodies)} {MADE_OF[kind]}: expected one"
        sources.report(text, (*loc, "file"))
    return bodies[0]


def _bodies(sources: Sources, item: object, kind: str, loc: Loc, written: Loc) -> list[Any]:
    """Return the bodies that an entry stands for, with what stands beside its reference put over each.

    The first lies at `loc`; the entry is written at `written` of the scenario file.
    """
    if loc != written:
        sources.splice(Splice(loc, sources.root, written))
    if not isinstance(item, Mapping) or "file" not in item:
        return [item]
    own = {key: value for key, value in item.items() if key not in ("file", "parameters")}
    document = _open(sources, item["file"], (*loc, "file"))
    given = _given(sources, item.get("parameters"), (*loc, "parameters"))
    is_subscription = str(lookup(lookup(sources.root.data, "account"), "mode")).lower() == "usersubscription"
    found: list[Found] = []
    problems: list[Problem] = []
    if document is not None and given is not None:
        found, problems = bodies_in(document, kind, given, is_subscription=is_subscription)
    sources.problems += problems
    for text in stray_values(document.data, kind, given) if document and given else ():
        sources.report(text, (*loc, "parameters"))
    if document is None or not found:
        sources.unread.add(loc)
        return [own]
    folded = frozenset(fold(str(key)) for key in own)
    made: list[Any] = []
    for number, one in enumerate(found):
        place = (*loc[:-1], int(loc[-1]) + number) if isinstance(loc[-1], int) else loc
        if number:
            sources.splice(Splice(place, sources.root, written))
        sources.splice(Splice(place, document, one.base, own=folded))
        made.append({**{key: value for key, value in one.body.items() if fold(str(key)) not in folded}, **own})
    return made


def _given(sources: Sources, written: object, loc: Loc) -> Mapping[str, Any] | None:
    """Return the values that a reference gives to the parameters of a template; None where they cannot be read."""
    if written is None:
        return {}
    document = _open(sources, written, loc) if isinstance(written, str) else None
    values = values_in(document.data if document else written)
    if values is None and (document or not isinstance(written, str)):
        sources.report("expected values by name, or a file of them", loc)
    return values


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
    for key in tasks:
        if key != "file":
            sources.report("beside the file of a list of tasks nothing may stand", (*place, key))
    document = _open(sources, tasks["file"], (*place, "file"))
    if document is None:
        sources.unread.add(place)
        return {**job, "tasks": UNREAD}
    data = document.data
    if isinstance(data, list):
        sources.splice(Splice(place, document, ()))
    elif isinstance(data, Mapping) and isinstance(data.get("value"), list):
        sources.splice(Splice(place, document, ("value",)))
        data = data["value"]
    elif isinstance(data, Mapping):
        sources.splice(Splice(place, document, (), is_single=True))
        data = [data]
    else:
        sources.problems.append(document.problem('expected a task, a list of tasks or {"value": [...]}', ()))
        sources.unread.add(place)
        data = UNREAD
    return {**job, "tasks": data}


def _as_it_is(_sources: Sources, body: object, _loc: Loc) -> object:
    return body


_SECTIONS: Final[Mapping[str, _Section]] = {
    "pools": _Section("pool", _as_it_is),
    "jobs": _Section("job", _job),
    "jobschedules": _Section("jobSchedule", _schedule),
    "timeline": _Section("", _operation),
}
"""By folded name."""
