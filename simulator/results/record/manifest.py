"""What a result came from: versions, seed, and the hash of the scenario."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import distribution, version
from typing import TYPE_CHECKING, Any

from simulator.kernel import SPEED
from simulator.scenario.format.traces import TraceWorkload
from simulator.units import MS_PER_S

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording
    from simulator.scenario.prepared import Prepared
    from simulator.scenario.scenario import Scenario


def scenario_hash(scenario: Scenario) -> str:
    """Return the SHA-256 of the scenario in canonical JSON: everything resolved, nothing left to defaults."""
    canonical = json.dumps(scenario.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def trace_hashes(scenario: Scenario) -> dict[str, str]:
    """Return the SHA-256 of every trace file, by its path in the scenario."""
    return {
        source.trace: hashlib.sha256(source.path.read_bytes()).hexdigest()
        for job in scenario.jobs
        for source in job.simulation.workload
        if isinstance(source, TraceWorkload)
    }


def _hashes(prepared: Prepared) -> dict[str, Any]:
    """Return the entries of a manifest that say which scenario ran."""
    scenario = prepared.scenario
    return {"scenario_sha256": scenario_hash(scenario), "traces_sha256": trace_hashes(scenario)}


@cache
def _version(package: str) -> str:
    """Look a version up once, every trial of a sweep asks: its line is found sooner than the whole file is parsed."""
    _, _, rest = (distribution(package).read_text("METADATA") or "").partition("\nVersion: ")
    return rest.partition("\n")[0] or version(package)


def manifest(recording: Recording) -> dict[str, Any]:
    """Return the manifest of a run; equal runs have equal ones at both speeds, on any machine and day.

    Of the libraries it names those that every run computes with: what else is installed changes no result.
    """
    raw = recording.raw
    return {
        "poolsight": _version("poolsight"),
        "python": platform.python_version(),
        "simpy": _version("simpy"),
        "numpy": _version("numpy"),
        "scenario": recording.scenario.name,
        **recording.prepared.part(_hashes),
        "seed": recording.scenario.seed,
        "replication": recording.replication,
        "origin": recording.scenario.origin.isoformat().replace("+00:00", "Z"),
        "end_s": raw.end / MS_PER_S,
        "stopped": raw.stop_reason,
        "complete": raw.complete,
    }


def as_written(manifest: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """Return the manifest for the file beside the tables: also the kernel's speed, their library and digests."""
    return {**manifest, "kernel": SPEED, "pyarrow": _version("pyarrow"), "files": files}
