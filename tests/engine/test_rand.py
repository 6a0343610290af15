"""`rand()` in a simulation: other numbers in each evaluation, the same in each run."""

from typing import Any

from simulator import simulate
from tests.engine.worlds import pool, scenario

DRAWS = "$TargetDedicatedNodes = 0; x = rand(); y = rand();"


def drawn(*pools: str, replication: int = 0, **rest: Any) -> dict[str, list[str]]:
    bodies = [
        pool(id=name, enableAutoScale=True, autoScaleFormula=DRAWS, autoScaleEvaluationInterval="5m") for name in pools
    ]
    found = simulate(scenario(bodies, [], horizon="21m", **rest), replication).evaluations
    return {name: found["results"][found["pool"] == name].astype(str).tolist() for name in pools}


def test_each_evaluation_draws_other_numbers_and_each_run_the_same() -> None:
    one = drawn("p")["p"]
    assert len(one) == len(set(one)) == 5
    assert drawn("p")["p"] == one


def test_a_stream_belongs_to_a_seed_a_replication_and_a_pool() -> None:
    one = drawn("p")["p"]
    both = drawn("q", "p")
    assert both["p"] == one
    assert set(both["q"]).isdisjoint(one)
    assert set(drawn("p", replication=1)["p"]).isdisjoint(one)
    assert set(drawn("p", seed=2)["p"]).isdisjoint(one)


def test_an_evaluation_on_trial_draws_nothing_that_others_would_have_drawn() -> None:
    asked = {"at": "7m", "operation": "evaluateAutoScale", "pool": "p", "autoScaleFormula": DRAWS}
    assert drawn("p", timeline=[asked])["p"] == drawn("p")["p"]


def test_a_seed_makes_all_evaluations_draw_the_same() -> None:
    assert len(set(drawn("p", options={"formula": {"rand_seed": 5}})["p"])) == 1
