"""What a past shows, as quantities are measured from it: attempts by kind of work, states of nodes, growths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.fits.choose import LEAST
from simulator.history.evictions import LOGS, kind_by_name
from simulator.history.past import FAULT, Past
from simulator.scenario.format.calibration_file import pattern_of
from simulator.states import NodeState
from simulator.tables.outcomes import Outcome

if TYPE_CHECKING:
    import pandas as pd

TAKEN: Final = (str(Outcome.PREEMPTED), str(Outcome.LOST), str(Outcome.REQUEUED))
"""Outcomes of attempts that ended with their node, or were put back: they would have lasted longer."""
UNFIT: Final = ("bad_time", "backwards", "no_start", "no_end", "cached", "repeated", "waiting", "no_id")
"""Causes for which a row shows nothing."""
MOST_KINDS: Final = 50
"""Kinds of work that are measured apart: those with the most attempts."""
UP: Final = (NodeState.IDLE, NodeState.RUNNING, NodeState.STARTTASKFAILED)
"""States after the start task."""


@dataclass(frozen=True)
class Evidence:
    """A past, and the same by kinds."""

    past: Past
    end: float
    """The last instant that it shows, in seconds since its origin."""
    begin: float = 0.0
    """What began before is not measured, and lives count from here on."""

    @classmethod
    def of(cls, past: Past, begin: float = 0.0) -> Evidence:
        """Return a past as evidence, from an instant on."""
        columns = [past.tasks[name] for name in ("created", "start", "end")] + [past.nodes["time"], past.pools["time"]]
        found = [float(column.max()) for column in columns if len(column) and column.notna().any()]
        return cls(past, max(found, default=0.0), begin)

    @cached_property
    def attempts(self) -> pd.DataFrame:
        """Attempts that ran, with `job_kind` and `kind`, and `is_whole` where they ended by themselves."""
        tasks = self.past.tasks
        fit = ~tasks[FAULT].isin(UNFIT).to_numpy()
        ran = fit & (tasks["duration"].notna() | tasks["start"].notna()).to_numpy()
        if self.begin > 0:
            ran &= (tasks["start"].fillna(tasks["created"]) >= self.begin).to_numpy()
        found = tasks[ran].sort_values(["job", "task", "attempt"], kind="stable")
        outcome = found["outcome"]
        going = found["duration"].isna()
        lasted = found["duration"].where(~going, self.end - found["start"])
        return found.assign(
            lasted=lasted,
            is_whole=~going & ~outcome.isin([*TAKEN, str(Outcome.RUNNING), str(Outcome.CANCELLED)]),
            has_failed=outcome == str(Outcome.FAILED),
            job_kind=_patterns(found["job"]),
            kind=_kinds(found),
        )

    @cached_property
    def _groups(self) -> tuple[list[tuple[Any, pd.DataFrame]], int]:
        """The kinds of work with the most attempts, in order of appearance, and how many others there are."""
        groups = list(self.attempts.groupby(["job_kind", "kind"], sort=False))
        large = sorted((group for group in groups if len(group[1]) >= LEAST), key=lambda group: -len(group[1]))
        names = {name for name, _ in large[:MOST_KINDS]}
        kept = groups if len(groups) == 1 else [group for group in groups if group[0] in names]
        return kept, len(groups) - len(kept)

    @property
    def small(self) -> int:
        """How many kinds of work are measured only with all the others."""
        return self._groups[1]

    def kinds(self) -> Iterator[tuple[Mapping[str, str], pd.DataFrame]]:
        """Yield the attempts of each kind of work, and after them all together where there are several kinds."""
        groups, small = self._groups
        for (job, kind), rows in groups:
            yield {key: text for key, text in (("job", str(job)), ("tasks", str(kind))) if text}, rows
        if len(groups) + small > 1:
            yield {}, self.attempts

    @cached_property
    def spells(self) -> pd.DataFrame:
        """States of nodes in order, each once, with size and kind wherever a file has them.

        `next_state` and `next_time` are what is known to follow; `is_log` where a file has every state of its nodes.
        """
        import pandas as pd

        nodes = self.past.nodes
        if nodes.empty:
            return nodes.assign(is_log=False, next_state="", next_time=np.nan)
        logs = {name for name, form in self.formats.items() if form in LOGS}
        found = nodes.dropna(subset=["time"]).drop_duplicates(["pool", "node", "state", "time"])
        found = found.sort_values(["pool", "node", "time"], kind="stable").reset_index(drop=True)
        found = found.assign(is_log=found["file"].isin(logs))
        by_node = found.replace({"kind": {"": np.nan}, "size": {"": np.nan}}).groupby(["pool", "node"], sort=False)
        known = {name: by_node[name].transform("first") for name in ("kind", "size")}
        named = [kind_by_name(pool, node) for pool, node in zip(found["pool"], found["node"], strict=True)]
        found["kind"] = known["kind"].fillna(pd.Series(named, index=found.index, dtype=object))
        found["size"] = known["size"].fillna(found["pool"].map(self.sizes)).fillna("")
        found["next_state"] = by_node["state"].shift(-1).fillna("")
        found["next_time"] = by_node["time"].shift(-1)
        return found

    @property
    def fresh(self) -> pd.DataFrame:
        """The states that began since `begin`."""
        return self.spells[self.spells["time"] >= self.begin] if self.begin > 0 else self.spells

    @cached_property
    def sizes(self) -> dict[str, str]:
        """The size of each pool's nodes, where a file has it."""
        pools = self.past.pools
        known = pools[pools["size"] != ""]
        stated = {name: str(body["vmSize"]) for name, body in self.past.bodies.items() if body.get("vmSize")}
        return dict(zip(known["pool"], known["size"], strict=True)) | stated

    @cached_property
    def growths(self) -> pd.DataFrame:
        """Changes that raised a pool's targets, or whose targets no file has: when which pool asked for nodes."""
        pools = self.past.pools
        asked = pools[pools["change"].isin(["created", "resize"])].sort_values("time", kind="stable")
        targets = asked[["target_dedicated", "target_low_priority"]]
        sums = targets.groupby(asked["pool"], sort=False).ffill().fillna(0).sum(axis=1)
        rise = sums - sums.groupby(asked["pool"], sort=False).shift(1, fill_value=0)
        return asked[((rise > 0) | targets.isna().all(axis=1)) & (asked["time"] >= self.begin)]

    @cached_property
    def formats(self) -> dict[str, str]:
        """The format of each file."""
        return {one.name: one.format for one in self.past.files}


def _patterns(names: pd.Series[Any]) -> pd.Series[Any]:
    """Return the pattern of each name; names come again and again."""
    known = {name: pattern_of(str(name)) for name in names.unique()}
    return names.map(known)


def _kinds(tasks: pd.DataFrame) -> Any:
    """Return what kind of work each row is: by its command line, else its name, else its id."""
    commands, names, ids = (_patterns(tasks[column]) for column in ("command", "name", "task"))
    return np.where(commands != "", commands, np.where(names != "", names, ids))
