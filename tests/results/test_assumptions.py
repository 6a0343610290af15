"""The assumptions of an answer name what decided the run, each once."""

from typing import Any

import pytest

from simulator import scenario_of, simulate, summarize
from simulator.results.answer.assumed import Assumed, lines, lines_by_name
from tests.engine.laws import check
from tests.engine.worlds import LINUX, NEVER, SIZES, job, pool, scenario

BAND = (
    "preemption of pool p: the band of 5 to 10 % an hour, assumed where `preemption` is not written; "
    "never: `{model: none}`"
)


def assumptions_of(pools: list[Any], jobs: list[Any] | None = None, **rest: Any) -> list[str]:
    found: list[str] = summarize(check(simulate(scenario(pools, jobs or [job(4, "10m")], **rest))))["assumptions"]
    assert len(set(found)) == len(found), "each is reported once"
    return found


def unwritten(**body: Any) -> dict[str, Any]:
    """A pool without a word about preemption."""
    return {"id": "p", "vmSize": "D2", "virtualMachineConfiguration": LINUX, **body}


def test_low_priority_nodes_are_taken_back_where_nobody_writes_otherwise() -> None:
    made = scenario([unwritten(targetLowPriorityNodes=50)], [], horizon="48h")
    answer = summarize(check(simulate(made)))
    # 48 h of fifty nodes at 0.078 an hour; they come back at once.
    assert 120 < answer["nodes"]["preemptions"] < 260
    assert BAND in answer["assumptions"]


def test_that_they_never_are_is_a_choice_that_is_written() -> None:
    body = unwritten(targetLowPriorityNodes=50, simulation={"preemption": NEVER})
    answer = summarize(check(simulate(scenario([body], [], horizon="48h"))))
    assert answer["nodes"]["preemptions"] == 0
    assert "preemption of pool p: never, as the scenario says" in answer["assumptions"]


def test_pools_that_jobs_and_formulas_bring_face_the_same() -> None:
    auto = {"autoPoolSpecification": {"pool": unwritten(targetLowPriorityNodes=3)}}
    of_a_job = job(3, "1m") | {"poolInfo": auto}
    formula = "$TargetLowPriorityNodes = 3;"
    scaled = unwritten(enableAutoScale=True, autoScaleFormula=formula) | {"id": "q"}
    made = scenario([scaled], [of_a_job], horizon="20m")
    whole = [text for text in summarize(simulate(made))["assumptions"] if text.startswith("preemption")]
    assert len(whole) == 1
    assert "pools " in whole[0]


@pytest.mark.parametrize("share", [0, 4])
def test_dedicated_nodes_alone_need_no_word_about_it(share: int) -> None:
    body = unwritten(targetDedicatedNodes=2)
    resized = {"at": "1m", "operation": "resize", "pool": "p", "targetLowPriorityNodes": share}
    timeline = [resized] if share else []
    made = scenario([body], [job(4, "10m")], timeline=timeline)
    assert any(text.startswith("preemption") for text in summarize(simulate(made))["assumptions"]) == bool(share)


def test_a_model_of_the_scenarios_own_is_named() -> None:
    model = {"model": "hazard", "ratePerHour": 1}
    words = "preemption of pool p: the scenario's own model, `hazard`; the service publishes rates only in bands"
    assert words in assumptions_of([pool(targetLowPriorityNodes=2, simulation={"preemption": model})])


def test_the_preset_that_acted_is_the_one_that_is_reported() -> None:
    instant = pool(targetDedicatedNodes=1, simulation={"timing": {"preset": "instant"}})
    every = assumptions_of([instant], options={"timingPreset": "typical"})
    assert "timings of nodes and tasks: preset `instant`, nothing takes time" in every
    assert not any("typical" in text and "timings" in text for text in every)


def test_pools_with_presets_of_their_own_are_reported_apart() -> None:
    bodies = [
        pool(targetDedicatedNodes=1, simulation={"timing": {"preset": "recorded", "leaving": "5s"}}),
        pool(targetDedicatedNodes=1, simulation={"timing": {"preset": "pessimistic"}}) | {"id": "q"},
        pool(targetDedicatedNodes=1) | {"id": "r"},
        pool(targetDedicatedNodes=1) | {"id": "s"},
    ]
    found = assumptions_of(bodies, options={"timingPreset": "typical"})
    assert [text for text in found if text.startswith("timings")] == [
        (
            "timings of pool p: preset `recorded`, allocation, boot and dispatch as recorded in 2022, everything else "
            "assumed; given by the scenario: leaving"
        ),
        "timings of pool q: preset `pessimistic`, assumed, not published",
        "timings of pools r, s: preset `typical`, assumed, not published",
    ]


def test_who_was_removed_is_reported_where_somebody_was_chosen() -> None:
    words = "removal of nodes of pool p: by `scaleDownOrder` newest_idle_first"
    down = {"at": "20m", "operation": "resize", "pool": "p", "targetDedicatedNodes": 1}
    assert words in assumptions_of([pool(targetDedicatedNodes=3)], timeline=[down])
    assert words not in assumptions_of([pool(targetDedicatedNodes=3)], timeline=[{**down, "targetDedicatedNodes": 0}])
    assert words not in assumptions_of([pool(targetDedicatedNodes=3)])


def test_the_order_among_equal_jobs_is_reported_where_there_were_some() -> None:
    jobs = [job(2, "10m"), job(2, "10m", "k")]
    words = "order among jobs of equal priority in pool p: `equalPriorityPolicy` uniform"
    assert words in assumptions_of([pool(targetDedicatedNodes=1)], jobs)
    assert words not in assumptions_of([pool(targetDedicatedNodes=1)], [jobs[0], jobs[1] | {"priority": 5}])
    assert words not in assumptions_of([pool(targetDedicatedNodes=1)])
    own = pool(targetDedicatedNodes=1, taskSchedulingPolicy={"jobDefaultOrder": "creationtime"})
    assert "order among jobs of equal priority in pool p: the pool's `jobDefaultOrder` creationtime" in assumptions_of(
        [own], jobs
    )


def test_an_option_that_acts_is_reported_once_and_one_that_only_differs_by_its_name() -> None:
    found = assumptions_of([pool(targetDedicatedNodes=1)], options={"nodeTieBreak": "random"})
    assert "option nodeTieBreak: random" in found
    jobs = [job(2, "10m"), job(2, "10m", "k")]
    found = assumptions_of([pool(targetDedicatedNodes=1)], jobs, options={"equalPriorityPolicy": "round_robin"})
    assert not any(text.startswith("option equal") for text in found)


def test_a_file_with_nothing_but_a_pool_and_a_job_shows_its_preset() -> None:
    made = scenario_of({"sizes": SIZES, "pools": [unwritten(targetDedicatedNodes=1)], "jobs": [job(1, "1m")]})
    words = ["timings of nodes and tasks: preset `typical`, assumed, not published"]
    assert summarize(simulate(made))["assumptions"] == words


def test_lines_of_many_runs_name_all_pools_once() -> None:
    runs = [
        Assumed("preemption", "never", ("a", "b")),
        Assumed("price", "p: free"),
        Assumed("preemption", "never", ("b", "c")),
        Assumed("order", "uniform", ("a",), joint="in"),
    ]
    assert lines(runs) == ["preemption of pools a, b, c: never", "price: p: free", "order in pool a: uniform"]
    presets = [Assumed("timings", "typical", ("a", "b")), Assumed("timings", "instant", ("c",))]
    assert lines(presets[:1]) == ["timings of nodes and tasks: typical"]
    assert lines(presets) == ["timings of pools a, b: typical", "timings of pool c: instant"]


def test_lines_of_several_scenarios_name_those_that_differ() -> None:
    usual, own = Assumed("price", "usual"), Assumed("preemption", "own", ("a",))
    assert lines_by_name({"x": [usual, own], "y": [usual]}) == ["price: usual", "preemption of pool a: own (x only)"]
    many = {f"d = {number}, s = 1": [usual, own] if number < 6 else [usual] for number in range(9)}
    assert lines_by_name(many, "design")[1] == "preemption of pool a: own (6 of 9 designs only)"
    few = dict(list(many.items())[4:])
    assert lines_by_name(few, "design")[1] == "preemption of pool a: own (d = 4, s = 1; d = 5, s = 1 only)"
