"""A task as it sees itself: variables, folders, and the disk of its node, by the engine's own model of disks."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulator import Recording, Simulation
from simulator.results.record.read import read
from simulator.results.why import view_task
from simulator.results.write import write
from simulator.units import to_ms
from tests.command_line import app
from tests.features.story import CLOUD_SERVICE, WINDOWS, Body, job, operation, pool, run, scenario, task

KEPT = {"retentionTime": "PT30M"}
ENFORCED = {"enforceLocalResources": "disk"}


def leaves(name: str, gib: float, duration: str = "60s", **body: Any) -> Body:
    return task(name, duration, simulation={"disk": gib}, constraints=KEPT, **body)


def disk_of(made: Recording, name: str) -> tuple[tuple[float, float], ...]:
    disk = view_task(made, name).disk
    assert disk is not None
    return disk.changes


def test_files_stay_from_the_start_of_each_task_until_its_retention_time_is_over() -> None:
    made = run(pool(nodes=1), job(tasks=[leaves("a", 3), leaves("b", 4), task("c")]), horizon="2h")
    assert disk_of(made, "j/a") == disk_of(made, "J/C") == ((0, 3), (60, 7), (1860, 4), (1920, 0))
    other = view_task(made, "j/c").disk
    assert other is not None
    assert (other.own, other.kept_until, other.size, other.is_enforced) == (0, None, 50, False)


def test_without_a_retention_time_files_stay_for_seven_days() -> None:
    made = run(pool(nodes=1), job(tasks=[task("a", simulation={"disk": 2})]))
    assert disk_of(made, "j/a") == ((0, 2), (60 + 7 * 86400, 0))


def test_a_task_that_is_tried_again_has_its_files_once() -> None:
    """The last attempt of a task on a node counts, however those before it ended; the replacement's disk is new."""
    events = {"model": "capacity_event", "fraction": 1, "times": ["90s"]}
    body = pool(low_priority=1, simulation={"preemption": events, "timing": {"recoveryDelay": "10s"}})
    listed = [leaves("a", 3), leaves("b", 4, exits=[1, 0])]
    made = run(body, job(tasks=listed, constraints={"maxTaskRetryCount": 1}), horizon="2h")
    assert disk_of(made, "j/b") == ((0, 3), (60, 7), (100, 4), (220 + 1800, 0))


@pytest.mark.parametrize(
    ("name", "body", "emptied"),
    [
        ("reboot", {}, False),
        ("reimage", {"cloudServiceConfiguration": CLOUD_SERVICE}, True),
        ("removeNodes", {}, True),
    ],
)
def test_a_new_disk_is_empty_and_a_reboot_keeps_it(name: str, body: Body, emptied: bool) -> None:
    node = {"nodeList": ["p_1_d"]} if name == "removeNodes" else {"nodeId": "p_1_d"}
    made = run(
        pool(nodes=1, **body), job(tasks=[leaves("a", 3)]), timeline=[operation("5m", name, **node)], horizon="1h"
    )
    assert disk_of(made, "j/a")[1] == ((300, 0) if emptied else (1860, 0))


def test_a_reboot_of_a_full_node_makes_room() -> None:
    listed = [leaves("a", 30), leaves("b", 30), task("c", "9h")]
    reboot = operation("10m", "reboot", nodeId="p_1_d")
    made = run(pool(nodes=1), job(tasks=listed), timeline=[reboot], options=ENFORCED, horizon="1h")
    assert disk_of(made, "j/b") == ((0, 30), (60, 60), (600, 0))
    assert "unusable" in made.node_states["state"].tolist()


def test_a_task_without_a_node_has_neither_folders_nor_a_disk() -> None:
    made = run(pool(nodes=0), job(tasks=[leaves("a", 3)]), horizon="1m")
    view = view_task(made, "j/a")
    assert view.disk is None
    assert list(view.variables) == ["AZ_BATCH_POOL_ID", "AZ_BATCH_JOB_ID", "AZ_BATCH_TASK_ID"]


@pytest.mark.parametrize(
    ("body", "folder"),
    [
        ({}, "/mnt/batch/tasks/workitems/j/job-1/a/wd"),
        ({"virtualMachineConfiguration": WINDOWS}, "D:\\batch\\tasks\\workitems\\j\\job-1\\a\\wd"),
        ({"cloudServiceConfiguration": CLOUD_SERVICE}, "C:\\user\\tasks\\workitems\\j\\job-1\\a\\wd"),
    ],
)
def test_folders_are_those_of_the_system(body: Body, folder: str) -> None:
    made = run(pool(nodes=1, **body), job(tasks=[task("a")], jobPreparationTask={"commandLine": "sleep 1"}))
    seen = view_task(made, "j/a").variables
    assert seen["AZ_BATCH_TASK_WORKING_DIR"] == folder
    assert seen["AZ_BATCH_JOB_PREP_WORKING_DIR"] == folder.replace("a\\wd", "jobpreparation\\wd").replace(
        "a/wd", "jobpreparation/wd"
    )


def test_the_view_and_the_engine_have_one_model() -> None:
    """Whenever the run is stopped, the view has the amount on every disk that the engine has there at that instant."""
    downloads = {"applicationPackages": {"app": {"sizeMiB": 512}, "tool": {"sizeMiB": 2048}}}
    events = {"model": "capacity_event", "fraction": 0.5, "times": ["10m", "25m"]}
    timing = {"recoveryDelay": "1m", "dispatchLatency": "3s"}
    body = pool(
        nodes=2,
        low_priority=3,
        simulation={"preemption": events, "timing": timing, "downloads": downloads},
        applicationPackageReferences=[{"applicationId": "tool"}],
    )
    listed = [leaves(f"t{number}", 1 + number % 3, f"{40 + 17 * number % 90}s") for number in range(60)]
    for one in listed[::7]:
        one["applicationPackageReferences"] = [{"applicationId": "app"}]
        one["resourceFiles"] = [{"httpUrl": "https://x", "filePath": "f"}]
        one["simulation"]["input"] = 1024
    described = scenario(body, job(tasks=listed), options=ENFORCED, horizon="3h")
    simulation = Simulation(described)
    disks, seen = simulation.directory.pools[0].disks, list[tuple[int, int, float]]()
    assert disks is not None
    for minute in range(0, 60, 2):
        simulation.advance(60 * minute + 1)
        for node in simulation.directory.pools[0].members:
            used = disks._disk(node.sequence).used(to_ms(60 * minute + 1))
            seen.append((node.sequence, 60 * minute + 1, used))
    simulation.advance()
    made = simulation.recording()
    levels = {}
    for name in made.tasks["id"]:
        disk = view_task(made, f"j/{name}").disk
        assert disk is not None
        levels[disk.node] = disk.changes
    assert len(levels) == len(made.nodes)
    assert len({used for _, _, used in seen}) > 10
    for sequence, instant, used in seen:
        before = [amount for at, amount in levels[made.nodes["node"].iloc[sequence]] if at <= instant]
        assert (before[-1] if before else 0) == pytest.approx(used), (sequence, instant)


def test_the_command_shows_it_in_words_and_as_json(tmp_path: Path) -> None:
    made = run(pool(nodes=1), job(tasks=[leaves("a", 3)]), horizon="2h")
    write(made, tmp_path / "r")
    shown = CliRunner().invoke(app, ["why", str(tmp_path / "r"), "--task", "j/a", "--view"])
    assert shown.exit_code == 0
    assert "AZ_BATCH_TASK_ID=a\n" in shown.output
    assert "disk of node p_1_d, of 50 GiB; a full one has no effect" in shown.output
    assert "this task has left 3 GiB, kept until 2026-01-05T00:31:00Z" in shown.output
    printed = CliRunner().invoke(app, ["why", str(tmp_path / "r"), "--task", "j/a", "--view", "--json"])
    found = json.loads(printed.output)
    assert found == view_task(made, "j/a").as_json(made) == view_task(read(tmp_path / "r"), "j/a").as_json(made)
    assert found["disk"]["changes"][0] == {"at": 0.0, "time": "2026-01-05T00:00:00Z", "used_gib": 3}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (["--pool", "p", "--at", "1m", "--view"], "--view goes with --task JOB/TASK"),
        (["--task", "j/x", "--view"], "no task 'x' in job 'j'"),
    ],
)
def test_what_cannot_be_viewed(tmp_path: Path, asked: list[str], why: str) -> None:
    write(run(pool(nodes=1), job(tasks=[leaves("a", 3)])), tmp_path / "r")
    found = CliRunner().invoke(app, ["why", str(tmp_path / "r"), *asked])
    assert found.exit_code == 2
    assert why in found.output


def test_a_task_without_figures_holds_nothing_whether_it_runs_or_has_ended(tmp_path: Path) -> None:
    made = run(pool(nodes=2), job(tasks=[task("done", "60s"), task("runs", "3h")]), horizon="2h")
    write(made, tmp_path / "r")
    for name in ("done", "runs"):
        shown = CliRunner().invoke(app, ["why", str(tmp_path / "r"), "--task", f"j/{name}", "--view"])
        assert "no files of its own are stated for this task" in shown.output
        assert "while it runs" not in shown.output
