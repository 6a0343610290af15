"""The methods of sampled service variables (`docs/autoscale-language.md#sampling-methods`)."""

import math
from collections.abc import Callable
from typing import Any, Final

from simulator.formula.errors import INSUFFICIENT_SAMPLE_DATA, EvaluationError
from simulator.formula.history import PERIOD_TICKS, expected, percent
from simulator.formula.run import State
from simulator.formula.values import Interval, Timestamp, Value, type_name

DEFAULT_PERCENT: Final = 70.0
"""What a window demands where the formula names no percentage; seen in the service, not documented."""

Method = Callable[[State, str, str, list[Any], int], Value]


def latest(state: State, metric: str) -> float:
    """Return the newest sample that can be read, 0 where there is none."""
    values = state.context.samples.of(metric).values
    return values[-1] if values else 0.0


def _instant(state: State, value: Any, offset: int) -> int:
    """Turn a bound of a window into ticks: an interval looks back from now."""
    if type(value) is Timestamp:
        return value.ticks
    if type(value) is Interval:
        return state.now.ticks - value.ticks
    raise EvaluationError(f"a window is bounded by timeintervals or timestamps, not by a {type_name(value)}", offset)


def _number(value: Any, offset: int, what: str, state: State) -> float:
    if type(value) is float:
        return value
    if type(value) is list and len(value) == 1 and state.options.scalar_from_vector == "accept":
        return float(value[0])
    raise EvaluationError(f"{what}: expected a double, found a {type_name(value)}", offset)


def get_sample(state: State, metric: str, written: str, given: list[Any], offset: int) -> Value:
    """Return samples: the newest so many, or those of a window that is filled well enough."""
    if not 1 <= len(given) <= 3:
        raise EvaluationError("GetSample takes a count, or a start, an end and a percentage", offset)
    series = state.context.samples.of(metric)
    if type(given[0]) in (float, list):
        if len(given) > 1:
            raise EvaluationError("GetSample with a count takes nothing else", offset)
        count = _number(given[0], offset, "count", state)
        values = series.newest(_count(count))
        if state.traced:
            _note(state, offset, ("GetSample", metric, None, None, _count(count), len(values), None, None, values))
        return _ordered(state, values)
    start = _instant(state, given[0], offset)
    end, wanted = state.now.ticks, DEFAULT_PERCENT
    if len(given) > 1 and type(given[1]) in (Interval, Timestamp):
        end = _instant(state, given[1], offset)
        if len(given) == 3:
            wanted = _number(given[2], offset, "percentage", state)
    elif len(given) == 2:
        wanted = _number(given[1], offset, "percentage", state)
    elif len(given) == 3:
        _instant(state, given[1], offset)
    low, high = series.window(start, end)
    should = expected(start, end)
    found = percent(high - low, should)
    values = series.values[low:high]
    if state.traced:
        _note(state, offset, ("GetSample", metric, start, end, should, high - low, found, wanted, values))
    if not found >= wanted:
        shown = math.trunc(wanted) if math.isfinite(wanted) else wanted
        text = f"Insufficient data from data set: {written} wanted {shown}%, received {math.trunc(found)}%"
        raise EvaluationError(text, offset, INSUFFICIENT_SAMPLE_DATA)
    return _ordered(state, values)


def _count(value: float) -> int:
    """Truncate a count; what is not above 0 asks for nothing."""
    if math.isnan(value):
        return 0
    return max(0, min(math.trunc(value), 2**31) if math.isfinite(value) else (2**31 if value > 0 else 0))


def _ordered(state: State, values: list[float]) -> list[float]:
    return values if state.options.sample_order == "oldest_first" else values[::-1]


def get_sample_percent(state: State, metric: str, _: str, given: list[Any], offset: int) -> Value:
    """Return how much of a window is filled, 0 to 100."""
    if not 1 <= len(given) <= 2:
        raise EvaluationError("GetSamplePercent takes a start and an end", offset)
    start = _instant(state, given[0], offset)
    end = _instant(state, given[1], offset) if len(given) == 2 else state.now.ticks
    low, high = state.context.samples.of(metric).window(start, end)
    should = expected(start, end)
    found = percent(high - low, should)
    if state.traced:
        _note(state, offset, ("GetSamplePercent", metric, start, end, should, high - low, found, None, []))
    return found


def _nothing(given: list[Any], name: str, offset: int) -> None:
    if given:
        raise EvaluationError(f"{name} takes nothing", offset)


def get_sample_period(_state: State, _metric: str, _: str, given: list[Any], offset: int) -> Value:
    """Return the time between two samples."""
    _nothing(given, "GetSamplePeriod", offset)
    return Interval(PERIOD_TICKS)


def count(state: State, metric: str, _: str, given: list[Any], offset: int) -> Value:
    """Return the number of samples in the history."""
    _nothing(given, "Count", offset)
    return float(len(state.context.samples.of(metric).times))


def history_begin_time(state: State, metric: str, _: str, given: list[Any], offset: int) -> Value:
    """Return the time of the oldest sample, or of the run where there is none."""
    _nothing(given, "HistoryBeginTime", offset)
    times = state.context.samples.of(metric).times
    return Timestamp(times[0]) if times else state.now


def _note(state: State, offset: int, window: Any) -> None:
    state.windows.append((offset, window))


METHODS: Final[dict[str, Method]] = {
    "GetSample": get_sample,
    "GetSamplePercent": get_sample_percent,
    "GetSamplePeriod": get_sample_period,
    "Count": count,
    "HistoryBeginTime": history_begin_time,
}
