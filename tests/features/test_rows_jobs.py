"""The rows of the feature table that jobs and tasks answer for."""

from pathlib import Path
from typing import Any

import pytest

from simulator import Recording, load, simulate
from simulator.results.why import view_task
from tests.engine.laws import check
from tests.features.story import UBUNTU, Body, job, operation, pool, problems_of, refused, run, task

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def starts(made: Recording) -> dict[str, float]:
    return dict(zip(made.tasks["id"], made.tasks["first_start"], strict=True))


def outcomes(made: Recording) -> list[str]:
    return made.attempts["outcome"].astype(str).tolist()


def commanded(name: str, line: str, **settings: str) -> Body:
    variables = [{"name": key, "value": value} for key, value in settings.items()]
    return {"id": name, "commandLine": line, "environmentSettings": variables}


def test_row_03_a_task_is_a_duration_and_an_exit_code() -> None:
    line = "/bin/sh -c 'sleep 60'"
    tasks = [
        commanded("slept", line),
        commanded("stated", line, SIM_DURATION="5"),
        commanded("failed", line, SIM_EXIT_CODE="3"),
    ]
    made = run(pool(nodes=3), job(tasks=tasks))
    assert (made.attempts["end"] - made.attempts["start"]).tolist() == [60, 5, 60]
    assert made.tasks["exit_code"].tolist() == [0, 0, 3]
    assert made.tasks["succeeded"].tolist() == [True, True, False]
    assert made.tasks["duration_source"].astype(str).tolist() == ["command line", "environment", "command line"]


def test_row_04_directories_stay_and_variables_show_a_task_where_it_is() -> None:
    kept: Body = {"constraints": {"retentionTime": "PT1H"}, "simulation": {"disk": 3}}
    body = pool(nodes=1, low_priority=1)
    made = run(body, job(tasks=[task("a", "60s", **kept), task("b", "60s")]))
    for row, name in enumerate("ab"):
        node = made.attempts["node"].astype(str)[row]
        dedicated = made.nodes.set_index("node").loc[node]["kind"] == "dedicated"
        folder = "/mnt/batch/tasks/workitems/j/job-1"
        assert view_task(made, f"j/{name}").variables == {
            "AZ_BATCH_POOL_ID": "p",
            "AZ_BATCH_JOB_ID": "j",
            "AZ_BATCH_TASK_ID": name,
            "AZ_BATCH_NODE_ID": node,
            "AZ_BATCH_NODE_IS_DEDICATED": str(dedicated).lower(),
            "AZ_BATCH_NODE_ROOT_DIR": "/mnt/batch/tasks",
            "AZ_BATCH_NODE_SHARED_DIR": "/mnt/batch/tasks/shared",
            "AZ_BATCH_NODE_STARTUP_DIR": "/mnt/batch/tasks/startup",
            "AZ_BATCH_TASK_DIR": f"{folder}/{name}",
            "AZ_BATCH_TASK_WORKING_DIR": f"{folder}/{name}/wd",
        }
    disk = view_task(made, "j/a").disk
    assert disk is not None
    assert (disk.own, disk.kept_until) == (3, 60 + 3600)
    assert disk.changes == ((0, 3), (60 + 3600, 0))
    named: Body = {"environmentSettings": [{"name": "MINE", "value": "1"}]}
    same = run(body, job(tasks=[task("a", "60s", **kept, **named), task("b", "60s")]))
    assert same.attempts.equals(made.attempts)
    assert same.node_states.equals(made.node_states)


def test_row_11_a_pool_is_made_by_hand_or_by_a_job() -> None:
    own = {"autoPoolSpecification": {"autoPoolIdPrefix": "auto", "poolLifetimeOption": "job", "pool": pool(nodes=1)}}
    body = job(count=1, poolInfo=own, simulation={"createdAt": "100s"}, onAllTasksComplete="terminatejob")
    made = run(pool(nodes=1), body)
    rows = made.pools.set_index("pool")
    assert rows["auto_pool"].to_dict() == {"p": False, "auto_j": True}
    assert rows["created"].to_dict() == {"p": 0, "auto_j": 100}


def test_row_18_an_image_is_pulled_by_the_first_task_of_a_node() -> None:
    """The part of tasks: without prefetch only the first task on each node is 102.4 s longer."""
    containers = {**UBUNTU, "containerConfiguration": {"type": "dockerCompatible"}}
    known = {"downloads": {"bandwidth": 100, "containerImages": {"repo/img:tag": {"sizeMiB": 10240}}}}
    contained: Body = {"containerSettings": {"imageName": "repo/img:tag"}}
    body = pool(nodes=2, virtualMachineConfiguration=containers, simulation=known)
    made = run(body, job(tasks=[task(f"t{k}", "200s", **contained) for k in range(4)]))
    spans = (made.attempts["end"] - made.attempts["start"]).tolist()
    assert spans == pytest.approx([302.4, 302.4, 200, 200])


def test_row_18_a_task_without_container_settings_is_refused(tmp_path: Path) -> None:
    containers = {**UBUNTU, "containerConfiguration": {"type": "dockerCompatible"}}
    found = refused(tmp_path, pool(nodes=1, virtualMachineConfiguration=containers), job(tasks=[task("a")]))
    assert "need containerSettings" in found[0]


def test_row_24_metrics_are_sampled_every_half_minute() -> None:
    """3 running and 2 waiting tasks for 10 min; a task of one core on each node of two."""
    formula = "$TargetDedicatedNodes = 3; n = $ActiveTasks.Count(); c = $CPUPercent.GetSample(1);"
    formula += "a = $ActiveTasks.GetSample(1); r = $RunningTasks.GetSample(1); p = $PendingTasks.GetSample(1);"
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT5M")
    made = run(
        body,
        job(count=5, duration="1h", group={"cores": 1}),
        horizon="10m30s",
        options={"sampleProfile": "custom", "sampleDelayS": 0},
    )
    last = made.evaluations["results"].iloc[-1]
    values = dict(part.replace("[", "").replace("]", "").split("=") for part in last.split(";") if "=" in part)
    assert float(values["n"]) == 20
    assert (float(values["a"]), float(values["r"]), float(values["p"])) == (2, 3, 5)
    assert float(values["c"]) == 0.5


def test_row_26_the_tip_for_the_end_of_a_job_saves_money_and_loses_no_task() -> None:
    tasks = job(tasks=[task(f"t{k}", f"{600 + 300 * k}s") for k in range(6)])
    tip = operation(
        "10m", "resize", targetDedicatedNodes=0, nodeDeallocationOption="taskcompletion", resizeTimeout="2h"
    )
    late = operation("2h", "resize", targetDedicatedNodes=0)
    plain, tipped = run(pool(nodes=6), tasks, timeline=[late]), run(pool(nodes=6), tasks, timeline=[tip])
    assert tipped.tasks["succeeded"].all()
    assert tipped.tasks["requeues"].sum() == 0
    assert tipped.resizes["dedicated"].tolist() == [6, 0]
    assert tipped.charges.total < plain.charges.total


def test_row_27_slots_are_bounded_and_shared(tmp_path: Path) -> None:
    four: Body = {"vmSize": "Standard_D4_v3"}
    many: Body = {"vmSize": "Standard_HB120rs_v2"}
    assert "the service allows at most 16" in refused(tmp_path, pool(taskSlotsPerNode=17, **four), job(count=1))[0]
    assert problems_of(tmp_path, pool(taskSlotsPerNode=16, nodes=1, **four), job(count=1)) == []
    assert "at most 256" in refused(tmp_path, pool(taskSlotsPerNode=257, **many), job(count=1))[0]
    assert not [
        text
        for text in problems_of(tmp_path, pool(taskSlotsPerNode=256, nodes=1, **many), job(count=1))
        if "slots" in text
    ]
    (warning,) = problems_of(tmp_path, pool(maxTasksPerNode=4, nodes=1, **four), job(count=1))
    assert "an old name of 'taskSlotsPerNode'" in warning
    made = run(pool(taskSlotsPerNode=4, nodes=1, **four), job(count=8, duration="60s"))
    assert made.pool_timeline["used_slots"].max() == 4
    assert made.tasks["end"].max() == 120


@pytest.mark.parametrize(("fill", "nodes"), [("spread", 4), ("pack", 1), (None, 4)])
def test_row_28_fill_type_decides_where_tasks_go(fill: str | None, nodes: int) -> None:
    policy: Body = {} if fill is None else {"taskSchedulingPolicy": {"nodeFillType": fill}}
    made = run(pool(nodes=4, taskSlotsPerNode=4, **policy), job(count=4, at="10s"))
    used = made.attempts["node"].astype(str)
    assert used.nunique() == nodes
    if nodes == 1:
        assert used[0] == made.nodes["node"].astype(str)[0]


GANG: dict[str, Any] = {
    "multiInstanceSettings": {"numberOfInstances": 3, "coordinationCommandLine": "/bin/sh -c 'sleep 10'"}
}


def test_row_30_a_multi_instance_task_starts_on_all_its_nodes_at_one_instant() -> None:
    grow = operation("100s", "resize", targetDedicatedNodes=3)
    talking: Body = {"enableInterNodeCommunication": True}
    made = run(pool(nodes=2, **talking), job(tasks=[task("mpi", "60s", **GANG)]), timeline=[grow])
    assert made.attempts["start"].tolist() == [100, 100, 100]
    assert made.attempts["node"].nunique() == 3
    assert made.tasks["end"].tolist() == [170]


def test_row_30_the_loss_of_one_node_starts_all_again_from_zero() -> None:
    lost = {"model": "capacity_event", "fraction": 0.34, "times": ["30s"]}
    body = pool(
        low_priority=3,
        enableInterNodeCommunication=True,
        simulation={"preemption": lost, "timing": {"recoveryDelay": "20s"}},
    )
    made = run(body, job(tasks=[task("mpi", "60s", **GANG)]))
    assert outcomes(made) == ["preempted"] * 3 + ["succeeded"] * 3
    assert made.tasks["preemptions"].tolist() == [1]
    assert made.tasks["end"].tolist() == [30 + 20 + 70]


def test_row_30_it_never_starts_where_nodes_do_not_talk(tmp_path: Path) -> None:
    parts = (pool(nodes=3), job(tasks=[task("mpi", "60s", **GANG)]))
    (found,) = problems_of(tmp_path, *parts)
    assert "no enableInterNodeCommunication: it will never run" in found
    assert run(*parts).tasks["state"].astype(str).tolist() == ["active"]


def test_row_30_it_never_starts_where_nodes_have_two_slots(tmp_path: Path) -> None:
    wrong: Body = {"enableInterNodeCommunication": True, "taskSlotsPerNode": 2}
    parts = (pool(nodes=3, **wrong), job(tasks=[task("mpi", "60s", **GANG)]))
    assert [text for text in problems_of(tmp_path, *parts) if "multi-instance" in text]
    made = run(*parts)
    assert made.tasks["state"].astype(str).tolist() == ["active"]


def test_row_34_strategies_of_lifetime_trade_idle_nodes_for_waiting() -> None:
    made = check(simulate(load(SCENARIOS / "pool_per_job_or_kept.yaml")))
    tasks, ledger = made.tasks, made.table("ledger").to_pandas()
    waits = (tasks["first_start"] - tasks["submit"]).groupby(tasks["job"].astype(str).str.split("_").str[0]).mean()
    idle_rows = ledger[ledger["label"].astype(str).str.startswith("idle")]
    idle = idle_rows.groupby(idle_rows["pool"].astype(str).str.split("_").str[0])["time"].sum()
    assert waits["own"] > waits["scaled"] > waits["kept"]
    assert idle["own"] < idle["scaled"] < idle["kept"]
    first = (tasks["first_start"] - tasks["submit"]).groupby(tasks["job"].astype(str)).min()
    assert first[first.index.str.startswith("kept")].max() < 10
    bill = made.bill.by(0)
    assert sum(cost for name, cost in bill.items() if name.startswith("own")) < bill["scaled"] < bill["kept"]


def test_row_36_a_formula_that_knows_the_hour_has_its_nodes_before_the_work() -> None:
    """Work comes at 09:00 every half minute for an hour; nodes need some minutes."""
    reactive = "$TargetDedicatedNodes = $PendingTasks.GetSamplePercent(TimeInterval_Minute * 1) < 50 ? 0 : "
    reactive += "min(8, max(0, $PendingTasks.GetSample(1)));"
    predictive = "hour = time().hour; $TargetDedicatedNodes = (hour == 8 || hour == 9) ? 8 : 0;"
    found = {}
    for name, formula in (("reactive", reactive), ("predictive", predictive)):
        body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT5M")
        work = job(count=120, duration="3m", group={"arrivals": {"poisson": {"ratePerHour": 120, "start": "1h"}}})
        rest: Body = {"origin": "2026-03-02T08:00:00Z", "options": {"timingPreset": "typical"}, "horizon": "5h"}
        found[name] = run(body, work, **rest)
    usable = {name: made.pool_timeline[made.pool_timeline["usable_nodes"] > 0]["time"] for name, made in found.items()}
    assert usable["predictive"].iloc[0] < 3600
    first_sample = found["reactive"].evaluations
    grew = first_sample[first_sample["target_dedicated"] > 0]["time"].iloc[0]
    assert grew > found["reactive"].tasks["submit"].min()
    waits = {name: (made.tasks["first_start"] - made.tasks["submit"]).mean() for name, made in found.items()}
    assert waits["predictive"] < waits["reactive"]


def auto(lifetime: str, **more: Any) -> Body:
    return {
        "autoPoolSpecification": {
            "autoPoolIdPrefix": "a",
            "poolLifetimeOption": lifetime,
            "pool": pool(nodes=1),
            **more,
        }
    }


def test_row_37_an_auto_pool_lives_as_long_as_its_job_unless_it_is_kept() -> None:
    ends: Body = {"onAllTasksComplete": "terminatejob"}
    made = run(job(count=1, poolInfo=auto("job"), **ends), horizon="1h")
    assert made.pools["deleted"].tolist() == [60]
    kept = run(job(count=1, poolInfo=auto("job", keepAlive=True), **ends), horizon="1h")
    assert kept.pools["deleted"].isna().all()
    assert round(kept.ledger.billed.sum() / 1000) == 3600


@pytest.mark.parametrize(("lifetime", "pools"), [("job", 3), ("jobschedule", 1)])
def test_row_37_a_schedule_has_a_pool_for_each_job_or_one_for_all(lifetime: str, pools: int) -> None:
    times = {"recurrenceInterval": "PT10M", "doNotRunAfter": "25m"}
    body = {"poolInfo": auto(lifetime), "tasks": [task("a")], "onAllTasksComplete": "terminatejob"}
    made = run(jobSchedules=[{"id": "s", "schedule": times, "jobSpecification": body}])
    assert len(made.pools) == pools
    assert made.tasks["pool"].nunique() == pools
    assert made.tasks["succeeded"].tolist() == [True] * 3
    assert made.pools["deleted"].notna().all()


MANAGER: dict[str, Any] = {"id": "jm", "commandLine": "sleep 300"}


def test_row_39_a_job_manager_starts_first_and_alone_and_ends_its_job() -> None:
    made = run(
        pool(nodes=2, taskSlotsPerNode=2),
        job(count=20, duration="100s", jobManagerTask=MANAGER),
    )
    first = made.attempts.iloc[0]
    assert made.tasks["id"][first["task"]] == "jm"
    beside = made.attempts[(made.attempts["node"] == first["node"]) & (made.attempts["task"] != first["task"])]
    assert beside.empty
    assert made.jobs["reason"].astype(str).tolist()[-1] == "JMComplete"
    assert made.jobs["state"].astype(str).tolist()[-1] == "completed"
    assert made.raw.end == 300_000
    free = run(pool(nodes=1, taskSlotsPerNode=2), job(count=1, jobManagerTask={**MANAGER, "runExclusive": False}))
    assert starts(free) == {"jm": 0, "task-1": 0}


def test_row_39_a_shrink_keeps_the_node_of_a_job_manager() -> None:
    shrink = operation("50s", "resize", targetDedicatedNodes=1)
    made = run(pool(nodes=3), job(count=6, duration="100s", jobManagerTask=MANAGER), timeline=[shrink])
    node = made.attempts["node"][0]
    gone = made.nodes.set_index("node")["gone"]
    assert gone[node] == made.raw.end / 1000
    assert (gone.drop(node) == 50).all()


def test_row_39_a_job_manager_may_want_a_dedicated_node() -> None:
    wants = {**MANAGER, "allowLowPriorityNode": False}
    grow = operation("100s", "resize", targetDedicatedNodes=1)
    made = run(pool(low_priority=2), job(count=2, duration="10s", jobManagerTask=wants), timeline=[grow])
    assert starts(made)["jm"] == 100
    kind = made.nodes.set_index("node")["kind"].astype(str)
    assert kind[made.attempts["node"][0]] == "dedicated"
