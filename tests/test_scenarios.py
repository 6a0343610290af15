"""Every scenario of the project is run, and what it shows is asserted."""

import json
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from ruamel.yaml import YAML

from simulator import Recording, load, simulate
from simulator.results.answer.metrics import summarize
from simulator.scenario.keys.json_schema import build
from tests.engine.laws import check
from tests.scenario.synthetic_trace import jobs
from tests.schemas import keeps_to

FOLDER = Path(__file__).parents[1] / "scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))
LCG = FOLDER.parents[1] / "shared" / "data" / "swf" / "LCG.swf.gz"


@cache
def run(name: str) -> Recording:
    return check(simulate(load(FOLDER / f"{name}.yaml")))


@cache
def several(name: str, count: int = 8) -> tuple[Recording, ...]:
    """Return some replications: what a scenario shows must not hang on the draws of one run."""
    described = load(FOLDER / f"{name}.yaml")
    return tuple(check(simulate(described, replication)) for replication in range(count))


def job_end(recording: Recording, job: str) -> float:
    tasks = recording.tasks
    return float(tasks["end"][tasks["job"] == job].max())


def first_wait(recording: Recording, job: str) -> float:
    mine = recording.tasks[recording.tasks["job"] == job]
    return float((mine["first_start"] - mine["submit"]).min())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_files_name_their_schema_state_their_question_and_keep_to_it(file: Path) -> None:
    lines = file.read_text().splitlines()
    assert lines[0] == "# yaml-language-server: $schema=scenario.schema.json"
    assert lines[1].startswith("# ")
    assert "?" in lines[1]
    document = json.loads(json.dumps(YAML(typ="safe", pure=True).load(file), default=str))
    keeps_to(build).validate(document)


def test_the_schema_file_is_what_the_command_prints() -> None:
    assert json.loads((FOLDER / "scenario.schema.json").read_text()) == build()


def test_first_pool_is_bound_by_its_slots() -> None:
    """400 tasks of 5 min on 8 slots: 4 h 10 min of work, and little is added by boot and tail."""
    summary = summarize(run("first_pool"))
    work = run("first_pool").tasks["duration"].sum() / 8
    assert work < summary["makespan_s"] < 1.15 * work
    assert summary["utilization"]["useful"] > 0.9


def test_low_priority_is_cheapest_and_last_and_the_mix_lies_between() -> None:
    recording = run("dedicated_or_low_priority")
    cost = summarize(recording)["cost"]["by_pool"]
    assert cost["low_priority"] < 0.3 * cost["dedicated"]
    assert cost["low_priority"] < cost["mix"] < cost["dedicated"]
    assert job_end(recording, "on_dedicated") < job_end(recording, "on_low_priority")
    tasks = recording.tasks.groupby("job", observed=True)
    assert tasks["preemptions"].sum()["on_dedicated"] == 0
    assert tasks["preemptions"].sum()["on_low_priority"] > tasks["preemptions"].sum()["on_mix"] > 0
    durations = [sorted(rows["duration"]) for _, rows in tasks]
    assert durations[0] == durations[1] == durations[2], "the same work three times"


def test_packing_leaves_more_than_half_of_the_nodes_unused_and_nobody_waits_longer() -> None:
    recording = run("spread_or_pack")
    nodes = recording.nodes
    used = nodes[nodes["attempts"] > 0].groupby("pool", observed=True).size()
    assert used["spread"] == 20
    assert used["pack"] < 10
    jobs = summarize(recording)["jobs"]
    assert jobs["packed"]["queue_time_s"] == pytest.approx(jobs["spread_out"]["queue_time_s"], abs=0.5)


def test_a_pool_per_job_is_cheaper_and_every_job_waits_for_nodes() -> None:
    recording = run("pool_per_job_or_kept")
    cost = summarize(recording)["cost"]["by_pool"]
    own = sum(amount for pool, amount in cost.items() if pool.startswith("own"))
    assert own < 0.6 * cost["kept"]
    for part in ("morning", "noon", "afternoon"):
        assert first_wait(recording, f"kept_{part}") < 10
        assert first_wait(recording, f"own_{part}") > 120


def test_a_pool_for_a_schedule_is_in_time_and_dearer_than_one_for_each_job() -> None:
    recording = run("pool_on_a_schedule")
    cost = summarize(recording)["cost"]["by_pool"]
    assert len(cost) == 7
    assert cost["shared_shared"] > 1.5 * sum(amount for pool, amount in cost.items() if pool.startswith("own"))
    assert first_wait(recording, "shared:job-1") > 120
    for number in range(2, 7):
        assert first_wait(recording, f"shared:job-{number}") < 10
        assert first_wait(recording, f"own:job-{number}") > 120


def test_a_multi_instance_task_starves_until_idle_nodes_are_kept_for_it() -> None:
    recording = run("starving_gang")
    small = recording.tasks[recording.tasks["job"] == "small"]
    assert first_wait(recording, "simulation") > 4 * 3600
    assert recording.tasks["first_start"][recording.tasks["job"] == "simulation"].iloc[0] > 0.9 * small["submit"].max()
    scenario = load(FOLDER / "starving_gang.yaml")
    options = scenario.options.model_copy(update={"gang_reserve": True})
    cured = check(simulate(scenario.model_copy(update={"options": options})))
    assert first_wait(cured, "simulation") < 3600
    waits = [
        (one.tasks["first_start"] - one.tasks["submit"])[one.tasks["job"] == "small"] for one in (recording, cured)
    ]
    assert waits[1].mean() > 2 * waits[0].mean()


def test_backfilling_fills_the_gaps_before_wide_tasks() -> None:
    """Narrow tasks wait less than in order of arrival, wide ones less than where everything that fits passes them."""
    scenario = load(FOLDER / "backfilling.yaml")
    waits = {}
    for queue in ("service", "fcfs", "easy"):
        tasks = check(simulate(scenario.model_copy(update={"policies": {"queue": queue}}))).tasks
        wait = tasks["first_start"] - tasks["submit"]
        is_wide = tasks["instances"] > 1
        waits[queue] = wait[~is_wide].mean(), wait[is_wide].max(), tasks["end"].max()
    narrow, wide, end = (dict(zip(waits, column, strict=True)) for column in zip(*waits.values(), strict=True))
    assert narrow["easy"] < 0.7 * narrow["fcfs"]
    assert wide["easy"] < 0.7 * wide["service"]
    assert end["easy"] < min(end["fcfs"], end["service"])


def test_checkpoints_pay_on_nodes_that_are_taken_back_if_they_are_not_too_many() -> None:
    recording = run("checkpoints")
    jobs = summarize(recording)["jobs"]
    assert jobs["seldom"]["makespan_s"] < jobs["often"]["makespan_s"] < 0.5 * jobs["bare"]["makespan_s"]
    assert jobs["seldom"]["cost"] < jobs["often"]["cost"] < 0.5 * jobs["bare"]["cost"]
    ledger = recording.frame("ledger").set_index(["pool", "label"])["time"] / 3600
    lost, useful = ledger.xs("busy_lost", level="label"), ledger.xs("busy_useful", level="label")
    assert lost["often"] < 0.5 * lost["seldom"] < 0.05 * lost["bare"], "the more often, the less is thrown away"
    assert 240 <= useful["bare"] < useful["seldom"] < useful["often"], "but writing and reading them takes its time"


def test_the_quota_halves_the_pool_and_doubles_the_time() -> None:
    recording = run("quota_bound")
    summary = summarize(recording)
    assert recording.resizes["code"].tolist() == ["AccountCoreQuotaReached"]
    assert summary["nodes"]["peak"] == 400 // 8
    scenario = load(FOLDER / "quota_bound.yaml")
    account = scenario.account.model_copy(update={"dedicated_core_quota": None})
    free = summarize(check(simulate(scenario.model_copy(update={"account": account}))))
    assert free["resize_errors"] == {}
    assert 1.6 < summary["makespan_s"] / free["makespan_s"] < 2.1


def test_where_memory_binds_the_dearer_size_is_the_cheaper_one() -> None:
    recording = run("memory_bound")
    timeline = recording.pool_timeline
    jobs = summarize(recording)["jobs"]
    slots = 20 * 8
    full = {pool: busy(rows, slots) for pool, rows in timeline.groupby("pool", observed=True)}
    assert full["memory"] > 0.8
    assert full["general"] < 0.5 * full["memory"], "memory is used up before the slots are"
    assert jobs["on_memory"]["makespan_s"] < 0.75 * jobs["on_general"]["makespan_s"]
    assert jobs["on_memory"]["cost"] < jobs["on_general"]["cost"]


def test_more_slots_than_cores_help_only_those_who_do_not_compute_all_the_time() -> None:
    """Twice the slots: tasks that compute take twice as long and all end no sooner; the others need half the time."""
    recording = run("oversubscribed")
    summary = summarize(recording)
    jobs, pools = summary["jobs"], summary["cost"]["by_pool"]
    computing, waiting = (
        [jobs[f"{kind}_{slots}_slots"]["makespan_s"] for slots in (2, 4)] for kind in ("computing", "waiting")
    )
    assert computing[1] == pytest.approx(computing[0], rel=0.02)
    assert waiting[1] < 0.6 * waiting[0]
    assert pools["pool_computing_4_slots"] == pytest.approx(pools["pool_computing_2_slots"], rel=0.02)
    assert pools["pool_waiting_4_slots"] < 0.6 * pools["pool_waiting_2_slots"]
    spans = recording.attempts.assign(span=recording.attempts["end"] - recording.attempts["start"])
    mean = spans.groupby("pool", observed=True)["span"].mean()
    assert mean["pool_computing_4_slots"] == pytest.approx(2 * mean["pool_computing_2_slots"], rel=0.05)
    assert mean["pool_waiting_4_slots"] == mean["pool_waiting_2_slots"] == mean["pool_computing_2_slots"]


def busy(rows: pd.DataFrame, slots: int) -> float:
    """Return the share of the time with a queue in which all slots are taken."""
    spans = rows["time"].diff().shift(-1).fillna(0)
    queue = (rows["queued_tasks"] > 0) & (rows["usable_nodes"] == 20)
    return float(spans[queue & (rows["used_slots"] == slots)].sum() / spans[queue].sum())


def test_a_pool_that_follows_a_replayed_week_costs_a_fifth_and_its_jobs_wait_for_minutes() -> None:
    recording = run("trace_replay")
    summary = summarize(recording)
    assert summary["tasks"]["submitted"] == summary["tasks"]["succeeded"] == 2 * len(jobs())
    cost = summary["cost"]["by_pool"]
    assert cost["following"] < 0.2 * cost["fixed"]
    assert summary["nodes"]["peak"] == 2 * 16
    tasks = recording.tasks.assign(wait=recording.tasks["first_start"] - recording.tasks["submit"])
    is_night = tasks["submit"] % (24 * 3600) // 60 == 18 * 60
    waits = tasks["wait"].groupby([tasks["job"], is_night], observed=True).mean()
    assert waits["in_fixed", False] < 10 < 2 * 60 < waits["in_following", False] < 10 * 60
    assert 1.5 < waits["in_following", True] / waits["in_fixed", True] < 2.5, "arrays are more than either pool holds"


@pytest.mark.skipif(not LCG.exists(), reason="the archive's LCG trace is not part of the project")
def test_a_trace_of_the_archive_takes_the_place_of_the_made_up_one(tmp_path: Path) -> None:
    """As the comment of the scenario says: its path, no horizon, and nodes for that system, with time to come."""
    described = YAML(typ="safe", pure=True).load(FOLDER / "trace_replay.yaml")
    del described["horizon"]
    described["pools"] = [{**described["pools"][0], "targetDedicatedNodes": 2000, "resizeTimeout": "PT1H"}]
    described["jobs"] = [{**described["jobs"][0], "simulation": {"workload": [{"trace": str(LCG)}]}}]
    file = tmp_path / "lcg.yaml"
    YAML(typ="safe", pure=True).dump(described, file)
    recording = check(simulate(load(file)))
    summary = summarize(recording)
    assert summary["tasks"]["submitted"] == summary["tasks"]["succeeded"] == 188_041
    assert summary["nodes"]["peak"] == 2000
    assert summary["queue_time_s"]["p99"] < 10
    assert summary["ledger_node_s"]["idle_unused"] > 0.5 * sum(summary["ledger_node_s"].values())
