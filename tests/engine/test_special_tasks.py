"""Limits and settings of preparation, release and start tasks: what their bodies say acts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.features.story import Body, job, pool, problems_of, refused, run, task

PREPARED: Body = {"jobPreparationTask": {"commandLine": "sleep 100"}}


def preparation(commandLine: str = "sleep 100", **body: Any) -> Body:  # noqa: N803 - a key of the service's body
    return {"jobPreparationTask": {"commandLine": commandLine, **body}}


def test_a_preparation_that_runs_out_of_time_fails_and_its_task_goes_back() -> None:
    work = job(tasks=[task("a")], **preparation("sleep 36000", constraints={"maxWallClockTime": "PT10M"}))
    recording = run(pool(nodes=1), work)
    (row,) = recording.frame("node_tasks").to_dict("records")
    assert (row["kind"], row["start"], row["end"], row["outcome"]) == ("preparation", 0, 600, "failed")
    assert recording.frame("tasks")["state"].tolist() == ["active"]
    assert recording.end == 600


def test_a_preparation_at_its_limit_is_in_time() -> None:
    work = job(tasks=[task("a")], **preparation(constraints={"maxWallClockTime": "PT1M40S"}))
    assert run(pool(nodes=1), work).frame("tasks")["end"].tolist() == [160]


def test_a_preparation_that_ran_out_of_time_is_not_tried_again() -> None:
    limits = {"maxWallClockTime": "PT1M", "maxTaskRetryCount": 3}
    recording = run(pool(nodes=1), job(tasks=[task("a")], **preparation(constraints=limits)))
    assert recording.frame("node_tasks")["end"].tolist() == [60]


def test_each_attempt_of_a_preparation_has_the_whole_time() -> None:
    """A failing attempt of 100 s, three in all, under a limit of 150 s each: 300 s."""
    limits = {"maxWallClockTime": "PT2M30S", "maxTaskRetryCount": 2}
    work = job(tasks=[task("a")], **preparation("sleep 100; exit 1", constraints=limits))
    assert run(pool(nodes=1), work).frame("node_tasks")["end"].tolist() == [300]


def test_an_endless_preparation_holds_its_node() -> None:
    work = job(tasks=[task("a")], **preparation("sleep 1; exit 1", constraints={"maxTaskRetryCount": -1}))
    recording = run(pool(nodes=1), work, horizon="1h")
    assert recording.frame("tasks")["state"].tolist() == ["preparing"]


@pytest.mark.parametrize(("limit", "ok"), [("PT15M", True), ("PT15M1S", False), ("P10675199DT2H48M5.4775807S", False)])
def test_a_release_task_runs_a_quarter_of_an_hour_at_most(tmp_path: Path, limit: str, ok: bool) -> None:
    work = job(count=1, **PREPARED, jobReleaseTask={"commandLine": "sleep 5", "maxWallClockTime": limit})
    if ok:
        assert problems_of(tmp_path, pool(nodes=1), work) == []
    else:
        (found,) = refused(tmp_path, pool(nodes=1), work)
        assert "jobs.0.jobReleaseTask.maxWallClockTime: a release task may run 15 minutes at most" in found


def test_a_release_task_that_runs_out_of_time_has_failed() -> None:
    release = {"commandLine": "sleep 500", "maxWallClockTime": "PT1M"}
    work = job(count=1, onAllTasksComplete="terminatejob", **PREPARED, jobReleaseTask=release)
    last = run(pool(nodes=1), work).frame("node_tasks").to_dict("records")[-1]
    assert (last["kind"], last["end"] - last["start"], last["outcome"]) == ("release", 60, "failed")


# ---- environment of the job --------------------------------------------------------------------------------


def setting(**values: str) -> list[Body]:
    return [{"name": name, "value": value} for name, value in values.items()]


def test_settings_of_the_job_reach_its_tasks() -> None:
    tasks = [{"id": "a", "commandLine": "work"}]
    common = setting(SIM_DURATION="3600", SIM_EXIT_CODE="3", SIM_CPU="2", SIM_MEM_GIB="4", SIM_INPUT_MB="100")
    work = job(tasks=tasks, commonEnvironmentSettings=common, simulation={"defaults": {"duration": "60s"}})
    (row,) = run(pool(nodes=1), work).frame("tasks").to_dict("records")
    assert (row["duration"], row["exit_code"], row["cores"], row["memory"]) == (3600, 3, 2, 4)
    assert (row["end"], row["duration_source"]) == (3601, "environment")


def test_a_setting_of_the_task_comes_before_that_of_its_job() -> None:
    tasks = [{"id": "a", "commandLine": "work", "environmentSettings": setting(SIM_DURATION="10")}]
    work = job(tasks=tasks, commonEnvironmentSettings=setting(SIM_DURATION="3600"))
    assert run(pool(nodes=1), work).end == 10


def test_they_reach_the_special_tasks_too() -> None:
    special: Body = {name: {"commandLine": "x"} for name in ("jobPreparationTask", "jobReleaseTask")}
    manager = {"id": "m", "commandLine": "x", "runExclusive": False}
    work = job(commonEnvironmentSettings=setting(SIM_DURATION="50"), jobManagerTask=manager, **special)
    recording = run(pool(nodes=1), work)
    found = recording.frame("node_tasks")
    assert (found["end"] - found["start"]).tolist() == [50, 50]
    assert recording.end == 150


def test_one_that_cannot_be_read_is_refused_where_it_stands(tmp_path: Path) -> None:
    tasks = [{"id": "a", "commandLine": "work"}]
    (found,) = refused(
        tmp_path, pool(nodes=1), job(tasks=tasks, commonEnvironmentSettings=setting(SIM_DURATION="soon"))
    )
    assert "jobs.0.commonEnvironmentSettings: in commonEnvironmentSettings: cannot be read as a duration" in found


@pytest.mark.parametrize("place", ["startTask", "jobPreparationTask", "jobReleaseTask", "tasks.0"])
def test_an_exit_code_that_is_no_number_is_refused_in_every_kind_of_task(tmp_path: Path, place: str) -> None:
    wrong: Body = {"commandLine": "sleep 5", "environmentSettings": setting(SIM_EXIT_CODE="bad")}
    body: Body = {"startTask": wrong} if place == "startTask" else {}
    work: Body = {"jobPreparationTask": {"commandLine": "sleep 5"}, "tasks": [task("a")]}
    if place == "tasks.0":
        work["tasks"] = [{"id": "a", **wrong}]
    elif place != "startTask":
        work[place] = wrong
    (found,) = refused(tmp_path, pool(nodes=1, **body), job(**work))
    assert f"{place}.environmentSettings: in environmentSettings: SIM_EXIT_CODE: expected a whole number" in found
