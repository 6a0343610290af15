"""From raw columns to typed ones: dates, spans, amounts and words are read here for every format."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.history.found import Found, Raw
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.past import TABLES, Kind
from simulator.tables.amounts import memory, numbers
from simulator.tables.faults import Fault, Floats
from simulator.tables.instants import instants
from simulator.tables.outcomes import outcome_of
from simulator.tables.spans import ABSENT, spans

if TYPE_CHECKING:
    import pandas as pd

FIRST_SECOND: Final = datetime.min.replace(tzinfo=UTC).timestamp()
LAST_SECOND: Final = datetime.max.replace(tzinfo=UTC).timestamp()
"""Of the calendar, since 1970."""
LARGEST: Final = 2.0**53
"""Of a count."""


class Typist:
    """Types the tables of one file."""

    def __init__(self, found: Found, file: str, options: Options, ledger: Ledger) -> None:
        self._found = found
        self._file = file
        self._options = options
        self._ledger = ledger
        self._bad: dict[str, npt.NDArray[np.bool_]] = {}

    def frame(self, table: str, raw: Raw) -> pd.DataFrame:
        """Return the typed columns that a reader gave, with `row` and `fault` beside them."""
        import pandas as pd

        count = len(raw.numbers)
        self._numbers = np.asarray(raw.numbers, dtype=np.int64)
        self._fault = np.full(count, "", dtype=object)
        columns: dict[str, Any] = {}
        zones = [0, 0]
        for name, values in raw.columns.items():
            kind = TABLES[table][name].kind
            if kind is Kind.TEXT and _are_texts(values):
                columns[name] = _stripped(values)
                continue
            series = values if isinstance(values, pd.Series) else _series(values)
            if kind is Kind.TIME:
                columns[name], without, with_zone = self._time(series, name)
                zones[0] += without
                zones[1] += with_zone
            else:
                columns[name] = self._typed(series, name, kind)
        self._note_zones(*zones)
        beside = {"row": self._numbers, "fault": pd.Series(self._fault, dtype=object)}
        texts = {name: pd.Series(values, dtype=object) for name, values in columns.items() if values.dtype == object}
        return pd.DataFrame({**columns, **texts, **beside})

    def _note_zones(self, without: int, with_zone: int) -> None:
        if self._options.time_zone is None and without:
            self._ledger.note("mixed_zones" if with_zone else "no_zone", self._file, count=without)

    def _time(self, series: pd.Series[Any], name: str) -> tuple[Floats, int, int]:
        """Return seconds since 1970, or since the file's start; and how many times name no zone, and one."""
        if self._found.is_relative:
            values, faults = spans(series, name, self._unit)
            self._note("bad_time", faults)
            return self._in_calendar(values), 0, 0
        found = instants(series, name, zone=self._options.time_zone, order=self._options.date_order)
        self._note("bad_time", found.faults)
        return self._in_calendar(found.seconds), found.without_zone, found.with_zone

    def _in_calendar(self, values: Floats) -> Floats:
        """Return times without those beyond the first and the last year of the calendar, which are noted."""
        since = self._found.origin or 0.0
        is_wrong = (values + since < FIRST_SECOND) | (values + since > LAST_SECOND)
        self._ledger.note("bad_time", self._file, self._numbers[is_wrong])
        self._fault[is_wrong] = "bad_time"
        return np.where(is_wrong, np.nan, values)

    @property
    def _unit(self) -> str:
        return self._options.time_unit or self._found.time_unit

    def _typed(self, series: pd.Series[Any], name: str, kind: Kind) -> Any:
        found = self._found
        if kind is Kind.SPAN:
            values, faults = spans(series, name, self._unit, minutes_first=found.minutes_first)
            self._note("bad_time", faults)
            return values
        if kind is Kind.MEMORY:
            unit = self._options.memory_unit or found.memory_unit
            values, faults = memory(series, name, unit, decimal=found.is_decimal)
        elif kind in (Kind.NUMBER, Kind.COUNT):
            values, faults = numbers(series, name)
        elif kind is Kind.OUTCOME:
            return self._outcomes(series)
        else:
            return _texts(series)
        self._note("bad_number", faults)
        with np.errstate(invalid="ignore"):
            values = np.where(np.abs(values) < LARGEST, values, np.nan)
        return np.rint(values) if kind is Kind.COUNT else values

    def _note(self, cause: str, faults: list[Fault]) -> None:
        for fault in faults:
            self._ledger.note(cause, self._file, self._numbers[fault.rows])
            if cause == "bad_time":
                self._fault[fault.rows] = cause

    def _outcomes(self, series: pd.Series[Any]) -> Any:
        """Return outcomes; a word that is not known is reported once for its rows."""
        import pandas as pd

        texts = series.fillna("").astype(str)
        codes, words = pd.factorize(texts)
        meant = [outcome_of(word) for word in words]
        unknown = [word.strip().lower() not in ABSENT and one is None for word, one in zip(words, meant, strict=True)]
        if any(unknown):
            rows = np.flatnonzero(np.asarray(unknown)[codes])
            self._ledger.note("unknown_word", self._file, self._numbers[rows])
        return np.array(["" if one is None else str(one) for one in meant], dtype=object)[codes]


def _are_texts(values: Any) -> bool:
    """Return whether raw values are a list of texts, as a reader of JSON makes one."""
    return isinstance(values, list) and all(type(one) is str or one is None for one in values)


def _stripped(values: list[str | None]) -> Any:
    """Return texts without blanks around them, the empty one where there is none; those without blanks themselves."""
    made = np.empty(len(values), dtype=object)
    made[:] = [one.strip() if one else "" for one in values]
    return made


def _series(values: Any) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series(values, dtype=object).infer_objects()


def _texts(series: pd.Series[Any]) -> Any:
    """Return texts, the empty one where there is none; numbers as they are written."""
    if series.dtype.kind == "f":
        whole = series.dropna()
        if bool((whole == whole.round()).all()):
            return np.asarray(series.astype("Int64").astype("string").fillna(""), dtype=object)
    return np.asarray(series.astype("string").fillna("").str.strip(), dtype=object)


def constant_text(text: str, count: int) -> pd.Series[Any]:
    """Return a column that has one text in every row."""
    import pandas as pd

    return pd.Series(np.full(count, text, dtype=object), dtype=object)


def completed(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return a frame with every column of its table, in order; what the file does not have is absent."""
    columns: Mapping[str, Any] = TABLES[table]
    made = frame.copy(deep=False)
    for name, column in columns.items():
        if name not in made:
            made[name] = constant_text("", len(made)) if column.kind in (Kind.TEXT, Kind.OUTCOME) else np.nan
    return made[[*columns, *(name for name in made if name not in columns)]]
