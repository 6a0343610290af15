"""Pools and their resizes, as docs/model.md shows them under *Pools and resizes*."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.oracle.agenda import Phase
from tests.oracle.nodes import BROKEN, STARTING, Node
from tests.oracle.work import seconds

if TYPE_CHECKING:
    from tests.oracle.world import World

KINDS = ("dedicated", "low_priority")
CORES = {"BatchService": "AccountLowPriorityCoreQuotaReached", "UserSubscription": "AccountSpotCoreQuotaReached"}


@dataclass
class Resize:
    """One resize: what is on order, who leaves, and what went wrong with each kind."""

    start: int
    wanted: dict[str, int]
    option: str = ""
    ordered: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    leaving: list[Node] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    end: int | None = None

    @property
    def code(self) -> str:
        """The first error of either kind; none while the resize lasts."""
        return "" if self.end is None else next(iter(self.codes.values()), "Success")


class Pool:
    """A fixed pool."""

    def __init__(self, world: World, body: dict[str, Any]) -> None:
        self.world, self.body, self.id = world, body, body["id"]
        self.slots = body.get("taskSlotsPerNode", 1)
        self.packs = body.get("taskSchedulingPolicy", {}).get("nodeFillType") == "pack"
        self.has_start_task = "startTask" in body
        self.targets = dict.fromkeys(KINDS, 0)
        self.nodes: list[Node] = []
        """Those that exist, in order of creation."""
        self.numbers = 0
        self.resizes: list[Resize] = []
        self.resize: Resize | None = None
        self.fell_short = False
        """Whether the last resize that has ended had an error."""
        self.is_stopping = False
        self.is_deleted = False
        self.available: int | None = None
        """How many low-priority VMs there are, if it has a capacity curve."""

    def time(self, name: str) -> int:
        return seconds(self.body["simulation"]["timing"].get(name))

    @property
    def tail(self) -> int:
        return int(self.body["simulation"]["timing"].get("allocationTail", 0))

    def create(self) -> None:
        """Begin to exist, and to grow to the targets of the body."""
        wanted = {kind: self.body.get(_key(kind), 0) for kind in KINDS}
        if any(wanted.values()):
            self.aim(wanted, "requeue", seconds(self.body.get("resizeTimeout"), default=900))

    def current(self, kind: str) -> int:
        return sum(node.kind == kind for node in self.nodes)

    # What operators ask for; each returns the service's code.

    def absence(self) -> str:
        """Return why nothing can be asked of the pool: it is being deleted, or gone."""
        return "" if not self.is_deleted else "PoolBeingDeleted" if self.nodes else "PoolNotFound"

    def refusal(self) -> str:
        return self.absence() or ("PoolBeingResized" if self.resize else "")

    def resize_to(self, asked: dict[str, Any]) -> str:
        """Bring the pool to new targets; what is not named stays. The record keeps refused resizes too."""
        wanted = {kind: asked.get(_key(kind), self.targets[kind]) for kind in KINDS}
        if refusal := self.refusal():
            if refusal != "PoolNotFound":
                now = self.world.agenda.now
                self.resizes.append(Resize(now, wanted, codes={"dedicated": refusal}, end=now))
            return refusal
        option = asked.get("nodeDeallocationOption", "requeue")
        self.aim(wanted, option, seconds(asked.get("resizeTimeout"), default=900))
        return "Success"

    def remove(self, asked: dict[str, Any]) -> str:
        """Remove the named nodes and nobody else; the targets become what is left."""
        if refusal := self.refusal():
            return refusal
        named = [node for name in asked["nodeList"] for node in self.nodes if node.id == name]
        if len(named) < len(asked["nodeList"]):
            return "NodeNotFound"
        lost = {kind: sum(node.kind == kind for node in named) for kind in KINDS}
        wanted = {kind: self.current(kind) - lost[kind] for kind in KINDS}
        option = asked.get("nodeDeallocationOption", "requeue")
        self.aim(wanted, option, seconds(asked.get("resizeTimeout"), default=900), named)
        return "Success"

    def stop(self) -> str:
        """Stop the resize: what is on order is cancelled, what only drains returns to service, the rest leaves."""
        if absence := self.absence():
            return absence
        if self.resize and not self.is_stopping:
            self.is_stopping = True
            self.resize.codes.setdefault("", "ResizeStopped")
            self.give_up()
            self.settle()
        return "Success"

    def delete(self) -> str:
        """Stop the resize, give running tasks back, remove every node."""
        if absence := self.absence():
            return absence
        self.is_deleted = True
        self.targets = dict.fromkeys(KINDS, 0)
        if self.resize:
            self.resize.codes.setdefault("", "ResizeStopped")
            self.resize.ordered = dict.fromkeys(KINDS, 0)
            self.finish()
        self.resize = Resize(self.world.agenda.now, self.targets, leaving=list(self.nodes))
        self.resizes.append(self.resize)
        for node in list(self.nodes):
            if node.state != "leavingpool" or node.drain:
                node.drain = ""
                node.leave("requeue")
        self.settle()
        return "Success"

    def upgrade_os(self, batch: int | str | None) -> str:
        """Upgrade the nodes that there are, in order of their numbers, never more than a batch at a time.

        With a pause a batch begins so long after the whole one before is ready, else a node when one of the batch is.
        """
        if absence := self.absence():
            return absence
        policy = self.body["upgradePolicy"]
        rolling, defers = policy.get("rollingUpgradePolicy", {}), policy.get("automaticOSUpgradePolicy", {})
        pause = seconds(rolling.get("pauseTimeBetweenBatches"))
        share = max(1, len(self.nodes) * rolling.get("maxBatchInstancePercent", 20) // 100)
        size = share if batch is None else len(self.nodes) if batch == "all" else int(batch)
        waiting = sorted(self.nodes, key=lambda node: node.number)
        under_way: list[Node] = []

        def finish(done: Node) -> None:
            under_way.remove(done)
            if not pause:
                begin()
            elif not under_way:
                self.world.agenda.after(pause, Phase.NODES, begin)

        def begin() -> None:
            while waiting and len(under_way) < size:
                node = waiting.pop(0)
                if node.is_upgradable:
                    under_way.append(node)
                    node.upgrade(partial(finish, node), waits=bool(defers.get("osRollingUpgradeDeferral")))

        begin()
        return "Success"

    # One resize.

    def aim(self, wanted: dict[str, int], option: str, timeout: int, named: list[Node] | None = None) -> None:
        """Begin a resize to the wanted targets: each kind grows or shrinks by itself."""
        here = {kind: sum(node.kind == kind and not node.is_leaving for node in self.nodes) for kind in KINDS}
        if not named and wanted == here and (self.fell_short or not self.nodes):
            self.targets = wanted
            return
        agenda = self.world.agenda
        resize = self.resize = Resize(agenda.now, wanted, option)
        self.resizes.append(resize)
        self.targets = wanted
        self.is_stopping = False
        victims = list(named or [])
        for kind in KINDS:
            staying = [node for node in self.nodes if node.kind == kind and node not in victims and not node.is_leaving]
            need = wanted[kind] - len(staying)
            if named:
                continue  # nobody else leaves, and nobody comes
            if need > 0:
                self.order(resize, kind, need)
            elif need < 0:
                victims += sorted(staying, key=rank)[:-need]
        resize.leaving = victims
        for node in list(victims):
            node.leave(option)
        agenda.at(agenda.now + timeout, Phase.LIMITS, lambda: self.time_out(resize))
        self.settle()

    def order(self, resize: Resize, kind: str, need: int) -> None:
        """Ask for nodes; the quota cuts the request, and what is admitted reserves its cores at once."""
        admitted = min(need, self.world.free(kind))
        if admitted < need:
            account = self.world.account.get("mode", "BatchService")
            resize.codes[kind] = "AccountCoreQuotaReached" if kind == "dedicated" else CORES[account]
        resize.ordered[kind] = admitted
        self.allocate(resize, kind)

    @property
    def has_curve(self) -> bool:
        return self.available is not None

    @property
    def is_open(self) -> bool:
        """Whether its capacity curve has room, if it has one."""
        used = sum(node.kind == "low_priority" and node.has_vm for node in self.nodes)
        return self.available is None or used < self.available

    def refill(self) -> None:
        """Have nodes that wait for room under a capacity curve return, in order of their numbers, then growth go on."""
        if not self.has_curve:
            return
        for node in sorted(self.nodes, key=lambda node: node.number):
            if node.is_awaiting and self.is_open:
                node.is_awaiting = False
                node.recover()
        self.world.region.resume()

    def allocate(self, resize: Resize, kind: str) -> None:
        """Have what is on order appear, one after the other; where the region has no VMs, once it has them again."""
        if not resize.ordered[kind]:
            return
        if not self.world.region.has_vms(self, kind):
            self.world.region.waiting.append(lambda: self.allocate(resize, kind))
            return
        first = self.world.agenda.now + self.time("allocationLatency")
        self.world.agenda.at(first, Phase.NODES, lambda: self.arrive(resize, kind, first))

    def arrive(self, resize: Resize, kind: str, due: int) -> None:
        """A node that is due appears, unless its order has been cancelled, and the next one of its kind is planned.

        It waits where a VM of its place is lost, and does not come where the region has none left.
        """
        if not resize.ordered[kind]:
            return
        agenda, region = self.world.agenda, self.world.region
        if not region.has_vms(self, kind):
            self.allocate(resize, kind)
            return
        back = region.back_at(self, kind)
        if back is not None:
            agenda.at(back, Phase.NODES, lambda: self.arrive(resize, kind, due))
            return
        resize.ordered[kind] -= 1
        self.numbers += 1
        self.nodes.append(Node(self, kind, self.numbers))
        following = due + self.tail
        agenda.at(max(following, agenda.now), Phase.NODES, lambda: self.arrive(resize, kind, following))
        self.settle()

    def time_out(self, resize: Resize) -> None:
        """End a resize with what has been reached; nodes that still drain return to service."""
        if self.resize is not resize:
            return
        for kind in KINDS:
            if resize.ordered[kind]:
                resize.codes.setdefault(kind, "AllocationTimedout")
        for kind in KINDS:
            if any(node.drain and node.kind == kind for node in resize.leaving):
                resize.codes.setdefault(kind, "RemoveNodesFailed")
        self.give_up()
        self.finish()

    def give_up(self) -> None:
        """Cancel what is on order and let draining nodes serve again; those past their drain go on leaving."""
        assert self.resize is not None
        self.resize.ordered = dict.fromkeys(KINDS, 0)
        for node in list(self.resize.leaving):
            if node.drain:
                self.resize.leaving.remove(node)
                node.stay()

    def settle(self) -> None:
        """End the resize if nothing is on order and nobody leaves any more."""
        resize = self.resize
        if resize and not any(resize.ordered.values()) and not any(n in self.nodes for n in resize.leaving):
            self.finish()

    def finish(self) -> None:
        assert self.resize is not None
        self.fell_short = bool(self.resize.codes)
        self.resize.end, self.resize = self.world.agenda.now, None


def _key(kind: str) -> str:
    return "targetDedicatedNodes" if kind == "dedicated" else "targetLowPriorityNodes"


def rank(node: Node) -> tuple[int, ...]:
    """Return where a node stands in the order of removal; the smallest leaves first."""
    if node.state in BROKEN:
        return (1, -node.number)
    if node.state in STARTING:
        return (2, -node.number)
    if not node.attempts:
        return (3, -node.number)
    if any(attempt.task.is_manager for attempt in node.attempts):
        return (5, *_work(node))
    return (4, *_work(node))


def _work(node: Node) -> tuple[int, ...]:
    now = node.agenda.now
    done = sum(node.taken(attempt) * max(0, now - attempt.start) for attempt in node.attempts)
    return (node.used, done, node.number)
