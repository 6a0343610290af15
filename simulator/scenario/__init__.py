"""The description of a simulation: schema, loading, service bodies, workloads, traces, VM sizes."""

from simulator.scenario.format.schema import Scenario
from simulator.scenario.reading.load import load

__all__ = ["Scenario", "load"]
