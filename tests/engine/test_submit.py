"""Work and orders that come while a run goes on: the same outcome as if they had stood in the timeline."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import InputError, Recording, Simulation, simulate
from simulator.results.answer.metrics import summarize
from simulator.results.record.tables import NAMES, arrow
from simulator.scenario.reading.load import load
from simulator.scenario.scenario import Scenario
from simulator.service_codes import ServiceCode
from tests.engine.laws import check
from tests.examples import examples
from tests.features.story import job, operation, pool, scenario, task
from tests.scenario.files import pool as written_pool
from tests.scenario.files import problems, write

DRAWN = {"count": 12, "duration": {"exponential": {"mean": "70s"}}}
TIMING = {"dispatchLatency": {"uniform": {"low": "1s", "high": "9s"}}}
MORE = operation("150s", "addTasks", pool=None, job="j", tasks=[task("late"), task("later")])
CROWD = operation("150s", "addTasks", pool=None, job="j", workload=[{**DRAWN, "idPrefix": "crowd"}])
OTHER = operation("200s", "addJob", pool=None, job=job("other", count=5, priority=100))
GROW = operation("210s", "resize", targetDedicatedNodes=3)
SHUT = operation("400s", "disableJob", pool=None, job="other")


def drawn(timeline: list[Any] | None = None, **rest: Any) -> Scenario:
    body = pool(nodes=2, simulation={"timing": TIMING})
    work = job(count=12, duration=DRAWN["duration"])
    return scenario(body, work, timeline=timeline or [], **rest)


def same(left: Recording, right: Recording) -> None:
    for name in NAMES:
        assert arrow(left, name).equals(arrow(right, name)), name
    assert {**summarize(left), "manifest": None} == {**summarize(right), "manifest": None}


def by_time(asked: list[Any]) -> list[Any]:
    return sorted(asked, key=lambda one: float(one["at"].removesuffix("s")))


def test_the_answer_is_that_of_the_service_at_once() -> None:
    steps = Simulation(drawn())
    steps.advance(40)
    disable = {"operation": "disableJob", "job": "j"}
    assert steps.submit(disable).code is ServiceCode.SUCCESS
    again = steps.submit(disable)
    assert (again.code, again.is_refusal) == (ServiceCode.JOB_DISABLED, True)
    assert steps.now == 40.001, "after all that has been simulated"
    assert steps.submit(operation("60s", "enableJob", pool=None, job="j")).code is ServiceCode.SUCCESS
    assert steps.now == 60
    assert [row.code for row in check(steps.recording()).raw.recorder.operations] == [
        "Success",
        "JobDisabled",
        "Success",
    ]


@pytest.mark.parametrize("asked", [[MORE], [CROWD], [OTHER], [MORE, CROWD, OTHER, GROW, SHUT], [GROW, OTHER, MORE]])
@pytest.mark.parametrize("policy", ["uniform", "round_robin"])
def test_what_is_submitted_on_the_way_is_as_good_as_what_stands_in_the_file(asked: list[Any], policy: str) -> None:
    options = {"equalPriorityPolicy": policy}
    steps = Simulation(drawn(options=options))
    steps.advance(40)
    for one in by_time(asked):
        steps.submit(one)
    steps.advance()
    same(check(steps.recording()), check(simulate(drawn(by_time(asked), options=options))))


@examples(15)
@given(
    st.lists(st.sampled_from([MORE, CROWD, OTHER, GROW, SHUT]), unique_by=id),
    st.lists(st.integers(1, 60), max_size=8),
    st.integers(0, 1000),
)
def test_announced_or_submitted_stepped_or_whole_is_the_same(asked: list[Any], pauses: list[int], seed: int) -> None:
    """Whatever is known when, and wherever the run pauses; a fork that is left alone ends as the run does."""
    if SHUT in asked and OTHER not in asked:
        asked.remove(SHUT)
    whole = check(simulate(drawn(by_time(asked), seed=seed)))
    steps, to_come = Simulation(drawn(seed=seed)), by_time(asked)
    for pause in pauses:
        until = steps.now + pause
        while to_come and float(to_come[0]["at"].removesuffix("s")) <= until:
            steps.submit(to_come.pop(0))
        steps.advance(until)
    for one in to_come:
        steps.submit(one)
    fork = steps.fork()
    for one in (steps, fork):
        one.advance()
        same(check(one.recording()), whole)


def test_the_log_of_a_run_is_a_scenario(tmp_path: Path) -> None:
    """It can be written to a file, and replays what clients have done; with other sizes it answers what if."""
    steps = Simulation(drawn())
    steps.advance(30)
    for one in by_time([MORE, OTHER, GROW]):
        steps.submit(one)
    steps.submit({"operation": "terminateTask", "job": "j", "task": "task-12"})
    steps.advance()
    file = tmp_path / "log.json"
    file.write_text(steps.scenario.model_dump_json(by_alias=True, exclude_none=True))
    replayed = load(file)
    assert [one.operation for one in replayed.timeline] == ["addTasks", "addJob", "resize", "terminateTask"]
    same(check(steps.recording()), check(simulate(replayed)))


def test_a_job_may_begin_without_any_task() -> None:
    asked = [
        operation(at, "addTasks", pool=None, job="empty", tasks=[task(f"{at}-{number}") for number in range(3)])
        for at in ("60s", "60s", "90s")
    ]
    for number, one in enumerate(asked):
        one["tasks"] = [{**body, "id": f"{number}-{body['id']}"} for body in one["tasks"]]
    empty = {"id": "empty", "poolInfo": {"poolId": "p"}}

    def described(timeline: list[Any]) -> Scenario:
        return scenario(pool(nodes=2), empty, timeline=timeline, horizon="1h")

    steps = Simulation(described([]))
    for one in asked:
        steps.submit(one)
    steps.advance()
    same(check(steps.recording()), check(simulate(described(asked))))


def test_a_fork_leaves_the_run_it_comes_from_alone() -> None:
    steps = Simulation(drawn())
    steps.advance(100)
    fork = steps.fork()
    assert fork.snapshot() == steps.snapshot()
    fork.submit(operation("200s", "terminateJob", pool=None, job="j"))
    fork.advance()
    steps.advance()
    same(check(steps.recording()), check(simulate(drawn())))
    assert summarize(check(fork.recording()))["tasks"]["succeeded"] < 12


def test_a_fork_has_waited_for_clients_as_long_as_the_run_it_comes_from() -> None:
    steps = Simulation(drawn())
    steps.advance()
    steps.wait(steps.now + 7200)
    fork = steps.fork()
    assert (fork.now, fork.is_over) == (steps.now, steps.is_over)
    for one in (steps, fork):
        one.submit({"operation": "addTasks", "job": "j", "tasks": [{"id": "late", "commandLine": "sleep 5"}]})
        one.advance()
    same(check(steps.recording()), check(fork.recording()))


def test_a_run_whose_work_is_done_goes_on_when_more_comes() -> None:
    steps = Simulation(drawn())
    steps.advance()
    assert steps.is_over
    first = check(steps.recording())
    again = operation("1h", "addTasks", pool=None, job="j", tasks=[task("late")])
    steps.submit(again)
    steps.advance()
    same(check(steps.recording()), check(simulate(drawn([again]))))
    assert len(first.tasks) == 12, "a record stays as it was"


def test_a_task_waits_for_others_whenever_they_come() -> None:
    """For one that has completed before, for one that runs, and for one that does not exist yet."""

    def linked(name: str, *parents: str) -> dict[str, Any]:
        return {**task(name), **({"dependsOn": {"taskIds": list(parents)}} if parents else {})}

    def add(at: str, *tasks: dict[str, Any]) -> dict[str, Any]:
        return operation(at, "addTasks", pool=None, job="j", tasks=list(tasks))

    asked = [
        add("70s", linked("after-first", "first")),
        add("80s", linked("b", "a"), linked("both", "first", "last")),
        add("200s", linked("a")),
        add("300s", linked("last", "b")),
    ]
    work = {"id": "j", "poolInfo": {"poolId": "p"}, "usesTaskDependencies": True, "tasks": [linked("first")]}

    def described(timeline: list[Any]) -> Scenario:
        return scenario(pool(nodes=2), work, timeline=timeline)

    steps = Simulation(described([]))
    for one in asked:
        steps.submit(one)
    steps.advance()
    made = check(steps.recording())
    same(made, check(simulate(described(asked))))
    assert made.tasks["succeeded"].all()


def test_a_job_goes_to_a_pool_that_nobody_has_announced() -> None:
    asked = [
        operation("100s", "createPool", pool=None) | {"pool": pool(id="q", nodes=2)},
        operation("150s", "disableJob", pool=None, job="j", disableTasks="requeue"),
        operation("160s", "updateJob", pool=None, job="j", poolInfo={"poolId": "q"}),
        operation("170s", "enableJob", pool=None, job="j"),
    ]
    steps = Simulation(drawn(horizon="2h"))
    for one in asked:
        steps.submit(one)
    steps.advance()
    same(check(steps.recording()), check(simulate(drawn(asked, horizon="2h"))))


def test_a_run_that_gets_more_work_keeps_its_past() -> None:
    """Neither names nor draws of what was there depend on what comes, and one more look costs nothing."""
    alone, steps = Simulation(drawn()), Simulation(drawn())
    for one in (alone, steps):
        one.advance(100)
    steps.submit(MORE)
    alone.advance(149.999)
    was, now = (check(one.recording()).attempts for one in (alone, steps))
    assert was["assigned"].tolist() == now["assigned"].tolist()[: len(was)]
    assert set(alone.recording().tasks["id"]) | {"late", "later"} == set(steps.recording().tasks["id"])
    steps.advance(160)
    steps.submit(operation("161s", "addTasks", pool=None, job="j", tasks=[task("last")]))
    steps.advance()
    assert summarize(check(steps.recording()))["tasks"]["succeeded"] == 15


def test_a_job_may_bring_its_pool_along() -> None:
    own = {"poolLifetimeOption": "job", "pool": pool(nodes=1, vmSize="Standard_D4_v3")}
    body = job("own", count=2, poolInfo={"autoPoolSpecification": own}, onAllTasksComplete="terminatejob")
    asked = operation("90s", "addJob", pool=None, job=body)
    steps = Simulation(drawn())
    steps.advance(80)
    steps.submit(asked)
    steps.advance()
    same(check(steps.recording()), check(simulate(drawn([asked]))))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (operation("1h", "addTask", pool=None, job="j"), "unknown 'addTask', did you mean 'addTasks'?"),
        (operation("1h", "addTasks", pool=None, job="j"), "expected tasks, a workload, or both"),
        (
            operation("1h", "addTasks", pool=None, job="j", tasks=[task("a"), task("A")]),
            "a second task with the id 'A'",
        ),
        (operation("1h", "resize"), "expected targetDedicatedNodes or targetLowPriorityNodes"),
        (operation("-1h", "resize", targetDedicatedNodes=-1), "expected a value greater than or equal to 0, not -1"),
        (operation("1h", "evaluateAutoScale", autoScaleFormula="$x = ;"), "unexpected ';', expected a value"),
        (operation("1h", "outage", pool=None, size="D99", duration="1h"), "unknown VM size 'D99'"),
    ],
)
def test_it_is_checked_as_in_a_file_and_reported_in_the_same_words(
    asked: dict[str, Any], message: str, tmp_path: Path
) -> None:
    work = job(count=5)
    file = write(tmp_path, {"pools": [written_pool(targetDedicatedNodes=1)], "jobs": [work], "timeline": [asked]})
    words = [text.split("\n")[0].split("timeline.0", 1)[1].lstrip(".:") for text in problems(file)]
    steps = Simulation(Scenario.model_validate({"pools": [written_pool(targetDedicatedNodes=1)], "jobs": [work]}))
    with pytest.raises(InputError) as caught:
        steps.submit(asked)
    assert message in str(caught.value)
    assert sorted(map(str, caught.value.problems)) == sorted(text.strip() for text in words)
    steps.advance()
    assert summarize(steps.recording())["tasks"]["succeeded"] == 5, "a refused body leaves the run as it was"


LISTED = {"id": "listed", "poolInfo": {"poolId": "p"}, "usesTaskDependencies": True, "tasks": [task("first")]}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (operation("1h", "resize", pool="q", targetDedicatedNodes=1), ServiceCode.POOL_NOT_FOUND),
        (operation("1h", "createPool", pool=None) | {"pool": pool(id="P", nodes=2)}, ServiceCode.POOL_EXISTS),
        (operation("1h", "addTasks", pool=None, job="k", tasks=[task("a")]), ServiceCode.JOB_NOT_FOUND),
        (operation("1h", "addJob", pool=None, job=job("LISTED", count=1)), ServiceCode.JOB_EXISTS),
        (
            operation("1h", "addTasks", pool=None, job="listed", tasks=[task("a"), task("First")]),
            ServiceCode.TASK_EXISTS,
        ),
        (operation("1h", "deleteTask", pool=None, job="listed", task="a"), ServiceCode.TASK_NOT_FOUND),
        (operation("1h", "enableJobSchedule", pool=None, jobSchedule="s"), ServiceCode.SCHEDULE_NOT_FOUND),
    ],
)
def test_ids_of_nothing_or_in_use_are_answered_with_the_code_of_the_service(
    asked: dict[str, Any], code: ServiceCode
) -> None:
    steps = Simulation(scenario(pool(nodes=2), LISTED, horizon="2h"))
    steps.advance(60)
    before = len(steps.scenario.timeline)
    assert steps.submit(asked).code is code
    assert len(steps.scenario.timeline) <= before + (code is ServiceCode.TASK_NOT_FOUND), "nothing has happened"


def test_what_comes_sees_the_tasks_that_are_there() -> None:
    """A parent that came before is no task that is missing, and what a check sees does not grow with the past."""
    steps = Simulation(scenario(pool(nodes=2), LISTED, horizon="2h"))
    for name, parent in (("second", "first"), ("third", "second")):
        depends = {"dependsOn": {"taskIds": [parent]}}
        steps.submit(operation("60s", "addTasks", pool=None, job="listed", tasks=[{**task(name), **depends}]))
    assert not steps.scenario.warnings
    odd = {"dependsOn": {"taskIds": ["nobody"]}}
    steps.submit(operation("61s", "addTasks", pool=None, job="listed", tasks=[{**task("fourth"), **odd}]))
    (warning,) = steps.scenario.warnings
    assert "no task 'nobody' in this job" in str(warning)


def test_a_pool_that_comes_brings_its_size_along() -> None:
    asked = [
        operation("60s", "createPool", pool=None) | {"pool": pool(id="q", nodes=1, vmSize="Standard_F8s_v2")},
        operation("61s", "addJob", pool=None, job=job("k", count=2, poolInfo={"poolId": "q"})),
    ]
    steps = Simulation(drawn())
    for one in asked:
        steps.submit(one)
    steps.advance()
    same(check(steps.recording()), check(simulate(drawn(asked))))


def test_what_is_odd_joins_the_warnings_of_the_scenario() -> None:
    steps = Simulation(drawn())
    steps.submit(operation("60s", "addTasks", pool=None, job="j", tasks=[task("wide", requiredSlots=9)]))
    (warning,) = steps.scenario.warnings
    assert "needs 9 slots, but a node of pool 'p' has 1" in str(warning)
    wrong: Any = 7
    with pytest.raises(InputError, match="expected an operation, or its body as a mapping, not 7"):
        steps.submit(wrong)
    steps.advance()
    with pytest.raises(InputError, match="addTasks at 150 s comes too late: the run has come to"):
        steps.submit(MORE)
