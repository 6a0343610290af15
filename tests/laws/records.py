"""All tables of a recording as plain rows, and where two of them differ."""

from collections.abc import Callable
from typing import Any, Final

from simulator import Recording, scenario_of, simulate
from simulator.results.record.table_schema import SECONDS, TABLES
from tests.engine.laws import check

Row = dict[str, Any]
Record = dict[str, list[Row]]

NAMES: Final = tuple(table.name for table in TABLES)
INSTANTS: Final = frozenset((table.name, one.name) for table in TABLES for one in table.columns if one.unit == SECONDS)
SPANS: Final = frozenset(
    (table.name, one.name) for table in TABLES for one in table.columns if one.unit in ("s", "node-seconds", "USD")
)


def record(made: dict[str, Any]) -> Record:
    """Simulate a scenario, check conservation, and return all tables."""
    return rows(check(simulate(scenario_of(made))))


def rows(recording: Recording) -> Record:
    return {name: recording.table(name).to_pylist() for name in NAMES}


def changed(found: Record, change: Callable[[str, str, Any], Any]) -> Record:
    """Return a record with every value replaced by `change(table, column, value)`."""
    return {
        name: [{key: change(name, key, value) for key, value in row.items()} for row in table]
        for name, table in found.items()
    }


def assert_same(left: Record, right: Record) -> None:
    """Fail with the first rows that differ."""
    for name in left:
        for number, (one, other) in enumerate(zip(left[name], right[name], strict=False)):
            differing = {key for key in one if one[key] != other[key] and not _is_close(one[key], other[key])}
            assert not differing, f"{name}, row {number}: {sorted(differing)}\n{one}\n{other}"
        assert len(left[name]) == len(right[name]), f"{name}: {len(left[name])} and {len(right[name])} rows"


def _is_close(one: Any, other: Any) -> bool:
    """Return whether two sums differ by their rounding only."""
    return isinstance(one, float) and isinstance(other, float) and abs(one - other) <= 1e-9 * max(1, abs(one))
