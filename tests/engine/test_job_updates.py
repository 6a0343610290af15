"""Update, deletion of jobs and tasks, and job schedules under a client's hand: effects, guards, codes."""

from pathlib import Path
from typing import Any

import pytest

from simulator import Recording
from tests.features.story import Body, job, operation, pool, refused, run, task

HOURLY: Body = {"recurrenceInterval": "PT1H", "doNotRunAfter": "3h30m"}


def act(at: str, name: str, **body: Any) -> Body:
    """Return an operation on the job `j`."""
    return operation(at, name, pool=None, job="j", **body)


def on(at: str, name: str) -> Body:
    """Return an operation on the schedule `s`."""
    return operation(at, name, pool=None, jobSchedule="s")


def schedule(duration: str = "10m", times: Body = HOURLY, **body: Any) -> Body:
    ends = {"onAllTasksComplete": "terminatejob"}
    specification = job("x", tasks=[task("t", duration)], **{**ends, **body})
    return {"id": "s", "schedule": times, "jobSpecification": {k: v for k, v in specification.items() if k != "id"}}


def codes(made: Recording) -> list[str]:
    return [str(code) for code in made.operations["code"]]


def life(made: Recording, name: str = "j") -> list[tuple[str, float, float]]:
    rows = made.jobs[made.jobs["job"] == name]
    return [(str(row["state"]), float(row["start"]), float(row["end"])) for row in rows.to_dict("records")]


def starts(made: Recording, name: str) -> list[float]:
    tasks = made.tasks
    return sorted(float(start) for start in tasks[tasks["job"] == name]["first_start"].dropna())


# ---- updateJob ---------------------------------------------------------------------------------------------


def test_a_new_priority_holds_for_what_starts_from_then_on() -> None:
    first, second = job(count=4, duration="1m"), job("k", count=4, duration="1m", priority=5)
    made = run(pool(nodes=1), first, second, timeline=[act("90s", "updateJob", priority=7)])
    assert starts(made, "k") == [0, 60, 360, 420]
    assert starts(made, "j") == [120, 180, 240, 300]


@pytest.mark.parametrize(("keep", "gone"), [(False, 180), (True, 7200)])
def test_an_update_decides_whether_an_own_pool_outlives_its_job(keep: bool, gone: float) -> None:
    own: Body = {"autoPoolSpecification": {"autoPoolIdPrefix": "a", "keepAlive": not keep, "pool": pool(nodes=1)}}
    change = {"autoPoolSpecification": {"poolLifetimeOption": "job", "keepAlive": keep}}
    steps = [act("1m", "disableJob"), act("2m", "updateJob", poolInfo=change), act("3m", "terminateJob")]
    made = run(job(count=1, duration="1h", poolInfo=own), timeline=steps, horizon="2h")
    assert codes(made) == ["Success"] * 3
    assert list(made.nodes["gone"]) == [gone]


def test_what_becomes_of_a_pool_changes_only_for_the_job_that_brought_it() -> None:
    change: Body = {"autoPoolSpecification": {"keepAlive": True}}
    steps = [act("1m", "updateJob", poolInfo=change), act("2m", "disableJob"), act("3m", "updateJob", poolInfo=change)]
    made = run(pool(nodes=1), job(count=1, duration="1h"), timeline=steps, horizon="1h")
    assert codes(made) == ["OperationInvalidForCurrentState", "Success", "InvalidPropertyValue"]


def test_a_new_priority_decides_who_is_displaced() -> None:
    low = job(count=1, duration="10m", allowTaskPreemption=True)
    high = job("k", count=1, duration="1m", at="2m", priority=5)
    made = run(pool(nodes=1), low, high, timeline=[act("1m", "updateJob", priority=6)])
    assert starts(made, "k") == [600]
    made = run(pool(nodes=1), low, {**high, "priority": 0}, timeline=[act("1m", "updateJob", priority=-1)])
    assert starts(made, "k") == [120]


@pytest.mark.parametrize(("before", "after", "start"), [(False, True, 120), (True, False, 600)])
def test_whether_tasks_yield_can_be_changed(before: bool, after: bool, start: float) -> None:
    low = job(count=1, duration="10m", allowTaskPreemption=before)
    high = job("k", count=1, duration="1m", at="2m", priority=5)
    made = run(pool(nodes=1), low, high, timeline=[act("1m", "updateJob", allowTaskPreemption=after)])
    assert starts(made, "k") == [start]


def test_a_task_that_waits_takes_its_place_at_the_instant_of_the_change() -> None:
    low = job(count=1, duration="10m")
    high = job("k", count=1, duration="1m", at="2m", priority=5)
    made = run(pool(nodes=1), low, high, timeline=[act("4m", "updateJob", allowTaskPreemption=True)])
    assert starts(made, "k") == [240]


def test_a_job_yields_on_the_pool_that_it_is_moved_to_as_it_was_changed() -> None:
    low, high = job(count=1, duration="10m"), job("k", pool="q", count=1, duration="1m", at="9m", priority=5)
    made = run(
        pool(nodes=1),
        pool("q", nodes=1),
        low,
        high,
        timeline=[
            act("1m", "updateJob", allowTaskPreemption=True),
            act("2m", "disableJob"),
            act("3m", "updateJob", poolInfo={"poolId": "q"}),
            act("4m", "enableJob"),
        ],
    )
    assert starts(made, "k") == [540]


@pytest.mark.parametrize(
    ("before", "after", "times"), [(-1, 1, [0, 0, 0, 0, 120, 180]), (1, 3, [0, 60, 90, 90, 120, 150])]
)
def test_a_new_limit_of_parallel_tasks_lets_those_that_run_go_on(before: int, after: int, times: list[float]) -> None:
    tasks = [task(f"t{k}", "60s" if before > 0 or k not in (0, 3) else "120s") for k in range(6)]
    work = job(tasks=tasks, maxParallelTasks=before)
    made = run(pool(nodes=4), work, timeline=[act("30s" if before < 0 else "90s", "updateJob", maxParallelTasks=after)])
    assert starts(made, "j") == times


def test_a_new_wall_clock_time_counts_from_the_jobs_creation() -> None:
    long = job(count=1, duration="3h", constraints={"maxWallClockTime": "PT1H"})
    sooner = run(pool(nodes=1), long, timeline=[act("10m", "updateJob", constraints={"maxWallClockTime": "PT30M"})])
    later = run(pool(nodes=1), long, timeline=[act("10m", "updateJob", constraints={"maxWallClockTime": "PT2H"})])
    at_once = run(pool(nodes=1), long, timeline=[act("10m", "updateJob", constraints={"maxWallClockTime": "PT5M"})])
    ends = [life(made)[-1][1] for made in (sooner, later, at_once)]
    assert ends == [1800, 7200, 600]
    assert set(sooner.jobs["reason"].dropna()) == {"MaxWallClockTimeExpiry"}


@pytest.mark.parametrize(("at", "ends"), [("10s", 60.0), ("2m", 120.0)])
def test_the_usual_pattern_ends_a_job_after_its_tasks_are_added(at: str, ends: float) -> None:
    update = act(at, "updateJob", onAllTasksComplete="terminatejob")
    made = run(pool(nodes=1), job(count=1, duration="60s"), timeline=[update])
    assert life(made)[-1][:2] == ("completed", ends)


def test_terminatejob_cannot_be_taken_back() -> None:
    asked = [act("10s", "updateJob", onAllTasksComplete="noaction", priority=5)]
    made = run(pool(nodes=1), job(count=1, onAllTasksComplete="terminatejob"), timeline=asked)
    assert codes(made) == ["InvalidPropertyValue"]
    assert life(made)[-1][:2] == ("completed", 60)


def test_a_job_that_ends_takes_no_update() -> None:
    ended = [act("1m", "terminateJob"), act("2m", "updateJob", priority=1), act("3m", "deleteJob")]
    ended += [act("4m", "updateJob", priority=1), act("5m", "deleteJob")]
    made = run(pool(nodes=1), job(count=1, duration="1h"), timeline=ended)
    assert codes(made) == ["Success", "JobCompleted", "Success", "JobNotFound", "JobNotFound"]


def test_a_job_changes_its_pool_only_while_disabled() -> None:
    asked = [act(at, "updateJob", poolInfo={"poolId": name}) for at, name in (("1m", "q"), ("3m", "P"), ("4m", "q"))]
    made = run(
        pool(nodes=1), pool("q", nodes=1), job(count=3), timeline=[asked[0], act("2m", "disableJob"), *asked[1:]]
    )
    assert codes(made) == ["OperationInvalidForCurrentState", "Success", "Success", "Success"]
    assert set(made.tasks["pool"]) == {"q"}


def test_a_refused_update_changes_nothing() -> None:
    asked = act("30s", "updateJob", maxParallelTasks=1, poolInfo={"poolId": "q"})
    made = run(pool(nodes=2), pool("q"), job(count=4), timeline=[asked])
    assert starts(made, "j") == [0, 0, 60, 60]


# ---- deleteJob, deleteTask ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "states"),
    [
        ([], ["active", "deleting"]),
        ([act("1m", "disableJob")], ["active", "disabling", "disabled", "deleting"]),
        ([act("1m", "disableJob", disableTasks="wait")], ["active", "disabling", "deleting"]),
        ([act("1m", "terminateJob")], ["active", "terminating", "completed", "deleting"]),
    ],
)
def test_a_job_is_deleted_whatever_its_state(before: list[Body], states: list[str]) -> None:
    made = run(pool(nodes=1), job(count=2, duration="1h"), timeline=[*before, act("2m", "deleteJob")])
    assert [state for state, _, _ in life(made)] == states
    assert life(made)[-1][1:] == (120, 120)
    assert made.tasks["unfinished_why"].iloc[1] == "its job was deleted"
    assert codes(made)[-1] == "Success"


def test_release_tasks_run_before_a_deleted_job_has_gone() -> None:
    body: Body = {"jobPreparationTask": {"commandLine": "sleep 10"}, "jobReleaseTask": {"commandLine": "sleep 30"}}
    asked = [
        act("5m", "deleteJob"),
        act("310s", "deleteJob"),
        act("310s", "enableJob"),
        act("320s", "addTasks", tasks=[task("u")]),
    ]
    made = run(pool(nodes=1), job(count=1, duration="1h", **body), timeline=[*asked, act("6m", "terminateJob")])
    assert life(made)[-1] == ("deleting", 300, 330)
    assert codes(made) == ["Success", "JobBeingDeleted", "JobBeingDeleted", "JobBeingDeleted", "JobNotFound"]
    assert made.node_tasks["kind"].tolist() == ["preparation", "release"]


def test_a_job_deleted_while_it_ends_goes_with_its_release_tasks() -> None:
    body: Body = {"jobPreparationTask": {"commandLine": "sleep 10"}, "jobReleaseTask": {"commandLine": "sleep 30"}}
    asked = [act("5m", "terminateJob"), act("310s", "deleteJob")]
    made = run(pool(nodes=1), job(count=1, duration="1h", **body), timeline=asked)
    assert life(made)[-2:] == [("terminating", 300, 310), ("deleting", 310, 330)]
    assert len(made.node_tasks) == 2


def test_the_pool_of_a_deleted_job_goes_with_it() -> None:
    own: Body = {"autoPoolSpecification": {"autoPoolIdPrefix": "a", "pool": pool(nodes=1)}}
    made = run(job(count=1, duration="1h", poolInfo=own), timeline=[act("2m", "deleteJob")])
    assert made.pools["deleted"].tolist() == [120]


@pytest.mark.parametrize(
    ("name", "code", "end"),
    [("a", "Success", 30.0), ("b", "Success", 30.0), ("c", "Success", 20.0), ("d", "TaskNotFound", 0.0)],
)
def test_a_deleted_task_is_not_found_again(name: str, code: str, end: float) -> None:
    listed = [task("c", "20s"), task("a", "1h"), task("b", "1h")]
    asked = [act("30s", "deleteTask", task=name), act("40s", "terminateTask", task=name)]
    made = run(pool(nodes=1), job(tasks=listed), timeline=[*asked, act("50s", "reactivateTask", task=name)])
    assert codes(made) == [code, "TaskNotFound", "TaskNotFound"]
    assert made.tasks.set_index("id")["end"].get(name, 0.0) == end


def test_a_job_whose_last_task_is_deleted_is_complete() -> None:
    listed = job(tasks=[task("a", "1h"), task("b", "1m")], onAllTasksComplete="terminatejob")
    made = run(pool(nodes=2), listed, timeline=[act("2m", "deleteTask", task="a")])
    assert life(made)[-1][:2] == ("completed", 120)


# ---- job schedules -----------------------------------------------------------------------------------------


def test_a_disabled_schedule_creates_no_job_until_it_is_enabled() -> None:
    asked = [on("5m", "disableJobSchedule"), on("2h10m", "enableJobSchedule")]
    made = run(pool(nodes=1), jobSchedules=[schedule()], timeline=asked)
    assert codes(made) == ["Success", "Success"]
    created = {name: life(made, name)[0][1] for name in made.jobs["job"].unique()}
    assert created == {"s:job-1": 0, "s:job-3": 7800, "s:job-4": 10800}  # the third late, the second not at all
    assert life(made, "s:job-1")[-1][:2] == ("completed", 600)  # the job that ran was let be


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("disableJobSchedule", "it was disabled"),
        ("terminateJobSchedule", "it had been ended"),
        ("deleteJobSchedule", "it had been deleted"),
    ],
)
def test_the_answer_states_why_a_job_was_not_created(name: str, why: str) -> None:
    made = run(pool(nodes=1), jobSchedules=[schedule()], timeline=[on("70m", name)], horizon="5h")
    left = made.tasks.set_index("job")["unfinished_why"]
    assert left[["s:job-3", "s:job-4"]].tolist() == [f"its schedule has created no such job: {why}"] * 2


def test_a_job_that_comes_too_late_for_its_window_is_not_created() -> None:
    asked = [on("5m", "disableJobSchedule"), on("2h10m", "enableJobSchedule")]
    made = run(pool(nodes=1), jobSchedules=[schedule(times={**HOURLY, "startWindow": "PT5M"})], timeline=asked)
    assert sorted(made.jobs["job"].unique()) == ["s:job-1", "s:job-4"]


def test_a_schedule_that_runs_once_waits_until_it_is_enabled() -> None:
    asked = [on("5m", "disableJobSchedule"), on("1h", "enableJobSchedule"), on("2h", "disableJobSchedule")]
    made = run(pool(nodes=1), jobSchedules=[schedule(times={"doNotRunUntil": "10m"})], timeline=asked)
    assert life(made, "s:job-1")[0][1] == 3600
    assert codes(made) == ["Success", "Success", "JobScheduleCompleted"]


def test_a_terminated_schedule_ends_its_job_and_creates_no_other() -> None:
    asked = [on("65m", "terminateJobSchedule"), on("66m", "enableJobSchedule"), on("67m", "deleteJobSchedule")]
    made = run(pool(nodes=1), jobSchedules=[schedule()], timeline=[*asked, on("68m", "deleteJobSchedule")])
    assert codes(made) == ["Success", "JobScheduleCompleted", "Success", "JobScheduleNotFound"]
    assert sorted(made.jobs["job"].unique()) == ["s:job-1", "s:job-2"]
    ended = made.jobs[(made.jobs["job"] == "s:job-2") & (made.jobs["state"] == "completed")]
    assert (ended["start"].iloc[0], ended["reason"].iloc[0]) == (3900, "TerminateJobSchedule")
    assert [life(made, name)[-1][:2] for name in ("s:job-1", "s:job-2")] == [("deleting", 4020), ("deleting", 4020)]


def test_a_schedule_is_in_between_while_release_tasks_run() -> None:
    body: Body = {"jobPreparationTask": {"commandLine": "sleep 1"}, "jobReleaseTask": {"commandLine": "sleep 60"}}
    asked = [on("5m", "terminateJobSchedule"), on("330s", "disableJobSchedule"), on("340s", "deleteJobSchedule")]
    asked += [on("350s", "enableJobSchedule"), on("350s", "deleteJobSchedule"), on("7m", "enableJobSchedule")]
    made = run(pool(nodes=1), jobSchedules=[schedule(**body)], timeline=asked)
    between = ["JobScheduleBeingTerminated", "Success", "JobScheduleBeingDeleted", "JobScheduleBeingDeleted"]
    assert codes(made) == ["Success", *between, "JobScheduleNotFound"]


@pytest.mark.parametrize(("name", "gone"), [("terminateJobSchedule", 300.0), ("deleteJobSchedule", 300.0)])
def test_the_pool_of_a_schedule_goes_with_it(name: str, gone: float) -> None:
    own: Body = {"autoPoolSpecification": {"poolLifetimeOption": "jobschedule", "pool": pool(nodes=1)}}
    made = run(jobSchedules=[schedule(poolInfo=own)], timeline=[on("5m", name)])
    assert made.pools["deleted"].tolist() == [gone]


def test_a_schedule_disabled_twice_is_refused_and_an_enabled_one_is_let_be() -> None:
    asked = [on("1m", "enableJobSchedule"), on("2m", "disableJobSchedule"), on("3m", "disableJobSchedule")]
    made = run(pool(nodes=1), jobSchedules=[schedule()], timeline=asked)
    assert codes(made) == ["Success", "Success", "JobScheduleDisabled"]
    assert made.operations["target"].tolist() == ["s", "s", "s"]


# ---- what is refused before the run ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (
            on("1m", "disableJobSchedule") | {"jobSchedule": "ss"},
            "jobSchedule: no job schedule 'ss', did you mean 's'?",
        ),
        (act("1m", "updateJob"), "timeline.0: expected something to change"),
        (act("1m", "updateJob", priority=1001), "less than or equal to 1000"),
        (act("1m", "updateJob", maxParallelTasks=0), "expected -1 (no limit) or at least 1"),
        (act("1m", "updateJob", poolInfo={"poolId": "pp"}), "poolInfo.poolId: no pool 'pp', did you mean 'p'?"),
        (act("1m", "updateJob", prioritty=1), "did you mean 'priority'?"),
    ],
)
def test_what_cannot_be_asked(tmp_path: Path, asked: Body, why: str) -> None:
    found = refused(tmp_path, pool(nodes=1), job(count=1), jobSchedules=[schedule()], timeline=[asked])
    assert any(why in text for text in found), found
