"""A confined scenario names no file outside its folder, whichever key has the name and whichever way leads out."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulator import InputError, Simulation, load, scenario_of
from simulator.cli.commands import MODULES, assemble
from simulator.experiment import load_experiment
from simulator.planning.plan_file import load_plan
from tests.fuzz.inputs import POOL, PRICES, TASKS

JOB: dict[str, Any] = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": {"workload": [{"count": 1}]}}
JOB["simulation"]["workload"][0]["duration"] = "1m"
SCENARIO: dict[str, Any] = {"name": "s", "horizon": "1h", "pools": [POOL], "jobs": [JOB]}
TEMPLATE = {"$schema": "x", "contentVersion": "1", "parameters": {}, "resources": []}


def workload(**group: Any) -> dict[str, Any]:
    return {"jobs": [{**JOB, "simulation": {"workload": [group]}}]}


NAMING: dict[str, tuple[str, dict[str, Any]]] = {
    "pool.json": (json.dumps(POOL), {"pools": [{"file": "NAME"}]}),
    "pools.json": (json.dumps([POOL]), {"pools": {"file": "NAME"}}),
    "job.json": (json.dumps(JOB), {"jobs": [{"file": "NAME"}]}),
    "tasks.json": (json.dumps(TASKS), {"jobs": [{**JOB, "tasks": {"file": "NAME"}}]}),
    "schedule.json": (
        json.dumps({"id": "d", "schedule": {"recurrenceInterval": "PT1H"}, "jobSpecification": {"poolInfo": {}}}),
        {"jobSchedules": [{"file": "NAME"}]},
    ),
    "values.json": ("{}", {"pools": [{"file": "template.json", "parameters": "NAME"}]}),
    "prices.json": (json.dumps(PRICES), {"prices": {"file": "NAME"}}),
    "added.json": (json.dumps({**JOB, "id": "k"}), {"timeline": [{"at": "1m", "operation": "addJob", "job": "FILE"}]}),
    "durations.csv": ("duration\n60\n", workload(count=2, duration={"empirical": {"file": "NAME"}})),
    "trace.csv": ("submit,duration\n0,60\n", workload(trace="NAME")),
    "trace.swf": ("1 0 0 60 1 -1 -1 1 -1 -1 1 1 1 1 1 -1 -1 -1\n", workload(trace="NAME")),
    "curve.csv": ("time,available\n0,5\n", {"capacity": "NAME"}),
    "evictions.csv": ("time,count\n60,1\n", {"evictions": "NAME"}),
}
"""By the name of a file: what it holds, and a scenario that names it."""
WAYS = ("above", "absolute", "link", "linked folder", "inside and out again")


def naming(key: str, name: str) -> dict[str, Any]:
    """Return a scenario that names a file where the case of `key` has it."""
    changed = NAMING[key][1]
    if "capacity" in changed or "evictions" in changed:
        low = {**POOL, "targetDedicatedNodes": 0, "targetLowPriorityNodes": 2}
        model = {"model": "capacity_curve", "file": name} if "capacity" in changed else {"model": "trace", "file": name}
        return {**SCENARIO, "pools": [{**low, "simulation": {"preemption": model}}]}
    text = json.dumps({**SCENARIO, **changed}).replace('"FILE"', json.dumps({"file": name}))
    return json.loads(text.replace("NAME", name))  # type: ignore[no-any-return]


def lead_out(way: str, folder: Path, key: str) -> str:
    """Return a name in `folder` that leads to the file of `key` beside the folder."""
    outside = folder.parent / key
    if way == "above":
        return f"../{key}"
    if way == "absolute":
        return str(outside)
    if way == "link":
        (folder / f"link-{key}").symlink_to(outside)
        return f"link-{key}"
    if way == "linked folder":
        (folder / "linked").symlink_to(folder.parent, target_is_directory=True)
        return f"linked/{key}"
    (folder / "in").mkdir()
    return f"in/../../{key}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a scenario; every file that a case names lies beside it."""
    for key, (text, _) in NAMING.items():
        (tmp_path / key).write_text(text)
    inner = tmp_path / "scenario"
    inner.mkdir()
    (inner / "template.json").write_text(json.dumps(TEMPLATE))
    return inner


def refusal(folder: Path, document: dict[str, Any], *, confine: bool) -> str:
    (folder / "s.json").write_text(json.dumps(document))
    try:
        load(folder / "s.json", confine=confine)
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("key", NAMING)
def test_no_name_leads_out_of_the_folder(key: str, way: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = naming(key, lead_out(way, folder, key))
    opened: list[str] = []
    usual = Path.open

    def noted(path: Path, *words: Any, **options: Any) -> Any:
        opened.append(str(path.resolve()))
        return usual(path, *words, **options)

    monkeypatch.setattr(Path, "open", noted)
    outside = str(folder.parent / key)
    free = refusal(folder, document, confine=False)
    assert "outside" not in free
    assert outside in opened, free
    opened.clear()
    confined = refusal(folder, document, confine=True)
    assert "lies outside the folder that files are confined to" in confined
    assert outside not in opened


@pytest.mark.parametrize("key", NAMING)
def test_names_that_stay_inside_are_read(key: str, folder: Path) -> None:
    (folder / key).write_text(NAMING[key][0])
    document = naming(key, key)
    assert refusal(folder, document, confine=True) == refusal(folder, document, confine=False)
    (folder / "in").mkdir()
    document = naming(key, f"in/../{key}")
    assert "outside" not in refusal(folder, document, confine=True)


def test_a_confined_document_names_nothing_outside_its_folder(folder: Path) -> None:
    document = naming("trace.csv", "../trace.csv")
    scenario_of(document, folder=folder)
    with pytest.raises(InputError, match="lies outside"):
        scenario_of(document, folder=folder, confine=True)


@pytest.mark.parametrize(
    ("read", "rest"),
    [
        (load_experiment, {"axes": {"seed": [1, 2]}}),
        (load_plan, {"axes": {"pools.p.targetDedicatedNodes": [1, 2]}, "subject_to": "makespan <= 4h"}),
    ],
)
def test_a_confined_question_names_no_scenario_outside_its_folder(folder: Path, read: Any, rest: Any) -> None:
    (folder.parent / "s.json").write_text(json.dumps(SCENARIO))
    question = folder / "q.json"
    question.write_text(json.dumps({"scenario": "../s.json", **rest}))
    read(question)
    with pytest.raises(InputError, match="lies outside"):
        read(question, confine=True)
    (folder / "s.json").write_text(json.dumps(naming("pool.json", "../pool.json")))
    question.write_text(json.dumps({"scenario": "s.json", **rest}))
    read(question)
    with pytest.raises(InputError, match="lies outside"):
        read(question, confine=True)


def test_an_operation_to_come_names_nothing_outside_the_folder_either(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "s.json").write_text(json.dumps(SCENARIO))
    monkeypatch.chdir(folder)

    def operation(name: str, **group: Any) -> dict[str, Any]:
        return {"operation": "addJob", "job": {**JOB, "id": name, "simulation": {"workload": [group]}}}

    outside = operation("k", trace="../trace.csv")
    Simulation(load("s.json")).submit(outside)
    confined = Simulation(load("s.json", confine=True))
    for run in (confined, confined.fork()):
        with pytest.raises(InputError, match="lies outside"):
            run.submit(outside)
    confined.submit(operation("l", count=1, duration="1m"))
    with pytest.raises(InputError, match="lies outside"):  # the scenario that has grown is confined as well
        confined.submit(outside)


def test_a_file_of_formula_tests_names_no_formula_outside_its_folder(folder: Path) -> None:
    (folder.parent / "f.txt").write_text("$TargetDedicatedNodes = 1;")
    tests = [{"context": {"now": "2026-03-02T09:00:00Z"}, "expect": {"targetDedicatedNodes": 1}}]
    (folder / "t.json").write_text(json.dumps({"formulaFile": "../f.txt", "tests": tests}))
    words = ["formula", "test", str(folder / "t.json")]
    assert CliRunner().invoke(assemble(["formula"]), words).exit_code == 0
    ended = CliRunner().invoke(assemble(["formula"]), [*words, "--confine"])
    assert ended.exit_code == 2
    assert "lies outside" in ended.output


def reading_commands() -> list[str]:
    """Return the commands that take a file of ours that names others."""
    found = []
    for name in MODULES:
        if name == "formula":
            continue
        command = assemble([name])
        help_text = CliRunner().invoke(command, [name, "--help"], env={"COLUMNS": "200"}).output
        if any(f"{kind} file" in help_text for kind in ("A scenario", "Scenario", "An experiment", "A plan")):
            found.append(name)
    return found


@pytest.mark.parametrize("name", reading_commands())
def test_every_command_that_reads_such_files_can_be_confined(name: str, folder: Path) -> None:
    words = [str(folder / "s.json")]
    (folder / "s.json").write_text(json.dumps(naming("pool.json", "../pool.json")))
    if name in ("sweep", "plan"):
        words = [str(folder / "q.json")]
        rest = {"axes": {"seed": [1, 2]}} if name == "sweep" else {"axes": {"seed": [1]}, "subject_to": "cost <= 4"}
        (folder / "q.json").write_text(json.dumps({"scenario": "s.json", **rest}))
    if name == "compare":
        words.append(str(folder / "t.json"))
        (folder / "t.json").write_text(json.dumps(SCENARIO))
    ended = CliRunner().invoke(assemble([name]), [name, *words, "--confine"])
    assert ended.exit_code == 2
    assert "lies outside" in ended.output
