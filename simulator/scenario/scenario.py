"""A scenario: a description that is valid as a whole, in whichever way it is made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from pydantic import (
    BaseModel,
    ModelWrapValidatorHandler,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from simulator.durations import format_duration
from simulator.errors import BrokenInvariantError, InputError, Problem
from simulator.scenario.checks.all_checks import check
from simulator.scenario.checks.findings import Finding
from simulator.scenario.checks.ids import check_names, near
from simulator.scenario.checks.old_names import check_old_names
from simulator.scenario.checks.remains import salvage
from simulator.scenario.checks.schema_words import refused
from simulator.scenario.format.catalogue import VmSize
from simulator.scenario.format.schema import Description, Operation

UNCHECKED: Final = frozenset({"name", "description", "seed"})
"""Fields that no check looks at."""
MOST_LINES: Final = 1000
"""Refusals of the schema beyond which the checks do not look at what remains: it takes as long as reading all of it."""


class Scenario(Description):
    """A complete description of one simulation that makes sense as a whole.

    Reading one, making one from values and copying one with other values all go through the same checks: what is
    wrong raises, what is odd is in `warnings`. Only `model_construct` makes one unseen.
    """

    _findings: tuple[Finding, ...] = PrivateAttr(default=())
    _warnings: tuple[Problem, ...] | None = PrivateAttr(default=None)
    """None = those of the findings, by their paths."""
    _within: Path | None = PrivateAttr(default=None)

    @model_validator(mode="wrap")
    @classmethod
    def _valid(cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Raise ValidationError with every problem there is, those of the schema included; keep what is odd.

        Warnings stand beside the problems there, as lines of the type `odd`.
        """
        if isinstance(data, Scenario):
            return handler(data)  # has been checked
        names = [*check_names(data), *check_old_names(data)] if isinstance(data, Mapping) else []
        try:
            made = handler(data)
        except ValidationError as error:
            lines = [_as_it_was(found) for found in error.errors(include_url=False)]
            found = [*names, *(_of_remains(data, error, info.context) if len(lines) <= MOST_LINES else ())]
            raise ValidationError.from_exception_data(cls.__name__, [*lines, *map(_line, found)]) from None
        found = [*names, *_checked(made)]
        if _refuse(found):
            raise ValidationError.from_exception_data(cls.__name__, [*map(_line, found)])
        made._findings = tuple(found)  # noqa: SLF001 - our own
        return made

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values, and the warnings that these deserve; raise InputError if one is wrong.

        Each value is read as its field is, the horizon in seconds too; a part that has been made already, such as a
        `Pool`, is what its type promises. Then the whole is checked as if it came from a file.
        """
        copy = super().model_copy(update=self._read(update or {}), deep=deep)
        if update and not UNCHECKED.issuperset(update):
            found = [*check_names(dict(copy)), *_checked(copy)]
            if _refuse(found):
                raise InputError([problem_of(one) for one in found])
            copy._findings, copy._warnings = tuple(found), None  # noqa: SLF001 - our own
        return copy

    def _read(self, update: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values that fields would have; raise InputError with every value that is none of its field's."""
        read: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, value in update.items():
            adapter = _adapter(type(self), name)
            if adapter is None:
                fields = type(self).model_fields
                problems.append(Problem(f"a scenario has no field '{name}'{near(name, fields)}", path=name))
                continue
            is_seconds = name == "horizon" and isinstance(value, int | float) and not isinstance(value, bool)
            try:
                read[name] = adapter.validate_python(format_duration(value) if is_seconds else value)
            except ValidationError as error:
                problems += _problems_at(name, error)
        if problems:
            raise InputError(problems)
        return read

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the checks found odd but not wrong."""
        return self._findings

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is odd but not wrong, with its place in the file where the scenario was read from one."""
        if self._warnings is None:
            return tuple(map(problem_of, self._findings))
        return self._warnings

    @property
    def within(self) -> Path | None:
        """The folder outside of which neither it nor an operation to come names a file; None: anywhere."""
        return self._within

    def confined(self, within: Path | None) -> Self:
        """Return this scenario, whose operations to come name nothing outside a folder either."""
        self._within = None if within is None else within.absolute()
        return self

    def with_warnings(self, warnings: tuple[Problem, ...]) -> Self:
        """Return an equal scenario that carries `warnings`."""
        copy = self.model_copy()
        copy._warnings = warnings  # noqa: SLF001 - our own
        return copy

    def continued(self, timeline: Iterable[Operation], sizes: Mapping[str, VmSize], odd: Iterable[Problem]) -> Self:
        """Return the scenario with further operations at the end of its timeline, which were checked by themselves.

        `sizes` are those that their pools use, and `odd` is what was found of them.
        """
        changes = {"timeline": (*self.timeline, *timeline), "sizes": {**self.sizes, **sizes}}
        copy = super().model_copy(update=changes)
        copy._warnings = (*self.warnings, *odd)  # noqa: SLF001 - our own
        return copy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.model_dump() == other.model_dump()

    __hash__ = None  # type: ignore[assignment]  # as beside any __eq__; pydantic would give one


@cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any] | None:
    """Return what reads values of a field; None where there is no such field."""
    field = model.model_fields.get(name)
    return None if field is None else TypeAdapter(field.rebuild_annotation())


def _problems_at(name: str, error: ValidationError) -> Iterator[Problem]:
    """Yield what is wrong with the value of a field, in the words that a file gets."""
    for found in refused(error.errors(include_url=False)):
        yield Problem(found.message, path=".".join(map(str, (name, *found.loc))))


def problem_of(finding: Finding) -> Problem:
    """Return a finding as a problem of a scenario that was read from no file."""
    path = ".".join(map(str, finding.loc)) or None
    return finding.problem or Problem(finding.message, path=path, is_warning=finding.is_warning)


def finding_of(found: ErrorDetails) -> Finding | None:
    """Return the finding that a line of a ValidationError stands for; None where the schema refuses something."""
    finding = found.get("ctx", {}).get("finding")
    return finding if isinstance(finding, Finding) else None


def _refuse(findings: Iterable[Finding]) -> bool:
    return not all(finding.is_warning for finding in findings)


def _of_remains(data: Any, error: ValidationError, context: Any) -> list[Finding]:
    """Return what the checks find in those parts of a document that can be read."""
    remains = salvage(data, error, context) if isinstance(data, Mapping) else None
    if remains is None:
        return []
    found = _checked(remains.description, lost=remains.kept)
    return [replace(one, loc=remains.original(one.loc)) for one in found]


def _checked(description: Description, lost: Collection[str] = ()) -> list[Finding]:
    """Return what the checks find; raise BrokenInvariantError where one of them fails.

    What they raise would else be reported as a mistake of whoever wrote the scenario.
    """
    try:
        return check(description, lost=lost)
    except (AssertionError, ValueError) as error:
        raise BrokenInvariantError(f"a check of scenarios fails: {error}") from error


def _line(finding: Finding) -> InitErrorDetails:
    kind, mark = ("odd", "warning: ") if finding.is_warning else ("refused", "")
    about = {"finding": finding, "message": f"{mark}{finding.message}"}
    return InitErrorDetails(type=PydanticCustomError(kind, "{message}", about), loc=finding.loc, input=None)


def _as_it_was(found: ErrorDetails) -> InitErrorDetails:
    """Return a line of the schema's own error, to stand beside findings."""
    about = {**found.get("ctx", {}), "message": found["msg"]}
    return InitErrorDetails(
        type=PydanticCustomError(found["type"], "{message}", about), loc=found["loc"], input=found["input"]
    )
