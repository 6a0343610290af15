"""The description of a simulation: schema, loading, service bodies, workloads, traces, VM sizes."""

from simulator.scenario.load import load
from simulator.scenario.schema import Scenario

__all__ = ["Scenario", "load"]
