"""The scenarios with autoscale: what each shows, and that the linter separates the ill formulas from the sound ones."""

from statistics import mean

import pytest

from simulator import load
from simulator.formula.lint import Level, lint_text
from simulator.results.answer.metrics import summarize
from tests.test_scenarios import FOLDER, job_end, run, several


def test_a_reactive_pool_costs_half_and_its_tasks_wait_a_minute() -> None:
    summary = summarize(run("reactive_pool"))
    cost, jobs = summary["cost"]["by_pool"], summary["jobs"]
    assert cost["reactive"] < 0.5 * cost["fixed"]
    assert jobs["on_fixed"]["queue_time_s"] < 10 < jobs["on_reactive"]["queue_time_s"] < 180


def test_office_hours_save_two_thirds_and_the_night_waits_for_the_morning() -> None:
    recording = run("office_hours")
    cost = summarize(recording)["cost"]["by_pool"]
    assert cost["office"] < 0.4 * cost["always"]
    timeline = recording.pool_timeline
    office = timeline[timeline["pool"] == "office"]
    local = (office["time"] / 3600 + 1) % 24
    day = ((office["time"] / 3600 + 1) // 24 + 1).astype(int)
    open_hours = (local >= 8.0) & (local < 18) & (day <= 5)
    assert office.loc[open_hours, "target_dedicated"].max() == 4
    assert office.loc[~open_hours & (local > 1), "target_dedicated"].max() == 0
    waits = recording.tasks["first_start"] - recording.tasks["submit"]
    assert waits[recording.tasks["job"] == "in_office_hours"].max() > 10 * 3600


def test_a_queue_only_formula_kills_its_own_work_and_the_repair_does_not() -> None:
    for recording in several("queue_only_formula", 3):
        tasks = recording.tasks.groupby("job", observed=True)
        assert tasks["requeues"].sum()["on_queue_only"] > 100
        assert tasks["requeues"].sum()["on_repaired"] == 0
        summary = summarize(recording)
        cost = summary["cost"]["by_pool"]
        assert summary["ledger_node_s"]["busy_lost"] > 20 * 3600
        assert job_end(recording, "on_queue_only") > 1.3 * job_end(recording, "on_repaired")
        assert cost["queue_only"] > 1.1 * cost["repaired"]


@pytest.mark.long
def test_a_queue_only_formula_is_rarely_done_after_days_and_its_repair_after_five_hours() -> None:
    """The last tasks start together, so nothing waits, so all of them are killed: mostly for ever."""
    recordings = several("queue_only_formula")
    answers = [summarize(recording) for recording in recordings]
    jobs = [answer["jobs"] for answer in answers]
    assert all(one["on_repaired"]["succeeded"] == 120 for one in jobs)
    assert max(job_end(one, "on_repaired") for one in recordings) < 5 * 3600
    assert mean(one["on_queue_only"]["succeeded"] < 120 for one in jobs) > 0.7
    costs = [answer["cost"]["by_pool"] for answer in answers]
    assert mean(cost["queue_only"] / cost["repaired"] for cost in costs) > 1.5


def test_the_halving_ladder_pays_for_a_tail_and_never_reaches_zero() -> None:
    recording = run("scale_in_tail")
    summary = summarize(recording)
    assert summary["cost"]["by_pool"]["halving"] > 1.5 * summary["cost"]["by_pool"]["direct"]
    rows = recording.evaluations
    assert rows.loc[rows["pool"] == "halving", "target_dedicated"].iloc[-1] == 1
    assert rows.loc[rows["pool"] == "direct", "target_dedicated"].iloc[-1] == 0


def test_dedicated_nodes_bridge_the_drought_at_a_price() -> None:
    recording = run("preempted_replaced")
    summary = summarize(recording)
    jobs, cost = summary["jobs"], summary["cost"]["by_pool"]
    assert jobs["on_replaced"]["makespan_s"] < jobs["on_patient"]["makespan_s"] - 2 * 3600
    assert cost["replaced"] > 3 * cost["patient"]
    states = recording.node_states
    lost = states[(states["state"] == "preempted") & (states["start"] == 3600)]
    assert len(lost) == 40


def test_a_formula_that_forgets_the_slots_buys_four_times_as_much() -> None:
    """And what it buys is a wait that is shorter by minutes at best."""
    waits = []
    for recording in several("slots_aware"):
        summary = summarize(recording)
        cost, jobs = summary["cost"]["by_pool"], summary["jobs"]
        assert cost["naive"] > 4 * cost["aware"]
        waits.append(jobs["on_aware"]["queue_time_s"] - jobs["on_naive"]["queue_time_s"])
    assert max(waits) < 8 * 60
    assert -60 < mean(waits) < 4 * 60


@pytest.mark.parametrize(
    ("name", "pool", "ill"),
    [
        ("reactive_pool", "reactive", set()),
        ("office_hours", "office", set()),
        ("queue_only_formula", "queue_only", {"active-only-scaling", "interrupts-tasks", "swings"}),
        ("queue_only_formula", "repaired", set()),
        ("scale_in_tail", "halving", {"never-zero"}),
        ("scale_in_tail", "direct", set()),
        ("preempted_replaced", "replaced", set()),
        ("slots_aware", "naive", {"ignores-slots"}),
        ("slots_aware", "aware", set()),
    ],
)
def test_the_linter_separates_the_ill_formulas_from_the_sound_ones(name: str, pool: str, ill: set[str]) -> None:
    body = next(body for body in load(FOLDER / f"{name}.yaml").pools if body.id == pool)
    minutes = body.auto_scale_evaluation_interval / 60
    found = lint_text(body.auto_scale_formula or "", slots=body.task_slots_per_node, interval_minutes=minutes)
    assert {finding.rule for finding in found if finding.level is not Level.INFO} == ill
