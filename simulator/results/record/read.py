"""A recording read back from the directory that `poolsight run --out` wrote, with the same frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from simulator.durations import LONGEST
from simulator.errors import InputError, Problem, shortened
from simulator.extras import require
from simulator.files import Folder, is_file
from simulator.results.record.integrity import MARK, digest
from simulator.results.record.saved_json import read_saved_object
from simulator.results.record.table_schema import TABLES
from simulator.results.record.table_schema import table as described
from simulator.scenario.scenario import Scenario
from simulator.tables.parquet import read_as_parquet, sound
from simulator.tables.parts import Condition, part_of
from simulator.workload.build import Workload, build

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

EVENTS: Final = "events.jsonl"
"""The log of the service's events, where it was asked for."""


class Frames(Protocol):
    """What pictures and reports need of a run, be it in memory or on disk."""

    @property
    def name(self) -> str:
        """The scenario's name."""

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


@dataclass(frozen=True)
class SavedRun:
    """One replication on disk; tables are read when they are first asked for."""

    directory: Path
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.manifest["scenario"])

    @property
    def origin(self) -> datetime:
        return datetime.fromisoformat(self.manifest["origin"])

    @property
    def end(self) -> float:
        return float(self.manifest["end_s"])

    @cached_property
    def scenario(self) -> Scenario:
        """The complete scenario that ran; its traces are looked for where they are still the same."""
        found = self._folder_of_traces
        context = None if found is None else {"folder": Folder(found)}
        return Scenario.model_validate(read_saved_object(self.directory / "scenario.json"), context=context)

    @property
    def _folder_of_traces(self) -> Path | None:
        """Return the folder that has the traces of the run, by their digests: here, or in or beside its directory."""
        wanted = dict(self.manifest.get("traces_sha256") or {})
        places = (Path(), self.directory, self.directory.absolute().parent)
        return next((place for place in places if wanted and _has(place, wanted)), None)

    @cached_property
    def workload(self) -> Workload:
        """The tasks of the replication that ran, with all that was drawn for them."""
        return build(self.scenario, int(self.manifest["replication"]))

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The answer, as `poolsight run --json` prints it."""
        return read_saved_object(self.directory / "summary.json")

    @cached_property
    def plain_scenario(self) -> dict[str, Any]:
        """The complete scenario as plain data, everything resolved."""
        return read_saved_object(self.directory / "scenario.json")

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        return {}

    @cached_property
    def _parts(self) -> dict[tuple[str, tuple[str, ...], tuple[Condition, ...]], pd.DataFrame]:
        return {}

    def table(self, name: str, columns: Sequence[str] | None = None, where: Sequence[Condition] = ()) -> pa.Table:
        """Return a table as Arrow columns: those that are named, or all, of rows that meet all conditions."""
        import pyarrow.parquet as pq

        wanted = [column.name for column in described(name).columns]
        path = self.directory / f"{name}.parquet"
        try:
            with read_as_parquet(str(path)):
                known = pq.read_schema(path).names
                absent = [column for column in wanted if column not in known]
                if not absent:
                    return sound(pq.read_table(path, columns=columns and list(columns), filters=list(where) or None))
        except FileNotFoundError:
            raise InputError([Problem("is missing; run the scenario again with --out", str(path))]) from None
        text = f"has no column {absent[0]!r}, another version wrote it; run the scenario again with --out"
        raise InputError([Problem(text, str(path))])

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table as a pandas frame."""
        if name not in self._frames:
            self._frames[name] = self.table(name).to_pandas()
        return self._frames[name]

    def part(self, name: str, columns: Sequence[str] | None = None, *, where: Sequence[Condition] = ()) -> pd.DataFrame:
        """Return some columns, or all, of those rows of a table that meet all conditions; no others are read."""
        if name in self._frames:
            return part_of(self._frames[name], columns, where)
        key = name, tuple(columns or ()), tuple(where)
        if key not in self._parts:
            self._parts[key] = self.table(name, columns, where).to_pandas()
        return self._parts[key]


def _has(place: Path, digests: dict[str, str]) -> bool:
    """Return whether a folder has files with these digests, by name."""
    return all(is_file(place / name) and digest(place / name) == one for name, one in digests.items())


def read(directory: Path) -> SavedRun:
    """Open a recording's directory; every table must be there, their contents are read later."""
    require("pyarrow", "reading a run's directory")
    if not directory.is_dir():
        text = "is not a directory" if directory.exists() else "does not exist"
        raise InputError([Problem(f"{text}; expected what 'poolsight run FILE --out DIR' wrote", str(directory))])
    if not (directory / MARK).is_file():
        text = f"holds no {MARK}; expected what 'poolsight run FILE --out DIR' wrote"
        raise InputError([Problem(text, str(directory))])
    manifest = read_saved_object(directory / MARK)
    if manifest.get("kind") is not None:
        text = f"was written by '{manifest['kind']}'; expected one run, what 'poolsight run FILE --out DIR' wrote"
        raise InputError([Problem(text, str(directory))])
    paths = [directory / f"{table.name}.parquet" for table in TABLES]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise InputError([Problem("is missing; run the scenario again with --out", str(path)) for path in missing])
    absent = [key for key in SOUND if key not in manifest]
    if absent:
        raise InputError([Problem(f"has no {absent[0]!r}; it is no manifest of a run", str(directory / MARK))])
    wrong = [key for key, is_sound in SOUND.items() if not is_sound(manifest[key])]
    if wrong:
        text = f"has something else for {wrong[0]!r} than a run writes: {shortened(repr(manifest[wrong[0]]), 80)}"
        raise InputError([Problem(text, str(directory / MARK))])
    return SavedRun(directory, manifest)


def _is_instant(value: object) -> bool:
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


SOUND: Final[Mapping[str, Callable[[Any], bool]]] = {
    "scenario": lambda value: isinstance(value, str),
    "origin": _is_instant,
    "end_s": lambda value: isinstance(value, int | float) and 0 <= value <= LONGEST,
    "replication": _is_whole,
}
"""What a manifest holds of a run, and whether a value can be that."""
