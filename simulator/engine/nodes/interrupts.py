"""What a node can be told while it lives: the causes of interrupts. Whoever gives an order has checked that it may."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.states import NodeDeallocationOption, NodeState


@dataclass(frozen=True, slots=True)
class Preempt:
    """Azure takes the VM back."""


@dataclass(frozen=True, slots=True)
class Leave:
    """The pool no longer wants the node; to one that drains already: it leaves with this option."""

    option: NodeDeallocationOption


@dataclass(frozen=True, slots=True)
class Stay:
    """A resize ran out of time, or was stopped, while the node was draining: back to work."""


@dataclass(frozen=True, slots=True)
class Restart:
    """Go through `rebooting`, `reimaging` or `upgradingos`, once the option is satisfied."""

    state: NodeState
    option: NodeDeallocationOption


@dataclass(frozen=True, slots=True)
class Deallocate:
    """Stop the VM, once the option is satisfied; the node stays in the pool without one."""

    option: NodeDeallocationOption


@dataclass(frozen=True, slots=True)
class Start:
    """Start the VM of a deallocated node again."""


@dataclass(frozen=True, slots=True)
class Break:
    """Fall into a state in which nothing runs."""

    state: NodeState
    why: str
    recovery: int | None = None
    """After how many milliseconds the node is itself again; None = never by itself."""


@dataclass(frozen=True, slots=True)
class Disable:
    """Take no new tasks; those that run are given back, ended, or run to their end."""

    option: NodeDeallocationOption


@dataclass(frozen=True, slots=True)
class Enable:
    """Take tasks again."""


@dataclass(frozen=True, slots=True)
class Go:
    """There is nothing left to do but to be gone."""


Order = Preempt | Leave | Stay | Restart | Deallocate | Start | Break | Disable | Enable | Go | None
"""None: the phase came to its own end, the node is ready."""
