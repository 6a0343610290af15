"""A recording's tables as pandas frames: made of the same columns as the Arrow tables, and equal to those read back."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simulator.columns.task_names import TaskNames
from simulator.results.record.arrow_columns import Partial, Scaled
from simulator.results.record.table_schema import table
from simulator.results.record.tables import MAKERS

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.record.run_facts import Facts


def frame(recording: "Facts", name: str) -> "pd.DataFrame":
    """Return one table as a frame, in the order and with the types of `schema`."""
    import pandas as pd

    columns = MAKERS[name](recording)
    return pd.DataFrame({column.name: _series(columns[column.name], column.kind) for column in table(name).columns})


def texts(values: Any) -> "pd.Series[Any]":
    """Return strings, or None where there is none, as a column of the type that pandas has for text."""
    import pandas as pd

    return pd.Series(list(values), dtype=pd.Series([""]).dtype)


def _series(values: Any, kind: str) -> Any:
    import pandas as pd

    if kind == "category":
        codes, names = values
        return pd.Categorical.from_codes(np.maximum(codes, -1), categories=names)
    if kind == "text":
        return texts(values.texts() if isinstance(values, TaskNames) else values)
    if isinstance(values, Scaled):
        return _empty_where_unknown(*values.part(slice(None)))
    if isinstance(values, Partial):
        return _empty_where_unknown(values.values, values.known)
    return np.asarray(values, dtype=np.float64) if kind == "float" else values


def _empty_where_unknown(values: npt.NDArray[Any], known: npt.NDArray[np.bool_] | None) -> npt.NDArray[Any]:
    return values if known is None or known.all() else np.where(known, values, np.nan)
