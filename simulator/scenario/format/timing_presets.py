"""Presets of the times that only a cloud knows, each value with its origin (docs/model.md#timing-presets)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

OLD_NAME: Final = "measured"
"""What `typical` was called when its numbers passed for measurements."""


class TimingPreset(StrEnum):
    """Which column of the table of presets fills what a pool does not give itself."""

    INSTANT = "instant"
    """Nothing takes any time."""
    RECORDED = "recorded"
    """The service as it was recorded in 2022 in uksouth, as far as the recording goes; else `typical`."""
    TYPICAL = "typical"
    """Chosen to agree with what users report."""
    PESSIMISTIC = "pessimistic"
    """Reaches the cold starts of 20 to 30 min that users report."""

    @classmethod
    def _missing_(cls, value: object) -> "TimingPreset | None":
        return cls.TYPICAL if value == OLD_NAME else None


class OsKind(StrEnum):
    """What a node's boot time depends on."""

    LINUX = "linux"
    WINDOWS = "windows"
    CLOUD_SERVICE = "cloud_service"


class ValueOrigin(StrEnum):
    """How well a value of a preset is supported."""

    DOCUMENTED = "documented"
    """Stated by the service's documentation."""
    RECORDED = "recorded"
    """Seen on the service itself."""
    ASSUMED = "assumed"
    """Chosen; what it agrees with stands in docs/model.md#published-figures."""


@dataclass(frozen=True, slots=True)
class PresetValue:
    """A value as a scenario file would write it, and where it comes from."""

    value: Any
    origin: ValueOrigin = ValueOrigin.ASSUMED


CUSTOM_IMAGE_TAIL: Final = 10 / 3
"""Factor on the tail for custom images: the ratio of the service's advice of 1000 and 300 nodes."""
RECORDED_CV: Final = 0.2
"""Coefficient of variation around a recorded time (assumption: the recording holds too few nodes to show)."""


def _ln(median: float, p95: float) -> dict[str, Any]:
    return {"lognormal": {"median": f"{median}s", "p95": f"{p95}s"}}


def _around(mean: float) -> dict[str, Any]:
    return {"lognormal": {"mean": f"{mean}s", "cv": RECORDED_CV}}


def _uniform(low: float, high: float) -> dict[str, Any]:
    return {"uniform": {"low": f"{low}s", "high": f"{high}s"}}


def _exponential(mean: float) -> dict[str, Any]:
    return {"exponential": {"mean": f"{mean}s"}}


def _by_system(linux: Any, windows: Any, cloud_service: Any = None) -> dict[OsKind, Any]:
    """Return values by what a node boots; a cloud service boots Windows unless it has a value of its own."""
    return {
        OsKind.LINUX: linux,
        OsKind.WINDOWS: windows,
        OsKind.CLOUD_SERVICE: windows if cloud_service is None else cloud_service,
    }


_CHOSEN: Final[Mapping[TimingPreset, Mapping[str, Any]]] = {
    TimingPreset.INSTANT: {
        "allocationLatency": "0s",
        "allocationTail": 0.0,
        "creating": "0s",
        "starting": "0s",
        "startTask": "0s",
        "leaving": "0s",
        "dispatchLatency": "0s",
        "launchOverhead": "0s",
        "containerOverhead": "0s",
        "recoveryDelay": "0s",
        "certificateInstall": 0.0,
        "rebooting": "0s",
        "reimaging": "0s",
        "upgradingOS": "0s",
        "deallocating": "0s",
    },
    TimingPreset.TYPICAL: {
        "allocationLatency": _ln(210, 480),
        "allocationTail": 0.45,
        "creating": "30s",
        "starting": _by_system(_ln(60, 120), _ln(180, 420), _ln(120, 300)),
        "startTask": "0s",
        "leaving": _ln(60, 180),
        "dispatchLatency": _uniform(2, 5),
        "launchOverhead": _by_system("0.5s", "2s"),
        "containerOverhead": "4.5s",
        "recoveryDelay": _exponential(1800),
        "certificateInstall": 5.0,
        "rebooting": _by_system("60s", "120s"),
        "reimaging": "120s",
        "upgradingOS": "300s",
        "deallocating": _ln(60, 180),
    },
    TimingPreset.PESSIMISTIC: {
        "allocationLatency": _ln(480, 900),
        "allocationTail": 0.90,
        "creating": "60s",
        "starting": _by_system(_ln(180, 420), _ln(600, 1500), _ln(300, 600)),
        "startTask": "0s",
        "leaving": _ln(180, 600),
        "dispatchLatency": _uniform(5, 10),
        "launchOverhead": _by_system("1s", "4s"),
        "containerOverhead": "9s",
        "recoveryDelay": _exponential(7200),
        "certificateInstall": 15.0,
        "rebooting": _by_system("180s", "360s"),
        "reimaging": "300s",
        "upgradingOS": "900s",
        "deallocating": _ln(180, 600),
    },
}
"""Values by key; where the system matters, by what a node boots."""
_RECORDED: Final[Mapping[str, Mapping[OsKind, Any]]] = {
    "allocationLatency": {OsKind.LINUX: _around(52), OsKind.WINDOWS: _around(57)},
    "creating": {OsKind.LINUX: _around(10.6), OsKind.WINDOWS: _around(10.6)},
    "starting": {OsKind.LINUX: _around(9.3), OsKind.WINDOWS: _around(65.6)},
    "dispatchLatency": {OsKind.LINUX: _uniform(0.1, 0.7), OsKind.WINDOWS: _uniform(0.1, 0.7)},
}
"""Three small pools of Ubuntu and Windows; the shape around each figure is assumed."""


def preset_values(name: TimingPreset, kind: OsKind, *, custom_image: bool = False) -> dict[str, PresetValue]:
    """Return the values of one preset for what a node boots, each with its origin, by the key of `timing`."""
    chosen = _CHOSEN[TimingPreset.TYPICAL if name is TimingPreset.RECORDED else name]
    found = {key: PresetValue(_of_system(value, kind)) for key, value in chosen.items()}
    if name is TimingPreset.RECORDED:
        found |= {
            key: PresetValue(by_system[kind], ValueOrigin.RECORDED)
            for key, by_system in _RECORDED.items()
            if kind in by_system
        }
    if custom_image:
        found["allocationTail"] = PresetValue(found["allocationTail"].value * CUSTOM_IMAGE_TAIL)
    return found


def preset(name: TimingPreset, kind: OsKind, *, custom_image: bool = False) -> dict[str, Any]:
    """Return one preset as the mapping a scenario file would hold, its name included."""
    values = preset_values(name, kind, custom_image=custom_image)
    return {"preset": str(name), **{key: one.value for key, one in values.items()}}


def _of_system(value: Any, kind: OsKind) -> Any:
    return value[kind] if isinstance(value, dict) and kind in value else value
