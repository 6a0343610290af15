"""What a result came from: versions, seed, and the hash of the scenario."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from simulator.units import MS_PER_S

if TYPE_CHECKING:
    from simulator.results.recording import Recording
    from simulator.scenario.schema import Scenario


def scenario_hash(scenario: Scenario) -> str:
    """Give the SHA-256 of the scenario in canonical JSON: everything resolved, nothing left to defaults."""
    return hashlib.sha256(scenario.model_dump_json().encode()).hexdigest()


def manifest(recording: Recording) -> dict[str, Any]:
    """Give the manifest; equal runs have equal ones, so it holds no date and no machine's name."""
    raw = recording.raw
    libraries = {name: version(name) for name in ("simpy", "numpy", "pyarrow", "scipy")}
    return {
        "poolsight": version("poolsight"),
        "kernel": "python",
        "python": platform.python_version(),
        **libraries,
        "scenario": recording.scenario.name,
        "scenario_sha256": scenario_hash(recording.scenario),
        "seed": recording.scenario.seed,
        "replication": recording.replication,
        "origin": recording.scenario.origin.isoformat().replace("+00:00", "Z"),
        "end_s": raw.end / MS_PER_S,
        "stopped": raw.stop_reason,
        "complete": raw.complete,
    }
