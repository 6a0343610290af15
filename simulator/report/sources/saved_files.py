"""What can be drawn besides a run: a sweep's directory, and the answers of planning commands saved as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from simulator.errors import InputError, Problem
from simulator.extras import require
from simulator.results.record.integrity import MARK
from simulator.results.record.read import SavedRun, read
from simulator.results.record.saved_json import read_saved, read_saved_object
from simulator.tables.parquet import read_as_parquet, sound

if TYPE_CHECKING:
    import pandas as pd

Form = Literal["run", "sweep", "plan", "spot", "sensitivity"]

SWEEP: Final = "poolsight sweep"
"""The kind that a sweep's manifest names."""
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
    if path.is_dir() and _kind(path) == SWEEP:
        return Source("sweep", _sweep(path))
    if not path.exists():
        raise InputError([Problem(f"does not exist; {EXPECTED}", str(path))])
    return Source("run", read(path))


def _kind(directory: Path) -> str | None:
    try:
        found = json.loads((directory / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None  # whoever reads it as a run says what is wrong
    return found.get("kind") if isinstance(found, dict) else None


def _sweep(directory: Path) -> Sweep:
    require("pyarrow", "reading a sweep's directory")
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = sorted((directory / "trials").glob("*.parquet"))
    if not files:
        raise InputError([Problem("holds no finished trial yet", str(directory / "trials"))])
    with read_as_parquet(str(directory / "trials")):
        table = sound(pa.concat_tables([pq.read_table(file) for file in files]))
    absent = [name for name in ("cell", "replication") if name not in table.column_names]
    if absent:
        raise InputError([Problem(f"has no column {absent[0]!r}: these are no trials", str(directory / "trials"))])
    name = read_saved_object(directory / MARK).get("name") or directory.name
    ordered = table.sort_by([("cell", "ascending"), ("replication", "ascending")])
    return Sweep(str(name), ordered.to_pandas())


def planning_answer(path: Path, data: Any) -> Answer | None:
    """Return the answer of a planning command that the JSON of a file is; None where it is something else."""
    form = next((form for form, keys in _KEYS.items() if isinstance(data, dict) and keys <= data.keys()), None)
    return None if form is None else Answer(form, path, data)


def _answer(path: Path) -> Source:
    data = read_saved(path, EXPECTED)
    if (found := planning_answer(path, data)) is not None:
        return Source(found.form, found)
    raise InputError([Problem(f"is no answer that can be drawn; {EXPECTED}", str(path))])
