"""What each variable that the service defines means: documentation and the pages of the lab read it here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MEANINGS: Final[Mapping[str, str]] = {
    "$TargetDedicatedNodes": "wanted dedicated nodes; begins each run with the pool's target",
    "$TargetLowPriorityNodes": "wanted low-priority or spot nodes; begins each run with the pool's target",
    "$NodeDeallocationOption": "what happens to tasks on nodes that leave; begins each run with `requeue`",
    "$TargetDedicated": "short name of `$TargetDedicatedNodes`, which wins where both are assigned",
    "$TargetLowPriority": "short name of `$TargetLowPriorityNodes`, which wins where both are assigned",
    "$ActiveTasks": "waiting tasks whose dependencies are met; a multi-instance task counts once for each instance",
    "$RunningTasks": "running tasks; a multi-instance task counts once",
    "$PendingTasks": "`$ActiveTasks` plus `$RunningTasks`",
    "$SucceededTasks": "tasks that have succeeded since the run began",
    "$FailedTasks": "tasks that have failed for good since the run began",
    "$CPUPercent": "share of the processors in use, from 0 to 1",
    "$CurrentDedicatedNodes": "dedicated nodes in the pool",
    "$CurrentLowPriorityNodes": "low-priority or spot nodes in the pool, preempted ones included",
    "$PreemptedNodeCount": "nodes in state `preempted`",
    "$UsableNodeCount": "nodes that are idle or running with scheduling enabled",
    "$TaskSlotsPerNode": "task slots of each node; a number without sampling methods",
    "$CurrentDedicated": "old name of `$CurrentDedicatedNodes`",
}
"""By name. Retired metrics share one row."""
