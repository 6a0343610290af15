"""Pasts whose truth is known: a simulated run, as the service's lists and its log would show it."""

from pathlib import Path
from typing import Any, Final

import pandas as pd

from simulator import simulate
from simulator.history.options import Options
from simulator.history.past import Past
from simulator.history.read import read_past
from simulator.results.events.log_files import write_events
from simulator.results.lists import write_lists
from simulator.scenario.reading.construct import scenario_of

IMAGE: Final = {
    "imageReference": {"publisher": "canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts"},
    "nodeAgentSKUId": "batch.node.ubuntu 22.04",
}
SIZE: Final = "Standard_D2s_v3"
TRUTH: Final[dict[str, Any]] = {
    "duration": {"lognormal": {"median": "5m", "p95": "20m"}},
    "starting": {"lognormal": {"median": "60s", "p95": "120s"}},
    "creating": {"gamma": {"mean": "30s", "cv": 0.3}},
    "startTask": {"weibull": {"shape": 2, "scale": "40s"}},
    "dispatchLatency": {"uniform": {"low": "2s", "high": "5s"}},
    "recoveryDelay": {"exponential": {"mean": "20m"}},
}
RATE: Final = 0.4
FAILURES: Final = 0.06
PER_HOUR: Final = 150.0


def world(seed: int = 1, *, count: int = 400, rate: float = RATE, **document: Any) -> dict[str, Any]:
    """Return a scenario with work that comes as it comes, on nodes that are taken back."""
    timing = {key: value for key, value in TRUTH.items() if key != "duration"}
    group = {
        "count": count,
        "idPrefix": "short",
        "arrivals": {"poisson": {"ratePerHour": PER_HOUR}},
        "duration": TRUTH["duration"],
        "maxTaskRetryCount": -1,
        "failureProbability": FAILURES,
    }
    pool = {
        "id": "farm",
        "vmSize": SIZE,
        "virtualMachineConfiguration": IMAGE,
        "taskSlotsPerNode": 2,
        "targetDedicatedNodes": 8,
        "targetLowPriorityNodes": 12,
        "startTask": {"commandLine": "./setup.sh"},
        "simulation": {"timing": timing, "preemption": {"model": "hazard", "ratePerHour": rate}},
    }
    job = {"id": "nightly", "poolInfo": {"poolId": "farm"}, "simulation": {"workload": [group]}}
    account = {"mode": "UserSubscription"}
    return {"name": "world", "seed": seed, "account": account, "pools": [pool], "jobs": [job], **document}


def lived(document: dict[str, Any], folder: Path, *, log: bool = True, states: bool = False) -> list[Path]:
    """Run a scenario, and write what the service would show of it; `states`: a log of its nodes, too."""
    record = simulate(scenario_of(document))
    folder.mkdir(parents=True, exist_ok=True)
    write_lists(record, folder)
    if log:
        write_events(record, folder / "events.jsonl")
    if states:
        origin = pd.Timestamp(record.scenario.origin)
        table = record.table("node_states").to_pandas()
        table["time"] = (origin + pd.to_timedelta(table["start"].round(3), unit="s")).dt.strftime(
            "%Y-%m-%dT%H:%M:%S.%fZ"
        )
        table[["pool", "node", "kind", "state", "time"]].to_csv(folder / "states.csv", index=False)
    return sorted(folder.iterdir())


def past(document: dict[str, Any], folder: Path, **shown: bool) -> Past:
    """Return the past of a scenario."""
    return read_past(lived(document, folder, **shown), Options())
