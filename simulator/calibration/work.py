"""What a past shows of tasks: how long they run, how they fail, when they come, and what they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.calibration.evidence import Evidence
from simulator.calibration.findings import Finding, Learned, Missing, too_few
from simulator.durations import parse_duration
from simulator.fits import Choice, Sample, choose
from simulator.fits.choose import LEAST
from simulator.fits.families import rounded
from simulator.fits.sample import Floats
from simulator.fits.shares import rate, share
from simulator.units import S_PER_HOUR

if TYPE_CHECKING:
    import pandas as pd

Of = Mapping[str, str]
SECONDS_PER_DAY: Final = 86400.0
WEEKS: Final = 1.0
"""Weeks that a past has to cover before arrivals are measured by hour and weekday."""
TOGETHER: Final = 1.5
"""Tasks at one instant, on average, from which arrivals are bursts."""
STEADY: Final = 0.05
"""Coefficient of variation up to which bursts are equally large and equally far apart."""
LOGGED: Final = frozenset({"azure-events"})
"""Formats that say when tasks were given to nodes, not when they were added."""


def by_kind(measure: Callable[[Evidence, Of, pd.DataFrame], Finding | None]) -> Callable[[Evidence], Iterator[Finding]]:
    """Return what measures each kind of work, and all of them together."""

    def each(evidence: Evidence) -> Iterator[Finding]:
        for of, rows in evidence.kinds():
            found = measure(evidence, of, rows)
            if found is not None:
                yield found

    return each


def _lasts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each task: its last attempt that ended by itself and well, else the longest of the others.

    Attempts of one task are the same work, so that those which were cut short add nothing to one that was not.
    """
    ended = rows[rows["is_whole"] & ~rows["has_failed"]]
    done = ended.groupby(["job", "task"], sort=False).tail(1)
    keys = set(zip(done["job"], done["task"], strict=True))
    rest = rows[~rows["is_whole"]]
    is_other = [pair not in keys for pair in zip(rest["job"], rest["task"], strict=True)]
    others = rest[np.asarray(is_other, dtype=np.bool_)]
    longest = others.sort_values("lasted").groupby(["job", "task"], sort=False).tail(1)
    import pandas as pd

    return pd.concat([done, longest]) if len(longest) else done


def duration(evidence: Evidence, of: Of, rows: pd.DataFrame) -> Finding:
    """Measure how long tasks run; those whose work was cut short are known to last longer."""
    del evidence
    tasks = _lasts(rows)
    whole = tasks["is_whole"].to_numpy()
    sample = Sample.of(tasks["lasted"][whole], tasks["lasted"][~whole])
    choice = choose(sample)
    if choice is None:
        return too_few("duration", sample.ended, LEAST, of, "tasks that ended well")
    return Learned("duration", of, choice.fit.body, sample.count, tasks, choice)


def _failures(rows: pd.DataFrame) -> tuple[int, int, pd.Series[Any]]:
    """Return how many attempts failed, how many ended by themselves, and the codes of those that failed."""
    tasks = rows.groupby(["job", "task"], sort=False)
    counted = tasks["retries"].max().fillna(0)
    last_failed = tasks["has_failed"].last()
    listed = tasks["has_failed"].sum() - last_failed.astype(int)
    failed = int((np.maximum(counted, listed) + last_failed).sum())
    done = int(tasks["is_whole"].last().sum()) - int(last_failed.sum())
    codes = rows["exit_code"][rows["has_failed"]].dropna()
    return failed, failed + done, codes[codes != 0]


def task_failures(evidence: Evidence, of: Of, rows: pd.DataFrame) -> Finding:
    """Measure which share of attempts fails, earlier ones that a list only counts included."""
    del evidence
    if not (rows["outcome"] != "").any():
        return Missing("task_failures", "no file has how tasks ended", of)
    failed, ended, _ = _failures(rows)
    if ended < LEAST:
        return too_few("task_failures", ended, LEAST, of, "attempts that ended")
    found = share(failed, ended)
    return Learned("task_failures", of, rounded(found[0]), ended, rows, mean=found)


def exit_code(evidence: Evidence, of: Of, rows: pd.DataFrame) -> Finding | None:
    """Measure with which code failed attempts end most often; nothing where none is known."""
    del evidence
    _, _, codes = _failures(rows)
    if not len(codes):
        return None
    common = codes.mode().iloc[0]
    share_of_it = float((codes == common).mean())
    note = "" if share_of_it == 1 else f"the most common one: {share_of_it:.0%} of them"
    return Learned("exit_code", of, int(common), len(codes), rows[rows["has_failed"]], note=note)


def slots(evidence: Evidence, of: Of, rows: pd.DataFrame) -> Finding | None:
    """Measure how many slots tasks take, where all of a kind take the same."""
    del evidence
    known = rows["slots"].dropna()
    if not len(known):
        return None
    if known.min() < known.max():
        return Missing("slots", f"tasks of one kind take {known.min():.0f} to {known.max():.0f}", of)
    return Learned("slots", of, max(int(known.iloc[0]), 1), len(known), rows)


def memory(evidence: Evidence, of: Of, rows: pd.DataFrame) -> Finding | None:
    """Measure the memory that tasks use at most, else what they ask for; nothing where no file has either."""
    del evidence
    column = "used_memory" if rows["used_memory"].gt(0).any() else "memory"
    known = rows[rows[column].gt(0)]
    choice = choose(Sample.of(known[column] * 1000)) if len(known) else None  # in thousandths, as clocks count
    if choice is None:
        return too_few("memory", len(known), LEAST, of, "tasks with memory") if len(known) else None
    note = "what tasks used at most" if column == "used_memory" else "what tasks asked for"
    low, high = choice.interval("mean")
    ends = (choice.value("mean") / 1000, low / 1000, high / 1000)
    body = _plain(choice.fit.body)
    return Learned("memory", of, body, len(known), known, mean=ends, note=note)


def _plain(body: Any) -> Any:
    """Return a distribution of times in thousandths as one of numbers."""
    if isinstance(body, str):
        return rounded(parse_duration(body) / 1000)
    if isinstance(body, dict):
        return {key: _plain(value) for key, value in body.items()}
    return [_plain(one) for one in body] if isinstance(body, list) else body


def arrivals(evidence: Evidence, of: Of, rows: pd.DataFrame) -> Finding:
    """Measure when tasks come: in equal batches, by hour and weekday, at a rate, or with intervals as seen."""
    shown = rows[~rows["file"].map(evidence.formats).isin(LOGGED)]
    first = shown.sort_values("created", kind="stable").drop_duplicates(["job", "task"])
    times = np.sort(first["created"].dropna().to_numpy(dtype=np.float64))
    if len(times) < LEAST:
        why = "a log has when tasks were given to nodes, not when they were added" if len(rows) > len(shown) else ""
        return Missing("arrivals", why, of) if why else too_few("arrivals", len(times), LEAST, of, "tasks with a time")
    span = float(times[-1] - times[0])
    if span <= 0:
        return Learned("arrivals", of, {"atOnce": {}}, len(times), first)
    instants, sizes = np.unique(times, return_counts=True)
    if len(times) / len(instants) > TOGETHER:
        return _bursts(of, instants, sizes, first)
    start = evidence.past.origin
    if span >= WEEKS * 7 * SECONDS_PER_DAY and start is not None:
        return _profile(start, of, times, first)
    gaps = choose(Sample.of(np.diff(times)))
    return _rate(of, times, first, gaps)


def _bursts(of: Of, instants: Floats, sizes: Any, rows: pd.DataFrame) -> Finding:
    gaps = np.diff(instants)
    is_even = len(gaps) and gaps.std() <= STEADY * gaps.mean() and sizes.std() <= STEADY * sizes.mean()
    if not is_even:
        text = (
            f"{len(instants):,} bursts of {sizes.min()} to {sizes.max()} tasks, unevenly apart: replay them as a trace"
        )
        return Missing("arrivals", text, of)
    value = {"batches": {"size": int(np.median(sizes)), "every": f"{rounded(float(gaps.mean()))}s"}}
    return Learned("arrivals", of, value, len(rows), rows)


def _rate(of: Of, times: Floats, rows: pd.DataFrame, gaps: Choice | None) -> Finding:
    found = rate(len(times) - 1, float(times[-1] - times[0]) / S_PER_HOUR)
    is_poisson = gaps is None or any(one.family == "exponential" and one.holds for one in gaps.tried)
    if is_poisson or gaps is None:
        return Learned("arrivals", of, {"poisson": {"ratePerHour": rounded(found[0])}}, len(times), rows, mean=found)
    note = "intervals are not those of independent arrivals"
    return Learned("arrivals", of, {"renewal": {"interval": gaps.fit.body}}, len(times), rows, mean=found, note=note)


def _profile(start: datetime, of: Of, times: Floats, rows: pd.DataFrame) -> Learned:
    """Measure the rate of each hour of the day, and the share of each weekday in it."""
    offset = (start.hour * 60 + start.minute) * 60 + start.second + start.weekday() * SECONDS_PER_DAY
    on_clock = times + offset
    hours = np.floor(np.arange(on_clock[0], on_clock[-1], S_PER_HOUR) / S_PER_HOUR)
    of_hour = np.bincount((on_clock // S_PER_HOUR % 24).astype(int), minlength=24)
    seen_hours = np.maximum(np.bincount((hours % 24).astype(int), minlength=24), 1)
    of_day = np.bincount((on_clock // SECONDS_PER_DAY % 7).astype(int), minlength=7)
    seen_days = np.maximum(np.bincount((hours // 24 % 7).astype(int), minlength=7) / 24, 1 / 24)
    per_day = of_day / seen_days
    found = rate(len(times) - 1, float(times[-1] - times[0]) / S_PER_HOUR)
    value = {
        "profile": {
            "ratesPerHour": [rounded(float(one)) for one in of_hour / seen_hours],
            "weekdays": [rounded(float(one)) for one in per_day / per_day.mean()],
        }
    }
    return Learned("arrivals", of, value, len(times), rows, mean=found)


def dispatch_latency(evidence: Evidence) -> Iterator[Finding]:
    """Measure the time from the assignment of an attempt to its start, by the size of its node."""
    rows = evidence.attempts
    known = rows[rows["assigned"].notna() & rows["start"].notna() & (rows["attempt"] == 1)]
    if known.empty:
        yield Missing("dispatch_latency", "no file has when tasks were given to their nodes; the diagnostic log does")
    sizes = known["pool"].map(evidence.sizes).fillna("")
    for size, mine in known.groupby(sizes, sort=False):
        of = {"vmSize": str(size)} if size else {}
        sample = Sample.of(mine["start"] - mine["assigned"])
        choice = choose(sample)
        if choice is None:
            yield too_few("dispatch_latency", sample.ended, LEAST, of, "starts of tasks")
        else:
            yield Learned("dispatch_latency", of, choice.fit.body, sample.count, mine, choice)


def _included(quantity: str) -> Callable[[Evidence], Iterator[Finding]]:
    """Return what takes a part of the time that was measured as run time off what else would be added."""

    def none(evidence: Evidence) -> Iterator[Finding]:
        rows = evidence.attempts
        ended = rows[rows["is_whole"]]
        if len(ended) >= LEAST:
            note = "part of the run time of tasks, as that is measured from start to end"
            yield Learned(quantity, {}, "0s", len(ended), ended, note=note)

    return none


launch_overhead: Final = _included("launch_overhead")
container_overhead: Final = _included("container_overhead")
