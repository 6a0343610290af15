"""Tables of lines as a reader of a known format wants them: columns by their folded names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import InputError, Problem
from simulator.history.ledger import Ledger
from simulator.history.sample import Sample
from simulator.tables.sheets import NotATableError, folded, read_sheet

if TYPE_CHECKING:
    import pandas as pd


def text_frame(sample: Sample, ledger: Ledger, names: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return a table with every cell as text, columns by their folded names; note broken lines.

    `names` are those of a table without a line of names. The frame's index has the lines of the rows.
    """
    import pandas as pd

    dialect = sample.dialect
    columns = names or (dialect.names if dialect is not None else ())
    try:
        sheet = read_sheet(sample.text, names=names, texts=set(columns), skip_broken=True)
    except NotATableError as error:
        raise InputError([Problem(str(error), sample.name)]) from None
    ledger.note("broken", sample.name, [line for line, _ in sheet.broken])
    frame = sheet.frame.rename(columns=folded)
    frame = frame.loc[:, [bool(name) for name in frame.columns]].astype(object).fillna("")
    frame.index = pd.Index(sheet.lines)
    return frame


def column(frame: pd.DataFrame, *names: str) -> pd.Series[Any]:
    """Return the first of several columns that a table has; empty text where it has none."""
    import pandas as pd

    found = next((name for name in names if name in frame), None)
    if found is None:
        return pd.Series("", index=frame.index, dtype=object)
    return frame[found].astype(object).map(lambda cell: str(cell).strip())
