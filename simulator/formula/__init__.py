"""The service's autoscale formula language: parser, evaluator, linter. It stands alone and needs nothing else of ours.

`Formula.parse(text)` reads a formula, `.evaluate(context)` runs it against what a pool looks like at one instant.
"""

from simulator.formula.errors import AutoScaleError, FormulaSyntaxError
from simulator.formula.formula import Formula
from simulator.formula.history import History
from simulator.formula.options import Options
from simulator.formula.run import AutoScaleRun, Context
from simulator.formula.values import Interval, Timestamp, parse_time

__all__ = [
    "AutoScaleError",
    "AutoScaleRun",
    "Context",
    "Formula",
    "FormulaSyntaxError",
    "History",
    "Interval",
    "Options",
    "Timestamp",
    "parse_time",
]
