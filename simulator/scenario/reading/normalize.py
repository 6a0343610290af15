"""The service's bodies as they are written: other forms of them, old names, keys that no body has."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.checks.schema_words import nearest
from simulator.scenario.format.bodies import Job, Pool
from simulator.scenario.format.complete import lookup
from simulator.scenario.format.job_schedules import JobSchedule
from simulator.scenario.format.section import fold
from simulator.scenario.keys.beside import REFERENCE
from simulator.scenario.keys.body_keys import Known, known_keys, operation_keys
from simulator.scenario.reading import body_forms
from simulator.scenario.reading.moved_keys import INNER, Form, Mover, Origins


@dataclass(frozen=True, slots=True)
class Modern:
    """A document whose bodies have the inner form."""

    document: dict[Any, Any]
    findings: list[Finding]
    """By places in the document."""
    origins: Origins
    """Where its values are written."""


def modern(data: Mapping[Any, Any]) -> Modern:
    """Return a document with its bodies in the inner form, and warnings of keys that no body has."""
    mover = Mover()
    document = dict(data)
    for key, items in data.items():
        rewrite = _SECTIONS.get(fold(str(key)))
        if rewrite is not None and isinstance(items, list):
            document[key] = [rewrite(item, (str(key), index), mover) for index, item in enumerate(items)]
    return Modern(document, mover.findings, mover.origins)


def _pool(pool: object, loc: Loc, mover: Mover) -> object:
    if not isinstance(pool, Mapping):
        return pool
    is_resource = isinstance(lookup(pool, "properties"), Mapping)
    form = body_forms.ARM_POOL if is_resource else body_forms.POOL
    body = mover.move(pool, form, loc)
    _warn(body, known_keys(Pool), loc, mover, form)
    return body


def _job(job: object, loc: Loc, mover: Mover) -> object:
    """Rewrite a job, its tasks and the pool that it brings along."""
    if not isinstance(job, Mapping):
        return job
    body = _with_tasks(mover.move(job, body_forms.JOB, loc), loc, mover)
    _warn(body, known_keys(Job), loc, mover, body_forms.JOB)
    return _inside(body, ("poolInfo", "autoPoolSpecification", "pool"), _pool, loc, mover)


def _with_tasks(body: object, loc: Loc, mover: Mover) -> object:
    return _inside(body, ("tasks",), _tasks, loc, mover)


def _tasks(tasks: object, loc: Loc, mover: Mover) -> object:
    if not isinstance(tasks, list):
        return tasks
    return [
        mover.move(task, body_forms.TASK, (*loc, index)) if isinstance(task, Mapping) else task
        for index, task in enumerate(tasks)
    ]


def _schedule(schedule: object, loc: Loc, mover: Mover) -> object:
    _warn(schedule, known_keys(JobSchedule), loc, mover)
    return _inside(schedule, ("jobSpecification",), _job, loc, mover)


def _operation(operation: object, loc: Loc, mover: Mover) -> object:
    """Rewrite the bodies that an operation carries; its own keys are left to the schema."""
    if not isinstance(operation, Mapping):
        return operation
    body = _with_tasks(mover.move(operation, body_forms.OPERATION, loc), loc, mover)
    for key, known in operation_keys(str(lookup(body, "operation"))).items():
        _inside(body, (key,), partial(_part_of_operation, known), loc, mover)
    for key, rewrite in (("job", _job), ("pool", _pool)):
        body = _inside(body, (key,), rewrite, loc, mover)
    return body


def _part_of_operation(known: Known, part: object, loc: Loc, mover: Mover) -> object:
    """Look through the part of a body that an operation carries."""
    if known.holder is not None:
        _warn(part, known_keys(known.holder), loc, mover)
    return part


Rewrite = Callable[[object, Loc, Mover], object]
_SECTIONS: Final[Mapping[str, Rewrite]] = {
    "pools": _pool,
    "jobs": _job,
    "jobschedules": _schedule,
    "timeline": _operation,
}
"""By folded name."""


def _inside(value: object, path: Loc, rewrite: Rewrite, loc: Loc, mover: Mover) -> object:
    """Rewrite what lies at `path` of `value`, whichever way its keys are written; the rest stays as it is."""
    if not path:
        return rewrite(value, loc, mover)
    if not isinstance(value, Mapping):
        return value
    key = next((key for key in value if fold(str(key)) == fold(str(path[0]))), None)
    if key is None:
        return value
    return {**value, key: _inside(value[key], path[1:], rewrite, (*loc, str(key)), mover)}


def _warn(body: object, known: Mapping[str, Known], loc: Loc, mover: Mover, form: Form = INNER) -> None:
    """Warn of every key of a body that is not known, and of those inside of it."""
    mover.findings += unknown_keys(body, known, loc, Written(form, loc, mover.origins))


@dataclass(frozen=True, slots=True)
class Written:
    """How the body was written that is looked through: what its keys are called there."""

    form: Form
    at: Loc
    """Where it stands."""
    origins: Origins

    def names(self, known: Mapping[str, Known], loc: Loc) -> list[str]:
        """Return the names that a key beside `loc` may have been meant for."""
        place = self.origins.original(loc)[len(self.at) : -1]
        names = self.form.names_at(place, loc[len(self.at) : -1], [one.name for one in known.values()])
        return names if place else [*names, *(name for name in REFERENCE if fold(name) != fold(str(loc[-1])))]


def unknown_keys(value: object, known: Mapping[str, Known], loc: Loc, written: Written) -> Iterator[Finding]:
    """Yield a warning for every key of a mapping that it may not have, and for those of all that it holds."""
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from unknown_keys(item, known, (*loc, index), written)
        return
    if not isinstance(value, Mapping):
        return
    for key, inner in value.items():
        folded, place = fold(str(key)), (*loc, str(key))
        one = known.get(folded)
        if one is None:
            names = {fold(name): name for name in written.names(known, place)}
            near = nearest(folded, tuple(names))
            hint = f": did you mean '{names[near[0]]}'?" if near else ""
            yield Finding(f"the service's body has no such key, it is ignored{hint}", place, is_warning=True)
        elif one.holder is not None:
            yield from unknown_keys(inner, known_keys(one.holder), place, written)
