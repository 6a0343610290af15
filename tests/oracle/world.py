"""A whole run of the oracle: from a scenario as plain data to a record as plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.oracle.agenda import NEVER, Agenda, Phase
from tests.oracle.made_up import every_pool
from tests.oracle.nodes import Node
from tests.oracle.pools import KINDS, Pool
from tests.oracle.region import Region
from tests.oracle.work import Task, Work, seconds

Lost = Callable[[int], list[str]]
VCPUS = 2
ANSWERED = ("resize", "stopResize", "removeNodes", "deletePool", "upgradeOs")
"""Operations whose codes stand in docs/model.md."""


class World:
    """Everything there is during a run."""

    def __init__(self, scenario: dict[str, Any], lost: Lost) -> None:
        self.agenda = Agenda()
        self.lost = lost
        self.horizon: int = seconds(scenario["horizon"])
        self.account: dict[str, Any] = scenario.get("account", {})
        enforces = scenario["options"].get("enforceLocalResources") == "disk"
        self.disk: float | None = scenario["sizes"]["D2"]["tempDiskGiB"] if enforces else None
        self.work = Work(self)
        self.everyone: list[Node] = []
        self.bodies = {body["id"]: body for body in every_pool(scenario)}
        """Of the pools that there are and those to come."""
        self.pools: dict[str, Pool] = {}
        self.region = Region(self.agenda, self.pools.values)
        self.operations: list[tuple[int, str, str]] = []
        for body in scenario["pools"]:
            self.add(body)
        for body in scenario.get("jobs", []):
            self.work.plan(body)
        for body in scenario.get("jobSchedules", []):
            self.work.plan_schedule(body)
        for asked in scenario.get("timeline", []):
            self.agenda.at(seconds(asked["at"]), Phase.OPERATIONS, lambda asked=asked: self.operate(asked))  # type: ignore[misc]

    def add(self, body: dict[str, Any]) -> None:
        """Create a pool."""
        made = self.pools[body["id"]] = Pool(self, body)
        self.plan_evictions(made)
        made.create()

    # Quotas.

    def used(self, kind: str) -> int:
        """Return the cores in use: from the request of a node until it is gone; preempted ones free theirs by mode."""
        keeps: bool = self.account.get("mode") == "UserSubscription"
        nodes = [node for pool in self.pools.values() for node in pool.nodes if node.kind == kind]
        ordered = sum(pool.resize.ordered[kind] for pool in self.pools.values() if pool.resize)
        return VCPUS * (ordered + sum(node.has_vm or keeps for node in nodes))

    def quota(self, kind: str) -> int:
        found = self.account.get("dedicatedCoreQuota" if kind == "dedicated" else "lowPriorityCoreQuota")
        return NEVER if found is None else int(found)

    def free(self, kind: str) -> int:
        """Return how many more nodes the quota of a kind admits."""
        return max(0, self.quota(kind) - self.used(kind)) // VCPUS

    def has_room_for(self, node: Node) -> bool:
        """Return whether a preempted node may have a VM again."""
        return self.account.get("mode") == "UserSubscription" or self.free(node.kind) > 0

    # Preemption.

    def plan_evictions(self, pool: Pool) -> None:
        """Plan the instants at which all low-priority nodes of a pool, or those named, are taken."""
        model = pool.body["simulation"].get("preemption", {"model": "none"})
        if model["model"] == "capacity_event":
            for time in model["times"]:
                self.agenda.at(seconds(time), Phase.NODES, lambda: self.evict(pool, None))
        if model["model"] == "capacity_curve":
            pool.available = model["points"][0]["available"]
            for point in model["points"]:
                self.agenda.at(
                    seconds(point["at"]),
                    Phase.NODES,
                    lambda point=point: self.turn(pool, point["available"]),  # type: ignore[misc]
                )
        if model["model"] == "trace":
            for entry in model["evictions"]:
                self.agenda.at(
                    seconds(entry["at"]),
                    Phase.NODES,
                    lambda entry=entry: self.evict(pool, entry.get("nodes")),  # type: ignore[misc]
                )

    def evict(self, pool: Pool, names: list[str] | None) -> None:
        for node in list(pool.nodes):
            if node.kind == "low_priority" and (names is None or node.id in names):
                node.preempt()

    def turn(self, pool: Pool, available: int) -> None:
        """Follow a capacity curve: what is too many is taken, those that wait come back first, then growth goes on.

        Which of the nodes are taken is drawn: the oracle takes those that the engine has drawn, if there are as many.
        """
        pool.available = available
        there = [node.id for node in pool.nodes if node.kind == "low_priority" and node.has_vm]
        excess = len(there) - available
        if excess > 0:
            drawn = there if available == 0 else [name for name in self.lost(self.agenda.now) if name in there]
            self.evict(pool, drawn[:excess])
        pool.refill()

    # Operations.

    def operate(self, asked: dict[str, Any]) -> None:
        """Do what the timeline says, and note the service's answer where the operation is one on a pool."""
        name = asked["operation"]
        if name == "createPool":
            self.add(asked["pool"])
        elif name == "outage":
            self.region.begin_outage(seconds(asked["duration"]))
        elif "pool" in asked:
            code = self.on_pool(name, self.pools[asked["pool"]], asked)
            if name in ANSWERED:
                self.operations.append((self.agenda.now, name, code))
        else:
            self.on_job(name, asked)

    def on_job(self, name: str, asked: dict[str, Any]) -> None:
        """Do to a job what the timeline says; what does not fit its state changes nothing."""
        job = next((job for job in self.work.jobs if job.id == asked["job"] and job.state != "planned"), None)
        if job is None or job.state == "deleted":
            return
        if name == "disableJob":
            self.work.disable(job, asked.get("disableTasks", "requeue"))
        elif name == "enableJob":
            self.work.enable(job)
        elif name == "updateJob":
            job.pool = asked["poolInfo"]["poolId"] if job.state == "disabled" else job.pool
        elif name == "terminateJob":
            self.work.terminate(job)
        elif name == "deleteJob":
            self.work.delete_job(job)
        elif name == "deleteTask":
            for task in job.tasks:
                if task.id == asked["task"] and task.state not in ("planned", "deleted"):
                    self.work.delete_task(task)

    def on_pool(self, name: str, pool: Pool, asked: dict[str, Any]) -> str:
        if name == "resize":
            return pool.resize_to(asked)
        if name == "removeNodes":
            return pool.remove(asked)
        if name == "stopResize":
            return pool.stop()
        if name == "deletePool":
            return pool.delete()
        if name == "upgradeOs":
            return pool.upgrade_os(asked.get("batchSize"))
        if name == "preemptNodes":
            named = [node for node in pool.nodes if node.id in asked["nodeId"]]
            if all(node.has_vm for node in named) and len(named) == len(asked["nodeId"]):
                self.evict(pool, asked["nodeId"])
            return ""
        if name == "reboot":
            named = [node for node in pool.nodes if node.id in asked["nodeId"]]
            for node in named if len(named) == len(asked["nodeId"]) else ():
                node.reboot()
            return "Success"
        raise NotImplementedError(name)

    # Placement.

    def place(self) -> None:
        """One pass in each pool: every waiting task in order, those that fit past those that do not."""
        for pool in self.pools.values():
            for task in self.work.waiting(pool.id):
                is_held = any(
                    other.is_manager and other.state == "active" for other in task.job.tasks if other is not task
                )
                if not is_held and (nodes := self.fit(task, pool)):
                    self.work.begin(task, nodes)

    def fit(self, task: Task, pool: Pool) -> list[Node]:
        """Return the nodes that a task takes; none, if it has to wait."""
        ready = [node for node in pool.nodes if node.is_ready and not any(a.task.is_exclusive for a in node.attempts)]
        if task.is_for_dedicated:
            ready = [node for node in ready if node.kind == "dedicated"]
        if task.instances > 1 or task.is_exclusive:
            idle = [node for node in ready if not node.attempts and task.slots <= pool.slots]
            return idle[: task.instances] if len(idle) >= task.instances else []
        room = [node for node in ready if node.used + task.slots <= pool.slots]
        room.sort(key=lambda node: -node.used if pool.packs else node.used)
        return room[:1]

    def forget(self, task: Task) -> None:
        """Remove the files of a deleted task on every node."""
        for pool in self.pools.values():
            for node in pool.nodes:
                node.forget(task)


def run(scenario: dict[str, Any], lost: Lost = lambda _: []) -> dict[str, list[Any]]:
    """Return the record of a scenario: attempts, node states, resizes, operations and final targets.

    `lost` names the nodes that lose their VMs at an instant where some of several do: nothing else is drawn.
    """
    world = World(scenario, lost)
    world.place()
    world.agenda.run(world.horizon, world.place)
    return {
        "attempts": sorted(_attempts(world), key=lambda row: row[:5]),
        "states": sorted(_states(world)),
        "resizes": sorted(
            (pool.id, resize.start, resize.end, resize.wanted["dedicated"], resize.wanted["low_priority"], resize.code)
            for pool in world.pools.values()
            for resize in pool.resizes
        ),
        "operations": world.operations,
        "targets": sorted((pool.id, *(pool.targets[kind] for kind in KINDS)) for pool in world.pools.values()),
    }


def _attempts(world: World) -> list[tuple[Any, ...]]:
    return [
        (
            attempt.assigned,
            job.id,
            task.id,
            instance,
            node.id,
            attempt.start if replace(attempt, end=min(attempt.end, world.horizon)).has_started else None,
            min(attempt.end, world.horizon),
            attempt.outcome,
        )
        for job in world.work.jobs
        for task in job.tasks
        for attempt in task.attempts
        for instance, node in enumerate(attempt.nodes)
    ]


def _states(world: World) -> list[tuple[Any, ...]]:
    """Return each span of a node in one state; states that lasted no time are left out, equal neighbours are one."""
    rows: list[tuple[Any, ...]] = []
    for node in world.everyone:
        ends = [start for _, start in node.states[1:]] + [world.horizon]
        spans: list[list[Any]] = []
        for (state, start), end in zip(node.states, ends, strict=True):
            if state == "gone" or start == end:
                continue
            if spans and spans[-1][0] == state:
                spans[-1][2] = end
            else:
                spans.append([state, start, end])
        rows += [(node.id, *span) for span in spans]
    return rows
