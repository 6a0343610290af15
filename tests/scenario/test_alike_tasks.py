"""Lists of tasks are read, checked and drawn by kinds; what comes of them is what comes of each task by itself."""

import random
from typing import Any, Final

import pytest

from simulator.errors import InputError
from simulator.scenario import scenario_of
from simulator.scenario.format import alike_tasks
from simulator.scenario.format.alike_tasks import FEWEST, kinds_of
from simulator.scenario.format.command_lines import is_unread, read_command, seconds_of, stated_by
from simulator.scenario.format.task_bodies import Task
from simulator.workload.build import build

LINES: Final = (
    "", "sleep 90", "sleep 0", "true", "process 7", "/bin/bash -c 'sleep 5; exit 3'", 'sh -c "process"', "exit 4",
    "slee''p 3", "s\\leep 3", "cmd /c timeout /t 5", "powershell -c Start-Sleep 9", "sleep $X", "timeout 5 process",
    ":", "echo a b", "process --timeout 3", "ping -n 3 localhost", "exit -1",
)  # fmt: skip
PARTS: Final[tuple[dict[Any, Any], ...]] = (
    {}, {"simulation": {"duration": "90s"}}, {"simulation": {"duration": 90}}, {"simulation": {"duration": True}},
    {"simulation": {"duration": {"exponential": {"mean": "2m"}}, "cores": 2}}, {"simulation": {"memory": 400}},
    {"simulation": {"disk": 0.0}}, {"simulation": {"disk": -0.0}}, {"simulation": {"submit": "1h"}},
    {"simulation": {"submit": "2026-01-05T08:00:00Z"}}, {"simulation": {"output": 5}}, {"outputFiles": [{}]},
    {"simulation": {"error": "preProcessingError"}}, {"simulation": {"checkpoints": {}}}, {"simulation": 3},
    {"simulation": {"checkpoints": {"interval": "1s"}}}, {"simulation": {"durations": "90s"}},
    {"constraints": {"maxTaskRetryCount": 2, "maxWallClockTime": "PT1H"}}, {"constraints": None},
    {"environmentSettings": [{"name": "SIM_DURATION", "value": "70s"}, {"name": "SIM_CPU", "value": 2}]},
    {"environmentSettings": [{"name": "SIM_DURATION", "value": "soon"}]}, {"requiredSlots": 3}, {"requiredSlots": True},
    {"requiredSlots": 1.0}, {"requiredSlots": "2"}, {"displayName": "d"}, {"display_name": "d"},
    {"COMMANDLINE": "exit 2"}, {"ID": "other"}, {"dependson": {"taskIds": ["t0"]}}, {"unknownKey": 1}, {4: "x"},
    {"userIdentity": {"username": "u"}},
    {"exitConditions": {"default": {"dependencyAction": "satisfy", "jobAction": "disable"}}}, {"resourceFiles": [{}]},
    {"multiInstanceSettings": {"numberOfInstances": 2}}, {"containerSettings": {"imageName": "i"}},
    {"applicationPackageReferences": [{"applicationId": "a"}]}, {"affinityInfo": {"affinityId": "p_1_d"}},
)  # fmt: skip
PARENTS: Final[tuple[dict[str, Any], ...]] = (
    {}, {}, {"dependsOn": None}, {"dependsOn": {"taskIds": ["t0", "T1"]}}, {"dependsOn": {"taskIds": ["nobody"]}},
    {"dependsOn": {"taskIds": [3]}}, {"dependsOn": {"taskIds": []}}, {"dependsOn": {"taskids": ["t0"], "x": 1}},
    {"dependsOn": {"taskIdRanges": [{"start": 1, "end": 3}]}},
)  # fmt: skip
ODD: Final[tuple[Any, ...]] = (None, 3, "t", [], {"id": "no id!"}, {"id": 7}, {"commandLine": "x"}, {"id": "t3"})


def document(draw: random.Random, parts: tuple[dict[Any, Any], ...], odd: float) -> dict[str, Any]:
    """Return a scenario whose tasks are made of few parts, so that many are alike."""
    some, lines = draw.sample(parts, 3), draw.sample(LINES, 3)

    def task(number: int) -> Any:
        if draw.random() < odd:
            return draw.choice((*ODD, {"id": f"t{number}", **draw.choice(PARTS), "commandLine": draw.choice(LINES)}))
        line = {"commandLine": draw.choice(lines)} if draw.random() < 0.8 else {}
        parents = draw.choice(PARENTS) if draw.random() < 0.1 else {}
        return {"id": f"t{number}", **line, **draw.choice(some), **parents}

    machine = {"publisher": "canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts"}
    pool = {
        "id": "p",
        "vmSize": "Standard_D4_v3",
        "virtualMachineConfiguration": {"imageReference": machine, "nodeAgentSKUId": "batch.node.ubuntu 22.04"},
        "targetDedicatedNodes": 2,
    }
    job = {"id": "j", "poolInfo": {"poolId": "p"}, "usesTaskDependencies": True, "tasks": [*map(task, range(40))]}
    if draw.random() < 0.5:
        job["simulation"] = {"defaults": {"duration": "5m"}}
    if draw.random() < 0.3:
        job["onTaskFailure"] = "performExitOptionsJobAction"
    more = {"at": "2h", "operation": "addTasks", "job": "j", "tasks": [task(number) for number in range(100, 130)]}
    return {"name": "alike", "horizon": "9h", "pools": [pool], "jobs": [job], "timeline": [more]}


def outcome(described: dict[str, Any]) -> tuple[str, ...]:
    """Return all that comes of a description: the scenario and its tasks, or everything that is wrong with it."""
    try:
        made = scenario_of(described)
    except InputError as error:
        return ("refused", *map(repr, error.problems))
    stated = [(task.model_fields_set, task.model_extra) for task in made.jobs[0].tasks]
    try:
        rows = build(made, 2)
    except InputError as error:
        return ("refused", *map(repr, error.problems))
    extras = {name: getattr(rows.extras, name) for name in rows.extras.__dataclass_fields__}
    edges, orphans = rows.dependencies, rows.dependencies.orphans.tolist()
    parents = edges.parent.tolist(), edges.child.tolist(), edges.waiting.tolist(), edges.satisfies.tolist(), orphans
    columns: list[Any] = [rows.submit, rows.demand, rows.cores, rows.memory, rows.slots, rows.failures, rows.exit_code]
    values = [column.tolist() for column in columns]
    whole = made.model_dump_json(), repr(made)
    return ("made", *whole, *map(repr, (stated, made.warnings, parents, values, extras)))


def outcome_apart(monkeypatch: pytest.MonkeyPatch, described: dict[str, Any]) -> tuple[str, ...]:
    """Return the outcome where no two tasks are alike."""
    with monkeypatch.context() as change:
        change.setattr(alike_tasks, "FEWEST", 1 << 60)
        change.setattr(alike_tasks, "_kind", lambda _task: object())
        return outcome(described)


@pytest.mark.parametrize("odd", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("seed", range(8))
def test_tasks_in_bulk_are_what_each_is_by_itself(monkeypatch: pytest.MonkeyPatch, seed: int, odd: float) -> None:
    draw = random.Random(f"{seed} {odd}")  # noqa: S311 - for documents
    for _ in range(4):
        described = document(draw, PARTS if odd else PARTS[:3], odd)
        assert outcome(described) == outcome_apart(monkeypatch, described)


def test_plain_tasks_are_made_after_one_of_their_kind() -> None:
    draw = random.Random(1)  # noqa: S311 - for a document
    described = document(draw, ({}, {}, {"simulation": {"duration": "90s"}}), 0.0) | {"timeline": []}
    for number, task in enumerate(described["jobs"][0]["tasks"]):
        task |= {
            "commandLine": f"program {number}",
            "simulation": {"duration": "90s"},
            "dependsOn": {"taskIds": ["t0"]},
        }
    tasks = scenario_of(described).jobs[0].tasks
    assert len(tasks) > FEWEST
    assert {*kinds_of(tasks)} == {0}, (
        "one kind: command lines of which nothing is read, and parents, make no difference"
    )
    assert len({id(task.simulation) for task in tasks}) == 1


def test_a_changed_task_is_of_a_kind_of_its_own() -> None:
    task = Task(id="a")
    assert kinds_of([task, task.model_copy(update={"required_slots": 2}), task]) == [0, 1, 0]


@pytest.mark.parametrize("line", LINES)
def test_a_line_without_any_word_that_can_be_read_is_not_looked_into(line: str) -> None:
    assert stated_by(line) == (read_command(line), seconds_of(line), is_unread(line))
