"""Pools that come later, and jobs that go from one pool to another."""

from typing import Any

import pytest

from simulator import Recording, Scenario, Simulation, simulate, summarize
from tests.engine.laws import check
from tests.engine.worlds import act, job, pool, run, scenario

BODY = {"targetDedicatedNodes": 1}


def codes(found: Recording) -> list[str]:
    return found.operations["code"].tolist()


def warnings(made: Scenario) -> list[str]:
    return [problem.message for problem in made.warnings]


def named(name: str) -> dict[str, Any]:
    return {"poolInfo": {"poolId": name}}


# ---- pools that come later -------------------------------------------------------------------------------


def test_the_tasks_of_a_job_wait_until_its_pool_is_created() -> None:
    later = act("10m", "createPool", pool=pool(id="q", **BODY))
    found = run([pool()], [{**job(2, "5m"), **named("q")}], timeline=[later])
    assert codes(found) == ["Success"]
    assert found.tasks["first_start"].tolist() == [600.0, 900.0]
    assert found.pools.set_index("pool")["created"].to_dict() == {"p": 0.0, "q": 600.0}
    assert not found.pools["auto_pool"].any()


def test_a_pool_may_come_alone() -> None:
    found = run([], [{**job(1, "5m"), **named("q")}], timeline=[act("1h", "createPool", pool=pool(id="q", **BODY))])
    assert found.tasks["end"].tolist() == [3900.0]
    assert found.ledger.seconds() == {**dict.fromkeys(found.ledger.seconds(), 0.0), "busy_useful": 300.0}


def test_a_job_whose_pool_nobody_creates_waits_for_ever_with_a_warning() -> None:
    made = scenario([pool(id="large", **BODY)], [{**job(2, "5m", requiredSlots=8), **named("largo")}], horizon="1h")
    assert warnings(made) == [
        "no pool 'largo', did you mean 'large'?: the service takes the job, and its tasks wait for ever"
    ]
    found = check(simulate(made))
    assert summarize(found)["tasks"]["unfinished_why"] == {"its pool was not created": 2}
    assert found.tasks["state"].tolist() == ["active"] * 2


def test_tasks_of_a_deleted_pool_are_reported_apart() -> None:
    found = run([pool(**BODY)], [job(2, "5m")], timeline=[act("7m", "deletePool", pool="p")])
    assert summarize(found)["tasks"]["unfinished_why"] == {"its pool was deleted": 1}


def test_a_created_pool_is_checked_and_completed_like_any_other() -> None:
    body = pool(id="q", targetDedicatedComputeNodes=1, vmSize="D3", taskSlotsPerNode=300)
    with pytest.raises(Exception, match="unknown VM size 'D3'") as error:
        scenario([pool()], [], timeline=[act("1m", "createPool", pool=body)], horizon="1h")
    assert "timeline.0.pool.vmSize" in str(error.value)
    with pytest.raises(Exception, match="a second pool with the id 'P'"):
        scenario([pool()], [], timeline=[act("1m", "createPool", pool=pool(id="P"))], horizon="1h")
    with pytest.raises(Exception, match="300 task slots"):
        scenario([pool()], [], timeline=[act("1m", "createPool", pool={**body, "vmSize": "D2"})], horizon="1h")


def test_operations_on_a_pool_that_is_yet_to_come_are_refused() -> None:
    timeline = [
        act("1m", "resize", pool="q", targetDedicatedNodes=3),
        act("5m", "createPool", pool=pool(id="q", **BODY)),
        act("6m", "resize", pool="q", targetDedicatedNodes=2),
    ]
    found = run([pool()], [], timeline=timeline, horizon="10m")
    assert codes(found) == ["PoolNotFound", "Success", "Success"]
    assert found.nodes["created"].tolist() == [300.0, 360.0]


def test_a_pool_beyond_the_quota_is_refused_and_its_jobs_wait() -> None:
    later = act("1m", "createPool", pool=pool(id="q", **BODY))
    found = run([pool()], [{**job(1, "5m"), **named("q")}], timeline=[later], account={"poolQuota": 1})
    assert codes(found) == ["PoolQuotaReached"]
    assert summarize(found)["tasks"]["unfinished_why"] == {"its pool was not created": 1}


def test_a_pool_can_be_created_while_a_run_goes_on() -> None:
    made = scenario([pool()], [{**job(1, "5m"), **named("q")}], horizon="1h")
    going = Simulation(made)
    going.advance(120)
    going.submit(act("10m", "createPool", pool=pool(id="q", **BODY)))
    going.advance()
    assert check(going.recording()).tasks["end"].tolist() == [900.0]


# ---- jobs that move --------------------------------------------------------------------------------------


def moving(*before: Any, at: str = "10m", to: str = "q", **keys: Any) -> list[Any]:
    steps = [act("8m", "disableJob", job="j"), act(at, "updateJob", job="j", poolInfo={"poolId": to})]
    return [*before, *steps, act("12m", "enableJob", job="j", **keys)]


def test_a_disabled_job_moves_with_what_waits_and_what_is_yet_to_come() -> None:
    """Two tasks done on the one pool, one stopped there; the rest runs on the other, the later ones too."""
    body = job(4, "4m")
    body["simulation"]["workload"].append({"count": 2, "duration": "4m", "arrivals": {"atOnce": {"at": "20m"}}})
    found = run([pool(**BODY), pool(id="q", targetDedicatedNodes=2)], [body], timeline=moving())
    assert codes(found) == ["Success"] * 3
    made = found.attempts[["node", "start", "end", "outcome"]].to_numpy().tolist()
    assert [row for row in made if row[0] == "p_1_d"] == [
        ["p_1_d", 0.0, 240.0, "succeeded"],
        ["p_1_d", 240.0, 480.0, "succeeded"],
    ]
    assert sorted(row[1] for row in made if row[0] != "p_1_d") == [720.0, 720.0, 1200.0, 1200.0]
    assert set(found.tasks["pool"]) == {"q"}
    waited = found.pool_timeline.groupby("pool")["queued_tasks"].max().to_dict()
    assert waited == {"p": 3, "q": 2}


def test_a_running_job_does_not_move() -> None:
    timeline = [act("1m", "updateJob", job="j", poolInfo={"poolId": "q"})]
    found = run([pool(**BODY), pool(id="q", **BODY)], [job(2, "5m")], timeline=timeline)
    assert codes(found) == ["OperationInvalidForCurrentState"]
    assert set(found.attempts["node"]) == {"p_1_d"}


def test_a_pool_is_replaced_by_another_as_best_practices_recommend() -> None:
    timeline = [
        act("5m", "createPool", pool=pool(id="q", **BODY)),
        act("6m", "disableJob", job="j"),
        act("6m", "updateJob", job="j", poolInfo={"poolId": "q"}),
        act("6m", "enableJob", job="j"),
        act("6m", "deletePool", pool="p"),
    ]
    found = run([pool(**BODY)], [job(3, "4m")], timeline=timeline)
    assert codes(found) == ["Success"] * 5
    assert found.attempts["node"].tolist() == ["p_1_d", "p_1_d", "q_1_d", "q_1_d"]
    assert found.attempts["outcome"].tolist() == ["succeeded", "requeued", "succeeded", "succeeded"]
    assert found.tasks["end"].max() == 360 + 480


def test_a_job_moves_there_and_back() -> None:
    back = [
        act("13m", "disableJob", job="j"),
        act("14m", "updateJob", job="j", poolInfo={"poolId": "p"}),
        act("15m", "enableJob", job="j"),
    ]
    found = run([pool(**BODY), pool(id="q", **BODY)], [job(5, "4m")], timeline=[*moving(), *back])
    assert codes(found) == ["Success"] * 6
    assert found.tasks["state"].tolist() == ["completed"] * 5
    assert found.attempts["node"].tolist() == ["p_1_d", "p_1_d", "q_1_d", "p_1_d", "p_1_d", "p_1_d"]


def test_dependencies_retries_and_limits_move_along() -> None:
    """The second task waits for the others; the first has completed before, the third has failed once."""
    tasks: list[dict[str, Any]] = [
        {"id": "a", "commandLine": "sleep 60"},
        {"id": "b", "commandLine": "sleep 60", "dependsOn": {"taskIds": ["a", "c"]}},
        {"id": "c", "commandLine": "sleep 400", "constraints": {"maxTaskRetryCount": 2}},
    ]
    tasks[2]["simulation"] = {"exitCodes": [1, 1, 0]}
    body = {"id": "j", **named("p"), "usesTaskDependencies": True, "maxParallelTasks": 1, "tasks": tasks}
    body["onAllTasksComplete"] = "terminatejob"
    pools = [pool(targetDedicatedNodes=2), pool(id="q", targetDedicatedNodes=2)]
    found = run(pools, [body], timeline=moving())
    assert found.tasks["end"].tolist() == [60.0, 1580.0, 1520.0]
    assert found.tasks["retries"].tolist() == [0, 0, 2]
    assert found.jobs["state"].tolist()[-1] == "completed"
    assert found.jobs["start"].tolist()[-1] == 1580.0


def test_finished_tasks_are_counted_where_their_job_is() -> None:
    formula = "$TargetDedicatedNodes = 10 * $SucceededTasks.GetSample(1) + $FailedTasks.GetSample(1);"
    scaling = pool(id="q", enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="5m")
    bodies = [pool(**BODY), scaling]
    options = {"sampleProfile": "custom"}
    found = run(bodies, [job(3, "4m")], timeline=moving(), options=options, horizon="11m")
    assert found.evaluations["results"].str.contains("TargetDedicatedNodes=20").tolist()[-1]


def test_what_has_succeeded_before_a_move_cannot_be_reactivated_and_what_has_failed_can() -> None:
    tasks: list[dict[str, Any]] = [{"id": name, "commandLine": "sleep 60"} for name in "ab"]
    tasks[1]["simulation"] = {"exitCodes": [1]}
    body = {"id": "j", **named("p"), "tasks": tasks}
    again = [act(f"{at}m", "reactivateTask", job="j", task=name) for at, name in ((20, "a"), (21, "b"))]
    found = run([pool(**BODY), pool(id="q", **BODY)], [body], timeline=[*moving(), *again])
    assert codes(found)[3:] == ["TaskSucceeded", "Success"]
    assert found.attempts["node"].tolist() == ["p_1_d", "p_1_d", "q_1_d"]


def test_a_job_manager_that_has_run_is_not_waited_for_again() -> None:
    manager = {"id": "m", "commandLine": "sleep 60", "killJobOnCompletion": False}
    body = {**job(4, "4m"), "jobManagerTask": manager}
    found = run([pool(**BODY), pool(id="q", **BODY)], [body], timeline=moving())
    assert found.tasks["state"].tolist() == ["completed"] * 5


def test_release_tasks_run_on_the_nodes_of_both_pools() -> None:
    body = {**job(4, "4m"), "onAllTasksComplete": "terminatejob"}
    body |= {"jobPreparationTask": {"commandLine": "sleep 5"}, "jobReleaseTask": {"commandLine": "sleep 7"}}
    found = run([pool(**BODY), pool(id="q", **BODY)], [body], timeline=moving())
    rows = found.node_tasks[["node", "kind", "start", "end"]].to_numpy().tolist()
    end = found.tasks["end"].max()
    assert [row for row in rows if row[1] == "release"] == [
        ["p_1_d", "release", end, end + 7],
        ["q_1_d", "release", end, end + 7],
    ]


def test_a_checkpoint_stays_behind() -> None:
    body = job(1, "10m", checkpoints={"interval": "1m"})
    found = run([pool(**BODY), pool(id="q", **BODY)], [body], timeline=moving())
    assert found.tasks["end"].tolist() == [720.0 + 600]


def test_a_job_with_a_pool_of_its_own_moves_and_keeps_that_pool_until_it_ends() -> None:
    auto = {"autoPoolSpecification": {"pool": {**pool(**BODY), "id": None}}}
    body = {**job(2, "10m"), "poolInfo": auto, "onAllTasksComplete": "terminatejob"}
    found = run([pool(id="q", **BODY)], [body], timeline=moving())
    assert codes(found) == ["Success"] * 3
    assert found.attempts["node"].astype(str).tolist()[-1] == "q_1_d"
    assert found.tasks["succeeded"].all()
    assert found.pools.set_index("pool")["deleted"]["auto_j"] == found.tasks["end"].max()


# ---- what a job runs on the nodes of each pool ---------------------------------------------------------------


def special(kind: str, found: Recording) -> dict[str, float]:
    """Return how long the preparation or release task of a job took on each node."""
    rows = found.node_tasks[found.node_tasks["kind"] == kind]
    return dict(zip(rows["node"].astype(str), (rows["end"] - rows["start"]).tolist(), strict=True))


def prepared(nodes: int, *timeline: dict[str, Any], name: str = "j") -> Recording:
    drawn = {"commandLine": "x", "simulation": {"duration": {"uniform": {"low": "10s", "high": "50s"}}}}
    body = job(24, "4m", name=name) | {"jobPreparationTask": drawn, "jobReleaseTask": drawn}
    end = act("40m", "terminateJob", job=name)
    pools = [pool(targetDedicatedNodes=nodes), pool(id="q", targetDedicatedNodes=3)]
    return run(pools, [body], timeline=[*timeline, end], horizon="1h")


@pytest.mark.parametrize("kind", ["preparation", "release"])
def test_a_job_that_moves_meets_other_numbers_there(kind: str) -> None:
    found = special(kind, prepared(3, *moving()))
    assert {node[0] for node in found} == {"p", "q"}
    assert len(set(found.values())) == len(found) == 6


@pytest.mark.parametrize("kind", ["preparation", "release"])
def test_the_numbers_of_a_node_depend_on_no_other_node(kind: str) -> None:
    few, many = special(kind, prepared(2)), special(kind, prepared(5))
    assert {node: many[node] for node in few} == few
    other = special(kind, prepared(2, name="k"))
    assert not set(other.values()) & set(few.values())
