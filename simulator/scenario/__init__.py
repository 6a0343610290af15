"""The description of a simulation: schema, loading, service bodies, workloads, traces, VM sizes."""

from simulator.scenario.reading.construct import scenario_of
from simulator.scenario.reading.load import load
from simulator.scenario.scenario import Scenario

__all__ = ["Scenario", "load", "scenario_of"]
