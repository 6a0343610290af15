"""Lessons: one idea and one knob each."""

from typing import Final

from simulator.lab.gallery_scene import Change, Claim, GalleryScene, Guess, Kind

LESSONS: Final = (
    GalleryScene(
        "one_queue",
        Kind.LESSON,
        "One queue",
        "Two nodes are busy most of the time. What does a third one do to the wait?",
        "Tasks come at random and take about ten minutes each. On two nodes the work just fits, and still a queue "
        "builds up: what comes at random comes in clumps. The closer a pool is to being full, the longer its queue.",
        "The filled area is the queue. Drag the number of nodes and see how fast it goes.",
        knobs=("pools.0.targetDedicatedNodes", "jobs.0.simulation.workload.0.arrivals.poisson.ratePerHour"),
        guess=Guess(
            ("waits become a third shorter", "waits become a tenth of what they were", "nothing much changes"),
            1,
            "In a pool that is 90 % full every clump of arrivals waits. With a third of its room free there is hardly "
            "a queue at all, and the third node costs half as much again.",
        ),
        change=Change("a third node", ({"knob": "pools.0.targetDedicatedNodes", "value": 3},)),
        finding=(Claim("queue_mean", high=0.35), Claim("cost", 1.2, 1.6)),
    ),
)
