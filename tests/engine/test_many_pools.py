"""A run of many pools costs as much as its pools do one by one: what has nothing due is not asked."""

import pytest

from simulator import Simulation, simulate
from simulator.engine import environment
from simulator.engine.environment import Environment
from tests.engine.laws import check
from tests.features.story import Body, job, operation, pool, run, scenario


def bodies(count: int) -> list[Body]:
    """Return so many pools whose nodes and tasks come at other times than all others'."""
    pools = [
        pool(f"p{k}", nodes=1, simulation={"timing": {"allocationLatency": f"{k * 7 + 1}s"}}) for k in range(count)
    ]
    return [*pools, *(job(f"j{k}", pool=f"p{k}", count=3, duration=f"{61 + k}s") for k in range(count))]


def asked(monkeypatch: pytest.MonkeyPatch, count: int) -> int:
    """Count how often a kernel is asked what is due next."""
    found: list[int] = []
    ask = Environment._note_instant

    def counted(self: Environment, number: int) -> None:
        found.append(number)
        ask(self, number)

    with monkeypatch.context() as patched:
        patched.setattr(Environment, "_note_instant", counted)
        check(simulate(scenario(*bodies(count))))
    return len(found)


def test_twice_the_pools_are_asked_twice_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = asked(monkeypatch, 20), asked(monkeypatch, 80)
    assert many < 5 * few  # four times as many; each pool asked at every instant would be sixteen times


def test_looking_at_a_run_between_two_steps_changes_nothing() -> None:
    made = scenario(*bodies(6), options={"equalPriorityPolicy": "uniform"})
    whole, stepped = Simulation(made), Simulation(made)
    whole.advance()
    until = 0.0
    while not stepped.is_over:
        until += 13.0
        stepped.advance(until)
        stepped.snapshot()
        assert stepped.nodes("p3") is not None
    assert stepped.recording().attempts.equals(whole.recording().attempts)


@pytest.mark.parametrize("ends", ["noaction", "terminatejob"])
def test_few_pools_are_all_asked_and_it_makes_no_difference(monkeypatch: pytest.MonkeyPatch, ends: str) -> None:
    parts = [{**part, "onAllTasksComplete": ends} if "poolInfo" in part else part for part in bodies(6)]
    shrink = [operation(f"{100 + 20 * k}s", "resize", pool=f"p{k}", targetDedicatedNodes=k % 2) for k in range(6)]
    shrink = [{**one, "nodeDeallocationOption": "taskcompletion"} for one in shrink]
    asking_all = run(*parts, timeline=shrink, horizon="30m")
    monkeypatch.setattr(environment, "FEW", 0)
    asking_some = run(*parts, timeline=shrink, horizon="30m")
    for name in ("tasks", "attempts", "node_states", "jobs", "resizes"):
        assert asking_some.frame(name).equals(asking_all.frame(name)), name
