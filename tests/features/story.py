"""The stage of the feature table's tests: no delays, punctual samples, East US Linux prices, no preemption, one seed.

`run(pool(...), job(...))` gives a recording that has passed the laws. Names are the service's: keyword arguments of
`pool`, `job` and `task` are keys of its bodies; a body's `simulation` is merged with what the short forms say.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from simulator import InputError, Recording, Scenario, load, scenario_of, simulate
from tests import bodies
from tests.engine.laws import check

Body = dict[str, Any]

UBUNTU: Body = bodies.UBUNTU
WINDOWS: Body = {
    "imageReference": {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer", "sku": "2019-datacenter"},
    "nodeAgentSKUId": "batch.node.windows amd64",
}
CLOUD_SERVICE: Body = {"osFamily": "5", "osVersion": "*"}
D2: str = "Standard_D2_v3"
"""2 vCPU, 8 GiB; 0.096 USD an hour in East US with Linux, 0.188 with Windows."""


def pool(name: str = "p", *, nodes: int | None = None, low_priority: int | None = None, **body: Any) -> Body:
    """Return a pool of D2_v3 nodes with Ubuntu, unless `body` says otherwise; `nodes` are dedicated ones."""
    targets = {"targetDedicatedNodes": nodes, "targetLowPriorityNodes": low_priority}
    deployment = {} if "cloudServiceConfiguration" in body else {"virtualMachineConfiguration": UBUNTU}
    wanted = {key: count for key, count in targets.items() if count is not None}
    simulation = {"preemption": {"model": "none"}, **body.pop("simulation", {})}
    return {"id": name, "vmSize": D2, **deployment, **wanted, **body, "simulation": simulation}


def job(
    name: str = "j",
    *,
    pool: str = "p",
    tasks: list[Body] | None = None,
    count: int | None = None,
    duration: Any = "60s",
    at: str | None = None,
    group: Body | None = None,
    **body: Any,
) -> Body:
    """Return a job: a list of `tasks`, or `count` equal ones of `duration`, all added `at` one time (job creation).

    `group` holds further keys of the workload group that `count` makes.
    """
    simulation = dict(body.pop("simulation", {}))
    if count is not None:
        arrivals = {} if at is None else {"arrivals": {"atOnce": {"at": at}}}
        made = {"count": count, "duration": duration, **arrivals, **(group or {})}
        simulation["workload"] = [*simulation.get("workload", []), made]
    info = {} if "poolInfo" in body else {"poolInfo": {"poolId": pool}}
    listed = {} if tasks is None else {"tasks": tasks}
    return {"id": name, **info, **listed, **body, "simulation": simulation}


def task(name: str, duration: Any = "60s", *, submit: str | None = None, exits: Any = None, **body: Any) -> Body:
    """Return a task; `exits` is its exit code, or those of one attempt after the other, the last one repeating."""
    simulation = {"duration": duration, **body.pop("simulation", {})}
    if submit is not None:
        simulation["submit"] = submit
    if exits is not None:
        simulation["exitCodes"] = exits
    return {"id": name, "commandLine": "work", **body, "simulation": simulation}


def operation(at: str, name: str, *, pool: str | None = "p", **body: Any) -> Body:
    """Return one operation of the timeline; `pool=None` for those that name no pool."""
    return {"at": at, "operation": name, **({} if pool is None else {"pool": pool}), **body}


def document(*parts: Body, **rest: Any) -> Body:
    """Put pools and jobs, distinguished by `vmSize`, into one scenario; `rest` are its further sections."""
    pools = [part for part in parts if "vmSize" in part]
    jobs = [part for part in parts if "vmSize" not in part]
    punctual = {"timingPreset": "instant", "samplePhaseS": 0, "sampleLateProbability": 0}
    options = {**punctual, **rest.pop("options", {})}
    return {"name": "story", "seed": 7, "options": options, "pools": pools, "jobs": jobs, **rest}


def scenario(*parts: Body, **rest: Any) -> Scenario:
    """Return the scenario of pools and jobs; fails if the service would refuse it."""
    return scenario_of(document(*parts, **rest))


def run(*parts: Body, replication: int = 0, **rest: Any) -> Recording:
    """Simulate pools and jobs to the end and check the laws."""
    return check(simulate(scenario(*parts, **rest), replication))


def problems_of(directory: Path, *parts: Body, **rest: Any) -> list[str]:
    """Return all errors and warnings of loading, in order, each as one text with its place in the file."""
    file = directory / "story.json"
    file.write_text(json.dumps(document(*parts, **rest), indent=1), encoding="utf-8")
    try:
        problems = load(file).warnings
    except InputError as error:
        problems = error.problems
    return [str(problem).removeprefix(f"{file}:") for problem in problems]


def refused(directory: Path, *parts: Body, **rest: Any) -> list[str]:
    """Return the errors of a scenario that must not load."""
    found = [text for text in problems_of(directory, *parts, **rest) if "warning: " not in text]
    if not found:
        pytest.fail("the scenario loads")
    return found
