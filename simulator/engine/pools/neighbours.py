"""The pools of a run that share an account, a subnet and the numbers of machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

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

    def held(self, kind: NodeKind) -> int:
        """Return how many nodes of a kind it has or has been promised."""

    def cores_held(self, kind: NodeKind, family: str | None = None) -> int:
        """Return how many cores its nodes of a kind use of the account's quota, those on order included."""


class Neighbours:
    """All pools of a run, also those that are not created yet."""

    def __init__(self) -> None:
        self._pools: list[Neighbour] = []
        self.addresses = MachineNumbers()
        """Numbers of the machines' addresses, over all pools."""

    def add(self, pool: Neighbour) -> None:
        """Add a pool."""
        self._pools.append(pool)

    def count(self, account: Account) -> int:
        """Return how many pools of an account exist."""
        return sum(pool.exists for pool in self._pools if pool.account is account)

    def core_use(self, account: Account, kind: NodeKind, family: str | None = None) -> int:
        """Return the cores that nodes of one kind hold or have been promised, over all pools of an account."""
        return sum(pool.cores_held(kind, family) for pool in self._pools if pool.account is account)

    def addresses_used(self, subnet: str | None) -> int:
        """Return how many addresses of a subnet the nodes of its pools use, those on order included."""
        return sum(pool.held(kind) for pool in self._pools if pool.subnet == subnet for kind in NodeKind)
