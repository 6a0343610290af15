"""Durations, numbers and how they vary: every random quantity of a scenario is one of these shapes.

A bare value is a constant (`90s`, `2`), else a mapping with one key names the shape:
`{lognormal: {median: 60s, p95: 120s}}`. Values are drawn by inverse CDF from a uniform stream, so that a
change of one parameter keeps every draw's random number (common random numbers).
"""

from simulator.distributions.forms import DrawnIn, NumberDistribution, TimeDistribution
from simulator.distributions.shape import OF, Distribution, Number, named_form
from simulator.distributions.shapes import SHAPES, Constant, Empirical, Gamma, Uniform

__all__ = [
    "OF",
    "SHAPES",
    "Constant",
    "Distribution",
    "DrawnIn",
    "Empirical",
    "Gamma",
    "Number",
    "NumberDistribution",
    "TimeDistribution",
    "Uniform",
    "named_form",
]
