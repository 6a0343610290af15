"""From one statement of the service's documentation to a scenario, and from its run to what the statement speaks of.

`given` is a scenario in short forms: `pool` (or `pools`) with `nodes`, `spot`, `size`, `slots`, `image`, `formula` and
`talks` beside keys of the service's body; `tasks` by id, with a duration or a body; `job` (or `jobs`) with further
keys; everything else stands as in a scenario file. `then` names what is to be seen: one entry for each function of
`SEEN`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final

from simulator import InputError, Recording, Scenario, scenario_of, simulate
from tests.engine.laws import check
from tests.features.story import UBUNTU, WINDOWS

Body = dict[str, Any]

CONTAINERS: Final[Body] = {**UBUNTU, "containerConfiguration": {"type": "dockerCompatible", "containerImageNames": []}}
CUSTOM: Final[Body] = {**UBUNTU, "imageReference": {"virtualMachineImageId": "/subscriptions/s/images/own"}}
IMAGES: Final = {"ubuntu": UBUNTU, "windows": WINDOWS, "containers": CONTAINERS, "custom": CUSTOM}
EXACT: Final[Body] = {"sampleProfile": "custom", "samplePhaseS": 0}
"""Samples that are there as they are taken."""
SHORT: Final = {
    "nodes": "targetDedicatedNodes",
    "spot": "targetLowPriorityNodes",
    "size": "vmSize",
    "slots": "taskSlotsPerNode",
    "formula": "autoScaleFormula",
    "interval": "autoScaleEvaluationInterval",
    "talks": "enableInterNodeCommunication",
}


class Outcome:
    """What becomes of a statement's scenario: refused, or run."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._document = document(given)

    @cached_property
    def loaded(self) -> Scenario | InputError:
        try:
            return scenario_of(self._document)
        except InputError as error:
            return error

    @cached_property
    def recording(self) -> Recording:
        if isinstance(self.loaded, InputError):
            raise self.loaded
        return check(simulate(self.loaded))

    def problems(self, *, warnings: bool) -> list[str]:
        """Return the problems of loading, each with its place."""
        found = self.loaded.problems if isinstance(self.loaded, InputError) else self.loaded.warnings
        return [f"{one.path}: {one.message}" for one in found if one.is_warning is warnings]

    def by_task(self, column: str) -> dict[str, Any]:
        """Return a column of the table of tasks, by id; of several jobs by `JOB/ID`."""
        frame = self.recording.frame("tasks")
        is_one = frame["job"].nunique() == 1
        names = frame["id"] if is_one else frame["job"].astype(str) + "/" + frame["id"].astype(str)
        return {str(name): plain(value) for name, value in zip(names, frame[column], strict=True)}

    def rows(self, table: str, *columns: str) -> list[Any]:
        """Return columns of a table, row by row; the values alone where there is one column."""
        frame = self.recording.frame(table)
        rows = [[plain(value) for value in row] for row in frame[list(columns)].itertuples(index=False, name=None)]
        return [row[0] for row in rows] if len(columns) == 1 else rows


def plain(value: Any) -> Any:
    """Return a value of a table as a file would have it: nothing for no number, whole numbers without a fraction."""
    if value is None or value != value:  # noqa: PLR0124 - not a number
        return None
    if isinstance(value, float) or hasattr(value, "item"):
        value = value.item() if hasattr(value, "item") else value
        return int(value) if isinstance(value, float) and value.is_integer() else value
    return value


def _refused(outcome: Outcome) -> list[str]:
    return outcome.problems(warnings=False) if isinstance(outcome.loaded, InputError) else []


def _warned(outcome: Outcome) -> list[str]:
    return outcome.problems(warnings=True)


def _states_at_end(outcome: Outcome) -> dict[str, int]:
    frame = outcome.recording.frame("node_states")
    last = frame[frame["end"] >= outcome.recording.end].groupby("node", observed=True).tail(1)
    return {str(name): int(count) for name, count in last["state"].value_counts().items() if count}


def _node_lives(outcome: Outcome) -> dict[str, list[str]]:
    frame = outcome.recording.frame("node_states")
    return {str(name): [str(state) for state in rows["state"]] for name, rows in frame.groupby("node", observed=True)}


def _result(outcome: Outcome) -> dict[str, Any]:
    """Return the variables of the first evaluation."""
    text = outcome.recording.frame("evaluations")["results"].iloc[0]
    pairs = (one.split("=", 1) for one in str(text).split(";") if "=" in one)
    return {name: _number(value) for name, value in pairs}


def _number(text: str) -> Any:
    try:
        return plain(round(float(text), 6))
    except ValueError:
        return text


def _job_states(outcome: Outcome) -> dict[str, str]:
    return {str(name): str(state) for name, state in outcome.rows("jobs", "job", "state")}


SEEN: Final[Mapping[str, Callable[[Outcome], Any]]] = {
    "refused": _refused,
    "warned": _warned,
    "start": lambda seen: seen.by_task("first_start"),
    "end": lambda seen: seen.by_task("end"),
    "state": lambda seen: seen.by_task("state"),
    "succeeded": lambda seen: seen.by_task("succeeded"),
    "exit_code": lambda seen: seen.by_task("exit_code"),
    "retries": lambda seen: seen.by_task("retries"),
    "requeues": lambda seen: seen.by_task("requeues"),
    "preemptions": lambda seen: seen.by_task("preemptions"),
    "outcomes": lambda seen: seen.rows("attempts", "outcome"),
    "placed": lambda seen: seen.rows("attempts", "node"),
    "attempts": lambda seen: len(seen.recording.frame("attempts")),
    "nodes": lambda seen: len(seen.recording.frame("nodes")),
    "kinds": lambda seen: seen.rows("nodes", "kind"),
    "states_at_end": _states_at_end,
    "node_lives": _node_lives,
    "resizes": lambda seen: seen.rows("resizes", "code"),
    "resize_ends": lambda seen: seen.rows("resizes", "end"),
    "obtained": lambda seen: seen.rows("resizes", "dedicated", "low_priority"),
    "operations": lambda seen: seen.rows("operations", "code"),
    "messages": lambda seen: seen.rows("operations", "message"),
    "evaluations": lambda seen: seen.rows("evaluations", "time"),
    "targets": lambda seen: seen.rows("evaluations", "target_dedicated", "target_low_priority"),
    "errors": lambda seen: seen.rows("evaluations", "error"),
    "result": _result,
    "jobs": _job_states,
    "job_ends": lambda seen: {str(name): reason for name, reason in seen.rows("jobs", "job", "reason")},
    "created": lambda seen: seen.rows("jobs", "job", "start"),
    "pools": lambda seen: seen.rows("pools", "pool", "created", "deleted"),
    "special": lambda seen: seen.rows("node_tasks", "kind", "start", "end", "outcome"),
    "start_tasks": lambda seen: seen.rows("start_tasks", "start", "end", "exit_code"),
    "cost": lambda seen: round(float(seen.recording.frame("ledger")["cost"].sum()), 6),
    "run_end": lambda seen: plain(seen.recording.end),
}


def agrees(expected: Any, found: Any) -> bool:
    """Return whether what was found is what was expected: of mappings the keys named, of texts a part."""
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and all(
            str(key) in found and agrees(value, found[str(key)]) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return len(expected) == len(found) and all(map(agrees, expected, found))
    if isinstance(expected, str):
        return isinstance(found, str) and expected in found and bool(expected)
    if isinstance(expected, bool) or expected is None:
        return bool(expected is found)
    return isinstance(found, int | float) and abs(found - expected) < 1e-6


def altered(expected: Any) -> Any:
    """Return another expectation, which a run that agrees with this one must break."""
    if isinstance(expected, Mapping):
        return {key: altered(value) for key, value in expected.items()}
    if isinstance(expected, list):
        return [altered(value) for value in expected] if expected else [None]
    if isinstance(expected, bool):
        return not expected
    if isinstance(expected, str):
        return f"{expected} or not"
    return 0 if expected is None else expected + 1


def document(given: Mapping[str, Any]) -> Body:
    """Return the scenario that a statement speaks of."""
    rest = {key: value for key, value in given.items() if key not in ("pool", "pools", "job", "jobs", "tasks")}
    pools = given.get("pools", [given.get("pool", {"nodes": 1})])
    jobs = given.get("jobs", [{**given.get("job", {}), "tasks": given.get("tasks", {})}])
    if "jobs" not in given and "job" not in given and "tasks" not in given:
        jobs = []
    options = {"timingPreset": "instant", **EXACT, **rest.pop("options", {})}
    return {
        "name": "statement",
        "seed": 7,
        "options": options,
        "pools": [pool(one) for one in pools],
        "jobs": [job(one) for one in jobs],
        **rest,
    }


def pool(given: Mapping[str, Any]) -> Body:
    """Return the body of a pool: D2_v3 nodes with Ubuntu that are never taken back, unless it says otherwise."""
    body: Body = {SHORT.get(key, key): value for key, value in given.items() if key not in ("image", "cloud")}
    if "formula" in given:
        body["enableAutoScale"] = True
    if "cloud" in given:
        body["cloudServiceConfiguration"] = {"osFamily": "6"}
    else:
        own = body.pop("virtualMachineConfiguration", {})
        body["virtualMachineConfiguration"] = {**IMAGES[given.get("image", "ubuntu")], **own}
    body["simulation"] = {"preemption": {"model": "none"}, **body.get("simulation", {})}
    return {"id": "p", "vmSize": "Standard_D2_v3", **body}


def job(given: Mapping[str, Any]) -> Body:
    """Return the body of a job with its tasks."""
    tasks = [task(str(name), one) for name, one in given.get("tasks", {}).items()]
    return {"id": "j", "poolInfo": {"poolId": "p"}, **given, "tasks": tasks}


def task(name: str, given: Any) -> Body:
    """Return the body of a task, of which a duration may be all that is said."""
    body = dict(given) if isinstance(given, Mapping) else {"duration": given}
    simulation = {key: body.pop(key) for key in ("duration", "submit", "exitCodes", "error", "input") if key in body}
    if "commandLine" not in body:
        simulation.setdefault("duration", "60s")
    return {"id": name, "commandLine": "work", **body, "simulation": {**simulation, **body.pop("simulation", {})}}
