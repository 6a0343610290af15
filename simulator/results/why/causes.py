"""What can keep a task from a node, in the order in which it is asked: when each cause applies, and its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.results.why.pool_supply import Supply
from simulator.results.why.reasons import Reason
from simulator.results.why.room import Need, Room
from simulator.service_codes import QUOTAS
from simulator.units import spoken

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sight:
    """All that is known at each instant of one time of waiting."""

    room: Room
    supply: Supply
    need: Need
    limited: Bools
    """Whether its job ran as many tasks as it may."""
    unled: Bools
    """Whether the manager of its job had yet to start."""
    kept: Bools
    """Whether a multi-instance task waited that may keep idle nodes for itself."""

    @property
    def none_serve(self) -> Bools:
        return np.asarray(self.room.serving == 0)

    @property
    def wants_none(self) -> Bools:
        """Whether the pool has no node and wants none."""
        return np.asarray(self.none_serve & (self.supply.current == 0) & (self.supply.target == 0))

    @property
    def full(self) -> Bools:
        return np.asarray(self.room.free_slots == 0)

    @property
    def fits(self) -> Bools:
        return self.room.fitting >= self.need.instances

    @property
    def may(self) -> Bools:
        return self.room.allowed >= self.need.instances

    @property
    def short(self) -> Bools:
        """Whether something keeps the pool below its target."""
        return np.asarray(self.supply.limit != "")

    @property
    def by_quota(self) -> Bools:
        """Whether that is a quota or a cap of the service."""
        return np.array([code in QUOTAS for code in self.supply.limit], dtype=bool)

    def all(self, value: bool) -> Bools:
        return np.full(len(self.room.time), value)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Counts over one interval."""

    room: Room
    supply: Supply
    need: Need
    rows: slice

    def served(self, name: str) -> int:
        """Return the most nodes, or slots, of one kind that were in service."""
        return int(getattr(self.room, name)[self.rows].max())

    def had(self, name: str) -> int:
        """Return the most nodes that the pool had of one kind."""
        return int(getattr(self.supply, name)[self.rows].max())

    def last(self, name: str) -> Any:
        return getattr(self.supply, name)[self.rows][-1]


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason of waiting."""

    reason: Reason
    applies: Callable[[Sight], Bools]
    describe: Callable[[Numbers], str]
    names_served: bool = False
    """Whether it helps to know who was given nodes meanwhile."""


def nodes(count: int) -> str:
    """Write a number of nodes."""
    return f"{count:,} node{'' if count == 1 else 's'}"


def _kept_small(n: Numbers) -> str:
    serving = n.served("serving")
    taken = "no node in service" if serving == 0 else f"all slots of {nodes(serving)} are taken"
    return f"{taken}; {n.last('limit')} keeps the pool at {n.last('current'):,} of {n.had('target'):,} nodes"


def _all_taken(n: Numbers) -> str:
    away = _away(n)
    return f"all slots of {nodes(n.served('serving'))} in service are taken{', ' if away else ''}{away}"


def _away(n: Numbers) -> str:
    """Report the nodes that are there and take no new tasks, each kind by itself."""
    kinds = (("restarting", "rebooting"), ("disabled", "out of scheduling"), ("leaving", "leaving the pool"))
    return ", ".join(f"{nodes(count)} {what}" for name, what in kinds if (count := n.had(name)))


def _evaluated(n: Numbers) -> str:
    first = n.rows.start
    wait = float(n.supply.evaluated[first] - n.supply.time[first])
    return f"the pool wants no node until its formula is next evaluated, {spoken(wait)} later: {nodes(n.last('asked'))}"


def _wants(n: Numbers) -> str:
    return f"the pool wants {nodes(n.had('target'))} and has none in service"


def _had(name: str, what: str) -> Callable[[Numbers], str]:
    return lambda n: f"{nodes(n.had(name))} {what}"


def _with_room(what: str) -> Callable[[Numbers], str]:
    return lambda n: f"{nodes(n.served('fitting'))} with room{what}"


C = Cause
NONE_SERVE: Final = (
    C(Reason.POOL_DELETED, lambda s: s.supply.deleted, lambda _: "the pool has been deleted"),
    C(Reason.NO_POOL, lambda s: ~s.supply.exists, lambda _: "the pool is not there yet"),
    C(Reason.BOOTING, lambda s: s.none_serve & (s.supply.booting > 0), _had("booting", "starting, none ready")),
    C(Reason.EVALUATION, lambda s: s.wants_none & (s.supply.asked > 0), _evaluated),
    C(Reason.POOL_EMPTY, lambda s: s.wants_none, _wants),
    C(
        Reason.ALLOCATING,
        lambda s: s.none_serve & s.supply.resizing & (s.supply.current < s.supply.target),
        lambda n: f"a resize to {nodes(n.had('target'))} is under way",
    ),
    C(Reason.QUOTA, lambda s: s.none_serve & s.by_quota, _kept_small, names_served=True),
    C(Reason.CAPACITY, lambda s: s.none_serve & s.short, _kept_small, names_served=True),
    C(
        Reason.NODES_PREEMPTED,
        lambda s: s.none_serve & (s.supply.preempted > 0),
        _had("preempted", "without a machine, which the region has to give"),
    ),
    C(
        Reason.NODES_DEALLOCATED,
        lambda s: s.none_serve & (s.supply.deallocated > 0) & (s.supply.broken + s.supply.away == 0),
        _had("deallocated", "deallocated: somebody has to start them"),
    ),
    C(Reason.NODES_BROKEN, lambda s: s.none_serve & (s.supply.broken > 0), _had("broken", "in the pool, unusable")),
    C(Reason.NODES_RESTARTING, lambda s: s.none_serve & (s.supply.restarting > 0), _away),
    C(Reason.NODES_DISABLED, lambda s: s.none_serve & (s.supply.disabled > 0), _away),
    C(Reason.NODES_LEAVING, lambda s: s.none_serve & (s.supply.leaving > 0), _away),
    C(Reason.POOL_EMPTY, lambda s: s.none_serve, _wants),
)
"""While no node is in service."""
ROOM: Final = (
    C(
        Reason.JOB_LIMIT,
        lambda s: s.limited,
        lambda _: "its job runs as many tasks as maxParallelTasks lets it",
    ),
    C(
        Reason.MANAGER,
        lambda s: s.unled & ~s.full,
        lambda _: "the manager of its job has found no node yet, and starts before all others",
    ),
    C(
        Reason.KIND,
        lambda s: s.fits & ~s.may & s.all(s.need.only_dedicated),
        _with_room(", low-priority ones: it takes dedicated nodes only"),
    ),
    C(
        Reason.BARRED,
        lambda s: s.fits & ~s.may,
        _with_room(", barred: the preparation of its job failed there"),
    ),
    C(Reason.RESERVED, lambda s: s.fits & s.kept, _with_room(", kept for a multi-instance task that waits")),
    C(Reason.HELD, lambda s: s.fits, _with_room("")),
)
"""While a node has room."""
NO_ROOM: Final = (
    C(Reason.QUOTA, lambda s: s.full & s.by_quota, _kept_small, names_served=True),
    C(Reason.CAPACITY, lambda s: s.full & s.short, _kept_small, names_served=True),
    C(Reason.NO_SLOT, lambda s: s.full & s.all(s.need.instances == 1), _all_taken, names_served=True),
    C(
        Reason.GANG,
        lambda s: s.all(s.need.instances > 1),
        lambda n: f"at most {n.served('fitting'):,} of {n.need.instances:,} nodes idle at once",
        names_served=True,
    ),
    C(
        Reason.SLOTS_SHORT,
        lambda s: s.room.with_slots == 0,
        lambda n: f"{n.served('free_slots'):,} slots free, on no node {n.need.slots} together",
        names_served=True,
    ),
    C(
        Reason.CORES_SHORT,
        lambda s: s.room.with_cores == 0,
        lambda n: f"slots free, but on no node {n.need.cores:g} cores",
        names_served=True,
    ),
    C(
        Reason.MEMORY_SHORT,
        lambda s: s.all(True),
        lambda n: f"slots free, but on no node {n.need.memory:g} GiB",
        names_served=True,
    ),
)
"""While none has."""
CAUSES: Final = (*NONE_SERVE, *ROOM, *NO_ROOM)
"""The first that applies wins; the last one always does."""
PASSED: Final = C(Reason.PRIORITY, lambda s: s.all(False), _all_taken, names_served=True)
"""Instead of `no slot` where jobs of higher priority were served meanwhile."""
del C


def causes_of(sight: Sight) -> npt.NDArray[np.int64]:
    """Return the place in `CAUSES` of what applies from each instant on."""
    found = np.zeros(len(sight.room.time), dtype=np.int64)
    for place in reversed(range(len(CAUSES))):
        found[CAUSES[place].applies(sight)] = place
    return found
