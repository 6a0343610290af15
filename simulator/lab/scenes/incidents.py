"""Incidents: mistakes that people make, in our own words, each with its repair and what that saves."""

from typing import Final

from simulator.lab.gallery_scene import Change, Claim, GalleryScene, Guess, Kind

INCIDENTS: Final = (
    GalleryScene(
        "the_wrong_signal",
        Kind.INCIDENT,
        "The wrong signal",
        "The formula counts the tasks that wait. What does the pool do when none waits any more?",
        "As soon as every task has a node, nothing waits, the target falls to 0, and the nodes go while they work. "
        "Their tasks are put back, wait again, and the pool grows again: a saw.",
        "The target against the tasks that run, and purple on the nodes: work thrown away.",
        guess=Guess(
            ("it stays until the work is done", "it shrinks under the running tasks", "it grows to its maximum"),
            1,
            "$ActiveTasks are the tasks that wait. $PendingTasks are those that wait and those that run.",
        ),
        change=Change(
            "follow $PendingTasks, and let tasks finish",
            (
                {
                    "put": ["pools", 0, "autoScaleFormula"],
                    "value": "$tasks = max(0, $PendingTasks.GetSample(1));\n"
                    "$TargetDedicatedNodes = min(20, $tasks);\n$NodeDeallocationOption = taskcompletion;\n",
                },
            ),
        ),
        finding=(Claim("lost_node_hours", high=0.05), Claim("makespan", high=0.9)),
    ),
)
