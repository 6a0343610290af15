"""What tasks fetch before they start: packages, images, files for all nodes of a gang; and what they upload after."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import Recording, summarize
from tests.features.story import UBUNTU, Body, job, operation, pool, problems_of, run, task

CONTAINERS: Body = {**UBUNTU, "containerConfiguration": {"type": "dockerCompatible", "containerImageNames": []}}
APP: Body = {"applicationPackageReferences": [{"applicationId": "app", "version": "1"}]}


def sized(*, nodes: int = 1, **sections: Body) -> Body:
    """Return a pool whose nodes fetch 100 MiB a second."""
    return pool(nodes=nodes, simulation={"downloads": {"bandwidth": 100, **sections}})


def with_app(chance: float = 0, *, nodes: int = 1) -> Body:
    return sized(nodes=nodes, applicationPackages={"app": {"sizeMiB": 600, "failureProbability": chance}})


def ends(recording: Recording) -> list[float]:
    return [float(end) for end in recording.frame("tasks")["end"]]


def test_a_package_of_a_task_comes_before_it_starts() -> None:
    assert ends(run(with_app(), job(tasks=[task("a", "10s", **APP)]))) == [16]


def test_one_that_is_there_is_not_deployed_again() -> None:
    tasks = [task("a", "10s", **APP), task("b", "10s", **APP)]
    assert ends(run(with_app(), job(tasks=tasks))) == [16, 26]


def test_a_task_beside_it_waits_for_the_same_package() -> None:
    body = {**with_app(), "taskSlotsPerNode": 2}
    assert ends(run(body, job(tasks=[task("a", "10s", **APP), task("b", "20s", **APP)]))) == [16, 26]


def test_another_version_is_another_package() -> None:
    body = sized(applicationPackages={"app:1": {"sizeMiB": 600}, "app:2": {"sizeMiB": 300}})
    newer: Body = {"applicationPackageReferences": [{"applicationId": "app", "version": "2"}]}
    assert ends(run(body, job(tasks=[task("a", "10s", **APP), task("b", "10s", **newer)]))) == [16, 29]


def test_packages_come_one_after_the_other() -> None:
    both: Body = {"applicationPackageReferences": [{"applicationId": "one"}, {"applicationId": "two"}]}
    body = sized(applicationPackages={"one": {"sizeMiB": 100}, "two": {"sizeMiB": 200}})
    assert ends(run(body, job(tasks=[task("a", "10s", **both)]))) == [13]


def test_what_the_pool_has_deployed_is_there() -> None:
    recording = run({**with_app(), **APP}, job(tasks=[task("a", "10s", **APP)]))
    assert ends(recording) == [16]
    assert recording.frame("tasks")["first_start"].tolist() == [6]


def test_a_package_that_does_not_come_is_a_pre_processing_error() -> None:
    work = job(tasks=[task("a", "10s", constraints={"maxTaskRetryCount": 5}, **APP)])
    recording = run(with_app(1), work)
    (row,) = recording.frame("tasks").to_dict("records")
    assert (row["state"], row["succeeded"], row["end"], row["retries"]) == ("completed", False, 6, 0)
    assert row["exit_code"] != row["exit_code"]  # none: its process never started
    assert recording.frame("attempts")["outcome"].tolist() == ["unfetched"]


@pytest.mark.parametrize(("action", "state"), [("satisfy", "completed"), ("block", "active")])
def test_children_ask_the_condition_of_pre_processing_errors(action: str, state: str) -> None:
    conditions = {"preProcessingError": {"dependencyAction": action}, "default": {"dependencyAction": "block"}}
    parent = task("a", "10s", exitConditions=conditions, **APP)
    work = job(tasks=[parent, task("b", dependsOn={"taskIds": ["a"]})], usesTaskDependencies=True)
    assert run(with_app(1), work).frame("tasks")["state"].tolist() == ["completed", state]


def test_and_so_does_the_job() -> None:
    conditions = {"preProcessingError": {"jobAction": "terminate"}, "default": {"jobAction": "none"}}
    work = job(
        tasks=[task("a", "10s", exitConditions=conditions, **APP), task("b", "1h")],
        onTaskFailure="performexitoptionsjobaction",
    )
    recording = run(with_app(1), work)
    assert recording.frame("jobs")["reason"].tolist()[-1] == "TaskFailed"
    other: Body = {
        "exitConditions": {"default": {"jobAction": "terminate"}, "preProcessingError": {"jobAction": "none"}}
    }
    spared = job(tasks=[task("a", "10s", **other, **APP)], onTaskFailure="performexitoptionsjobaction")
    assert run(with_app(1), spared, horizon="1h").frame("jobs")["state"].tolist() == ["active"]


def test_an_image_that_cannot_be_pulled_fails_its_task() -> None:
    images = {"r/i:1": {"sizeMiB": 10_240, "failureProbability": 1}}
    body = {**sized(containerImages=images), "virtualMachineConfiguration": CONTAINERS}
    recording = run(body, job(tasks=[task("a", "50s", containerSettings={"imageName": "r/i:1"})]))
    assert recording.frame("tasks")["succeeded"].tolist() == [False]
    assert ends(recording) == [102.4]


def test_a_pull_that_failed_is_tried_again_by_the_next_task() -> None:
    images = {"r/i:1": {"sizeMiB": 1000, "failureProbability": 0.5}}
    body = {**sized(containerImages=images), "virtualMachineConfiguration": CONTAINERS}
    tasks = [task(f"t{k}", "1s", containerSettings={"imageName": "r/i:1"}) for k in range(30)]
    failures = []
    for seed in range(5):
        found = run(body, job(tasks=tasks), seed=seed).frame("tasks")["succeeded"].tolist()
        failures.append(found.index(True))
        assert found == [False] * failures[-1] + [True] * (30 - failures[-1])
    assert any(failures)


@pytest.mark.parametrize(("name", "again"), [("reboot", 16), ("reimage", 22)])
def test_it_stays_until_the_node_gets_a_new_disk(name: str, again: float) -> None:
    body = {**with_app(), "cloudServiceConfiguration": {"osFamily": "6"}}
    del body["virtualMachineConfiguration"]
    tasks = [task("a", "10s", **APP), task("b", "10s", submit="10m", **APP)]
    timeline = [operation("5m", name, nodeId="p_1_d")]
    assert ends(run(body, job(tasks=tasks), timeline=timeline))[1] == 600 + again - 6


def test_all_nodes_of_a_gang_fetch_at_the_same_time() -> None:
    body = {**with_app(nodes=2), "enableInterNodeCommunication": True}
    gang: Body = {"multiInstanceSettings": {"numberOfInstances": 2}}
    tasks = [task("a", "10s", **APP), task("mpi", "10s", **gang, **APP)]
    assert ends(run(body, job(tasks=tasks))) == [16, 32]  # the second node has yet to fetch


def test_a_time_limit_holds_while_a_task_fetches() -> None:
    recording = run(with_app(), job(tasks=[task("a", "10s", constraints={"maxWallClockTime": "PT4S"}, **APP)]))
    assert recording.frame("attempts")["outcome"].tolist() == ["expired"]
    assert ends(recording) == [4]


# ---- files beside packages ---------------------------------------------------------------------------------

COMMON: Body = {"numberOfInstances": 2, "commonResourceFiles": [{"httpUrl": "https://x", "filePath": "f"}]}
UPLOAD: Body = {"filePattern": "*.txt", "destination": {"container": {"containerUrl": "https://x"}}}


def test_common_files_come_to_all_nodes_of_a_gang_before_it_coordinates() -> None:
    body = {**sized(nodes=2), "enableInterNodeCommunication": True}
    gang = {**COMMON, "coordinationCommandLine": "sleep 5"}
    one = task("mpi", "10s", multiInstanceSettings=gang, simulation={"commonInput": 700})
    assert ends(run(body, job(tasks=[one]))) == [7 + 5 + 10]


def test_a_task_holds_its_slot_while_its_output_goes() -> None:
    tasks = [task("a", "10s", outputFiles=[UPLOAD], simulation={"output": 400}), task("b", "10s")]
    assert ends(run(sized(), job(tasks=tasks))) == [14, 24]


@pytest.mark.parametrize(
    ("condition", "exits", "end"),
    [
        ("tasksuccess", 0, 14),
        ("tasksuccess", 1, 10),
        ("taskfailure", 0, 10),
        ("taskfailure", 1, 14),
        ("taskcompletion", 1, 14),
        (None, 0, 14),
    ],
)
def test_it_goes_when_its_condition_states_so(condition: str | None, exits: int, end: float) -> None:
    options = {} if condition is None else {"uploadOptions": {"uploadCondition": condition}}
    one = task("a", "10s", exits=exits, outputFiles=[{**UPLOAD, **options}], simulation={"output": 400})
    assert ends(run(sized(), job(tasks=[one]))) == [end]


@pytest.mark.parametrize(
    ("simulation", "place"), [({"output": 400}, "simulation.output"), ({"commonInput": 700}, "simulation.commonInput")]
)
def test_a_size_of_files_that_the_body_has_not_is_reported(tmp_path: Path, simulation: Body, place: str) -> None:
    work = job(tasks=[task("a", "10s", simulation=simulation)])
    (found,) = problems_of(tmp_path, sized(), work)
    assert f"jobs.0.tasks.0.{place}: warning: " in found
    assert ends(run(sized(), work)) == [10]


def test_an_error_of_a_preparation_without_length_is_an_error() -> None:
    work = job(tasks=[task("a")], jobPreparationTask={"commandLine": "x", "simulation": {"failureProbability": 1}})
    assert run(pool(nodes=1), work).frame("tasks")["state"].tolist() == ["active"]


# ---- the upload comes after the process --------------------------------------------------------------------

OUT: Body = {"outputFiles": [UPLOAD], "simulation": {"output": 400}}
"""An upload of 4 s."""


@pytest.mark.parametrize(("lost", "kept"), [("92s", 90), ("102s", 90)])
def test_an_upload_is_no_part_of_what_checkpoints_save(lost: str, kept: float) -> None:
    """A node is lost 2 s after the last checkpoint but one, or while the output goes: none is written at the end."""
    events = {"model": "capacity_event", "fraction": 1, "times": [lost]}
    body = pool(low_priority=1, simulation={"preemption": events, "downloads": {"bandwidth": 100}})
    one = task("a", "100s", outputFiles=[UPLOAD], simulation={"output": 400, "checkpoints": {"interval": "10s"}})
    made = run(body, job(tasks=[one]))
    assert made.attempts["kept"].tolist() == [kept, 0]
    assert made.attempts["end"].iloc[1] - made.attempts["start"].iloc[1] == 100 - kept + 4


def test_a_process_shares_cores_while_it_runs_and_not_while_its_output_goes() -> None:
    body = {**sized(), "taskSlotsPerNode": 2}
    both = [
        task("a", "10s", outputFiles=[UPLOAD], simulation={"output": 400, "cores": 2}),
        task("b", "10s", simulation={"cores": 2}),
    ]
    assert ends(run(body, job(tasks=both), options={"cpuSlowdown": True})) == [24, 20]


@pytest.mark.parametrize("slowdown", [False, True])
def test_a_time_limit_counts_the_upload(slowdown: bool) -> None:
    limited = task("a", "10s", constraints={"maxWallClockTime": "PT12S"}, **OUT)
    made = run(sized(), job(tasks=[limited]), options={"cpuSlowdown": slowdown})
    assert made.attempts["outcome"].tolist() == ["expired"]
    assert ends(made) == [12]


def test_what_fails_to_coordinate_uploads_nothing() -> None:
    body = {**sized(nodes=2), "enableInterNodeCommunication": True}
    gang = {"numberOfInstances": 2, "coordinationCommandLine": "sleep 5"}
    sizes = {"output": 400, "coordinationFailureProbability": 1}
    one = task("mpi", "10s", multiInstanceSettings=gang, outputFiles=[UPLOAD], simulation=sizes)
    assert ends(run(body, job(tasks=[one]))) == [5]


def test_output_of_unknown_size_is_reported_once(tmp_path: Path) -> None:
    tasks = [task(name, "10s", outputFiles=[UPLOAD]) for name in "abc"]
    (found,) = problems_of(tmp_path, sized(), job(tasks=tasks))
    assert "jobs.0.tasks.0.outputFiles: warning: 3 tasks have outputFiles whose size is not given" in found
    made = run(sized(), job(tasks=tasks))
    assert [text for text in summarize(made)["warnings"] if "outputFiles" in text] == [
        found.split("warning: ")[1].split("\n")[0]
    ]
    assert problems_of(tmp_path, sized(), job(tasks=[task("a", **OUT)])) == []


@pytest.mark.parametrize("moves", [False, True])
def test_a_reactivated_task_has_not_failed_to_fetch(moves: bool) -> None:
    """Its package does not come, it is tried again by hand and exits with 1: its child asks the condition of that."""
    conditions = {"preProcessingError": {"dependencyAction": "block"}, "default": {"dependencyAction": "satisfy"}}
    tasks = [task("a", "10s", exits=1, exitConditions=conditions, **APP), task("b", dependsOn={"taskIds": ["a"]})]
    again = [operation("1m", "reactivateTask", pool=None, job="j", task="a")]
    if moves:
        again = [
            operation("30s", "disableJob", pool=None, job="j", disableTasks="requeue"),
            operation("31s", "updateJob", pool=None, job="j", poolInfo={"poolId": "q"}),
            operation("32s", "enableJob", pool=None, job="j"),
            *again,
        ]
    work = job(tasks=tasks, usesTaskDependencies=True)
    for seed in range(20):
        others = [{**with_app(0.5), "id": "q"}] if moves else []
        made = run(with_app(0.5), *others, work, seed=seed, timeline=again)
        if made.attempts["outcome"].tolist()[:2] == ["unfetched", "failed"]:
            assert made.tasks["state"].tolist() == ["completed", "completed"]
            break
    else:
        raise AssertionError("no seed in which the package comes at the second time")
