"""The option `cpuSlowdown`: more cores asked for than a node has."""

from typing import Any

import pytest

from simulator import Recording, Simulation
from simulator.results.answer.metrics import summarize
from simulator.states import NodeState
from tests.engine.laws import check
from tests.features.story import UBUNTU, job, operation, pool, problems_of, run, scenario, task

SLOW: dict[str, Any] = {"options": {"cpuSlowdown": True}}
TWO_SLOTS_A_CORE: dict[str, Any] = {"taskSlotsPerNode": 4}


def spans(made: Recording) -> list[float]:
    return [round(end - start, 3) for start, end in zip(made.attempts["start"], made.attempts["end"], strict=True)]


def test_four_tasks_on_two_cores_take_twice_as_long_instead_of_waiting() -> None:
    """Without the option two of the four wait for cores; with it all start at once. The work is done at one time."""
    work = job(count=4, duration="10m", group={"cores": 1})
    body = pool(nodes=1, **TWO_SLOTS_A_CORE)
    waits, slows = run(body, work), run(body, work, **SLOW)
    assert spans(waits) == [600] * 4
    assert waits.attempts["assigned"].tolist() == [0, 0, 600, 600]
    assert spans(slows) == [1200] * 4
    assert slows.attempts["assigned"].tolist() == [0] * 4
    assert summarize(waits)["makespan_s"] == summarize(slows)["makespan_s"] == 1200
    used = summarize(slows)["utilization"]
    assert (used["slot"], used["core"], used["slowdown"]) == (1, 1, 2)
    assert summarize(waits)["utilization"]["slowdown"] is None
    assert "option cpuSlowdown: true" in summarize(slows)["assumptions"]


def test_tasks_that_ask_for_no_cores_slow_nobody_and_the_file_is_warned_of(tmp_path: Any) -> None:
    work = job(count=4, duration="10m")
    made = run(pool(nodes=1, **TWO_SLOTS_A_CORE), work, **SLOW)
    assert any("no task names cores" in text for text in problems_of(tmp_path, pool(nodes=1), work, **SLOW))
    assert problems_of(tmp_path, pool(nodes=1), job(count=1, group={"cores": 0.5}), **SLOW) == []
    stated_by_variable = task("t", environmentSettings=[{"name": "SIM_CPU", "value": "2"}])
    assert problems_of(tmp_path, pool(nodes=1), job(tasks=[stated_by_variable]), **SLOW) == []
    assert spans(made) == [600] * 4
    assert summarize(made)["utilization"]["slowdown"] == 1


def test_slots_and_memory_still_limit_what_runs() -> None:
    work = job(count=3, duration="10m", group={"cores": 2, "memory": 4})
    made = run(pool(nodes=1, **TWO_SLOTS_A_CORE), work, **SLOW)
    assert made.attempts["assigned"].tolist() == [0, 0, 1200]
    assert spans(made) == [1200, 1200, 600]


def test_more_cores_than_a_node_has_are_no_reason_to_wait(tmp_path: Any) -> None:
    work = job(tasks=[task("t", "10m", simulation={"cores": 4})])
    assert any("will never run" in text for text in problems_of(tmp_path, pool(nodes=1), work))
    assert problems_of(tmp_path, pool(nodes=1), work, **SLOW) == []
    assert spans(run(pool(nodes=1), work, **SLOW)) == [1200]


def test_a_limit_of_time_runs_on_the_clock() -> None:
    tasks = [task("a", "10m", constraints={"maxWallClockTime": "PT15M"}), task("b", "10m")]
    tasks = [{**one, "simulation": {**one["simulation"], "cores": 2}} for one in tasks]
    made = run(pool(nodes=1, **TWO_SLOTS_A_CORE), job(tasks=tasks), **SLOW)
    assert spans(made) == [900, 1050]
    assert made.attempts["outcome"].tolist() == ["expired", "succeeded"]


def test_launch_is_not_slowed_and_metrics_see_what_processes_use() -> None:
    formula = "$TargetDedicatedNodes = 2; c = $CPUPercent.GetSample(1);"
    body = pool(
        enableAutoScale=True,
        autoScaleFormula=formula,
        autoScaleEvaluationInterval="PT5M",
        taskSchedulingPolicy={"nodeFillType": "pack"},
        simulation={"timing": {"launchOverhead": "1m"}},
        **TWO_SLOTS_A_CORE,
    )
    work = job(count=4, duration="10m", group={"cores": 2})
    options = {"cpuSlowdown": True, "sampleProfile": "custom", "sampleDelayS": 0}
    made = run(body, work, options=options, horizon="1h")
    assert spans(made) == [60 + 2400] * 4
    results = made.evaluations["results"].tolist()
    assert "c=[0.5]" in results[1], "one node is full, however many it slows; the other is idle"


def test_a_multi_instance_task_is_as_slow_as_its_nodes() -> None:
    body = pool(nodes=3, enableInterNodeCommunication=True)
    gang = task("g", "10m", multiInstanceSettings={"numberOfInstances": 3}, simulation={"cores": 3})
    made = run(body, job(tasks=[gang]), **SLOW)
    assert spans(made) == [900] * 3


def test_a_checkpoint_saves_work_and_not_time() -> None:
    """Preempted after 20 min at half speed: 8 of the 10 min done are saved, and it starts again on a free node."""
    saved = {"interval": "4m", "cost": "0s", "restartCost": "0s"}
    tasks = [task("a", "30m", simulation={"cores": 2, "checkpoints": saved}), task("b", "5h", simulation={"cores": 2})]
    body = pool(nodes=1, **TWO_SLOTS_A_CORE)
    again = [operation("20m", "reboot", nodeId="p_1_d")]
    made = run(body, job(tasks=tasks), timeline=again, **SLOW)
    rows = made.attempts[made.attempts["task"] == 0]
    assert rows["outcome"].tolist() == ["requeued", "succeeded"]
    assert (rows["end"] - rows["start"]).tolist() == [1200, 2 * 22 * 60]


def test_steps_change_nothing() -> None:
    work = job(count=30, duration={"exponential": {"mean": "10m"}}, group={"cores": 1, "failureProbability": 0.2})
    made = scenario(pool(nodes=3, **TWO_SLOTS_A_CORE), work, **SLOW)
    whole = Simulation(made)
    whole.advance()
    stepped = Simulation(made)
    for until in (100, 500, 1300, 1301):
        stepped.advance(until)
        check(stepped.recording())
    stepped.advance()
    assert check(stepped.recording()).attempts.equals(check(whole.recording()).attempts)


def test_lost_nodes_leave_their_neighbours_in_peace() -> None:
    """Many things at once: preemptions, limits, dependencies, disabled jobs; the laws hold."""
    body = pool(
        nodes=2,
        low_priority=4,
        simulation={"preemption": {"model": "hazard", "ratePerHour": 1.5}},
        **TWO_SLOTS_A_CORE,
    )
    group = {"cores": {"uniform": {"low": 0.2, "high": 3}}, "maxWallClockTime": "40m", "failureProbability": 0.1}
    works = [job(f"j{k}", count=80, duration={"exponential": {"mean": "8m"}}, group=group) for k in range(2)]
    acts = [
        operation("30m", "disableJob", pool=None, job="j0", disableTasks="requeue"),
        operation("50m", "enableJob", pool=None, job="j0"),
        operation("1h", "resize", targetDedicatedNodes=1, nodeDeallocationOption="requeue"),
        operation("80m", "terminateJob", pool=None, job="j1"),
    ]
    made = run(body, *works, timeline=acts, **SLOW)
    outcomes = set(made.attempts["outcome"].astype(str))
    assert {"succeeded", "preempted", "requeued", "expired", "failed"} <= outcomes
    assert any(row.state is NodeState.PREEMPTED for row in made.raw.recorder.states)
    assert summarize(made)["utilization"]["slowdown"] > 1.2


def test_writing_and_reading_checkpoints_is_no_slowdown() -> None:
    """Alone: 30 min of work and two checkpoints of 1 min; or what is left of it after one, which is read first."""
    saves = {"cores": 2, "checkpoints": {"interval": "10m", "cost": "1m", "restartCost": "2m"}}
    alone = run(pool(nodes=1), job(tasks=[task("t", "30m", simulation=saves)]), **SLOW)
    assert spans(alone) == [1920]
    assert summarize(alone)["utilization"]["slowdown"] == 1
    events = {"model": "capacity_event", "fraction": 1, "times": ["25m"]}
    lost = pool(low_priority=1, simulation={"preemption": events, "timing": {"recoveryDelay": "5m"}})
    both = [task("t", "30m", simulation=saves), task("u", "30m", simulation={"submit": "1h", "cores": 4})]
    made = run(lost, job(tasks=both), **SLOW)
    assert spans(made) == [1500, 720, 3600]
    assert summarize(made)["utilization"]["slowdown"] == (720 + 3600) / (720 + 1800)


@pytest.mark.parametrize("cost", ["0s", "1m"])
def test_an_attempt_that_goes_on_from_a_checkpoint_is_measured_by_what_it_had_left_to_do(cost: str) -> None:
    """Both tasks share the node at half speed all the time, whatever was lost of them."""
    saves = {"cores": 2, "checkpoints": {"interval": "10m", "cost": cost, "restartCost": "2m"}}
    tasks = [task(name, "1h", simulation=saves) for name in "ab"]
    again = [operation("50m", "reboot", nodeId="p_1_d")]
    made = run(pool(nodes=1, **TWO_SLOTS_A_CORE), job(tasks=tasks), timeline=again, **SLOW)
    assert made.attempts["outcome"].tolist() == ["requeued"] * 2 + ["succeeded"] * 2
    assert summarize(made)["utilization"]["slowdown"] == 2


def test_a_first_pull_of_an_image_is_no_slowdown() -> None:
    """Two tasks wait for the one pull of their node, and do their work at half speed; alone each would pull it too."""
    containers = {**UBUNTU, "containerConfiguration": {"type": "dockerCompatible"}}
    known = {"downloads": {"bandwidth": 100, "containerImages": {"repo/img": {"sizeMiB": 10000}}}}
    body = pool(nodes=1, virtualMachineConfiguration=containers, simulation=known, **TWO_SLOTS_A_CORE)
    for cores, slowed in ((1, 600), (2, 1200)):
        own: dict[str, Any] = {"containerSettings": {"imageName": "repo/img"}, "simulation": {"cores": cores}}
        made = run(body, job(tasks=[task(name, "10m", **own) for name in "ab"]), **SLOW)
        assert spans(made) == [100 + slowed] * 2
        assert summarize(made)["utilization"]["slowdown"] == (100 + slowed) / (100 + 600)
