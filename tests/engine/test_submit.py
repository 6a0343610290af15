"""Work and orders that come while a run goes on: the same outcome as if they had stood in the timeline."""

from pathlib import Path
from typing import Any

import pytest

from simulator import InputError, Recording, Simulation, simulate
from simulator.results.answer.metrics import summarize
from simulator.results.record.tables import NAMES, arrow
from simulator.scenario.scenario import Scenario
from tests.engine.laws import check
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


@pytest.mark.parametrize("asked", [[MORE], [CROWD], [OTHER], [MORE, CROWD, OTHER, GROW, SHUT], [GROW, OTHER, MORE]])
@pytest.mark.parametrize("policy", ["uniform", "round_robin"])
def test_what_is_submitted_on_the_way_is_as_good_as_what_stands_in_the_file(asked: list[Any], policy: str) -> None:
    options = {"equalPriorityPolicy": policy}
    steps = Simulation(drawn(options=options))
    for until, operations in ((40, asked[:1]), (100, asked[1:])):
        steps.advance(until)
        before = steps.snapshot()
        for one in operations:
            steps.submit(one)
        assert steps.snapshot() == before
    steps.advance()
    same(check(steps.recording()), check(simulate(drawn(asked, options=options))))


def test_a_run_that_gets_more_work_keeps_its_past() -> None:
    """Neither names nor draws of what was there depend on what comes, and one more look costs nothing."""
    alone, steps = Simulation(drawn()), Simulation(drawn())
    for one in (alone, steps):
        one.advance(100)
    steps.submit(MORE)
    was, now = (check(one.recording()).attempts for one in (alone, steps))
    assert was.drop(columns="task").equals(now.drop(columns="task"))
    assert set(alone.recording().tasks["id"]) | {"late", "later"} == set(steps.recording().tasks["id"])
    assert steps.snapshot() == alone.snapshot()
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
        (operation("1h", "addTasks", pool=None, job="k"), "no job 'k'"),
        (operation("1h", "addTasks", pool=None, job="j"), "expected tasks, a workload, or both"),
        (
            operation("1h", "addTasks", pool=None, job="j", tasks=[task("a"), task("A")]),
            "a second task with the id 'A'",
        ),
        (operation("1h", "addTasks", pool=None, job="j", tasks=[task("task-3")]), "a second task with the id 'task-3'"),
        (operation("1h", "addJob", pool=None, job=job("J", count=1)), "a second job with the id 'J'"),
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


def test_what_is_odd_joins_the_warnings_of_the_scenario() -> None:
    steps = Simulation(drawn())
    steps.submit(operation("60s", "addTasks", pool=None, job="j", tasks=[task("wide", requiredSlots=9)]))
    (warning,) = steps.scenario.warnings
    assert "needs 9 slots, but a node of pool 'p' has 1" in str(warning)
    wrong: Any = 7
    with pytest.raises(InputError, match="expected an operation, or its body as a mapping, not 7"):
        steps.submit(wrong)
    steps.advance()
    with pytest.raises(InputError, match="addTasks at 150 s comes too late: the run is over"):
        steps.submit(MORE)
