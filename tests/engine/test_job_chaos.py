"""Whatever a client asks of jobs, tasks and schedules, in whatever order: the laws hold and every answer is given."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator import simulate
from simulator.results.answer.metrics import summarize
from simulator.results.why import explain_task
from simulator.results.why.reasons import Reason
from tests.engine.laws import check
from tests.examples import examples
from tests.features.story import Body, job, operation, pool, scenario, task

JOBS = ("j", "k", "s:job-1", "s:job-2")
PREPARES: Body = {"jobPreparationTask": {"commandLine": "sleep 5"}, "jobReleaseTask": {"commandLine": "sleep 20"}}


@st.composite
def asked(draw: st.DrawFn) -> Body:
    """Return one operation with its time."""
    at = f"{draw(st.integers(0, 400))}s"
    name = draw(st.sampled_from(JOBS))
    bodies: dict[str, Any] = {
        "updateJob": draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "priority": st.integers(-3, 9),
                    "maxParallelTasks": st.sampled_from([-1, 1, 2]),
                    "constraints": st.builds(lambda s: {"maxWallClockTime": f"PT{s}S"}, st.integers(1, 500)),
                    "onAllTasksComplete": st.sampled_from(["noaction", "terminatejob"]),
                },
            ).filter(bool)
        ),
        "disableJob": {"disableTasks": draw(st.sampled_from(["requeue", "terminate", "wait"]))},
        "enableJob": {},
        "terminateJob": {},
        "deleteJob": {},
    }
    bodies |= {one: {"task": draw(st.sampled_from(["t0", "t1", "t2"]))} for one in ("deleteTask", "terminateTask")}
    bodies["reactivateTask"] = {"task": draw(st.sampled_from(["t0", "t1"]))}
    kind = draw(st.sampled_from([*bodies, "disableJobSchedule", "enableJobSchedule", "terminateJobSchedule"]))
    if kind in bodies:
        return operation(at, kind, pool=None, job=name, **bodies[kind])
    return operation(at, draw(st.sampled_from([kind, "deleteJobSchedule"])), pool=None, jobSchedule="s")


def work(name: str, **body: Any) -> Body:
    """Return a job with a task that succeeds, one that fails, one that is retried."""
    listed = [task("t0", "40s"), task("t1", "30s", exits=3), task("t2", "20s", exits=[1, 0])]
    return job(name, tasks=listed, constraints={"maxTaskRetryCount": 1}, **body)


@examples(15)
@given(st.lists(asked(), max_size=8), st.integers(1, 3), st.sampled_from([{}, PREPARES]))
def test_the_laws_hold(timeline: list[Body], nodes: int, extra: Body) -> None:
    specification = {key: value for key, value in work("x", **extra).items() if key != "id"}
    times = {"recurrenceInterval": "PT2M", "doNotRunAfter": "3m"}
    schedule = {
        "id": "s",
        "schedule": times,
        "jobSpecification": specification | {"onAllTasksComplete": "terminatejob"},
    }
    jobs = [work("j", **extra), work("k", priority=4)]
    rest = {"timeline": timeline, "jobSchedules": [schedule], "horizon": "15m"}
    made = check(simulate(scenario(pool(nodes=nodes), *jobs, **rest)))
    found = summarize(made)
    assert found["operations"]["count"] == len(timeline)
    assert sum(found["tasks"]["unfinished_why"].values()) == found["tasks"]["unfinished"]
    for number in range(0, len(made.tasks), 4):
        story = explain_task(made, f"{made.tasks['job'][number]}/{made.tasks['id'][number]}")
        assert Reason.HELD not in {piece.reason for piece in story.pieces}
