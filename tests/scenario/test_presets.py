"""The timing presets, row by row (`docs/model.md#timing-presets`)."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.scenario.format.timing import OsKind, Timing, TimingPreset, preset
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
        ("measured", "allocation_latency", OsKind.LINUX, 210, 480),
        ("measured", "creating", OsKind.LINUX, 30, 30),
        ("measured", "starting", OsKind.LINUX, 60, 120),
        ("measured", "starting", OsKind.WINDOWS, 180, 420),
        ("measured", "starting", OsKind.CLOUD_SERVICE, 120, 300),
        ("measured", "leaving", OsKind.LINUX, 60, 180),
        ("measured", "dispatch_latency", OsKind.LINUX, 3.5, 4.85),
        ("measured", "launch_overhead", OsKind.LINUX, 0.5, 0.5),
        ("measured", "launch_overhead", OsKind.WINDOWS, 2, 2),
        ("measured", "recovery_delay", OsKind.LINUX, 1800 * np.log(2), 1800 * np.log(20)),
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
        assert (value if isinstance(value, float) else value.mean) == 0


def test_tails() -> None:
    assert timing("measured", OsKind.LINUX).allocation_tail == 0.45
    assert timing("pessimistic", OsKind.LINUX).allocation_tail == 0.90
    assert timing("measured", OsKind.LINUX, custom_image=True).allocation_tail == pytest.approx(1.5)


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
