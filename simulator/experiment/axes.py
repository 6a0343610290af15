"""What may differ between the cells of an experiment: any value of a scenario document, and a few helpers.

A helper is a path whose last part no document has:

`….spotShare`           of a pool with fixed targets: which share of its nodes, both kinds together, is low-priority
`….autoScaleFormula.x`  of a pool: the right side of the first assignment to `$x` or `x` in its formula
`….workloadScale`       of a job: a factor on the counts and rates of its workload
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.errors import InputError, Problem
from simulator.experiment.design import Point, label
from simulator.experiment.helpers import HELPERS, Helper
from simulator.experiment.paths import find, write
from simulator.scenario.prepared import Prepared
from simulator.scenario.reading.load import complete_sources, read_sources
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    from simulator.scenario.checks.findings import Loc
    from simulator.scenario.reading.includes import Sources

SHOWN_CELLS: Final = 20
"""So many numbers of cells with the same mistake are listed; more would bury the mistake."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One point of a design with its scenario."""

    number: int
    """From 0, in the order of the design."""
    shown: Mapping[str, float | int | str | bool]
    """By axis: what a table shows."""
    scenario: Scenario = field(repr=False)
    prepared: Prepared = field(init=False, repr=False, compare=False)
    """The scenario with what its trials share."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "prepared", Prepared(self.scenario))


@dataclass(frozen=True, slots=True)
class Base:
    """A scenario file, read once, from which every cell is made."""

    sources: Sources
    scenario: Scenario
    """The scenario as the file has it."""

    @classmethod
    def read(cls, path: str | Path, *, strict: bool = False, within: Path | None = None) -> Base:
        """Read a scenario file; it must be right by itself, and name no file outside `within`."""
        sources = read_sources(path, within)
        scenario = complete_sources(sources, strict=strict)
        return cls(sources.modernized()[0], scenario)

    def with_seed(self, seed: int | None) -> Base:
        """Return the same with another seed of its random streams; None leaves the scenario's own."""
        if seed is None:
            return self
        data: Any = self.sources.data
        for loc in find(data, "seed"):
            data = write(data, loc, seed)
        return Base(replace(self.sources, data=data), self.scenario.model_copy(update={"seed": seed}))

    def places(self, path: str) -> list[Loc]:
        """Return every place that an axis changes; `InputError` where the path leads nowhere."""
        helper = _helper(path)
        if helper is None:
            return find(self.sources.data, path)
        return [loc for loc, _ in helper.places(self.sources.data, path)]

    def scenario_with(self, settings: Mapping[str, object], *, strict: bool = False) -> Scenario:
        """Make the scenario that has other values at some paths; helpers see what the others have set."""
        data: Any = self.sources.data
        late = {path: helper for path in settings if (helper := _helper(path)) is not None}
        for path, value in settings.items():
            if path not in late:
                for loc in find(data, path):
                    data = write(data, loc, value)
        problems: list[Problem] = []
        for path, helper in late.items():
            try:
                data = helper.apply(data, path, settings[path])
            except InputError as error:
                problems += [replace(found, path=path) for found in error.problems]
        if problems:
            raise InputError(problems)
        return complete_sources(replace(self.sources, data=data), strict=strict)


Place = Callable[[str, str | None], Problem]
"""Makes a problem of a message, at the place of the axis with a name where there is one."""


def make_cells(base: Base, points: Sequence[Point], place: Place | None = None) -> list[Cell]:
    """Make the scenario of every point, or one `InputError` with everything that is wrong with any of them."""
    problem_at = place or (lambda message, _: Problem(message))
    _refuse_unknown(base, points, problem_at)
    cells: list[Cell] = []
    wrong: dict[tuple[str | None, str], list[int]] = {}
    for number, point in enumerate(points):
        try:
            cells.append(Cell(number, point.shown, base.scenario_with(point.settings)))
        except InputError as error:
            for problem in error.problems:
                if not problem.is_warning:
                    wrong.setdefault((problem.path, problem.message), []).append(number)
    if wrong:
        refused = [_invalid(base, points, key, numbers, problem_at) for key, numbers in wrong.items()]
        raise InputError(refused)
    return cells


def _refuse_unknown(base: Base, points: Iterable[Point], problem_at: Place) -> None:
    """Refuse paths that lead nowhere, each once."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for point in points:
        for path in point.settings.keys() - seen:
            seen.add(path)
            try:
                base.places(path)
            except InputError as error:
                problems += [problem_at(found.message, point.axis_of(path)) for found in error.problems]
    if problems:
        raise InputError(problems)


def _invalid(
    base: Base, points: Sequence[Point], key: tuple[str | None, str], numbers: list[int], problem_at: Place
) -> Problem:
    """Return which cells a mistake makes invalid, and with which values."""
    path, message = key
    point = points[numbers[0]]
    listed = ", ".join(map(str, numbers[:SHOWN_CELLS])) + (" …" if len(numbers) > SHOWN_CELLS else "")
    guilty = _axes_at(base, point, path)
    values = {name: value for name, value in point.shown.items() if not guilty or name in guilty}
    with_values = ", ".join(f"{name} = {label(value)}" for name, value in values.items())
    noun = f"cell {listed}" if len(numbers) == 1 else f"{len(numbers)} cells ({listed})"
    where = "" if path is None or path in message else f"{path}: "
    return problem_at(f"{noun} with {with_values}: {where}{message}", guilty[0] if len(guilty) == 1 else None)


def _axes_at(base: Base, point: Point, dotted: str | None) -> list[str]:
    """Return the axes that set the value at a path of the joined document, or else something above or below it.

    Several where none is nearer than the others; a helper's own mistake is at its path.
    """
    if dotted is None:
        return []
    if (own := point.axis_of(dotted)) is not None:
        return [own]
    at = tuple(dotted.split("."))
    shared: dict[str, int] = {}
    for path in point.settings:
        for loc in base.places(path):
            mine = tuple(map(str, loc))
            depth = min(len(mine), len(at))
            if depth and mine[:depth] == at[:depth] and (axis := point.axis_of(path)) is not None:
                shared[axis] = max(shared.get(axis, 0), depth)
    return [axis for axis, depth in shared.items() if depth == max(shared.values())]


def _helper(path: str) -> Helper | None:
    return next((helper for helper in HELPERS if helper.takes(path)), None)
