"""A log of the service's events: written from a record it shows what the record shows, and real logs are accepted."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from simulator import InputError, Recording, simulate
from simulator.results.answer.metrics import quantiles
from simulator.results.answer.metrics import summarize as answer
from simulator.results.events import lines, read, summarize
from simulator.results.events.envelope import Operation, parse_stamp
from simulator.results.events.read_log import Log
from tests.engine.laws import check
from tests.engine.test_chaos import scenarios
from tests.engine.worlds import job, pool, scenario
from tests.examples import examples
from tests.features import story

Event = dict[str, Any]


REFUSALS = {"OperationNotValidOnPool", "PoolBeingResized", "PoolBeingDeleted"}
"""Answers to a resize that never began."""


def events(recording: Recording) -> list[Event]:
    return [json.loads(line) for line in lines(recording)]


def of(recording: Recording, operation: Operation) -> list[Event]:
    return [event["properties"] for event in events(recording) if event["operationName"] == operation]


def read_lines(written: Iterable[str]) -> Log:
    with TemporaryDirectory() as directory:
        file = Path(directory) / "log.jsonl"
        file.write_text("".join(f"{line}\n" for line in written), encoding="utf-8")
        return read([file])


def log_of(recording: Recording) -> Log:
    return read_lines(lines(recording))


def known_of(recording: Recording) -> dict[str, Any]:
    """Return the part of a run's summary that a log can show, computed from the record alone."""
    whole = answer(recording)
    attempts, tasks = recording.attempts, recording.tasks
    primary = attempts[attempts["instance"] == 0]
    started = np.zeros(len(tasks), dtype=bool)
    started[primary["task"]] = True
    # A failure that is retried ends without an event; the last attempt of a completed task has one.
    last = primary.groupby("task").tail(1).index
    silent = (primary["outcome"] == "failed") & ~(
        primary.index.isin(last) & (tasks["state"] == "completed").to_numpy()[primary["task"]]
    )
    seen = primary[(primary["outcome"] != "running") & ~silent & (primary["start"] <= primary["end"])]
    counts = ("succeeded", "failed", "requeues", "preemptions")
    refused = recording.resizes["code"].isin(REFUSALS)
    errors = recording.resizes["code"][~refused & ~recording.resizes["code"].isin(["Success", "Retargeted"])].dropna()
    return {
        "tasks": {name: whole["tasks"][name] for name in counts}
        | {"started": int(started.sum()), "unfinished": int((started & (tasks["state"] != "completed")).sum())},
        "succeeded": {name: found["succeeded"] for name, found in whole["jobs"].items() if found["succeeded"]},
        "run_s": quantiles((seen["end"] - seen["start"]).round(3).to_numpy()),
        "resize_errors": {str(code): int(times) for code, times in sorted(errors.value_counts().items()) if times},
        "evaluations": {name: whole["evaluations"][name] for name in ("count", "errors")},
    }


def known_to(log: Log) -> dict[str, Any]:
    found = summarize(log)
    counts = ("succeeded", "failed", "requeues", "preemptions", "started", "unfinished")
    return {
        "tasks": {name: found["tasks"][name] for name in counts},
        "succeeded": {name: row["succeeded"] for name, row in found["jobs"].items() if row["succeeded"]},
        **{name: found[name] for name in ("run_s", "resize_errors", "evaluations")},
    }


@examples(20)
@given(scenarios())
def test_a_log_read_back_reports_what_the_record_reports(plan: dict[str, Any]) -> None:
    rest = {name: plan[name] for name in ("timeline", "options", "account", "seed")}
    if plan["horizon"]:
        rest["horizon"] = plan["horizon"]
    run = simulate(scenario([pool(**plan["body"])], [job(plan["count"], plan["duration"], **plan["group"])], **rest))
    log = log_of(run)
    assert known_to(log) == known_of(run)
    assert _resizes(log) == _resizes_of(run)
    # What follows a failure is known when it starts, not before.
    rows = run.attempts[run.attempts["instance"] == 0]
    followed = rows["task"].duplicated(keep="last")
    assert summarize(log)["tasks"]["retries"] == int((followed & (rows["outcome"] == "failed")).sum())


def _resizes(log: Log) -> list[tuple[Any, ...]]:
    frame = log.tables["resizes"].sort_values("start", kind="stable")
    rows = frame[["pool", "dedicated_to", "low_priority_to", "option", "code", "dedicated", "low_priority"]]
    return _objects(rows)


def _objects(frame: Any) -> list[tuple[Any, ...]]:
    return list(frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None))


def _resizes_of(run: Recording) -> list[tuple[Any, ...]]:
    frame = run.resizes[~run.resizes["code"].isin(REFUSALS)].copy()
    open_ended = frame["end"].isna() | (frame["code"] == "Retargeted")
    rows = frame[["pool", "dedicated_to", "low_priority_to", "option", "code", "dedicated", "low_priority"]].astype(
        object
    )
    rows.loc[open_ended, ["code", "dedicated", "low_priority"]] = None
    return _objects(rows)


def test_events_have_the_service_s_form_and_stand_in_order() -> None:
    body = story.pool(nodes=1, low_priority=1, enableInterNodeCommunication=True)
    run = story.run(body, story.job(tasks=[story.task("a", "90s"), story.task("b", "10s", exits=3)]))
    found = events(run)
    assert [event["time"] for event in found] == sorted(event["time"] for event in found)
    assert {event["category"] for event in found} == {"ServiceLog"}
    assert [event["operationName"] for event in found] == [
        "PoolCreateEvent",
        "PoolResizeStartEvent",
        "PoolResizeCompleteEvent",
        "TaskStartEvent",
        "TaskStartEvent",
        "TaskCompleteEvent",
        "TaskFailEvent",
        "TaskCompleteEvent",
    ]
    assert found[0]["properties"]["resizeTimeout"] == "900000"
    assert found[0]["properties"]["vmFillType"] == "Spread"
    assert found[0]["properties"]["isAutoPool"] is False
    assert found[1]["properties"] == {
        "id": "p",
        "nodeDeallocationOption": "Invalid",
        "currentDedicatedNodes": 0,
        "targetDedicatedNodes": 1,
        "currentLowPriorityNodes": 0,
        "targetLowPriorityNodes": 1,
        "enableAutoScale": False,
        "isAutoPool": False,
    }
    assert found[5]["properties"] == {
        "jobId": "j",
        "id": "b",
        "taskType": "User",
        "systemTaskVersion": 0,
        "requiredSlots": 1,
        "nodeInfo": {"poolId": "p", "nodeId": "p_2_p"},
        "multiInstanceSettings": {"numberOfInstances": 1},
        "constraints": {"maxTaskRetryCount": 0},
        "executionInfo": {
            "startTime": "2026-01-05T00:00:00.000Z",
            "endTime": "2026-01-05T00:00:10.000Z",
            "exitCode": 3,
            "retryCount": 0,
            "requeueCount": 0,
        },
    }


def test_the_creation_of_a_pool_names_its_image() -> None:
    run = check(simulate(scenario([pool(targetDedicatedNodes=1)], [job(1, "60s")])))
    machine = of(run, Operation.POOL_CREATE)[0]["virtualMachineConfiguration"]
    assert machine["nodeAgentId"] == "batch.node.ubuntu 22.04"
    assert machine["imageReference"]["publisher"] == "canonical"


def test_a_retried_failure_shows_as_a_second_start() -> None:
    made = story.task("a", "10s", exits=[1, 0], constraints={"maxTaskRetryCount": 2})
    run = story.run(story.pool(nodes=1), story.job(tasks=[made]))
    names = [event["operationName"] for event in events(run) if event["operationName"].startswith("Task")]
    assert names == ["TaskStartEvent", "TaskStartEvent", "TaskCompleteEvent"]
    log = log_of(run)
    assert list(log.tables["attempts"]["outcome"]) == ["failed", "succeeded"]
    assert list(log.tables["tasks"]["retries"]) == [1]


@pytest.mark.parametrize(("option", "names"), [("requeue", ["TaskRequeueEvent"]), ("terminate", ["TaskCompleteEvent"])])
def test_a_shrink_requeues_or_ends(option: str, names: list[str]) -> None:
    shrink = story.operation("5m", "resize", targetDedicatedNodes=0, nodeDeallocationOption=option)
    run = story.run(story.pool(nodes=1), story.job(count=1, duration="1h"), timeline=[shrink])
    found = [e for e in events(run) if e["operationName"] in ("TaskRequeueEvent", "TaskCompleteEvent")]
    assert [event["operationName"] for event in found] == names
    assert found[0]["properties"]["executionInfo"].get("exitCode") is None
    assert found[0]["properties"]["executionInfo"]["requeueCount"] == (option == "requeue")
    assert of(run, Operation.POOL_RESIZE_START)[1]["nodeDeallocationOption"] == option.capitalize()


def test_an_auto_pool_reports_it_from_creation_to_deletion() -> None:
    """Feature row 11."""
    mine = {"autoPoolSpecification": {"autoPoolIdPrefix": "a", "pool": story.pool(nodes=1)}}
    run = story.run(story.pool(nodes=1), story.job(count=1, poolInfo=mine, onAllTasksComplete="terminatejob"))
    created = {event["id"]: event["isAutoPool"] for event in of(run, Operation.POOL_CREATE)}
    assert created == {"p": False, "a_j": True}
    assert of(run, Operation.POOL_DELETE_START) == [{"id": "a_j"}]
    assert of(run, Operation.POOL_DELETE_COMPLETE)[0]["endTime"] == "2026-01-05T00:01:00.000Z"


def test_an_evaluation_that_fails_names_code_and_place() -> None:
    formula = "$TargetDedicatedNodes = avg($PendingTasks.GetSample(TimeInterval_Minute * 5, 90));"
    scaled = story.pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT5M")
    run = story.run(scaled, horizon="4m")
    (event,) = of(run, Operation.POOL_AUTOSCALE)
    assert event["formula"] == formula
    assert event["error"]["code"] == "InsufficientSampleData"
    assert event["error"]["values"][0]["value"].startswith("Line 1, Col ")


def test_a_start_task_is_a_special_task() -> None:
    simulation = {"timing": {"startTask": "30s"}}
    body = story.pool(nodes=1, simulation=simulation, startTask={"commandLine": "prepare"})
    run = story.run(body, story.job(count=1))
    (event,) = of(run, Operation.SPECIAL_TASK)
    assert event["taskType"] == "StartTask"
    assert event["executionInfo"]["endTime"] == "2026-01-05T00:00:30.000Z"
    assert summarize(log_of(run))["pools"]["p"]["start_task_s"]["p50"] == 30.0


# ---- logs of the service ---------------------------------------------------------------------------------------------

COMPLETE = {
    "Tenant": "x",
    "time": "2019-08-22T20:59:13.5698778Z",
    "resourceId": "/SUBSCRIPTIONS/S/BATCHACCOUNTS/A/",
    "category": "ServiceLog",
    "operationName": "PoolResizeCompleteEvent",
    "operationVersion": "2017-06-01",
    "properties": {
        "id": "old",
        "nodeDeallocationOption": "invalid",
        "currentDedicatedNodes": 100,
        "targetDedicatedNodes": 100,
        "startTime": "2019-08-22 20:50:59.522",
        "endTime": "2019-08-22 20:59:12.489",
        "resultCode": "Success",
    },
}


def test_a_line_of_the_documentation_is_read(tmp_path: Path) -> None:
    """Both spellings of times, seven digits of a second, no start event, fields missing: 492.967 s of growth."""
    (tmp_path / "y=2019").mkdir()
    (tmp_path / "y=2019" / "PT1H.json").write_text(json.dumps(COMPLETE) + "\n")
    log = read([tmp_path])
    assert summarize(log)["pools"]["old"]["grow_s"]["p50"] == 492.967
    assert log.tables["resizes"]["dedicated_before"].isna().all()


def test_wrapped_events_texts_of_json_and_other_kinds_are_accepted() -> None:
    packed = {**COMPLETE, "properties": json.dumps(COMPLETE["properties"])}
    text = json.dumps({"records": [packed, {**COMPLETE, "operationName": "NodeHasHiccupsEvent"}]})
    log = read_lines([text, "", text])
    assert (log.counts, log.ignored, log.repeated) == ({"PoolResizeCompleteEvent": 1}, {"NodeHasHiccupsEvent": 1}, 2)


def test_a_complete_event_without_its_start_still_identifies_its_task() -> None:
    body = {
        "jobId": "j",
        "id": "t",
        "nodeInfo": {"poolId": "p", "nodeId": "n"},
        "executionInfo": {"startTime": "2019-08-22 20:00:00", "endTime": "2019-08-22 20:00:30", "exitCode": 0},
    }
    event = {**COMPLETE, "operationName": "TaskCompleteEvent", "properties": body}
    found = summarize(read_lines([json.dumps(event)]))
    assert found["tasks"]["succeeded"] == found["tasks"]["started"] == 1
    assert found["pools"]["p"]["run_s"]["p50"] == 30.0


def test_what_cannot_be_read_is_reported_with_file_and_line_all_at_once(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("\n".join([json.dumps(COMPLETE), "{", "[1]", json.dumps({**COMPLETE, "properties": "{"})]))
    with pytest.raises(InputError) as caught:
        read([bad])
    assert [(problem.line, problem.file) for problem in caught.value.problems] == [(n, str(bad)) for n in (2, 3, 4)]
    log = read([bad], skip_broken=True)
    assert log.counts == {"PoolResizeCompleteEvent": 1}
    assert [problem.line for problem in log.warnings] == [2, 3, 4]


@pytest.mark.parametrize(
    ("change", "expected_message"),
    [
        ({"time": "yesterday"}, "expected time like"),
        ({"properties": {}}, "has no id"),
        ({"properties": None}, "has no properties"),
        ({"operationName": "TaskStartEvent", "properties": {"id": "t"}}, "has no jobId"),
    ],
)
def test_an_event_about_nobody_is_left_out_with_a_warning(change: Event, expected_message: str) -> None:
    log = read_lines([json.dumps({**COMPLETE, **change})])
    assert expected_message in log.warnings[0].message
    assert all(not len(frame) for frame in log.tables.values())


def test_events_without_a_name_are_left_out_and_no_log_has_only_such() -> None:
    nameless = json.dumps({**COMPLETE, "operationName": None})
    assert "has no operationName" in read_lines([json.dumps(COMPLETE), nameless]).warnings[0].message
    with pytest.raises(InputError, match=r"holds no event: .* poolsight import"):
        read_lines([nameless])


def test_files_that_are_not_there_are_reported(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        read([tmp_path / "absent", tmp_path / "empty"])
    assert [problem.message for problem in caught.value.problems] == [
        "does not exist",
        "holds no file that ends in .json or .jsonl",
    ]


def test_times_are_read_in_both_spellings() -> None:
    whole = datetime(2016, 9, 9, 22, 13, 6, 573000, tzinfo=UTC)
    assert parse_stamp("2016-09-09T22:13:06.573Z") == parse_stamp("2016-09-09 22:13:06.573") == whole
    assert parse_stamp("2016-09-10T00:13:06.5730001+02:00") == whole
    assert parse_stamp("2016-13-09T22:13:06Z") is parse_stamp("soon") is parse_stamp(None) is None


def test_a_log_of_nothing_that_is_known_has_no_numbers_made_up() -> None:
    found = summarize(read_lines([json.dumps({**COMPLETE, "operationName": "NodeHasHiccupsEvent"})]))
    assert found["span"] == {"first": None, "last": None}
    assert found["run_s"] is None
    json.dumps(found, allow_nan=False)


def test_several_pools_scaled_and_preempted_come_back_whole() -> None:
    formula = "$TargetLowPriorityNodes = min(4, max(0, $PendingTasks.GetSample(1)));"
    scaled = pool(
        enableAutoScale=True,
        autoScaleFormula=formula,
        autoScaleEvaluationInterval="5m",
        simulation={"preemption": {"model": "hazard", "ratePerHour": 6}, "timing": {"recoveryDelay": "2m"}},
    )
    other = {**pool(targetDedicatedNodes=2, taskSlotsPerNode=2), "id": "q"}
    second = {**job(40, {"exponential": {"mean": "3m"}}, "k", failureProbability=0.3, maxTaskRetryCount=2)}
    second["poolInfo"] = {"poolId": "q"}
    run = check(simulate(scenario([scaled, other], [job(60, "9m"), second])))
    log = log_of(run)
    assert known_to(log) == known_of(run)
    assert known_of(run)["tasks"]["preemptions"] > 0
    assert sorted(log.tables["pools"]["pool"]) == ["p", "q"]
    assert set(zip(log.tables["attempts"]["id"], log.tables["attempts"]["node"], strict=True)) == set(
        zip(run.tasks["id"].to_numpy()[run.attempts["task"]], run.attempts["node"], strict=True)
    )


def test_a_task_that_is_passed_over_fails_to_be_scheduled_once() -> None:
    """Specification 7.4: slots are free, but not enough of them on one node; who waits for others is not blocked."""
    large = story.task("large", "10s", requiredSlots=2)
    late = story.task("late", "10s", requiredSlots=2, dependsOn={"taskIds": ["large"]})
    listed = [story.task("x", "60s"), story.task("y", "30s"), large, late, story.task("z", "90s", submit="35s")]
    made = story.run(story.pool(nodes=1, taskSlotsPerNode=2), story.job(tasks=listed, usesTaskDependencies=True))
    found = [event for event in events(made) if event["operationName"] == Operation.TASK_SCHEDULE_FAIL]
    assert [(event["properties"]["id"], event["time"][11:19]) for event in found] == [("large", "00:00:30")]
    assert found[0]["properties"]["nodeInfo"] == {"poolId": "p", "nodeId": " "}
    assert found[0]["properties"]["requiredSlots"] == 2
    assert summarize(log_of(made))["tasks"]["schedule_failures"] == 1


def test_a_gang_that_waits_for_its_last_node_fails_to_be_scheduled() -> None:
    gang = story.task("g", "10s", multiInstanceSettings={"numberOfInstances": 2})
    body = story.pool(nodes=2, enableInterNodeCommunication=True)
    made = story.run(body, story.job("k", tasks=[story.task("x", "60s")], priority=1), story.job(tasks=[gang]))
    assert [event["id"] for event in of(made, Operation.TASK_SCHEDULE_FAIL)] == ["g"]


def test_small_tasks_that_take_each_free_slot_starve_a_large_one() -> None:
    """The slot is never seen free, and the large task is passed over all the same."""
    small = [story.task(f"s{number}", f"{30 + number}s") for number in range(8)]
    listed = [*small[:2], story.task("large", "10s", requiredSlots=2), *small[2:]]
    made = story.run(story.pool(nodes=1, taskSlotsPerNode=2), story.job(tasks=listed))
    failed = [event for event in events(made) if event["operationName"] == Operation.TASK_SCHEDULE_FAIL]
    assert [(event["properties"]["id"], event["time"][11:19]) for event in failed] == [("large", "00:00:30")]


def test_tasks_of_one_slot_are_never_passed_over() -> None:
    made = story.run(story.pool(nodes=2, taskSlotsPerNode=2), story.job(count=20))
    assert of(made, Operation.TASK_SCHEDULE_FAIL) == []


def test_preparation_and_release_are_special_tasks() -> None:
    body = story.job(count=1, onAllTasksComplete="terminatejob", jobPreparationTask={"commandLine": "sleep 30"})
    made = story.run(story.pool(nodes=1), {**body, "jobReleaseTask": {"commandLine": "sleep 5"}})
    found = of(made, Operation.SPECIAL_TASK)
    assert [(event["taskType"], event["jobId"], event["executionInfo"]["result"]) for event in found] == [
        ("JobPrep", "j", "success"),
        ("JobRelease", "j", "success"),
    ]


def test_a_job_manager_reports_it_and_a_displaced_task_counts_a_requeue() -> None:
    made = story.run(
        story.pool(nodes=1),
        story.job("low", count=1, duration="10m", allowTaskPreemption=True),
        story.job("high", count=1, at="60s", priority=5),
        story.job("managed", tasks=[], jobManagerTask={"id": "boss", "commandLine": "sleep 20"}),
    )
    (requeued,) = of(made, Operation.TASK_REQUEUE)
    assert (requeued["jobId"], requeued["executionInfo"]["requeueCount"]) == ("low", 1)
    kinds = {event["id"]: event["taskType"] for event in of(made, Operation.TASK_COMPLETE)}
    assert kinds["boss"] == "JobManager"
    assert summarize(log_of(made))["tasks"]["requeues"] == 1


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_files_without_an_event_are_an_error(tmp_path: Path, text: str) -> None:
    empty = tmp_path / "PT1H.json"
    empty.write_text(text)
    with pytest.raises(InputError, match=r"PT1H\.json: holds no event: expected one JSON object on each line"):
        read([empty])
    empty.write_text('{"operationName": "SomethingElse"}\n')
    assert read([empty]).ignored == {"SomethingElse": 1}
