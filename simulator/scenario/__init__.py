"""The description of a study: file, schema and workload."""

from simulator.scenario.load import load
from simulator.scenario.schema import Job, Operation, Pool, Scenario
from simulator.scenario.workload import Workload, build

__all__ = ["Job", "Operation", "Pool", "Scenario", "Workload", "build", "load"]
