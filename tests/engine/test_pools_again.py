"""A pool that is deleted and created again under its id, as best practices recommend: both stay apart in the record."""

from pathlib import Path
from typing import Any

import pytest

from simulator import InputError, Recording, Simulation, load, simulate, summarize
from simulator.results.record.read import read
from simulator.results.why.pool_story import explain_pool
from simulator.results.write import write
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario


def act(at: str, name: str, **keys: Any) -> dict[str, Any]:
    return {"at": at, "operation": name, **keys}


def again(deleted: str = "7m", created: str = "10m", *more: dict[str, Any], **body: Any) -> list[dict[str, Any]]:
    second = pool(**{"targetDedicatedNodes": 2, **body})
    return [act(deleted, "deletePool", pool="P"), act(created, "createPool", pool=second), *more]


def run(*arguments: Any, **keys: Any) -> Recording:
    return check(simulate(scenario(*arguments, **keys)))


ONE = pool(targetDedicatedNodes=1)


def test_the_job_of_the_first_goes_on_in_the_second() -> None:
    """Of four tasks one has ended and one is cut off; the rest waits for three minutes."""
    found = run([ONE], [job(4, "5m")], timeline=again())
    assert found.operations["code"].tolist() == ["Success", "Success"]
    assert found.attempts["node"].tolist() == ["p_1_d", "p_1_d", "p~2_1_d", "p~2_2_d", "p~2_1_d"]
    assert found.attempts["outcome"].tolist() == ["succeeded", "requeued", *["succeeded"] * 3]
    assert found.attempts["start"].tolist() == [0.0, 300.0, 600.0, 600.0, 900.0]
    assert found.tasks["succeeded"].all()


def test_the_record_keeps_both_apart() -> None:
    found = run([ONE], [job(4, "5m")], timeline=again(), horizon="1h")
    pools = found.pools.set_index("pool")
    assert pools["created"].to_dict() == {"p": 0.0, "p~2": 600.0}
    assert pools["deleted"].iloc[0] == 420.0
    assert summarize(found)["cost"]["by_pool"] == pytest.approx({"p": 0.1 * 7 / 60, "p~2": 0.2 * 50 / 60})
    assert found.operations["pool"].astype(str).tolist() == ["p", "p~2"]
    assert explain_pool(found, "p", 300).now["current_dedicated"] == 1
    assert explain_pool(found, "p~2", 700).now["current_dedicated"] == 2


def test_operations_reach_the_one_that_is_there() -> None:
    resize = [act(at, "resize", pool="p", targetDedicatedNodes=count) for at, count in (("8m", 5), ("12m", 3))]
    found = run([ONE], [job(1, "1m")], timeline=again("7m", "10m", *resize), horizon="1h")
    assert found.operations["code"].tolist() == ["Success", "PoolNotFound", "Success", "Success"]
    assert found.nodes["pool"].value_counts().to_dict() == {"p~2": 3, "p": 1}


def test_operations_that_are_equal_create_a_pool_each() -> None:
    empty = pool(id="q", targetDedicatedNodes=0)
    steps = [
        act("1m", "createPool", pool=empty),
        act("1m", "deletePool", pool="q"),
        act("1m", "createPool", pool=empty),
    ]
    found = run([ONE], [job(1, "1m")], timeline=steps, horizon="1h")
    assert found.operations["code"].tolist() == ["Success"] * 3
    pools = found.pools.set_index("pool")
    assert pools.loc[["q", "q~2"], "created"].tolist() == [60.0, 60.0]
    assert pools["deleted"].notna().to_dict() == {"p": False, "q": True, "q~2": False}


def test_a_third_one_too() -> None:
    more = [act("22m", "deletePool", pool="p"), act("30m", "createPool", pool=ONE)]
    found = run([ONE], [job(20, "5m")], timeline=again("7m", "10m", *more))
    assert found.nodes["node"].astype(str).tolist() == ["p_1_d", "p~2_1_d", "p~2_2_d", "p~3_1_d"]
    assert found.tasks["succeeded"].all()
    assert len(found.attempts[found.attempts["outcome"] == "requeued"]) == 3


def test_a_job_that_comes_later_and_one_that_waits_get_the_new_one() -> None:
    jobs = [job(1, "5m"), job(2, "5m", name="k") | {"simulation": {**job(2, "5m")["simulation"], "createdAt": "8m"}}]
    late = act("20m", "addJob", job=job(2, "5m", name="late"))
    found = run([ONE], jobs, timeline=again("7m", "10m", late))
    mine = found.attempts.groupby(found.attempts["task"].map(found.tasks.reset_index()["job"].astype(str)))["start"]
    assert mine.min().to_dict() == {"j": 0.0, "k": 600.0, "late": 1200.0}
    assert found.tasks["succeeded"].all()


@pytest.mark.parametrize("enabled", [True, False])
def test_a_disabled_job_stays_disabled(enabled: bool) -> None:
    more = [act("5m", "disableJob", job="j")] + ([act("20m", "enableJob", job="j")] if enabled else [])
    found = run([ONE], [job(4, "5m")], timeline=again("7m", "10m", *more), horizon="1h")
    later = found.attempts[found.attempts["start"] >= 420]
    assert later["start"].tolist() == ([1200.0, 1200.0, 1500.0] if enabled else [])


def test_a_job_that_has_ended_stays_where_it_was() -> None:
    body = {**job(1, "5m"), "onAllTasksComplete": "terminatejob"}
    found = run([ONE], [body], timeline=again(), horizon="1h")
    assert found.jobs["state"].tolist()[-1] == "completed"
    assert found.tasks["pool"].astype(str).tolist() == ["p"]


def test_a_job_may_move_to_an_id_that_comes_again() -> None:
    steps = [
        act("12m", "disableJob", job="j"),
        act("12m", "updateJob", job="j", poolInfo={"poolId": "p"}),
        act("12m", "enableJob", job="j"),
    ]
    body = {**job(6, "5m"), "poolInfo": {"poolId": "q"}}
    found = run([ONE, pool(id="q", targetDedicatedNodes=1)], [body], timeline=again("7m", "10m", *steps))
    assert found.attempts["node"].astype(str).tolist()[3:5] == ["p~2_1_d", "p~2_2_d"]
    assert found.tasks["succeeded"].all()


def test_while_the_first_has_nodes_the_second_is_refused() -> None:
    first = pool(targetDedicatedNodes=1, simulation={"timing": {"leaving": "5m"}})
    found = run([first], [job(4, "5m")], timeline=again("7m", "10m"), horizon="1h")
    assert found.operations["code"].tolist() == ["Success", "PoolBeingDeleted"]
    assert summarize(found)["tasks"]["unfinished_why"] == {"its pool was deleted": 3}


def test_both_count_against_the_quota_of_pools_one_after_the_other() -> None:
    found = run([ONE], [job(4, "5m")], timeline=again(), account={"poolQuota": 1})
    assert found.operations["code"].tolist() == ["Success", "Success"]


def test_preparation_meets_other_numbers() -> None:
    drawn = {"commandLine": "x", "simulation": {"duration": {"uniform": {"low": "10s", "high": "50s"}}}}
    found = run([ONE], [job(6, "5m") | {"jobPreparationTask": drawn}], timeline=again(), horizon="1h")
    spans = (found.node_tasks["end"] - found.node_tasks["start"]).tolist()
    assert len(set(spans)) == len(spans) == 3


@pytest.mark.parametrize(
    ("timeline", "place"),
    [
        ([act("1m", "createPool", pool=pool(id="P"))], "timeline.0.pool.id"),
        ([act("1m", "createPool", pool=pool()), act("2m", "deletePool", pool="p")], "timeline.0.pool.id"),
        ([*again(), act("11m", "createPool", pool=pool())], "timeline.2.pool.id"),
    ],
)
def test_a_second_pool_of_an_id_needs_a_deletion_before(timeline: list[dict[str, Any]], place: str) -> None:
    with pytest.raises(InputError, match="the service takes it after a deletePool of the first") as error:
        scenario([ONE], [], timeline=timeline, horizon="1h")
    assert [problem.path for problem in error.value.problems] == [place]


def test_it_may_be_asked_for_while_a_run_goes_on() -> None:
    going = Simulation(scenario([ONE], [job(4, "5m")], horizon="1h"))
    going.advance(60)
    for operation in again():
        going.submit(operation)
    going.advance()
    assert check(going.recording()).tasks["succeeded"].all()
    assert [node.id for node in going.nodes("p")] == ["p~2_1_d", "p~2_2_d"]


def test_a_saved_run_and_its_events_have_both(tmp_path: Path) -> None:
    found = run([ONE], [job(4, "5m")], timeline=again())
    write(found, tmp_path / "run")
    saved = read(tmp_path / "run")
    assert saved.frame("nodes")["node"].astype(str).tolist() == ["p_1_d", "p~2_1_d", "p~2_2_d"]
    assert load(tmp_path / "run" / "scenario.json") == found.scenario


@pytest.mark.parametrize("place", [0, 1])
def test_what_only_one_of_them_fetches_may_have_a_size(place: int) -> None:
    """Jobs are held against each pool of the id, and so is what operations change."""
    downloads = {"applicationPackages": {"app": {"sizeMiB": 100}}}
    bodies = [pool(targetDedicatedNodes=1), pool(targetDedicatedNodes=1)]
    bodies[place]["simulation"] = {**bodies[place]["simulation"], "downloads": downloads}
    packages = [{"applicationId": "app", "version": "1"}]
    tasks = [{"id": "a", "commandLine": "sleep 5", "applicationPackageReferences": packages}]
    work = {"id": "j", "poolInfo": {"poolId": "p"}, "tasks": tasks}
    timeline = [act("7m", "deletePool", pool="p"), act("10m", "createPool", pool=bodies[1])]
    assert not scenario(bodies[:1], [work], timeline=timeline).warnings
    bodies[place]["simulation"]["downloads"] = {"applicationPackages": {"other": {"sizeMiB": 100}}}
    with pytest.raises(InputError, match="nothing on this pool has an application package 'other'"):
        scenario(bodies[:1], [work], timeline=timeline)


@pytest.mark.parametrize("name", ["p_1_p", "p~2_1_p", "P~2_1_P"])
def test_nodes_of_each_of_them_have_names_that_can_be_preempted(name: str) -> None:
    last = [act("12m", "preemptNodes", pool="p", nodeId=[name])]
    made = scenario([ONE], [job(1, "1m")], timeline=again("7m", "10m", *last, targetLowPriorityNodes=1))
    assert not [text for text in made.warnings if "no low-priority node" in str(text)]
    sick = {"simulation": {"sickNodes": {"nodes": [name]}}}
    first, second = (sick, {}) if name == "p_1_p" else ({}, sick)
    made = scenario([pool(targetDedicatedNodes=1, **first)], [job(1, "1m")], timeline=again("7m", "10m", **second))
    assert not [text for text in made.warnings if "can be called" in str(text)]
