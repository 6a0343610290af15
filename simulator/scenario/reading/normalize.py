"""The service's bodies as they are written: other forms of them, old names, keys that no body has."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.format import body_keys
from simulator.scenario.format.body_keys import Shape
from simulator.scenario.format.complete import lookup
from simulator.scenario.format.section import fold
from simulator.scenario.reading import body_forms
from simulator.scenario.reading.moved_keys import Mover, Origins


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
    body = mover.move(pool, body_forms.ARM_POOL if is_resource else body_forms.POOL, loc)
    mover.findings += unknown_keys(body, body_keys.POOL, loc)
    return body


def _job(job: object, loc: Loc, mover: Mover) -> object:
    """Rewrite a job, its tasks and the pool that it brings along."""
    if not isinstance(job, Mapping):
        return job
    body = _with_tasks(mover.move(job, body_forms.JOB, loc), loc, mover)
    mover.findings += unknown_keys(body, body_keys.JOB, loc)
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
    mover.findings += unknown_keys(schedule, body_keys.JOB_SCHEDULE, loc)
    return _inside(schedule, ("jobSpecification",), _job, loc, mover)


def _operation(operation: object, loc: Loc, mover: Mover) -> object:
    """Rewrite the bodies that an operation carries; its own keys are left to the schema."""
    if not isinstance(operation, Mapping):
        return operation
    body = _with_tasks(mover.move(operation, body_forms.OPERATION, loc), loc, mover)
    mover.findings += unknown_keys(body, body_keys.OPERATION, loc, only=True)
    for key, rewrite in (("job", _job), ("pool", _pool)):
        body = _inside(body, (key,), rewrite, loc, mover)
    return body


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


def unknown_keys(value: object, shape: Shape, loc: Loc, *, only: bool = False) -> Iterator[Finding]:
    """Yield a warning for every key of `value` that `shape` does not have; `only` looks at those that it has."""
    if _is_known(value, shape):
        return
    if isinstance(shape, list):
        if isinstance(value, list | tuple):
            for index, item in enumerate(value):
                yield from unknown_keys(item, shape[0], (*loc, index))
        return
    if not isinstance(value, Mapping):
        return
    names = {fold(name): name for name in shape}
    for key, inner in value.items():
        name = names.get(fold(str(key)))
        if name is not None:
            yield from unknown_keys(inner, shape[name], (*loc, str(key)))
        if name is not None or only:
            continue
        near = get_close_matches(fold(str(key)), names, n=1)
        hint = f": did you mean '{names[near[0]]}'?" if near else ""
        yield Finding(f"the service's body has no such key, it is ignored{hint}", (*loc, str(key)), is_warning=True)


def _is_known(value: object, shape: Shape) -> bool:
    """Return whether `shape` has every key of a value, at the speed that a list of a million bodies needs."""
    if shape is None:
        return True
    if isinstance(shape, list):
        return not isinstance(value, list | tuple) or all(_is_known(item, shape[0]) for item in value)
    if type(value) is not dict:
        return not isinstance(value, Mapping)
    inner = _looked_into(id(shape), (*value,))
    return inner is not None and all(_is_known(value[key], shape[name]) for key, name in inner)


_SHAPES: Final = {id(shape): shape for shape in body_keys.all_shapes()}


@lru_cache(maxsize=4096)
def _looked_into(shape: int, keys: tuple[Any, ...]) -> tuple[tuple[Any, str], ...] | None:
    """Return the keys whose values have keys of their own, with their names in the shape; None where one is unknown."""
    names = {fold(name): name for name in _SHAPES[shape]}
    found = [(key, names.get(fold(str(key)))) for key in keys]
    if any(name is None for _, name in found):
        return None
    return tuple((key, name) for key, name in found if name is not None and _SHAPES[shape][name] is not None)
