"""An experiment file: a scenario, what varies, how often, and what is kept.

scenario: night.yaml                    # relative to this file
axes:
  pools.night.targetDedicatedNodes: [10, 20, 40]
  nodes: {path: pools.night.taskSlotsPerNode, from: 1, to: 4, step: 1}
  formula: {path: pools.night.autoScaleFormula, values: {calm: "…", eager: "…"}}
cases: {requeue: {timeline.0.nodeDeallocationOption: requeue}}     # crossed with the axes
design: grid                            # or {kind: sobol, points: 64}, {kind: latin_hypercube, points: 50}
replications: 20                        # or auto, and stopping: {precision: 0.05, cap: 1000, measures: [cost]}
measures: [cost, makespan, jobs.work.queue_time_s]
tables: [tasks]
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from simulator.durations import parse_duration
from simulator.errors import InputError, Problem
from simulator.experiment.axes import Base, Cell, make_cells
from simulator.experiment.design import (
    CENTER,
    Axis,
    Level,
    Point,
    Shown,
    Span,
    axis,
    cases,
    crossed,
    grid,
    latin_hypercube,
    sobol,
)
from simulator.experiment.measures import check_measures, is_measure, with_weights
from simulator.experiment.reading import Question, in_order, read_question
from simulator.experiment.stopping import STOP_ON, Stopping
from simulator.experiment.summary import ERRORS, KEYS
from simulator.experiment.sweep import Experiment
from simulator.experiment.trial import Wanted
from simulator.quantities import no_boolean
from simulator.results.record.tables import NAMES
from simulator.scenario.checks.findings import Loc
from simulator.scenario.checks.ids import near
from simulator.scenario.format.section import Section, Seed
from simulator.scenario.reading.documents import Document
from simulator.scenario.reading.file_kinds import Kind

STEPS: Final = 100_000
"""A range with more steps is a slip."""
MOST: Final = 1_000_000
"""More replications, or more cells, are a slip too."""
DEFAULT: Final = ("makespan", "cost", "queue_mean", "queue_p95", "useful", "unfinished")


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Paths = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]


class AxisBody(Section):
    """What one axis takes: a list of values, labelled values, or a range."""

    path: Paths | None = None
    """Which value of the scenario it sets; several are set to the same. None: the axis's name is the path."""
    values: tuple[Any, ...] | dict[str, Any] | None = None
    """The values one after the other, or by label."""
    start: float | str | None = Field(default=None, alias="from")
    """First value of a range."""
    to: float | str | None = None
    """Last value of a range."""
    step: float | str | None = None
    """Distance between values of a range."""
    count: Annotated[int, Field(ge=1, le=STEPS), BeforeValidator(no_boolean)] | None = None
    """So many values from `from` to `to`, both included."""
    scale: Literal["linear", "log"] = "linear"
    """Whether values of a range lie evenly on a linear or a logarithmic scale."""

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, data: object) -> object:
        return {"values": data} if isinstance(data, list | tuple) else data

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.values is not None:
            if any(given is not None for given in (self.start, self.to, self.step, self.count)):
                raise ValueError("expected either values, or a range with from and to")
            if not self.values:
                raise ValueError("expected at least one value")
        elif self.start is None or self.to is None:
            raise ValueError("expected a list of values, or a range with from and to")
        elif self.step is not None and self.count is not None:
            raise ValueError("expected either step or count")
        else:
            self.span(("",))
            self.steps()
        return self

    def made(self, name: str) -> Axis:
        """Return the axis of this name."""
        paths = self.path or (name,)
        if self.values is not None:
            return axis(name, self.values, paths)
        levels = tuple(Level(shown, dict.fromkeys(paths, shown)) for shown in self.steps())
        return Axis(name, levels, None if levels else self.span(paths))

    def span(self, paths: tuple[str, ...]) -> Span:
        """Return the range as sampling designs need it."""
        low, high = _number(self.start), _number(self.to)
        if not low < high:
            raise ValueError(f"expected from below to, not {self.start} and {self.to}")
        if self.scale == "log" and low <= 0:
            raise ValueError("a logarithmic range starts above 0")
        is_time = isinstance(self.start, str)
        if is_time != isinstance(self.to, str):
            raise ValueError("expected from and to of one kind: two numbers or two durations")
        whole = not is_time and self.scale == "linear" and low.is_integer() and high.is_integer()
        return Span(low, high, paths, whole=whole, log=self.scale == "log", write=_duration if is_time else float)

    def steps(self) -> tuple[Shown, ...]:
        """Return the values of a range with a step or a count; nothing where it has neither."""
        low, high = _number(self.start), _number(self.to)
        write = _duration if isinstance(self.start, str) else _plain
        if self.step is not None:
            step = _number(self.step)
            if step > 0 and (high - low) / step > STEPS:
                raise ValueError(f"more than {STEPS:,} steps from {write(low)} to {write(high)}: take a larger step")
            if not 0 < step <= high - low:
                raise ValueError(f"expected a step above 0 and not above the range, not {self.step}")
            return tuple(write(low + index * step) for index in range(math.floor((high - low) / step + 1e-9) + 1))
        if self.count is None:
            return ()
        shares = [index / max(self.count - 1, 1) for index in range(self.count)]
        if self.scale == "log":
            return tuple(write(math.exp(math.log(low) + share * math.log(high / low))) for share in shares)
        return tuple(write(low + share * (high - low)) for share in shares)


class Design(Section):
    """Which points of the axes' space are run."""

    kind: Literal["grid", "latin_hypercube", "sobol"] = "grid"
    """All combinations, or a sample of the space."""
    points: Annotated[int, Field(ge=1, le=STEPS), BeforeValidator(no_boolean)] | None = None
    """How many; a grid has as many as it has combinations."""
    seed: Seed = 0
    """Which sample is drawn."""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: object) -> object:
        return {"kind": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _counted(self) -> Self:
        if (self.kind == "grid") == (self.points is not None):
            raise ValueError(f"{self.kind} {'takes no' if self.kind == 'grid' else 'needs'} points")
        return self


def _replications(value: object) -> object:
    """Read a number, or `auto`, which is None."""
    if isinstance(value, str) and value.strip().lower() == "auto":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a whole number from 1, or auto, not {value!r}")  # noqa: TRY004 - as pydantic wants
    return value


class StoppingBody(Section):
    """When a cell has enough replications."""

    precision: Annotated[float, Field(gt=0, le=1)] = 0.05
    """Half-width of the 95 % interval, as a share of the mean."""
    cap: Annotated[int, Field(ge=2, le=MOST)] = 1000
    """Never more than so many."""
    measures: Annotated[tuple[str, ...], Field(min_length=1)] = STOP_ON
    """What must be precise."""

    def made(self) -> Stopping:
        """Return the rule."""
        return Stopping(self.precision, self.cap, self.measures)


class ExperimentFile(Question):
    """A scenario under many conditions."""

    axes: dict[str, AxisBody] = Field(default_factory=dict)
    """By name; a name that is a dotted path needs no `path`."""
    cases: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Named sets of values by dotted path, crossed with the axes."""
    design: Design = Design()
    """Which points of the axes' space are run."""
    replications: Annotated[Annotated[int, Field(ge=1, le=MOST)] | None, BeforeValidator(_replications)] = 10
    """None = auto: as many as each cell needs."""
    stopping: StoppingBody | None = None
    """When a cell has enough replications, for auto."""
    measures: Annotated[tuple[str, ...], Field(min_length=1)] = DEFAULT
    """Figures of each run that are kept."""
    tables: tuple[str, ...] = ()
    """Tables of each run that are kept."""

    @model_validator(mode="after")
    def _asked(self) -> Self:
        if self.stopping is not None and self.replications is not None:
            raise ValueError("stopping is about replications: auto")
        return self

    @property
    def rule(self) -> Stopping | None:
        """The stopping rule; None where the number of replications is given."""
        if self.replications is not None:
            return None
        return Stopping() if self.stopping is None else self.stopping.made()

    def points(self) -> list[Point]:
        """Return every combination of values that is run."""
        axes = [body.made(name) for name, body in self.axes.items()]
        size = math.prod(max(len(one.levels), 1) for one in axes) * max(len(self.cases), 1)
        if self.design.kind == "grid" and size > MOST:
            raise InputError(f"{size:,} cells; expected at most {MOST:,}: larger steps, fewer axes, or another design")
        if self.design.kind == "grid":
            spread = grid(axes)
        else:
            sample = sobol if self.design.kind == "sobol" else latin_hypercube
            spread = sample(axes, self.design.points or 1, self.design.seed)
        named = cases(self.cases.items()) if self.cases else [CENTER]
        return crossed(named, spread)


def load_experiment(
    path: str | Path, *, strict: bool = False, seed: int | None = None, confine: bool = False
) -> Experiment:
    """Read an experiment file and make the scenarios of all its cells; all problems come at once.

    A `seed` replaces those of the file and of its scenario. `confine` refuses files outside the folder of `path`, the
    scenario included.
    """
    expected = "expected a mapping with scenario, axes and replications"
    asked = read_question(
        path,
        ExperimentFile,
        Kind.EXPERIMENT,
        expected,
        inside=_inconsistent,
        strict=strict,
        seed=seed,
        confine=confine,
    )
    document, body, base, problems = asked.document, asked.body, asked.base, asked.problems
    wanted, wrong = _wanted(document, body, base)
    problems += wrong

    def place(message: str, name: str | None) -> Problem:
        if name is None:
            return document.problem(message, ("axes" if body.axes else "cases",))
        return document.problem(message, ("axes", name) if name in body.axes else ("cases",))

    cells: list[Cell] = []
    if any((one.path or "").split(".")[0] == "design" for one in problems):
        raise InputError(in_order(problems))  # nobody knows which points are meant
    try:
        cells = make_cells(base, body.points(), place)
    except InputError as error:
        problems += [one if one.file else document.problem(one.message, ("axes",)) for one in error.problems]
    if problems:
        raise InputError(in_order(problems))
    rule = body.rule
    count = body.replications or (rule.cap if rule else 0)
    name = body.name or document.path.stem
    return Experiment(name, base.scenario, tuple(cells), count, wanted, body.measures, rule)


def _inconsistent(document: Document, body: ExperimentFile) -> list[Problem]:
    """Return where parts of the file that are right by themselves do not go together."""
    problems = []
    taken = {*KEYS, *ERRORS, "replications", "failed", *(("case",) if body.cases else ())}
    for name in body.axes:
        if name in taken or is_measure(name):
            text = f"an axis cannot be called '{name}': another column of the result is; give it a name and a path"
            problems.append(document.problem(text, ("axes", name)))
    owner: dict[str, str] = {}
    sets: list[tuple[str, Loc, tuple[str, ...]]]
    sets = [(f"axis '{name}'", ("axes", name), one.path or (name,)) for name, one in body.axes.items()]
    sets += [("the cases", ("cases",), tuple({path for case in body.cases.values() for path in case}))]
    for who, loc, paths in sets:
        for path in paths:
            if path in owner:
                problems.append(document.problem(f"'{path}' is set by {owner[path]} and by {who}", loc))
            owner[path] = who
    if not document.data.get("axes") and body.design.kind != "grid":
        problems.append(document.problem(f"{body.design.kind} needs axes", ("design",)))
    return problems


def _wanted(document: Document, body: ExperimentFile, base: Base) -> tuple[Wanted, list[Problem]]:
    """Return what is kept of each run, with the denominators of ratios and what the stopping rule looks at."""
    problems = []
    sets: list[tuple[Loc, tuple[str, ...]]] = [(("measures",), body.measures)]
    if (rule := body.rule) is not None:
        sets.append((("stopping", "measures"), rule.measures))
    for loc, names in sets:
        for index, name in enumerate(names):
            try:
                check_measures([name], base.scenario)
            except InputError as error:
                problems += [document.problem(found.message, (*loc, index)) for found in error.problems]
    for index, name in enumerate(body.tables):
        if name not in NAMES:
            problems.append(document.problem(f"no table '{name}'{near(name, NAMES)}", ("tables", index)))
    followed = [name for _, names in sets for name in names]
    return Wanted(with_weights(name for name in followed if is_measure(name)), body.tables), problems


def _number(value: float | str | None) -> float:
    return parse_duration(value) if isinstance(value, str) else float(value or 0.0)


def _plain(value: float) -> Shown:
    """Return a number without the dust of adding steps; whole ones as whole numbers."""
    rounded = float(f"{value:.12g}")
    return int(rounded) if rounded.is_integer() else rounded


def _duration(seconds: float) -> str:
    """Write a duration in the largest unit that leaves a whole number, else in seconds."""
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds >= size and (seconds / size).is_integer():
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.12g}s" if seconds >= 1e-3 else "0s"
