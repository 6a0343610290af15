"""Many runs of one scenario or of several: intervals around every number, and differences that share their luck."""

from simulator.experiment.compare import Comparison, compare
from simulator.experiment.estimates import Estimate
from simulator.experiment.replications import MEASURES, Replications, replicate

__all__ = ["MEASURES", "Comparison", "Estimate", "Replications", "compare", "replicate"]
