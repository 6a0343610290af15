"""For whom a task waits, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from simulator.results.why.evidence import Run
from simulator.scenario.format.bodies import Job
from simulator.scenario.format.task_bodies import Task
from simulator.scenario.format.task_dependencies import failure_satisfies, parents_of, traced_families
from simulator.workload.planned_jobs import planned

SHOWN = 5
"""So many parents are named."""


@dataclass(frozen=True, slots=True)
class Parents:
    """The tasks that one task waits for: id, when each was done as it wants (infinite: never), and why not."""

    done: tuple[tuple[str, float, str], ...]

    def unmet(self, instant: float) -> list[tuple[str, float, str]]:
        """Return those that are not done at an instant."""
        return [parent for parent in self.done if parent[1] > instant]

    def next_end(self, instant: float) -> float:
        """Return when the next of them is done."""
        return min((parent[1] for parent in self.unmet(instant)), default=inf)

    def describe(self, instant: float) -> str:
        """Name those that are not done."""
        missing = self.unmet(instant)
        names = [f"{name}{f' ({why})' if why else ''}" for name, _, why in missing[:SHOWN]]
        more = f" and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
        return f"waits for {', '.join(names)}{more}"


class Families:
    """Who waits for whom in a run; what is known of a job is looked up once."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._jobs = {one.job.id: one.job for one in planned(run.scenario)}
        self._bodies: dict[str, dict[str, Task]] = {}
        self._traced: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        self._rows: dict[str, tuple[dict[str, int], dict[int, int]]] = {}

    def of(self, task: Mapping[Any, Any]) -> Parents:
        """Find whom a task waits for in the scenario, and in the record when they were done."""
        job = self._jobs.get(str(task["job"]))
        if job is None or not job.uses_task_dependencies:
            return Parents(())
        bodies = self._bodies.setdefault(job.id, {listed.id: listed for listed in job.tasks})
        body = bodies.get(str(task["id"]))
        if body is None:
            known, unknown = self._in_trace(job, str(task["id"]))
        elif body.depends_on is None:
            return Parents(())
        else:
            known, unknown = parents_of(body, *self._known(job.id))
        tasks = self._run.frame("tasks")
        found = [_done(tasks.iloc[number].to_dict(), bodies) for number in known]
        found += [(name, inf, "which does not exist") for name in unknown]
        return Parents(tuple(sorted(found, key=lambda parent: (parent[1], parent[0]))))

    def _in_trace(self, job: Job, task: str) -> tuple[list[int], list[str]]:
        """Return the parents of a task of a trace, and ids that no row has.

        Raise InputError where the trace is not there any more: whatever else were given as the reason would be wrong.
        """
        if job.id not in self._traced:
            self._traced[job.id] = {name.lower(): (known, unknown) for name, known, unknown in traced_families(job)}
        known, unknown = self._traced[job.id].get(task.lower(), ((), ()))
        by_id, _ = self._known(job.id)
        rows = (by_id.get(name.lower()) for name in known)
        return [row for row in rows if row is not None], list(unknown)

    def _known(self, job: str) -> tuple[dict[str, int], dict[int, int]]:
        """Return the rows of a job's tasks by id and by number."""
        if job not in self._rows:
            tasks = self._run.frame("tasks")
            rows = tasks[tasks["job"] == job]
            by_id = {str(name).lower(): int(number) for name, number in zip(rows["id"], rows["task"], strict=True)}
            by_number: dict[int, int] = {}
            for name in self._bodies[job]:
                if name.isdigit():
                    by_number.setdefault(int(name), by_id[name.lower()])
            self._rows[job] = (by_id, by_number)
        return self._rows[job]


def _done(row: Mapping[Any, Any], bodies: Mapping[str, Task]) -> tuple[str, float, str]:
    """Report when a parent was done as its children want, and why never."""
    name, state = str(row["id"]), str(row["state"])
    succeeds = bool(row["succeeded"]) or (state == "completed" and name in bodies and failure_satisfies(bodies[name]))
    if succeeds:
        return name, float(row["end"]), ""
    return name, inf, "which failed" if state == "completed" else f"which is {state} at the end"
