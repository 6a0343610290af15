"""Rules about tasks: which are counted, how often, and what becomes of those that run."""

from typing import Final

from simulator.formula.lint.model import Level, Rule

WORK: Final = (
    Rule(
        "interrupts-tasks",
        Level.WARNING,
        meaning="The pool can shrink under running tasks, and nothing makes its nodes wait for them.",
        why="Without $NodeDeallocationOption the service takes requeue: tasks on a node that is removed stop at once "
        "and start again from the beginning elsewhere. With terminate they stop and are not run again. Hours of paid "
        "work are thrown away, most of it late in a job, when long tasks are left over.",
        example="$tasks = max(0, $PendingTasks.GetSample(1));\n"
        "$TargetDedicatedNodes = min(20, ceil($tasks / $TaskSlotsPerNode));",
        mend="set $NodeDeallocationOption = taskcompletion",
        mended="$tasks = max(0, $PendingTasks.GetSample(1));\n"
        "$TargetDedicatedNodes = min(20, ceil($tasks / $TaskSlotsPerNode));\n"
        "$NodeDeallocationOption = taskcompletion;",
        is_fixed=True,
    ),
    Rule(
        "active-only-scaling",
        Level.WARNING,
        meaning="The target follows $ActiveTasks, which counts waiting tasks and leaves out running ones.",
        why="As soon as the last task starts, the count is 0 and the pool shrinks under the tasks that run.",
        example="$TargetDedicatedNodes = min(10, max(0, $ActiveTasks.GetSample(3)));\n"
        "$NodeDeallocationOption = taskcompletion;",
        mend="use $PendingTasks, which counts waiting and running tasks",
        mended="$TargetDedicatedNodes = min(10, max(0, $PendingTasks.GetSample(3)));\n"
        "$NodeDeallocationOption = taskcompletion;",
        is_fixed=True,
    ),
    Rule(
        "counted-twice",
        Level.WARNING,
        meaning="Tasks are counted more than once: pending tasks contain running and waiting ones.",
        why="$PendingTasks is $ActiveTasks plus $RunningTasks. Adding one of them to it, or adding up the samples of a "
        "window, asks for nodes that have nothing to do.",
        example="$n = max(0, $PendingTasks.GetSample(3)) + max(0, $RunningTasks.GetSample(3));\n"
        "$TargetDedicatedNodes = min(10, $n);\n$NodeDeallocationOption = taskcompletion;",
        mend="take $PendingTasks alone, or $ActiveTasks + $RunningTasks, and the mean of a window, not its sum",
        mended="$n = max(0, $PendingTasks.GetSample(3));\n$TargetDedicatedNodes = min(10, $n);\n"
        "$NodeDeallocationOption = taskcompletion;",
    ),
    Rule(
        "ignores-slots",
        Level.WARNING,
        meaning="Tasks are taken for nodes although a node of this pool runs several tasks at once.",
        why="With eight slots a node, eight tasks need one node and get eight: seven are paid for and stay empty.",
        example="$n = max(0, $PendingTasks.GetSample(3));\n"
        "$TargetDedicatedNodes = $n > 0 ? min(30, $n) : floor($TargetDedicatedNodes / 2);\n"
        "$NodeDeallocationOption = taskcompletion;",
        mend="divide the tasks by $TaskSlotsPerNode and round up",
        mended="$n = ceil(max(0, $PendingTasks.GetSample(3)) / $TaskSlotsPerNode);\n"
        "$TargetDedicatedNodes = $n > 0 ? min(30, $n) : floor($TargetDedicatedNodes / 2);\n"
        "$NodeDeallocationOption = taskcompletion;",
        slots=8,
    ),
    Rule(
        "double-demand",
        Level.WARNING,
        meaning="Both kinds of nodes are given the whole demand.",
        why="Each kind alone would do all of the work: the pool becomes twice as large as it needs to be.",
        example="n = max(0, $PendingTasks.GetSample(3));\n$TargetDedicatedNodes = n;\n$TargetLowPriorityNodes = n;\n"
        "$NodeDeallocationOption = taskcompletion;",
        mend="split the demand: give the second kind what the first leaves",
        mended="n = max(0, $PendingTasks.GetSample(3));\n$TargetDedicatedNodes = min(5, n);\n"
        "$TargetLowPriorityNodes = max(0, n - 5);\n$NodeDeallocationOption = taskcompletion;",
    ),
    Rule(
        "swings",
        Level.WARNING,
        meaning="Under a load that does not change, the target goes up and down from one evaluation to the next.",
        why="Nodes are paid for while they start and are removed before they have done anything; running tasks are "
        "interrupted or drained again and again.",
        example="$q = max(0, $ActiveTasks.GetSample(3));\n$TargetDedicatedNodes = min(60, ceil($q / 4));\n"
        "$NodeDeallocationOption = taskcompletion;",
        mend="follow a count that does not fall when the nodes come: $PendingTasks, or $ActiveTasks + $RunningTasks",
        mended="$q = max(0, $PendingTasks.GetSample(3));\n$TargetDedicatedNodes = min(60, ceil($q / 4));\n"
        "$NodeDeallocationOption = taskcompletion;",
        slots=4,
    ),
)
