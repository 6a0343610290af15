"""What a run's numbers rest on beyond the scenario: each value with where it comes from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from simulator.scenario.format.calibration_file import Calibrated
from simulator.scenario.format.catalogue import find
from simulator.scenario.format.complete import pool_bodies
from simulator.scenario.format.deployment import is_custom_image, os_kind
from simulator.scenario.format.run_names import run_name
from simulator.scenario.format.timing import Timing
from simulator.scenario.format.timing_presets import (
    OsKind,
    PresetValue,
    TimingPreset,
    ValueOrigin,
    preset,
    preset_values,
)
from simulator.scenario.reading.value_origins import ORIGINS, Fact, Origin, origin_in
from simulator.states import NodeKind
from simulator.units import spoken_exactly

if TYPE_CHECKING:
    import pandas as pd

TIMINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "allocation_latency": ("allocationLatency",),
    "allocation_tail": ("allocationTail",),
    "boot": ("creating", "starting"),
    "start_task": ("startTask",),
    "leaving": ("leaving",),
    "dispatch_latency": ("dispatchLatency",),
    "launch_overhead": ("launchOverhead",),
    "recovery_delay": ("recoveryDelay",),
}
"""Facts about times, and the keys of a pool's timing that hold them."""
SHOWN: Final = 3
"""Different values of pools that are written out."""


class Basis(NamedTuple):
    """One thing the numbers rest on."""

    what: str
    value: str
    origin: str
    source: str


def with_low_priority(nodes: pd.DataFrame) -> frozenset[str]:
    """Return the names of the pools that had low-priority nodes, by the table of nodes."""
    return frozenset(nodes.loc[nodes["kind"] == NodeKind.LOW_PRIORITY, "pool"].astype(str))


def rests_on(scenario: Mapping[str, Any], summary: Mapping[str, Any], low: AbstractSet[str]) -> list[Basis]:
    """Return the values that the numbers rest on: times, evictions, prices, samples.

    `low` are the names of the pools that had low-priority nodes. What acted in the run stands in the answer itself.
    """
    pools = list(pool_bodies(scenario))
    used = _named(pools, low)
    evicted = [pool for pool in used if pool["simulation"]["preemption"]["model"] != "none"]
    found = [*_times(pools, can_be_evicted=bool(evicted)), *_evictions(evicted)]
    found = [_measured(one, scenario) for one in found]
    found += [*_prices("prices", scenario, pools), *_prices("low_priority_price", scenario, used)]
    if summary["evaluations"]["count"]:
        found.append(_basis("sample_delay", str(scenario["options"]["sampleProfile"])))
    return found


def _measured(basis: Basis, scenario: Mapping[str, Any]) -> Basis:
    """Return a basis with where it comes from if it was measured on the user's own past."""
    saved = scenario.get("calibration")
    name = next((name for name, fact in ORIGINS.items() if fact.title == basis.what), "")
    found = origin_in(name, {}, Calibrated.model_validate(saved) if saved else None)
    return basis._replace(origin=found.origin, source=found.source) if found.origin is Origin.MEASURED else basis


def _named(pools: Sequence[Mapping[str, Any]], names: AbstractSet[str]) -> list[Mapping[str, Any]]:
    """Return the pools that have some names in a run.

    One that is created again under its id has a number behind it there; the name of one that a job brings begins with
    the id in its body.
    """
    times: Counter[str] = Counter()
    own = []
    for pool in pools:
        times[pool["id"].lower()] += 1
        own.append(run_name(pool["id"], times[pool["id"].lower()]))
    made = names - set(own)
    return [
        pool
        for pool, name in zip(pools, own, strict=True)
        if name in names or any(other.startswith(f"{pool['id']}_") for other in made)
    ]


def _basis(name: str, value: str, given: bool = False) -> Basis:
    fact: Fact = ORIGINS[name]
    if given:
        return Basis(fact.title, value, Origin.GIVEN, "the scenario file")
    return Basis(fact.title, value, fact.origin, fact.source)


def _times(pools: Sequence[Mapping[str, Any]], *, can_be_evicted: bool) -> Iterator[Basis]:
    """Yield the times of nodes and tasks; one that differs from its preset was given."""
    timings = [(pool["simulation"]["timing"], _preset(pool)) for pool in pools]
    for name, keys in TIMINGS.items():
        if (name == "recovery_delay" and not can_be_evicted) or not timings:
            continue
        if name == "start_task" and not any(pool.get("startTask") for pool in pools):
            continue
        values = _distinct(", then ".join(_time(key, timing[key]) for key in keys) for timing, _ in timings)
        is_given = any(timing[key] != usual[key] for timing, usual in timings for key in keys)
        basis = _basis(name, values, is_given)
        yield basis if is_given else _by_preset(basis, pools, keys)


def _by_preset(basis: Basis, pools: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> Basis:
    """Return where values come from that presets filled, where it is not `typical` alone that did."""
    presets = list(dict.fromkeys(str(pool["simulation"]["timing"]["preset"]) for pool in pools))
    if presets == [TimingPreset.TYPICAL]:
        return basis
    values = [_values(pool)[key] for pool in pools for key in keys]
    is_recorded = all(one.origin is ValueOrigin.RECORDED for one in values)
    origin, how = (Origin.RECORDED, "uksouth, 2022") if is_recorded else (Origin.ASSUMED, "chosen")
    return basis._replace(origin=origin, source=f"preset {' and '.join(presets)} of `timingPreset`, {how}")


def _system(pool: Mapping[str, Any]) -> tuple[OsKind, bool]:
    """Return what a pool's nodes boot, and whether from an image of the user's own."""
    machine = pool.get("virtualMachineConfiguration")
    return os_kind(machine, pool.get("cloudServiceConfiguration")), is_custom_image(machine)


def _values(pool: Mapping[str, Any]) -> dict[str, PresetValue]:
    kind, is_custom = _system(pool)
    return preset_values(TimingPreset(pool["simulation"]["timing"]["preset"]), kind, custom_image=is_custom)


def _preset(pool: Mapping[str, Any]) -> dict[str, Any]:
    """Return the preset that a pool would have without values of its own, written as the scenario writes it."""
    kind, is_custom = _system(pool)
    usual = preset(TimingPreset(pool["simulation"]["timing"]["preset"]), kind, custom_image=is_custom)
    return Timing.model_validate(usual).model_dump(mode="json", by_alias=True)


def _evictions(evicted: Sequence[Mapping[str, Any]]) -> Iterator[Basis]:
    """Yield what the nodes of pools face that can be taken back."""
    if evicted:
        models = [pool["simulation"]["preemption"] for pool in evicted]
        band = any(model.get("evictionRateBand") for model in models)
        yield _basis("evictions", _distinct(map(_shape, models)), given=not band)


def _prices(name: str, scenario: Mapping[str, Any], pools: Sequence[Mapping[str, Any]]) -> Iterator[Basis]:
    """Yield the prices of the sizes that pools use: list prices, unless one was given or is from elsewhere."""
    if not pools:
        return
    kinds = ["dedicated"] if name == "prices" else ["lowPriority", "spot"]
    found = [_price(scenario, pool, kinds[-1 if _is_spot(scenario, pool) else 0]) for pool in pools]
    stated = [text for text, _ in found if text]
    is_given = any(given for _, given in found)
    yield _basis(name, _distinct(stated) or "a share of the dedicated price", is_given)


def _price(scenario: Mapping[str, Any], pool: Mapping[str, Any], kind: str) -> tuple[str, bool]:
    """Return the price of a pool's nodes in words, nothing where it follows from another, and whether it was given."""
    prices, size = pool["simulation"]["prices"], scenario.get("sizes", {}).get(pool["vmSize"], {})
    own = prices.get(kind)
    if own is None and kind == "spot":
        own = prices.get("lowPriority")
    system = "Windows" if os_kind(pool.get("virtualMachineConfiguration"), None) == "windows" else "Linux"
    price = size.get(f"{kind}{system}") if own is None else own
    known = find(str(pool["vmSize"]))
    listed = None if known is None else known.model_dump(by_alias=True).get(f"{kind}{system}")
    origin = "" if own is not None else size.get("priceOrigins", {}).get(f"{kind}{system}", "")
    is_given = own is not None or (price is not None and price != listed and not origin)
    if price is None:
        return "", is_given
    return f"{pool['vmSize']} ${price:g} an hour{f' ({origin})' if origin else ''}", is_given


def _is_spot(scenario: Mapping[str, Any], pool: Mapping[str, Any]) -> bool:
    """Return whether a pool's account is one in which nodes that can be taken back are spot."""
    name = str(pool["simulation"].get("account") or "").lower()
    accounts = {known.lower(): account for known, account in scenario.get("accounts", {}).items()}
    account = accounts.get(name, scenario.get("account", {}))
    return bool(account.get("mode") == "UserSubscription")


def _distinct(values: Iterator[str] | Sequence[str] | Any) -> str:
    found = list(dict.fromkeys(values))
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return "; ".join(found[:SHOWN]) + more


def _time(key: str, value: Any) -> str:
    return f"{value:g} s for each" if key == "allocationTail" else _shape(value)


def _shape(value: Any) -> str:
    """Write a duration, a number or a shape with its parameters in words."""
    if isinstance(value, Mapping):
        if len(value) == 1:
            ((name, inside),) = value.items()
            return f"{name}: {_shape(inside)}" if isinstance(inside, Mapping) else f"{name} {_shape(inside)}"
        return ", ".join(f"{_words(name)} {_shape(inside)}" for name, inside in value.items() if inside is not None)
    if isinstance(value, list | tuple):
        return f"{len(value)} values" if len(value) > SHOWN else ", ".join(map(_shape, value))
    if isinstance(value, str):
        found = re.fullmatch(r"(\d+(?:\.\d+)?)s", value)
        return spoken_exactly(float(found[1])) if found else value
    return f"{value:g}" if isinstance(value, float) else str(value)


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
