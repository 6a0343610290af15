"""Incidents: mistakes that people make, in our own words, each with its repair and what that saves."""

from collections.abc import Mapping
from typing import Any, Final

from simulator.lab.gallery_scene import Change, Claim, GalleryScene, Guess, Kind

_QUEUE: Final = "$pending = max(0, $PendingTasks.GetSample(1));"
_GENTLE: Final = "$NodeDeallocationOption = taskcompletion;"
_WINDOW: Final = "pools.0.autoScaleFormula.window1"


def _formula(*lines: str) -> tuple[Mapping[str, Any], ...]:
    """Return the change that gives the first pool another formula."""
    return ({"put": ["pools", 0, "autoScaleFormula"], "value": "\n".join((*lines, ""))},)


def _resize(at: str, nodes: int) -> Mapping[str, Any]:
    return {"at": at, "operation": "resize", "pool": "nodes", "targetDedicatedNodes": nodes}


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
            (
                "Nothing is thrown away any more, and it is done in half the time",
                "It costs twice as much",
                "The saw stays",
            ),
            0,
            "$ActiveTasks are the tasks that wait. $PendingTasks are those that wait and those that run.",
        ),
        change=Change(
            "follow $PendingTasks, and let tasks finish",
            _formula(_QUEUE, "$TargetDedicatedNodes = min(20, $pending);", _GENTLE),
        ),
        finding=(Claim("lost_node_hours", high=0.05), Claim("makespan", high=0.6)),
    ),
    GalleryScene(
        "tasks_are_not_slots",
        Kind.INCIDENT,
        "Tasks are not slots",
        "Eight tasks fit on a node, and the formula buys a node for each. What does that cost?",
        "The language counts tasks; nodes have slots. Without a division every burst buys eight times the nodes that "
        "it needs, and most of them never do anything.",
        "White rows: nodes that are paid for and idle.",
        guess=Guess(
            (
                "It costs an eighth, and waits get longer",
                "It costs a quarter, and nobody waits longer",
                "It costs as much",
            ),
            1,
            "$TaskSlotsPerNode is there to divide by. Round up, or the last tasks have no node.",
        ),
        change=Change(
            "divide by $TaskSlotsPerNode, rounded up",
            _formula(_QUEUE, "$TargetDedicatedNodes = min(100, ceil($pending / $TaskSlotsPerNode));", _GENTLE),
        ),
        finding=(Claim("cost", high=0.35), Claim("queue_p95", high=1.2)),
    ),
    GalleryScene(
        "never_zero",
        Kind.INCIDENT,
        "Never down to zero",
        "The formula halves its target when all is done, and rounds up. When is the pool empty?",
        "Half of one, rounded up, is one. Over a weekend the last node waits for work that does not come, and so it "
        "does after every job from then on.",
        "The target after the last task: 1, for ever.",
        guess=Guess(
            ("A third less is paid", "It is empty a little earlier", "It makes no difference"),
            0,
            "Rounding down gets there. A formula that was tried while there was work is often wrong when none is left.",
        ),
        change=Change(
            "round down",
            _formula(
                _QUEUE,
                "$half = floor($TargetDedicatedNodes / 2);",
                "$TargetDedicatedNodes = $pending > 0 ? min(20, $pending) : $half;",
                _GENTLE,
            ),
        ),
        finding=(Claim("cost", high=0.7), Claim("makespan", 0.95, 1.05)),
    ),
    GalleryScene(
        "killed_by_its_own_formula",
        Kind.INCIDENT,
        "Killed by its own formula",
        "The queue runs dry, and the pool shrinks with it. What becomes of the tasks that still run?",
        "Nodes are taken away while some of their tasks have an hour to go: requeue means that those begin again. The "
        "longer a task, the likelier it is hit, more than once.",
        "Purple at the end of the run, and how much later it is done.",
        guess=Guess(
            ("It is done sooner, and nothing is thrown away", "It is done later, but cheaper", "Nothing changes"),
            0,
            "With taskcompletion a node leaves when its tasks have ended. The nodes that drain are paid for a little "
            "longer; the work is not done twice.",
        ),
        change=Change(
            "let tasks finish (taskcompletion)",
            _formula(_QUEUE, "$TargetDedicatedNodes = min(20, ceil($pending / $TaskSlotsPerNode));", _GENTLE),
        ),
        finding=(Claim("lost_node_hours", high=0.01), Claim("makespan", high=0.8)),
    ),
    GalleryScene(
        "preempted_nodes_pile_up",
        Kind.INCIDENT,
        "Preempted nodes pile up",
        "The region takes all spot nodes back for three hours. Who does the work meanwhile?",
        "A preempted node stays in the pool and fills its target: the formula asks for twenty and has twenty, none of "
        "which works. Nothing in it looks at how many are usable.",
        "Nodes there are, and usable nodes: between the two lies the outage.",
        guess=Guess(
            ("It is done in half the time, for more money", "It is done as late, for more money", "Nothing changes"),
            0,
            "$PreemptedNodeCount says how many are gone. Dedicated nodes in their place work, and cost what they cost.",
        ),
        change=Change(
            "dedicated nodes in the place of those that are gone",
            _formula(
                "$busy = max(0, $PendingTasks.GetSample(1)) > 0;",
                "$gone = max(0, $PreemptedNodeCount.GetSample(1));",
                "$TargetLowPriorityNodes = $busy ? 20 : 0;",
                "$TargetDedicatedNodes = $busy ? min(20, $gone) : 0;",
                _GENTLE,
            ),
        ),
        finding=(Claim("makespan", high=0.7), Claim("cost", low=2)),
    ),
    GalleryScene(
        "office_hours_in_the_wrong_zone",
        Kind.INCIDENT,
        "Office hours in the wrong zone",
        "Nodes from 8 to 18, for people nine hours east of Greenwich. Whose clock does the formula read?",
        "time() is UTC, whoever asks. In Tokyo the pool opens at 17 o'clock, when people go home, and closes at 3 in "
        "the morning, five hours before they come.",
        "Work and nodes take turns.",
        guess=Guess(
            ("Hours of waiting become seconds", "Waits become a little shorter", "It costs half"),
            0,
            "Add the offset before you ask for the hour. Where clocks are changed twice a year, even that is wrong for "
            "half of it.",
        ),
        change=Change(
            "add nine hours to time()",
            _formula(
                "$now = time() + 9 * TimeInterval_Hour;",
                "$open = $now.weekday >= 1 && $now.weekday <= 5 && $now.hour >= 8 && $now.hour < 18;",
                "$TargetDedicatedNodes = $open ? 4 : 0;",
                _GENTLE,
            ),
        ),
        finding=(Claim("queue_p95", high=0.1), Claim("unfinished", high=0.5)),
    ),
    GalleryScene(
        "a_window_too_short",
        Kind.INCIDENT,
        "A window too short",
        "A guard demands seventy percent of one minute of samples. How often is the queue seen at all?",
        "There is a sample each half minute, and some come late. A minute holds two: one that is late is half of them, "
        "the guard says no, and the formula takes that for an empty queue.",
        "The target falls to 0 again and again while tasks wait.",
        knobs=(_WINDOW,),
        guess=Guess(
            ("It is done in little more than half the time", "It is done as late, but calmer", "Nothing changes"),
            0,
            "Ten samples can spare three. And what a guard answers when it says no must not be 0.",
        ),
        change=Change("a window of five minutes", ({"knob": _WINDOW, "value": 300},)),
        finding=(Claim("makespan", high=0.8), Claim("queue_p95", high=0.7)),
    ),
    GalleryScene(
        "the_quota",
        Kind.INCIDENT,
        "The quota",
        "The formula wants twenty nodes of four cores, the account has 24 cores. What does the pool get?",
        "A target is a wish. The account gives six nodes and an error, the formula wishes again at each evaluation, "
        "and whoever looks at the target thinks that twenty nodes are coming.",
        "The target stays above the nodes that are there; squares above the picture are errors.",
        knobs=("account.dedicatedCoreQuota",),
        guess=Guess(
            (
                "Done in half the time, for about the same money",
                "Done in half the time, for three times the money",
                "Nothing changes",
            ),
            0,
            "Node-hours are what the work needs: three times the nodes for a third of the time cost about the same.",
        ),
        change=Change("a quota of 100 cores", ({"knob": "account.dedicatedCoreQuota", "value": 100},)),
        finding=(Claim("makespan", high=0.55), Claim("cost", 0.9, 1.3)),
    ),
    GalleryScene(
        "a_crowd_of_start_tasks",
        Kind.INCIDENT,
        "A crowd of start tasks",
        "Sixty nodes fetch their software from one share at once. How many of them ever do any work?",
        "The more nodes ask at the same time, the more of them get nothing: the share gives way. A node whose start "
        "task has failed stays, fills the target, and is billed; nobody replaces it.",
        "Rows in the colour of a failed start task.",
        guess=Guess(
            ("It begins later and is done sooner", "It begins later and is done later", "Nothing changes"),
            0,
            "Fifteen nodes at a time are no crowd. Most of them work, and there are more in the end.",
        ),
        change=Change(
            "ask for fifteen nodes at a time",
            (
                {"put": ["pools", 0, "targetDedicatedNodes"], "value": 15},
                {"put": ["timeline"], "value": [_resize("15m", 30), _resize("30m", 45), _resize("45m", 60)]},
            ),
        ),
        finding=(Claim("makespan", high=0.85), Claim("queue_p95", high=0.85)),
    ),
    GalleryScene(
        "long_tasks_on_spot",
        Kind.INCIDENT,
        "Long tasks on spot",
        "Tasks of four hours, on nodes that are taken back every two or so. When is the work done?",
        "Half of the nodes are gone before half of a task is done, and it begins again, and again. The number of "
        "attempts grows with the length of a task like compound interest.",
        "Nearly everything is purple: nine tenths of the work is thrown away.",
        guess=Guess(
            (
                "Half of the work thrown away is saved",
                "Nearly all of it is saved",
                "Writing them costs more than they save",
            ),
            1,
            "Twenty minutes are lost at most, instead of four hours. Or take the long tasks off spot.",
        ),
        change=Change(
            "save the state every 20 minutes",
            (
                {
                    "put": ["jobs", 0, "simulation", "workload", 0, "checkpoints"],
                    "value": {"interval": "20m", "cost": "30s", "restartCost": "1m"},
                },
            ),
        ),
        finding=(Claim("lost_node_hours", high=0.2), Claim("makespan", high=0.7)),
    ),
    GalleryScene(
        "a_percentage_that_is_a_fraction",
        Kind.INCIDENT,
        "A percentage that is a fraction",
        "The formula grows the pool when the processors are more than 70 percent busy. Does it ever?",
        "$CPUPercent has percent in its name and goes from 0 to 1. 'More than 70' is never true, and nothing in the "
        "portal says so: the formula is valid, the pool just stays small.",
        "Two nodes and a queue that lasts all day. The linter knows: look under Formula.",
        guess=Guess(
            ("Everything is done in a few hours", "It grows a little, and stays there", "Nothing changes"),
            0,
            "0.7 is what was meant. A signal of how busy nodes are says little of how much there is to do.",
        ),
        change=Change(
            "compare with 0.7, and shrink below 0.3",
            _formula(
                "$filled = $CPUPercent.GetSamplePercent(TimeInterval_Minute * 10);",
                "$busy = $filled < 70 ? 0 : avg($CPUPercent.GetSample(TimeInterval_Minute * 10, 70));",
                "$now = max(2, $TargetDedicatedNodes);",
                "$TargetDedicatedNodes = min(20, $busy > 0.7 ? $now + 2 : ($busy > 0.3 ? $now : max(2, $now - 2)));",
                _GENTLE,
            ),
        ),
        finding=(Claim("makespan", high=0.5), Claim("unfinished", high=0.05)),
    ),
    GalleryScene(
        "a_gang_that_starves",
        Kind.INCIDENT,
        "A gang that starves",
        "One task needs eight nodes at once, and small ones keep coming. Does it ever start?",
        "A node that is free is taken by the next small task at once. Eight free at the same time never happen while "
        "there is a queue, and nothing is kept back for the large one.",
        "The one long bar across all nodes: it comes last.",
        guess=Guess(
            (
                "It starts within the hour, and the small ones wait longer",
                "It starts as late",
                "The small ones do not mind",
            ),
            0,
            "Nodes that run empty are kept until there are eight. That is idle time, and the small tasks pay for it. "
            "The service has no such switch: here it stands for a pool of its own.",
        ),
        change=Change("keep idle nodes for it", ({"put": ["options", "gangReserve"], "value": True},)),
        finding=(Claim("jobs.solver.queue_time_s", high=0.2), Claim("queue_time_s.p50", low=1.5)),
    ),
    GalleryScene(
        "the_report_behind_the_night_job",
        Kind.INCIDENT,
        "The report behind the night job",
        "A small report comes half an hour after a night's work of four hundred tasks. How long does it wait?",
        "Two teams share a pool. Jobs of equal priority take turns, and the report's thirty tasks wait for their turn "
        "among four hundred.",
        "The wait of the job called report.",
        knobs=("pools.0.targetDedicatedNodes",),
        guess=Guess(
            (
                "The report waits half as long, and the night job hardly notices",
                "The night job is late",
                "Nothing changes",
            ),
            0,
            "Each slot that comes free goes to the report first. Thirty short tasks among four hundred are nothing.",
        ),
        change=Change("a priority for the report", ({"put": ["jobs", 1, "priority"], "value": 100},)),
        finding=(Claim("jobs.report.queue_time_s", high=0.7), Claim("jobs.night.makespan_s", high=1.05)),
    ),
)
