"""Numbers of a user's own past in a scenario: what it states itself stays, what was measured comes before a preset."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any, Final

from pydantic import ValidationError

from simulator.errors import InputError
from simulator.files import Folder, is_file
from simulator.scenario.checks.findings import Finding
from simulator.scenario.checks.ids import near
from simulator.scenario.checks.schema_words import refused
from simulator.scenario.format.calibration_file import CalibrationFile, Measured, pattern_of
from simulator.scenario.format.command_lines import seconds_of
from simulator.scenario.format.complete import NESTED, lookup, put, stated_start_task
from simulator.scenario.format.section import fold
from simulator.scenario.reading.documents import Document
from simulator.scenario.reading.measured_keys import MEASURED_KEYS, Of, adapter

Body = dict[Any, Any]


def take_calibration(data: Mapping[Any, Any], folder: Folder) -> tuple[dict[Any, Any], list[Finding]]:
    """Return a scenario document with what its calibration measured, and what is wrong with that file."""
    key = next((key for key in data if isinstance(key, str) and fold(key) == "calibration"), None)
    name = None if key is None else data[key]
    if key is None or not isinstance(name, str):
        return dict(data), []  # a saved scenario has its values already, and notes where they came from
    try:
        found = read_calibration(_named(folder, name))
    except InputError as error:
        rest = {other: value for other, value in data.items() if other != key}
        of_file = [one for one in error.problems if one.line is not None]
        return rest, [Finding(one.message, (key,), problem=one if of_file else None) for one in error.problems]
    return with_measured({**data, key: name}, found, name), []


def _named(folder: Folder, name: str) -> Document:
    try:
        path = folder.file(name)
    except InputError as error:
        raise InputError(f"{name} {error.problems[0].message}") from None
    if not is_file(path):
        raise InputError(f"{name} cannot be read: no such file; poolsight calibrate writes one")
    return Document(path)


def read_calibration(document: Document) -> CalibrationFile:
    """Return what a calibration file holds; raise InputError with everything that is wrong with it."""
    if not isinstance(document.data, Mapping):
        raise InputError([document.problem("expected a mapping with measured: what poolsight calibrate writes", ())])
    try:
        made = CalibrationFile.model_validate(document.data)
    except ValidationError as error:
        found = refused(error.errors(include_url=False))
        raise InputError([document.problem(one.message, one.loc) for one in found]) from None
    wrong = [one for number, entry in enumerate(made.measured) for one in _wrong(entry, number)]
    if wrong:
        raise InputError([document.problem(one.message, one.loc) for one in wrong])
    return made


def _wrong(entry: Measured, number: int) -> Iterator[Finding]:
    """Yield what is wrong with the value of an entry, which its quantity knows."""
    loc: tuple[str | int, ...] = ("measured", number)
    if entry.quantity not in MEASURED_KEYS:
        text = f"no quantity '{entry.quantity}' is measured{near(entry.quantity, MEASURED_KEYS)}"
        yield Finding(text, (*loc, "quantity"))
        return
    try:
        adapter(entry.quantity).validate_python(entry.value)
    except ValidationError as error:
        for found in refused(error.errors(include_url=False)):
            yield Finding(found.message, (*loc, "value", *found.loc))


def with_measured(data: Mapping[Any, Any], found: CalibrationFile, name: str) -> Body:
    """Return a document in which measured values stand where it states none, and the list of these."""
    filling = _Filling(found)
    document = dict(data)
    for written, items in data.items():
        section = _SECTIONS.get(fold(str(written)))
        if section is not None and isinstance(items, list | tuple):
            document[written] = [section(filling, item) for item in items]
    return put(document, "calibration", {"file": name, "used": filling.used})


class _Filling:
    """Puts measured values into bodies, and notes which."""

    def __init__(self, found: CalibrationFile) -> None:
        self._found = found.measured
        self.used: list[Body] = []

    def pool(self, pool: object) -> object:
        """Return a pool with what was measured of nodes of its size."""
        if not isinstance(pool, Mapping):
            return pool
        size, simulation = lookup(pool, "vmSize"), lookup(pool, "simulation") or {}
        if not isinstance(simulation, Mapping) or not isinstance(lookup(simulation, "timing") or {}, Mapping):
            return pool
        if stated_start_task(pool):  # its own body says how long it runs
            simulation = put(simulation, "timing", {**stated_start_task(pool), **(lookup(simulation, "timing") or {})})
        place = f"pools.{lookup(pool, 'id')}.simulation"
        for quantity, path in _paths(Of.SIZE):
            if quantity.startswith("start_task") and lookup(pool, "startTask") is None:
                continue
            one = self._of_size(quantity, size)
            if one is not None and not _states(simulation, path):
                simulation = _with(simulation, path, one.value)
                self._note(one, f"{place}.{'.'.join(path)}")
        return put(pool, "simulation", simulation) if simulation else pool

    def _of_size(self, quantity: str, size: object) -> Measured | None:
        """Return what was measured of a size; else what was measured of any."""
        mine = [one for one in self._found if one.quantity == quantity]
        same = [one for one in mine if one.vm_size is not None and one.vm_size.lower() == str(size).lower()]
        return next(iter([*same, *(one for one in mine if one.vm_size is None)]), None)

    def job(self, job: object) -> object:
        """Return a job with what was measured of jobs and tasks like its own."""
        if not isinstance(job, Mapping):
            return job
        made = self._with_workload(job)
        made = self._with_tasks(made)
        info = lookup(made, "poolInfo")
        auto = lookup(info, "autoPoolSpecification")
        if isinstance(lookup(auto, "pool"), Mapping):
            auto = put(auto, "pool", self.pool(lookup(auto, "pool")))
            made = put(made, "poolInfo", put(info, "autoPoolSpecification", auto))
        return made

    def _with_workload(self, job: Mapping[Any, Any]) -> Mapping[Any, Any]:
        simulation = lookup(job, "simulation")
        groups = lookup(simulation, "workload")
        if not isinstance(simulation, Mapping) or not isinstance(groups, list | tuple):
            return job
        name = str(lookup(job, "id"))
        made = [self._group(group, name, place) for place, group in enumerate(groups)]
        return put(job, "simulation", put(simulation, "workload", made))

    def _group(self, group: object, job: str, place: int) -> object:
        if not isinstance(group, Mapping):
            return group
        if lookup(group, "trace") is not None:  # it says itself what there was
            return group
        prefix = lookup(group, "idPrefix")
        kinds = {pattern_of(f"{one}-1") for one in ((prefix,) if prefix else ("task", f"group{place + 1}"))}
        for quantity, (key,) in _paths(Of.TASKS):
            if quantity == "arrivals" and lookup(group, "count") is not None:
                continue
            one = self._of_tasks(quantity, job, kinds)
            if one is not None and lookup(group, key) is None:
                group = put(group, key, one.value)
                self._note(one, f"jobs.{job}.simulation.workload.{place}.{key}")
        return group

    def _of_tasks(self, quantity: str, job: str, kinds: Collection[str]) -> Measured | None:
        """Return what was measured of a job's tasks: of this kind, else of all of the job, else of all jobs."""
        mine = [one for one in self._found if one.quantity == quantity]
        jobs = pattern_of(job)
        ranked = [
            [one for one in mine if one.job in of_job and (one.tasks in kinds if is_kind else one.tasks is None)]
            for of_job, is_kind in (({jobs}, True), ({None}, True), ({jobs}, False), ({None}, False))
        ]
        return next((found[0] for found in ranked if found), None)

    def _with_tasks(self, job: Mapping[Any, Any]) -> Mapping[Any, Any]:
        """Return a job whose listed tasks last as their like did, where nothing else says how long."""
        tasks = lookup(job, "tasks")
        name = str(lookup(job, "id"))
        simulation = lookup(job, "simulation")
        defaults = lookup(simulation, "defaults")
        if not isinstance(tasks, list | tuple) or lookup(defaults, "duration") is not None:
            return job
        noted: dict[str, int] = {}
        made = [self._task(task, name, noted) for task in tasks]
        return put(job, "tasks", made) if noted else job

    def _task(self, task: object, job: str, noted: dict[str, int]) -> object:
        if not isinstance(task, Mapping) or _states_how_long(task):
            return task
        kind = pattern_of(str(lookup(task, "commandLine") or lookup(task, "id") or ""))
        one = self._of_tasks("duration", job, {kind})
        if one is None:
            return task
        if kind not in noted:
            noted[kind] = one.n
            self._note(one, f"jobs.{job}.tasks.{kind}.duration")
        return put(task, "simulation", put(lookup(task, "simulation") or {}, "duration", one.value))

    def _note(self, one: Measured, place: str) -> None:
        noted: Body = {"place": place, "quantity": one.quantity, "n": one.n}
        self.used.append(noted | ({"mean": one.mean} if one.mean is not None else {}))

    def nested(self, item: object, key: str) -> object:
        """Return an entry with the job, and the pool, that stand inside it filled."""
        if not isinstance(item, Mapping):
            return item
        if isinstance(lookup(item, key), Mapping):
            item = put(item, key, self.job(lookup(item, key)))
        if isinstance(lookup(item, "pool"), Mapping):
            item = put(item, "pool", self.pool(lookup(item, "pool")))
        return item


_SECTIONS: Final[Mapping[str, Callable[[_Filling, object], object]]] = {
    "pools": _Filling.pool,
    "jobs": _Filling.job,
    **{fold(key): partial(_Filling.nested, key=inner) for key, inner in NESTED.items()},
}
"""By folded name."""


def _paths(of: Of) -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((name, one.path) for name, one in MEASURED_KEYS.items() if one.of is of)


def _states(simulation: Mapping[Any, Any], path: tuple[str, ...]) -> bool:
    found: Any = simulation
    for key in path:
        found = lookup(found, key)
    return found is not None


def _with(simulation: Mapping[Any, Any], path: tuple[str, ...], value: Any) -> Body:
    if len(path) == 1:
        return put(simulation, path[0], value)
    return put(simulation, path[0], _with(lookup(simulation, path[0]) or {}, path[1:], value))


def _states_how_long(task: Mapping[Any, Any]) -> bool:
    """Return whether a listed task states its duration: itself, by a variable, or by its command line."""
    settings = lookup(task, "environmentSettings") or ()
    names = [lookup(one, "name") for one in settings] if isinstance(settings, list | tuple) else []
    line = lookup(task, "commandLine")
    has_time = isinstance(line, str) and seconds_of(line) is not None
    return lookup(lookup(task, "simulation"), "duration") is not None or "SIM_DURATION" in names or has_time
