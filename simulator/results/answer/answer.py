"""The answer: the measures of one run, as one frozen value whose keys are stable.

This type is the registry of measures: `--measure`, suggestions, JSON Schema, tables and documentation are made of it.
In cost, `None` stands for amounts that a missing price leaves unknown; elsewhere for what there was nothing to
measure of. Amounts are not rounded: parts add up to their total but for the last digits of floats.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from simulator.results.answer.parts import Fit, Group, Keys, Number, Part, Text
from simulator.results.money.bill import NOT_WORKING
from simulator.results.money.ledger import Label
from simulator.results.why.reasons import PLAIN, is_unfinished_why
from simulator.service_codes import EVALUATION_ERRORS, RESIZE_ERRORS
from simulator.states import PriceKind
from simulator.units import Unit

REASON = Keys("reason", PLAIN, is_unfinished_why)
LABEL = Keys("label", tuple(Label))
KIND = Keys("kind", tuple(PriceKind))
POOL = Keys("pool")
JOB = Keys("job", absent=None)
JOB_OR_NONE = Keys("job", beside=(NOT_WORKING,))


@dataclass(frozen=True, slots=True, eq=False)
class Tasks(Part):
    """Counts of tasks."""

    planned: Annotated[int, Number(Unit.TASKS, "tasks planned", "all that the scenario means to add")]
    submitted: Annotated[int, Number(Unit.TASKS, "tasks submitted", "those that were added")]
    succeeded: Annotated[int, Number(Unit.TASKS, "tasks succeeded")]
    failed: Annotated[int, Number(Unit.TASKS, "tasks failed", "completed, without success")]
    unfinished: Annotated[
        int,
        Number(
            Unit.TASKS,
            "tasks unfinished",
            "planned = succeeded + failed + unfinished + deleted: work that was never submitted (refused, of a job "
            "that its schedule did not create, due after the end) is unfinished too, so that no design looks done for "
            "it",
        ),
    ]
    deleted: Annotated[
        int,
        Number(
            Unit.TASKS,
            "tasks deleted",
            "by a client, by themselves or with their job; they count as deleted alone, whatever had become of them",
        ),
    ]
    retries: Annotated[int, Number(Unit.TIMES, "retries of tasks", "after failures")]
    requeues: Annotated[
        int,
        Number(
            Unit.TIMES,
            "requeues of tasks",
            "by a shrink, a restart, their job or a job of higher priority; by preemptions too where the option "
            "`preemptionCountsAsRequeue` is set",
        ),
    ]
    preemptions: Annotated[
        int,
        Number(
            Unit.TIMES,
            "task preemptions",
            "attempts that the preemption of a node ended, also before they had started; one for all instances of a "
            "task",
        ),
    ]
    unfinished_why: Annotated[
        Mapping[str, int], REASON, Number(Unit.TASKS, "tasks unfinished: {reason}", "reasons: `docs/reasons.md`")
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Spans(Part):
    """A span over all tasks that have it."""

    mean: Annotated[float, Number(Unit.SECONDS, "mean")]
    p50: Annotated[float, Number(Unit.SECONDS, "p50")]
    p95: Annotated[float, Number(Unit.SECONDS, "p95")]
    p99: Annotated[float, Number(Unit.SECONDS, "p99")]
    max: Annotated[float, Number(Unit.SECONDS, "max")]


@dataclass(frozen=True, slots=True, eq=False)
class Utilization(Part):
    """How much of what was there was used."""

    slot: Annotated[float | None, Number(Unit.SHARE, "slots in use", "slot time taken of that in service")]
    core: Annotated[
        float | None,
        Number(
            Unit.SHARE,
            "cores in use",
            "core time taken of that in service; a task that asks for no cores takes its share by slots",
        ),
    ]
    useful: Annotated[
        float | None,
        Number(
            Unit.SHARE,
            "useful share of billed time",
            "node time with a task that succeeds (of an attempt that was lost: up to its last checkpoint) of node "
            "time billed",
            Fit.RATIO,
            "billed_hours",
        ),
    ]
    slowdown: Annotated[
        float | None,
        Number(
            Unit.RATIO,
            "slowdown, ratio to the time alone on a node",
            "how many times as long attempts that succeeded took as they would have alone on their node, where they "
            "would pull their image and read and write checkpoints too; None unless the option cpuSlowdown lets "
            "tasks share cores",
        ),
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Levels(Part):
    """How many nodes there were."""

    peak: Annotated[int, Number(Unit.NODES, "most nodes at once")]
    mean: Annotated[
        float, Number(Unit.NODES, "nodes, mean", "from the first node's creation to the last node's end, or the bill's")
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Nodes(Levels):
    """How many nodes there were, and of which kind."""

    by_kind: Annotated[Mapping[str, Levels], KIND, Group("{kind}")]
    preemptions: Annotated[int, Number(Unit.TIMES, "node preemptions")]
    vms: Annotated[int, Number(Unit.TIMES, "VMs created", "also in the place of a preempted one")]
    pools_without: Annotated[
        Mapping[str, int],
        POOL,
        Number(
            Unit.NODES, "nodes that pool {pool} wanted and never had", "of a pool that never had one: the most at once"
        ),
    ]
    lost_to_shrinks_s: Annotated[
        float, Number(Unit.SECONDS, "node time lost to shrinks", "of the time that was busy and lost")
    ]


@dataclass(frozen=True, slots=True, eq=False)
class JobAnswer(Part):
    """What became of one job."""

    planned: Annotated[int, Number(Unit.TASKS, "tasks planned")]
    submitted: Annotated[int, Number(Unit.TASKS, "tasks submitted")]
    succeeded: Annotated[int, Number(Unit.TASKS, "tasks succeeded")]
    makespan_s: Annotated[float | None, Number(Unit.SECONDS, "makespan", "its first submission to its last completion")]
    queue_time_s: Annotated[float | None, Number(Unit.SECONDS, "queue time, mean", "submission to first start")]
    cost: Annotated[float | None, Number(Unit.DOLLARS, "cost", "of the node time with its tasks")]


@dataclass(frozen=True, slots=True, eq=False)
class Cost(Part):
    """What the run cost."""

    currency: Annotated[str, Text("of all amounts")]
    total: Annotated[float | None, Number(Unit.DOLLARS, "cost")]
    by_pool: Annotated[Mapping[str, float] | None, POOL, Number(Unit.DOLLARS, "cost of pool {pool}")]
    by_kind: Annotated[Mapping[str, float] | None, KIND, Number(Unit.DOLLARS, "cost of {kind} nodes")]
    by_job: Annotated[Mapping[str, float] | None, JOB_OR_NONE, Number(Unit.DOLLARS, "cost of the work of job {job}")]
    by_label: Annotated[Mapping[str, float] | None, LABEL, Number(Unit.DOLLARS, "cost of node time {label}")]
    licenses: Annotated[float | None, Number(Unit.DOLLARS, "cost of application licences", "part of the total")]
    subscription_extras: Annotated[
        float | None,
        Number(
            Unit.DOLLARS,
            "cost of OS disks, addresses and balancers",
            "part of the total, with the option billSubscriptionExtras",
        ),
    ]
    per_succeeded_task: Annotated[float | None, Number(Unit.DOLLARS, "cost of each task that succeeded")]
    notes: Annotated[tuple[str, ...], Text("which prices are assumed or not known")]


@dataclass(frozen=True, slots=True, eq=False)
class BillEnd(Part):
    """When ledger and cost end, and what goes on from there."""

    until: Annotated[
        str, Text("what ends the bill: work_done, after, gone, horizon, stalled, longest run or interrupted")
    ]
    end_s: Annotated[float, Number(Unit.SECONDS, "end of the bill", "since the origin")]
    nodes: Annotated[int, Number(Unit.NODES, "nodes left at the end of the bill", "those with a VM")]
    per_hour: Annotated[
        float | None,
        Number(Unit.DOLLARS_PER_HOUR, "cost from the end of the bill on, USD/h", "of all that is there then"),
    ]
    tail_s: Annotated[
        float,
        Number(
            Unit.SECONDS,
            "time from the end of the bill to the end of its nodes",
            "until the last of them was gone, or the run ended",
        ),
    ]
    tail_cost: Annotated[float | None, Number(Unit.DOLLARS, "cost after the end of the bill", "over that time")]
    nodes_left: Annotated[int, Number(Unit.NODES, "nodes left at the end of the run")]


@dataclass(frozen=True, slots=True, eq=False)
class Refused(Part):
    """An operation that the service would not do."""

    time_s: Annotated[float, Text("when it was asked for, seconds since the origin")]
    operation: Annotated[str, Text("its name")]
    target: Annotated[str, Text("the pool, job, node or task")]
    code: Annotated[str, Text("the service's code")]
    message: Annotated[str, Text("the service's message")]


@dataclass(frozen=True, slots=True, eq=False)
class Operations(Part):
    """Operations of the timeline."""

    count: Annotated[int, Number(Unit.TIMES, "operations")]
    refused: Annotated[tuple[Refused, ...], Text("those that the service would not do")]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluations(Part):
    """Evaluations of autoscale formulas."""

    count: Annotated[int, Number(Unit.TIMES, "evaluations")]
    errors: Annotated[Mapping[str, int], Keys("code", EVALUATION_ERRORS), Number(Unit.TIMES, "evaluations with {code}")]
    target_changes: Annotated[int, Number(Unit.TIMES, "changes of target by formulas")]


@dataclass(frozen=True, slots=True, eq=False)
class Answer(Part):
    """The measures of one run, and what they rest on."""

    tasks: Tasks
    makespan_s: Annotated[float | None, Number(Unit.SECONDS, "makespan", "first submission to last completion")]
    queue_time_s: Annotated[Spans | None, Group("queue time", "submission to first start")]
    turnaround_s: Annotated[Spans | None, Group("turnaround", "submission to completion")]
    utilization: Utilization
    nodes: Nodes
    jobs: Annotated[Mapping[str, JobAnswer], JOB, Group("job {job}")]
    ledger_node_s: Annotated[
        Mapping[str, float],
        LABEL,
        Number(Unit.NODE_SECONDS, "node-seconds {label}", "they sum to the time all nodes existed"),
    ]
    billed_node_s: Annotated[
        Mapping[str, float],
        LABEL,
        Number(
            Unit.NODE_SECONDS,
            "node-seconds billed, {label}",
            "they sum to the time that is paid for: without what `billingStart` leaves out, with what rounding adds",
        ),
    ]
    cost: Cost
    bill: BillEnd
    resize_errors: Annotated[Mapping[str, int], Keys("code", RESIZE_ERRORS), Number(Unit.TIMES, "resizes with {code}")]
    operations: Operations
    evaluations: Evaluations
    warnings: Annotated[tuple[str, ...], Text("what a user should look at")]
    assumptions: Annotated[tuple[str, ...], Text("what the result rests on that nobody has published")]
    stopped: Annotated[
        str, Text("what ended the run: work done, stalled, horizon, longest run (180 days) or interrupted")
    ]
    manifest: Annotated[
        Mapping[str, Any],
        Text("versions, seed, replication, hash of the scenario; not the kernel's speed, which changes nothing here"),
    ]
