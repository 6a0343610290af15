"""An engineer replays a made-up pool from its seed, and sees what it is, what comes of it and what is wrong."""

import pytest

from simulator.errors import BrokenInvariantError
from tests import replay
from tests.kernel.oracle import Attempt, PoolPlan
from tests.kernel.oracle_pools import crowded, mixed, run_kernel
from tests.kernel.speeds import ASSERTED, KERNELS

SEED = 20


def without_the_last(plan: PoolPlan, speed: str) -> list[Attempt]:
    return run_kernel(plan, speed)[:-1]


def with_a_broken_invariant(_: PoolPlan, __: str) -> list[Attempt]:
    raise BrokenInvariantError("kernel: node 0 at 7 ms: 1 slots more than there are")


def test_all_made_up_pools_of_a_seed_are_replayed_at_each_speed(capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main([str(SEED)]) == 0
    told = capsys.readouterr().out
    for kind in replay.POOLS:
        assert f"== {kind} pool {SEED}" in told
    assert told.count("as expected") == len(replay.POOLS) * len(KERNELS)


def test_a_pool_and_its_record_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main([str(SEED), "--kind", replay.CROWDED, "--speed", ASSERTED]) == 0
    told = capsys.readouterr().out
    plan = crowded(SEED)
    assert f"slots: {plan.slots}" in told
    assert f"  {len(plan.tasks) - 1:>3}  submit" in told
    for attempt in run_kernel(plan, ASSERTED):
        assert str(attempt) in told


def test_a_difference_is_shown_with_the_command_that_replays_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(replay, "run_kernel", without_the_last)
    assert replay.main([str(SEED), "--kind", replay.MIXED, "--speed", ASSERTED]) == 1
    told = capsys.readouterr().out
    assert f"expected, not found: {run_kernel(mixed(SEED), ASSERTED)[-1]}" in told
    assert f"python -m tests.replay {SEED} --kind mixed --speed asserted" in told


def test_a_broken_invariant_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(replay, "run_kernel", with_a_broken_invariant)
    assert replay.main([str(SEED), "--kind", replay.CROWDED]) == 1
    assert "1 slots more than there are" in capsys.readouterr().out


def test_the_same_seed_makes_up_the_same_pool() -> None:
    for kind, make_up in replay.POOLS.items():
        assert make_up(SEED) == make_up(SEED), kind
        assert make_up(SEED) != make_up(SEED + 1), kind
