"""Lessons: one idea and one knob each."""

from typing import Final

from simulator.lab.gallery_scene import Change, Claim, GalleryScene, Guess, Kind

_FORMULA: Final = "pools.0.autoScaleFormula"
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
            ("Waits become a third shorter", "Waits become a fraction of what they were", "Nothing much changes"),
            1,
            "In a pool that is nearly full every clump of arrivals waits for the one before. With a third of its room "
            "free there is hardly a queue at all, and the third node costs half as much again.",
        ),
        change=Change("a third node", ({"knob": "pools.0.targetDedicatedNodes", "value": 3},)),
        finding=(Claim("queue_mean", high=0.35), Claim("cost", 1.2, 1.6)),
    ),
    GalleryScene(
        "what_a_formula_sees",
        Kind.LESSON,
        "What a formula sees",
        "The formula asks for the mean of fifteen minutes. When does it see a burst?",
        "A formula does not see the queue. It sees samples, one each half minute, and a mean of many of them is slow: "
        "after the burst most of the window is still empty. Nothing is wrong with the formula; it looks far back.",
        "The queue jumps at once. The target climbs step by step: that lag is the window.",
        knobs=(f"{_FORMULA}.window1", "pools.0.autoScaleEvaluationInterval"),
        guess=Guess(
            ("The pool grows sooner, and waits are shorter", "The pool grows more, and costs more", "Nothing changes"),
            0,
            "A short window is quick and sees noise; a long one is calm and sees the past.",
        ),
        change=Change("a window of five minutes", ({"knob": f"{_FORMULA}.window1", "value": 300},)),
        finding=(Claim("queue_time_s.p50", high=0.7), Claim("queue_p95", high=0.8)),
    ),
    GalleryScene(
        "slots_a_node",
        Kind.LESSON,
        "Slots on a node",
        "Each task uses half a core, each node has two. What do four slots change?",
        "A slot is a promise: so many tasks at once. With one slot a node of two cores works at a quarter of what it "
        "could, and is paid for in full.",
        "The rows of nodes: with four slots each has four lanes.",
        knobs=("pools.0.taskSlotsPerNode", "pools.0.targetDedicatedNodes"),
        guess=Guess(
            ("It is done in about a quarter of the time", "It takes as long, and costs less", "Tasks slow each other"),
            0,
            "Four tasks of half a core fit on two cores without being in each other's way. More slots than cores can "
            "carry would be another lesson: options.cpuSlowdown lets them slow each other down.",
        ),
        change=Change("four slots a node", ({"knob": "pools.0.taskSlotsPerNode", "value": 4},)),
        finding=(Claim("makespan", high=0.35), Claim("cost", high=0.35)),
    ),
    GalleryScene(
        "the_tail",
        Kind.LESSON,
        "The tail",
        "The work is done after two hours. When do the nodes go?",
        "Money is lost at the end, not in the middle. This formula lets the pool go a fifth at a time, once a quarter "
        "of an hour: careful, and paid for by the node-hour.",
        "The steps of the target after the last task, and grey in the ledger: idle after the last task.",
        knobs=(f"{_FORMULA}.$keep", "pools.0.autoScaleEvaluationInterval"),
        guess=Guess(
            ("It saves a few cents", "It saves a quarter or more", "It makes the work take longer"),
            1,
            "Nothing waits any more, so nothing is lost by letting all nodes go at once.",
        ),
        change=Change("let all go at once", ({"knob": f"{_FORMULA}.$keep", "value": 0},)),
        finding=(Claim("cost", high=0.8), Claim("makespan", 0.99, 1.01)),
    ),
    GalleryScene(
        "a_thermostat",
        Kind.LESSON,
        "A thermostat",
        "The stream keeps nine nodes busy. Does the formula find nine?",
        "It adds ten nodes while anything waits and takes ten away while nothing does. New nodes come minutes after "
        "they were asked for, so it always acts on what is over: a saw.",
        "The target goes up and down around the tasks that run, and never stays.",
        knobs=(f"{_FORMULA}.$up", f"{_FORMULA}.$down"),
        guess=Guess(
            ("It finds nine and stays there", "Fewer wait, and it costs more", "More wait, and it costs less"),
            1,
            "Fast up and slow down: the waits go, and the nodes that stay are the price. It still never stands still, "
            "for it has no idea of how many it needs.",
        ),
        change=Change("take one node away at a time", ({"knob": f"{_FORMULA}.$down", "value": 1},)),
        finding=(Claim("queue_p95", high=0.5), Claim("cost", 1.1, 1.8)),
    ),
    GalleryScene(
        "spot_or_not",
        Kind.LESSON,
        "Spot or not",
        "Nodes that can be taken back cost a fifth. What else do they cost?",
        "A task that is interrupted begins again. With tasks of an hour and a node lost every seven hours or so, some "
        "work is done twice.",
        "Purple on the nodes is work thrown away.",
        knobs=("pools.0.spotShare", "pools.0.simulation.preemption.ratePerHour"),
        guess=Guess(
            ("Much cheaper, and a little later", "A little cheaper, and much later", "Cheaper, and as fast"),
            0,
            "The longer a task, the more of it is lost with its node: short tasks love spot. Turn the evictions up and "
            "see where that ends.",
        ),
        change=Change("all nodes on spot", ({"knob": "pools.0.spotShare", "value": 100},)),
        finding=(Claim("cost", high=0.3), Claim("makespan", 1.02, 1.5)),
    ),
    GalleryScene(
        "cold_start",
        Kind.LESSON,
        "Cold start",
        "A node needs twelve minutes to boot. How much of the wait is that?",
        "A wait is a sum: until the next sample, until the next evaluation, until the nodes are there, until they have "
        "booted. A pool that goes down to nothing pays it with each burst.",
        "Orange on the nodes is the time until they work.",
        knobs=("pools.0.simulation.timing.starting", "pools.0.autoScaleEvaluationInterval"),
        guess=Guess(
            ("Waits go down by a tenth", "Waits go down by about half", "Waits go away"),
            1,
            "What is left is sampling, evaluation and allocation. A smaller image or a start task that does less is "
            "often the cheapest speed there is.",
        ),
        change=Change("nodes that boot in a minute", ({"knob": "pools.0.simulation.timing.starting", "value": 60},)),
        finding=(Claim("queue_time_s.p50", 0.2, 0.7), Claim("cost", high=0.8)),
    ),
    GalleryScene(
        "how_often_to_look",
        Kind.LESSON,
        "How often to look",
        "The formula is evaluated every half hour. What does every five minutes change?",
        "Between two evaluations nothing is decided, neither up nor down. Long intervals cost twice: tasks wait for "
        "the next look, and so do idle nodes.",
        "The marks above the picture: each is an evaluation.",
        knobs=("pools.0.autoScaleEvaluationInterval",),
        guess=Guess(
            ("Shorter waits, higher cost", "Shorter waits, lower cost", "Longer waits, lower cost"),
            1,
            "Nodes come sooner and go sooner. Five minutes is the shortest interval that the service takes.",
        ),
        change=Change("every five minutes", ({"knob": "pools.0.autoScaleEvaluationInterval", "value": 300},)),
        finding=(Claim("queue_time_s.p50", high=0.6), Claim("cost", high=0.8)),
    ),
    GalleryScene(
        "one_warm_node",
        Kind.LESSON,
        "One warm node",
        "A small task now and then, on a pool that goes down to nothing. What does one node that stays buy?",
        "Scaling to zero is free until somebody comes. Then they wait for a whole pool to wake up, each time.",
        "The wait of half of the tasks, and the cost.",
        knobs=(f"{_FORMULA}.$warm",),
        guess=Guess(
            ("Waits are halved, for a little more", "Waits all but go, for several times the money", "Nothing changes"),
            1,
            "Minutes become seconds, and the node is paid for all day. Whether that is dear depends on who waits.",
        ),
        change=Change("one node that stays", ({"knob": f"{_FORMULA}.$warm", "value": 1},)),
        finding=(Claim("queue_time_s.p50", high=0.1), Claim("cost", 2, 5)),
    ),
)
