"""For whom a task waits, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from simulator.results.why.evidence import Run
from simulator.scenario.dependencies import failure_satisfies, parents_of

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 5
"""So many parents are named."""


@dataclass(frozen=True, slots=True)
class Parents:
    """The tasks that one task waits for: id, when each was done as it wants (infinite: never), and why not."""

    done: tuple[tuple[str, float, str], ...]

    def unmet(self, instant: float) -> list[tuple[str, float, str]]:
        """Give those that are not done at an instant."""
        return [parent for parent in self.done if parent[1] > instant]

    def next_end(self, instant: float) -> float:
        """Give when the next of them is done."""
        return min((parent[1] for parent in self.unmet(instant)), default=inf)

    def told(self, instant: float) -> str:
        """Name those that are not done."""
        missing = self.unmet(instant)
        names = [f"{name}{f' ({why})' if why else ''}" for name, _, why in missing[:SHOWN]]
        more = f" and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
        return f"waits for {', '.join(names)}{more}"


def parents_of_task(run: Run, task: pd.Series) -> Parents:
    """Find whom a task waits for in the scenario, and in the record when they were done."""
    job = next(job for job in run.scenario.jobs if job.id == task["job"])
    body = next((body for body in job.tasks if body.id == task["id"]), None)
    if not job.uses_task_dependencies or body is None or body.depends_on is None:
        return Parents(())
    tasks = run.frame("tasks")
    rows = tasks[tasks["job"] == job.id]
    by_id = {str(name).lower(): int(number) for name, number in zip(rows["id"], rows["task"], strict=True)}
    by_number: dict[int, int] = {}
    for listed in job.tasks:
        if listed.id.isdigit():
            by_number.setdefault(int(listed.id), by_id[listed.id.lower()])
    known, unknown = parents_of(body, by_id, by_number)
    bodies = {listed.id: listed for listed in job.tasks}
    found = []
    for number in known:
        row = tasks.iloc[number]
        succeeds = bool(row["succeeded"]) or (row["state"] == "completed" and failure_satisfies(bodies[row["id"]]))
        why = (
            "" if succeeds else "which failed" if row["state"] == "completed" else f"which is {row['state']} at the end"
        )
        found.append((str(row["id"]), float(row["end"]) if succeeds else inf, why))
    found += [(name, inf, "which does not exist") for name in unknown]
    return Parents(tuple(sorted(found, key=lambda parent: (parent[1], parent[0]))))
