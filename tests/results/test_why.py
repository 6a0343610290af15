"""Why a task waited and why a pool did what it did: every reason has its story, and life has no gaps."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from typer.testing import CliRunner

from simulator import InputError, Recording, simulate
from simulator.formula.explain import steps_as_text
from simulator.results.record.read import read
from simulator.results.why import explain_pool, explain_task
from simulator.results.why.evidence import find_instant
from simulator.results.why.reasons import WAITING, Reason
from simulator.results.write import write
from tests.command_line import app
from tests.engine.test_chaos import scenarios
from tests.engine.worlds import job as chaos_job
from tests.engine.worlds import pool as chaos_pool
from tests.engine.worlds import scenario
from tests.examples import examples
from tests.features.story import job, operation, pool, run, task

R = Reason


def reasons_of(made: Recording, name: str) -> list[tuple[str, float]]:
    """Return reasons and lengths of a task's life."""
    return [(piece.reason, piece.span) for piece in explain_task(made, name).pieces if piece.reason is not R.COMPLETED]


def detail(made: Recording, name: str, reason: Reason) -> str:
    return next(piece.detail for piece in explain_task(made, name).pieces if piece.reason is reason)


def test_a_life_from_submission_to_its_end() -> None:
    timing = {"allocationLatency": "20s", "starting": "30s", "dispatchLatency": "3s"}
    body = pool(nodes=1, simulation={"timing": timing})
    made = run(body, job(tasks=[task("a", "60s", submit="5s"), task("b", "60s", submit="10s")]))
    assert reasons_of(made, "j/a") == [
        (R.NOT_SUBMITTED, 5),
        (R.ALLOCATING, 15),
        (R.BOOTING, 30),
        (R.DISPATCH, 3),
        (R.RUNNING, 60),
    ]
    assert reasons_of(made, "j/b")[3] == (R.NO_SLOT, 63)
    assert "placed meanwhile: 1 of its own job" in detail(made, "j/b", R.NO_SLOT)


def test_a_task_waits_for_another_and_for_one_that_failed_for_ever() -> None:
    listed = [
        task("a", "60s"),
        task("b", "10s", exits=1),
        task("c", dependsOn={"taskIds": ["a"]}),
        task("d", dependsOn={"taskIds": ["a", "b", "x"]}),
    ]
    made = run(pool(nodes=4), job(tasks=listed, usesTaskDependencies=True))
    assert reasons_of(made, "j/c") == [(R.DEPENDENCY, 60), (R.RUNNING, 60)]
    assert detail(made, "j/c", R.DEPENDENCY) == "waits for a"
    story = explain_task(made, "j/d")
    assert [piece.detail for piece in story.pieces] == [
        "waits for a, b (which failed), x (which does not exist)",
        "waits for b (which failed), x (which does not exist)",
    ]
    assert story.state == "active"


@pytest.mark.parametrize(
    ("body", "extra", "reason"),
    [
        ({"nodes": 2, "taskSlotsPerNode": 4}, {"requiredSlots": 3}, R.SLOTS_SHORT),
        ({"nodes": 2, "taskSlotsPerNode": 4}, {"simulation": {"cores": 1.5}}, R.CORES_SHORT),
        ({"nodes": 2, "taskSlotsPerNode": 4}, {"simulation": {"memory": 7}}, R.MEMORY_SHORT),
        ({"nodes": 2}, {}, R.NO_SLOT),
    ],
)
def test_what_is_short_on_every_node(body: dict[str, Any], extra: dict[str, Any], reason: Reason) -> None:
    fill: dict[str, Any] = {"requiredSlots": 2} if reason is R.SLOTS_SHORT else {}
    needs = {R.CORES_SHORT: {"cores": 1}, R.MEMORY_SHORT: {"memory": 2}}.get(reason, {})
    first = [task(name, "60s", **fill, simulation=needs) for name in ("x", "y")]
    made = run(pool(**body), job(tasks=[*first, task("t", "10s", **extra)]))
    assert reasons_of(made, "j/t") == [(reason, 60), (R.RUNNING, 10)]


def test_what_never_fits_states_what_it_needs() -> None:
    made = run(
        pool(nodes=1), job(tasks=[task("t", requiredSlots=2), task("u", simulation={"memory": 9})]), horizon="5m"
    )
    assert reasons_of(made, "j/t") == [(R.NEVER_FITS, 300)]
    assert detail(made, "j/t", R.NEVER_FITS) == "needs 2 task slots, a node of pool p has 1"
    assert detail(made, "j/u", R.NEVER_FITS) == "needs 9 GiB of memory, a node of pool p has 8"


def test_a_gang_counts_the_nodes_it_lacks() -> None:
    gang = task("g", "10s", multiInstanceSettings={"numberOfInstances": 3})
    body = pool(nodes=3, enableInterNodeCommunication=True)
    made = run(body, job("k", tasks=[task("x", "60s")], priority=1), job(tasks=[gang]))
    assert reasons_of(made, "j/g") == [(R.GANG, 60), (R.RUNNING, 10)]
    assert detail(made, "j/g", R.GANG).startswith("at most 2 of 3 nodes idle at once")


def test_a_quota_that_holds_the_pool_down_is_named() -> None:
    made = run(pool(nodes=5), job(count=3, duration="60s"), account={"dedicatedCoreQuota": 4})
    assert reasons_of(made, "j/task-3") == [(R.QUOTA, 60), (R.RUNNING, 60)]
    assert "AccountCoreQuotaReached keeps the pool at 2 of 5 nodes" in detail(made, "j/task-3", R.QUOTA)


def test_a_run_that_ends_as_it_begins_states_what_it_lacked() -> None:
    made = run(pool(nodes=2), job(count=1), account={"dedicatedCoreQuota": 0})
    assert made.end == 0
    assert reasons_of(made, "j/task-1") == [(R.QUOTA, 0)]


def test_jobs_of_higher_priority_pass() -> None:
    low = job("low", tasks=[task("t", "10s")])
    made = run(pool(nodes=1), job("high", count=3, duration="60s", priority=5), low)
    assert reasons_of(made, "low/t") == [(R.PRIORITY, 180), (R.RUNNING, 10)]
    assert "3 of higher priority" in detail(made, "low/t", R.PRIORITY)


def test_preempted_nodes_and_lost_work_show() -> None:
    model = {"preemption": {"model": "capacity_event", "fraction": 1, "times": ["50s"]}}
    body = pool(low_priority=1, simulation={**model, "timing": {"recoveryDelay": "100s", "starting": "10s"}})
    made = run(body, job(count=1, duration="60s"))
    assert reasons_of(made, "j/task-1") == [
        (R.BOOTING, 10),
        (R.RUNNING, 40),
        (R.NODES_PREEMPTED, 100),
        (R.BOOTING, 10),
        (R.RUNNING, 60),
    ]
    assert detail(made, "j/task-1", R.RUNNING).endswith("then preempted: 40.0 s of work lost")


def test_of_an_attempt_with_checkpoints_it_is_reported_what_was_lost_since_the_last_one() -> None:
    """Checkpoints at 32 and 64 s, evicted at 70 s; where the task is ended at 80 s, nothing came of them."""
    saved = {"checkpoints": {"interval": "30s", "cost": "2s"}}
    events = {"model": "capacity_event", "fraction": 1, "times": ["70s"]}
    body = pool(low_priority=1, simulation={"preemption": events, "timing": {"recoveryDelay": "0s"}})
    end = operation("80s", "terminateTask", pool=None, job="j", task="a")
    for timeline, printed in (
        ([], "then preempted: 6.0 s lost since the last checkpoint, 1 min of work kept"),
        ([end], "then preempted: 1 min of work lost"),
    ):
        made = run(body, job(tasks=[task("a", "100s", simulation=saved)]), timeline=timeline)
        assert detail(made, "j/a", R.RUNNING).endswith(printed)


def test_a_task_waits_for_somebody_to_start_deallocated_nodes() -> None:
    stop = operation("10s", "deallocateNode", nodeId="p_1_d")
    start = operation("100s", "startNode", nodeId="p_1_d")
    made = run(pool(nodes=1), job(count=1, duration="60s"), timeline=[stop, start], options={"apiProfile": "2025-06"})
    assert reasons_of(made, "j/task-1") == [(R.RUNNING, 10), (R.NODES_DEALLOCATED, 90), (R.RUNNING, 60)]
    assert "1 node deallocated: somebody has to start them" in detail(made, "j/task-1", R.NODES_DEALLOCATED)


def test_an_empty_pool_and_a_deleted_one() -> None:
    made = run(pool(nodes=0), job(count=1), timeline=[operation("60s", "deletePool")], horizon="2m")
    assert reasons_of(made, "j/task-1") == [(R.POOL_EMPTY, 60), (R.POOL_DELETED, 60)]


@examples(15)
@given(scenarios())
def test_every_life_is_reported_without_gaps_and_waiting_is_explained(plan: dict[str, Any]) -> None:
    """A node never has room for a task that waits: no wait of these simple pools is `held back`."""
    rest = {name: plan[name] for name in ("timeline", "options", "account", "seed")}
    rest["horizon"] = plan["horizon"] or "2h"
    work = chaos_job(plan["count"], plan["duration"], **plan["group"])
    made = simulate(scenario([chaos_pool(**plan["body"])], [work], **rest))
    for number in range(0, len(made.tasks), 3):
        story = explain_task(made, f"j/{made.tasks['id'][number]}")
        pieces = story.pieces
        assert all(a.end == b.start for a, b in pairwise(pieces))
        assert pieces[-1].end == (made.end if story.state != "completed" else made.tasks["end"][number])
        assert R.HELD not in {piece.reason for piece in pieces}
        assert sum(story.waited().values()) == pytest.approx(sum(p.span for p in pieces if p.reason in WAITING))


# ---- pools ---------------------------------------------------------------------------------------------------------


def test_a_pool_reports_its_evaluation_and_the_nodes_it_chose() -> None:
    formula = '$TargetDedicatedNodes = time() < time("2026-01-05T00:10:00Z") ? 3 : 1.7;'
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT5M")
    options = {"recordTraces": True}
    made = run(body, job(count=1, duration="30m"), horizon="20m", options=options)
    story = explain_pool(made, "P", 600.0)
    assert story.evaluation is not None
    assert story.evaluation["action"] == "resize"
    steps = list(steps_as_text(json.loads(story.evaluation["trace"])))
    assert steps[0].startswith("Line 1, Col 1: $TargetDedicatedNodes = time()")
    assert steps[1:] == ["    '?' at Line 1, Col 63: otherwise", "    = 1.7"]
    assert story.next_evaluation == 900.0
    assert story.resize is not None
    assert [(entry["node"], entry["before"], entry["tasks"]) for entry in story.resize["chosen"]] == [
        ("p_2_d", "idle", 0),
        ("p_3_d", "idle", 0),
    ]
    text = "\n".join(story.sentences)
    assert "its dedicated target 1.7 became 1" in text
    assert "nodes it chose to leave: p_2_d (idle), p_3_d (idle)" in text


def test_a_pool_names_the_limit_that_bound_it_and_what_was_refused() -> None:
    again = operation("90s", "resize", targetDedicatedNodes=1)
    body = pool(nodes=5, simulation={"timing": {"allocationLatency": "2m"}})
    made = run(body, job(count=1, duration="10m"), account={"dedicatedCoreQuota": 4}, timeline=[again])
    story = explain_pool(made, "p", 300.0)
    text = "\n".join(story.sentences)
    assert (
        "what bound it: AccountCoreQuotaReached, the account's quota of dedicated cores (4 cores, the account)" in text
    )
    assert "operation resize at 2026-01-05T00:01:30Z, 4 min before: refused: PoolBeingResized" in text
    assert "wants 5 dedicated and 0 low-priority nodes, has 2 and 0: 1 idle, 1 running" in text
    early = explain_pool(made, "p", 60.0)
    assert early.resize == {**(story.resize or {}), "under_way": True}
    text = "\n".join(early.sentences)
    assert "a resize is under way, begun at 2026-01-05T00:00:00Z" in text
    assert "nodes it brings by its end: p_1_d, p_2_d" in text, "neither is there yet"


@pytest.mark.parametrize(
    ("accounts", "account", "figure"),
    [
        ({"small": {"dedicatedCoreQuota": 6}}, "small", "dedicated cores (6 cores, account small)"),
        (
            {"small": {"dedicatedCoreQuota": 60, "dedicatedCoreQuotaPerVMFamily": {"standardDv3Family": 8}}},
            "small",
            "(8 cores, standardDv3Family of account small)",
        ),
        ({}, None, "dedicated cores (4 cores, the account)"),
    ],
)
def test_the_quota_is_that_of_the_pools_own_account_and_series(accounts: Any, account: str | None, figure: str) -> None:
    simulation = {} if account is None else {"account": account}
    for one in accounts.values():
        one["dedicatedCoreQuotaPerVMFamilyEnforced"] = "dedicatedCoreQuotaPerVMFamily" in one
    made = run(
        pool(nodes=9, vmSize="Standard_D2_v3", simulation=simulation),
        job(count=1),
        account={"dedicatedCoreQuota": 4},
        accounts=accounts,
    )
    assert figure in "\n".join(explain_pool(made, "p", 30.0).sentences)


def test_what_became_of_preempted_nodes_is_reported() -> None:
    """Half of them get a machine again; a shrink chooses the others, which had no VM to give back."""
    model = {"model": "capacity_event", "fraction": 0.5, "times": ["30m"]}
    shrink = operation("40m", "resize", targetLowPriorityNodes=3)
    lost = run(
        pool(low_priority=6, simulation={"preemption": model, "timing": {"recoveryDelay": "30h"}}),
        timeline=[shrink],
        horizon="2h",
    )
    story = explain_pool(lost, "p", 3000.0)
    nodes = [entry["node"] for entry in story.preemptions]
    text = "\n".join(story.sentences)
    assert f"{', '.join(nodes)}; 3 removed at 2026-01-05T00:40:00Z, 10 min before" in text
    assert "nodes it chose to leave: " + ", ".join(f"{node} (preempted)" for node in nodes) in text
    assert all(entry["back"] is None and entry["removed"] == 2400.0 for entry in story.preemptions)
    assert "3 without a machine still" in "\n".join(explain_pool(lost, "p", 2000.0).sentences)
    back = run(pool(low_priority=6, simulation={"preemption": model, "timing": {"recoveryDelay": "5m"}}), horizon="2h")
    assert "; 3 came back" in "\n".join(explain_pool(back, "p", 3000.0).sentences)


def test_nodes_out_of_scheduling_are_counted_apart() -> None:
    closed = operation("10s", "disableScheduling", nodeId="p_1_d", nodeDisableSchedulingOption="taskcompletion")
    made = run(pool(nodes=2), job(count=2, duration="100s"), timeline=[closed])
    assert "has 2 and 0: 2 running (1 of them out of scheduling)" in "\n".join(explain_pool(made, "p", 30.0).sentences)


# ---- from a directory ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = run(pool(nodes=1), job(count=3, duration="60s"))
    directory = tmp_path_factory.mktemp("runs") / "out"
    write(made, directory)
    return directory


def test_a_directory_answers_as_the_run_in_memory(saved: Path) -> None:
    made = run(pool(nodes=1), job(count=3, duration="60s"))
    assert explain_task(read(saved), "J/TASK-3") == explain_task(made, "j/task-3")
    assert explain_pool(read(saved), "p", 70.0) == explain_pool(made, "p", 70.0)


def test_the_command_answers_as_text_and_as_json(saved: Path) -> None:
    text = CliRunner().invoke(app, ["why", str(saved), "--task", "j/task-3"]).output
    assert "waited 2 min: no slot 2 min" in text
    found = json.loads(CliRunner().invoke(app, ["why", str(saved), "--task", "j/task-3", "--json"]).output)
    assert found["timeline"][0] == {
        "start": 0.0,
        "end": 120.0,
        "reason": "no slot",
        "detail": "all slots of 1 node in service are taken; placed meanwhile: 2 of its own job",
        "span": 120.0,
        "from": "2026-01-05T00:00:00Z",
    }
    for when in ("70s", "PT1M10S", "2026-01-05T00:01:10Z"):
        got = CliRunner().invoke(app, ["why", str(saved), "--pool", "p", "--at", when, "--json"])
        assert json.loads(got.output)["now"]["queued_tasks"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "either --task"),
        (["--task", "j/task-1", "--pool", "p"], "either --task"),
        (["--task", "task-1"], "expected JOB/TASK"),
        (["--task", "k/task-1"], "no job 'k' with tasks in this run; there are j"),
        (["--task", "j/tusk-1"], "did you mean 'task-1'?"),
        (["--pool", "p"], "expected --at TIME"),
        (["--pool", "q", "--at", "1m"], "no pool 'q' in this run"),
        (["--pool", "p", "--at", "noon"], "expected a time since the origin like 2h"),
        (["--pool", "p", "--at", "9d"], "is outside the run, which goes from 2026-01-05T00:00:00Z to"),
        (["--task", "j/task-1", "--at", "1m"], "--at goes with --pool"),
    ],
)
def test_a_question_that_cannot_be_answered_is_reported(saved: Path, arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["why", str(saved), *arguments])
    assert result.exit_code == 2
    assert message in result.stderr


def test_no_directory_no_answer(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["why", str(tmp_path), "--task", "j/t"]).exit_code == 2
    with pytest.raises(InputError, match="outside the run"):
        find_instant(run(pool(nodes=1), job(count=1)), "2025-01-01")


# ---- jobs --------------------------------------------------------------------------------------------------------


def test_a_disabled_job_keeps_its_tasks_waiting() -> None:
    timeline = [
        operation("10s", "disableJob", pool=None, job="j", disableTasks="wait"),
        operation("200s", "enableJob", pool=None, job="j"),
    ]
    made = run(pool(nodes=1), job(count=2, duration="60s"), timeline=timeline)
    assert reasons_of(made, "j/task-2") == [
        (R.NO_SLOT, 10),
        (R.JOB_INACTIVE, 50),
        (R.JOB_INACTIVE, 140),
        (R.RUNNING, 60),
    ]
    assert [piece.detail for piece in explain_task(made, "j/task-2").pieces[1:3]] == [
        "its job is disabling",
        "its job is disabled",
    ]


def test_a_job_at_its_limit_reports_it() -> None:
    made = run(pool(nodes=4), job(count=3, duration="60s", maxParallelTasks=1))
    assert reasons_of(made, "j/task-2") == [(R.JOB_LIMIT, 60), (R.RUNNING, 60)]


def test_a_job_that_ended_leaves_its_tasks_for_ever() -> None:
    made = run(
        pool(nodes=1),
        job(count=2, duration="60s"),
        timeline=[operation("10s", "terminateJob", pool=None, job="j")],
        horizon="5m",
    )
    last = explain_task(made, "j/task-2").pieces[-1]
    assert last.reason is R.JOB_INACTIVE
    assert "completed" in last.detail


def test_a_job_prepares_each_node_before_its_first_task_there() -> None:
    prepare = {"commandLine": "sleep 30"}
    made = run(pool(nodes=1), job(count=2, duration="60s", jobPreparationTask=prepare))
    assert reasons_of(made, "j/task-1") == [(R.PREPARING, 30), (R.RUNNING, 60)]
    assert reasons_of(made, "j/task-2") == [(R.NO_SLOT, 90), (R.RUNNING, 60)]
