"""How long things take that only a cloud knows: boot, dispatch, removal, recovery; three presets.

The figures are assumptions (docs/model.md#timing-presets): chosen, not published by the service.
`measured` is the default; `pessimistic` reaches the cold starts of 20 to 30 min that users report.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from simulator.distributions import TimeDistribution
from simulator.scenario.format.section import Amount, Section


class TimingPreset(StrEnum):
    """Which column of the table of presets fills what a pool does not give itself."""

    MEASURED = "measured"
    INSTANT = "instant"
    PESSIMISTIC = "pessimistic"


class OsKind(StrEnum):
    """What a node's boot time depends on."""

    LINUX = "linux"
    WINDOWS = "windows"
    CLOUD_SERVICE = "cloud_service"


class Timing(Section):
    """Every duration of a pool's nodes and tasks that is not the work itself."""

    allocation_latency: TimeDistribution
    """From a resize request to its first node in `creating`; one draw per operation and node kind."""
    allocation_tail: Amount
    """Seconds that the k-th node of an operation comes after the (k-1)-th."""
    creating: TimeDistribution
    """Time in `creating`."""
    starting: TimeDistribution
    """Time in `starting`."""
    start_task: TimeDistribution
    """Run time of the pool's start task; where a pool gives none, what the start task's own body states."""
    leaving: TimeDistribution
    """From `leavingpool`, after any drain, until gone."""
    dispatch_latency: TimeDistribution
    """From assignment to a node until the task's start time."""
    launch_overhead: TimeDistribution
    """From a task's start until its own work begins."""
    container_overhead: TimeDistribution
    """What comes on top of `launch_overhead` for a task in a container."""
    recovery_delay: TimeDistribution
    """From `preempted` until the replacement is in `creating`."""
    certificate_install: Amount
    """Seconds that certificates add to every start of a node, where the pool has any."""
    rebooting: TimeDistribution
    """Time in `rebooting`; packages and start task follow."""
    reimaging: TimeDistribution
    """Time in `reimaging`, before a new time in `starting`."""
    upgrading_os: TimeDistribution = Field(alias="upgradingOS")
    """Time in `upgradingos`; packages and start task follow."""
    deallocating: TimeDistribution
    """Time in `deallocating`, after any drain; nothing is published: as long as removal takes."""

    @model_validator(mode="before")
    @classmethod
    def _known_preset(cls, data: object) -> object:
        """Refuse a preset that does not exist; one that does has been replaced by its values."""
        if not isinstance(data, Mapping) or "preset" not in data:
            return data
        names = ", ".join(f"'{name}'" for name in TimingPreset)
        wrong = PydanticCustomError("timing_preset", "expected one of {names}", {"names": names})
        line = InitErrorDetails(type=wrong, loc=("preset",), input=data["preset"])
        raise ValidationError.from_exception_data("Timing", [line])


def _ln(median: float, p95: float) -> dict[str, Any]:
    return {"lognormal": {"median": f"{median}s", "p95": f"{p95}s"}}


def _uniform(low: float, high: float) -> dict[str, Any]:
    return {"uniform": {"low": f"{low}s", "high": f"{high}s"}}


def _exponential(mean: float) -> dict[str, Any]:
    return {"exponential": {"mean": f"{mean}s"}}


CUSTOM_IMAGE_TAIL: Final = 10 / 3
"""Factor on the tail for custom images: the ratio of the service's advice of 1000 and 300 nodes."""

_COMMON: Final[dict[TimingPreset, dict[str, Any]]] = {
    TimingPreset.INSTANT: {
        "allocationLatency": "0s",
        "allocationTail": 0.0,
        "creating": "0s",
        "startTask": "0s",
        "leaving": "0s",
        "dispatchLatency": "0s",
        "containerOverhead": "0s",
        "recoveryDelay": "0s",
        "certificateInstall": 0.0,
        "reimaging": "0s",
        "upgradingOS": "0s",
        "deallocating": "0s",
    },
    TimingPreset.MEASURED: {
        "allocationLatency": _ln(210, 480),
        "allocationTail": 0.45,
        "creating": "30s",
        "startTask": "0s",
        "leaving": _ln(60, 180),
        "dispatchLatency": _uniform(2, 5),
        "containerOverhead": "4.5s",
        "recoveryDelay": _exponential(1800),
        "certificateInstall": 5.0,
        "reimaging": "120s",
        "upgradingOS": "300s",
        "deallocating": _ln(60, 180),
    },
    TimingPreset.PESSIMISTIC: {
        "allocationLatency": _ln(480, 900),
        "allocationTail": 0.90,
        "creating": "60s",
        "startTask": "0s",
        "leaving": _ln(180, 600),
        "dispatchLatency": _uniform(5, 10),
        "containerOverhead": "9s",
        "recoveryDelay": _exponential(7200),
        "certificateInstall": 15.0,
        "reimaging": "300s",
        "upgradingOS": "900s",
        "deallocating": _ln(180, 600),
    },
}
_STARTING: Final[dict[TimingPreset, dict[OsKind, Any]]] = {
    TimingPreset.INSTANT: dict.fromkeys(OsKind, "0s"),
    TimingPreset.MEASURED: {
        OsKind.LINUX: _ln(60, 120),
        OsKind.WINDOWS: _ln(180, 420),
        OsKind.CLOUD_SERVICE: _ln(120, 300),
    },
    TimingPreset.PESSIMISTIC: {
        OsKind.LINUX: _ln(180, 420),
        OsKind.WINDOWS: _ln(600, 1500),
        OsKind.CLOUD_SERVICE: _ln(300, 600),
    },
}
_LAUNCH: Final[dict[TimingPreset, tuple[str, str]]] = {  # Linux, Windows
    TimingPreset.INSTANT: ("0s", "0s"),
    TimingPreset.MEASURED: ("0.5s", "2s"),
    TimingPreset.PESSIMISTIC: ("1s", "4s"),
}
_REBOOTING: Final[dict[TimingPreset, tuple[str, str]]] = {  # Linux, Windows
    TimingPreset.INSTANT: ("0s", "0s"),
    TimingPreset.MEASURED: ("60s", "120s"),
    TimingPreset.PESSIMISTIC: ("180s", "360s"),
}


def preset(name: TimingPreset, kind: OsKind, *, custom_image: bool = False) -> dict[str, Any]:
    """Return one preset as the mapping a scenario file would hold."""
    timing = {
        **_COMMON[name],
        "starting": _STARTING[name][kind],
        "launchOverhead": _LAUNCH[name][kind != OsKind.LINUX],
        "rebooting": _REBOOTING[name][kind != OsKind.LINUX],
    }
    if custom_image:
        timing["allocationTail"] = timing["allocationTail"] * CUSTOM_IMAGE_TAIL
    return timing
