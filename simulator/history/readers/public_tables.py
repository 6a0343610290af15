"""The shape that tables of public traces share: what each is known by, and which of its columns holds what.

A table is recognised by the names of its columns or, where its first line does not name them, by its first row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from simulator.history.found import Found, Raw
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample, parquet_frame, parquet_names
from simulator.history.sheet_items import text_frame
from simulator.tables.instants import count_from_a_start
from simulator.tables.sheets import folded

if TYPE_CHECKING:
    import pandas as pd

    Column = pd.Series[Any]

TIMES = ("created", "start", "end")


@dataclass(frozen=True, slots=True)
class Taken:
    """A column, and what makes values of a table of tasks of its cells."""

    column: str
    made: Callable[[Column], Any]


@dataclass(frozen=True, slots=True)
class PublicTable:
    """A table that somebody published; a row of the tables that are read."""

    name: str
    """As `--format` takes it."""
    made_by: str
    known_by: str
    takes: Mapping[str, str | Taken]
    """For each column of tasks: the folded name of the column that holds it; one that a table lacks is left out."""
    needs: Collection[str] = ()
    """Folded names of columns that it is recognised by."""
    names: Sequence[str] = ()
    """Folded names of all columns, in order, of a table whose first line does not name them."""
    shows: Callable[[Sequence[str]], bool] | None = None
    """Whether the cells of a first line, in lower case, are a row of such a table."""
    time_unit: str = "s"
    memory_unit: str = "GiB"
    notes: Mapping[str, Callable[[pd.DataFrame], Any]] = field(default_factory=dict)
    """By cause: which rows it is noted for."""
    parents: Callable[[pd.DataFrame], list[str]] | None = None
    """What tasks wait for, where no single column says it."""

    @property
    def reader(self) -> Reader:
        """The row of the table of formats."""
        return Reader(
            name=self.name,
            made_by=self.made_by,
            known_by=self.known_by,
            gives=("tasks",),
            recognises=partial(_recognises, self),
            read=partial(_read, self),
        )


def _recognises(table: PublicTable, sample: Sample) -> bool:
    if table.shows is None:
        return sample.heads >= set(table.needs)
    row = sample.unnamed(len(table.names))
    return bool(row) and table.shows([cell.strip().lower() for cell in row])


def _read(table: PublicTable, sample: Sample, _: Options, ledger: Ledger) -> Found:
    frame = _parquet(table, sample) if sample.is_parquet else text_frame(sample, ledger, tuple(table.names))
    columns = {use: _values(frame, taken) for use, taken in table.takes.items() if _name(taken) in frame}
    if table.parents is not None:
        columns["parents"] = table.parents(frame)
    numbers = frame.index.to_numpy()
    for cause, rows in table.notes.items():
        ledger.note(cause, sample.name, numbers[rows(frame)])
    return Found(
        len(frame),
        tasks=Raw(columns, numbers.tolist()),
        time_unit=table.time_unit,
        memory_unit=table.memory_unit,
        is_relative=count_from_a_start(columns[use] for use in TIMES if use in columns),
    )


def _name(taken: str | Taken) -> str:
    return taken.column if isinstance(taken, Taken) else taken


def _values(frame: pd.DataFrame, taken: str | Taken) -> Any:
    return taken.made(frame[taken.column]) if isinstance(taken, Taken) else frame[taken]


def _parquet(table: PublicTable, sample: Sample) -> pd.DataFrame:
    """Return the columns that are taken; rows count from 1."""
    import pandas as pd

    wanted = {_name(taken) for taken in table.takes.values()}
    names = [name for name in parquet_names(sample.path) if folded(name) in wanted]
    frame = parquet_frame(sample, names).rename(columns=folded)
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame


def known(column: Column) -> Column:
    """Return a column without the numbers that stand for nothing: those below 0."""
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce")
    return numbers.where(numbers >= 0)


def above_zero(column: Column) -> Column:
    """Return a column without the numbers that stand for nothing: 0 and those below."""
    numbers = known(column)
    return numbers.where(numbers > 0)


def shares(per_one: float) -> Callable[[Column], Column]:
    """Return what makes numbers of a column in a smaller unit: 100 for hundredths."""
    return lambda column: known(column) / per_one


def listed(column: Column) -> list[str]:
    """Return a column of lists as texts with blanks between their members."""
    return [
        " ".join(str(one) for one in cell) if hasattr(cell, "__len__") and not isinstance(cell, str) else str(cell)
        for cell in column
    ]
