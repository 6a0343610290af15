"""Many runs of one scenario or of several: intervals around every number, and differences that share their draws."""

from simulator.experiment.axes import Base, Cell, make_cells
from simulator.experiment.compare import Comparison, compare
from simulator.experiment.estimates import Estimate
from simulator.experiment.file import load_experiment
from simulator.experiment.measures import find_measure
from simulator.experiment.replications import Replications, replicate
from simulator.experiment.runner import run_in_order, run_trials
from simulator.experiment.summary import summary
from simulator.experiment.sweep import Experiment, sweep
from simulator.experiment.trial import Outcome, Trial, Wanted
from simulator.results.answer.measures import MEASURES

__all__ = [
    "MEASURES",
    "Base",
    "Cell",
    "Comparison",
    "Estimate",
    "Experiment",
    "Outcome",
    "Replications",
    "Trial",
    "Wanted",
    "compare",
    "find_measure",
    "load_experiment",
    "make_cells",
    "replicate",
    "run_in_order",
    "run_trials",
    "summary",
    "sweep",
]
