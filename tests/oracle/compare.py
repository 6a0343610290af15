"""The engine's record in the oracle's words, and the first difference between the two."""

from collections.abc import Sequence
from typing import Any

from simulator import Recording, scenario_of, simulate
from tests.oracle.world import ANSWERED, run
from tests.rows import missing

Record = dict[str, list[Any]]


def recorded(made: dict[str, Any]) -> Record:
    """Simulate a scenario and return its record in the oracle's words."""
    found = simulate(scenario_of(made))
    targets = {
        row["pool"]: (row["pool"], row["target_dedicated"], row["target_low_priority"])
        for row in _rows(found, "pool_timeline")
    }
    return {
        "attempts": sorted(_attempts(found), key=lambda row: row[:5]),
        "states": sorted(_states(found)),
        "resizes": sorted(
            (row["pool"], row["start"], row["end"], row["dedicated_to"], row["low_priority_to"], row["code"] or "")
            for row in _rows(found, "resizes")
        ),
        "operations": [
            (row["time"], row["operation"], row["code"])
            for row in _rows(found, "operations")
            if row["operation"] in ANSWERED
        ],
        "targets": sorted(targets.values()),
    }


def _rows(found: Recording, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table, absent values as None."""
    rows: list[dict[str, Any]] = found.table(table).to_pylist()
    return rows


def _attempts(found: Recording) -> list[tuple[Any, ...]]:
    tasks = _rows(found, "tasks")
    columns = ("instance", "node", "start", "end", "outcome")
    return [
        (row["assigned"], tasks[row["task"]]["job"], tasks[row["task"]]["id"], *(row[name] for name in columns))
        for row in _rows(found, "attempts")
    ]


def _states(found: Recording) -> list[tuple[Any, ...]]:
    """Return each span of a node in one state, idle and running as one."""
    rows: list[list[Any]] = []
    for row in _rows(found, "node_states"):
        state = "idle" if row["state"] == "running" else row["state"]
        if row["start"] == row["end"]:
            continue
        if rows and rows[-1][:2] == [row["node"], state] and rows[-1][3] == row["start"]:
            rows[-1][3] = row["end"]
        else:
            rows.append([row["node"], state, row["start"], row["end"]])
    return [tuple(row) for row in rows]


def difference(made: dict[str, Any]) -> str:
    """Return where the two records of a scenario differ; empty if they do not."""
    engine = recorded(made)
    return first_difference(engine, run(made, lambda at: _lost(engine, at)))


def _lost(engine: Record, at: int) -> list[str]:
    """Return the nodes that may have lost their VMs at an instant: first those that are preempted, then those gone."""
    last = {node: end for node, _, _, end in engine["states"]}
    preempted = [node for node, state, start, _ in engine["states"] if state == "preempted" and start == at]
    return preempted + [node for node, end in last.items() if end == at and node not in preempted]


def first_difference(engine: Record, oracle: Record) -> str:
    """Return the rows of each table that one of the two has more often than the other."""
    reported = []
    for name in oracle:
        ours, theirs = ([_plain(row) for row in side[name]] for side in (engine, oracle))
        if ours != theirs:
            reported += [f"{name}: engine only: {row}" for row in missing(ours, theirs)][:4]
            reported += [f"{name}: oracle only: {row}" for row in missing(theirs, ours)][:4]
            if not reported:
                reported.append(f"{name}: same rows in another order")
    return "\n".join(reported)


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(int(value) if isinstance(value, float) and value.is_integer() else value for value in row)
