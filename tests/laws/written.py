"""What a run has written, as anybody could read it: the tables of a directory, its summary and its scenario."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

Row = dict[str, Any]


@dataclass(frozen=True)
class Written:
    """A directory of a run; times are whole milliseconds."""

    tables: Mapping[str, list[Row]]
    answer: Mapping[str, Any]
    scenario: Mapping[str, Any]

    @classmethod
    def read(cls, place: Path) -> "Written":
        """Read a directory."""
        tables = {path.stem: pq.read_table(path).to_pylist() for path in sorted(place.glob("*.parquet"))}
        return cls(tables, _json(place / "summary.json"), _json(place / "scenario.json"))

    @property
    def end(self) -> int:
        """When the run ended."""
        return ms(self.answer["manifest"]["end_s"])

    @property
    def bill_end(self) -> int:
        """When ledger and bill end."""
        return ms(self.answer["bill"]["end_s"])

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of the scenario, all of them."""
        options: Mapping[str, Any] = self.scenario["options"]
        return options

    @cached_property
    def pools(self) -> dict[str, Row]:
        """The pools by their ids; of those that had an id one after the other, the last."""
        return {row["pool"]: row for row in self.tables["pools"]}

    @cached_property
    def nodes(self) -> dict[str, Row]:
        """The nodes by their ids."""
        return {row["node"]: row for row in self.tables["nodes"]}

    @cached_property
    def attempts_of_node(self) -> dict[str, list[Row]]:
        """The attempts on each node."""
        return grouped(self.tables["attempts"], "node")

    @cached_property
    def attempts_of_task(self) -> dict[int, list[Row]]:
        """The attempts of each task, those of subtasks left out."""
        return grouped((row for row in self.tables["attempts"] if row["instance"] == 0), "task")

    @cached_property
    def states_of_node(self) -> dict[str, list[Row]]:
        """The states of each node in order."""
        return grouped(self.tables["node_states"], "node")


def ms(seconds: float) -> int:
    """Return seconds in milliseconds, of which every instant of a run is a whole number."""
    return round(seconds * 1000)


def grouped(rows: Iterable[Row], key: str) -> dict[Any, list[Row]]:
    """Return rows by the value of a column, in their order."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return found


def covered(spans: Iterable[tuple[int, int]], begin: int, end: int) -> int:
    """Return how much of a span of time others cover together."""
    total, reached = 0, begin
    for start, stop in sorted(spans):
        first, last = max(start, reached), min(stop, end)
        if last > first:
            total, reached = total + last - first, last
    return total


def most_at_once(spans: Iterable[tuple[int, int, float]]) -> float:
    """Return the most that is taken at any instant, by things with a begin, an end and a size."""
    changes = sorted(change for begin, end, size in spans for change in ((begin, 1, size), (end, 0, -size)))
    level = most = 0.0
    for _, _, size in changes:
        level += size
        most = max(most, level)
    return most


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
