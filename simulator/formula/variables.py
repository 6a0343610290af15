"""The names that the service defines (`docs/autoscale-language.md#service-variables`), and the constants."""

from typing import Final

from simulator.formula.values import TICKS_PER_SECOND, Interval, Keyword

DEDICATED: Final = "$TargetDedicatedNodes"
LOW_PRIORITY: Final = "$TargetLowPriorityNodes"
OPTION: Final = "$NodeDeallocationOption"
TARGETS: Final = (DEDICATED, LOW_PRIORITY)
ALIASES: Final = {"$TargetDedicated": DEDICATED, "$TargetLowPriority": LOW_PRIORITY}

TASK_METRICS: Final = ("$ActiveTasks", "$RunningTasks", "$PendingTasks", "$SucceededTasks", "$FailedTasks")
NODE_COUNTS: Final = ("$CurrentDedicatedNodes", "$CurrentLowPriorityNodes")
NODE_METRICS: Final = ("$CPUPercent", *NODE_COUNTS, "$PreemptedNodeCount", "$UsableNodeCount")
RETIRED: Final = (
    "$WallClockSeconds", "$MemoryBytes", "$DiskBytes", "$DiskReadBytes", "$DiskWriteBytes", "$DiskReadOps",
    "$DiskWriteOps", "$NetworkInBytes", "$NetworkOutBytes", "$SampleNodeCount",
)  # fmt: skip
"""Node resource metrics without samples since 2024-03-31: known names, empty history."""
SLOTS: Final = "$TaskSlotsPerNode"
"""A number without sampling methods."""
METRIC_ALIASES: Final = {"$CurrentDedicated": "$CurrentDedicatedNodes"}
METRICS: Final = (*TASK_METRICS, *NODE_METRICS, *RETIRED)
READ_ONLY: Final = frozenset((*METRICS, SLOTS, *METRIC_ALIASES))
SERVICE_NAMES: Final = (*TARGETS, OPTION, *ALIASES, *METRICS, SLOTS, *METRIC_ALIASES)
OBSOLETE: Final = ("$TVMDeallocationOption", "$SampleTVMCount")
"""Names of 2015 that mean nothing any more."""

KEYWORDS: Final = {name: Keyword(name) for name in ("requeue", "terminate", "taskcompletion", "retaineddata")}

_SECOND = TICKS_PER_SECOND
CONSTANTS: Final = {
    f"TimeInterval_{name}": Interval(ticks)
    for name, ticks in (
        ("Zero", 0),
        ("100ns", 1),
        ("Microsecond", 10),
        ("Millisecond", 10_000),
        ("Second", _SECOND),
        ("Minute", 60 * _SECOND),
        ("Hour", 3600 * _SECOND),
        ("Day", 86_400 * _SECOND),
        ("Week", 7 * 86_400 * _SECOND),
        ("Year", 365 * 86_400 * _SECOND),  # whatever the calendar says
    )
}
