"""Small worlds for tests: one pool, one job of equal tasks, and a scenario around them that boots at once."""

from typing import Any

from simulator import Scenario

SIZES = {"D2": {"vcpus": 2, "memoryGiB": 8, "dedicatedLinux": 0.1, "lowPriorityLinux": 0.02}}


def pool(**body: Any) -> dict[str, Any]:
    return {"id": "p", "vmSize": "D2", **body}


def job(count: int, duration: Any, name: str = "j", **group: Any) -> dict[str, Any]:
    workload = [{"count": count, "duration": duration, **group}]
    return {"id": name, "poolInfo": {"poolId": "p"}, "simulation": {"workload": workload}}


def scenario(pools: list[Any], jobs: list[Any], **rest: Any) -> Scenario:
    options = {"timingPreset": "instant", **rest.pop("options", {})}
    return Scenario.model_validate({"sizes": SIZES, "options": options, "pools": pools, "jobs": jobs, **rest})
