"""What a thing can be, and which change is legal when.

`NODE_TRANSITIONS` is the one table of a node's life; every edge says when it happens. Wire spelling is the
service's (`leavingpool`), so a table can be compared with a node list of the service.
"""

from enum import IntEnum, StrEnum
from typing import Final


class NodeKind(StrEnum):
    """How a node is paid for; `LOW_PRIORITY` is the API's word for spot nodes too."""

    DEDICATED = "dedicated"
    LOW_PRIORITY = "low_priority"


class PriceKind(StrEnum):
    """What is paid for a node: the service calls what can be taken back by one name, but sells two things."""

    DEDICATED = "dedicated"
    LOW_PRIORITY = "low_priority"
    """In an account of mode `BatchService`: a discount that is fixed for each size."""
    SPOT = "spot"
    """In an account of mode `UserSubscription`: a price that varies."""


class NodeFillType(StrEnum):
    """Where a task goes among the nodes that have room for it."""

    SPREAD = "spread"
    PACK = "pack"


class NodeDeallocationOption(StrEnum):
    """What becomes of the tasks on a node that is removed."""

    REQUEUE = "requeue"
    TERMINATE = "terminate"
    TASKCOMPLETION = "taskcompletion"
    RETAINEDDATA = "retaineddata"


class AllocationState(StrEnum):
    """What a pool's size is doing."""

    STEADY = "steady"
    RESIZING = "resizing"
    STOPPING = "stopping"


class TaskState(IntEnum):
    """Where a task is; the value is the code in the kernel's state column."""

    PLANNED = 0
    """Not yet submitted."""
    ACTIVE = 1
    """Queued: submitted, or given back by an attempt that did not count."""
    RUNNING = 2
    COMPLETED = 3
    PREPARING = 4
    """On a node that its job still prepares; the kernel counts it as running."""
    DELETED = 5
    """Removed by a client before it had completed."""


class JobState(StrEnum):
    """The service's job states."""

    ACTIVE = "active"
    DISABLING = "disabling"
    DISABLED = "disabled"
    ENABLING = "enabling"
    TERMINATING = "terminating"
    COMPLETED = "completed"
    DELETING = "deleting"


J = JobState
JOB_TRANSITIONS: Final[dict[JobState | None, frozenset[JobState]]] = {
    None: frozenset(
        {
            J.ACTIVE,  # added by a client, or by its schedule
            J.COMPLETED,  # a quota stood in the way, of jobs or of its own pool
        }
    ),
    J.ACTIVE: frozenset(
        {
            J.DELETING,  # a client deletes it, or its schedule
            J.DISABLING,  # a client or an exit condition disables it
            J.TERMINATING,  # a client, its manager, an exit condition, all tasks complete, or time is up
        }
    ),
    J.DISABLING: frozenset(
        {
            J.DELETING,  # deleted meanwhile
            J.DISABLED,  # none of its tasks runs any more
            J.ENABLING,  # enabled while it still waited for running tasks
            J.TERMINATING,  # ended meanwhile
        }
    ),
    J.DISABLED: frozenset(
        {
            J.DELETING,  # deleted by a client, or with its schedule
            J.ENABLING,  # a client enables it
            J.TERMINATING,  # ended by a client, or time is up
        }
    ),
    J.ENABLING: frozenset(
        {
            J.ACTIVE,  # at once
        }
    ),
    J.TERMINATING: frozenset(
        {
            J.COMPLETED,  # the last release task has ended
            J.DELETING,  # deleted while release tasks run
        }
    ),
    J.COMPLETED: frozenset(
        {
            J.DELETING,  # a client deletes it, or its schedule
        }
    ),
    J.DELETING: frozenset(),  # gone with the last release task
}
del J


class ScheduleState(StrEnum):
    """The service's states of job schedules."""

    ACTIVE = "active"
    DISABLED = "disabled"
    TERMINATING = "terminating"
    COMPLETED = "completed"
    DELETING = "deleting"


SCHEDULE_TRANSITIONS: Final[dict[ScheduleState, frozenset[ScheduleState]]] = {
    ScheduleState.ACTIVE: frozenset(
        {
            ScheduleState.DISABLED,  # a client disables it
            ScheduleState.TERMINATING,  # a client ends it
            ScheduleState.COMPLETED,  # nothing runs and nothing more will
            ScheduleState.DELETING,  # a client deletes it
        }
    ),
    ScheduleState.DISABLED: frozenset(
        {
            ScheduleState.ACTIVE,  # a client enables it
            ScheduleState.TERMINATING,  # a client ends it
            ScheduleState.COMPLETED,  # its time is over
            ScheduleState.DELETING,  # a client deletes it
        }
    ),
    ScheduleState.TERMINATING: frozenset(
        {
            ScheduleState.COMPLETED,  # its job has ended
            ScheduleState.DELETING,  # deleted while its job ends
        }
    ),
    ScheduleState.COMPLETED: frozenset(
        {
            ScheduleState.DELETING,  # a client deletes it
        }
    ),
    ScheduleState.DELETING: frozenset(),  # gone with the last of its jobs
}


class Outcome(IntEnum):
    """How an attempt ended; the value is the code in the attempt table's column."""

    RUNNING = 0
    """Still on its node when the run ended."""
    SUCCEEDED = 1
    FAILED = 2
    """Exit code other than 0: retried while retries are left."""
    PREEMPTED = 3
    """Node lost; the task went back to the queue and no retry was used."""
    REQUEUED = 4
    """Killed by a shrink with `requeue`; the task went back to the queue."""
    TERMINATED = 5
    """Killed by a shrink with `terminate` or by the end of its job; the task completed as a failure."""
    DISPLACED = 6
    """Gave its slots to a job of higher priority; the task went back to the queue."""
    EXPIRED = 7
    """Ran longer than its `maxWallClockTime`; the task completed as a failure, without a retry."""
    UNPREPARED = 8
    """Its job's preparation failed on the node; the task went back to the queue, the job avoids the node."""
    LOST = 9
    """Contact with the node was lost for too long; the task went back to the queue and nothing was counted."""
    UNFETCHED = 10
    """A package or container image could not be fetched: a pre-processing error; the task completed as a failure."""


class NodeState(StrEnum):
    """The service's node states (batch-node state, API 2020-09-01.12.0; the last two since 2025-06-01)."""

    CREATING = "creating"
    STARTING = "starting"
    WAITINGFORSTARTTASK = "waitingforstarttask"
    STARTTASKFAILED = "starttaskfailed"
    IDLE = "idle"
    RUNNING = "running"
    OFFLINE = "offline"
    REBOOTING = "rebooting"
    REIMAGING = "reimaging"
    UPGRADINGOS = "upgradingos"
    UNUSABLE = "unusable"
    UNKNOWN = "unknown"
    LEAVINGPOOL = "leavingpool"
    PREEMPTED = "preempted"
    DEALLOCATING = "deallocating"
    DEALLOCATED = "deallocated"


WITHOUT_VM: Final = (NodeState.PREEMPTED, NodeState.DEALLOCATING, NodeState.DEALLOCATED)
"""States of nodes that are in the pool's count although no VM stands behind them that computes and is paid for."""

S = NodeState
_LOST: Final = {
    S.PREEMPTED,  # capacity taken back
    S.LEAVINGPOOL,  # chosen by a shrink, by removeNodes, or with its pool
    S.UNKNOWN,  # contact lost
    S.UNUSABLE,  # contact lost, and the service says so
}
"""What can befall a node in any state with a VM behind it, except one that is past its drain."""
_OPERATED: Final = {
    S.REBOOTING,  # an operator's reboot
    S.REIMAGING,  # an operator's reimage
    S.UPGRADINGOS,  # its turn in an upgrade of the operating system
    S.DEALLOCATING,  # an operator's deallocation
}
NODE_TRANSITIONS: Final[dict[NodeState | None, frozenset[NodeState | None]]] = {
    None: frozenset(
        {
            S.CREATING,  # the VM was obtained
        }
    ),
    S.CREATING: frozenset(
        {
            S.STARTING,  # the VM has booted, the node agent starts
        }
        | _LOST
    ),
    S.STARTING: frozenset(
        {
            S.WAITINGFORSTARTTASK,  # the pool has a start task to wait for
            S.IDLE,  # no start task, or one that is not waited for
            S.OFFLINE,  # the same on a node whose scheduling had been disabled before a restart
            S.UNUSABLE,  # a package or image could not be fetched, or the network is blocked
            S.UPGRADINGOS,  # its turn in an upgrade
        }
        | _LOST
    ),
    S.WAITINGFORSTARTTASK: frozenset(
        {
            S.IDLE,  # the start task exited with 0
            S.OFFLINE,  # the same on a node whose scheduling had been disabled before a restart
            S.STARTTASKFAILED,  # it exited with another code, and no retry is left
            S.UPGRADINGOS,  # its turn in an upgrade
        }
        | _LOST
    ),
    S.STARTTASKFAILED: frozenset(
        {
            S.REBOOTING,  # an operator's reboot; nothing else mends it
            S.UPGRADINGOS,  # its turn in an upgrade
        }
        | _LOST
    ),
    S.IDLE: frozenset(
        {
            S.RUNNING,  # the first slot was taken
            S.OFFLINE,  # scheduling disabled and no task left
        }
        | _LOST
        | _OPERATED
    ),
    S.RUNNING: frozenset(
        {
            S.IDLE,  # the last slot was freed
            S.OFFLINE,  # scheduling disabled, tasks given back or ended
        }
        | _LOST
        | _OPERATED
    ),
    S.OFFLINE: frozenset(
        {
            S.IDLE,  # scheduling enabled again
            S.UPGRADINGOS,  # its turn in an upgrade
        }
        | _LOST
    ),
    S.REBOOTING: frozenset(
        {
            S.STARTING,  # the VM is up again; packages and start task follow
            S.UPGRADINGOS,  # its turn in an upgrade
        }
        | _LOST
    ),
    S.REIMAGING: frozenset(
        {
            S.STARTING,  # the fresh image boots
            S.UPGRADINGOS,  # its turn in an upgrade
        }
        | _LOST
    ),
    S.UPGRADINGOS: frozenset(
        {
            S.STARTING,  # the new version is installed; packages and start task follow
        }
        | _LOST
    ),
    S.UNUSABLE: frozenset(
        {
            S.IDLE,  # contact is back
            S.OFFLINE,  # contact is back with a node whose scheduling is disabled
            S.STARTING,  # contact is back with a node that had not been ready
            S.STARTTASKFAILED,  # contact is back with one whose start task had failed
            S.REBOOTING,  # an operator's reboot of a broken node
        }
        | (_LOST - {S.UNKNOWN, S.UNUSABLE})
    ),
    S.UNKNOWN: frozenset(
        {
            S.IDLE,  # contact is back
            S.OFFLINE,  # contact is back with a node whose scheduling is disabled
            S.STARTING,  # contact is back with a node that had not been ready
            S.STARTTASKFAILED,  # contact is back with one whose start task had failed
        }
        | (_LOST - {S.UNKNOWN, S.UNUSABLE})
    ),
    S.LEAVINGPOOL: frozenset(
        {
            None,  # gone
            S.IDLE,  # the resize timed out or was stopped while draining: back in service, nothing running
            S.RUNNING,  # the same with tasks still running
            S.OFFLINE,  # the same on a node whose scheduling had been disabled, with none left
            S.UNKNOWN,  # contact lost while draining
            S.UNUSABLE,  # the same, and the service says so
        }
    ),
    S.PREEMPTED: frozenset(
        {
            S.CREATING,  # replacement found; same node id
            None,  # shed by a lower target, or the pool was deleted
        }
    ),
    S.DEALLOCATING: frozenset(
        {
            S.DEALLOCATED,  # the VM is stopped
            None,  # no longer wanted: shed by a lower target, by removeNodes, or with its pool
        }
    ),
    S.DEALLOCATED: frozenset(
        {
            S.STARTING,  # an operator starts the node again; packages and start task follow
            None,  # no longer wanted
        }
    ),
}
del S
