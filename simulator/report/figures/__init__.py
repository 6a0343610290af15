"""Pictures: each a pure function that returns a matplotlib figure; saving and showing are the caller's."""

from simulator.report.figures.difference import Pair, pair_of, paired_difference
from simulator.report.figures.gantt import node_gantt
from simulator.report.figures.ledger import ledger_bars
from simulator.report.figures.pool import pool_over_time
from simulator.report.figures.queue import queue_time
from simulator.report.figures.slots import slot_grid
from simulator.report.figures.spot import BreakEven, SpotCurve, spot_break_even
from simulator.report.figures.theory import Overlay, theory_overlay
from simulator.report.figures.tornado import Swing, Tornado, tornado
from simulator.report.figures.tradeoff import Choice, Scales, cost_against_time

__all__ = [
    "BreakEven",
    "Choice",
    "Overlay",
    "Pair",
    "Scales",
    "SpotCurve",
    "Swing",
    "Tornado",
    "cost_against_time",
    "ledger_bars",
    "node_gantt",
    "pair_of",
    "paired_difference",
    "pool_over_time",
    "queue_time",
    "slot_grid",
    "spot_break_even",
    "theory_overlay",
    "tornado",
]
