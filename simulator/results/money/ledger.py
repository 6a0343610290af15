"""Where the node-seconds and the money went: every millisecond of every node has exactly one label.

While a task is on a node, the label is the best that can be said of any task there: it succeeds, it still runs at
the end of the run, it fails, it is lost. Without a task the state decides. Labels sum to the time that nodes
existed until the end of the bill; billed labels, with the rounding of the bill, sum to the bill.

Of a lost attempt the time up to its last checkpoint is kept: it shares the fate of the task that goes on from there.
It is useful if the task succeeds, unfinished if it has not completed when the run ends, and lost after all if the task
comes to nothing or a later attempt fails by itself, which throws it away.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.results.money.billed_time import billed_rows, rounding
from simulator.results.raw.control_plane import (
    CREATING,
    IDLE,
    LEAVING,
    PREEMPTED,
    START_TASK,
    STARTING,
    Control,
    code_of,
)
from simulator.scenario.format.schema import Options
from simulator.states import NodeState, Outcome
from simulator.units import MS_PER_S

Ints = npt.NDArray[np.int64]
Put = Callable[..., None]


class Label(StrEnum):
    """What a node-second was spent on; the docstring of each says when it applies."""

    BOOTING = "booting"
    """`creating` and `starting`."""
    START_TASK = "start_task"
    """`waitingforstarttask`."""
    BUSY_USEFUL = "busy_useful"
    """At least one task on the node that succeeds in this attempt, or from a checkpoint that this attempt wrote."""
    BUSY_UNFINISHED = "busy_unfinished"
    """None that succeeds, at least one that still runs, or that can go on from here, when the run ends."""
    BUSY_FAILED = "busy_failed"
    """Only tasks whose attempt fails or is lost, at least one that fails."""
    BUSY_LOST = "busy_lost"
    """Only tasks whose attempt is lost, since its last checkpoint: node preempted, or task killed by a shrink."""
    JOB_PREPARATION = "job_preparation"
    """Only tasks that wait for their job to prepare the node."""
    JOB_RELEASE = "job_release"
    """No task, but the release task of a job that has ended."""
    IDLE_BEFORE = "idle_before"
    """In service, before the node's first task."""
    IDLE_BETWEEN = "idle_between"
    """In service, between tasks."""
    IDLE_TAIL = "idle_tail"
    """In service, after the node's last task."""
    IDLE_UNUSED = "idle_unused"
    """In service on a node that never had a task."""
    DRAINING = "draining"
    """`leavingpool`, no task left, kept by the deallocation option."""
    LEAVING = "leaving"
    """`leavingpool`, being removed."""
    OFFLINE = "offline"
    """Scheduling disabled, or closed for a restart, and no task there."""
    START_TASK_FAILED = "start_task_failed"
    """`starttaskfailed`: stays, is billed, and runs nothing."""
    UNUSABLE = "unusable"
    """`unusable`, for good or until contact is back."""
    NO_CONTACT = "no_contact"
    """`unknown`."""
    RESTARTING = "restarting"
    """`rebooting` and `reimaging`; the start that follows is booting again."""
    UPGRADING_OS = "upgrading_os"
    """`upgradingos`."""
    PREEMPTED = "preempted"
    """Without a VM: only disks and addresses are billed, where they are."""
    DEALLOCATED = "deallocated"
    """`deallocating` and `deallocated`: the VM is stopped, and billed as of `preempted`."""
    BILLING_ROUNDING = "billing_rounding"
    """Billed beyond the time the VM existed."""


LABELS: Final = list(Label)
SHRUNK: Final = (Outcome.REQUEUED, Outcome.TERMINATED)
"""How attempts end that a shrink interrupts."""
_OF_STATE: Final = {
    CREATING: Label.BOOTING,
    STARTING: Label.BOOTING,
    START_TASK: Label.START_TASK,
    PREEMPTED: Label.PREEMPTED,
    code_of(NodeState.OFFLINE): Label.OFFLINE,
    code_of(NodeState.STARTTASKFAILED): Label.START_TASK_FAILED,
    code_of(NodeState.UNUSABLE): Label.UNUSABLE,
    code_of(NodeState.UNKNOWN): Label.NO_CONTACT,
    code_of(NodeState.REBOOTING): Label.RESTARTING,
    code_of(NodeState.REIMAGING): Label.RESTARTING,
    code_of(NodeState.UPGRADINGOS): Label.UPGRADING_OS,
    code_of(NodeState.DEALLOCATING): Label.DEALLOCATED,
    code_of(NodeState.DEALLOCATED): Label.DEALLOCATED,
}
UNPAID: Final = frozenset({Label.PREEMPTED, Label.DEALLOCATED})
"""Labels of time in which no VM stands behind a node."""
BUSY: Final = frozenset(
    {Label.BUSY_USEFUL, Label.BUSY_UNFINISHED, Label.BUSY_FAILED, Label.BUSY_LOST, Label.JOB_PREPARATION}
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Milliseconds by node and label; `billed` is what is paid of them."""

    time: Ints
    """Shape (nodes, labels), without rounding: sums to the time each node existed."""
    billed: Ints
    """Shape (nodes, labels), with rounding: sums to the time each node is paid for."""

    def seconds(self, rows: npt.NDArray[np.bool_] | None = None) -> dict[str, float]:
        """Return node-seconds by label, of all nodes or of those where `rows` is set."""
        return _seconds(self.time if rows is None else self.time[rows], LABELS[:-1])

    def billed_seconds(self) -> dict[str, float]:
        """Return node-seconds that are paid for by label, those that rounding adds among them."""
        return _seconds(self.billed, LABELS)


def _seconds(times: Ints, labels: Sequence[Label]) -> dict[str, float]:
    """Add up the first columns of a ledger, those of some labels."""
    total = times.sum(axis=0) / MS_PER_S
    return {str(label): float(value) for label, value in zip(labels, total, strict=False)}


def make_ledger(control: Control, options: Options) -> Ledger:
    """Label the whole life of every node."""
    by_row = _label_rows(control)
    count = len(control.node_pool)
    time = np.zeros((count, len(LABELS)), dtype=np.int64)
    np.add.at(time, control.node, by_row)
    is_billed = billed_rows(control, options)
    billed = np.zeros_like(time)
    np.add.at(billed, control.node[is_billed], by_row[is_billed])
    billed[:, LABELS.index(Label.BILLING_ROUNDING)] = rounding(control, is_billed, options)
    return Ledger(time, billed)


def _label_rows(control: Control) -> Ints:
    """Label each row of the node states: shape (rows, labels), milliseconds."""
    node, state, start, end = control.node, control.state, control.start, control.end
    found = np.zeros((len(node), len(LABELS)), dtype=np.int64)

    def put(label: Label, values: Ints, where: npt.NDArray[np.bool_] | slice = slice(None)) -> None:
        found[where, LABELS.index(label)] += values[where]

    so_far = np.zeros(len(node), dtype=np.int64)
    counted = 0
    for label, rows, kept in _levels(control):
        count = int(np.count_nonzero(rows)) + len(kept)
        if count == counted:
            continue  # no attempt of this kind
        counted = count
        if len(control.raw.waited):
            busy = control.working(rows, kept)
        else:
            busy = control.worked if rows.all() else control.busy(rows, kept)
        covered = busy.measure(node, start, end)
        put(label, covered - so_far)
        so_far = covered
    if len(control.raw.waited):
        covered = control.worked.measure(node, start, end)
        put(Label.JOB_PREPARATION, covered - so_far)
        so_far = covered
    free = end - start - so_far
    for code, label in _OF_STATE.items():
        put(label, free, state == code)
    _label_idle(control, free, put)
    drained = np.clip(_removal(control) - start, 0, end - start)
    worked = control.worked.measure(node, start, start + drained)
    is_leaving = state == LEAVING
    put(Label.DRAINING, drained - worked, is_leaving)
    put(Label.LEAVING, free - (drained - worked), is_leaving)
    return found


def lost_to_shrinks(control: Control) -> float:
    """Return the node time, in seconds, with nothing but attempts that a shrink ended, since their last checkpoint.

    The rest of what is lost is what evictions and lost contact took, which no formula can help.
    """
    shrunk = np.isin(control.raw.attempts.outcome, SHRUNK)
    if not shrunk.any():
        return 0.0
    node, start, end = control.node, control.start, control.end
    without = control.working(~shrunk, control.kept).measure(node, start, end)
    return float((control.worked.measure(node, start, end) - without).sum()) / MS_PER_S


def _levels(control: Control) -> Iterator[tuple[Label, npt.NDArray[np.bool_], Ints]]:
    """Yield, best first, the attempts at least as good as each label, and those of which the kept part is."""
    outcome, tasks, kept = control.raw.attempts.outcome, control.raw.tasks, control.kept
    task = control.raw.attempts.task[kept]
    useful = kept[tasks.succeeded[task]]
    yield Label.BUSY_USEFUL, outcome == Outcome.SUCCEEDED, useful
    yield Label.BUSY_UNFINISHED, outcome <= Outcome.SUCCEEDED, kept
    yield Label.BUSY_FAILED, (outcome <= Outcome.FAILED) | np.isin(outcome, [Outcome.EXPIRED, Outcome.UNFETCHED]), kept
    yield Label.BUSY_LOST, np.ones(len(outcome), dtype=bool), kept


def _label_idle(control: Control, free: Ints, put: Put) -> None:
    """Report the idle time of a node in service apart by its first and last task."""
    node, start, end = control.node, control.start, control.end
    first, last = control.worked.span(len(control.node_pool))
    put(Label.OFFLINE, free, (control.state == IDLE) & ~control.is_open)
    in_service = (control.state == IDLE) & control.is_open
    used = last[node] >= 0
    before = np.clip(np.minimum(end, first[node]) - start, 0, None)
    tail = np.clip(end - np.maximum(start, last[node]), 0, None)
    if control.raw.recorder.node_tasks:
        released = np.where(in_service & used, _released(control, start), 0)
        put(Label.JOB_RELEASE, released)
        free = free - released
        tail = tail - np.where(tail > 0, _released(control, end - tail), 0)
    put(Label.IDLE_UNUSED, free, in_service & ~used)
    put(Label.IDLE_BEFORE, before, in_service & used)
    put(Label.IDLE_TAIL, tail, in_service & used)
    put(Label.IDLE_BETWEEN, free - before - tail, in_service & used)


def _released(control: Control, since: Ints) -> Ints:
    """Return, for each state row, how long release tasks ran from an instant on while no task did."""
    both = control.worked.joined(control.releases)
    covered = both.measure(control.node, since, control.end)
    return covered - control.worked.measure(control.node, since, control.end)


def _removal(control: Control) -> Ints:
    """Return, for each state row, when the removal of its node began."""
    began = np.full(len(control.node_pool), np.iinfo(np.int64).max // 2)
    for node, instant in control.raw.recorder.removals:
        began[node] = instant
    return began[control.node]
