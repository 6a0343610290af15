"""The tasks of the past that a scenario replays, as the columns of its trace."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.history.endings import ALL, with_endings
from simulator.history.options import Outcomes
from simulator.history.past import FAULT, Past
from simulator.scenario.format.task_dependencies import circles
from simulator.scenario.format.trace_tables import BETWEEN
from simulator.tables.outcomes import Outcome

if TYPE_CHECKING:
    import pandas as pd

MOST_JOBS: Final = 50
"""More jobs than these become one."""
ALL_JOBS: Final = "imported"
UNPOOLED: Final = "imported"
"""Pool of tasks of which no file states one."""
_ODD: Final = re.compile(r"[\s,;]|[^\x20-\x7e]")
"""What a list of ids cannot hold, or no terminal show."""
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_-]+")
ENDINGS: Final = {"exitCode": 0, "failedAttempts": 0, "maxTaskRetryCount": 0}
"""Columns of a trace about how attempts end, with what they hold where nothing failed."""


@dataclass(frozen=True)
class Replay:
    """What a scenario replays."""

    trace: pd.DataFrame
    """Columns id, job, submit, duration, and of slots, instances, cores, memory, dependsOn, exitCode, failedAttempts
    and maxTaskRetryCount those that matter."""
    tasks: pd.DataFrame
    """The same rows with all that is known of them; `scenario_job` and `scenario_pool` are ids in the scenario."""

    @property
    def has_parents(self) -> bool:
        return "dependsOn" in self.trace


def replay_of(
    past: Past, only: frozenset[Outcome], most_jobs: int = MOST_JOBS, outcomes: Outcomes = "recorded"
) -> Replay:
    """Return the tasks that are replayed: those that ran and ended, in order of their arrival."""
    tasks = past.tasks[past.tasks[FAULT].to_numpy() == ""]
    outcome = tasks["outcome"].to_numpy()
    if only:
        wanted = np.isin(outcome, [str(one) for one in only])
        past.ledger.note_tasks("other_outcome", tasks[~wanted])
        tasks = tasks[wanted]
    tasks = tasks.sort_values("created", kind="stable").reset_index(drop=True)
    tasks = with_endings(past, tasks, outcomes)
    tasks = _placed(past, tasks, most_jobs)
    return Replay(_trace(past, tasks), tasks)


def _placed(past: Past, tasks: pd.DataFrame, most_jobs: int) -> pd.DataFrame:
    """Return tasks with the ids that their job and pool have in the scenario."""
    import pandas as pd

    jobs = tasks["job"].to_numpy()
    distinct = pd.unique(jobs)
    if len(distinct) > most_jobs:
        past.ledger.note("one_job", "all files", count=len(distinct))
    is_one = len(distinct) > most_jobs or (len(distinct) == 1 and distinct[0] == "")
    codes, named = pd.factorize(jobs)
    ids = np.array(legal_ids([name or ALL_JOBS for name in named]), dtype=object)
    pools = tasks["pool"].replace("", np.nan)
    if is_one:
        pool = _most_common(pools)
        return tasks.assign(scenario_job=ALL_JOBS, scenario_pool=pool)
    by_job = pools.groupby(codes).agg(_most_common)
    return tasks.assign(scenario_job=ids[codes], scenario_pool=by_job.to_numpy()[codes])


def _most_common(pools: pd.Series[Any]) -> str:
    found = pools.mode()
    return legal_ids([str(found.iloc[0])])[0] if len(found) else UNPOOLED


def legal_ids(names: list[str]) -> list[str]:
    """Return ids as the service takes them, different ones for different names."""
    found: dict[str, str] = {}
    for name in names:
        base = _UNFIT.sub("_", name).strip("_")[:60] or "unnamed"
        one, number = base, 2
        while one.lower() in {other.lower() for other in found.values()}:
            one, number = f"{base}_{number}", number + 1
        found[name] = one
    return [found[name] for name in names]


def _trace(past: Past, tasks: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    is_one_job = bool((tasks["scenario_job"] == ALL_JOBS).all())
    many = is_one_job and len(set(tasks["job"])) > 1
    names = tasks["job"] + "/" + tasks["task"] if many else tasks["task"]
    columns: dict[str, Any] = {
        "id": words(names),
        "job": tasks["scenario_job"],
        "submit": tasks["created"],
        "duration": tasks["duration"],
    }
    for name in ("slots", "instances"):
        if bool((tasks[name].fillna(1) != 1).any()):
            columns[name] = tasks[name].fillna(1).clip(lower=1).astype(np.int64)
    for name in ("cores", "memory"):
        if bool((tasks[name].fillna(0) > 0).any()):
            columns[name] = tasks[name].fillna(0.0)
    for name, usual in ENDINGS.items():
        if bool((tasks[name] != usual).any()):
            columns[name] = tasks[name]
    trace = pd.DataFrame(columns)
    if bool((tasks["parents"] != "").any()):
        trace["dependsOn"] = _parents(past, tasks, trace["id"], prefix=many)
    return trace


def words(names: pd.Series[Any]) -> pd.Series[Any]:
    """Return ids without the blanks and marks that stand between ids, and without what cannot be shown."""
    if _ODD.search("".join(names)) is None:
        return names
    odd = names.str.contains(_ODD).to_numpy()
    names = names.copy()
    names[odd] = names[odd].map(word)
    return names


def word(name: str) -> str:
    """Return an id without the blanks and marks that stand between ids."""
    plain = BETWEEN.sub("_", name)
    return plain if plain.isprintable() else "".join(one if one.isprintable() else "_" for one in plain)


def _parents(past: Past, tasks: pd.DataFrame, ids: pd.Series[Any], *, prefix: bool) -> list[str]:
    """Return the parents of each task that it can wait for: replayed ones that do not fail for good, in no circle."""
    places = {pair: place for place, pair in enumerate(zip(tasks["scenario_job"], ids, strict=True))}
    fails = tasks["failedAttempts"].to_numpy() == ALL
    found: dict[int, list[int]] = {}
    unknown, failed = [], []
    for place in np.flatnonzero(tasks["parents"].to_numpy() != "").tolist():
        job, own = tasks["scenario_job"].iloc[place], tasks["job"].iloc[place]
        names = [one for one in BETWEEN.split(tasks["parents"].iloc[place]) if one]
        pairs = [(job, word(f"{own}/{one}" if prefix else one)) for one in names]
        known = [places[pair] for pair in pairs if pair in places]
        found[place] = [one for one in known if not fails[one]]
        if len(known) < len(names):
            unknown.append(place)
        if len(found[place]) < len(known):
            failed.append(place)
    closing = list(circles(found))
    for circle in closing:
        found[circle[-2]] = [one for one in found[circle[-2]] if one != circle[-1]]
    stopped = sorted({circle[-2] for circle in closing})
    for cause, rows in (("unknown_parent", unknown), ("failed_parent", failed), ("circle", stopped)):
        past.ledger.note_tasks(cause, tasks.iloc[rows])
    return [" ".join(ids.iloc[one] for one in found.get(place, ())) for place in range(len(tasks))]
