"""What the answers are drawn from: a run's tables, in memory or on disk, and the names in them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from simulator.durations import parse_duration
from simulator.errors import InputError
from simulator.scenario.checks.ids import near
from simulator.scenario.format.timestamps import parse_time
from simulator.units import spoken
from simulator.workload.planned_jobs import planned
from simulator.workload.planned_pools import planned_pools

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from simulator.scenario.format.bodies import Pool
    from simulator.scenario.scenario import Scenario
    from simulator.tables.parts import Condition


class Run(Protocol):
    """A recording, or one that was read back."""

    @property
    def scenario(self) -> Scenario:
        """The complete scenario."""

    @property
    def origin(self) -> datetime:
        """The instant that all times count from."""

    @property
    def end(self) -> float:
        """The end of the run, seconds since the origin."""

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table; `simulator.results.record.table_schema` describes them."""

    def part(self, name: str, columns: Sequence[str] | None = None, *, where: Sequence[Condition] = ()) -> pd.DataFrame:
        """Return some columns, or all, of those rows of a table that meet all conditions."""


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain values by column."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def find_task(run: Run, name: str) -> int:
    """Return the row of the task `JOB/TASK`; ids are compared without case, as the service does."""
    job, slash, task = name.partition("/")
    if not slash or not job or not task:
        raise InputError(f"--task: expected JOB/TASK, not {name!r}")
    jobs = [str(known) for known in run.part("tasks", ["job"])["job"].unique()]
    mine = next((known for known in jobs if known.lower() == job.lower()), None)
    if mine is None:
        raise InputError(f"--task: no job {job!r} with tasks in this run{near(job, jobs, _some(jobs))}")
    same = run.part("tasks", ["task", "job"], where=[("id", "==", task)])
    found = same[same["job"] == mine]
    if not len(found):
        tasks = run.part("tasks", ["task", "job", "id"])
        rows = tasks[tasks["job"] == mine]
        found = rows[rows["id"].str.lower() == task.lower()]
    if not len(found):
        ids = rows["id"].tolist()
        raise InputError(f"--task: no task {task!r} in job {mine!r}{near(task, ids[:50_000], _some(ids))}")
    return int(found["task"].iloc[0])


def find_pool(run: Run, name: str) -> str:
    """Return the id of a pool as the run spells it."""
    pools = [str(pool) for pool in run.frame("pools")["pool"]]
    found = next((pool for pool in pools if pool.lower() == name.lower()), None)
    if found is None:
        raise InputError(f"--pool: no pool {name!r} in this run{near(name, pools, _some(pools))}")
    return found


def pool_body(run: Run, name: str) -> Pool | None:
    """Return what a scenario says of a pool, also of one that a job or an operation creates; None of an unknown one."""
    bodies = planned_pools(run.scenario, planned(run.scenario)).bodies
    return next((body for body in bodies if body.id.lower() == name.lower()), None)


def find_instant(run: Run, text: str) -> float:
    """Return seconds since the origin of `2h`, `PT15M` or an ISO time, inside the run."""
    try:
        seconds = parse_duration(text)
    except ValueError:
        try:
            seconds = (parse_time(text) - run.origin).total_seconds()
        except ValueError:
            raise InputError(
                f"--at: expected a time since the origin like 2h or PT15M, or like 2026-01-05T08:00:00Z, not {text!r}"
            ) from None
    if not 0 <= seconds <= run.end:
        origin, end = written(run, 0.0), written(run, run.end)
        raise InputError(f"--at: {text} is outside the run, which goes from {origin} to {end} ({spoken(run.end)})")
    return seconds


def written(run: Run, seconds: float) -> str:
    """Write an instant as a time of day in UTC."""
    time = run.origin + timedelta(seconds=seconds)
    return f"{time:%Y-%m-%dT%H:%M:%S}Z"


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return f"; there are {shown}{' ...' if len(names) > 5 else ''}" if names else "; there is none"
