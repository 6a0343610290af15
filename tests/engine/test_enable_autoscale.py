"""What the service asks for when autoscale is enabled, changed, disabled and enabled again."""

from __future__ import annotations

from pathlib import Path

from simulator import Recording
from tests.features.story import Body, operation, pool, problems_of, refused, run

THREE = "$TargetDedicatedNodes = 3;"
SCALED: Body = {"enableAutoScale": True, "autoScaleFormula": THREE}


def evaluations(recording: Recording) -> list[float]:
    return [float(time) for time in recording.frame("evaluations")["time"]]


def codes(recording: Recording) -> list[str]:
    return [str(code) for code in recording.frame("operations")["code"]]


def test_an_interval_alone_is_enough_where_a_formula_came_before() -> None:
    timeline = [
        operation("10m", "enableAutoScale", autoScaleFormula=THREE),
        operation("52m", "enableAutoScale", autoScaleEvaluationInterval="PT10M"),
    ]
    recording = run(pool(), horizon="100m", timeline=timeline)
    assert evaluations(recording) == [600, 1500, 2400, 3120, 3720, 4320, 4920, 5520]


def test_after_autoscale_was_disabled_a_formula_is_wanted_again(tmp_path: Path) -> None:
    timeline = [
        operation("20m", "disableAutoScale"),
        operation("30m", "enableAutoScale", autoScaleEvaluationInterval="PT10M"),
        operation("40m", "enableAutoScale", autoScaleFormula=THREE, autoScaleEvaluationInterval="PT10M"),
    ]
    recording = run(pool(**SCALED), horizon="60m", timeline=timeline)
    assert codes(recording) == ["Success", "MissingRequiredProperty", "Success"]
    assert evaluations(recording) == [0, 900, 2400, 3000, 3600]
    (found,) = problems_of(tmp_path, pool(**SCALED), horizon="60m", timeline=timeline)
    assert "timeline.1: warning: autoscale is off by then" in found


def test_a_fixed_pool_wants_a_formula() -> None:
    timeline = [operation("30m", "enableAutoScale", autoScaleEvaluationInterval="PT10M")]
    recording = run(pool(nodes=1), horizon="60m", timeline=timeline)
    assert (codes(recording), evaluations(recording)) == (["MissingRequiredProperty"], [])


def test_neither_formula_nor_interval_is_no_request(tmp_path: Path) -> None:
    timeline = [operation("20m", "enableAutoScale")]
    (found,) = refused(tmp_path, pool(**SCALED), horizon="60m", timeline=timeline)
    assert "timeline.0: expected an autoScaleFormula, an autoScaleEvaluationInterval, or both" in found


def test_the_order_in_time_counts_not_the_order_in_the_file(tmp_path: Path) -> None:
    timeline = [
        operation("52m", "enableAutoScale", autoScaleEvaluationInterval="PT10M"),
        operation("10m", "enableAutoScale", autoScaleFormula=THREE),
    ]
    assert problems_of(tmp_path, pool(), horizon="100m", timeline=timeline) == []
