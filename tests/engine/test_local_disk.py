"""Local disks that are enforced: what tasks bring and write counts while they run, and a full disk breaks its node."""

from typing import Any

import pytest

from simulator import Recording
from tests.features.story import Body, job, operation, pool, run, task

ENFORCED = {"enforceLocalResources": "disk"}
APP = [{"applicationId": "app"}]


def writes(name: str, gib: float, duration: str = "10m", *, kept: str = "PT0S", **body: Any) -> Body:
    """Return a task that writes so much and whose files go with it, unless they are kept."""
    simulation = {"disk": gib, **body.pop("simulation", {})}
    return task(
        name, duration, simulation=simulation, constraints={"retentionTime": kept, **body.pop("limits", {})}, **body
    )


def on_disks(body: Body, *tasks: Body, horizon: str = "3h", **rest: Any) -> Recording:
    options = {**ENFORCED, **rest.pop("options", {})}
    return run(body, job(tasks=list(tasks), **rest.pop("job", {})), options=options, horizon=horizon, **rest)


def outcomes(made: Recording) -> list[tuple[str, float, str]]:
    frame = made.attempts
    ids = made.tasks["id"].to_numpy()[frame["task"]]
    return list(zip(ids, frame["end"], frame["outcome"].astype(str), strict=True))


def broken(made: Recording) -> list[tuple[str, float, str]]:
    states = made.node_states[made.node_states["state"] == "unusable"]
    return list(zip(states["node"].astype(str), states["start"], states["why"].astype(str), strict=True))


def test_a_task_that_writes_more_than_there_is_fails_and_breaks_its_node() -> None:
    made = on_disks(pool(nodes=1), writes("a", 60))
    assert outcomes(made) == [("a", 0, "failed")]
    assert made.tasks["exit_code"].tolist() == [1]
    assert broken(made) == [("p_1_d", 0, "disk full")]


def test_what_fits_exactly_fits() -> None:
    assert outcomes(on_disks(pool(nodes=1), writes("a", 50))) == [("a", 600, "succeeded")]


@pytest.mark.parametrize("slowdown", [False, True])
def test_two_at_the_same_time_have_no_room(slowdown: bool) -> None:
    """The second finds none; the first returns to the queue with all others, since it takes longer than the delay."""
    body = {**pool(nodes=1), "taskSlotsPerNode": 3}
    tasks = [writes("a", 30), writes("b", 30), task("short", "2m")]
    made = on_disks(body, *tasks, options={"cpuSlowdown": slowdown})
    assert outcomes(made) == [("a", 300, "lost"), ("b", 0, "failed"), ("short", 120, "succeeded")]
    assert broken(made) == [("p_1_d", 0, "disk full")]


def test_one_after_the_other_has_room_where_the_first_is_not_kept() -> None:
    made = on_disks(pool(nodes=1), writes("a", 30), writes("b", 30))
    assert [outcome for *_, outcome in outcomes(made)] == ["succeeded", "succeeded"]
    kept = on_disks(pool(nodes=1), writes("a", 30, kept="P1D"), writes("b", 30))
    assert outcomes(kept) == [("a", 600, "succeeded"), ("b", 600, "failed")]


def test_a_running_task_that_is_deleted_makes_room() -> None:
    later = writes("b", 30, submit="3m")
    deletion = operation("2m", "deleteTask", pool=None, job="j", task="a")
    made = on_disks({**pool(nodes=1), "taskSlotsPerNode": 2}, writes("a", 30, kept="P1D"), later, timeline=[deletion])
    assert [outcome for *_, outcome in outcomes(made)] == ["terminated", "succeeded"]


def test_a_retry_goes_to_another_node_and_breaks_that_too() -> None:
    made = on_disks(pool(nodes=3), writes("a", 60, limits={"maxTaskRetryCount": 1}))
    assert [outcome for *_, outcome in outcomes(made)] == ["failed", "failed"]
    assert [node for node, *_ in broken(made)] == ["p_1_d", "p_2_d"]
    assert made.tasks["retries"].tolist() == [1]


def test_it_counts_from_the_start_not_from_the_assignment() -> None:
    """The first has gone when the second starts; had both been there, there would have been no room."""
    body = {**pool(nodes=1, simulation={"timing": {"dispatchLatency": "10s"}}), "taskSlotsPerNode": 2}
    assert broken(on_disks(body, writes("a", 30, "20s"), writes("b", 30, submit="25s"))) == []
    assert broken(on_disks(body, writes("a", 30, "20s"), writes("b", 30, submit="15s"))) == [("p_1_d", 25, "disk full")]


def test_an_earlier_start_of_a_later_task_leaves_no_room_for_the_first() -> None:
    """Assigned first, started last: whoever starts while there is room has it."""
    preparing: Body = {"jobPreparationTask": {"commandLine": "sleep 60"}}
    body = {**pool(nodes=1), "taskSlotsPerNode": 2}
    other = job("k", tasks=[writes("b", 30, submit="10s")])
    made = run(body, job(tasks=[writes("a", 30)], **preparing), other, options=ENFORCED, horizon="1h")
    assert outcomes(made) == [("a", 60, "failed"), ("b", 360, "lost")]


@pytest.mark.parametrize("instances", [1, 2])
def test_resource_files_count_on_the_nodes_that_fetch_them(instances: int) -> None:
    common = {"commonResourceFiles": [{"httpUrl": "https://x", "filePath": "f"}], "numberOfInstances": 2}
    sizes = {"commonInput": 60 * 1024} if instances > 1 else {"input": 60 * 1024}
    gang: Body = {"multiInstanceSettings": common} if instances > 1 else {}
    body = {**pool(nodes=2), "enableInterNodeCommunication": True}
    made = on_disks(body, task("a", "1m", simulation=sizes, **gang))
    assert set(made.attempts["outcome"]) == {"failed"}
    assert len(made.attempts) == instances
    assert [node for node, *_ in broken(made)] == ["p_1_d"]


def test_packages_of_tasks_stay_and_count_once() -> None:
    body = pool(nodes=1, simulation={"downloads": {"applicationPackages": {"app": {"sizeMiB": 30 * 1024}}}})
    fits = [writes(name, 20, applicationPackageReferences=APP) for name in "ab"]
    assert broken(on_disks(body, *fits)) == []
    assert len(broken(on_disks(body, *fits, writes("c", 21)))) == 1


def test_a_task_that_brings_a_package_alone_needs_room_for_it() -> None:
    body = pool(nodes=1, simulation={"downloads": {"applicationPackages": {"app": {"sizeMiB": 60 * 1024}}}})
    made = on_disks(body, task("a", "1m", applicationPackageReferences=APP))
    assert outcomes(made) == [("a", 0, "failed")]
    assert broken(made) == [("p_1_d", 0, "disk full")]


def test_packages_of_the_pool_count_from_the_start_of_the_node() -> None:
    sized = {"downloads": {"applicationPackages": {"app": {"sizeMiB": 30 * 1024}}}}
    body = pool(nodes=1, simulation=sized, applicationPackageReferences=APP)
    assert broken(on_disks(body, writes("a", 20))) == []
    assert [why for *_, why in broken(on_disks(body, writes("a", 21)))] == ["disk full"]
    sized["downloads"]["applicationPackages"]["app"]["sizeMiB"] = 60 * 1024
    too_large = on_disks(pool(nodes=1, simulation=sized, applicationPackageReferences=APP), task("a"))
    assert [why for *_, why in broken(too_large)] == ["disk full"]
    assert len(too_large.attempts) == 0


def test_a_reboot_removes_files_of_tasks_and_keeps_packages() -> None:
    body = pool(nodes=1, simulation={"downloads": {"applicationPackages": {"app": {"sizeMiB": 30 * 1024}}}})
    first = writes("a", 21, applicationPackageReferences=APP)
    tasks = [first, writes("b", 20, submit="20m"), writes("c", 21, submit="40m")]
    made = on_disks(body, *tasks, timeline=[operation("15m", "reboot", nodeId="p_1_d")])
    assert [outcome for *_, outcome in outcomes(made)] == ["failed", "succeeded", "failed"]


def test_a_full_disk_ends_its_job_where_an_exit_condition_does() -> None:
    conditions: Body = {"exitConditions": {"default": {"jobAction": "terminate"}}}
    ending = {"onTaskFailure": "performexitoptionsjobaction"}
    made = on_disks(pool(nodes=1), writes("a", 60, **conditions), task("b", "1h"), job=ending)
    assert made.jobs["reason"].tolist()[-1] == "TaskFailed"


def test_without_the_option_nothing_is_enforced() -> None:
    made = run(pool(nodes=1), job(tasks=[writes("a", 60)]), horizon="1h")
    assert outcomes(made) == [("a", 600, "succeeded")]
