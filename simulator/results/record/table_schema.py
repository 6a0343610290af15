"""Every table of a recording: its columns, their types, units and meanings. `docs/tables.md` is made from this."""

from dataclasses import dataclass
from typing import Final

from simulator.codes import Action

SECONDS: Final = "s since the origin"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `kind` is `int`, `float`, `bool`, `text` or `category` (text from a short list)."""

    name: str
    kind: str
    meaning: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a recording, a file of the same name with the suffix `.parquet`."""

    name: str
    meaning: str
    columns: tuple[Column, ...]


C = Column
TABLES: Final = (
    Table(
        "tasks",
        "one row a task, in order of submission",
        (
            C("task", "int", "number of the task, the row's index; used by the other tables"),
            C("id", "text", "the task's id"),
            C("job", "category", "the job's id"),
            C("pool", "category", "the pool's id"),
            C(
                "submit",
                "float",
                "when it was added to its job; in the state planned: when it would have been",
                SECONDS,
            ),
            C("first_start", "float", "start time of the first attempt; empty if it never started", SECONDS),
            C("last_start", "float", "start time of the last attempt", SECONDS),
            C("end", "float", "when it completed or was deleted; empty if it did neither", SECONDS),
            C("state", "category", "planned, active, preparing, running, completed or deleted, at the end of the run"),
            C("succeeded", "bool", "whether it completed with success"),
            C(
                "deleted",
                "bool",
                "whether a client has deleted it, by itself or with its job, before or after its end: in the answer it "
                "counts as deleted alone",
            ),
            C("exit_code", "int", "exit code of the last attempt; empty where there is none"),
            C("slots", "int", "task slots it takes"),
            C("cores", "float", "cores it takes; 0 = none asked for", "cores"),
            C("memory", "float", "memory it takes; 0 = none asked for", "GiB"),
            C("instances", "int", "nodes it takes at once"),
            C("max_retries", "int", "attempts it may have after a failure; -1 = without limit"),
            C("duration", "float", "run time of its own work, without dispatch and launch", "s"),
            C(
                "duration_source",
                "category",
                "who said it: simulation, environment, command line, defaults or workload",
            ),
            C("retries", "int", "attempts that followed a failure"),
            C(
                "requeues",
                "int",
                "times given back by a shrink, a restart, its job, one of higher priority or, by option, a preemption",
            ),
            C("preemptions", "int", "attempts that the preemption of a node ended, also before they had started"),
            C("unfinished_why", "category", "why it did not complete (`docs/reasons.md`); empty if it did"),
        ),
    ),
    Table(
        "attempts",
        "one row for each execution of a task on a node, in order of assignment",
        (
            C("task", "int", "number of the task"),
            C("instance", "int", "0 = primary; 1, 2, ... = subtasks of a multi-instance task"),
            C("node", "category", "the node's id"),
            C("pool", "category", "the pool's id"),
            C("assigned", "float", "when it took its slots", SECONDS),
            C("start", "float", "when it started; empty if it ended before, on its way", SECONDS),
            C("end", "float", "when it gave its slots back, or the end of the run", SECONDS),
            C(
                "outcome",
                "category",
                "running, succeeded, failed, preempted, requeued, terminated, displaced, expired, unprepared, lost, "
                "or unfetched",
            ),
            C("kept", "float", "work of it that its checkpoints saved; 0 = none, or its task failed later", "s"),
            C("kept_until", "float", "when the last of them was written; empty if nothing is kept", SECONDS),
        ),
    ),
    Table(
        "jobs",
        "one row for each state of each job, in order of time",
        (
            C("job", "category", "the job's id"),
            C("pool", "category", "the pool's id; of a job that has moved, that of the last one"),
            C("state", "category", "active, disabling, disabled, enabling, terminating, completed or deleting"),
            C("start", "float", "when it began", SECONDS),
            C("end", "float", "when it ended, or the end of the run", SECONDS),
            C("reason", "category", "why the job ends or was refused, with the service's word; else empty"),
        ),
    ),
    Table(
        "node_tasks",
        "one row for each preparation or release task of a job on a node",
        (
            C("job", "category", "the job's id"),
            C("node", "category", "the node's id"),
            C("pool", "category", "the pool's id"),
            C("kind", "category", "preparation or release"),
            C("start", "float", "when it began", SECONDS),
            C("end", "float", "when it ended, retries included, or the end of the run", SECONDS),
            C("outcome", "category", "running, succeeded, failed, or lost with its node"),
        ),
    ),
    Table(
        "pools",
        "one row a pool, those that jobs bring along included",
        (
            C("pool", "category", "the pool's id"),
            C("vm_size", "category", "size of its nodes"),
            C("slots", "int", "task slots of each node"),
            C("cores", "int", "cores of each node", "cores"),
            C("auto_pool", "bool", "whether a job or a schedule made it"),
            C("created", "float", "when it was created; empty if that never happened", SECONDS),
            C("deleted", "float", "when its deletion began; empty if it was not deleted", SECONDS),
            C("gone", "float", "when its deletion was complete", SECONDS),
        ),
    ),
    Table(
        "nodes",
        "one row a node; a node keeps its id while the VM behind it is replaced",
        (
            C("node", "category", "the node's id"),
            C("pool", "category", "the pool's id"),
            C("kind", "category", "dedicated or low_priority"),
            C("host", "text", "name of its machine; used again when the node is gone"),
            C("ip", "text", "private address; used again when the node is gone"),
            C("zone", "int", "availability zone"),
            C("last_boot", "float", "when it last entered `starting`; empty if it never did", SECONDS),
            C("created", "float", "when it first entered `creating`", SECONDS),
            C("gone", "float", "when it left the pool, or the end of the run", SECONDS),
            C("vms", "int", "VMs that stood behind it, one after the other"),
            C("attempts", "int", "attempts that ran on it"),
            C("billed", "float", "time that is paid for, rounding included", "s"),
        ),
    ),
    Table(
        "node_states",
        "one row for each state of each node, in order of node and time",
        (
            C("node", "category", "the node's id"),
            C("pool", "category", "the pool's id"),
            C("kind", "category", "dedicated or low_priority"),
            C("state", "category", "the service's name of the state"),
            C(
                "scheduling",
                "bool",
                "false on a node in service that takes no new tasks",
            ),
            C("start", "float", "when it began", SECONDS),
            C("end", "float", "when it ended, or the end of the run", SECONDS),
            C("why", "category", "what broke the node; empty in other states"),
        ),
    ),
    Table(
        "start_tasks",
        "one row for each attempt of a pool's start task on a node",
        (
            C("node", "category", "the node's id"),
            C("pool", "category", "the pool's id"),
            C("attempt", "int", "0 = the first, then the retries, at each start of the node"),
            C(
                "duration_source",
                "category",
                "who said how long it takes: simulation, environment, command line or defaults",
            ),
            C("start", "float", "when it began", SECONDS),
            C("end", "float", "when it ended; empty if the node was lost or restarted before", SECONDS),
            C("exit_code", "int", "its exit code; empty if it did not end"),
        ),
    ),
    Table(
        "memory_excess",
        "one row for each span of time in which the tasks on a node asked for more memory than it has; empty unless "
        "the option enforceLocalResources is disk_and_memory",
        (
            C("node", "category", "the node's id"),
            C("pool", "category", "the pool's id"),
            C("start", "float", "when it began", SECONDS),
            C("end", "float", "when it ended", SECONDS),
            C("peak", "float", "the most that was asked for at once", "GiB"),
            C("memory", "float", "what the node has", "GiB"),
        ),
    ),
    Table(
        "resizes",
        "one row a resize, refused ones included",
        (
            C("pool", "category", "the pool's id"),
            C("start", "float", "when it was asked for", SECONDS),
            C("end", "float", "when the pool was steady again; empty if it never was", SECONDS),
            C("dedicated_from", "int", "target before"),
            C("dedicated_to", "int", "target after"),
            C("low_priority_from", "int", "target before"),
            C("low_priority_to", "int", "target after"),
            C("dedicated", "int", "nodes there were at its end"),
            C("low_priority", "int", "nodes there were at its end, preempted ones included"),
            C("option", "category", "node deallocation option; empty when growing"),
            C("code", "category", "Success, or the service's code of the first error"),
            C("dedicated_error", "category", "code of the error that concerns dedicated nodes; else empty"),
            C("low_priority_error", "category", "code of the error that concerns low-priority nodes; else empty"),
            C("message", "text", "what went wrong, of each kind of nodes"),
        ),
    ),
    Table(
        "operations",
        "one row for each operation of the scenario's timeline",
        (
            C("pool", "category", "the pool's id; empty where it concerns none"),
            C("job", "category", "the job's id; empty where it concerns none"),
            C("time", "float", "when", SECONDS),
            C("operation", "category", "its name in the scenario"),
            C("target", "text", "what it named: a pool, some of its nodes, a job, `job/task`, a size, a zone"),
            C("code", "category", "Success, or the service's code of the refusal"),
            C("message", "text", "what it did, or why it was refused; empty where the code says all"),
        ),
    ),
    Table(
        "pool_timeline",
        "one row for each instant at which anything of a pool changed: the values from then on",
        (
            C("pool", "category", "the pool's id"),
            C("time", "float", "from when on", SECONDS),
            C("queued_tasks", "int", "submitted tasks that wait"),
            C("running_tasks", "int", "tasks on nodes"),
            C("used_slots", "int", "slots taken on all nodes"),
            C("target_dedicated", "int", "target"),
            C("target_low_priority", "int", "target"),
            C("current_dedicated", "int", "nodes there are, from `creating` until gone"),
            C("current_low_priority", "int", "nodes there are, preempted ones included"),
            C("usable_nodes", "int", "nodes in service: idle or running, scheduling enabled"),
            C("running_nodes", "int", "nodes with at least one task, draining ones included"),
            C("preempted_nodes", "int", "nodes whose VM was taken back"),
            C("deallocated_nodes", "int", "nodes whose VM an operator has stopped, or is being stopped"),
        ),
    ),
    Table(
        "evaluations",
        "one row for each evaluation of an autoscale formula",
        (
            C("pool", "category", "the pool's id"),
            C("time", "float", "when", SECONDS),
            C("results", "text", "the results string, as the service writes it"),
            C("error", "category", "the service's error code; empty if there was none"),
            C("message", "text", "what went wrong, with line and column; empty if nothing"),
            C("raw_dedicated", "float", "target as the formula left it; after an error what it was before"),
            C("raw_low_priority", "float", "target as the formula left it; after an error what it was before"),
            C("target_dedicated", "int", "target applied: truncated, not negative"),
            C("target_low_priority", "int", "target applied: truncated, not negative"),
            C("option", "category", "node deallocation option"),
            C("action", "category", f"what the pool did: {', '.join(Action)} (`docs/reasons.md`)"),
            C("warnings", "int", "warnings of the evaluation, e.g. a negative target"),
            C("trace", "text", "why, as JSON; empty unless `options.recordTraces` is set"),
        ),
    ),
    Table(
        "ledger",
        "one row for each pool, node kind and label: where the node-seconds and the money went, to the end of the bill",
        (
            C("pool", "category", "the pool's id"),
            C("kind", "category", "what is paid for: dedicated, low_priority or spot"),
            C("label", "category", "what the time was spent on"),
            C("time", "float", "time of all nodes", "node-seconds"),
            C("billed", "float", "of that what is paid for, rounding included", "node-seconds"),
            C("cost", "float", "what it costs; empty where the price is not known", "USD"),
        ),
    ),
)


def table(name: str) -> Table:
    """Return the description of one table."""
    return next(table for table in TABLES if table.name == name)
