"""Scenarios that live a past again: its first part as it was, what came after with times that are drawn or recorded."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.calibration.evidence import Evidence
from simulator.calibration.findings import Finding, Learned
from simulator.calibration.split import Parts
from simulator.durations import format_duration
from simulator.errors import InputError
from simulator.history.pools import Given, pool_bodies
from simulator.history.replay import Replay, legal_ids, replay_of
from simulator.scenario.format.calibration_file import CalibrationFile, pattern_of
from simulator.scenario.format.timestamps import to_the_second
from simulator.scenario.reading.calibrated import with_measured
from simulator.scenario.reading.construct import scenario_of
from simulator.scenario.reading.measured_keys import MEASURED_KEYS, Of
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

MOST_JOBS: Final = 2000
"""Jobs that stay apart; of more, all tasks are in one."""
NAME: Final = "the first part"
"""Of the calibration that a forecast uses."""


@dataclass(frozen=True)
class Course:
    """A past that can be lived again: its tasks, pools and resizes."""

    parts: Parts
    replay: Replay
    pools: tuple[dict[str, Any], ...]
    """Without the evictions that befell them: those are drawn."""
    kinds: pd.Series[Any]
    """Kind of work of each task, as it was measured."""
    retries: Mapping[str, int]
    """How often tasks of each kind were tried again at most before the cut."""
    folder: Path
    """Where its trace lies."""

    @classmethod
    def of(cls, parts: Parts, given: Given, folder: Path) -> Course:
        """Return the course of a past; its trace is written into a folder."""
        replay = replay_of(parts.whole, frozenset(), MOST_JOBS)
        bodies = pool_bodies(parts.whole, replay, given)
        pools = tuple({key: value for key, value in one.items() if key != "simulation"} for one in bodies)
        tasks = replay.tasks
        attempts = Evidence.of(parts.whole).attempts
        kinds = attempts.drop_duplicates(["job", "task"], keep="last").set_index(["job", "task"])["kind"]
        found = tasks[["job", "task"]].join(kinds, on=["job", "task"])["kind"].fillna("")
        is_first = (tasks["created"] < parts.cut).to_numpy()
        for job, places in tasks.groupby("scenario_job", sort=False).indices.items():
            rows = replay.trace.drop(columns="job").iloc[places]  # a file each: none is read for every other
            rows.to_csv(folder / trace_name(str(job), "whole"), index=False)
            rows[is_first[places]].to_csv(folder / trace_name(str(job), "first"), index=False)
        return cls(parts, replay, pools, found, _retries(parts), folder)

    @property
    def is_later(self) -> Any:
        """Which tasks came after the cut."""
        return (self.replay.tasks["created"] >= self.parts.cut).to_numpy()

    def predicted(self, found: Sequence[Finding], number: int) -> Scenario:
        """Return the scenario that replays the first part and draws the rest from laws that the past allows."""
        laws = [(one, one.other(number)) for one in found if isinstance(one, Learned)]
        if not any(one.quantity == "duration" for one, _ in laws):
            raise InputError("nothing can be predicted: too few tasks ended before the cut; see --split")
        groups: dict[str, list[dict[str, Any]]] = {}
        tasks = self.replay.tasks[self.is_later]
        keys = [tasks["scenario_job"], tasks["job"], self.kinds[self.is_later]]
        for (job, own_job, kind), rows in tasks.groupby(keys, sort=False):
            mine = groups.setdefault(str(job), [])
            group = _group(laws, str(own_job), str(kind), rows, len(mine) + 1)
            mine.append(group | {"maxTaskRetryCount": self.retries.get(str(kind), 0)})
        return self._scenario(groups, laws, part="first")

    def recorded(self, found: Sequence[Finding], pools: Sequence[Mapping[str, Any]] | None = None) -> Scenario:
        """Return the scenario that replays all tasks with the times that they really took, on these or other pools."""
        laws = [(one, one.value) for one in found if isinstance(one, Learned)]
        return self._scenario({}, laws, part="whole", pools=pools)

    def _scenario(
        self,
        groups: Mapping[str, list[dict[str, Any]]],
        laws: Sequence[tuple[Learned, Any]],
        *,
        part: str,
        pools: Sequence[Mapping[str, Any]] | None = None,
    ) -> Scenario:
        document: dict[str, Any] = {"name": "past", "pools": [copy.deepcopy(dict(one)) for one in pools or self.pools]}
        if self.parts.whole.origin is not None:
            document["origin"] = to_the_second(self.parts.whole.origin)
        if pools is None:
            document["timeline"] = self._resizes()
        document["jobs"] = [
            self._job(str(job), rows, groups.get(str(job), []), part)
            for job, rows in self.replay.tasks.groupby("scenario_job", sort=False)
        ]
        evidence = Evidence.of(self.parts.first)
        of_nodes = [(one, value) for one, value in laws if MEASURED_KEYS[one.quantity].of is Of.SIZE]
        entries = tuple(one.entry(evidence).model_copy(update={"value": value}) for one, value in of_nodes)
        return scenario_of(with_measured(document, CalibrationFile(measured=entries), NAME), folder=self.folder)

    def _job(self, job: str, rows: pd.DataFrame, groups: list[dict[str, Any]], part: str) -> dict[str, Any]:
        begin = max(float(rows["created"].min()), 0.0)
        is_there = part == "whole" or bool((rows["created"] < self.parts.cut).any())
        columns = {name: name for name in self.replay.trace if name not in ("job", "submit", "duration")}
        trace = {"trace": trace_name(job, part), "columns": columns, "submitTimes": "relative"}
        body: dict[str, Any] = {"id": job, "poolInfo": {"poolId": str(rows["scenario_pool"].iloc[0])}}
        if self.replay.has_parents and part == "whole" and bool((rows["parents"] != "").any()):
            body["usesTaskDependencies"] = True
        workload = [*([trace] if is_there else []), *groups]
        return body | {"simulation": {"createdAt": format_duration(begin), "workload": workload}}

    def _resizes(self) -> list[dict[str, Any]]:
        """Return the resizes that somebody asked for: where no formula does, they are given as arrivals are."""
        fixed = {one["id"] for one in self.pools if not one.get("enableAutoScale")}
        pools = self.parts.whole.pools
        pools = pools.assign(pool=[legal_ids([str(name)])[0] for name in pools["pool"]])
        asked = pools[(pools["change"] == "resize") & pools["time"].gt(0) & pools["pool"].isin(fixed)]
        targets = {"target_dedicated": "targetDedicatedNodes", "target_low_priority": "targetLowPriorityNodes"}
        return [
            {"at": format_duration(float(row["time"])), "operation": "resize", "pool": row["pool"]}
            | {key: int(row[name]) for name, key in targets.items() if row[name] == row[name]}
            for row in asked.sort_values("time").to_dict("records")
        ]


def trace_name(job: str, part: str) -> str:
    """Return the name of the file that has the tasks of a job."""
    return f"{part}-{job}.csv"


def _retries(parts: Parts) -> dict[str, int]:
    """Return how often tasks of each kind were tried again at most, as far as the first part shows it."""
    seen = Evidence.of(parts.first).attempts.groupby("kind", sort=False)["retries"].max().dropna()
    return {str(kind): int(most) for kind, most in seen.items()}


def _group(laws: Sequence[tuple[Learned, Any]], job: str, kind: str, rows: pd.DataFrame, number: int) -> dict[str, Any]:
    """Return the group of tasks of a kind that came when they came, as long as the laws have it."""

    def law(quantity: str) -> Any:
        mine = [(one, value) for one, value in laws if one.quantity == quantity]
        exact = [v for one, v in mine if one.of.get("job", "") == pattern_of(job) and one.of.get("tasks", "") == kind]
        return next(iter([*exact, *(value for one, value in mine if not one.of), *(value for _, value in mine)]), None)

    slots = rows["slots"].dropna()
    found: dict[str, Any] = {
        "idPrefix": f"later{number}",
        "count": len(rows),
        "arrivals": {"times": [format_duration(max(float(one), 0.0)) for one in rows["created"]]},
        "duration": law("duration"),
        "requiredSlots": int(slots.median()) if len(slots) else 1,
    }
    failures = law("task_failures")
    return found | ({"failureProbability": min(float(failures), 0.95)} if failures else {})
