"""Properties of evaluation: what is not needed is not computed, lists are flattened, windows are half-open."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator.formula import AutoScaleRun, Context, Formula, History, parse_time
from simulator.formula.values import TICKS_PER_SECOND

NOW = parse_time("2026-03-02T09:00:00Z")
NUMBERS = st.integers(-50, 50).map(str)
SAMPLES = st.lists(st.tuples(st.integers(-300, 0), st.integers(0, 9)), unique_by=lambda pair: pair[0], max_size=12)


def run(text: str, samples: list[tuple[int, int]] | None = None) -> AutoScaleRun:
    series = [(NOW.ticks + at * TICKS_PER_SECOND, float(value)) for at, value in samples or []]
    return Formula.parse(text).evaluate(Context(NOW, samples=History({"$PendingTasks": series})))


def value(text: str, samples: list[tuple[int, int]] | None = None) -> Any:
    found = run(f"x = {text}", samples)
    assert found.error is None, found.error
    return found.variables["x"]


@given(NUMBERS, NUMBERS)
def test_the_branch_not_taken_is_never_evaluated(condition: str, result: str) -> None:
    taken, other = f"({result})", "$PendingTasks.GetSample(TimeInterval_Hour, 100)"
    text = f"({condition}) != 0 ? {taken} : {other}" if int(condition) else f"({condition}) != 0 ? {other} : {taken}"
    assert value(text) == int(result)


@given(st.lists(st.lists(NUMBERS, max_size=3), min_size=1, max_size=4))
def test_lists_of_lists_are_flattened(groups: list[list[str]]) -> None:
    nested = ", ".join(f"vec({', '.join(group)})" for group in groups)
    flat = ", ".join(number for group in groups for number in group)
    assert value(f"vec({nested})") == value(f"vec({flat})")
    assert value(f"sum({nested})") == value(f"sum({flat})")
    assert value(f"len({nested})") == sum(map(len, groups))


@given(SAMPLES, st.integers(-300, 0), st.integers(-300, 0))
def test_windows_are_half_open_and_the_order_of_bounds_does_not_matter(
    samples: list[tuple[int, int]], one: int, other: int
) -> None:
    """A sample belongs when it is later than the earlier bound and not later than the later one."""
    bounds = [f"{-at} * TimeInterval_Second" for at in (one, other)]
    found = value(f"$PendingTasks.GetSample({bounds[0]}, {bounds[1]}, 0)", samples)
    assert found == value(f"$PendingTasks.GetSample({bounds[1]}, {bounds[0]}, 0)", samples)
    low, high = sorted((one, other))
    assert found == [number for at, number in sorted(samples) if low < at <= high]


@given(SAMPLES, st.integers(-3, 20))
def test_a_count_gives_the_newest_and_never_fails(samples: list[tuple[int, int]], count: int) -> None:
    found = value(f"$PendingTasks.GetSample({count})", samples)
    ordered = [number for _, number in sorted(samples)]
    assert found == (ordered[-count:] if count > 0 else [])


@given(SAMPLES, st.integers(1, 300), st.integers(0, 100))
def test_a_window_fails_exactly_where_its_percentage_falls_short(
    samples: list[tuple[int, int]], seconds: int, wanted: int
) -> None:
    window = f"{seconds} * TimeInterval_Second"
    percent = value(f"$PendingTasks.GetSamplePercent({window})", samples)
    failed = run(f"x = $PendingTasks.GetSample({window}, {wanted})", samples).error is not None
    assert failed == (percent < wanted)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_an_error_changes_nothing(dedicated: str, low_priority: str, user: str) -> None:
    found = run(
        f"$TargetDedicatedNodes = {dedicated}; $TargetLowPriorityNodes = {low_priority}; u = {user}; x = nosuch"
    )
    assert (found.target_dedicated_nodes, found.target_low_priority_nodes) == (0, 0)
    assert (
        found.results == f"$TargetDedicatedNodes=0;$TargetLowPriorityNodes=0;$NodeDeallocationOption=requeue;u={user}"
    )
