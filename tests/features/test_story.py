"""The stage itself: what the feature table's tests take for granted."""

from pathlib import Path

from tests.features.story import job, operation, pool, problems_of, refused, run, task


def test_the_stage_has_no_delays_and_east_us_prices() -> None:
    made = run(pool(nodes=1), job(tasks=[task("a", "1h")]))
    assert list(made.attempts["start"]) == [0.0]
    assert made.charges.is_known
    assert round(made.ledger.billed.sum() / 1000) == 3600
    assert made.scenario.sizes["Standard_D2_v3"].vcpus == 2


def test_exit_codes_and_operations_are_stated_in_a_word() -> None:
    made = run(
        pool(nodes=1),
        job(tasks=[task("a", "10s", exits=[1, 0], constraints={"maxTaskRetryCount": 1})]),
        timeline=[operation("1h", "resize", targetDedicatedNodes=0)],
    )
    assert list(made.attempts["outcome"]) == ["failed", "succeeded"]
    assert list(made.operations["code"]) == ["Success"]


def test_what_does_not_load_is_reported(tmp_path: Path) -> None:
    assert "below 5 minutes" in refused(tmp_path, pool(resizeTimeout="PT1M"), job(count=1))[0]
    assert problems_of(tmp_path, pool(nodes=1), job(count=1)) == []
