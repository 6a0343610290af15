"""Why a task was where it was: one word for each reason, and what it means."""

from enum import StrEnum


class Reason(StrEnum):
    """What kept a task from running, or what it did; the docstring says when it applies."""

    NOT_SUBMITTED = "not submitted"
    """Before it was added to its job."""
    DEPENDENCY = "dependency"
    """Tasks it depends on have not completed as it wants."""
    JOB_INACTIVE = "job inactive"
    """Its job is disabled, ended, or not there yet."""
    NEVER_FITS = "never fits"
    """No node of its pool can ever take it."""
    NO_POOL = "no pool"
    """Its pool is not there yet, or deleted."""
    POOL_EMPTY = "pool empty"
    """The pool's targets are 0."""
    ALLOCATING = "allocating"
    """A resize is under way and its first node has not come."""
    BOOTING = "booting"
    """Nodes are there and none of them is ready yet."""
    QUOTA = "quota"
    """A quota or a cap of the service keeps the pool below its target, and there is no slot."""
    CAPACITY = "capacity"
    """The region did not give the nodes that the pool wants, and there is no slot."""
    NODES_PREEMPTED = "nodes preempted"
    """The only nodes are preempted ones that wait for a machine."""
    NODES_DEALLOCATED = "nodes deallocated"
    """The only nodes are deallocated ones that somebody has to start."""
    NODES_BROKEN = "nodes broken"
    """The only nodes are unusable or their start task failed."""
    NODES_BUSY = "nodes busy"
    """The only nodes reboot, are taken out of scheduling, or leave."""
    NO_SLOT = "no slot"
    """All slots of all nodes in service are taken."""
    PRIORITY = "priority"
    """All slots are taken, and jobs of higher priority were served meanwhile."""
    SLOTS_SHORT = "slots short"
    """Slots are free, on no node as many as it needs."""
    CORES_SHORT = "cores short"
    """Slots are free, but not the cores it asks for."""
    MEMORY_SHORT = "memory short"
    """Slots and cores are free, but not the memory it asks for."""
    GANG = "gang"
    """Fewer idle nodes than it needs at once."""
    JOB_LIMIT = "job limit"
    """A node had room, but its job runs as many tasks as it may."""
    MANAGER = "job manager"
    """A node had room, but the manager of its job starts first and has not."""
    KIND = "kind of node"
    """Only low-priority nodes had room, and it takes dedicated ones."""
    BARRED = "barred"
    """The nodes with room are barred: the preparation task of its job failed there."""
    RESERVED = "reserved"
    """A node had room, kept for a multi-instance task that waits."""
    HELD = "held back"
    """A node had room and the record does not say what kept the task."""
    PREPARING = "preparing"
    """It has its node, and its job prepares it there."""
    DISPATCH = "dispatch"
    """It has its node and has not started there."""
    RUNNING = "running"
    COMPLETED = "completed"


WAITING = frozenset(Reason) - {
    Reason.NOT_SUBMITTED,
    Reason.PREPARING,
    Reason.DISPATCH,
    Reason.RUNNING,
    Reason.COMPLETED,
}
