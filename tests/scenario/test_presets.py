"""The timing presets, row by row (`docs/model.md#timing-presets`)."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.scenario.format.timing import Timing
from simulator.scenario.format.timing_presets import OsKind, TimingPreset, ValueOrigin, preset, preset_values
from tests.scenario.files import job, pool, read

WINDOWS = {
    "imageReference": {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer"},
    "nodeAgentSKUId": "batch.node.windows amd64",
}
CUSTOM = {"imageReference": {"virtualMachineImageId": "/subscriptions/x/images/y"}, "nodeAgentSKUId": "linux"}


def timing(name: str, kind: OsKind, *, custom_image: bool = False) -> Timing:
    return Timing.model_validate(preset(TimingPreset(name), kind, custom_image=custom_image))


@pytest.mark.parametrize(
    ("name", "field", "kind", "median", "p95"),
    [
        ("typical", "allocation_latency", OsKind.LINUX, 210, 480),
        ("typical", "creating", OsKind.LINUX, 30, 30),
        ("typical", "starting", OsKind.LINUX, 60, 120),
        ("typical", "starting", OsKind.WINDOWS, 180, 420),
        ("typical", "starting", OsKind.CLOUD_SERVICE, 120, 300),
        ("typical", "leaving", OsKind.LINUX, 60, 180),
        ("typical", "dispatch_latency", OsKind.LINUX, 3.5, 4.85),
        ("typical", "launch_overhead", OsKind.LINUX, 0.5, 0.5),
        ("typical", "launch_overhead", OsKind.WINDOWS, 2, 2),
        ("typical", "recovery_delay", OsKind.LINUX, 1800 * np.log(2), 1800 * np.log(20)),
        ("recorded", "leaving", OsKind.LINUX, 60, 180),
        ("recorded", "allocation_latency", OsKind.CLOUD_SERVICE, 210, 480),
        ("recorded", "dispatch_latency", OsKind.WINDOWS, 0.4, 0.67),
        ("pessimistic", "allocation_latency", OsKind.LINUX, 480, 900),
        ("pessimistic", "creating", OsKind.LINUX, 60, 60),
        ("pessimistic", "starting", OsKind.LINUX, 180, 420),
        ("pessimistic", "starting", OsKind.WINDOWS, 600, 1500),
        ("pessimistic", "starting", OsKind.CLOUD_SERVICE, 300, 600),
        ("pessimistic", "leaving", OsKind.LINUX, 180, 600),
        ("pessimistic", "dispatch_latency", OsKind.LINUX, 7.5, 9.75),
        ("pessimistic", "launch_overhead", OsKind.WINDOWS, 4, 4),
        ("pessimistic", "recovery_delay", OsKind.LINUX, 7200 * np.log(2), 7200 * np.log(20)),
    ],
)
def test_a_row_of_the_table(name: str, field: str, kind: OsKind, median: float, p95: float) -> None:
    found = getattr(timing(name, kind), field).quantile(np.array([0.5, 0.95]))
    assert found == pytest.approx([median, p95])


def test_instant_is_zero_everywhere() -> None:
    for _, value in timing("instant", OsKind.WINDOWS):
        if not isinstance(value, TimingPreset):
            assert (value if isinstance(value, float) else value.mean) == 0


def test_tails() -> None:
    assert timing("typical", OsKind.LINUX).allocation_tail == 0.45
    assert timing("pessimistic", OsKind.LINUX).allocation_tail == 0.90
    assert timing("typical", OsKind.LINUX, custom_image=True).allocation_tail == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("body", "starting", "tail"),
    [
        ({}, 60, 0.45),
        ({"virtualMachineConfiguration": WINDOWS}, 180, 0.45),
        ({"virtualMachineConfiguration": CUSTOM}, 60, 1.5),
        ({"virtualMachineConfiguration": None, "cloudServiceConfiguration": {"osFamily": "6"}}, 120, 0.45),
        ({"simulation": {"timing": {"preset": "pessimistic", "allocationTail": 0.1}}}, 180, 0.1),
        ({"simulation": {"timing": {"starting": "5s"}}}, 5, 0.45),
    ],
)
def test_a_pool_takes_its_preset_and_what_it_states_itself(
    tmp_path: Path, body: dict[str, Any], starting: float, tail: float
) -> None:
    scenario = read(tmp_path, [pool(**body)], [job([{"count": 1, "duration": "1s"}])])
    found = scenario.pools[0].simulation.timing
    assert found.starting.quantile(np.array([0.5])) == pytest.approx([starting])
    assert found.allocation_tail == pytest.approx(tail)


@pytest.mark.parametrize(
    ("field", "kind", "mean"),
    [
        ("allocation_latency", OsKind.LINUX, 52),
        ("allocation_latency", OsKind.WINDOWS, 57),
        ("creating", OsKind.LINUX, 10.6),
        ("starting", OsKind.LINUX, 9.3),
        ("starting", OsKind.WINDOWS, 65.6),
    ],
)
def test_recorded_times_vary_by_a_fifth_around_what_was_seen(field: str, kind: OsKind, mean: float) -> None:
    found = getattr(timing("recorded", kind), field)
    assert found.mean == pytest.approx(mean)
    assert found.variance**0.5 == pytest.approx(0.2 * mean)


def test_each_value_has_an_origin_and_only_what_was_recorded_states_so() -> None:
    recorded = {"allocationLatency", "creating", "starting", "dispatchLatency"}
    for name in TimingPreset:
        for kind in OsKind:
            values = preset_values(name, kind)
            seen = {key for key, one in values.items() if one.origin is ValueOrigin.RECORDED}
            assert seen == (recorded if name == "recorded" and kind is not OsKind.CLOUD_SERVICE else set())
            assert all(one.origin is ValueOrigin.ASSUMED for key, one in values.items() if key not in seen)


def test_the_old_name_is_read_with_a_warning_wherever_it_stands(tmp_path: Path) -> None:
    bodies = [
        pool(simulation={"timing": {"preset": "measured"}}),
        pool(simulation={"timing": {"preset": "pessimistic"}}) | {"id": "q"},
    ]
    tasks = [job([{"count": 1, "duration": "1s"}])]
    scenario = read(tmp_path, bodies, tasks, options={"timingPreset": "measured"})
    places = {problem.path for problem in scenario.warnings}
    assert places == {"options.timingPreset", "pools.0.simulation.timing.preset"}
    assert all("'measured' is the old name of the preset 'typical'" in str(problem) for problem in scenario.warnings)
    assert scenario.options.timing_preset is scenario.pools[0].simulation.timing.preset is TimingPreset.TYPICAL
    by_its_name = read(tmp_path, [pool(simulation={"timing": {"preset": "typical"}}), bodies[1]], tasks)
    assert scenario == by_its_name
