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
from simulator.scenario.keys.body_keys import Holder, Known, known_keys, operation_keys, places_like
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
    _warn(body, Pool, loc, mover, form)
    return body


def _job(job: object, loc: Loc, mover: Mover) -> object:
    """Rewrite a job, its tasks and the pool that it brings along."""
    if not isinstance(job, Mapping):
        return job
    body = _with_tasks(mover.move(job, body_forms.JOB, loc), loc, mover)
    _warn(body, Job, loc, mover, body_forms.JOB)
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
    _warn(schedule, JobSchedule, loc, mover)
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
        _warn(part, known.holder, loc, mover)
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


def _warn(body: object, root: Holder, loc: Loc, mover: Mover, form: Form = INNER) -> None:
    """Warn of every key of a body that is not known or stands at another form's place, and of those inside of it."""
    mover.findings += odd_keys(body, known_keys(root), loc, Written(root, form, loc, mover))


@dataclass(frozen=True, slots=True)
class Written:
    """How the body was written that is looked through: what its keys are called there."""

    root: Holder
    form: Form
    at: Loc
    """Where it stands."""
    mover: Mover

    def hint(self, known: Mapping[str, Known], loc: Loc) -> str:
        """Return what a key may have been meant for which nothing beside `loc` is called like."""
        inner = loc[len(self.at) :]
        exact = self._of_templates(inner) or self._elsewhere(inner)
        if exact:
            return exact
        names = {fold(name): name for name in self._names(known, loc)}
        near = nearest(fold(str(loc[-1])), tuple(names))
        return f": did you mean '{names[near[0]]}'?" if near else ""

    def _names(self, known: Mapping[str, Known], loc: Loc) -> list[str]:
        """Return the names that a key beside `loc` may have been meant for."""
        place, inner = self.mover.origins.original(loc)[len(self.at) : -1], loc[len(self.at) : -1]
        names = self.form.names_at(place, inner, [one.name for one in known.values()])
        if place:
            return names
        whole = [body_forms.HOME] if self._is_plain_pool else []
        return [*names, *whole, *(name for name in REFERENCE if fold(name) != fold(str(loc[-1])))]

    @property
    def _is_plain_pool(self) -> bool:
        return self.root is Pool and self.form is not body_forms.ARM_POOL

    def _of_templates(self, inner: Loc) -> str:
        """Return what a key of resource templates is called in a body of the data plane."""
        if not self._is_plain_pool:
            return ""
        form = body_forms.ARM_POOL
        move = form.move_at((*form.place_of(inner[:-1]), inner[-1])) or form.move_at(inner)
        if move is None:
            return ""
        meant = f"here it is '{move.to}'" if move.to else f"there everything stands under '{body_forms.HOME}'"
        return f": it is of resource templates, {meant}"

    def _elsewhere(self, inner: Loc) -> str:
        """Return where a key stands that the body has at another place."""
        own = self.form.written_as(str(inner[-1]))
        like = places_like(self.root, [str(part) for part in inner if isinstance(part, str)])
        found = own or [self.form.place_of(path) for path in like]
        shown = " or ".join(f"'{'.'.join(map(str, path))}'" for path in found)
        return f": it stands as {shown}" if found else ""


def odd_keys(value: object, known: Mapping[str, Known], loc: Loc, written: Written) -> Iterator[Finding]:
    """Yield a warning for every key that a mapping may not have, or not there, and for those of all that it holds."""
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from odd_keys(item, known, (*loc, index), written)
        return
    if not isinstance(value, Mapping):
        return
    for key, inner in value.items():
        place = (*loc, str(key))
        one = known.get(fold(str(key)))
        if one is None:
            text = f"the service's body has no such key, it is ignored{written.hint(known, place)}"
            yield Finding(text, place, is_warning=True)
            continue
        proper = written.mover.is_misplaced(place)
        if proper is not None:
            text = f"a resource template has it as '{'.'.join(map(str, proper))}'; read all the same"
            yield Finding(text, place, is_warning=True)
        if one.words and isinstance(inner, str) and fold(inner) not in {fold(word) for word in one.words}:
            yield Finding(f"expected {', '.join(one.words)}, not '{inner}'", place)
        if one.holder is not None:
            yield from odd_keys(inner, known_keys(one.holder), place, written)
