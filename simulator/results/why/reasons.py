"""Why a task waits, why it did not complete, why a node is out of order: codes of tables and JSON, and their meaning.

Every reader derives from these lists: `tasks.unfinished_why`, the answer, the report and the names of measures from
`Unfinished`; `poolsight why` from `Reason`; `node_states.why`, the answer and `poolsight why` from `NodeFault`. Where a
pool is too small, the service's own code says why (`simulator/service_codes.py`). `docs/reasons.md` lists all of them.
"""

from __future__ import annotations

import re
from typing import Final, Self

from simulator.codes import Code
from simulator.scenario.checks.never_runs import NeverRuns
from simulator.service_codes import RESIZE_ERRORS, ServiceCode
from simulator.states import NodeState


class Reason(Code):
    """What kept a task from running over an interval of its life, or what it did then."""

    NOT_SUBMITTED = "not submitted", "before it was added to its job"
    DEPENDENCY = "dependency", "tasks that it depends on have not completed as it wants"
    JOB_INACTIVE = "job inactive", "its job is disabled, ended, deleted, or not there yet"
    NEVER_FITS = "never fits", "no node of its pool can ever take it"
    NO_POOL = "no pool", "its pool is not there yet"
    POOL_DELETED = "pool deleted", "its pool has been deleted, or is being deleted"
    POOL_EMPTY = "pool empty", "the pool's targets are 0"
    EVALUATION = "evaluation", "the pool's targets are 0 until the next evaluation of its formula, which asks for nodes"
    ALLOCATING = "allocating", "a resize is under way and its first node has not come"
    BOOTING = "booting", "nodes are there and none of them is ready yet"
    QUOTA = "quota", "a quota or a cap of the service keeps the pool below its target, and there is no slot"
    CAPACITY = "capacity", "the region did not give the nodes that the pool wants, and there is no slot"
    NODES_PREEMPTED = "nodes preempted", "the only nodes are preempted ones, without a machine"
    NODES_DEALLOCATED = "nodes deallocated", "the only nodes are deallocated ones that somebody has to start"
    NODES_BROKEN = "nodes broken", "the only nodes are unusable, without contact, or their start task failed"
    NODES_RESTARTING = "nodes restarting", "the only nodes reboot, are reimaged, or have their system upgraded"
    NODES_DISABLED = "nodes disabled", "the only nodes are taken out of scheduling"
    NODES_LEAVING = "nodes leaving", "the only nodes leave the pool, perhaps when their tasks are done"
    NO_SLOT = "no slot", "all slots of all nodes in service are taken"
    PRIORITY = "priority", "all slots are taken, and jobs of higher priority were served meanwhile"
    SLOTS_SHORT = "slots short", "slots are free, on no node as many as it needs"
    CORES_SHORT = "cores short", "slots are free, but not the cores it asks for"
    MEMORY_SHORT = "memory short", "slots and cores are free, but not the memory it asks for"
    GANG = "gang", "fewer idle nodes than it needs at once"
    JOB_LIMIT = "job limit", "a node had room, but its job runs as many tasks as it may"
    MANAGER = "job manager", "a node had room, but the manager of its job starts first and has not"
    KIND = "kind of node", "only low-priority nodes had room, and it takes dedicated ones"
    BARRED = "barred", "the nodes with room are barred: the preparation task of its job failed there"
    RESERVED = "reserved", "a node had room, kept for a multi-instance task that waits"
    HELD = "held back", "a node had room and the record does not say what kept the task"
    PREPARING = "preparing", "it has its node, and its job prepares it there"
    DISPATCH = "dispatch", "it has its node and has not started there"
    RUNNING = "running", "it runs"
    COMPLETED = "completed", "it has completed; after a failure a client may reactivate it"
    DELETED = "deleted", "a client has deleted it"


WAITING: Final = frozenset(Reason) - {
    Reason.NOT_SUBMITTED,
    Reason.PREPARING,
    Reason.DISPATCH,
    Reason.RUNNING,
    Reason.COMPLETED,
    Reason.DELETED,
}
"""Reasons of time in the queue."""


class Unfinished(Code):
    """Why a task did not complete: the codes of `tasks.unfinished_why`; some are followed by a colon and a detail."""

    NOT_SUBMITTED = "not yet submitted when the run ended", "its time had not come"
    RUNNING = "still running when the run ended", "it had its node, and ran or was about to start"
    PREPARING = "its job still prepared the node when the run ended", "it had its node"
    QUEUED = "queued when the run ended", "it waited, and nodes were in service"
    NEEDS_NODES = "needs several nodes at once, which its pool never gives", "a multi-instance task that never fits"
    TOO_MANY_NODES = NeverRuns.GANG.value, "a multi-instance task, and the targets, quotas or caps of its pool"
    NEEDS_DEDICATED = NeverRuns.DEDICATED.value, "a job manager that takes no low-priority node"
    BEHIND_MANAGER = NeverRuns.MANAGER.value, "the manager needs a dedicated node, which its pool can never have"
    UNPREPARED = NeverRuns.UNPREPARED.value, "it waits for the success of the preparation"
    DEPENDENCY = "waits for a task that did not satisfy it", "a task that it depends on did not end as it wants"
    NO_SUCH_TASK = "waits for a task that does not exist", "it depends on an id that no task of its job has"
    NEEDS_MEMORY = "needs more memory than any node of its pool has", "it never fits"
    NEEDS_CORES = "needs more cores than any node of its pool has", "it never fits"
    NEEDS_SLOTS = "needs more slots than any node of its pool has", "it never fits"
    DELETED = "deleted before it had completed", "by a client, with deleteTask"
    JOB_DELETED = "its job was deleted", "while it waited"
    NEVER_DELETED = "never submitted, its job was deleted", "before its time had come"
    JOB_DISABLED = "its job is disabled", "by a client, or by an exit condition"
    NOT_CREATED = "its pool was not created", "its job names a pool that did not come in time"
    POOL_DELETED = "its pool was deleted", "by a client, or with its job"
    NO_NODE = "no node in service when the run ended", "detail: what kept the pool without"
    NO_SUCH_JOB = "its schedule has created no such job", "detail: why the schedule left it out"
    JOB_REFUSED = "its job was refused", "a quota or another job of its id left it no place; detail: the code"
    ID_TAKEN = "its id was taken", "its job had another task of that id, which was not deleted"
    JOB_ENDED = "its job ended", "while it waited; detail: why the job ended"
    NEVER_ENDED = "never submitted, its job had ended", "before its time had come; detail: why the job ended"

    def because(self, detail: str) -> str:
        """Return the code with a detail."""
        return f"{self}: {detail}"


class NodeFault(Code):
    """Why a node takes no tasks until somebody or something mends it: the texts of `node_states.why`."""

    NETWORK_BLOCKED = "network blocked", "`networkBlocked`: the service cannot reach the nodes of the pool"
    NOT_FETCHED = "could not be fetched", "before it: the package or image; a reboot tries again"
    DISK_FULL = "disk full", "what came to the local disk had no room there; a reboot removes the files of tasks"
    START_TASK = "start task ended with exit code", "after it: the code of the last attempt"
    CONTACT_LOST = "contact lost", "by `contactLoss` or `loseContact`; contact may come back by itself"
    OUTAGE = "outage of zone", "after it: the zone; contact comes back with its end"
    START_TASK_BEFORE = "its start task had failed before contact was lost", "contact is back"

    def of(self, detail: str) -> str:
        """Return the text about one thing; it stands where the meaning of the code says."""
        return f"{detail} {self}" if self is NodeFault.NOT_FETCHED else f"{self} {detail}"

    @classmethod
    def behind(cls, text: str) -> Self | None:
        """Return the code of a text; None where it has none."""
        return next((fault for fault in cls if text.startswith(fault) or text.endswith(fault)), None)


LASTING: Final = frozenset(NodeFault) - {NodeFault.CONTACT_LOST, NodeFault.OUTAGE}
"""Faults that stay until somebody does something about them."""


class LeftOut(Code):
    """Why a schedule created no job that was due."""

    STILL_RAN = "the one before still ran", "a schedule has one active job at a time"
    DISABLED = "it was disabled", "disableJobSchedule, and not enabled again"
    TERMINATED = "it had been ended", "terminateJobSchedule"
    DELETED = "it had been deleted", "deleteJobSchedule"


NO_TARGETS: Final = "the pool's targets are 0"
"""Detail where a pool has no node and wants none."""
BROKEN: Final = (
    NodeState.STARTTASKFAILED,
    NodeState.UNUSABLE,
    NodeState.UNKNOWN,
    NodeState.OFFLINE,
    NodeState.DEALLOCATED,
)
"""States in which nodes fill a pool's target and take no task: these are counted where no other node is there."""
_WITH_DETAIL: Final = (
    Unfinished.NO_NODE,
    Unfinished.NO_SUCH_JOB,
    Unfinished.JOB_REFUSED,
    Unfinished.JOB_ENDED,
    Unfinished.NEVER_ENDED,
)
PLAIN: Final = (
    *(reason.value for reason in Unfinished if reason not in _WITH_DETAIL),
    Unfinished.NO_NODE.value,
    *(Unfinished.NO_NODE.because(why) for why in (NO_TARGETS, *RESIZE_ERRORS)),
    *(Unfinished.NO_SUCH_JOB.because(why) for why in LeftOut),
    *(Unfinished.JOB_REFUSED.because(why) for why in (ServiceCode.JOB_QUOTA, ServiceCode.AUTO_POOL_QUOTA)),
    *(Unfinished.JOB_REFUSED.because(why) for why in (ServiceCode.JOB_EXISTS, ServiceCode.JOB_BEING_DELETED)),
)
"""Every reason that is the same in all runs."""
_COUNT: Final = rf"\d+ ({'|'.join(BROKEN)})"
_OTHERS: Final = re.compile(
    rf"{Unfinished.NO_NODE}: {_COUNT}(, {_COUNT})*|({Unfinished.JOB_ENDED}|{Unfinished.NEVER_ENDED}): .+"
)


def is_unfinished_why(text: str) -> bool:
    """Return whether a run can give this reason: nodes are counted in some, and a client says why it ended a job."""
    return text in PLAIN or _OTHERS.fullmatch(text) is not None


R, U = Reason, Unfinished
_WITHOUT_NODES: Final = frozenset(
    {R.NO_POOL, R.POOL_DELETED, R.POOL_EMPTY, R.ALLOCATING, R.BOOTING, R.QUOTA, R.CAPACITY}
    | {R.NODES_PREEMPTED, R.NODES_DEALLOCATED, R.NODES_BROKEN, R.EVALUATION}
    | {R.NODES_RESTARTING, R.NODES_DISABLED, R.NODES_LEAVING}
)
LAST_INTERVAL: Final = {
    **dict.fromkeys((U.NOT_SUBMITTED, U.ID_TAKEN), frozenset({R.NOT_SUBMITTED})),
    U.RUNNING: frozenset({R.DISPATCH, R.RUNNING}),
    U.PREPARING: frozenset({R.PREPARING}),
    U.QUEUED: WAITING - {R.NEVER_FITS, R.NO_POOL, R.POOL_DELETED, R.POOL_EMPTY, R.EVALUATION, R.JOB_INACTIVE},
    U.DEPENDENCY: frozenset({R.DEPENDENCY}),
    U.NO_SUCH_TASK: frozenset({R.DEPENDENCY}),
    **dict.fromkeys((U.NEEDS_NODES, U.NEEDS_MEMORY, U.NEEDS_CORES, U.NEEDS_SLOTS), frozenset({R.NEVER_FITS})),
    U.DELETED: frozenset({R.DELETED}),
    **dict.fromkeys((U.TOO_MANY_NODES, U.NEEDS_DEDICATED), frozenset({R.NEVER_FITS})),
    U.BEHIND_MANAGER: frozenset({R.MANAGER}),
    U.UNPREPARED: frozenset({R.BARRED}),
    U.NOT_CREATED: frozenset({R.NO_POOL}),
    U.POOL_DELETED: frozenset({R.POOL_DELETED}),
    **dict.fromkeys((U.JOB_DELETED, U.JOB_ENDED, U.JOB_DISABLED), frozenset({R.JOB_INACTIVE})),
    **dict.fromkeys(
        (U.NEVER_DELETED, U.NEVER_ENDED, U.JOB_REFUSED, U.NO_SUCH_JOB), frozenset({R.JOB_INACTIVE, R.NOT_SUBMITTED})
    ),
    U.NO_NODE: _WITHOUT_NODES | {R.DEPENDENCY},
}
"""What `poolsight why` gives as the reason of the last interval of such a task."""
del R, U
