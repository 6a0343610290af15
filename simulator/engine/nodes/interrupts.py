"""Why a node is interrupted: what its pool, an operator or the cloud does to it.

Whoever interrupts has checked that it may.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.states import NodeDeallocationOption, NodeState


@dataclass(frozen=True, slots=True)
class Preempt:
    """Azure takes the VM back."""


@dataclass(frozen=True, slots=True)
class Leave:
    """The pool no longer wants the node; one that drains already leaves with this option from now on."""

    option: NodeDeallocationOption


@dataclass(frozen=True, slots=True)
class Stay:
    """A resize timed out or was stopped while the node was draining: it goes back to work."""


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
    """After how many milliseconds the node recovers; None = never by itself."""


@dataclass(frozen=True, slots=True)
class Disable:
    """Take no new tasks; those that run are requeued, ended, or run to their end."""

    option: NodeDeallocationOption


@dataclass(frozen=True, slots=True)
class Enable:
    """Take tasks again."""


@dataclass(frozen=True, slots=True)
class End:
    """The last phase is over: the node ends."""


Interruption = Preempt | Leave | Stay | Restart | Deallocate | Start | Break | Disable | Enable
"""The cause of an interrupt."""
Next = Interruption | End | None
"""What follows a phase; None: it came to its own end, the node is ready."""
