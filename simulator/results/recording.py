"""A run as tables: what happened, as pandas frames, times in seconds since the scenario's origin."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.results.raw import RawRun
from simulator.scenario.schema import Scenario
from simulator.scenario.workload import Workload
from simulator.states import Outcome
from simulator.units import MS_PER_S


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything one replication did."""

    scenario: Scenario
    replication: int
    workload: Workload
    raw: RawRun

    @classmethod
    def build(cls, scenario: Scenario, replication: int, workload: Workload, raw: RawRun) -> "Recording":
        """Keep what the engine hands over; tables are made when they are asked for."""
        return cls(scenario, replication, workload, raw)

    @property
    def attempts(self) -> pd.DataFrame:
        """One row for each instance of each execution of a task on a node."""
        made = self.raw.attempts
        names = [row.id for row in self.raw.recorder.nodes]
        return pd.DataFrame(
            {
                "task": made.task,
                "instance": made.instance,
                "node": [names[number] for number in made.node],
                "assigned": made.assigned / MS_PER_S,
                "start": made.start / MS_PER_S,
                "end": made.end / MS_PER_S,
                "outcome": [Outcome(code).name.lower() for code in made.outcome],
            }
        )

    @property
    def tasks(self) -> pd.DataFrame:
        """One row a task; NaN where something never happened."""
        tasks = self.raw.tasks
        return pd.DataFrame(
            {
                "job": [self.scenario.jobs[number].id for number in self.workload.job],
                "submit": self.workload.submit / MS_PER_S,
                "state": tasks.state,
                "succeeded": tasks.succeeded,
                "first_start": np.where(tasks.first_start < 0, np.nan, tasks.first_start / MS_PER_S),
                "end": np.where(tasks.end < 0, np.nan, tasks.end / MS_PER_S),
                "retries": tasks.retries,
                "requeues": tasks.requeues,
                "preemptions": tasks.preemptions,
            }
        )

    @property
    def node_states(self) -> pd.DataFrame:
        """One row for each state of each node; `idle` means in service here."""
        rows = self.raw.recorder.states
        names = [row.id for row in self.raw.recorder.nodes]
        return pd.DataFrame(
            [(names[row.node], str(row.state), row.start / MS_PER_S, row.end / MS_PER_S) for row in rows],
            columns=["node", "state", "start", "end"],
        )

    @property
    def resizes(self) -> pd.DataFrame:
        """One row a resize operation, refused ones included."""
        return pd.DataFrame(
            [
                (
                    self.raw.pools[row.pool].id,
                    row.start / MS_PER_S,
                    row.end / MS_PER_S if row.end >= 0 else np.nan,
                    row.option,
                    row.code,
                    row.current_dedicated,
                    row.current_low_priority,
                )
                for row in self.raw.recorder.resizes
            ],
            columns=["pool", "start", "end", "option", "code", "dedicated", "low_priority"],
        )
