"""What an answer rests on that the service does not publish: the assumptions that acted, each reported once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from simulator.results.answer.assumed import TIMINGS, Assumed, lines
from simulator.scenario.checks.job_places import place
from simulator.scenario.checks.trace_checks import dates, numbers
from simulator.scenario.format.bodies import JobOrder
from simulator.scenario.format.key_marks import Effect
from simulator.scenario.format.preemption_models import OPEN_BAND, UNWRITTEN, Hazard
from simulator.scenario.format.schema import EqualPriorityPolicy, Options
from simulator.scenario.format.timing import Timing
from simulator.scenario.format.timing_presets import OsKind, TimingPreset, preset
from simulator.scenario.format.trace_files import read_trace
from simulator.scenario.format.traces import TraceWorkload
from simulator.scenario.keys.used import idle_keys
from simulator.service_codes import SHORTAGES
from simulator.states import NodeKind, NodeState
from simulator.units import spoken_exactly
from simulator.workload.plan import Plan

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording
    from simulator.scenario.format.bodies import Pool
    from simulator.scenario.prepared import Prepared
    from simulator.scenario.scenario import Scenario

PRESETS: Final = {
    TimingPreset.INSTANT: "`instant`, nothing takes time",
    TimingPreset.RECORDED: "`recorded`, allocation, boot and dispatch as recorded in 2022, everything else assumed",
    TimingPreset.TYPICAL: "`typical`, assumed, not published",
    TimingPreset.PESSIMISTIC: "`pessimistic`, assumed, not published",
}


def assumptions(recording: Recording) -> list[str]:
    """Return the lines of what the numbers of a run rest on that the service does not publish."""
    return lines(acted(recording))


def acted(recording: Recording) -> tuple[Assumed, ...]:
    """Return the assumptions that acted in a run, then the options that are not the usual ones, then prices."""
    found = [one for rule in RULES for one in rule(recording)]
    reported = {one.option for one in found}
    options = (one for one in recording.prepared.part(_changed_options) if one.option not in reported)
    return (*found, *options, *(Assumed("price", note) for note in recording.charges.notes))


def _changed_options(prepared: Prepared) -> tuple[Assumed, ...]:
    """Return the options that are not the usual ones."""
    # Asked of the scenario, whose validators there are: those of its options alone would have to be built.
    changed = prepared.scenario.model_dump(include={"options"}, exclude_defaults=True).get("options", {})
    fields = Options.model_fields
    return tuple(
        Assumed(f"option {fields[name].alias or name}", _as_written(value), option=name)
        for name, value in changed.items()
    )


def _as_written(value: object) -> str:
    """Write the value of an option as a scenario file has it."""
    return value if isinstance(value, str) else json.dumps(value)


def _of_timings(recording: Recording) -> Iterator[Assumed]:
    """Yield which presets acted, and what the scenario gave instead."""
    yield from recording.prepared.part(_timings)


def _timings(prepared: Prepared) -> tuple[Assumed, ...]:
    by_preset: dict[tuple[TimingPreset, tuple[str, ...]], list[Pool]] = {}
    measured = _measured(prepared.scenario)
    for pool in prepared.part(Plan.of).pools.bodies:
        given = tuple(key for key in _given(pool) if f"pools.{pool.id}.simulation.timing.{key}" not in measured)
        by_preset.setdefault((pool.simulation.timing.preset, given), []).append(pool)
    found = []
    for (name, given), mine in by_preset.items():
        own = f"; given by the scenario: {', '.join(given)}" if given else ""
        found.append(Assumed(TIMINGS, f"preset {PRESETS[name]}{own}", _ids(mine), "timing_preset"))
    return tuple(found)


def _of_calibration(recording: Recording) -> Iterator[Assumed]:
    """Yield what was measured on the user's own past, and on how many values each number rests."""
    found = recording.scenario.calibration
    if found is not None and found.used:
        counts: dict[tuple[str, int], None] = dict.fromkeys((one.quantity, one.n) for one in found.used)
        text = ", ".join(f"{quantity.replace('_', ' ')} (n = {n:,})" for quantity, n in counts)
        places = [one.place.split(".") for one in found.used]
        pools = tuple(dict.fromkeys(name for room, name, *_ in places if room == "pools"))
        yield Assumed("measured from your data", f"{text}; {found.file} (`calibration`)", pools)


def _measured(scenario: Scenario) -> frozenset[str]:
    """Return where values of a scenario stand that were measured."""
    return frozenset(one.place for one in scenario.calibration.used) if scenario.calibration else frozenset()


def _of_evictions(recording: Recording) -> Iterator[Assumed]:
    """Yield what the low-priority nodes that there were face."""
    low = sorted({row.pool for row in recording.raw.recorder.nodes if row.kind is NodeKind.LOW_PRIORITY})
    pools = [recording.raw.pools[index] for index in low]
    measured = _measured(recording.scenario)
    pools = [pool for pool in pools if f"pools.{pool.id}.simulation.preemption" not in measured]
    unwritten = [pool for pool in pools if pool.simulation.preemption == UNWRITTEN]
    written = [pool for pool in pools if pool.simulation.preemption != UNWRITTEN]
    if unwritten:
        text = "the band of 5 to 10 % an hour, assumed where `preemption` is not written; never: `{model: none}`"
        yield Assumed("preemption", text, _ids(unwritten))
    for model in dict.fromkeys(pool.simulation.preemption.model for pool in written):
        mine = [pool for pool in written if pool.simulation.preemption.model == model]
        text = f"the scenario's own model, `{model}`; the service publishes rates only in bands"
        yield Assumed("preemption", "never, as the scenario says" if model == "none" else text, _ids(mine))
    for pool in written:
        own = pool.simulation.preemption
        if isinstance(own, Hazard) and own.eviction_rate_band == OPEN_BAND:
            text = f"band {OPEN_BAND} is open-ended, taken as {own.band_probability:.0%} an hour"
            yield Assumed("evictions", text, (pool.id,))


def _of_missed_evictions(recording: Recording) -> Iterator[Assumed]:
    """Yield how many evictions of a pool's trace took nothing."""
    for pool, (asked, taken) in recording.raw.recorder.evictions.items():
        if taken < asked:
            text = f"{asked - taken} of {asked} in its trace found no low-priority node with a VM"
            yield Assumed("evictions", text, (recording.raw.pools[pool].id,))


def _of_lost_contact(recording: Recording) -> Iterator[Assumed]:
    recorder = recording.raw.recorder
    unknown = {row.node for row in recorder.states if row.state is NodeState.UNKNOWN}
    if unknown:
        delay = recording.scenario.options.lost_node_requeue_delay
        text = f"tasks return after {delay:g} s, what ends before counts (`lostNodeRequeueDelay`)"
        pools = {recorder.nodes[node].pool for node in unknown}
        yield Assumed("lost contact with nodes", text, _by_number(recording, pools), "lost_node_requeue_delay")


def _of_samples(recording: Recording) -> Iterator[Assumed]:
    scaled = {row.pool for row in recording.raw.recorder.evaluations}
    if scaled:
        text = f"`sampleProfile` {recording.scenario.options.sample_profile}, delays chosen, not published"
        yield Assumed("autoscale samples", text, _by_number(recording, scaled), "sample_profile")


def _of_traces(recording: Recording) -> Iterator[Assumed]:
    """Yield for each trace how its tasks were moved in time, if they were."""
    yield from recording.prepared.part(_moved_traces)


def _moved_traces(prepared: Prepared) -> tuple[Assumed, ...]:
    return tuple(_each_moved_trace(prepared.scenario))


def _each_moved_trace(scenario: Scenario) -> Iterator[Assumed]:
    for placed in place(scenario):
        for one in placed.sources:
            source = one.source
            if not isinstance(source, TraceWorkload) or not source.has_folder:
                continue
            about, trace, begin = f"trace {source.trace}", read_trace(source), placed.begin(one)
            if trace.first is not None and trace.first != scenario.origin + timedelta(seconds=begin):
                yield Assumed(about, dates(scenario.origin, begin, trace.first))
            elif trace.shift:
                yield Assumed(about, f"{numbers(trace.shift)} (`submitTimes`)")
            if trace.first is not None and placed.schedule and placed.schedule.schedule.recurrence_interval:
                yield Assumed(about, f"replayed by each job of schedule {placed.schedule.id}")


def _of_resizes(recording: Recording) -> Iterator[Assumed]:
    """Yield what decided who was removed, and what became of growth that fell short."""
    options, recorder = recording.scenario.options, recording.raw.recorder
    shrunk = {
        row.pool
        for row in recorder.resizes
        if any(0 < after < before for before, after in (row.dedicated, row.low_priority))
    }
    if shrunk:
        text = f"by `scaleDownOrder` {options.scale_down_order}"
        yield Assumed("removal of nodes", text, _by_number(recording, shrunk), "scale_down_order")
    scaled = {row.pool for row in recorder.evaluations}
    short = {row.pool for row in recorder.resizes if row.pool in scaled and row.code in SHORTAGES}
    if short:
        again = {
            "on_shortfall": "asked for again at the next evaluation",
            "on_target_change": "not asked for again until the target changes",
        }[options.autoscale_retry]
        pools = _by_number(recording, short)
        yield Assumed("unmet growth", f"{again} (`autoscaleRetry` {options.autoscale_retry})", pools, "autoscale_retry")
        limit = f"{spoken_exactly(options.autoscale_resize_timeout)} (`autoscaleResizeTimeout`)"
        yield Assumed("time limit of autoscaled growth", limit, pools, "autoscale_resize_timeout")


def _of_keys(recording: Recording) -> Iterator[Assumed]:
    """Yield the keys of bodies that the service acts on and a run does not, and those that no body has."""
    yield from recording.prepared.part(_unheeded_keys)


def _unheeded_keys(prepared: Prepared) -> tuple[Assumed, ...]:
    places: dict[tuple[str, str, str], list[str]] = {}
    for one in idle_keys(prepared.scenario):
        if one.effect is not Effect.INERT:
            why = f"is not simulated yet: {one.why}" if one.effect else "is no key of the service's, it was ignored"
            places.setdefault((one.section, one.key, why), []).append(".".join(map(str, one.place)))
    return tuple(
        Assumed("key", f"{first}{_further(len(others))} {why}") for (_, _, why), (first, *others) in places.items()
    )


def _further(count: int) -> str:
    return f", here and at {count:,} further {'place' if count == 1 else 'places'}," if count else ""


def _of_images(recording: Recording) -> Iterator[Assumed]:
    """Yield when automatic upgrades began where the scenario does not say it."""
    interval = recording.scenario.options.image_interval
    mine = [pool for pool in recording.raw.pools if pool.upgrades_by_itself and pool.simulation.new_images is None]
    if mine:
        none = ": none in this run" if recording.end < interval else ""
        text = f"begun every {spoken_exactly(interval)} from the origin on (`imageInterval`){none}"
        yield Assumed("automatic upgrades", text, _ids(mine), "image_interval")


def _of_orders(recording: Recording) -> Iterator[Assumed]:
    """Yield what ordered the jobs of pools in which several of the same priority had tasks."""
    workload, raw, scenario = recording.workload, recording.raw, recording.scenario
    if len(workload.jobs) < 2:
        return
    used = np.flatnonzero(np.bincount(workload.job[raw.tasks.submitted])).tolist()
    served = [scenario.policies_of(pool).is_service for pool in raw.pools]
    every = ((raw.pool_of_job[job], workload.jobs[job].job.priority) for job in used)
    places = Counter(place for place in every if served[place[0]])
    policy = scenario.options.equal_priority_policy
    for pool in sorted({pool for (pool, _), count in places.items() if count > 1}):
        own = raw.pools[pool].job_default_order is JobOrder.CREATIONTIME and policy is EqualPriorityPolicy.UNIFORM
        text = "the pool's `jobDefaultOrder` creationtime" if own else f"`equalPriorityPolicy` {policy}"
        about, ids = "order among jobs of equal priority", (raw.pools[pool].id,)
        yield Assumed(about, text, ids, "equal_priority_policy", joint="in")


def _of_policies(recording: Recording) -> Iterator[Assumed]:
    """Yield which policies that are not the service's chose what starts, and where."""
    for pool in recording.raw.pools:
        chosen = recording.scenario.policies_of(pool)
        if not chosen.is_service:
            yield Assumed("queue policy", f"`{chosen.queue.policy}`, not the service's", (pool.id,))
        if not chosen.fills:
            yield Assumed("placement policy", f"`{chosen.placement.policy}`, not the service's", (pool.id,))
        if chosen.shrinking != "service":
            yield Assumed("shrinking policy", f"`{chosen.shrinking}`, not the service's", (pool.id,))


RULES: Final = (
    _of_timings,
    _of_calibration,
    _of_policies,
    _of_evictions,
    _of_missed_evictions,
    _of_lost_contact,
    _of_samples,
    _of_traces,
    _of_resizes,
    _of_images,
    _of_keys,
    _of_orders,
)
"""Each yields what acted of its kind, in the order of the answer."""


def _ids(pools: Iterable[Pool]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pool.id for pool in pools))


def _by_number(recording: Recording, numbers_: Iterable[int]) -> tuple[str, ...]:
    """Return the ids of pools that a record names by their numbers."""
    return _ids(recording.raw.pools[number] for number in sorted(numbers_))


def _given(pool: Pool) -> tuple[str, ...]:
    """Return the keys of a pool's timing that differ from its preset."""
    timing = pool.simulation.timing
    usual = _usual(timing.preset, pool.os_kind, pool.is_custom_image)
    fields = Timing.model_fields.items()
    return tuple(field.alias or name for name, field in fields if getattr(timing, name) != getattr(usual, name))


@cache
def _usual(name: TimingPreset, kind: OsKind, is_custom_image: bool) -> Timing:
    return Timing.model_validate(preset(name, kind, custom_image=is_custom_image))
