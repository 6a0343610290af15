"""Rules about conditions, divisions and times."""

from typing import Final

from simulator.formula.lint.model import Level, Rule

CONDITIONS: Final = (
    Rule(
        "constant-condition",
        Level.WARNING,
        meaning="A condition is always true or never true, alone or together with those around it.",
        why="One branch is dead: a weekend that never comes, a night that no hour belongs to.",
        example="t = time() + 2 * TimeInterval_Hour;\nnight = t.hour >= 22 && t.hour < 6;\n"
        "$TargetDedicatedNodes = night ? 30 : 1;\n$NodeDeallocationOption = taskcompletion;",
        mend="compare with a value that can be reached; a span over midnight or a weekend is joined with ||",
        mended="t = time() + 2 * TimeInterval_Hour;\nnight = t.hour >= 22 || t.hour < 6;\n"
        "$TargetDedicatedNodes = night ? 30 : 1;\n$NodeDeallocationOption = taskcompletion;",
    ),
    Rule(
        "division-by-zero",
        Level.WARNING,
        meaning="A divisor can be 0, and no guard keeps that case away.",
        why="The result is infinite or no number, and the evaluation fails when it reaches a target.",
        example="x = 5 / $CurrentDedicatedNodes;",
        mend="divide by max(1, ...)",
        mended="x = 5 / max(1, $CurrentDedicatedNodes);",
        is_fixed=True,
    ),
    Rule(
        "unreachable",
        Level.WARNING,
        meaning="Statements stand after an unconditional stop().",
        why="They are never executed.",
        example="stop();\na = 1;",
        mend="delete what follows, or make stop() depend on something",
        mended="a = 1;\nstop();",
    ),
    Rule(
        "time-format",
        Level.ERROR,
        meaning="A time literal cannot be parsed, or leaves its zone open.",
        why="The evaluation fails whenever it reaches a literal that cannot be parsed, so the pool never scales; a "
        "time of day without a zone is read as UTC (a warning).",
        example='x = time("2024-03-05T00:00:00.123456789Z");',
        mend="write a time like 2024-03-05T07:30:00Z",
        mended='x = time("2024-03-05T00:00:00.123456Z");',
        is_fixed=True,
    ),
    Rule(
        "inclusive-hour",
        Level.INFO,
        meaning="An hour is compared with <= : the whole of the last hour is included.",
        why="hour <= 17 holds until 17:59:59. Where 17:00 is meant, the pool runs an hour longer each day.",
        example="t = time() + TimeInterval_Hour;\n$TargetDedicatedNodes = t.hour >= 8 && t.hour <= 17 ? 5 : 0;\n"
        "$NodeDeallocationOption = taskcompletion;",
        mend="write hour < 17 for 'until 17:00', hour < 18 for 'until the end of that hour'",
        mended="t = time() + TimeInterval_Hour;\n$TargetDedicatedNodes = t.hour >= 8 && t.hour < 17 ? 5 : 0;\n"
        "$NodeDeallocationOption = taskcompletion;",
    ),
    Rule(
        "local-hours",
        Level.INFO,
        meaning="Hours of the clock are read without a shift to a zone.",
        why="time() is UTC: a pool for office hours in another zone works at the wrong hours.",
        example="$TargetDedicatedNodes = time().hour > 8 ? 1 : 0;\n$NodeDeallocationOption = taskcompletion;",
        mend="add the shift to your zone: (time() + 1 * TimeInterval_Hour).hour; mind daylight saving",
        mended="$TargetDedicatedNodes = (time() + 1 * TimeInterval_Hour).hour > 8 ? 1 : 0;\n"
        "$NodeDeallocationOption = taskcompletion;",
    ),
)
