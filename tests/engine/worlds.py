"""Small worlds for tests: one pool, one job of equal tasks, and a scenario around them that boots at once.

Nothing happens there that a test does not ask for: no eviction, no late sample, and a sampler in step with the clock.
"""

from typing import Any

from simulator import Recording, Scenario, scenario_of, simulate
from tests.bodies import UBUNTU
from tests.engine.laws import check

LINUX = UBUNTU
PUNCTUAL = {"timingPreset": "instant", "samplePhaseS": 0, "sampleLateProbability": 0}
NEVER = {"model": "none"}
"""Low-priority nodes are never taken back."""
SIZES = {"D2": {"vcpus": 2, "memoryGiB": 8, "dedicatedLinux": 0.1, "lowPriorityLinux": 0.02}}


def pool(**body: Any) -> dict[str, Any]:
    system = {} if "cloudServiceConfiguration" in body else {"virtualMachineConfiguration": LINUX}
    simulation = {"preemption": NEVER, **body.pop("simulation", {})}
    return {"id": "p", "vmSize": "D2", **system, **body, "simulation": simulation}


def job(count: int, duration: Any, name: str = "j", **group: Any) -> dict[str, Any]:
    workload = [{"count": count, "duration": duration, **group}]
    return {"id": name, "poolInfo": {"poolId": "p"}, "simulation": {"workload": workload}}


def act(at: str, name: str, **keys: Any) -> dict[str, Any]:
    """Return one operation of the timeline."""
    return {"at": at, "operation": name, **keys}


def run(*arguments: Any, **keys: Any) -> Recording:
    """Simulate a scenario of these parts to the end and check the laws."""
    return check(simulate(scenario(*arguments, **keys)))


def scenario(pools: list[Any], jobs: list[Any], **rest: Any) -> Scenario:
    options = {**PUNCTUAL, **rest.pop("options", {})}
    return scenario_of({"sizes": SIZES, "options": options, "pools": pools, "jobs": jobs, **rest})
