"""Corners of jobs and nodes: managers that come back, preparation cut short, quotas of jobs, where gangs may run."""

from typing import Any

import pytest

from simulator import Recording, simulate
from tests.engine.laws import check
from tests.engine.test_operations import operation
from tests.engine.worlds import job, pool, scenario

MANAGER = {"id": "jm", "commandLine": "sleep 3600", "runExclusive": False, "killJobOnCompletion": False}


def managed(count: int, duration: str, name: str = "j", **body: Any) -> dict[str, Any]:
    return {**job(count, duration, name), "jobManagerTask": MANAGER, **body}


def run(body: dict[str, Any], jobs: list[Any], *timeline: dict[str, Any], **rest: Any) -> Recording:
    return check(simulate(scenario([body], jobs, timeline=list(timeline), **rest)))


def started(found: Recording, name: str) -> list[float]:
    """Return when the attempts of a task started."""
    rows = found.tasks.index[found.tasks["id"] == name]
    return [float(at) for at in found.attempts["start"][found.attempts["task"].isin(rows)]]


def rows_of(found: Recording) -> list[tuple[str, float, float, str]]:
    rows = found.attempts
    names = found.tasks["id"].to_numpy()[rows["task"].to_numpy()]
    jobs = found.tasks["job"].astype(str).to_numpy()[rows["task"].to_numpy()]
    return [
        (f"{job}/{name}", start, end, str(outcome))
        for job, name, start, end, outcome in zip(jobs, names, rows["start"], rows["end"], rows["outcome"], strict=True)
    ]


@pytest.mark.parametrize("options", [{}, {"retryPosition": "tail"}, {"taskOrder": "random"}])
def test_a_manager_that_comes_back_is_first_among_the_waiting_tasks_of_its_job(options: dict[str, str]) -> None:
    """Its node is rebooted; whatever the order of tasks is, the next free slot is the manager's."""
    reboot = operation("10m", "reboot", nodeId="p_1_d")
    found = run(pool(targetDedicatedNodes=1), [managed(20, "5m")], reboot, options=options, horizon="5h")
    assert started(found, "jm") == [0.0, 600.0]


def test_a_manager_that_comes_back_displaces_a_task_where_no_node_is_free() -> None:
    """Both nodes work for the job itself, or for one of equal priority: the task that started last makes room."""
    reboot = operation("10m", "reboot", nodeId="p_1_d", nodeRebootOption="requeue")
    slow = {"timing": {"rebooting": "1h"}}
    found = run(pool(targetDedicatedNodes=2, simulation=slow), [managed(3, "20m")], reboot, horizon="5h")
    assert started(found, "jm") == [0.0, 600.0]
    assert found.attempts["outcome"].tolist()[:2] == ["requeued", "displaced"]


def test_of_equal_jobs_the_one_whose_manager_comes_back_is_served_first() -> None:
    """Nobody is placed only to be displaced at the same instant."""
    for seed in range(6):
        reboot = operation("10m", "reboot", nodeId="p_1_d")
        jobs = [managed(5, "30m"), job(20, "7m", "other")]
        found = run(pool(targetDedicatedNodes=1), jobs, reboot, seed=seed, horizon="3h")
        displaced = found.attempts[found.attempts["outcome"] == "displaced"]
        assert (displaced["end"] > displaced["assigned"]).all()


def test_a_manager_displaces_nobody_of_a_job_of_higher_priority() -> None:
    reboot = operation("10m", "reboot", nodeId="p_1_d")
    high = job(4, "30m", "high", arrivals={"atOnce": {"at": "5m"}})
    found = run(pool(targetDedicatedNodes=1), [managed(1, "10m"), {**high, "priority": 5}], reboot, horizon="5h")
    assert started(found, "jm") == [0.0, 600.0 + 4 * 1800]
    assert "displaced" not in set(found.attempts["outcome"])


PREPARATION = {"commandLine": "x", "simulation": {"duration": "10m"}}


def test_a_task_on_a_node_that_is_still_prepared_is_requeued_and_prepared_anew() -> None:
    """Preparation had not completed: it runs again after the reboot, whether or not it would after success."""
    for rerun in (True, False):
        preparation = {**PREPARATION, "rerunOnNodeRebootAfterSuccess": rerun}
        work = {**job(1, "30m"), "jobPreparationTask": preparation}
        reboot = operation("4m", "reboot", nodeId="p_1_d")
        found = run(pool(targetDedicatedNodes=1, simulation={"timing": {"rebooting": "1m"}}), [work], reboot)
        assert found.node_tasks["outcome"].tolist() == ["lost", "succeeded"]
        assert found.node_tasks["start"].tolist() == [0.0, 300.0]
        assert found.node_tasks["end"].tolist() == [240.0, 900.0]
        assert found.attempts["outcome"].tolist() == ["requeued", "succeeded"]
        assert found.attempts["start"].tolist()[1] == 900.0
        assert found.tasks["requeues"].tolist() == [1]


def test_a_shrink_while_a_node_is_prepared_sends_the_task_to_another() -> None:
    work = {**job(2, "30m"), "jobPreparationTask": PREPARATION}
    shrink = operation("4m", "removeNodes", nodeList=["p_1_d"])
    found = run(pool(targetDedicatedNodes=2), [work], shrink)
    first = found.node_tasks[found.node_tasks["node"] == "p_1_d"]
    assert first["outcome"].tolist() == ["lost"]
    assert found.tasks["requeues"].tolist() == [1, 0]
    assert found.attempts["assigned"].tolist() == [0.0, 0.0, 2400.0]
    assert found.attempts["end"].tolist() == [240.0, 2400.0, 4200.0]


@pytest.mark.parametrize(("rerun", "times"), [(True, [0.0, 3660.0]), (False, [0.0])])
def test_preparation_that_has_succeeded_runs_again_after_a_reboot_if_it_is_to(rerun: bool, times: list[float]) -> None:
    preparation = {**PREPARATION, "rerunOnNodeRebootAfterSuccess": rerun}
    work = {**job(2, "1h50m"), "jobPreparationTask": preparation}
    reboot = operation("1h", "reboot", nodeId="p_1_d")
    found = run(pool(targetDedicatedNodes=1, simulation={"timing": {"rebooting": "1m"}}), [work], reboot)
    assert found.node_tasks["start"].tolist() == times
    assert found.attempts["start"].tolist()[1] == 3660.0 + (600 if rerun else 0)


def test_no_more_jobs_and_schedules_than_the_account_may_have_active() -> None:
    """Completed jobs do not count; a refused job is completed at once with the code, and its tasks never run."""
    first = {**job(1, "10m", "a"), "onAllTasksComplete": "terminatejob"}
    later = job(1, "10m", "c")
    later["simulation"]["createdAt"] = "20m"
    account = {"activeJobAndScheduleQuota": 1}
    found = run(pool(targetDedicatedNodes=1), [first, job(1, "10m", "b"), later], account=account)
    by_id = dict(zip(found.tasks["job"].astype(str), found.tasks["state"].astype(str), strict=True))
    assert (by_id["a"], by_id["c"]) == ("completed", "completed")
    assert by_id["b"] != "completed"
    refused = found.jobs[found.jobs["job"].astype(str) == "b"]
    assert refused["reason"].astype(str).tolist() == ["ActiveJobAndScheduleQuotaReached"]


def test_a_schedule_counts_as_an_active_job() -> None:
    schedule = {
        "id": "s",
        "schedule": {"recurrenceInterval": "PT1H", "doNotRunAfter": "2h"},
        "jobSpecification": {
            "poolInfo": {"poolId": "p"},
            "onAllTasksComplete": "terminatejob",
            "tasks": [{"id": "t", "commandLine": "sleep 60"}],
        },
    }
    late = job(1, "10m", "late")
    late["simulation"]["createdAt"] = "10m"
    account = {"activeJobAndScheduleQuota": 1}
    found = run(pool(targetDedicatedNodes=1), [late], account=account, jobSchedules=[schedule], horizon="4h")
    refused = found.jobs[found.jobs["job"].astype(str) == "late"]
    assert refused["reason"].astype(str).tolist() == ["ActiveJobAndScheduleQuotaReached"]


TALKING = {"enableInterNodeCommunication": True}


@pytest.mark.parametrize(("kinds", "start"), [("any", 0.0), ("dedicated", 600.0)])
def test_gangs_run_on_dedicated_nodes_only_if_so_wished(kinds: str, start: float) -> None:
    """`gangNodeTypes`: two low-priority nodes are there at once, two dedicated ones later."""
    grow = operation("10m", "resize", targetDedicatedNodes=2)
    work = job(1, "10m", numberOfInstances=2)
    found = run(pool(targetLowPriorityNodes=2, **TALKING), [work], grow, options={"gangNodeTypes": kinds}, horizon="1h")
    assert found.attempts["start"].tolist() == [start, start]
    kind = found.nodes.set_index("node")["kind"].astype(str)
    used = {kind[node] for node in found.attempts["node"].astype(str)}
    assert used == {"low_priority" if kinds == "any" else "dedicated"}


def test_tasks_on_one_node_go_anywhere_all_the_same() -> None:
    options = {"gangNodeTypes": "dedicated"}
    work = [job(1, "10m", numberOfInstances=2), job(1, "10m", "k")]
    found = run(pool(targetLowPriorityNodes=1, **TALKING), work, options=options, horizon="1h")
    assert found.tasks["state"].astype(str).tolist() == ["active", "completed"]


@pytest.mark.parametrize(("bound", "delay"), [("outage", "0s"), ("quota", "1s")])
def test_capacity_is_sought_again_and_again_but_not_without_end_in_one_instant(bound: str, delay: str) -> None:
    """Recovery takes hardly any time here: the node is back within a minute of the end of what kept it away."""
    taken = {"model": "capacity_event", "fraction": 1, "times": ["15m"]}
    bodies = [pool(targetLowPriorityNodes=1, simulation={"preemption": taken, "timing": {"recoveryDelay": delay}})]
    rest: dict[str, Any] = {"horizon": "1h"}
    if bound == "outage":
        rest["timeline"] = [{"at": "10m", "operation": "outage", "size": "D2", "duration": "20m"}]
    else:  # another pool takes the cores as soon as they are free, and gives them back at 30 minutes
        bodies.append(pool() | {"id": "q"})
        rest["account"] = {"lowPriorityCoreQuota": 2}
        rest["timeline"] = [
            {"at": "15m", "operation": "resize", "pool": "q", "targetLowPriorityNodes": 1, "resizeTimeout": "5m"},
            {"at": "30m", "operation": "resize", "pool": "q", "targetLowPriorityNodes": 0},
        ]
    found = check(simulate(scenario(bodies, [], **rest)))
    mine = found.node_states[found.node_states["node"].astype(str) == "p_1_p"]
    assert mine["state"].astype(str).tolist().count("preempted") == 1
    back = mine["start"][mine["state"] == "creating"].iloc[-1]
    assert 1800.0 <= back <= 1860.0


def test_no_job_is_created_after_the_schedule_is_over() -> None:
    """Not even one that has waited, for the job before or for the schedule to be enabled."""
    once: dict[str, Any] = {
        "id": "s",
        "schedule": {"doNotRunUntil": "1h", "doNotRunAfter": "2h"},
        "jobSpecification": {
            "poolInfo": {"poolId": "p"},
            "onAllTasksComplete": "terminatejob",
            "tasks": [{"id": "t", "commandLine": "sleep 5400"}],
        },
    }
    orders = [
        {"at": "30m", "operation": "disableJobSchedule", "jobSchedule": "s"},
        {"at": "3h", "operation": "enableJobSchedule", "jobSchedule": "s"},
    ]
    body = pool(targetDedicatedNodes=1)
    found = run(body, [], *orders, jobSchedules=[once], horizon="5h")
    assert found.operations["code"].tolist() == ["Success", "JobScheduleCompleted"]
    assert len(found.attempts) == 0
    often = {**once, "schedule": {"recurrenceInterval": "PT30M", "doNotRunAfter": "80m"}}
    found = run(body, [], jobSchedules=[often], horizon="5h")
    assert found.jobs["job"].astype(str).unique().tolist() == ["s:job-1"]
