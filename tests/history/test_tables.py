"""Any table: dialects, names of columns, dates, spans, units; the same in an import and in a scenario's `trace:`."""

import gzip
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simulator.errors import InputError
from simulator.workload.build import build
from tests.history.files import causes, columns
from tests.history.files import read as imported
from tests.scenario.files import job, pool, problems, read, write

MONDAY = 1772434800
"""2026-03-02T07:00:00Z."""


def traced(directory: Path, text: str | bytes, source: dict[str, Any], name: str = "t.csv", **body: Any) -> Any:
    """Return the workload of a scenario that names a table."""
    (directory / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return build(read(directory, [pool()], [job([{"trace": name, **source}]) | body]), 0)


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("name", ["t.csv", "t.txt", "t.tsv", "t.csv.gz"])
def test_what_stands_between_cells_is_found(tmp_path: Path, separator: str, name: str) -> None:
    text = "# a comment\nid,submit,duration\na #1,0,5\nb,10,1m 30s\n".replace(",", separator)
    data = gzip.compress(text.encode()) if name.endswith("gz") else text.encode()
    workload = traced(tmp_path, data, {"columns": {"id": "id"}}, name)
    assert workload.names.column().to_pylist() == ["a #1", "b"]
    assert workload.demand.tolist() == [5_000, 90_000]
    assert columns(imported(tmp_path, data), ["task", "duration"]) == [("a #1", 5), ("b", 90)]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("1m 30s", 90),
        ("01:02:03", 3723),
        ("1-02:03:04", 93784),
        ("1 day, 2:03:04", 93784),
        ("2 days 00:00:01", 172801),
        ("1.02:03:04", 93784),
        ("PT1H30M", 5400),
        ("1.5 h", 5400),
        ("250ms", 0.25),
        ("20 minutes", 1200),
    ],
)
def test_spans_in_any_usual_form(tmp_path: Path, text: str, seconds: float) -> None:
    table = f'submit,duration\n0,"{text}"\n5,7s\n'
    assert traced(tmp_path, table, {}).demand.tolist() == [seconds * 1000, 7000]
    assert columns(imported(tmp_path, table), ["duration"]) == [(seconds,), (7,)]


def test_minutes_or_hours_are_not_guessed(tmp_path: Path) -> None:
    past = imported(tmp_path, "submit,duration\n0,12:34\n5,7s\n")
    assert columns(past, ["fault"]) == [("bad_time",), ("",)]
    write(tmp_path, "submit,duration\n0,12:34\n", "t.csv")
    (found,) = problems(write(tmp_path, {"pools": [pool()], "jobs": [job([{"trace": "t.csv"}])]}))
    assert "t.csv:2: expected a number, or a span of time" in found


DATES = [
    "2026-03-02T07:00:00Z",
    "2026-03-02 08:00:00+01:00",
    "2026/03/02 07:00",
    "02.03.2026 07:00:00",
    "Mon, 02 Mar 2026 07:00:00 GMT",
    "02 Mar 2026 07:00:00",
    "20260302T070000Z",
    str(MONDAY),
    str(MONDAY * 1000),
    str(MONDAY * 10**6),
    str(MONDAY * 10**9),
]


@pytest.mark.parametrize("date", DATES)
def test_dates_in_any_usual_form(tmp_path: Path, date: str) -> None:
    table = f'submit,duration\n"{date}",5\n'
    past = imported(tmp_path, table)
    assert past.origin is not None
    assert past.origin.timestamp() == MONDAY
    write(tmp_path, table, "t.csv")
    assert read(tmp_path, [pool()], [job([{"trace": "t.csv"}])]).origin == past.origin


def test_day_and_month_are_known_by_the_other_rows_or_asked_for(tmp_path: Path) -> None:
    both = "submit,duration\n03/02/2026 7:00 AM,5\n03/14/2026 7:00 PM,5\n"
    assert columns(imported(tmp_path, both), ["created"]) == [(0,), (12 * 86400 + 43200,)]
    unknown = "submit,duration\n03/02/2026 07:00,5\n"
    past = imported(tmp_path, unknown)
    assert columns(past, ["fault"]) == [("bad_time",)]
    first = imported(tmp_path, unknown, date_order="day_first").origin
    assert first is not None
    assert (first.day, first.month) == (3, 2)
    write(tmp_path, unknown, "t.csv")
    (found,) = problems(write(tmp_path, {"pools": [pool()], "jobs": [job([{"trace": "t.csv"}])]}))
    assert "expected a date whose day and month can be known" in found


def test_a_zone_reads_local_times_and_leaves_out_what_its_clock_has_twice(tmp_path: Path) -> None:
    table = "id,start,end\na,2026-10-25 01:30:00,2026-10-25 03:30:00\nb,2026-10-25 02:30:00,2026-10-25 04:30:00\n"
    past = imported(tmp_path, table, time_zone="Europe/Berlin")
    assert columns(past, ["task", "duration", "fault"]) == [("a", 10800, ""), ("b", None, "bad_time")]
    assert causes(past)["bad_time"] == 1


def test_start_and_end_instead_of_a_duration(tmp_path: Path) -> None:
    table = "created,begin,finish\n2026-03-02T07:00:00Z,2026-03-02T07:10:00Z,2026-03-02T07:12:00Z\n"
    source = {"columns": {"submit": "created", "start": "begin", "end": "finish"}}
    workload = traced(tmp_path, table, source)
    assert (workload.submit.tolist(), workload.demand.tolist()) == ([0], [120_000])
    assert columns(imported(tmp_path, table), ["created", "start", "duration"]) == [(0, 600, 120)]


def test_rows_are_kept_by_the_words_of_a_column(tmp_path: Path) -> None:
    table = "id,submit,duration,State\na,0,5,COMPLETED\nb,1,,CANCELLED by 7\nc,2,6,completed\n"
    source = {"columns": {"id": "id"}, "keep": {"State": ["COMPLETED"]}}
    assert traced(tmp_path, table, source).names.column().to_pylist() == ["a", "c"]
    with pytest.raises(InputError, match="none of its 3 rows has the values of `keep`"):
        traced(tmp_path, table, source | {"keep": {"State": ["LOST"]}})


def test_memory_with_units_and_in_units(tmp_path: Path) -> None:
    table = "submit,duration,memory\n0,5,4G\n1,5,512 MB\n2,5,1.5 GiB\n3,5,2048\n"
    source = {"columns": {"memory": "memory"}, "memoryUnit": "MiB"}
    assert traced(tmp_path, table, source).memory.tolist() == [4096, 512, 1536, 2048]
    assert columns(imported(tmp_path, table, memory_unit="MiB"), ["memory"]) == [(4,), (0.5,), (1.5,), (2,)]


def test_columns_of_a_table_without_names(tmp_path: Path) -> None:
    table = "a,0,5\nb,10,6\n"
    names = ["id", "submit", "duration"]
    workload = traced(tmp_path, table, {"columnNames": names, "columns": {"id": "id"}})
    assert workload.demand.tolist() == [5000, 6000]
    assert columns(imported(tmp_path, table, columns=tuple(names)), ["task", "duration"]) == [("a", 5), ("b", 6)]


def test_decimal_commas_where_cells_are_separated_otherwise(tmp_path: Path) -> None:
    table = "submit;duration;cores\n0,5;1,25;1,5\n1;2;2\n"
    workload = traced(tmp_path, table, {"columns": {"cores": "cores"}})
    assert (workload.submit.tolist(), workload.demand.tolist()) == ([0, 500], [1250, 2000])
    assert columns(imported(tmp_path, table), ["created", "duration", "cores"]) == [(0, 1.25, 1.5), (0.5, 2, 2)]


def test_arrivals_from_a_file_and_durations_from_a_distribution(tmp_path: Path) -> None:
    table = "TIMESTAMP,tokens\n2023-11-16 18:17:03.9799600,7\n2023-11-16 18:17:04.0319600,9\n"
    source = {"columns": {"submit": "TIMESTAMP"}, "duration": {"exponential": {"mean": "10s"}}}
    workload = traced(tmp_path, table, source)
    assert workload.submit.tolist() == [0, 52]
    assert len(set(workload.demand.tolist())) == 2


def test_a_column_of_parents_lets_tasks_wait(tmp_path: Path) -> None:
    table = "id,submit,duration,after\nc,0,5,a b\na,0,5,\nb,0,9,a\n"
    source = {"columns": {"id": "id", "dependsOn": "after"}}
    found = traced(tmp_path, table, source, usesTaskDependencies=True).dependencies
    assert found.waiting.tolist() == [2, 0, 1]
    assert sorted(zip(found.parent.tolist(), found.child.tolist(), strict=True)) == [(1, 0), (1, 2), (2, 0)]


@pytest.mark.parametrize("unit", ["us", "ns"])
def test_small_units(tmp_path: Path, unit: str) -> None:
    scale = {"us": 10**6, "ns": 10**9}[unit]
    table = f"submit,duration\n{5 * scale},{2 * scale}\n{6 * scale},{3 * scale}\n"
    assert traced(tmp_path, table, {"timeUnit": unit}).demand.tolist() == [2000, 3000]
    assert columns(imported(tmp_path, table, time_unit=unit), ["created", "duration"]) == [(0, 2), (1, 3)]


def test_parquet_with_dates_and_spans(tmp_path: Path) -> None:
    dates = pd.to_datetime(["2026-03-02T07:00:00", "2026-03-02T09:30:00"], utc=True)
    frame = pd.DataFrame({"id": [1, 2], "submit": dates, "duration": pd.to_timedelta([60, 120], unit="s")})
    frame.to_parquet(tmp_path / "past.parquet")
    past = imported(tmp_path, (tmp_path / "past.parquet").read_bytes())
    assert columns(past, ["task", "created", "duration"]) == [("1", 0, 60), ("2", 9000, 120)]
