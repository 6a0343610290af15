"""The pools of a run that share an account, a subnet, the numbers of machines, and what a region has lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from simulator.engine.pools.lost_capacity import LostCapacity, Place
from simulator.engine.pools.machine_numbers import MachineNumbers
from simulator.states import NodeKind

if TYPE_CHECKING:
    from simulator.scenario.format.schema import Account


class Neighbour(Protocol):
    """What the pools of a run know of each other."""

    @property
    def account(self) -> Account: ...

    @property
    def subnet(self) -> str | None: ...

    @property
    def exists(self) -> bool: ...

    @property
    def may_be_preempted(self) -> bool: ...

    def held(self, kind: NodeKind) -> int:
        """Return how many nodes of a kind it has or has been promised."""

    def ordered_from(self, place: Place) -> int:
        """Return how many low-priority nodes it has on order that may come from a place."""

    def cores_held(self, kind: NodeKind, family: str | None = None) -> int:
        """Return how many cores its nodes of a kind use of the account's quota, those on order included."""


class Neighbours:
    """All pools of a run, also those that are not created yet."""

    def __init__(self, *, lost_capacity_binds: bool) -> None:
        self._pools: list[Neighbour] = []
        self.addresses = MachineNumbers()
        """Numbers of the machines' addresses, over all pools."""
        self.lost = LostCapacity(binds=lost_capacity_binds)
        """What was taken from any of them."""

    def add(self, pool: Neighbour) -> None:
        """Add a pool."""
        self._pools.append(pool)

    def count(self, account: Account) -> int:
        """Return how many pools of an account exist."""
        return sum(pool.exists for pool in self._pools if pool.account is account)

    def core_use(self, account: Account, kind: NodeKind, family: str | None = None) -> int:
        """Return the cores that nodes of one kind hold or have been promised, over all pools of an account."""
        return sum(pool.cores_held(kind, family) for pool in self._pools if pool.account is account)

    def may_free_cores(self, account: Account) -> bool:
        """Return whether preemption may still free low-priority cores of an account."""
        return any(pool.may_be_preempted for pool in self._pools if pool.account is account)

    def back_at(self, place: Place, now: int) -> int | None:
        """Return when the next VM comes back to a place; None if more are on order there than are lost."""
        back = self.lost.missing(place, now)
        return back[0] if back and len(back) >= sum(pool.ordered_from(place) for pool in self._pools) else None

    def addresses_used(self, subnet: str | None) -> int:
        """Return how many addresses of a subnet the nodes of its pools use, those on order included."""
        return sum(pool.held(kind) for pool in self._pools if pool.subnet == subnet for kind in NodeKind)
