"""What an operator does over time: the service's answer stands in the record, and the run goes on."""

from typing import Any

from simulator import simulate
from tests.engine.laws import check
from tests.engine.test_stories import job, pool, scenario


def operation(at: str, name: str, **body: Any) -> dict[str, Any]:
    return {"at": at, "operation": name, "pool": "p", **body}


def test_what_is_refused_is_recorded_with_code_and_reason_and_the_run_goes_on() -> None:
    timeline = [
        operation("10s", "resize", targetDedicatedNodes=5),
        operation("70s", "deletePool"),
        operation("80s", "resize", targetDedicatedNodes=5),
        operation("90s", "enableAutoScale", autoScaleFormula="$TargetDedicatedNodes = 1;"),
    ]
    body = pool(targetDedicatedNodes=1, simulation={"timing": {"allocationLatency": "1m", "leaving": "2m"}})
    found = check(simulate(scenario([body], [job(1, "60s")], timeline=timeline)))
    rows = found.operations
    assert rows["code"].tolist() == ["PoolBeingResized", "Success", "PoolBeingDeleted", "PoolBeingDeleted"]
    assert rows["message"].tolist()[0] == "The pool is already being resized"
    assert rows["message"].isna().tolist() == [False, True, False, False]
    assert rows["job"].isna().all()


def test_ids_are_compared_without_case() -> None:
    timeline = [{**operation("10s", "resize", targetDedicatedNodes=2), "pool": "P"}]
    found = check(simulate(scenario([pool()], [job(1, "60s")], timeline=timeline)))
    assert (found.operations["pool"].tolist(), found.operations["code"].tolist()) == (["p"], ["Success"])
