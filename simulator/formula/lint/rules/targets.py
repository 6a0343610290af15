"""Rules about targets: where they can get to, and where they never do."""

from typing import Final

from simulator.formula.lint.model import Level, Rule

KEPT = "\n$NodeDeallocationOption = taskcompletion;"
TARGETS: Final = (
    Rule(
        "never-zero",
        Level.WARNING,
        meaning="Without any work the target stays above 0, and no floor that is written down says so.",
        why="The pool costs money all night and all weekend, often because a halved target is rounded up for ever.",
        example="$n = max(0, $PendingTasks.GetSample(3));\n"
        f"$TargetDedicatedNodes = $n > 0 ? min(9, $n) : ceil($TargetDedicatedNodes / 2);{KEPT}",
        mend="round down, or set the target to 0 when nothing is pending; if a floor is meant, write max(1, ...)",
        mended="$n = max(0, $PendingTasks.GetSample(3));\n"
        f"$TargetDedicatedNodes = $n > 0 ? min(9, $n) : floor($TargetDedicatedNodes / 2);{KEPT}",
    ),
    Rule(
        "stuck-at-zero",
        Level.WARNING,
        meaning="From 0 nodes the target stays 0, whatever waits and at whatever time.",
        why="The target is computed from the nodes there are. Once the pool is empty, it never starts again.",
        example=f"$TargetDedicatedNodes = min(20, $CurrentDedicatedNodes * 2);{KEPT}",
        mend="add something that does not depend on the nodes there are, such as max(1, ...)",
        mended=f"$TargetDedicatedNodes = min(20, max(1, $CurrentDedicatedNodes * 2));{KEPT}",
    ),
    Rule(
        "swapped-cap",
        Level.WARNING,
        meaning="min and max are swapped: a cap that does not cap, or a call with one possible result.",
        why="max(20, demand) is never below 20 and has no upper bound: an empty queue costs 20 nodes, a full one takes "
        "the whole quota.",
        example=f"$TargetDedicatedNodes = max(20, $PendingTasks.GetSample(3), 0);{KEPT}",
        mend="a cap is min(limit, x), a floor is max(limit, x)",
        mended=f"$TargetDedicatedNodes = min(20, max(0, $PendingTasks.GetSample(3)));{KEPT}",
    ),
    Rule(
        "crossed-kinds",
        Level.WARNING,
        meaning="The target of one kind of nodes is computed from the nodes of the other kind.",
        why="A pool of low-priority nodes that halves the dedicated target when it is idle never shrinks, because that "
        "target is always 0.",
        example="$n = max(0, $PendingTasks.GetSample(3));\n$low = $n > 0 ? $n : max(0, $TargetDedicatedNodes / 2);\n"
        f"$TargetLowPriorityNodes = min(9, $low);{KEPT}",
        mend="compute a target from its own kind of nodes, or from the tasks",
        mended="$n = max(0, $PendingTasks.GetSample(3));\n"
        "$low = $n > 0 ? $n : floor(max(0, $TargetLowPriorityNodes / 2));\n"
        f"$TargetLowPriorityNodes = min(9, $low);{KEPT}",
    ),
    Rule(
        "negative-target",
        Level.WARNING,
        meaning="The value given to a target can fall below 0.",
        why="The service's answer to a negative target is not documented; the simulator takes it as 0 (an assumption).",
        example="$n = max(0, $PendingTasks.GetSample(3));\n"
        f"$TargetDedicatedNodes = $n > 0 ? min(9, $n) : $CurrentDedicatedNodes - 1;{KEPT}",
        mend="put it into max(0, ...)",
        mended="$n = max(0, $PendingTasks.GetSample(3));\n"
        f"$TargetDedicatedNodes = max(0, $n > 0 ? min(9, $n) : $CurrentDedicatedNodes - 1);{KEPT}",
        is_fixed=True,
    ),
    Rule(
        "fractional-target",
        Level.WARNING,
        meaning="A quotient or mean is given to a target without being rounded up.",
        why="The fraction is cut off: 0.9 nodes are none, and the last task waits until others come.",
        example="$n = max(0, $PendingTasks.GetSample(3));\n"
        f"$TargetDedicatedNodes = min(9, $n / $TaskSlotsPerNode);{KEPT}",
        mend="round it up with ceil(...)",
        mended="$n = max(0, $PendingTasks.GetSample(3));\n"
        f"$TargetDedicatedNodes = ceil(min(9, $n / $TaskSlotsPerNode));{KEPT}",
        is_fixed=True,
    ),
    Rule(
        "scalar-from-vector",
        Level.WARNING,
        meaning="A vector stands where a number is needed.",
        why="It works only while the vector has exactly one element; with none or two the evaluation fails.",
        example=f"$TargetDedicatedNodes = $PendingTasks.GetSample(1);{KEPT}",
        mend="take an element with val(v, 0), or a mean",
        mended=f"$TargetDedicatedNodes = val($PendingTasks.GetSample(1), 0);{KEPT}",
    ),
    Rule(
        "alias-conflict",
        Level.WARNING,
        meaning="A target is assigned under its full name and under its old one.",
        why="The full name wins, wherever it stands; the other assignment has no effect.",
        example="$TargetDedicated = 1;\n$TargetDedicatedNodes = 2;",
        mend="assign the target under one name",
        mended="$TargetDedicatedNodes = 2;",
    ),
    Rule(
        "overwritten-target",
        Level.WARNING,
        meaning="A target is assigned again before anything has read it.",
        why="Only the last assignment counts: a cap, a floor or a condition of the one before is lost.",
        example=f"$n = max(0, $PendingTasks.GetSample(3));\n$TargetDedicatedNodes = min(9, $n);\n"
        f"$TargetDedicatedNodes = $n;{KEPT}",
        mend="delete the first assignment, or read the target in the second",
        mended=f"$n = max(0, $PendingTasks.GetSample(3));\n$TargetDedicatedNodes = $n;\n"
        f"$TargetDedicatedNodes = min(9, $TargetDedicatedNodes);{KEPT}",
    ),
    Rule(
        "no-target",
        Level.INFO,
        meaning="No target is assigned.",
        why="The pool stays as it is. That is right for a formula that is only evaluated to read its results.",
        example="x = 1;",
        mend="assign $TargetDedicatedNodes or $TargetLowPriorityNodes, if the pool should change",
        mended="$TargetDedicatedNodes = 1;",
    ),
    Rule(
        "interval",
        Level.ERROR,
        meaning="The evaluation interval is one that the service refuses.",
        why="The pool cannot be created with it.",
        example="$TargetDedicatedNodes = 1;",
        mend="choose from 5 minutes to 168 hours",
        mended="$TargetDedicatedNodes = 1;",
        interval_minutes=4,
        mended_interval_minutes=5,
    ),
)
