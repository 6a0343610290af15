"""Poolsight: simulate Azure-Batch-like pools, compute nodes and task scheduling.

`load` reads a scenario file and `scenario_of` a document in Python; `simulate` runs one replication of it and returns
its `Recording`; `Simulation` is the same run, one step at a time. `summarize` returns the answer of a recording, a
frozen value (`docs/measures.md`).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.engine.simulation import Simulation, simulate
    from simulator.errors import InputError, PoolsightError
    from simulator.results.answer.metrics import summarize
    from simulator.results.record.recording import Recording
    from simulator.scenario import Scenario, load, scenario_of

__version__ = "0.1.0"
__all__ = [
    "InputError",
    "PoolsightError",
    "Recording",
    "Scenario",
    "Simulation",
    "load",
    "scenario_of",
    "simulate",
    "summarize",
]

_HOME = {
    "InputError": "simulator.errors",
    "PoolsightError": "simulator.errors",
    "Recording": "simulator.results.record.recording",
    "Scenario": "simulator.scenario",
    "Simulation": "simulator.engine.simulation",
    "load": "simulator.scenario",
    "scenario_of": "simulator.scenario",
    "simulate": "simulator.engine.simulation",
    "summarize": "simulator.results.answer.metrics",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import simulator` costs nothing."""
    if name not in _HOME:
        raise AttributeError(f"module 'simulator' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
