"""What a run shows while it goes on: pools, jobs and tasks as they are, and as its record has them in the end."""

import math

from simulator import Simulation
from simulator.states import AllocationState, JobState, NodeKind, TaskState
from tests.engine.laws import check
from tests.features.story import job, operation, pool, scenario, task


def test_a_task_is_shown_as_the_record_has_it() -> None:
    listed = [task("good"), {**task("bad"), "simulation": {"duration": "30s", "exitCodes": [3]}}, task("third")]
    steps = Simulation(scenario(pool(nodes=1), {"id": "j", "poolInfo": {"poolId": "p"}, "tasks": listed}, horizon="1h"))
    waits = [view.state for _, view in steps.views.tasks("j")]
    assert not waits, "nothing is there before its time"
    steps.advance(0)
    steps.submit(operation("1s", "addTasks", pool=None, job="J", tasks=[task("late", displayName="Last")]))
    steps.advance(3599)
    shown = [view for _, view in steps.views.tasks("j")]
    record = check(steps.recording()).tasks
    assert [view.id for view in shown] == list(record["id"])
    assert [view.started for view in shown] == list(record["last_start"])
    assert [view.ended for view in shown] == list(record["end"])
    assert [view.exit_code for view in shown] == list(record["exit_code"])
    assert {view.node for view in shown} == {"p_1_d"}
    late = steps.views.task("j", "LATE")
    assert late is not None
    assert late.body is not None
    assert late.body.display_name == "Last"
    counts = steps.views.counts("j")
    assert counts is not None
    assert (counts.succeeded, counts.failed, counts.active, counts.slots["succeeded"]) == (3, 1, 0, 3)


def test_a_list_of_tasks_begins_at_any_place() -> None:
    steps = Simulation(scenario(pool(nodes=1), job(count=5), job(id="k", count=3), horizon="1h"))
    steps.advance(0)
    for name in ("a", "b"):
        steps.submit(operation("1s", "addTasks", pool=None, job="j", tasks=[task(name), task(f"{name}2")]))
    steps.submit(operation("2s", "deleteTask", pool=None, job="j", task="a2"))
    every = list(steps.views.tasks("j"))
    assert [view.id for _, view in every][-3:] == ["a", "b", "b2"]
    assert len(every) == 8
    for place, _ in every:
        rest = list(steps.views.tasks("j", place))
        assert rest == [one for one in every if one[0] > place]
    assert steps.views.task("j", "a2") is None
    assert not steps.views.has_task("j", "a2")
    assert steps.views.has_task("j", "B2")


def test_pools_and_jobs_are_there_from_their_creation_to_their_end() -> None:
    steps = Simulation(scenario(pool(nodes=2), job(count=1), horizon="2h"))
    assert not list(steps.views.jobs())
    steps.advance(0)
    (shown,) = steps.views.pools()
    assert (shown.id, shown.created, shown.targets[NodeKind.DEDICATED]) == ("p", 0.0, 2)
    steps.advance(1800)
    there = steps.views.pool("P")
    assert there is not None
    assert (there.current[NodeKind.DEDICATED], there.allocation_state) == (2, AllocationState.STEADY)
    assert len(steps.views.nodes("p")) == 2
    steps.submit(operation("1801s", "terminateJob", pool=None, job="j", terminateReason="enough"))
    ended = steps.views.job("j")
    assert ended is not None
    assert (ended.state, ended.reason, ended.ended) == (JobState.COMPLETED, "enough", 1801.0)
    assert ended.before == (JobState.TERMINATING, 1801.0)
    steps.submit(operation("1802s", "deleteJob", pool=None, job="j"))
    steps.submit(operation("1803s", "deletePool"))
    steps.advance(7000)
    assert not list(steps.views.jobs())
    assert not list(steps.views.pools())


def test_a_run_waits_for_a_client_when_its_work_is_done() -> None:
    steps = Simulation(scenario(pool(nodes=1), job(count=1)))
    steps.advance()
    over = steps.now
    steps.advance(over + 100)
    assert steps.now == over
    steps.wait(over + 100)
    assert math.isclose(steps.now, over + 100)
    steps.submit({"operation": "addTasks", "job": "j", "tasks": [task("late")]})
    steps.advance()
    late = steps.views.task("j", "late")
    assert late is not None
    assert late.state is TaskState.COMPLETED
    assert check(steps.recording()).tasks["succeeded"].all()
