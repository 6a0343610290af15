"""What an answer rests on that the service does not publish: the assumptions that acted, each reported once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from simulator.scenario.checks.job_places import place
from simulator.scenario.checks.pool_checks import every_pool
from simulator.scenario.checks.requested_nodes import may_be_asked_for
from simulator.scenario.checks.trace_checks import dates, numbers
from simulator.scenario.format.bodies import JobOrder
from simulator.scenario.format.preemption_models import OPEN_BAND, UNWRITTEN, Hazard
from simulator.scenario.format.schema import EqualPriorityPolicy
from simulator.scenario.format.timing import Timing
from simulator.scenario.format.timing_presets import OsKind, TimingPreset, preset
from simulator.scenario.format.traces import TraceWorkload, read_trace
from simulator.service_codes import SHORTAGES
from simulator.states import NodeKind, NodeState
from simulator.units import spoken

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording
    from simulator.scenario.format.bodies import Pool
    from simulator.scenario.scenario import Scenario

NAMED: Final = 5
"""Pools of one assumption that are named."""
PRESETS: Final = {
    TimingPreset.INSTANT: "`instant`, nothing takes time",
    TimingPreset.RECORDED: "`recorded`, allocation, boot and dispatch as recorded in 2022, everything else assumed",
    TimingPreset.TYPICAL: "`typical`, assumed, not published",
    TimingPreset.PESSIMISTIC: "`pessimistic`, assumed, not published",
}


def assumptions(recording: Recording) -> list[str]:
    """Return what the numbers of a run rest on that the service does not publish."""
    reported = dict(_of_run(recording))
    # Asked of the scenario, whose validators there are: those of its options alone would have to be built.
    changed = recording.scenario.model_dump(include={"options"}, exclude_defaults=True).get("options", {})
    options = [f"option {name}: {value}" for name, value in changed.items() if name not in reported]
    return [*reported.values(), *options, *(f"price: {note}" for note in recording.bill.notes)]


def assumed_by(scenarios: Iterable[Scenario]) -> list[str]:
    """Return what every run of some scenarios rests on, as far as that is known without running them."""
    found: list[str] = []
    for scenario in scenarios:
        pools = list(every_pool(scenario))
        found.extend(_timings(pools))
        found.extend(_evictions([pool for pool in pools if may_be_asked_for(scenario, pool, NodeKind.LOW_PRIORITY)]))
    return list(dict.fromkeys(found))


def _of_run(recording: Recording) -> Iterator[tuple[str, str]]:
    """Yield the option that stands behind each assumption, and what it did."""
    raw, options = recording.raw, recording.scenario.options
    recorder = raw.recorder
    yield "timing_preset", "; ".join(_timings(raw.pools))
    low = {row.pool for row in recorder.nodes if row.kind is NodeKind.LOW_PRIORITY}
    yield from _numbered("preemption", _evictions([raw.pools[index] for index in sorted(low)]))
    yield from _numbered("missed evictions", _missed(recording))
    if any(row.state is NodeState.UNKNOWN for row in recorder.states):
        delay = options.lost_node_requeue_delay
        text = f"contact lost: tasks return after {delay:g} s, what ends before counts (`lostNodeRequeueDelay`)"
        yield "lost_node_requeue_delay", text
    if recorder.evaluations:
        text = f"autoscale samples: `sampleProfile` {options.sample_profile}, delays chosen, not published"
        yield "sample_profile", text
    yield from _numbered("trace", _traces(recording.scenario))
    yield from _resizes(recording)
    orders = _orders(recording)
    if orders:
        yield "equal_priority_policy", f"order among jobs of equal priority: {' and '.join(orders)}"


def _numbered(what: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield assumptions that stand behind no option."""
    return ((f"{what} {number}", text) for number, text in enumerate(texts))


def _traces(scenario: Scenario) -> Iterator[str]:
    """Yield for each trace how its tasks were moved in time, if they were."""
    for placed in place(scenario):
        for one in placed.sources:
            source = one.source
            if not isinstance(source, TraceWorkload) or not source.has_folder:
                continue
            trace, begin = read_trace(source), placed.begin(one)
            if trace.first is not None and trace.first != scenario.origin + timedelta(seconds=begin):
                yield f"trace {source.trace}: {dates(scenario.origin, begin, trace.first)}"
            elif trace.shift:
                yield f"trace {source.trace}: {numbers(trace.shift)} (`submitTimes`)"
            if trace.first is not None and placed.schedule and placed.schedule.schedule.recurrence_interval:
                yield f"trace {source.trace}: replayed by each job of schedule {placed.schedule.id}"


def _resizes(recording: Recording) -> Iterator[tuple[str, str]]:
    """Yield what decided who was removed, and what became of growth that fell short."""
    options, recorder = recording.scenario.options, recording.raw.recorder
    if any(0 < after < before for row in recorder.resizes for before, after in (row.dedicated, row.low_priority)):
        yield "scale_down_order", f"who is removed when a pool shrinks: `scaleDownOrder` {options.scale_down_order}"
    scaled = {row.pool for row in recorder.evaluations}
    if any(row.pool in scaled and row.code in SHORTAGES for row in recorder.resizes):
        again = {
            "on_shortfall": "asked for again at the next evaluation",
            "on_target_change": "not asked for again until the target changes",
        }[options.autoscale_retry]
        yield "autoscale_retry", f"growth that fell short: {again} (`autoscaleRetry` {options.autoscale_retry})"
        limit = spoken(options.autoscale_resize_timeout)
        yield "autoscale_resize_timeout", f"time limit of autoscaled growth: {limit} (`autoscaleResizeTimeout`)"


def _orders(recording: Recording) -> list[str]:
    """Return what ordered the jobs of pools in which several of the same priority had tasks."""
    workload, raw = recording.workload, recording.raw
    used = sorted(set(workload.job[raw.tasks.submitted].tolist()))
    places = Counter((raw.pool_of_job[job], workload.jobs[job].job.priority) for job in used)
    policy = recording.scenario.options.equal_priority_policy
    found = []
    for pool in sorted({pool for (pool, _), count in places.items() if count > 1}):
        own = raw.pools[pool].job_default_order is JobOrder.CREATIONTIME and policy is EqualPriorityPolicy.UNIFORM
        found.append("the pool's `jobDefaultOrder` creationtime" if own else f"`equalPriorityPolicy` {policy}")
    return list(dict.fromkeys(found))


def _timings(pools: Sequence[Pool]) -> list[str]:
    """Return which presets acted, and what the scenario gave instead."""
    by_preset: dict[tuple[TimingPreset, tuple[str, ...]], list[Pool]] = {}
    for pool in pools:
        by_preset.setdefault((pool.simulation.timing.preset, _given(pool)), []).append(pool)
    found = []
    for (name, given), mine in by_preset.items():
        whose = "nodes and tasks" if len(by_preset) == 1 else _named(mine)
        own = f"; given by the scenario: {', '.join(given)}" if given else ""
        found.append(f"timings of {whose}: preset {PRESETS[name]}{own}")
    return found


def _given(pool: Pool) -> tuple[str, ...]:
    """Return the keys of a pool's timing that differ from its preset."""
    timing = pool.simulation.timing
    usual = _usual(timing.preset, pool.os_kind, pool.is_custom_image)
    fields = Timing.model_fields.items()
    return tuple(field.alias or name for name, field in fields if getattr(timing, name) != getattr(usual, name))


@cache
def _usual(name: TimingPreset, kind: OsKind, is_custom_image: bool) -> Timing:
    return Timing.model_validate(preset(name, kind, custom_image=is_custom_image))


def _evictions(pools: Sequence[Pool]) -> list[str]:
    """Return what low-priority nodes of some pools face."""
    unwritten = [pool for pool in pools if pool.simulation.preemption == UNWRITTEN]
    written = [pool for pool in pools if pool not in unwritten]
    found = []
    if unwritten:
        text = "the band of 5 to 10 % an hour, assumed where `preemption` is not written; never: `{model: none}`"
        found.append(f"preemption of {_named(unwritten)}: {text}")
    for model in dict.fromkeys(pool.simulation.preemption.model for pool in written):
        mine = _named([pool for pool in written if pool.simulation.preemption.model == model])
        if model == "none":
            found.append(f"preemption of {mine}: never, as the scenario says")
        else:
            text = f"the scenario's own model, `{model}`; the service publishes rates only in bands"
            found.append(f"preemption of {mine}: {text}")
    return [*found, *_open_bands(written)]


def _missed(recording: Recording) -> Iterator[str]:
    """Yield how many evictions of a pool's trace took nothing."""
    for pool, (asked, taken) in recording.raw.recorder.evictions.items():
        if taken < asked:
            name = recording.raw.pools[pool].id
            found_nothing = f"{asked - taken} of {asked} in its trace found no low-priority node with a VM"
            yield f"evictions of pool {name}: {found_nothing}"


def _open_bands(pools: Sequence[Pool]) -> list[str]:
    """Return what eviction bands without an upper end were taken for."""
    models = {pool.id: pool.simulation.preemption for pool in pools}
    return [
        f"evictions of {pool}: band {OPEN_BAND} is open-ended, taken as {model.band_probability:.0%} an hour"
        for pool, model in models.items()
        if isinstance(model, Hazard) and model.eviction_rate_band == OPEN_BAND
    ]


def _named(pools: Sequence[Pool]) -> str:
    names = list(dict.fromkeys(pool.id for pool in pools))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"pool{'s' if len(names) > 1 else ''} {', '.join(names[:NAMED])}{more}"
