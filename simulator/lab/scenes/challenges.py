"""Challenges: a target to be reached, with hints and the best solution known."""

from typing import Final

from simulator.lab.gallery_scene import Change, GalleryScene, Kind, Target

_INTERVAL: Final = "pools.0.autoScaleEvaluationInterval"
CHALLENGES: Final = (
    GalleryScene(
        "challenge_a_day_on_a_budget",
        Kind.CHALLENGE,
        "A day on a budget",
        "Can 19 of 20 tasks of a working day start within five minutes, for at most $17?",
        "The pool follows the mean of its queue, and is asked four times an hour. It is late in the morning, late "
        "after lunch, and late to go.",
        "The queue where the load rises: that is where the waits are.",
        knobs=(_INTERVAL, "pools.0.autoScaleFormula.window1"),
        targets=(
            Target("queue_p95", 300, "19 of 20 tasks start within 5 min"),
            Target("cost", 17, "it costs at most $17"),
        ),
        hints=(
            "Between two evaluations nothing is decided. How often may you ask?",
            "A mean over a quarter of an hour sees the queue of seven minutes ago.",
            "The newest sample is all that is needed: max(0, $PendingTasks.GetSample(1)).",
        ),
        change=Change(
            "the newest sample, every five minutes",
            (
                {"knob": _INTERVAL, "value": 300},
                {
                    "put": ["pools", 0, "autoScaleFormula"],
                    "value": "$tasks = max(0, $PendingTasks.GetSample(1));\n"
                    "$TargetDedicatedNodes = min(20, ceil($tasks / $TaskSlotsPerNode));\n"
                    "$NodeDeallocationOption = taskcompletion;\n",
                },
            ),
        ),
    ),
    GalleryScene(
        "challenge_done_by_morning",
        Kind.CHALLENGE,
        "Done by morning",
        "Six hundred tasks come at 22:00. Can they be done by 5:00, for at most $20?",
        "On forty dedicated nodes they are done well before, for more than twice that. Spot nodes cost a fifth, and "
        "one in ten is taken back each hour.",
        "The time it is finished after, and the cost.",
        knobs=("pools.0.spotShare", "pools.0.targetDedicatedNodes"),
        targets=(
            Target("makespan", 7 * 3600, "it is done within 7 h"),
            Target("cost", 20, "it costs at most $20"),
        ),
        hints=(
            "All on spot is cheap. When is it done?",
            "A few nodes that nobody takes back are worth their price at the end.",
        ),
        change=Change("four fifths of the nodes on spot", ({"knob": "pools.0.spotShare", "value": 80},)),
    ),
    GalleryScene(
        "challenge_calm",
        Kind.CHALLENGE,
        "Calm",
        "Can the target change at most twenty times a day, and still 19 of 20 tasks start within ten minutes?",
        "The formula follows every sample, and changes its mind two hundred times a day. Each change is a resize, with "
        "nodes that boot for nothing.",
        "The target: a hedgehog.",
        targets=(
            Target("evaluations.target_changes", 20, "the target changes at most 20 times"),
            Target("queue_p95", 600, "19 of 20 tasks start within 10 min"),
            Target("cost", 17, "it costs at most $17"),
        ),
        hints=(
            "A formula may read its own target: $TargetDedicatedNodes is what was asked for last.",
            "Ask for a few more than are needed, and do nothing while the need lies within that.",
            "Shrink only where the need is well below the target.",
        ),
        change=Change(
            "three nodes of room, and shrink only where six are too many",
            (
                {
                    "put": ["pools", 0, "autoScaleFormula"],
                    "value": "$tasks = max(0, $PendingTasks.GetSample(1));\n"
                    "$need = ceil($tasks / $TaskSlotsPerNode);\n"
                    "$isFine = $need <= $TargetDedicatedNodes && $need >= $TargetDedicatedNodes - 6;\n"
                    "$TargetDedicatedNodes = min(20, $isFine ? $TargetDedicatedNodes : $need + 3);\n"
                    "$NodeDeallocationOption = taskcompletion;\n",
                },
            ),
        ),
    ),
)
