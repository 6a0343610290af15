"""The control plane's rows as columns."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import is_constant
from simulator.results.raw.intervals import Union
from simulator.results.raw.raw_run import RawRun
from simulator.states import WITHOUT_VM, NodeKind, NodeState

Ints = npt.NDArray[np.int64]

STATES = list(NodeState)
KINDS = list(NodeKind)
_STATE_CODE = {state: code for code, state in enumerate(STATES)}
IDLE, RUNNING, LEAVING, PREEMPTED, CREATING = (
    _STATE_CODE[state]
    for state in (
        NodeState.IDLE,
        NodeState.RUNNING,
        NodeState.LEAVINGPOOL,
        NodeState.PREEMPTED,
        NodeState.CREATING,
    )
)


UNPAID = tuple(_STATE_CODE[state] for state in WITHOUT_VM)
"""Codes of the states without a VM: nothing is paid for computing."""
DEALLOCATED = tuple(_STATE_CODE[state] for state in (NodeState.DEALLOCATING, NodeState.DEALLOCATED))


def code_of(state: NodeState) -> int:
    """Return the code of a state in a column."""
    return _STATE_CODE[state]


NOBODY = np.zeros(0, dtype=np.int64)
STARTING, START_TASK = _STATE_CODE[NodeState.STARTING], _STATE_CODE[NodeState.WAITINGFORSTARTTASK]


@dataclass(frozen=True)
class Control:
    """Nodes and their states as columns; `state` indexes `STATES`, `kind` indexes `KINDS`.

    State rows are in order of node and time; `idle` means in service.
    """

    raw: RawRun

    @cached_property
    def node_pool(self) -> Ints:
        return np.array([row.pool for row in self.raw.recorder.nodes], dtype=np.int64)

    @cached_property
    def node_kind(self) -> Ints:
        return np.array([KINDS.index(row.kind) for row in self.raw.recorder.nodes], dtype=np.int64)

    @cached_property
    def _order(self) -> Ints:
        states = self.raw.recorder.states
        return np.argsort(np.array([row.node for row in states], dtype=np.int64), kind="stable")

    def _column(self, values: list[int]) -> Ints:
        return np.array(values, dtype=np.int64)[self._order]

    @cached_property
    def node(self) -> Ints:
        return self._column([row.node for row in self.raw.recorder.states])

    @cached_property
    def state(self) -> Ints:
        return self._column([_STATE_CODE[row.state] for row in self.raw.recorder.states])

    @cached_property
    def start(self) -> Ints:
        return self._column([row.start for row in self.raw.recorder.states])

    @cached_property
    def end(self) -> Ints:
        return self._column([row.end for row in self.raw.recorder.states])

    @cached_property
    def is_open(self) -> npt.NDArray[np.bool_]:
        """Whether scheduling was enabled on the node."""
        return np.array([row.is_open for row in self.raw.recorder.states], dtype=np.bool_)[self._order]

    @cached_property
    def why(self) -> list[str]:
        """What broke the node, state by state."""
        states = self.raw.recorder.states
        return [states[row].why for row in self._order.tolist()]

    @property
    def stride(self) -> int:
        """More than any instant of the run."""
        return self.raw.end + 1

    def busy(self, rows: npt.NDArray[np.bool_] | None = None, kept: Ints = NOBODY) -> Union:
        """Unite the attempts of each node, all of them or those where `rows` is set; of those `kept` the kept time."""
        return self._united(self.raw.attempts.assigned, rows, kept)

    def working(self, rows: npt.NDArray[np.bool_] | None = None, kept: Ints = NOBODY) -> Union:
        """Unite them without the time in which they wait for their job to prepare the node."""
        attempts = self.raw.attempts
        begin = attempts.assigned.copy()
        waited = self.raw.waited
        begin[waited] = np.minimum(attempts.start[waited], attempts.end[waited])
        return self._united(begin, rows, kept)

    def _united(self, begin: Ints, rows: npt.NDArray[np.bool_] | None, kept: Ints) -> Union:
        attempts = self.raw.attempts
        chosen = slice(None) if rows is None else rows
        node, start, end = attempts.node[chosen], begin[chosen], attempts.end[chosen]
        if len(kept):
            node = np.concatenate([node, attempts.node[kept]])
            start, end = np.concatenate([start, begin[kept]]), np.concatenate([end, attempts.kept_until[kept]])
        return Union.of(node, start, end, self.stride)

    @cached_property
    def kept(self) -> Ints:
        """Stopped attempts of which a checkpoint kept a part, by number."""
        until = self.raw.attempts.kept_until
        return NOBODY if is_constant(until) else np.flatnonzero(until >= 0)

    @cached_property
    def releases(self) -> Union:
        """When each node ran release tasks."""
        rows = [row for row in self.raw.recorder.node_tasks if row.kind == "release"]
        columns = [np.array([getattr(row, name) for row in rows], dtype=np.int64) for name in ("node", "start", "end")]
        return Union.of(columns[0], columns[1], np.maximum(columns[1], columns[2]), self.stride)

    @cached_property
    def worked(self) -> Union:
        """When each node had a task."""
        return self.busy()
