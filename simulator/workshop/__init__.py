"""The workshop for autoscale formulas: the load that breaks one, and two of them side by side.

`stress` looks within bounds for the arrivals under which a formula does most harm; `compare_formulas` runs two
formulas through a library of loads with the same random numbers.
"""

from simulator.workshop.compare import FormulaComparison, compare_formulas
from simulator.workshop.harm import HARMS, Harm
from simulator.workshop.library import LOADS
from simulator.workshop.patterns import Bounds, Burst, Pattern
from simulator.workshop.pool import PoolOptions
from simulator.workshop.stress import Stress, stress

__all__ = [
    "HARMS",
    "LOADS",
    "Bounds",
    "Burst",
    "FormulaComparison",
    "Harm",
    "Pattern",
    "PoolOptions",
    "Stress",
    "compare_formulas",
    "stress",
]
