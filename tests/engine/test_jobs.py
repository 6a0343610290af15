"""Stories of jobs: each state and each way to end, and what becomes of the tasks."""

from typing import Any

import pytest

from simulator import Recording
from simulator.results.answer.metrics import summarize
from tests.features.story import UBUNTU, job, operation, pool, run, task

THREE = [task("a", "60s"), task("b", "60s"), task("c", "60s")]


def on_job(at: str, name: str, job: str = "j", **body: Any) -> dict[str, Any]:
    return operation(at, name, pool=None, job=job, **body)


def states(made: Recording, job: str = "j") -> list[tuple[str, float]]:
    rows = made.jobs[made.jobs["job"] == job]
    return list(zip(rows["state"].astype(str), rows["start"], strict=True))


def outcomes(made: Recording) -> list[str]:
    return made.attempts["outcome"].astype(str).tolist()


def starts(made: Recording) -> dict[str, float]:
    return dict(zip(made.tasks["id"], made.tasks["first_start"], strict=True))


@pytest.mark.parametrize(
    ("option", "disabled", "expected", "requeues"),
    [
        ("requeue", 30, ["requeued", "succeeded", "succeeded", "succeeded"], [1, 0, 0]),
        ("terminate", 30, ["terminated", "succeeded", "succeeded"], [0, 0, 0]),
        ("wait", 60, ["succeeded", "succeeded", "succeeded"], [0, 0, 0]),
    ],
)
def test_disable_does_with_running_tasks_as_it_is_asked(
    option: str, disabled: float, expected: list[str], requeues: list[int]
) -> None:
    line = [on_job("30s", "disableJob", disableTasks=option), on_job("200s", "enableJob")]
    made = run(pool(nodes=1), job(tasks=THREE), timeline=line)
    assert outcomes(made) == expected
    assert made.tasks["requeues"].tolist() == requeues
    assert states(made) == [
        ("active", 0),
        ("disabling", 30),
        ("disabled", disabled),
        ("enabling", 200),
        ("active", 200),
    ]
    assert made.attempts["start"].iloc[1] == 200


def test_a_disabled_job_leaves_the_nodes_to_others_and_is_the_reason() -> None:
    line = [on_job("30s", "disableJob")]
    other = job("other", tasks=[task("x", "10s", submit="20s")])
    made = run(pool(nodes=1), job(tasks=THREE), other, timeline=line)
    assert starts(made)["x"] == 30
    assert made.tasks["unfinished_why"].dropna().unique().tolist() == ["its job is disabled"]


def test_a_terminated_job_kills_what_runs_and_leaves_what_waits_active() -> None:
    made = run(pool(nodes=1), job(tasks=THREE), timeline=[on_job("30s", "terminateJob", terminateReason="enough")])
    assert outcomes(made) == ["terminated"]
    assert made.tasks["state"].astype(str).tolist() == ["completed", "active", "active"]
    assert states(made) == [("active", 0), ("terminating", 30), ("completed", 30)]
    assert made.jobs["reason"].iloc[-1] == "enough"
    assert made.tasks["unfinished_why"].iloc[1] == "its job ended: enough"


def test_a_job_out_of_time_ends() -> None:
    made = run(pool(nodes=1), job(tasks=THREE, constraints={"maxWallClockTime": "PT1M30S"}))
    assert outcomes(made) == ["succeeded", "terminated"]
    assert made.jobs["reason"].iloc[-1] == "MaxWallClockTimeExpiry"


def test_a_job_that_waits_for_ever_ends_when_its_time_is_up() -> None:
    made = run(pool(nodes=0), job(tasks=THREE, constraints={"maxWallClockTime": "PT10M"}))
    assert made.raw.end == 600_000
    assert made.jobs["reason"].iloc[-1] == "MaxWallClockTimeExpiry"


def test_a_job_ends_with_its_last_task() -> None:
    made = run(pool(nodes=1), job(tasks=THREE, onAllTasksComplete="terminatejob"))
    assert states(made) == [("active", 0), ("terminating", 180), ("completed", 180)]
    assert made.jobs["reason"].iloc[-1] == "AllTasksComplete"


def test_a_job_without_tasks_counts_as_complete_unless_the_script_is_trusted() -> None:
    """`terminateWhenEmpty`."""
    late = job(tasks=[task("a", "60s", submit="10s")], onAllTasksComplete="terminatejob")
    made = run(pool(nodes=1), late)
    assert states(made)[-1] == ("completed", 0)
    assert made.tasks["unfinished_why"].tolist() == ["never submitted, its job had ended: AllTasksComplete"]
    trusted = run(pool(nodes=1), late, options={"terminateWhenEmpty": "after_last_scripted_add"})
    assert states(trusted)[-1] == ("completed", 70)


def test_no_more_run_at_once_than_the_job_may() -> None:
    """The other job uses the rest."""
    made = run(
        pool(nodes=4, taskSlotsPerNode=1),
        job("few", count=4, duration="60s", maxParallelTasks=1),
        job("many", count=6, duration="60s"),
    )
    few = made.tasks[made.tasks["job"] == "few"]
    assert sorted(few["first_start"]) == [0, 60, 120, 180]
    assert made.tasks["end"].max() == 240


@pytest.mark.parametrize(
    ("conditions", "exits", "state"),
    [
        ({}, 3, "completed"),
        ({"exitCodes": [{"code": 3, "exitOptions": {"jobAction": "disable"}}]}, 3, "disabled"),
        ({"exitCodes": [{"code": 3, "exitOptions": {"jobAction": "none"}}]}, 3, "active"),
        ({"default": {"jobAction": "none"}}, 3, "active"),
        ({"exitCodes": [{"code": 0, "exitOptions": {"jobAction": "terminate"}}]}, 0, "completed"),
        ({}, 0, "active"),
    ],
)
def test_exit_conditions_act_on_the_job_that_allows_it(conditions: dict[str, Any], exits: int, state: str) -> None:
    tasks = [task("a", "60s", exits=exits, exitConditions=conditions), task("b", "60s")]
    made = run(pool(nodes=1), job(tasks=tasks, onTaskFailure="performexitoptionsjobaction"))
    assert states(made)[-1][0] == state
    assert (state == "active") == (len(made.attempts) == 2)
    if state == "completed":
        assert made.jobs["reason"].iloc[-1] == "TaskFailed"


def test_an_attempt_that_takes_too_long_fails_without_a_retry() -> None:
    """One that ends exactly at its limit is in time."""
    limit = {"maxWallClockTime": "PT1M", "maxTaskRetryCount": 5}
    made = run(pool(nodes=1), job(tasks=[task("a", "61s", constraints=limit), task("b", "60s", constraints=limit)]))
    assert outcomes(made) == ["expired", "succeeded"]
    assert made.tasks["end"].tolist() == [60, 120]
    assert made.tasks["exit_code"].isna().tolist() == [True, False]


def test_a_task_can_be_ended_and_brought_back() -> None:
    tasks = [task("a", "60s", exits=[1, 0]), task("b", "60s"), task("c", "60s")]
    line = [
        on_job("10s", "terminateTask", task="b"),
        on_job("90s", "reactivateTask", task="a"),
        on_job("95s", "reactivateTask", task="c"),
        on_job("96s", "terminateTask", task="nobody"),
        on_job("400s", "terminateTask", task="a"),
    ]
    made = run(pool(nodes=1), job(tasks=tasks), timeline=line)
    assert made.operations["code"].astype(str).tolist() == [
        "Success",
        "Success",
        "TaskNotCompleted",
        "TaskNotFound",
        "TaskCompleted",
    ]
    assert made.tasks["succeeded"].tolist() == [True, False, True]
    assert made.tasks["end"].tolist() == [180, 10, 120]


def test_jobs_and_tasks_come_later() -> None:
    line = [
        on_job("5s", "addTasks", tasks=[task("early", "10s")]),
        operation("10s", "addJob", pool=None, job=job("late", tasks=[task("x", "10s")])),
        on_job("20s", "addTasks", job="late", tasks=[task("y", "10s")]),
        on_job("40s", "terminateJob", job="late"),
        on_job("50s", "addTasks", job="late", tasks=[task("z", "10s")]),
        on_job("60s", "disableJob", job="late"),
    ]
    made = run(pool(nodes=1), job(tasks=[task("a", "5s")]), timeline=line)
    assert starts(made) | {"z": -1} == {"a": 0, "early": 5, "x": 15, "y": 25, "z": -1}
    assert made.operations["code"].astype(str).tolist()[-2:] == ["JobCompleted", "JobCompleted"]
    assert made.tasks["state"].astype(str).tolist()[-1] == "planned"
    assert made.tasks["unfinished_why"].iloc[-1] == "never submitted, its job had ended: UserTerminate"
    answer = summarize(made)
    assert (answer["tasks"]["planned"], answer["tasks"]["submitted"], answer["tasks"]["unfinished"]) == (5, 4, 1)
    assert (answer["jobs"]["late"]["planned"], answer["jobs"]["late"]["submitted"]) == (3, 2)


def test_what_comes_before_its_job_in_the_same_instant_is_not_submitted() -> None:
    """The service would answer JobNotFound: the order of the timeline counts."""
    early = on_job("10s", "addTasks", job="late", tasks=[task("early", "10s")])
    late = operation("10s", "addJob", pool=None, job=job("late", tasks=[task("x", "10s")]))
    made = run(pool(nodes=1), job(tasks=[task("a", "5s")]), timeline=[early, late])
    assert made.operations["code"].astype(str).tolist() == ["JobNotFound", "Success"]
    assert starts(made) == {"a": 0, "x": 10}
    made = run(pool(nodes=1), job(tasks=[task("a", "5s")]), timeline=[late, early])
    assert starts(made) == {"a": 0, "x": 10, "early": 20}


def test_tasks_of_a_job_that_is_refused_are_not_submitted() -> None:
    """They come in the instant in which the quota stands in the way; nobody waits for them then."""
    refused = run(pool(nodes=1), job(count=2), account={"activeJobAndScheduleQuota": 0})
    tasks = summarize(refused)["tasks"]
    assert (tasks["planned"], tasks["submitted"], tasks["unfinished"]) == (2, 0, 2)
    assert refused.tasks["unfinished_why"].str.startswith("its job was refused: ActiveJob").all()
    assert refused.pool_timeline["queued_tasks"].max() == 0


def test_tasks_that_come_with_the_end_of_their_job_are_refused_or_not_as_the_timeline_goes() -> None:
    end, add = on_job("30s", "terminateJob"), on_job("30s", "addTasks", tasks=[task("late")])
    for line, submitted in (([add, end], 4), ([end, add], 3)):
        made = run(pool(nodes=1), job(tasks=THREE), timeline=line)
        assert summarize(made)["tasks"]["submitted"] == submitted
        assert ("JobCompleted" in made.operations["code"].astype(str).tolist()) == (submitted == 3)


def test_the_makespan_begins_with_what_was_submitted() -> None:
    line = [operation("60s", "addTasks", pool=None, job="j", tasks=[task("a", "60s")])]
    assert summarize(run(pool(nodes=1), job(), timeline=line))["makespan_s"] == 60


def test_preparation_runs_once_on_each_node_and_release_where_it_did() -> None:
    prepared: dict[str, Any] = {
        "jobPreparationTask": {"commandLine": "sleep 20"},
        "jobReleaseTask": {"commandLine": "sleep 30"},
        "onAllTasksComplete": "terminatejob",
    }
    made = run(pool(nodes=2, taskSlotsPerNode=2), job(count=6, duration="60s", **prepared))
    assert sorted(made.tasks["first_start"]) == [20, 20, 20, 20, 80, 80]
    rows = made.node_tasks
    assert rows["kind"].astype(str).tolist() == ["preparation"] * 2 + ["release"] * 2
    assert states(made) == [("active", 0), ("terminating", 140), ("completed", 170)]
    ledger = made.ledger.seconds()
    assert ledger["job_preparation"] == 40
    assert ledger["job_release"] == 60


def test_a_node_that_cannot_be_prepared_is_avoided_by_that_job_alone() -> None:
    broken = {"simulation": {"duration": "20s", "failureProbability": 1}}
    made = run(
        pool(nodes=1),
        job(tasks=[task("a", "60s")], jobPreparationTask={"commandLine": "x", **broken}),
        job("other", tasks=[task("b", "60s")]),
    )
    assert sorted(outcomes(made)) == ["succeeded", "unprepared"]
    assert made.node_tasks["outcome"].astype(str).tolist() == ["failed"]
    assert made.tasks["succeeded"].tolist() == [False, True]


def test_a_more_important_job_displaces_tasks_that_allow_it() -> None:
    """The latest started goes first, and counts a requeue."""
    low = job("low", tasks=[task("a", "60s"), task("b", "60s", submit="10s")], allowTaskPreemption=True)
    high = job("high", tasks=[task("x", "30s", submit="20s")], priority=100)
    made = run(pool(nodes=2), low, high)
    assert starts(made)["x"] == 20
    assert made.tasks.set_index("id")["requeues"].to_dict() == {"a": 0, "b": 1, "x": 0}
    assert "displaced" in outcomes(made)
    rigid = run(pool(nodes=2), {**low, "allowTaskPreemption": False}, high)
    assert starts(rigid)["x"] == 60


def test_affinity_is_a_wish() -> None:
    wish: dict[str, Any] = {"affinityInfo": {"affinityId": "p_2_d"}}
    made = run(pool(nodes=2), job(tasks=[task("a", "60s", **wish), task("b", "60s", **wish)]))
    assert made.attempts["node"].iloc[0] != made.attempts["node"].iloc[1]
    second = made.nodes["node"].astype(str).tolist()[1]
    named: dict[str, Any] = {"affinityInfo": {"affinityId": second}}
    wished = run(pool(nodes=2), job(tasks=[task("a", "60s", **named), task("b", "60s", **named)]))
    assert wished.attempts["node"].astype(str).tolist() == [second, made.nodes["node"].astype(str).tolist()[0]]


def test_a_checkpoint_saves_work_from_a_lost_node() -> None:
    """100 s of work, a checkpoint every 30 s for 2 s; lost after 70 s with two written; 5 s to read them."""
    lost = {"model": "capacity_event", "fraction": 1, "times": ["70s"]}
    timing = {"recoveryDelay": "0s"}
    saved = {"checkpoints": {"interval": "30s", "cost": "2s", "restartCost": "5s"}}
    body = pool(low_priority=1, simulation={"preemption": lost, "timing": timing})
    made = run(body, job(tasks=[task("a", "100s", simulation=saved)]))
    assert outcomes(made) == ["preempted", "succeeded"]
    assert made.tasks["end"].tolist() == [70 + 5 + 40 + 2]


def test_the_time_in_which_an_image_was_pulled_is_no_work_that_a_checkpoint_saves() -> None:
    """Lost after 70 s: 40 s for 4000 MiB of image, 25 s of work, a checkpoint half written: all starts again."""
    lost = {"model": "capacity_event", "fraction": 1, "times": ["70s"]}
    saved = {"checkpoints": {"interval": "25s", "cost": "10s", "restartCost": "0s"}}
    downloads = {"containerImages": {"big": {"sizeMiB": 4000}}}
    simulation = {"preemption": lost, "timing": {"recoveryDelay": "0s"}, "downloads": downloads}
    machine = {**UBUNTU, "containerConfiguration": {"type": "dockerCompatible", "containerImageNames": []}}
    body = pool(low_priority=1, simulation=simulation, virtualMachineConfiguration=machine)
    one = task("a", "50s", simulation=saved, containerSettings={"imageName": "big"})
    for options in ({}, {"cpuSlowdown": True}):
        made = run(body, job(tasks=[one]), options=options)
        assert outcomes(made) == ["preempted", "succeeded"]
        assert made.tasks["end"].tolist() == [70 + 40 + 50 + 10]


def test_a_random_order_is_another_order() -> None:
    """`taskOrder`."""
    made = run(pool(nodes=1), job(count=20, duration="10s"), options={"taskOrder": "random"})
    assert made.attempts["task"].tolist() != list(range(20))
    assert sorted(made.attempts["task"]) == list(range(20))


def schedule(interval: str, until: str, **specification: Any) -> dict[str, Any]:
    tasks = specification.pop("tasks", [task("a", "60s")])
    body = {"poolInfo": {"poolId": "p"}, "onAllTasksComplete": "terminatejob", "tasks": tasks, **specification}
    times = {"recurrenceInterval": interval, "doNotRunAfter": until}
    return {"id": "often", "schedule": times, "jobSpecification": body}


def test_a_schedule_makes_a_job_at_every_recurrence() -> None:
    made = run(pool(nodes=1), jobSchedules=[schedule("5m", "12m")])
    assert made.tasks["submit"].tolist() == [0, 300, 600]
    assert made.jobs["job"].astype(str).unique().tolist() == ["often:job-1", "often:job-2", "often:job-3"]


def test_a_job_that_is_late_waits_for_its_window_and_missed_ones_do_not_pile_up() -> None:
    slow = schedule("5m", "17m", tasks=[task("a", "8m")])
    made = run(pool(nodes=1), jobSchedules=[slow])
    assert made.tasks["first_start"].dropna().tolist() == [0, 480, 960]
    narrow = {**slow, "schedule": {**slow["schedule"], "startWindow": "PT1M"}}
    made = run(pool(nodes=1), jobSchedules=[narrow])
    assert made.tasks["first_start"].dropna().tolist() == [0, 600]
    assert "the one before still ran" in made.tasks["unfinished_why"].dropna().iloc[0]
    tasks = summarize(made)["tasks"]
    assert (tasks["planned"], tasks["submitted"], tasks["succeeded"], tasks["unfinished"]) == (4, 2, 2, 2)


def test_dispatch_may_count_as_waiting() -> None:
    """`dispatchCountedAs`: with a latency of 60 s a sample after 30 s sees the task wait, or run."""
    formula = "$TargetDedicatedNodes = 1; r = $RunningTasks.GetSample(1); a = $ActiveTasks.GetSample(1);"
    body = pool(
        enableAutoScale=True,
        autoScaleFormula=formula,
        autoScaleEvaluationInterval="PT5M",
        simulation={"timing": {"dispatchLatency": "400s"}},
    )
    for option, message in (("running", "a=[0];r=[1]"), ("active", "a=[1];r=[0]")):
        made = run(body, job(tasks=[task("a", "10m")]), horizon="6m", options={"dispatchCountedAs": option})
        assert message in made.evaluations["results"].iloc[-1]


def test_the_loss_of_a_node_counts_as_a_requeue_if_that_is_wanted() -> None:
    """`preemptionCountsAsRequeue`."""
    lost = {"model": "capacity_event", "fraction": 1, "times": ["70s"]}
    body = pool(low_priority=1, simulation={"preemption": lost, "timing": {"recoveryDelay": "0s"}})
    for wanted, requeues in ((False, 0), (True, 1)):
        made = run(body, job(tasks=[task("a", "100s")]), options={"preemptionCountsAsRequeue": wanted})
        assert made.tasks["requeues"].tolist() == [requeues]
        assert made.tasks["preemptions"].tolist() == [1]


def test_files_come_before_the_work() -> None:
    """1 GiB at 100 MiB/s: 10.24 s."""
    made = run(pool(nodes=1), job(tasks=[task("a", "60s", simulation={"input": 1024})]))
    assert made.tasks["end"].tolist() == [70.24]


@pytest.mark.parametrize(("error", "end", "code"), [("preProcessingError", 0, None), ("fileUploadError", 60, 0)])
def test_errors_beside_the_process_fail_without_a_retry(error: str, end: float, code: int | None) -> None:
    """The condition of their own lets children run."""
    conditions: dict[str, Any] = {"exitConditions": {error: {"dependencyAction": "satisfy"}}}
    retry: dict[str, Any] = {"constraints": {"maxTaskRetryCount": 3}}
    tasks = [
        task("a", "60s", simulation={"error": error}, **conditions, **retry),
        task("b", "10s", dependsOn={"taskIds": ["a"]}),
    ]
    made = run(pool(nodes=1), job(tasks=tasks, usesTaskDependencies=True))
    assert outcomes(made) == ["failed", "succeeded"]
    assert made.tasks["end"].tolist() == [end, end + 10]
    found = made.tasks["exit_code"].iloc[0]
    assert (found == code) if code is not None else made.tasks["exit_code"].isna().iloc[0]


def test_success_blocks_children_where_its_condition_is_block() -> None:
    block: dict[str, Any] = {
        "exitConditions": {"exitCodes": [{"code": 0, "exitOptions": {"dependencyAction": "block"}}]}
    }
    tasks = [task("a", "60s", **block), task("b", "10s", dependsOn={"taskIds": ["a"]})]
    made = run(pool(nodes=1), job(tasks=tasks, usesTaskDependencies=True))
    assert made.tasks["unfinished_why"].iloc[1] == "waits for a task that did not satisfy it"
