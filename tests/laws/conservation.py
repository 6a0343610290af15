"""Laws of what a run has written: one function each, which yields a sentence for whatever breaks it.

Nothing here asks the program: states, slots, ledger and bill are computed anew from the rows of other tables.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, pairwise
from typing import Final

from tests.laws.written import Row, Written, covered, grouped, most_at_once, ms

Law = Callable[[Written], Iterator[str]]
SERVING: Final = frozenset({"idle", "running", "offline", "unknown", "leavingpool", "unusable"})
"""States in which tasks may be on a node: those of nodes that serve, drain, or are out of contact."""
WITHOUT_VM: Final = frozenset({"preempted", "deallocating", "deallocated"})
STEPS_MS: Final = {"millisecond": 1, "second": 1000, "minute": 60_000, "hour": 3_600_000}
AGAIN: Final = {
    "preemptions": frozenset({"preempted"}),
    "requeues": frozenset({"requeued", "displaced"}),
}
"""Counts of a task, and the outcomes that they count."""
LABELS: Final[Mapping[str, frozenset[str]]] = {
    "booting": frozenset({"creating", "starting"}),
    "start_task": frozenset({"waitingforstarttask"}),
    "start_task_failed": frozenset({"starttaskfailed"}),
    "unusable": frozenset({"unusable"}),
    "no_contact": frozenset({"unknown"}),
    "restarting": frozenset({"rebooting", "reimaging"}),
    "upgrading_os": frozenset({"upgradingos"}),
    "preempted": frozenset({"preempted"}),
    "deallocated": frozenset({"deallocating", "deallocated"}),
    "leaving": frozenset({"leavingpool"}),
    "idle": frozenset({"idle", "running", "offline"}),
}
"""Labels of the ledger for nodes without a task, and the states that they are for."""
MERGED: Final = {
    **dict.fromkeys(("idle_before", "idle_between", "idle_tail", "idle_unused", "job_release", "offline"), "idle"),
    "draining": "leaving",
    **dict.fromkeys(("busy_useful", "busy_unfinished", "busy_failed", "busy_lost", "job_preparation"), "busy"),
}
"""Labels that only tasks and operations distinguish, together."""


def lives_are_whole(run: Written) -> Iterator[str]:
    """The states of a node follow each other without gap from its creation to its end, inside the run."""
    for node, rows in run.states_of_node.items():
        for before, after in pairwise(rows):
            if ms(before["end"]) != ms(after["start"]):
                yield f"{node}: {before['state']} ends at {before['end']}, {after['state']} begins at {after['start']}"
        about = run.nodes[node]
        if ms(rows[0]["start"]) != ms(about["created"]) or ms(rows[-1]["end"]) != ms(about["gone"]):
            yield f"{node}: lives from {about['created']} to {about['gone']}, its states do not"
        if any(row["end"] < row["start"] for row in rows) or ms(rows[-1]["end"]) > run.end:
            yield f"{node}: a state ends before it begins, or after the run"
    if run.nodes.keys() != run.states_of_node.keys():
        yield "there are nodes without states, or states without nodes"


def jobs_have_one_state(run: Written) -> Iterator[str]:
    """The states of a job follow each other without gap; one that is begun anew begins with another first state."""
    for job, rows in grouped(run.tables["jobs"], "job").items():
        for before, after in pairwise(rows):
            if ms(before["end"]) > ms(after["start"]):
                yield f"job {job}: {before['state']} until {before['end']}, {after['state']} from {after['start']}"


def attempts_are_on_living_nodes(run: Written) -> Iterator[str]:
    """An attempt takes its slots on a node that takes tasks, and gives them back before that one serves no more."""
    for node, attempts in run.attempts_of_node.items():
        states = run.states_of_node[node]
        for row in attempts:
            begin, end = ms(row["assigned"]), ms(row["end"])
            if not any(
                ms(one["start"]) <= begin <= ms(one["end"])
                and one["state"] in ("idle", "running")
                and one["scheduling"]
                for one in states
            ):
                yield f"{node}: takes task {row['task']} at {row['assigned']}, where it takes none"
            if any(ms(one["start"]) < end and ms(one["end"]) > begin and one["state"] not in SERVING for one in states):
                yield f"{node}: task {row['task']} is on it while it does not serve"


def attempts_are_in_order(run: Written) -> Iterator[str]:
    """A task comes before its attempts, which follow each other; each starts and ends after it has its slots."""
    for row in run.tables["attempts"]:
        times = [row["assigned"], row["start"], row["end"]]
        known = [ms(one) for one in times if one is not None]
        if known != sorted(known) or known[-1] > run.end:
            yield f"task {row['task']}: the times of an attempt are {times}"
        if known[0] < ms(run.tables["tasks"][row["task"]]["submit"]):
            yield f"task {row['task']}: has slots before it is submitted"
    for task, rows in run.attempts_of_task.items():
        for before, after in pairwise(rows):
            if ms(before["end"]) > ms(after["assigned"]):
                yield f"task {task}: two attempts at once"


def room_is_never_exceeded(run: Written) -> Iterator[str]:
    """Slots, cores and memory of a node are enough for its tasks at every instant."""
    options, sizes, tasks = run.options, run.scenario["sizes"], run.tables["tasks"]
    for node, attempts in run.attempts_of_node.items():
        pool = run.pools[run.nodes[node]["pool"]]
        limits = {"slots": pool["slots"], "cores": math.inf if options["cpuSlowdown"] else pool["cores"]}
        known = sizes.get(pool["vm_size"])
        if known and options["enforceLocalResources"] != "disk_and_memory":
            limits["memory"] = known["memoryGiB"]
        for what, limit in limits.items():
            most = most_at_once(
                (ms(row["assigned"]), ms(row["end"]), tasks[row["task"]][what] or 0.0) for row in attempts
            )
            if most > limit + 1e-6:
                yield f"{node}: {most} {what} are taken, it has {limit}"


def tasks_are_what_their_attempts_make_them(run: Written) -> Iterator[str]:
    """Success, state, starts and counts of a task follow from its attempts."""
    for number, task in enumerate(run.tables["tasks"]):
        rows = run.attempts_of_task.get(number, [])
        outcomes = Counter(row["outcome"] for row in rows)
        starts = [ms(row["start"]) for row in rows if row["start"] is not None]
        if bool(task["succeeded"]) != (outcomes["succeeded"] == 1) or outcomes["succeeded"] > 1:
            yield f"task {number}: succeeded {task['succeeded']}, its attempts: {dict(outcomes)}"
        if (outcomes["running"] == 1) != (task["state"] in ("running", "preparing")) or outcomes["running"] > 1:
            yield f"task {number}: is {task['state']}, its attempts: {dict(outcomes)}"
        for name, value in (("first_start", min(starts, default=None)), ("last_start", max(starts, default=None))):
            found = None if task[name] is None else ms(task[name])
            if found != value:
                yield f"task {number}: {name} is {task[name]}, its attempts start at {starts}"
        if task["succeeded"] and rows and ms(task["end"]) != ms(rows[-1]["end"]) and not task["deleted"]:
            yield f"task {number}: ends at {task['end']}, its attempt at {rows[-1]['end']}"
        if task["state"] == "planned" and rows:
            yield f"task {number}: has attempts and was never submitted"


def counts_follow_from_attempts(run: Written) -> Iterator[str]:
    """Retries, requeues and preemptions of a task are those of its attempts that it went on from."""
    as_requeue = run.options["preemptionCountsAsRequeue"]
    for number, task in enumerate(run.tables["tasks"]):
        rows = run.attempts_of_task.get(number, [])
        outcomes = Counter(row["outcome"] for row in rows)
        for name, counted in AGAIN.items():
            most = sum(outcomes[one] for one in counted | (AGAIN["preemptions"] if as_requeue else frozenset()))
            if task[name] > most:
                yield f"task {number}: {task[name]} {name}, its attempts: {dict(outcomes)}"
        if task["retries"] > outcomes["failed"]:
            yield f"task {number}: {task['retries']} retries, its attempts: {dict(outcomes)}"
        if 0 <= task["max_retries"] < task["retries"]:
            yield f"task {number}: {task['retries']} retries of at most {task['max_retries']}"


def levels_follow_from_rows(run: Written) -> Iterator[str]:
    """Used slots and nodes of a pool at each instant are those of its attempts and lives."""
    slots = [row["slots"] for row in run.tables["tasks"]]
    nodes = grouped(run.tables["nodes"], "pool")
    attempts = grouped(run.tables["attempts"], "pool")
    for pool, rows in grouped(run.tables["pool_timeline"], "pool").items():
        used = _Level((ms(row["assigned"]), ms(row["end"]), slots[row["task"]]) for row in attempts[pool])
        there = {
            kind: _Level((ms(row["created"]), ms(row["gone"]), 1) for row in nodes[pool] if row["kind"] == kind)
            for kind in ("dedicated", "low_priority")
        }
        for row in rows:
            at = ms(row["time"])
            if at >= run.end:
                continue  # what still runs ends there in the rows, and not in the pool
            if row["used_slots"] != used.at(at):
                yield f"pool {pool}: {row['used_slots']} slots used at {row['time']}, attempts take {used.at(at)}"
            for kind, level in there.items():
                if row[f"current_{kind}"] != level.at(at):
                    yield f"pool {pool}: {row[f'current_{kind}']} {kind} nodes at {row['time']}, lives: {level.at(at)}"


class _Level:
    """How much there is of something, asked for in the order of time."""

    def __init__(self, spans: Iterator[tuple[int, int, int]]) -> None:
        self._changes = sorted(chain.from_iterable(((b, size), (e, -size)) for b, e, size in spans), reverse=True)
        self._level = 0

    def at(self, instant: int) -> int:
        """Return the level after all that happens at an instant."""
        while self._changes and self._changes[-1][0] <= instant:
            self._level += self._changes.pop()[1]
        return self._level


def ledger_is_the_time_of_nodes(run: Written) -> Iterator[str]:
    """Every millisecond of a node stands in the ledger, under what the node was in or under its tasks."""
    wanted: Counter[tuple[str, str, str | None]] = Counter()
    for node, states in run.states_of_node.items():
        about = run.nodes[node]
        spans = [(ms(row["assigned"]), ms(row["end"])) for row in run.attempts_of_node.get(node, ())]
        for state in states:
            begin, end = ms(state["start"]), min(ms(state["end"]), run.bill_end)
            busy = covered(spans, begin, end)
            label = next(name for name, names in LABELS.items() if state["state"] in names)
            wanted[about["pool"], about["kind"], label] += max(end - begin, 0) - busy
            wanted[about["pool"], about["kind"], "busy"] += busy
    found: Counter[tuple[str, str, str | None]] = Counter()
    for row in run.tables["ledger"]:
        if row["label"] != "billing_rounding":
            found[row["pool"], _kind(row), MERGED.get(row["label"], row["label"])] += ms(row["time"])
    for key in {**wanted, **found}:
        if wanted[key] != found[key]:
            yield f"{key}: {found[key]} ms in the ledger, {wanted[key]} ms in states and attempts"


def billed_time_is_that_of_vms(run: Written) -> Iterator[str]:
    """A VM is paid for from its begin to its end, rounded; the ledger has what nodes are billed."""
    step, least = STEPS_MS[run.options["billingGranularity"]], ms(run.options["billingMinimumS"])
    unpaid = WITHOUT_VM | ({"creating"} if run.options["billingStart"] == "starting" else set())
    billed: Counter[tuple[str, str]] = Counter()
    for node, states in run.states_of_node.items():
        about, whole = run.nodes[node], 0
        for length in _vms(states, unpaid, run.bill_end):
            whole += max(math.ceil(length / step) * step, least)
        if ms(about["billed"]) != whole:
            yield f"{node}: billed {about['billed']} s, its VMs: {whole / 1000} s"
        billed[about["pool"], about["kind"]] += whole
    found: Counter[tuple[str, str]] = Counter()
    for row in run.tables["ledger"]:
        found[row["pool"], _kind(row)] += ms(row["billed"])
    for key in {**billed, **found}:
        if billed[key] != found[key]:
            yield f"{key}: {found[key]} ms billed in the ledger, {billed[key]} ms of nodes"


def _vms(states: list[Row], unpaid: frozenset[str] | set[str], until: int) -> Iterator[int]:
    """Yield how long each VM of a node is there."""
    begin: int | None = None
    for row in states:
        start, end = ms(row["start"]), min(ms(row["end"]), until)
        if start >= until:
            break
        if row["state"] in unpaid:
            if begin is not None:
                yield start - begin
            begin = None
        elif begin is None:
            begin = start
    if begin is not None:
        yield end - begin


def price_times_time_is_the_bill(run: Written) -> Iterator[str]:
    """A group of nodes costs its billed time at the price of its size, where nothing else of it has a price."""
    plain = {one["id"] for one in run.scenario["pools"] if _is_plain(one)}
    if run.options["billSubscriptionExtras"] or run.options["billPreemptedDisks"]:
        return
    for (pool, kind), rows in grouped_by(run.tables["ledger"]).items():
        size = run.scenario["sizes"].get(run.pools[pool]["vm_size"], {})
        price = size.get({"dedicated": "dedicatedLinux", "low_priority": "lowPriorityLinux", "spot": "spotLinux"}[kind])
        if pool not in plain or price is None:
            continue
        cost, wanted = sum(row["cost"] or 0.0 for row in rows), sum(row["billed"] for row in rows) * price / 3600
        if not math.isclose(cost, wanted, rel_tol=1e-9, abs_tol=1e-9):
            yield f"{pool}, {kind}: costs {cost}, its time at its price {wanted}"


def _is_plain(pool: Row) -> bool:
    """Return whether the only thing with a price of a pool's nodes is their VM."""
    machine = pool["virtualMachineConfiguration"]
    return (
        machine is not None  # else a cloud service, whose nodes have Windows
        and not machine.get("dataDisks")
        and "windows" not in str(machine.get("nodeAgentSKUId")).lower()
        and not machine.get("licenseType")
        and not pool["applicationLicenses"]
        and not any(pool["simulation"]["prices"].values())
    )


def grouped_by(ledger: list[Row]) -> dict[tuple[str, str], list[Row]]:
    """Return the rows of a ledger by pool and by what is paid for."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in ledger:
        found.setdefault((row["pool"], row["kind"]), []).append(row)
    return found


def _kind(row: Row) -> str:
    return "low_priority" if row["kind"] == "spot" else str(row["kind"])


def sums_are_those_of_tables(run: Written) -> Iterator[str]:
    """What the summary counts and adds up is in the tables."""
    tasks, answer = run.tables["tasks"], run.answer
    alive = [row for row in tasks if not row["deleted"]]
    wanted = {
        "planned": len(tasks),
        "submitted": sum(row["state"] != "planned" for row in tasks),
        "succeeded": sum(bool(row["succeeded"]) for row in alive),
        "failed": sum(row["state"] == "completed" and not row["succeeded"] for row in alive),
        "deleted": len(tasks) - len(alive),
        "unfinished": sum(row["state"] != "completed" for row in alive),
        **{name: sum(row[name] for row in tasks) for name in ("retries", "requeues", "preemptions")},
    }
    for name, value in wanted.items():
        if answer["tasks"][name] != value and name != "submitted":
            yield f"tasks.{name} is {answer['tasks'][name]}, in the table {value}"
    counted = {
        "evaluations": (answer["evaluations"]["count"], len(run.tables["evaluations"])),
        "operations": (answer["operations"]["count"], len(run.tables["operations"])),
        "VMs": (answer["nodes"]["vms"], sum(row["vms"] for row in run.tables["nodes"])),
    }
    for name, (one, other) in counted.items():
        if one != other:
            yield f"{name}: {one} in the summary, {other} in the table"
    yield from _sums_of_ledger(run)


def _sums_of_ledger(run: Written) -> Iterator[str]:
    parts = {"ledger_node_s": "time", "billed_node_s": "billed"}
    for name, column in parts.items():
        found: Counter[str] = Counter()
        for row in run.tables["ledger"]:
            found[row["label"]] += ms(row[column])
        for label, value in run.answer[name].items():
            if ms(value) != found[label]:
                yield f"{name}.{label}: {value} in the summary, {found[label] / 1000} in the ledger"
    cost = run.answer["cost"]
    if cost["total"] is not None:
        whole = [cost["total"], sum(row["cost"] or 0.0 for row in run.tables["ledger"])]
        whole += [sum(cost[name].values()) for name in ("by_pool", "by_kind", "by_job", "by_label")]
        if not all(math.isclose(one, whole[0], rel_tol=1e-9, abs_tol=1e-12) for one in whole):
            yield f"the bill and its parts: {whole}"


LAWS: Final[Mapping[str, Law]] = {
    law.__name__: law
    for law in (
        lives_are_whole,
        jobs_have_one_state,
        attempts_are_on_living_nodes,
        attempts_are_in_order,
        room_is_never_exceeded,
        tasks_are_what_their_attempts_make_them,
        counts_follow_from_attempts,
        levels_follow_from_rows,
        ledger_is_the_time_of_nodes,
        billed_time_is_that_of_vms,
        price_times_time_is_the_bill,
        sums_are_those_of_tables,
    )
}


def broken(run: Written) -> list[str]:
    """Return what breaks a law, with its name."""
    return [f"{name}: {text}" for name, law in LAWS.items() for text in law(run)]
