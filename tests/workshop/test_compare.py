"""Two formulas over the library of loads: common random numbers, intervals, one table."""

import pytest

from simulator.errors import InputError
from simulator.workshop import LOADS, PoolOptions, compare_formulas

NAIVE = "$n = max(0, $PendingTasks.GetSample(1)); $TargetDedicatedNodes = min(20, ceil($n / $TaskSlotsPerNode));"
KEPT = f"{NAIVE} $NodeDeallocationOption = taskcompletion;"
ALWAYS = "$TargetDedicatedNodes = 2;"


def test_the_library_holds_the_loads_that_any_formula_should_stand() -> None:
    assert list(LOADS) == ["burst", "day", "week", "batches", "empty", "flood"]


def test_letting_tasks_finish_saves_the_work_that_requeue_throws_away() -> None:
    found = compare_formulas(
        {"naive": NAIVE, "kept": KEPT}, loads=["burst"], options=PoolOptions(slots=4), replications=3, workers=1
    )
    rows = {row.measure: row for row in found.rows}
    lost = rows["lost_node_hours"]
    assert lost.first is not None
    assert lost.first > 0
    assert lost.second == 0
    assert lost.is_clear
    assert rows["cost"].low is not None


def test_an_empty_day_costs_what_the_formula_keeps() -> None:
    found = compare_formulas({"kept": KEPT, "always": ALWAYS}, loads=["empty"], replications=2, workers=1)
    (cost, *_) = found.rows
    assert (cost.load, cost.measure, cost.first) == ("empty", "cost", 0)
    assert cost.second is not None
    assert cost.second > 1


@pytest.mark.parametrize("name", LOADS)
def test_every_load_of_the_library_can_be_run(name: str) -> None:
    found = compare_formulas({"kept": KEPT, "always": ALWAYS}, loads=[name], replications=2, workers=1)
    assert {row.load for row in found.rows} == {name}


def test_a_load_that_is_not_there() -> None:
    with pytest.raises(InputError, match="no load 'storm' in the library, expected one of burst, day"):
        compare_formulas({"a": KEPT, "b": NAIVE}, loads=["storm"])
