"""Which time of a node is paid for: the states that are billed, and what rounding adds to each span of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import is_one_of
from simulator.results.raw.control_plane import CREATING, UNPAID
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.results.raw.control_plane import Control
    from simulator.scenario.format.schema import Options

Ints = npt.NDArray[np.int64]
GRANULARITY_MS: Final = {"second": 1000, "minute": 60_000, "hour": 3_600_000}


def without_vm(control: Control) -> npt.NDArray[np.bool_]:
    """Return which rows of the node states have no VM behind them."""
    return is_one_of(control.state, UNPAID)


def billed_rows(control: Control, options: Options) -> npt.NDArray[np.bool_]:
    """Return which rows of the node states are billed."""
    is_billed = ~without_vm(control)
    if options.billing_start == "starting":
        is_billed &= control.state != CREATING
    return is_billed


def rounding(control: Control, is_billed: npt.NDArray[np.bool_], options: Options) -> Ints:
    """Return what each node's VMs are billed beyond their time, span by span (docs/model.md#billed-time)."""
    node, start, end = control.node, control.start, control.end
    extra = np.zeros(len(control.node_pool), dtype=np.int64)
    step = GRANULARITY_MS[options.billing_granularity]
    minimum = to_ms(options.billing_minimum_s)
    rows = np.flatnonzero(is_billed)
    if not len(rows):
        return extra
    # Between two VMs of a node stands a row that is not paid for; it may be empty, where the next VM comes at once.
    opens = np.append(True, (node[rows[1:]] != node[rows[:-1]]) | (np.diff(rows) > 1))
    begin = np.flatnonzero(opens)
    close = np.append(begin[1:], len(rows)) - 1
    length = end[rows[close]] - start[rows[begin]]
    billed = np.maximum(-(-length // step) * step, minimum)
    np.add.at(extra, node[rows[begin]], billed - length)
    return extra
