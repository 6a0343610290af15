"""What made-up scenarios consist of: pools that take fixed times for everything, jobs of a few tasks, resizes."""

from random import Random
from typing import Any, Final, TypeVar

from tests.bodies import UBUNTU

Scenario = dict[str, Any]
T = TypeVar("T")

OPTIONS: Final = ("requeue", "terminate", "taskcompletion", "retaineddata")
HORIZON: Final = 5400


class Draw:
    """Draws for one scenario; instants lie on a grid, so that some of them coincide."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - no secret
        self.grid = self.random.choice((5, 20, 60))

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def one(self, *values: T) -> T:
        return self.random.choice(values)

    def span(self, low: int, high: int) -> str:
        return f"{max(low, self.random.randint(low, high) // self.grid * self.grid)}s"

    def time(self, low: int = 0, high: int = HORIZON - 1200) -> str:
        return f"{self.random.randint(low, high) // self.grid * self.grid}s"


def pool(draw: Draw, name: str) -> Scenario:
    """Return a fixed pool that takes fixed times for everything."""
    names = ("allocationLatency", "creating", "starting", "leaving", "rebooting", "upgradingOS", "recoveryDelay")
    timing: Scenario = {key: draw.one("0s", draw.span(1, 90)) for key in names}
    timing |= {"upgradingOS": draw.span(1, 200), "recoveryDelay": draw.span(1, 400), "allocationTail": draw.one(0, 5)}
    timing |= {key: draw.one("0s", "3s") for key in ("dispatchLatency", "launchOverhead")}
    body: Scenario = {
        "id": name,
        "vmSize": "D2",
        "virtualMachineConfiguration": UBUNTU,
        "taskSlotsPerNode": draw.one(1, 1, 2, 3),
        "targetDedicatedNodes": draw.number(1, 5),
        "targetLowPriorityNodes": draw.one(0, 0, draw.number(1, 4)),
        "resizeTimeout": draw.one("300s", "900s"),
        "simulation": {"timing": timing, "preemption": {"model": "none"}},
    }
    if draw.one(True, False, False):
        timing["startTask"] = draw.span(1, 60)
        body["startTask"] = {"commandLine": "work"}
    return body


def task(draw: Draw, number: int) -> Scenario:
    """Return a task that succeeds after a fixed time."""
    made: Scenario = {"id": f"t{number}", "commandLine": "work", "simulation": {"duration": draw.span(20, 1500)}}
    made["constraints"] = {"retentionTime": draw.span(1, 1500)}
    made["requiredSlots"] = draw.one(1, 1, 1, 2)
    if draw.one(True, False):
        made["simulation"]["submit"] = draw.time()
    return made


def job(draw: Draw, name: str, pool: str, tasks: int, **rest: Any) -> Scenario:
    made: Scenario = {"id": name, "poolInfo": {"poolId": pool}, "priority": draw.one(0, 0, 5), **rest}
    return made | {"tasks": [task(draw, number) for number in range(tasks)], "simulation": {}}


def base(draw: Draw) -> Scenario:
    """Return one pool and one or two jobs."""
    names = ["p", "q"] if draw.one(True, False, False) else ["p"]
    return {
        "horizon": f"{HORIZON}s",
        "sizes": {"D2": {"vcpus": 2, "memoryGiB": 8, "tempDiskGiB": 50}},
        "options": {"timingPreset": "instant", "equalPriorityPolicy": "creationtime"},
        "account": {},
        "pools": [pool(draw, name) for name in names],
        "jobs": [job(draw, f"j{number}", draw.one(*names), draw.number(1, 6)) for number in range(draw.number(1, 2))],
        "timeline": [],
    }


def operate(made: Scenario, at: str, operation: str, **body: Any) -> None:
    made["timeline"].append({"at": at, "operation": operation, **body})


def every_pool(made: Scenario) -> list[Scenario]:
    """Return the pools of the beginning and those that are created later."""
    return [*made["pools"], *(one["pool"] for one in made["timeline"] if one["operation"] == "createPool")]


def resize(draw: Draw, made: Scenario, *, most: int = 6, options: tuple[str, ...] = OPTIONS) -> None:
    """Add a resize of any pool at any time."""
    operate(
        made,
        draw.time(),
        "resize",
        pool=draw.one(*made["pools"])["id"],
        targetDedicatedNodes=draw.number(0, most),
        targetLowPriorityNodes=draw.one(0, draw.number(0, most)),
        nodeDeallocationOption=draw.one(*options),
        resizeTimeout=draw.one("300s", "900s", "3600s"),
    )
