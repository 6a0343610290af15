"""Rules about samples: windows that are not filled, or that say something else than they seem to."""

from typing import Final

from simulator.formula.lint.model import Level, Rule

KEPT = "\n$NodeDeallocationOption = taskcompletion;"
W5 = "5 * TimeInterval_Minute"
SAMPLES: Final = (
    Rule(
        "ungated-window",
        Level.WARNING,
        meaning="A window of samples is demanded without asking first whether it is filled.",
        why="On a new pool there are no samples: the evaluation fails and the pool stays as it is until the window has "
        "filled. Where no percentage is given, 70 % is demanded.",
        example=f"x = avg($PendingTasks.GetSample({W5}));",
        mend="ask GetSamplePercent first, and write what holds while the history is young",
        mended=f"p = $PendingTasks.GetSamplePercent({W5});\nx = p < 70 ? 0 : avg($PendingTasks.GetSample({W5}));",
    ),
    Rule(
        "guard-too-low",
        Level.WARNING,
        meaning="The guard lets pass from a lower percentage than the one GetSample demands.",
        why="Between the two percentages the guard says yes and the evaluation fails.",
        example=f"p = $PendingTasks.GetSamplePercent({W5});\nx = p < 40 ? 0 : avg($PendingTasks.GetSample({W5}));",
        mend="demand of GetSample what the guard asks for",
        mended=f"p = $PendingTasks.GetSamplePercent({W5});\nx = p < 40 ? 0 : avg($PendingTasks.GetSample({W5}, 40));",
        is_fixed=True,
    ),
    Rule(
        "strict-recent-window",
        Level.WARNING,
        meaning="Almost all samples of a window that ends now are demanded.",
        why="The newest samples are often not readable yet, so the evaluation fails now and then, on some pools "
        "always.",
        example=f"p = $PendingTasks.GetSamplePercent({W5});\n"
        f"x = p < 100 ? 0 : avg($PendingTasks.GetSample({W5}, 100));",
        mend="demand less, or let the window end a minute ago",
        mended=f"p = $PendingTasks.GetSamplePercent({W5}, TimeInterval_Minute);\n"
        f"x = p < 100 ? 0 : avg($PendingTasks.GetSample({W5}, TimeInterval_Minute, 100));",
    ),
    Rule(
        "short-window",
        Level.WARNING,
        meaning="The window is too short for samples that are taken every 30 s and may come late.",
        why="One late sample leaves less than the percentage demanded. On pools whose sampler runs just before the "
        "evaluation that is so every time: no evaluation succeeds and the pool never starts.",
        example="x = avg($PendingTasks.GetSample(TimeInterval_Minute));",
        mend="make the window three minutes or longer, or demand a smaller percentage",
        mended="p = $PendingTasks.GetSamplePercent(3 * TimeInterval_Minute);\n"
        "x = p < 70 ? 0 : avg($PendingTasks.GetSample(3 * TimeInterval_Minute));",
    ),
    Rule(
        "empty-aggregate",
        Level.WARNING,
        meaning="An aggregate is taken of samples that may not be there.",
        why="A new pool has no samples, and max, min, avg, range, std and percentile of nothing fail (an assumption).",
        example="x = max($PendingTasks.GetSample(10));",
        mend="add a constant that holds when there is no sample: max(0, ...)",
        mended="x = max(0, $PendingTasks.GetSample(10));",
        is_fixed=True,
    ),
    Rule(
        "retired-metric",
        Level.WARNING,
        meaning="A metric is read that has had no samples since 2024-03-31.",
        why="Its history is empty: windows fail, and as a number it is always 0.",
        example="x = $MemoryBytes.GetSample(1);",
        mend="use a metric that still has samples",
        mended="x = $CPUPercent.GetSample(1);",
    ),
    Rule(
        "percent-scale",
        Level.WARNING,
        meaning="A percentage and a fraction are compared, or a value with a limit on another scale.",
        why="GetSamplePercent is 0 to 100, $CPUPercent 0 to 1: compared on the wrong scale the answer is always the "
        "same except at the very edge.",
        example=f"x = $PendingTasks.GetSamplePercent({W5}) < 0.7 ? 1 : 2;",
        mend="compare on the scale of the value",
        mended=f"x = $PendingTasks.GetSamplePercent({W5}) < 70 ? 1 : 2;",
        is_fixed=True,
    ),
    Rule(
        "percent-sum",
        Level.WARNING,
        meaning="Percentages of several windows are added and compared as if they were one.",
        why="The sum of two goes up to 200, so two windows that are filled to 35 % each pass a test for 70.",
        example=f"p = $ActiveTasks.GetSamplePercent({W5}) + $RunningTasks.GetSamplePercent({W5});\nx = p < 70 ? 1 : 2;",
        mend="compare min(one, other), or their mean",
        mended=f"p = min($ActiveTasks.GetSamplePercent({W5}), $RunningTasks.GetSamplePercent({W5}));\n"
        "x = p < 70 ? 1 : 2;",
    ),
    Rule(
        "single-sample",
        Level.INFO,
        meaning="A decision rests on one sample.",
        why="One sample is a snapshot: between two batches it is 0, and the pool goes to 0 with it.",
        example="$TargetDedicatedNodes = max(0, $PendingTasks.GetSample(1));" + KEPT,
        mend="use the mean of some minutes beside it",
        mended="$TargetDedicatedNodes = max(0, $PendingTasks.GetSample(10));" + KEPT,
    ),
    Rule(
        "bare-metric",
        Level.INFO,
        meaning="A task metric is read as a number.",
        why="It is the newest sample, or 0 where there is none (an assumption).",
        example="$TargetDedicatedNodes = $PendingTasks;" + KEPT,
        mend="write which sample is meant: $Metric.GetSample(...)",
        mended="$TargetDedicatedNodes = max(0, $PendingTasks.GetSample(3));" + KEPT,
    ),
)
