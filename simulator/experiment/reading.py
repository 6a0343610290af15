"""What experiment and plan files have in common when they are read: all that is wrong is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from simulator.errors import InputError, Problem
from simulator.experiment.axes import Base
from simulator.files import Folder, bound, is_file
from simulator.scenario.format.section import Section, Seed, fold
from simulator.scenario.reading.documents import Document
from simulator.scenario.reading.file_kinds import Kind, refuse_other
from simulator.scenario.reading.includes import Sources
from simulator.scenario.reading.schema_refusals import explain


class Question(Section):
    """What every file that asks something about a scenario begins with."""

    name: str = ""
    """What the study is called; without it the file's name."""
    description: str = ""
    """What it is for."""
    scenario: str
    """Path of the scenario file, relative to this one."""
    seed: Seed | None = None
    """Instead of the scenario's."""


Body = TypeVar("Body", bound=Question)
NAMED: Final = ("axes", "cases")
"""Sections whose entries stand by themselves: one that is wrong is left out, the others are looked at."""


@dataclass(frozen=True, slots=True)
class Asked(Generic[Body]):
    """A file of questions and the scenario that it is about."""

    document: Document
    body: Body
    base: Base
    problems: list[Problem]
    """What is wrong so far; the rest of the file is to be looked at all the same."""


def read_question(
    path: str | Path,
    model: type[Body],
    kind: Kind,
    expected: str,
    *,
    inside: Callable[[Document, Body], list[Problem]] = lambda _, __: [],
    strict: bool,
    seed: int | None = None,
    confine: bool = False,
) -> Asked[Body]:
    """Read a file and its scenario; `inside` looks at what needs no scenario. `InputError` where there is none.

    A `seed` stands for those of the file and of the scenario. `confine` refuses a scenario, and files of it, outside
    the folder of the file itself.
    """
    document = Document(Path(path), str(path))
    body, problems = read_body(document, model, kind, expected)
    problems += inside(document, body)
    within = bound(path, confine=confine)
    base, wrong = read_base(document, body.scenario, body.seed if seed is None else seed, strict=strict, within=within)
    problems += wrong
    if base is None:
        raise InputError(in_order(problems))
    return Asked(document, body, base, problems)


def read_body(document: Document, model: type[Body], kind: Kind, expected: str) -> tuple[Body, list[Problem]]:
    """Read a file's own sections, with everything that is wrong in them.

    What is wrong is left out of the body, so that the rest can be checked too; `InputError` where nothing is left.
    """
    if not isinstance(document.data, Mapping):
        raise InputError([document.problem(expected, ())])
    refuse_other(document, kind)
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        problems = explain(Sources(document, data=document.data), error, model)
        rest = _without(document.data, [tuple(one["loc"]) for one in error.errors(include_url=False)])
    try:
        return model.model_validate(rest), problems
    except ValidationError:
        raise InputError(problems) from None


def _without(data: Mapping[Any, Any], wrong: list[tuple[Any, ...]]) -> dict[Any, Any]:
    """Leave out the sections that are wrong; of axes and cases only those that are."""
    rest = dict(data)
    for loc in wrong:
        for key in [key for key in rest if loc and fold(str(key)) == fold(str(loc[0]))]:
            inside = rest[key]
            if loc[0] in NAMED and len(loc) > 1 and isinstance(inside, Mapping):
                rest[key] = {name: value for name, value in inside.items() if name != loc[1]}
            else:
                del rest[key]
    return rest


def read_base(
    document: Document, scenario: str, seed: int | None, *, strict: bool, within: Path | None
) -> tuple[Base | None, list[Problem]]:
    """Read the scenario that a file names, or say what is wrong with it."""
    try:
        path = Folder(document.path.parent, within).file(scenario)
    except InputError as error:
        return None, [document.problem(f"{scenario} {error.problems[0].message}", ("scenario",))]
    if not is_file(path):
        return None, [document.problem(f"{scenario} cannot be read: no such file", ("scenario",))]
    try:
        base = Base.read(path, strict=strict, within=within)
    except InputError as error:
        return None, list(error.problems)
    return base.with_seed(seed), []


def in_order(problems: list[Problem]) -> list[Problem]:
    """Sort problems as one reads; each once."""
    return sorted(dict.fromkeys(problems), key=lambda one: (one.file or "", one.line or 0, one.column or 0))
