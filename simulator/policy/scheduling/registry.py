"""The table of policies: what each is called, what it does, its parameters, and where it comes from.

Keys of a scenario, its schema, the reference, messages and the common tests of all policies are made from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from simulator.policy.scheduling import disciplines, placements
from simulator.policy.scheduling.disciplines import Key, by_creation
from simulator.policy.scheduling.placements import Node
from simulator.policy.scheduling.view import Decisions


@dataclass(frozen=True, slots=True)
class QueueDiscipline:
    """In what order waiting tasks start."""

    meaning: str
    source: str
    """Who has described it; the service's own name no source."""
    function: Callable[..., Decisions] | None
    """None: the kernel's own pass."""
    order: Key = by_creation
    """In what order the view has the waiting tasks."""
    by_job: bool = False
    """Whether the view keeps them by job, and counts what jobs use."""
    parameters: tuple[str, ...] = ()
    """Keys that act on it; those of `passed` are arguments of the function."""
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shrinking:
    """Which nodes leave when a pool shrinks (`simulator/policy/removal.py`)."""

    meaning: str
    source: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placement:
    """On which node with room a task goes."""

    meaning: str
    source: str
    function: Callable[..., Node] | None
    """None: the kernel's own search, by the fill type of the pool."""
    parameters: tuple[str, ...] = ()


_SLURM: Final = "the sched/backfill plugin of Slurm does likewise"

QUEUES: Final[Mapping[str, QueueDiscipline]] = {
    "service": QueueDiscipline("priority, then age; a task that fits passes one that does not", "", None),
    "fcfs": QueueDiscipline(
        "in order of age; the first that does not fit holds up all others",
        "first come, first served",
        disciplines.in_order,
        parameters=("bypass",),
        passed=("bypass",),
    ),
    "sjf": QueueDiscipline(
        "the shortest estimate first",
        "shortest job first: Conway, Maxwell, Miller, Theory of Scheduling, 1967",
        disciplines.in_order,
        disciplines.by_estimate,
        parameters=("bypass",),
        passed=("bypass",),
    ),
    "ljf": QueueDiscipline(
        "the longest estimate first",
        "Graham, Bounds on multiprocessing timing anomalies, 1969",
        disciplines.in_order,
        disciplines.by_longest_estimate,
        parameters=("bypass",),
        passed=("bypass",),
    ),
    "smallest_first": QueueDiscipline(
        "the fewest slots on all nodes together first",
        "Majumdar, Eager, Bunt, Scheduling in multiprogrammed parallel systems, 1988",
        disciplines.in_order,
        disciplines.by_size,
        parameters=("bypass",),
        passed=("bypass",),
    ),
    "deadline_first": QueueDiscipline(
        "the earliest deadline first",
        "Jackson, Scheduling a production line to minimize maximum tardiness, 1955",
        disciplines.in_order,
        disciplines.by_deadline,
        parameters=("bypass",),
        passed=("bypass",),
    ),
    "easy": QueueDiscipline(
        "in order of age; what ends before the first that does not fit can start, or leaves room for it, passes",
        "Lifka, The ANL/IBM SP scheduling system, 1995",
        disciplines.easy,
    ),
    "easy_sjbf": QueueDiscipline(
        "as easy, but the shortest of the others pass first",
        "Tsafrir, Etsion, Feitelson, Backfilling using system-generated predictions, 2007",
        disciplines.easy_sjbf,
    ),
    "conservative": QueueDiscipline(
        "in order of age; a task passes others where none of them starts later for it by the estimates",
        f"Mu'alem, Feitelson, Utilization, predictability, workloads, and user runtime estimates, 2001; {_SLURM}",
        disciplines.conservative,
    ),
    "fair_share": QueueDiscipline(
        "the next task of the job that has used the fewest slot-seconds, recent ones counting more",
        "Kay, Lauder, A fair share scheduler, 1988",
        disciplines.fair_share,
        by_job=True,
        parameters=("half_life",),
    ),
}

SHRINKINGS: Final[Mapping[str, Shrinking]] = {
    "service": Shrinking("as the option scaleDownOrder says: failed nodes, then starting, idle, busy ones", ""),
    "idle_first": Shrinking("as the service, but idle nodes leave before those that are starting", ""),
    "cheapest_loss": Shrinking("the nodes whose tasks have run least so far, counted in slot-time", ""),
}

PLACEMENTS: Final[Mapping[str, Placement]] = {
    "fill_type": Placement("as the pool's nodeFillType says: spread or pack", "", None),
    "best_fit": Placement(
        "the node with the least free of a resource",
        "Johnson, Near-optimal bin packing algorithms, 1973",
        placements.best_fit,
        ("resource",),
    ),
    "worst_fit": Placement(
        "the node with the most free of a resource",
        "Johnson, Near-optimal bin packing algorithms, 1973",
        placements.worst_fit,
        ("resource",),
    ),
    "random": Placement("any node with room, each with the same probability", "", placements.random),
    "lowest_id": Placement("the node that was created first", "first fit: Johnson, 1973", placements.lowest_id),
}
