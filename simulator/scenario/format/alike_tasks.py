"""Listed tasks in bulk: what is alike in them is read, checked and looked up once.

A list of a million tasks has few kinds of them: bodies that differ in ids, command lines and parents alone. The model
itself reads the first body of a kind; of the others only what differs is read here, under the same rules. Tasks of one
kind share the parts that the model made, by which they are known (`kinds_of`).
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError, ValidationInfo, ValidatorFunctionWrapHandler, WrapValidator

from simulator.json_text import has_half
from simulator.scenario.format.command_lines import stated_by
from simulator.scenario.format.section import fold
from simulator.scenario.format.task_bodies import DependsOn, Task

Model = TypeVar("Model", bound=BaseModel)

_FOLDED: Final = frozenset({"id", "commandline", "dependson"})
"""Keys in which tasks of one kind differ."""
_IDS: Final = {"task_ids"}
APART: Final = "tasks share nothing"
"""In the context of a validation: parts of the tasks are to be changed one by one."""
FEWEST: Final = 20
"""Tasks of a list that is worth it."""
MOST_KINDS: Final = 10_000
"""Kept at a time; of a list with more of them every body is read by the model."""
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
Kind = Hashable


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What the tasks of a kind are made after."""

    values: Mapping[str, Any]
    fields: frozenset[str]
    """Attributes that the body states."""
    extra: dict[str, Any] | None
    sets: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    """Attributes that a task states, by those of its own."""

    def task(self, own: dict[str, Any]) -> Task:
        """Return a task that has `own` values and shares all others."""
        names = (*own,)
        stated = self.sets.get(names)
        if stated is None:
            stated = self.sets[names] = {*self.fields, *names}
        return _made(Task, {**self.values, **own}, stated, self.extra)


class BulkReader:
    """Reads the bodies of a list of tasks."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._patterns: dict[Kind, _Pattern | None] = {}

    def read(self, body: Any) -> Any:
        """Return the task of a body that differs from others of its kind alone, or any other body as it is.

        Where a body is returned, the model has the say on it.
        """
        if type(body) is not dict or type(name := body.get("id")) is not str or not _ID.fullmatch(name):
            return body
        own: dict[str, Any] = {"id": name}
        rest = body.copy()
        del rest["id"]
        if (line := rest.pop("commandLine", None)) is not None:
            own["command_line"] = line
        if (parents := rest.pop("dependsOn", None)) is not None:
            own["depends_on"] = parents
        if not (line is None or _is_text(line)) or not (parents is None or _names_parents(parents)):
            return body
        pattern = self._pattern(rest)
        if pattern is None:
            return body
        if parents is not None:
            own["depends_on"] = _made(
                DependsOn, {"task_ids": tuple(parents["taskIds"]), "task_id_ranges": ()}, _IDS, {}
            )
        return pattern.task(own)

    def _pattern(self, rest: dict[Any, Any]) -> _Pattern | None:
        """Return what tasks with this rest of a body are made after; None where the model itself has to read them."""
        kind = _frozen(rest)
        if kind in self._patterns:
            return self._patterns[kind]
        if kind is None or len(self._patterns) >= MOST_KINDS:
            return None
        found = self._patterns[kind] = self._made(rest)
        return found

    def _made(self, rest: dict[Any, Any]) -> _Pattern | None:
        if any(not isinstance(key, str) or fold(key) in _FOLDED for key in rest):
            return None
        try:
            task = Task.model_validate({**rest, "id": "x"}, context=self._context)
        except ValidationError:
            return None
        return _Pattern(task.__dict__, frozenset(task.model_fields_set), task.model_extra)


def read_alike(bodies: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """Return the tasks of a list of bodies, read in bulk where that is possible; a validator around that of a list."""
    if not isinstance(bodies, list | tuple) or len(bodies) < FEWEST or (info.context or {}).get(APART):
        return handler(bodies)
    reader = BulkReader(info.context)
    read = [*map(reader.read, bodies)]
    return tuple(read) if {*map(type, read)} == {Task} else handler(read)


def _names_parents(parents: Any) -> bool:
    """Return whether parents are stated by a list of ids alone."""
    if type(parents) is not dict or len(parents) != 1 or type(ids := parents.get("taskIds")) is not list:
        return False
    return all(map(_is_text, ids))


def _is_text(value: Any) -> bool:
    """Return whether a value is a text that the model takes: one of whole characters."""
    return type(value) is str and (value.isascii() or not has_half(value))


def _frozen(value: Any) -> Kind | None:
    """Return what no other value has, types included; None for a value of a type that files have not."""
    kind = type(value)
    if kind is dict:
        parts = [(key, _frozen(inner)) for key, inner in value.items()]
        return None if any(part is None for _, part in parts) else (kind, *parts)
    if kind is list:
        items = [*map(_frozen, value)]
        return None if None in items else (kind, *items)
    if kind is float:
        return (kind, repr(value))  # -0.0 is another value than 0.0
    return (kind, value) if kind in (str, int, bool, type(None)) else None


def _made(model: type[Model], values: dict[str, Any], stated: set[str], extra: dict[str, Any] | None) -> Model:
    """Return an instance of a model with values that have been validated."""
    made = model.__new__(model)
    put = object.__setattr__
    put(made, "__dict__", values)
    put(made, "__pydantic_fields_set__", stated)
    put(made, "__pydantic_extra__", extra)
    put(made, "__pydantic_private__", None)
    return made


def kinds_of(tasks: Iterable[Task]) -> list[int]:
    """Return the number of the kind of each task: of those with one number, every rule on single tasks finds the same.

    Such rules ask for neither its id nor its parents, and of its command line for what can be read in it.
    """
    numbers: dict[Kind, int] = {}
    return [numbers.setdefault(_kind(task), len(numbers)) for task in tasks]


def _kind(task: Task) -> Kind:
    """Return what tasks of one pattern have in common: the very objects that hold what their bodies state beside."""
    about = id(task.__pydantic_extra__), id(task.__pydantic_fields_set__)
    line = task.__dict__.get("command_line", "")
    return (*about, *stated_by(line)) if line else about


TaskList = Annotated[tuple[Task, ...], WrapValidator(read_alike)]
"""Listed tasks."""
