"""What the submit times of a trace mean: dates set the clock, numbers count from the first task, Unix time is dates."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simulator import InputError, Scenario, load, simulate, summarize
from simulator.workload.build import build
from tests.scenario.files import job, pool, read, write

MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)
ROWS = "a,2026-03-02T07:00:00Z,60\nb,2026-03-02T09:30:00Z,120\n"
DATED = f"id,submit,duration\n{ROWS}"


def replay(directory: Path, text: str, source: dict[str, Any] | None = None, **rest: Any) -> Scenario:
    write(directory, text, "past.csv")
    return read(directory, [pool(targetDedicatedNodes=1)], [job([{"trace": "past.csv", **(source or {})}])], **rest)


def test_a_trace_with_dates_is_replayed_at_its_dates(tmp_path: Path) -> None:
    scenario = replay(tmp_path, DATED)
    assert scenario.origin == MONDAY
    assert build(scenario, 0).submit.tolist() == [0, 9_000_000]
    assert not scenario.warnings


def test_a_formula_sees_the_clock_of_the_dates(tmp_path: Path) -> None:
    write(tmp_path, DATED, "past.csv")
    body = pool(enableAutoScale=True, autoScaleFormula="h = time().hour; $TargetDedicatedNodes = 1;")
    found = simulate(read(tmp_path, [body], [job([{"trace": "past.csv"}])], horizon="3h"))
    hours = [text.partition("h=")[2].partition(";")[0] for text in found.evaluations["results"][::4]]
    assert hours == ["7", "8", "9", "10"]


@pytest.mark.parametrize("place", [{"start": "1h"}, {}])
def test_a_trace_that_starts_later_keeps_its_dates_too(tmp_path: Path, place: dict[str, str]) -> None:
    write(tmp_path, DATED, "past.csv")
    work = job([{"trace": "past.csv", **place}])
    if not place:
        work["simulation"]["createdAt"] = "1h"
    scenario = read(tmp_path, [pool()], [work])
    assert scenario.origin == MONDAY.replace(hour=6)
    assert build(scenario, 0).submit.tolist() == [3_600_000, 12_600_000]


def test_of_several_traces_the_first_sets_the_origin_and_the_others_are_reported(tmp_path: Path) -> None:
    write(tmp_path, DATED, "past.csv")
    write(tmp_path, DATED.replace("03-02", "03-04"), "later.csv")
    work = job([{"trace": "later.csv"}, {"trace": "past.csv"}])
    scenario = read(tmp_path, [pool()], [work])
    assert scenario.origin == MONDAY
    (reported,) = scenario.warnings
    assert "2026-03-04T07:00:00Z is replayed at 2026-03-02T07:00:00Z, 2 d earlier" in reported.message


def test_an_origin_of_the_scenario_stays_and_the_shift_is_reported(tmp_path: Path) -> None:
    scenario = replay(tmp_path, DATED, origin="2026-01-05T00:00:00Z")
    assert scenario.origin == datetime(2026, 1, 5, tzinfo=UTC)
    (reported,) = scenario.warnings
    assert reported.path == "jobs.0.simulation.workload.0.trace"
    shift = "its first task of 2026-03-02T07:00:00Z is replayed at 2026-01-05T00:00:00Z, 56 d 7 h earlier"
    assert shift in reported.message
    assert f"trace past.csv: {shift}" in summarize(simulate(scenario))["assumptions"]
    assert not replay(tmp_path, DATED, origin="2026-03-02T07:00:00Z").warnings


def test_a_scenario_written_out_states_the_same_again(tmp_path: Path) -> None:
    scenario = replay(tmp_path, DATED)
    again = load(write(tmp_path, scenario.model_dump(mode="json", by_alias=True), "again.json"))
    assert again == scenario
    assert not again.warnings


@pytest.mark.parametrize(("unit", "scale"), [("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)])
@pytest.mark.parametrize("written", [{}, {"timeUnit": "ms"}])
def test_unix_times_are_dates_whatever_their_unit(
    tmp_path: Path, unit: str, scale: int, written: dict[str, str]
) -> None:
    """A fortnight of milliseconds looks like Unix seconds: numbers that their own unit explains are no dates."""
    first = int(MONDAY.timestamp())
    scenario = replay(tmp_path, f"id,submit,duration\na,{first * scale},60\nb,{(first + 90) * scale},60\n", written)
    if written and unit == "s":
        assert scenario.origin != MONDAY
        assert build(scenario, 0).submit.tolist() == [0, 90]
    else:
        assert scenario.origin == MONDAY
        assert build(scenario, 0).submit.tolist() == [0, 90_000]
        assert not scenario.warnings


def test_years_of_idle_nodes_are_not_billed(tmp_path: Path) -> None:
    scenario = replay(tmp_path, "id,submit,duration\na,1767571200,60\nb,1767571800,60\n")
    answer = summarize(simulate(scenario))
    assert scenario.origin == datetime(2026, 1, 5, tzinfo=UTC)
    assert answer["tasks"]["succeeded"] == 2
    assert answer["cost"]["total"] < 0.1


CUT_OUT = "id,submit,duration\na,50000000,60\nb,50000300,60\n"


def test_a_trace_cut_out_of_a_longer_one_counts_from_its_first_task(tmp_path: Path) -> None:
    scenario = replay(tmp_path, CUT_OUT)
    assert build(scenario, 0).submit.tolist() == [0, 300_000]
    (reported,) = scenario.warnings
    words = "submit times count from its first task, which comes 50,000,000 s after the trace's own time 0"
    assert words in reported.message
    assert f"trace past.csv: {words} (`submitTimes`)" in summarize(simulate(scenario))["assumptions"]


def test_who_writes_how_submit_times_are_meant_is_not_warned(tmp_path: Path) -> None:
    relative = replay(tmp_path, CUT_OUT, {"submitTimes": "relative"})
    absolute = replay(tmp_path, CUT_OUT, {"submitTimes": "absolute"})
    assert not relative.warnings
    assert not absolute.warnings
    assert build(relative, 0).submit.tolist() == [0, 300_000]
    assert build(absolute, 0).submit.tolist() == [50_000_000_000, 50_000_300_000]


def test_a_workload_log_counts_from_its_first_job_that_is_read(tmp_path: Path) -> None:
    line = "{} {} -1 {} 1 -1 -1 -1 -1 -1 1 1 1 1 1 -1 -1 -1\n"
    write(tmp_path, line.format(1, 100, -1) + line.format(2, 700, 60) + line.format(3, 760, 60), "cut.swf")
    scenario = read(tmp_path, [pool()], [job([{"trace": "cut.swf"}])])
    assert build(scenario, 0).submit.tolist() == [0, 60_000]
    kept = read(tmp_path, [pool()], [job([{"trace": "cut.swf", "submitTimes": "absolute"}])])
    assert build(kept, 0).submit.tolist() == [700_000, 760_000]


@pytest.mark.parametrize("dates", ["utc", "naive", "ms"])
def test_columns_of_dates_and_spans_need_no_unit(tmp_path: Path, dates: str) -> None:
    times = pd.to_datetime(["2026-03-02T07:00:00", "2026-03-02T09:30:00"], utc=dates == "utc")
    frame = pd.DataFrame({"submit": times, "duration": pd.to_timedelta([60, 120], unit="s")})
    if dates == "ms":
        frame = frame.astype({"submit": "datetime64[ms]", "duration": "timedelta64[ms]"})
    frame.to_parquet(tmp_path / "past.parquet")
    scenario = read(tmp_path, [pool()], [job([{"trace": "past.parquet", "timeUnit": "h"}])])
    workload = build(scenario, 0)
    assert scenario.origin == MONDAY
    assert workload.submit.tolist() == [0, 9_000_000]
    assert workload.demand.tolist() == [60_000, 120_000]


def test_a_column_of_spans_may_state_when_tasks_come(tmp_path: Path) -> None:
    frame = pd.DataFrame({"submit": pd.to_timedelta([5, 65], unit="min"), "duration": [1.0, 2.0]})
    frame.to_parquet(tmp_path / "past.parquet")
    source = {"trace": "past.parquet", "timeUnit": "h", "submitTimes": "absolute"}
    workload = build(read(tmp_path, [pool()], [job([source])]), 0)
    assert workload.submit.tolist() == [300_000, 3_900_000]
    assert workload.demand.tolist() == [3_600_000, 7_200_000]


def elsewhere(source: dict[str, Any]) -> list[tuple[str, list[Any], dict[str, Any], int]]:
    """Return a trace in each place beside `jobs`: its path, the jobs, the rest, the hours from the origin to it."""
    rest = {key: value for key, value in job([source]).items() if key != "id"}
    ends = {"onAllTasksComplete": "terminatejob"}
    own = job([{"count": 1, "duration": "1m"}])
    spec = {"id": "s", "schedule": {"doNotRunUntil": "3h"}, "jobSpecification": rest | ends}
    added = {"at": "1h", "operation": "addTasks", "job": "j", "workload": [source]}
    late = {"at": "2h", "operation": "addJob", "job": job([source]) | {"id": "late"}}
    return [
        ("timeline.0.workload.0.trace", [own], {"timeline": [added]}, 1),
        ("timeline.0.job.simulation.workload.0.trace", [own], {"timeline": [late]}, 2),
        ("jobSchedules.0.jobSpecification.simulation.workload.0.trace", [own], {"jobSchedules": [spec]}, 3),
    ]


def test_a_trace_with_dates_sets_the_origin_wherever_it_stands(tmp_path: Path) -> None:
    write(tmp_path, DATED, "past.csv")
    for path, jobs, rest, hours in elsewhere({"trace": "past.csv"}):
        made = read(tmp_path, [pool()], jobs, **rest)
        assert made.origin == MONDAY.replace(hour=7 - hours), path
        assert not made.warnings, path
        assert not [text for text in summarize(simulate(made))["assumptions"] if text.startswith("trace")]


def test_a_shift_is_reported_wherever_the_trace_stands(tmp_path: Path) -> None:
    write(tmp_path, DATED, "past.csv")
    for path, jobs, rest, hours in elsewhere({"trace": "past.csv"}):
        made = read(tmp_path, [pool(targetDedicatedNodes=1)], jobs, origin="2026-01-05T00:00:00Z", **rest)
        (reported,) = made.warnings
        assert reported.path == path
        shift = f"its first task of 2026-03-02T07:00:00Z is replayed at 2026-01-05T0{hours}:00:00Z, 56 d"
        assert shift in reported.message
        assert any(shift in text for text in summarize(simulate(made))["assumptions"]), path


def test_numbers_that_are_moved_are_reported_wherever_the_trace_stands(tmp_path: Path) -> None:
    write(tmp_path, CUT_OUT, "past.csv")
    for _, jobs, rest, _ in elsewhere({"trace": "past.csv"}):
        found = summarize(simulate(read(tmp_path, [pool(targetDedicatedNodes=1)], jobs, **rest)))["assumptions"]
        assert [text for text in found if "comes 50,000,000 s after the trace's own time 0" in text]


def test_a_schedule_that_recurs_replays_a_trace_at_other_dates(tmp_path: Path) -> None:
    write(tmp_path, DATED, "past.csv")
    (_, jobs, rest, _) = elsewhere({"trace": "past.csv"})[2]
    rest["jobSchedules"][0]["schedule"] |= {"recurrenceInterval": "24h", "doNotRunAfter": "30h"}
    made = read(tmp_path, [pool(targetDedicatedNodes=1)], jobs, **rest)
    words = "trace past.csv: replayed by each job of schedule s"
    assert words in summarize(simulate(made))["assumptions"]


@pytest.mark.parametrize("arrivals", [{"times": ["1h"]}, {"atOnce": {"at": "1h"}}])
def test_instants_of_a_schedules_groups_count_from_its_jobs(tmp_path: Path, arrivals: dict[str, Any]) -> None:
    spec = job([{"count": 1, "duration": "1m", "arrivals": arrivals}, {"count": 1, "duration": "1m"}])
    ends = {"onAllTasksComplete": "terminatejob"}
    rest = {key: value for key, value in spec.items() if key != "id"} | ends
    times = {"doNotRunUntil": "1h", "recurrenceInterval": "24h", "doNotRunAfter": "30h"}
    schedule = {"id": "s", "schedule": times, "jobSpecification": rest}
    made = read(tmp_path, [pool(targetDedicatedNodes=1)], [], jobSchedules=[schedule])
    submitted = simulate(made).tasks["submit"].tolist()
    assert sorted(submitted) == [hour * 3600 for hour in (1, 2, 25, 26)]


def test_dates_with_and_without_a_zone_are_not_mixed_unless_the_zone_is_given(tmp_path: Path) -> None:
    write(tmp_path, "submit,duration\n2026-03-02T07:00:00Z,60\n2026-03-02T08:00:00,60\n", "past.csv")
    with pytest.raises(InputError, match="beside times without one in 'submit': state 'timeZone'"):
        read(tmp_path, [pool(targetDedicatedNodes=1)], [job([{"trace": "past.csv"}])])
    given = job([{"trace": "past.csv", "timeZone": "UTC"}])
    submitted = simulate(read(tmp_path, [pool(targetDedicatedNodes=1)], [given])).tasks["submit"]
    assert submitted.tolist() == [0, 3600]
