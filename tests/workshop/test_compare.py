"""Two formulas over the library of loads: common random numbers, intervals, one table."""

import pytest

from simulator.errors import InputError
from simulator.workshop import LOADS, PoolOptions, compare_formulas
from simulator.workshop.library import loads_for

NAIVE = "$n = max(0, $PendingTasks.GetSample(1)); $TargetDedicatedNodes = min(20, ceil($n / $TaskSlotsPerNode));"
KEPT = f"{NAIVE} $NodeDeallocationOption = taskcompletion;"
ALWAYS = "$TargetDedicatedNodes = 2;"


def test_the_library_holds_the_loads_that_any_formula_should_stand() -> None:
    assert list(LOADS) == ["burst", "day", "week", "batches", "drought", "empty", "flood"]


def test_a_drought_is_a_load_for_formulas_that_ask_for_low_priority_nodes() -> None:
    low = KEPT.replace("Dedicated", "LowPriority")
    assert "drought" in loads_for(KEPT, low)
    assert "drought" not in loads_for(KEPT, ALWAYS)
    found = compare_formulas({"low": low, "kept": KEPT}, loads=["drought"], replications=2, workers=1)
    (wait,) = [row for row in found.rows if row.measure == "queue_mean"]
    assert wait.first is not None
    assert wait.second is not None
    assert wait.first > wait.second + 600, "who waits for low-priority nodes waits for the end of the drought"


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
