"""Traces that are tables with named columns: lines of cells, or Parquet."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import constant, rescaled
from simulator.columns.task_names import Prefixed
from simulator.errors import InputError, Problem, shortened
from simulator.scenario.format.parquet_columns import read_columns
from simulator.scenario.format.table_columns import MOST, MOST_REPORTED, out_of_range, too_late, unfit_ids
from simulator.scenario.format.trace_times import SubmitTimes, of_numbers
from simulator.scenario.format.traces import UNSTATED, Endings, Trace, TraceWorkload
from simulator.tables.amounts import BYTES, PER_GIB, memory, numbers
from simulator.tables.faults import Fault, Floats, faults_where, in_order
from simulator.tables.instants import instants
from simulator.tables.sheets import NotATableError, read_sheet
from simulator.tables.spans import SECONDS, spans
from simulator.tables.text import read_content, text_of

if TYPE_CHECKING:
    import pandas as pd

TIMES: Final = ("submit", "start", "end")
Int32s = npt.NDArray[np.int32]

ALL: Final = -1
"""Attempts that fail: every one."""
BETWEEN: Final = re.compile(r"[\s,;]+")
"""What stands between the ids of several parents."""


def of_lines(source: TraceWorkload, name: str) -> Trace:
    """Return the tasks of a table of lines; raise InputError about those that cannot be read."""
    content = text_of(read_content(Path(name)), name)
    columns = source.columns
    texts = {column for column in (columns.id, columns.depends_on, *source.keep) if column is not None}
    try:
        sheet = read_sheet(content, names=source.column_names, texts=texts)
    except NotATableError as error:
        raise InputError([_no_table(name, str(error))]) from None
    return _Table(source, name, sheet.frame, sheet.line_of).trace()


def _no_table(name: str, why: str) -> Problem:
    found = re.match(r"line (\d+): ", why)
    if found is not None:
        return Problem(why[found.end() :], name, int(found[1]))
    return Problem("holds no task" if why == "holds no row" else why, name)


def of_parquet(source: TraceWorkload, name: str) -> Trace:
    """Return the tasks of a Parquet file; raise InputError about columns and rows that cannot be read."""
    wanted = [*_uses(source).items(), *(("keep", column) for column in source.keep)]
    return _Table(source, name, read_columns(name, wanted), None).trace()


def _uses(source: TraceWorkload) -> dict[str, str]:
    """Return the columns that are read, by use."""
    named = {use: column for use, column in source.columns.model_dump().items() if column is not None}
    if source.duration is not None or source.columns.end is not None:
        del named["duration"]
    if source.columns.start is not None and "submit" not in source.columns.model_fields_set:
        named["submit"] = source.columns.start
    return named


class _Table:
    """A table on its way to a trace."""

    def __init__(
        self, source: TraceWorkload, name: str, frame: "pd.DataFrame", line_of: Callable[[int], int] | None
    ) -> None:
        self._source = source
        self._name = name
        self._line_of = line_of
        self._uses = _uses(source)
        self._faults: list[Fault] = []
        missing = [column for column in (*self._uses.values(), *source.keep) if column not in frame]
        if missing:
            have = shortened(", ".join(map(str, frame.attrs.get("columns", frame.columns))))
            raise InputError(
                [Problem(f"has no column {column!r}, but {have}", name) for column in dict.fromkeys(missing)]
            )
        self._rows = np.flatnonzero(self._kept(frame))[: source.limit]
        self._frame = frame if len(self._rows) == len(frame) else frame.iloc[self._rows].reset_index(drop=True)
        if self._frame.empty:
            text = "holds no task" if frame.empty else f"none of its {len(frame):,} rows has the values of `keep`"
            raise InputError([Problem(text, name)])

    def _kept(self, frame: "pd.DataFrame") -> npt.NDArray[np.bool_]:
        kept = np.ones(len(frame), dtype=np.bool_)
        for column, values in self._source.keep.items():
            wanted = {value.strip().lower() for value in values}
            texts = frame[column].fillna("").astype(str).str.strip().str.lower()
            kept &= np.asarray(texts.isin(wanted) | texts.str.split(n=1).str[0].isin(wanted))
        return kept

    def trace(self) -> Trace:
        """Return the tasks; raise InputError with everything that is wrong with their rows."""
        submits, lasting = self._times()
        count = len(self._frame)
        if "duration" in self._uses:
            lasting = self._spans()
        ones, zeros = constant(1.0, count, np.float64), constant(0.0, count, np.float64)
        amounts = {use: self._amounts(use) for use in ("cores", "memory", "slots", "instances") if use in self._uses}
        ids = self._ids()
        endings = self._endings()
        estimate = self._estimates()
        self._refuse()
        return Trace(
            submit=submits.seconds,
            duration=zeros if lasting is None else lasting,
            slots=rescaled(amounts.get("slots", ones), 1, np.int32),
            instances=rescaled(amounts.get("instances", ones), 1, np.int32),
            cores=amounts.get("cores", zeros),
            memory=amounts.get("memory", zeros),
            names=ids,
            first=submits.first,
            shift=submits.shift,
            parents=self._parents(),
            endings=endings,
            estimate=estimate,
        )

    def _refuse(self) -> None:
        if not self._faults:
            return
        line_of = self._line_of
        raise InputError(
            [
                Problem(text, self._name, None if line_of is None else line_of(int(self._rows[row])))
                for row, text in in_order(self._faults, MOST_REPORTED)
            ][:MOST_REPORTED]
        )

    def _times(self) -> tuple[SubmitTimes, Floats | None]:
        """Return when tasks come, and how long they take where the table has their ends."""
        found = {use: self._time(use) for use in TIMES if use in self._uses}
        if self._faults:
            return SubmitTimes(np.zeros(len(self._frame))), None
        kinds = {is_date for _, is_date in found.values()}
        if len(kinds) > 1:
            raise InputError([Problem("has dates in one column of times and numbers in another", self._name)])
        submit, is_date = found["submit"]
        lasting = None
        if "end" in found:
            begin = found["start"][0] if "start" in found else submit
            lasting = (found["end"][0] - begin) * (1.0 if is_date else self._scale("submit"))
            column = self._uses["end"]
            early = np.flatnonzero(~(lasting >= 0))
            if len(early):
                self._faults.append(Fault(f"expected an end in {column!r} that does not come before its start", early))
            self._faults += [Fault(f"a duration too long until {column!r}", np.flatnonzero(lasting > MOST["duration"]))]
            self._faults = [fault for fault in self._faults if len(fault.rows)]
        submits = _since_first(submit) if is_date else self._numbered(submit)
        self._faults += too_late(submits.seconds, self._uses["submit"])
        return submits, lasting

    def _numbered(self, values: Floats) -> SubmitTimes:
        return of_numbers(values, self._scale("submit"), keep=self._source.submit_times == "absolute")

    def _scale(self, use: str) -> float:
        """Return the seconds of a number in a column: those of spans are seconds already."""
        return 1.0 if self._frame[self._uses[use]].dtype.kind == "m" else SECONDS[self._source.time_unit]

    def _time(self, use: str) -> tuple[Floats, bool]:
        """Return a column of times: seconds since 1970 of dates, numbers as they stand of others."""
        import pandas as pd

        column = self._uses[use]
        series = self._frame[column]
        kind = series.dtype.kind
        if kind == "M" or (kind not in "fiumb" and bool(pd.to_numeric(series, errors="coerce").isna().all())):
            dates = instants(series, column, zone=self._source.time_zone, order=self._source.date_order)
            if dates.mixes_zones and self._source.time_zone is None:
                text = f"has times with a time zone beside times without one in {column!r}: state 'timeZone' for these"
                raise InputError([Problem(text, self._name)])
            self._faults += dates.faults
            self._faults += _absent(dates.seconds, dates.faults, f"expected a date in {column!r}, not nothing")
            return dates.seconds, True
        values, faults = spans(series, column, "s") if kind == "m" else numbers(series, column)
        self._faults += faults
        with np.errstate(invalid="ignore"):
            bad = ~np.isfinite(values) | (values < 0)
        text = f"expected a number that is finite and not negative in {column!r}"
        self._faults += _absent(np.where(bad, np.nan, values), faults, text)
        return values, False

    def _spans(self) -> Floats:
        column, unit = self._uses["duration"], self._source.time_unit
        series = self._frame[column]
        values, faults = spans(series, column, unit)
        scale = 1.0 if series.dtype.kind == "m" else SECONDS[unit]
        self._take(values, faults, "duration", MOST["duration"] / scale)
        return values

    def _estimates(self) -> Floats | None:
        """Return how long processes were expected to run, -1 where a cell is empty; None where there is no column."""
        if "estimate" not in self._uses:
            return None
        column, unit = self._uses["estimate"], self._source.time_unit
        is_empty = np.asarray(self._frame[column].isna() | (self._frame[column].astype(str).str.strip() == ""))
        values, faults = spans(self._frame[column].where(~is_empty, 0), column, unit)
        self._take(values, faults, "estimate", MOST["estimate"] / SECONDS[unit])
        return np.where(is_empty, -1.0, values)

    def _amounts(self, use: str) -> Floats:
        column, unit = self._uses[use], self._source.memory_unit
        series = self._frame[column]
        if use == "memory":
            values, faults = memory(series, column, unit)
            self._take(values, faults, use, MOST[use] * PER_GIB / BYTES[unit])
        else:
            values, faults = numbers(series, column)
            self._take(values, faults, use, MOST[use])
        return values

    def _take(self, values: Floats, faults: list[Fault], use: str, most: float) -> None:
        """Note what is wrong with the numbers of a column, each row once."""
        if faults and self._frame[self._uses[use]].dtype.kind == "b":
            self._faults += faults
            return
        beyond = out_of_range(values, use, self._uses[use], self._frame[self._uses[use]], most)
        reported = [one.rows for one in faults]
        for fault in beyond:
            fresh = ~np.isin(fault.rows, np.concatenate([np.zeros(0, np.int64), *reported]))
            if fresh.all():
                faults = [*faults, fault]
            elif fresh.any():
                faults = [*faults, fault.of(fresh)]
        self._faults += faults

    def _ids(self) -> Prefixed:
        if "id" not in self._uses:
            return Prefixed("row-", self._rows + 1)
        column = self._uses["id"]
        ids = self._frame[column].map(str)
        self._faults += unfit_ids(ids, column)
        return Prefixed("", ids.to_numpy())

    def _endings(self) -> Endings | None:
        """Return how attempts end, where the table has a column of it."""
        codes = self._whole("exit_code", -(2**31), 0)
        failures = self._whole("failed_attempts", -1, UNSTATED)
        retries = self._whole("max_task_retry_count", -1, UNSTATED)
        if codes is None and failures is None and retries is None:
            return None
        codes = constant(0, len(self._frame), np.int32) if codes is None else codes
        by_code = np.where(codes != 0, ALL, 0).astype(np.int32)
        failures = by_code if failures is None else np.where(failures == UNSTATED, by_code, failures).astype(np.int32)
        codes = np.where(failures == 0, 0, np.where(codes == 0, 1, codes)).astype(np.int32)
        return Endings(failures, codes, retries)

    def _whole(self, use: str, least: int, absent: int) -> Int32s | None:
        """Return a column of whole numbers, `absent` where a cell is empty; None where the table has none."""
        if use not in self._uses:
            return None
        column = self._uses[use]
        values, faults = numbers(self._frame[column], column)
        self._faults += faults
        with np.errstate(invalid="ignore"):
            wrong = (values < least) | (values >= 2**31) | (values != np.floor(values))
        text = f"expected a whole number from {least} in {column!r}"
        self._faults += faults_where(wrong & ~np.isnan(values), text, self._frame[column].to_numpy())
        return np.where(np.isnan(values) | wrong, absent, values).astype(np.int32)

    def _parents(self) -> dict[int, tuple[str, ...]]:
        """Return the parents of the rows that have any."""
        if "depends_on" not in self._uses:
            return {}
        cells = self._frame[self._uses["depends_on"]].fillna("").astype(str).str.strip()
        rows = np.flatnonzero(np.asarray(~cells.isin(("", "-"))))
        return {int(row): tuple(filter(None, BETWEEN.split(cells.iloc[row]))) for row in rows}


def _absent(values: Floats, faults: list[Fault], text: str) -> list[Fault]:
    """Return the rows that have no value and are not reported otherwise."""
    rows = np.setdiff1d(
        np.flatnonzero(np.isnan(values)), np.concatenate([np.zeros(0, int), *(one.rows for one in faults)])
    )
    return [Fault(text, rows)] if len(rows) else []


def _since_first(seconds: Floats) -> SubmitTimes:
    first = float(seconds.min())
    return SubmitTimes(np.round(seconds - first, 6), first=datetime.fromtimestamp(first, UTC))
