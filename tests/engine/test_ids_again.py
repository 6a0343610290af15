"""Ids of jobs and tasks are free again after a deletion, as in the service: the record keeps all lives apart."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import InputError, Recording, Simulation, scenario_of, simulate, summarize
from simulator.results.record.tables import NAMES, arrow
from simulator.results.why.task_view import view_task
from simulator.scenario.scenario import Scenario
from simulator.service_codes import ServiceCode
from tests.engine.laws import check
from tests.examples import examples
from tests.features.story import Body, job, operation, pool, run, scenario, task

DRAWN: Body = {"exponential": {"mean": "70s"}}
BYE: Body = {"jobPreparationTask": {"commandLine": "sleep 1"}, "jobReleaseTask": {"commandLine": "sleep 60"}}


def on(at: str, name: str, *, job: Any = "j", **keys: Any) -> Body:
    return operation(at, name, pool=None, job=job, **keys)


def add(at: str, *tasks: Body) -> Body:
    return on(at, "addTasks", tasks=list(tasks))


def codes(found: Recording) -> list[str]:
    return [str(code) for code in found.operations["code"]]


# ---- jobs ----------------------------------------------------------------------------------------------------


def test_a_deleted_job_comes_again_with_other_work() -> None:
    """What is asked meanwhile finds none; what is asked later reaches the one that is there."""
    second = job("j", tasks=[task("a", "30s"), task("b", "40s")])
    timeline = [
        on("100s", "deleteJob", job="J"),
        add("120s", task("x")),
        on("150s", "addJob", job=second),
        add("160s", task("c", "10s")),
        on("400s", "terminateJob"),
    ]
    found = run(pool(nodes=1), job(count=4, duration="60s"), timeline=timeline, horizon="10m")
    assert codes(found) == ["Success", "JobNotFound", "Success", "Success", "Success"]
    assert found.operations["job"].astype(str).tolist() == ["j", "j", "j~2", "j~2", "j~2"]
    mine = found.tasks[found.tasks["job"] == "j~2"]
    assert mine[["id", "end"]].to_numpy().tolist() == [["a", 180.0], ["b", 220.0], ["c", 230.0]]
    last = found.jobs.groupby("job", observed=True)["state"].last().astype(str)
    assert last.to_dict() == {"j": "deleting", "j~2": "completed"}
    tasks = summarize(found)["tasks"]
    assert (tasks.succeeded, tasks.deleted) == (3, 4)


def test_while_the_first_is_being_deleted_the_second_is_refused_until_somebody_asks_again() -> None:
    """Its release task runs from 100 to 160 s. One more is refused, too: the job is there."""
    timeline = [
        on("100s", "deleteJob"),
        on("130s", "addJob", job=job("j", count=1, duration="5s")),
        add("140s", task("lost")),
        on("200s", "addJob", job=job("j", count=1, duration="7s")),
        add("210s", task("found")),
        on("220s", "addJob", job=job("j", count=1)),
    ]
    found = run(pool(nodes=1), job(count=1, duration="30s", **BYE), timeline=timeline, horizon="10m")
    refused = ["JobBeingDeleted", "JobBeingDeleted"]
    assert codes(found) == ["Success", *refused, "Success", "Success", "JobExists"]
    assert found.tasks[found.tasks["succeeded"] & (found.tasks["job"] == "j~3")]["id"].tolist() == ["task-1", "found"]
    why = summarize(found)["tasks"].unfinished_why
    assert why == {"its job was refused: JobBeingDeleted": 2, "its job was refused: JobExists": 1}


def test_tasks_for_a_job_whose_successor_was_refused_are_refused_with_the_reason() -> None:
    """A simulation knows the tasks of each job before it runs, and so adds them to the newest one only."""
    timeline = [
        on("100s", "deleteJob"),
        on("200s", "addJob", job=job("j", count=1)),
        on("220s", "addJob", job=job("j", count=1)),
        add("230s", task("e")),
    ]
    found = run(pool(nodes=1), job(count=1), timeline=timeline, horizon="10m")
    assert codes(found) == ["Success", "Success", "JobExists", "NotSimulated"]


def test_a_job_that_brings_its_pool_along_brings_another_one() -> None:
    own: Body = {
        "poolInfo": {"autoPoolSpecification": {"autoPoolIdPrefix": "a", "pool": {**pool(nodes=1), "id": None}}}
    }
    timeline = [on("100s", "deleteJob"), on("200s", "addJob", job=job("j", count=2, **own))]
    found = run(pool(nodes=1), job(count=2, duration="40s", **own), timeline=timeline, horizon="10m")
    assert found.attempts["node"].astype(str).tolist() == ["a_j_1_d", "a_j_1_d", "a_j~2_1_d", "a_j~2_1_d"]
    assert found.tasks["succeeded"].all()


def test_the_second_meets_other_draws_unless_it_names_the_stream_of_the_first() -> None:
    def spans(**simulation: Any) -> tuple[list[float], list[float]]:
        again = job("j", count=3, duration=DRAWN, simulation=simulation)
        timeline = [on("500s", "deleteJob"), on("600s", "addJob", job=again)]
        found = run(pool(nodes=3), job(count=3, duration=DRAWN), timeline=timeline, horizon="1h")
        lengths = found.tasks["duration"].tolist()
        return lengths[:3], lengths[3:]

    first, second = spans()
    assert first != second
    first, second = spans(stream="j")
    assert first == second


def test_a_second_job_needs_a_deletion_before() -> None:
    for timeline in (
        [on("1m", "addJob", job=job("J", count=1))],
        [on("1m", "addJob", job=job("j", count=1)), on("2m", "deleteJob")],
    ):
        with pytest.raises(InputError, match="the service takes it after a deleteJob of the first") as error:
            scenario(pool(nodes=1), job(count=1), timeline=timeline)
        assert [problem.path for problem in error.value.problems] == ["timeline.0.job.id"]


# ---- tasks ---------------------------------------------------------------------------------------------------


def test_a_deleted_task_comes_again_and_children_wait_for_the_one_that_was_there_when_they_came() -> None:
    """The child of the first waits for ever, since its parent was deleted before it had completed."""
    timeline = [
        on("10s", "deleteTask", task="a"),
        add("20s", task("A", "30s"), task("second", "5s", dependsOn={"taskIds": ["a"]})),
        on("100s", "deleteTask", task="a"),
        add("110s", task("third", "5s", dependsOn={"taskIds": ["a"]}), task("a", "15s")),
    ]
    listed = [task("a", "60s"), task("first", "5s", dependsOn={"taskIds": ["a"]})]
    found = run(pool(nodes=2), job(tasks=listed, usesTaskDependencies=True), timeline=timeline, horizon="10m")
    assert codes(found) == ["Success"] * 4
    ends = dict(zip(found.tasks["id"], found.tasks["end"], strict=True))
    assert ends.pop("first") != ends["a"], "never"
    assert ends == {"a": 10.0, "A~2": 50.0, "second": 55.0, "third": 130.0, "a~3": 125.0}
    assert found.tasks["state"].astype(str).tolist()[:3] == ["deleted", "active", "completed"]


def test_a_task_that_is_there_is_refused_and_the_others_of_its_operation_are_added() -> None:
    timeline = [on("10s", "deleteTask", task="a"), add("20s", task("a")), add("30s", task("A"), task("b"))]
    found = run(pool(nodes=1), job(tasks=[task("a")]), timeline=timeline, horizon="10m")
    assert codes(found) == ["Success", "Success", "TaskExists"]
    assert "the others were added" in str(found.operations["message"].iloc[-1])
    assert found.tasks[found.tasks["succeeded"]]["id"].tolist() == ["a~2", "b"]
    assert summarize(found)["tasks"].unfinished_why == {"its id was taken": 1}


@pytest.mark.parametrize("at", ["5s", "70s"])
def test_a_second_task_needs_a_deletion_of_one_that_has_come(at: str) -> None:
    """The first comes at 10 s; what deletes it at 5 s finds nothing, and what deletes it at 70 s comes too late."""
    timeline = [on(at, "deleteTask", task="a"), add("60s", task("a"))]
    with pytest.raises(InputError, match="the service takes it after a deleteTask of the first"):
        scenario(pool(nodes=1), job(tasks=[task("a", submit="10s")]), timeline=timeline)


def test_a_task_knows_itself_by_its_id() -> None:
    timeline = [on("10s", "deleteTask", task="a"), add("20s", task("a"))]
    found = run(pool(nodes=1), job(tasks=[task("a")]), timeline=timeline)
    variables = view_task(found, "j/a~2").variables
    assert variables["AZ_BATCH_TASK_ID"] == "a"
    assert variables["AZ_BATCH_TASK_DIR"].endswith("/j/job-1/a")


# ---- announced or submitted ----------------------------------------------------------------------------------

AGAIN: list[list[Body]] = [
    [
        on("100s", "deleteJob"),
        on("130s", "addJob", job=job("j", count=1, duration="5s")),
        on("200s", "addJob", job=job("j", count=3, duration=DRAWN)),
        add("210s", task("d", "10s")),
        on("220s", "addTasks", workload=[{"count": 3, "duration": DRAWN}]),
        on("300s", "deleteJob"),
        on("400s", "addJob", job=job("j", tasks=[task("a", "10s")])),
    ],
    [
        on("10s", "deleteTask", task="task-1"),
        add("20s", task("task-1", "30s"), task("k", "5s", dependsOn={"taskIds": ["task-1"]})),
        on("100s", "deleteTask", task="task-1"),
        add("110s", task("l", "5s", dependsOn={"taskIds": ["task-1"]}), task("task-1", "15s")),
        on("120s", "deleteTask", task="nobody"),
        add("130s", task("nobody")),
    ],
]


def same(left: Recording, right: Recording) -> None:
    for name in NAMES:
        assert arrow(left, name).equals(arrow(right, name)), name
    assert {**summarize(left), "manifest": None} == {**summarize(right), "manifest": None}


def played(timeline: list[Body]) -> Scenario:
    first = job(count=2, duration="30s", usesTaskDependencies=True, **BYE)
    return scenario(pool(nodes=2), first, timeline=timeline, horizon="20m")


@pytest.mark.parametrize("asked", AGAIN)
@pytest.mark.parametrize("announced", [0, 1])
def test_what_is_submitted_on_the_way_is_as_good_as_what_stands_in_the_file(asked: list[Body], announced: int) -> None:
    """All of it, or every second operation while the others are announced; the log of the run is that file."""
    steps = Simulation(played(asked[::2] if announced else []))
    for one in asked[1::2] if announced else asked:
        steps.submit(one)
    steps.advance()
    same(check(steps.recording()), check(simulate(steps.scenario)))


def test_a_client_asks_again_until_the_first_is_gone() -> None:
    steps = Simulation(played([]))
    steps.advance(60)
    assert steps.submit({"operation": "deleteJob", "job": "j"}).code is ServiceCode.SUCCESS
    again = {"operation": "addJob", "job": job("j", count=1)}
    answers: list[ServiceCode] = []
    while not answers or answers[-1] is not ServiceCode.SUCCESS:
        steps.advance(steps.now + 15)
        answers.append(steps.submit(again).code)
    assert answers == [*[ServiceCode.JOB_BEING_DELETED] * (len(answers) - 1), ServiceCode.SUCCESS]
    assert len(answers) > 1
    steps.advance()
    assert check(steps.recording()).tasks["succeeded"].iloc[-1]


def asked_at_random(random: Random) -> Body:
    """Return an operation on one of two jobs and its few tasks, some time after the one before."""
    name = random.choice("jk")
    some = [task(one, f"{random.randint(5, 60)}s") for one in random.sample("abc", random.randint(1, 3))]
    more: Body = random.choice(({}, {"onAllTasksComplete": "terminatejob"}, BYE))
    kind, body = random.choice(
        (
            ("deleteJob", {}),
            ("addJob", {}),
            ("deleteTask", {"task": random.choice("abc")}),
            ("addTasks", {"tasks": some}),
            ("disableJob", {"disableTasks": "requeue"}),
            ("terminateJob", {}),
        )
    )
    return on("0s", kind, **body, job=job(name, tasks=some, **more) if kind == "addJob" else name)


@examples(4)
@given(st.randoms(use_true_random=False))
def test_whatever_clients_add_and_delete_the_log_of_the_run_does_the_same_again(random: Random) -> None:
    steps, at = Simulation(played([])), 0
    for _ in range(12):
        at += random.choice((5, 30, 90))
        steps.submit({**asked_at_random(random), "at": f"{at}s"})
    steps.advance()
    log = json.loads(steps.scenario.model_dump_json(by_alias=True, exclude_none=True))
    same(check(steps.recording()), check(simulate(scenario_of(log))))
