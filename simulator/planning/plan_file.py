"""A plan file: a scenario, what may be decided, what is minimized and what must be kept.

scenario: night.yaml                     # relative to this file
axes:                                    # decision variables, as in an experiment file
  nodes: {path: pools.night.targetDedicatedNodes, from: 10, to: 60, step: 10}
  pools.night.taskSlotsPerNode: [1, 2, 4]
minimize: cost
subject_to: [P(makespan <= 4h) >= 0.95, queue_p95 <= 10m]
search: {confidence: 0.95, tolerance: {probability: 0.01, cost: 0.01}, first: 10, cap: 8000, fresh: 100}
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from simulator.errors import InputError, Problem
from simulator.experiment.axes import Base, Cell, make_cells
from simulator.experiment.design import Axis, grid
from simulator.experiment.file import AxisBody
from simulator.experiment.measures import check_measures
from simulator.experiment.reading import Question as QuestionBody
from simulator.experiment.reading import in_order, read_question
from simulator.planning.constraints import ALL_DONE, NEARLY_ALL_DONE, Constraint, parse
from simulator.scenario.format.section import Positive, Section, Seed
from simulator.scenario.reading.documents import Document
from simulator.scenario.reading.file_kinds import Kind

SMALL: Final = 200
"""Spaces of at most so many designs are looked at whole."""


class TolerancePart(Section):
    """What makes no difference to who asks: a design that misses a constraint by less is as good as one that keeps it.

    The defaults are chosen: one point of probability, one per cent of a limit and of the price.
    """

    probability: float = Field(0.01, ge=0, lt=1)
    """How far the probability of a chance constraint may miss what is asked."""
    limit: float = Field(0.01, ge=0, lt=1)
    """How far a mean may be beyond its limit, as a share of the limit."""
    cost: float = Field(0.01, ge=0, lt=1)
    """How much cheaper another design may be, as a share of what is minimized."""


class Search(Section):
    """How the space is searched and what it may cost."""

    method: Literal["auto", "exhaustive", "optuna"] = "auto"
    """auto: exhaustive up to 200 designs."""
    first: Positive = 10
    """Runs that every design gets."""
    cap: Positive = 8000
    """Runs that a design gets at most: only where a decision is still open."""
    confidence: float = Field(0.95, ge=0.5, lt=1)
    """Probability with which all verdicts of the answer hold together."""
    tolerance: TolerancePart = TolerancePart()
    """What makes no difference."""
    fresh: Positive = 100
    """Runs with random numbers that the search has not seen, for the figures of the winner."""
    trials: Positive = 60
    """Designs that Optuna looks at."""
    seed: Seed = 0
    """Of Optuna's sampler."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.first > self.cap:
            raise ValueError(f"first ({self.first}) is above cap ({self.cap})")
        return self


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


class PlanFile(QuestionBody):
    """A question for the cheapest design."""

    axes: dict[str, AxisBody] = Field(min_length=1)
    """Decision variables by name, as in an experiment file."""
    minimize: str = "cost"
    """Measure of which the least is sought."""
    subject_to: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()
    """Constraints, such as `P(makespan <= 4h) >= 0.95`."""
    search: Search = Search()
    """How the space is searched."""


@dataclass(frozen=True, slots=True)
class Question:
    """A plan file, read and checked."""

    name: str
    base: Base
    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]
    """Every design; empty where the space is not looked at whole."""
    objective: str
    constraints: tuple[Constraint, ...]
    search: Search

    @property
    def size(self) -> int | None:
        """How many designs there are; None = a continuum."""
        return _size(self.axes)

    @property
    def measures(self) -> tuple[str, ...]:
        """Everything that runs must give."""
        shares = (one.share_of for one in self.constraints if one.share_of is not None)
        named = (*(one.measure for one in self.constraints), *shares)
        wanted = ("cost", "makespan", "unfinished", self.objective, *named)
        return tuple(dict.fromkeys(wanted))


def load_plan(path: str | Path, *, strict: bool = False, seed: int | None = None, confine: bool = False) -> Question:
    """Read a plan file; all problems come at once, each with its place.

    A `seed` replaces the scenario's. `confine` refuses files outside the folder of `path`, the scenario included.
    """
    expected = "expected a mapping with scenario, axes and subject_to"
    asked = read_question(path, PlanFile, Kind.PLAN, expected, strict=strict, seed=seed, confine=confine)
    document, body, base, problems = asked.document, asked.body, asked.base, asked.problems
    constraints, wrong = _constraints(document, body, base)
    problems += wrong
    axes = tuple(axis.made(name) for name, axis in body.axes.items())
    size = _size(axes)
    if body.search.method == "exhaustive" and size is None:
        text = "exhaustive needs a step, a count or values on every axis"
        problems.append(document.problem(text, ("search", "method")))
        raise InputError(in_order(problems))
    whole = body.search.method == "exhaustive" or (body.search.method == "auto" and (size or SMALL + 1) <= SMALL)
    cells: list[Cell] = []

    def place(message: str, name: str | None) -> Problem:
        return document.problem(message, ("axes",) if name is None else ("axes", name))

    # A space that is sampled is tried at its first point, so that a wrong path is found before anything runs.
    points = grid(axes) if whole else [grid([Axis(one.name, (one.at(0.0),)) for one in axes])[0]]
    try:
        cells = make_cells(base, points, place)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(in_order(problems))
    return Question(
        body.name or document.path.stem,
        base,
        axes,
        tuple(cells) if whole else (),
        body.minimize,
        constraints,
        body.search,
    )


def _size(axes: tuple[Axis, ...]) -> int | None:
    return prod(len(axis.levels) for axis in axes) if all(axis.levels for axis in axes) else None


def _constraints(document: Document, body: PlanFile, base: Base) -> tuple[tuple[Constraint, ...], list[Problem]]:
    found: list[Constraint] = []
    problems: list[Problem] = []
    try:
        check_measures([body.minimize], base.scenario)
    except InputError as error:
        problems += [document.problem(one.message, ("minimize",)) for one in error.problems]
    for index, text in enumerate(body.subject_to):
        try:
            constraint = parse(text)
            check_measures([constraint.measure], base.scenario)
            found.append(constraint)
        except InputError as error:
            problems += [document.problem(one.message, ("subject_to", index)) for one in error.problems]
    if not any(one.measure == ALL_DONE.measure or one.implies_all_done for one in found):
        found.append(ALL_DONE if base.scenario.horizon is None else NEARLY_ALL_DONE)
    return tuple(found), problems
