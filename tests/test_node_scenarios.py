"""What the scenarios on nodes and accounts show."""

from simulator import load, simulate
from simulator.results.answer.metrics import summarize
from tests.engine.laws import check
from tests.test_scenarios import FOLDER, job_end, run, several


def test_in_a_crowd_start_tasks_fail_and_waves_end_sooner_and_cheaper() -> None:
    recording = run("start_task_crowd")
    failed = recording.node_states[recording.node_states["state"] == "starttaskfailed"]
    counts = failed.groupby("pool", observed=False).size()
    assert counts["at_once"] > 20
    assert counts["in_waves"] < 12
    assert job_end(recording, "on_in_waves") < job_end(recording, "on_at_once")
    cost = summarize(recording)["cost"]["by_pool"]
    assert cost["in_waves"] < 0.9 * cost["at_once"]


def test_an_upgrade_loses_as_much_work_either_way_but_only_rolling_keeps_the_pool_working() -> None:
    recording = run("os_upgrade")
    lost = recording.attempts[recording.attempts["outcome"] == "requeued"].groupby("pool", observed=False).size()
    assert lost.to_dict() == {"untouched": 0, "at_once": 20, "rolling": 20}
    rows = recording.pool_timeline
    during = rows[(rows["time"] >= 7200) & (rows["time"] < 3 * 3600)].groupby("pool", observed=True)["running_nodes"]
    assert during.min()["at_once"] == 0
    assert during.min()["rolling"] >= 18
    ends = [job_end(recording, f"on_{name}") for name in ("at_once", "rolling", "untouched")]
    assert abs(ends[0] - ends[1]) < 0.1 * ends[2]
    assert min(ends[:2]) > ends[2]


def test_who_comes_second_to_a_shared_quota_stays_small() -> None:
    recording = run("two_teams_one_quota")
    peak = recording.pool_timeline.groupby("pool", observed=True)["current_dedicated"].max()
    assert peak.to_dict() == {"shared_a": 90, "shared_b": 10, "own_a": 50, "own_b": 50}
    assert job_end(recording, "b_shared") > 3 * job_end(recording, "b_own")
    assert job_end(recording, "a_shared") < 0.7 * job_end(recording, "a_own")
    assert job_end(recording, "a_shared") < 6 * 3600, "its cores are free from then on, and nobody takes them"


def test_a_target_of_zero_lets_idle_nodes_go_and_the_others_finish() -> None:
    without = load(FOLDER / "end_of_job.yaml").model_copy(update={"timeline": ()})
    for replication, recording in enumerate(several("end_of_job")):
        summary = summarize(recording)
        tasks = summary["tasks"]
        assert (tasks["succeeded"], tasks["requeues"]) == (tasks["submitted"], 0)
        assert recording.pool_timeline["current_dedicated"].iloc[-1] == 0
        at_end = recording.pool_timeline[recording.pool_timeline["time"] <= 9000].iloc[-1]
        assert (at_end["queued_tasks"], at_end["running_tasks"] > 0) == (0, True)
        kept = summarize(check(simulate(without, replication)))
        assert kept["tasks"]["succeeded"] == tasks["submitted"]
        assert summary["cost"]["total"] < 0.4 * kept["cost"]["total"]
