"""Every reason has a meaning, stands in the documents, and has a run that gives it."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import pandas as pd
import pytest

from docs.generate import HERE
from simulator import Recording
from simulator.codes import Action, Code
from simulator.results.why import explain_task
from simulator.results.why.reasons import (
    BROKEN,
    LAST_INTERVAL,
    LeftOut,
    NodeFault,
    Reason,
    Unfinished,
    is_unfinished_why,
)
from simulator.service_codes import TerminateReason
from tests.features.story import CLOUD_SERVICE, Body, job, operation, pool, run, task

R, U, E, A, N = Reason, Unfinished, TerminateReason, Action, NodeFault
GANG: Body = {"multiInstanceSettings": {"numberOfInstances": 3}}
TOGETHER: Body = {"enableInterNodeCommunication": True}
LISTS = (Reason, Unfinished, NodeFault, LeftOut, TerminateReason, Action)
NEVER_SHOWN = {
    R.HELD: "the record explains every wait that is known; tests/engine/test_job_chaos.py holds that none is left over"
}


def on(at: str, name: str, **body: Any) -> Body:
    return operation(at, name, pool=None, job="j", **body)


def schedule(**body: Any) -> Body:
    work = {"tasks": [task("t", "10m")]}
    return {
        "id": "s",
        "schedule": {"recurrenceInterval": "PT1H", "doNotRunAfter": "3h30m"},
        "jobSpecification": {"poolInfo": {"poolId": "p"}, **work, "onAllTasksComplete": "terminatejob", **body},
    }


def scheduled(name: str, at: str = "70m") -> Recording:
    order = operation(at, name, pool=None, jobSchedule="s")
    return run(pool(nodes=1), jobSchedules=[schedule()], timeline=[order], horizon="5h")


def scaled(formula: str, *timeline: Body, work: str = "1h", **body: Any) -> Recording:
    scaling: Body = {"enableAutoScale": True, "autoScaleFormula": formula, "autoScaleEvaluationInterval": "PT5M"}
    return run(pool(**scaling, **body), job(count=4, duration=work), timeline=list(timeline), horizon="2h")


def start_and_wait() -> Recording:
    timing = {"allocationLatency": "20s", "starting": "30s", "dispatchLatency": "3s"}
    body = pool(nodes=1, simulation={"timing": timing})
    return run(body, job(tasks=[task("a", "60s", submit="5s"), task("b", "60s", submit="10s")]))


def parents() -> Recording:
    listed = [
        task("a", "60s", exits=1),
        task("b", dependsOn={"taskIds": ["a"]}),
        task("c", dependsOn={"taskIds": ["x"]}),
    ]
    return run(pool(nodes=4), job(tasks=listed, usesTaskDependencies=True))


def ended(*parts: Body, **rest: Any) -> Recording:
    """Run a job that is full until it ends, with a task that has not come yet."""
    listed = [task("a", "60s"), task("b", "60s"), task("c", submit="1h")]
    return run(pool(nodes=1), job(tasks=listed, **rest), timeline=list(parts), horizon="2h")


def a_manager_that_ends_its_job() -> Recording:
    boss = {"id": "boss", "commandLine": "sleep 30", "runExclusive": False, "killJobOnCompletion": True}
    others = job("k", count=1, duration="5m")
    return run(pool(nodes=1, taskSlotsPerNode=2), job(count=3, duration="1h", jobManagerTask=boss), others)


def never_fit() -> Recording:
    wants = [
        task("slots", requiredSlots=2),
        task("memory", simulation={"memory": 9}),
        task("cores", simulation={"cores": 3}),
        task("gang", **GANG),
    ]
    return run(pool(nodes=1, **TOGETHER), job(tasks=wants), horizon="5m")


def short(**needs: Any) -> Recording:
    fill: Body = {"requiredSlots": 2} if "requiredSlots" in needs else {}
    amounts = {"cores": 1} if "cores" in str(needs) else {"memory": 2}
    listed = [task(name, "60s", **fill, simulation=amounts) for name in ("x", "y")]
    return run(pool(nodes=2, taskSlotsPerNode=4), job(tasks=[*listed, task("t", "10s", **needs)]))


def reserved() -> Recording:
    pair: Body = {"multiInstanceSettings": {"numberOfInstances": 2}}
    first = job("k", tasks=[task("x", "100s")], priority=9)
    gang = job("g", tasks=[task("g", "10s", **pair)], priority=5)
    return run(pool(nodes=2, **TOGETHER), first, gang, job(tasks=[task("t")]), options={"gangReserve": True})


def barred() -> Recording:
    prepares = {"commandLine": "sleep 10", "simulation": {"failureProbability": 1.0}}
    work = job(tasks=[task("t")], jobPreparationTask=prepares)
    return run(pool(nodes=1, cloudServiceConfiguration=CLOUD_SERVICE), work, horizon="3m")


def managed() -> Recording:
    boss = {"id": "boss", "commandLine": "sleep 30", "allowLowPriorityNode": False, "runExclusive": False}
    resize = operation("60s", "resize", targetDedicatedNodes=1)
    return run(pool(low_priority=1), job(tasks=[task("t", "1h")], jobManagerTask=boss), timeline=[resize])


def never_managed() -> Recording:
    boss = {"id": "boss", "commandLine": "sleep 30", "allowLowPriorityNode": False}
    return run(pool(low_priority=1), job(tasks=[task("t", "1h")], jobManagerTask=boss), horizon="5m")


def taken_back() -> Recording:
    model = {"preemption": {"model": "capacity_event", "fraction": 1, "times": ["50s"]}}
    body = pool(low_priority=1, simulation={**model, "timing": {"recoveryDelay": "100s"}})
    return run(body, job(count=1, duration="60s"))


def deallocated() -> Recording:
    stop = operation("10s", "deallocateNode", nodeId="p_1_d")
    options = {"apiProfile": "2025-06"}
    return run(pool(nodes=1), job(count=1, duration="60s"), timeline=[stop], options=options, horizon="5m")


def lost() -> Recording:
    away = operation("10s", "loseContact", nodeId="p_1_d", state="unusable", recovery="1h")
    return run(pool(nodes=1), job(count=2, duration="60s"), timeline=[away], horizon="5m")


def shut() -> Recording:
    closed = operation("10s", "disableScheduling", nodeId="p_1_d", nodeDisableSchedulingOption="taskcompletion")
    body = pool(nodes=1, taskSlotsPerNode=2)
    return run(body, job(tasks=[task("x", "100s"), task("t", submit="20s")]), timeline=[closed], horizon="90s")


def restarting() -> Recording:
    boot = operation("10s", "reboot", nodeId="p_1_d", nodeRebootOption="requeue")
    body = pool(nodes=1, simulation={"timing": {"rebooting": "60s"}})
    return run(body, job(tasks=[task("t", "60s", submit="20s")]), timeline=[boot])


def leaving() -> Recording:
    shrink = operation("10s", "resize", targetDedicatedNodes=0, nodeDeallocationOption="taskcompletion")
    return run(
        pool(nodes=1, taskSlotsPerNode=2),
        job(tasks=[task("x", "100s"), task("t", submit="20s")]),
        timeline=[shrink],
        horizon="90s",
    )


def not_evaluated_yet() -> Recording:
    formula = "$TargetDedicatedNodes = min(1, max(0, $PendingTasks.GetSample(1)));"
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT5M")
    return run(body, job(tasks=[task("t", "60s", submit="1m")]))


def pool_gone() -> Recording:
    return run(pool(nodes=1), job(count=2), timeline=[operation("30s", "deletePool")], horizon="1h")


def out_of_stock() -> Recording:
    empty = operation("0s", "outage", pool=None, size="Standard_D2_v3", duration="1h")
    wants = operation("1m", "resize", targetDedicatedNodes=1)
    return run(pool(), job(count=2), timeline=[empty, wants], horizon="30m")


def disabled_by_a_client() -> Recording:
    return ended(on("30s", "disableJob", disableTasks="requeue"))


def failing() -> Recording:
    act: Body = {"exitConditions": {"default": {"jobAction": "terminate"}}}
    listed = [task("a", "60s", exits=1, **act), task("b", "60s")]
    work = job(tasks=listed, onTaskFailure="performexitoptionsjobaction", priority=1)
    return run(pool(nodes=1), work, job("k", count=1))


def not_yet() -> Recording:
    return run(pool(nodes=1), job(tasks=[task("s"), task("t", submit="1h")]), horizon="5m")


def preparing_at_the_end() -> Recording:
    prepares = {"commandLine": "sleep 100"}
    return run(pool(nodes=1), job(tasks=[task("t")], jobPreparationTask=prepares), horizon="50s")


def at_minutes(*steps: tuple[int, int], last: int) -> str:
    """Return a formula that wants so many nodes until each minute, then `last`."""
    parts = [f'time() < time("2026-01-05T00:{minute:02}:00Z") ? {nodes} : ' for minute, nodes in steps]
    return f"$NodeDeallocationOption = taskcompletion; $TargetDedicatedNodes = {''.join(parts)}{last};"


def formulas() -> Recording:
    """A shrink drains nodes until their tasks end; the next result waits for it, and an error changes nothing."""
    broken = operation("20m", "enableAutoScale", autoScaleFormula="$TargetDedicatedNodes = $CPUPercent.GetSample(0);")
    return scaled(at_minutes((4, 4), (9, 2), last=3), broken)


PACKAGE: Body = {"applicationPackageReferences": [{"applicationId": "tool"}]}
UNFETCHED: Body = {"downloads": {"applicationPackages": {"tool": {"sizeMiB": 1, "failureProbability": 1}}}}


def faulty(*timeline: Body, options: Body | None = None, **body: Any) -> Recording:
    """Run a task that writes 60 GiB on a node of 50."""
    listed = [task("a", "1h", simulation={"disk": 60})]
    more = body.pop("timeline", [])
    parts = pool(nodes=1, **body), job(tasks=listed)
    return run(*parts, timeline=[*timeline, *more], options=options or {}, horizon="20m")


def retargeted() -> Recording:
    return scaled(at_minutes((4, 4), last=3), simulation={"timing": {"allocationLatency": "12m"}})


def ids_taken() -> Recording:
    """A job and a task that come a second time after a deletion, and a third time without one."""
    jobs = [operation(at, "addJob", pool=None, job=job("k", count=1)) for at in ("2m", "3m")]
    tasks = [on(at, "addTasks", tasks=[task("a")]) for at in ("2m", "3m")]
    gone = [operation("1m", "deleteJob", pool=None, job="k"), on("1m", "deleteTask", task="a")]
    return run(pool(nodes=2), job(tasks=[task("a", "1h")]), job("k", count=1), timeline=[*gone, *jobs, *tasks])


STORIES: dict[str, tuple[Callable[[], Recording], set[Code]]] = {
    "a life": (
        start_and_wait,
        {R.NOT_SUBMITTED, R.ALLOCATING, R.BOOTING, R.NO_SLOT, R.DISPATCH, R.RUNNING, R.COMPLETED},
    ),
    "parents": (parents, {R.DEPENDENCY, U.DEPENDENCY, U.NO_SUCH_TASK}),
    "never fit": (never_fit, {R.NEVER_FITS, U.NEEDS_MEMORY, U.NEEDS_CORES, U.NEEDS_SLOTS}),
    "a gang where nodes have two slots": (
        lambda: run(pool(nodes=3, taskSlotsPerNode=2, **TOGETHER), job(tasks=[task("t", **GANG)]), horizon="5m"),
        {U.NEEDS_NODES, R.NEVER_FITS},
    ),
    "slots in pieces": (lambda: short(requiredSlots=3), {R.SLOTS_SHORT}),
    "cores in pieces": (lambda: short(simulation={"cores": 1.5}), {R.CORES_SHORT}),
    "memory in pieces": (lambda: short(simulation={"memory": 7}), {R.MEMORY_SHORT}),
    "a gang": (
        lambda: run(pool(nodes=3, **TOGETHER), job("k", count=1, priority=1), job(tasks=[task("g", **GANG)])),
        {R.GANG},
    ),
    "reserved": (reserved, {R.RESERVED, R.PRIORITY}),
    "barred": (barred, {R.PREPARING, R.BARRED, U.UNPREPARED}),
    "queued": (lambda: run(pool(nodes=1), job(count=2, duration="1h"), horizon="5m"), {U.QUEUED}),
    "a gang larger than its pool": (
        lambda: run(pool(nodes=2, **TOGETHER), job(tasks=[task("t", **GANG)]), horizon="5m"),
        {U.TOO_MANY_NODES, R.NEVER_FITS},
    ),
    "a manager without a dedicated node": (never_managed, {U.NEEDS_DEDICATED, U.BEHIND_MANAGER}),
    "a manager": (managed, {R.KIND, R.MANAGER}),
    "a manager that ends its job": (a_manager_that_ends_its_job, {E.JOB_MANAGER_COMPLETE, U.JOB_ENDED}),
    "a limit of the job": (lambda: run(pool(nodes=2), job(count=2, maxParallelTasks=1)), {R.JOB_LIMIT}),
    "no targets": (lambda: run(pool(), job(count=1), horizon="5m"), {R.POOL_EMPTY, U.NO_NODE}),
    "a quota": (lambda: run(pool(nodes=5), job(count=3), account={"dedicatedCoreQuota": 4}), {R.QUOTA}),
    "out of stock": (out_of_stock, {R.CAPACITY, U.NO_NODE}),
    "taken back": (taken_back, {R.NODES_PREEMPTED}),
    "deallocated": (deallocated, {R.NODES_DEALLOCATED, U.NO_NODE}),
    "lost": (lost, {R.NODES_BROKEN, U.NO_NODE}),
    "shut": (shut, {R.NODES_DISABLED, U.RUNNING}),
    "rebooting": (restarting, {R.NODES_RESTARTING}),
    "leaving": (leaving, {R.NODES_LEAVING, U.RUNNING}),
    "before the next evaluation": (not_evaluated_yet, {R.EVALUATION}),
    "the pool is gone": (pool_gone, {R.POOL_DELETED, U.POOL_DELETED}),
    "the pool never comes": (
        lambda: run(pool(nodes=1), {**job(count=1), "poolInfo": {"poolId": "later"}}, horizon="5m"),
        {R.NO_POOL, U.NOT_CREATED},
    ),
    "a deleted task": (
        lambda: ended(on("30s", "deleteTask", task="b")),
        {U.DELETED, R.DELETED},
    ),
    "a job that a quota keeps out": (
        lambda: run(
            pool(nodes=1),
            job(tasks=[task("a", "1h")]),
            job("k", count=1, simulation={"createdAt": "1m"}),
            account={"activeJobAndScheduleQuota": 1},
        ),
        {U.JOB_REFUSED},
    ),
    "ids that are taken": (ids_taken, {U.JOB_REFUSED, U.ID_TAKEN}),
    "a package that does not come": (lambda: faulty(simulation=UNFETCHED, **PACKAGE), {N.NOT_FETCHED}),
    "a blocked network": (lambda: faulty(simulation={"networkBlocked": True}), {N.NETWORK_BLOCKED}),
    "a full disk": (lambda: faulty(options={"enforceLocalResources": "disk"}), {N.DISK_FULL}),
    "an outage": (lambda: faulty(timeline=[operation("1m", "outage", pool=None, zone=1, duration="5m")]), {N.OUTAGE}),
    "a start task that fails": (
        lambda: faulty(
            operation("1m", "loseContact", nodeId="p_1_d", recovery="5m"), startTask={"commandLine": "exit 3"}
        ),
        {N.START_TASK, N.CONTACT_LOST, N.START_TASK_BEFORE},
    ),
    "not yet": (not_yet, {U.NOT_SUBMITTED}),
    "prepared at the end": (preparing_at_the_end, {U.PREPARING}),
    "a disabled job": (disabled_by_a_client, {R.JOB_INACTIVE, U.JOB_DISABLED}),
    "a deleted job": (lambda: ended(on("30s", "deleteJob")), {U.JOB_DELETED, U.NEVER_DELETED}),
    "an ended job": (lambda: ended(on("30s", "terminateJob")), {U.JOB_ENDED, U.NEVER_ENDED, E.BY_USER}),
    "out of time": (lambda: ended(constraints={"maxWallClockTime": "PT30S"}), {U.JOB_ENDED, E.TIME_EXPIRED}),
    "complete": (
        lambda: run(pool(nodes=1), job(count=1, onAllTasksComplete="terminatejob")),
        {E.ALL_TASKS_COMPLETE},
    ),
    "an exit condition": (failing, {E.TASK_FAILED, U.JOB_ENDED}),
    "a schedule disabled": (lambda: scheduled("disableJobSchedule"), {U.NO_SUCH_JOB, LeftOut.DISABLED}),
    "a schedule ended": (lambda: scheduled("terminateJobSchedule", "65m"), {LeftOut.TERMINATED, E.SCHEDULE_ENDED}),
    "a schedule deleted": (lambda: scheduled("deleteJobSchedule"), {LeftOut.DELETED}),
    "a schedule whose job lasts": (
        lambda: run(pool(nodes=1), jobSchedules=[schedule(tasks=[task("t", "5h")])], horizon="5h"),
        {U.NO_SUCH_JOB, LeftOut.STILL_RAN},
    ),
    "formulas": (formulas, {A.NONE, A.RESIZE, A.PENDING, A.ERROR}),
    "a formula that changes its mind": (retargeted, {A.RETARGET}),
}
made = cache(lambda name: STORIES[name][0]())


def submitted(story: Recording) -> pd.DataFrame:
    """Return the tasks of whose life something is known, with the names that `why` takes."""
    tasks = story.tasks
    return tasks.assign(name=tasks["job"].astype(str) + "/" + tasks["id"].astype(str))[tasks["submit"].notna()]


def texts(story: Recording) -> Iterable[str]:
    """Return whatever stands where a run writes its reasons."""
    for name in submitted(story)["name"]:
        yield from (piece.reason for piece in explain_task(story, name).pieces)
    for text in story.tasks["unfinished_why"].dropna().unique():
        yield from (text, *text.split(": ", 1))
    for text in story.node_states["why"].dropna().unique():
        yield NodeFault.behind(text) or ""
    yield from story.jobs["reason"].dropna()
    yield from story.evaluations["action"]


@pytest.mark.parametrize("name", STORIES)
def test_a_story_gives_its_reasons(name: str) -> None:
    assert STORIES[name][1] <= set(texts(made(name))), "a code is its text"


def test_every_reason_has_a_story() -> None:
    seen = set[Code]().union(*(codes for _, codes in STORIES.values()))
    assert {code for one in LISTS for code in one} - seen == set(NEVER_SHOWN)


@pytest.mark.parametrize("name", STORIES)
def test_why_and_the_answer_agree_on_what_was_left(name: str) -> None:
    """The table says once and for all why a task did not complete; `why` says the same of its last interval."""
    left = submitted(made(name)).dropna(subset="unfinished_why")
    for task_name, why in zip(left["name"], left["unfinished_why"], strict=True):
        last = explain_task(made(name), task_name).pieces[-1].reason
        assert last in LAST_INTERVAL[Unfinished(why.split(": ")[0])], f"{task_name}: {why}"


@pytest.mark.parametrize("code", [code for one in LISTS for code in one], ids=repr)
def test_every_reason_has_a_meaning_and_stands_in_the_documents(code: Code) -> None:
    assert code.means
    assert f"| `{code}` | {code.means} |" in (HERE / "reasons.md").read_text(encoding="utf-8")


def test_what_a_run_can_answer_is_known_and_nothing_else() -> None:
    assert set(LAST_INTERVAL) == set(Unfinished)
    assert all(is_unfinished_why(Unfinished.NO_NODE.because(f"2 {BROKEN[0]}, 1 {state}")) for state in BROKEN)
    assert is_unfinished_why(Unfinished.JOB_ENDED.because("a text: of a client"))
    assert not is_unfinished_why(Unfinished.QUEUED.because("a text of a client"))
    assert not is_unfinished_why(Unfinished.NO_NODE.because("2 idle"))
