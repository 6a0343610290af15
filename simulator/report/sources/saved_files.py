"""What can be drawn besides a run: a sweep's directory, and the answers of planning commands saved as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from simulator.errors import InputError, Problem
from simulator.report.sources.trials import is_sweep, read_trials
from simulator.results.record.integrity import MARK
from simulator.results.record.read import SavedRun, read
from simulator.results.record.saved_json import read_saved, read_saved_object

if TYPE_CHECKING:
    import pandas as pd

Form = Literal["run", "sweep", "plan", "spot", "sensitivity"]

EXPECTED: Final = (
    "expected the directory of 'poolsight run --out' or 'poolsight sweep --out', "
    "or what 'poolsight plan', 'spot' or 'sensitivity' printed with --json"
)
_KEYS: Final[dict[Form, frozenset[str]]] = {
    "plan": frozenset({"minimize", "designs", "pareto"}),
    "spot": frozenset({"shares", "break_even"}),
    "sensitivity": frozenset({"assumptions", "cost", "makespan"}),
}


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep on disk, finished or not: one row a trial."""

    name: str
    trials: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Answer:
    """What a planning command printed."""

    form: Form
    path: Path
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to draw, and what form it has."""

    form: Form
    what: SavedRun | Sweep | Answer


def open_source(path: Path) -> Source:
    """Open a run, a sweep or a saved answer, whichever is there."""
    if path.is_file():
        return _answer(path)
    if is_sweep(path):
        return Source("sweep", _sweep(path))
    if not path.exists():
        raise InputError([Problem(f"does not exist; {EXPECTED}", str(path))])
    return Source("run", read(path))


def _sweep(directory: Path) -> Sweep:
    name = read_saved_object(directory / MARK).get("name") or directory.name
    return Sweep(str(name), read_trials(directory))


def planning_answer(path: Path, data: Any) -> Answer | None:
    """Return the answer of a planning command that the JSON of a file is; None where it is something else."""
    form = next((form for form, keys in _KEYS.items() if isinstance(data, dict) and keys <= data.keys()), None)
    return None if form is None else Answer(form, path, data)


def _answer(path: Path) -> Source:
    data = read_saved(path, EXPECTED)
    if (found := planning_answer(path, data)) is not None:
        return Source(found.form, found)
    raise InputError([Problem(f"is no answer that can be drawn; {EXPECTED}", str(path))])
