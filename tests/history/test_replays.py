"""What is imported is replayed: public logs and workflows against other replays, and a simulation against itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulator import load, simulate, summarize
from simulator.history.folders import SCENARIO
from simulator.history.options import Options
from simulator.history.pools import Given
from simulator.history.read import read_past
from simulator.history.replay import replay_of
from simulator.history.write import scenario_of, write_past
from simulator.results.events import lines
from tests.history import files
from tests.history.files import azure_task
from tests.scenario.files import job, pool, read

SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the archive's data are not part of the project")


def imported(paths: list[Path], out: Path, given: Given, *, anonymise: bool = False, **options: Any) -> Path:
    """Write what files say as a scenario that takes no time for anything but tasks, and return its file."""
    past = read_past(paths, Options(**options), anonymise=anonymise)
    replay = replay_of(past, frozenset())
    write_past(past, replay, scenario_of(past, replay, given, "instant"), out)
    return out / SCENARIO


@needs_shared
@pytest.mark.parametrize(
    ("name", "parallel_jobs", "slots", "wait", "end"),
    [
        ("KTH-SP2-1996-2.filtered", "multi_instance", 1, 5_719.756, 29_363_626),
        ("LCG", "multi_slot", 16, 24_496.850, 1_225_404),
    ],
)
def test_logs_of_the_archive(tmp_path: Path, name: str, parallel_jobs: str, slots: int, wait: float, end: int) -> None:
    paths = [SHARED / "swf" / f"{name}.swf.gz"]
    scenario = imported(paths, tmp_path / "out", Given(nodes=100, slots=slots), parallel_jobs=parallel_jobs)
    answer = summarize(simulate(load(scenario)))
    assert round(answer["queue_time_s"]["mean"], 3) == wait
    assert answer["makespan_s"] == end


def critical_path(document: dict[str, Any]) -> float:
    """Return the length of the longest chain of a workflow, in seconds to the millisecond of each task."""
    flow = document["workflow"]
    runs = {one["id"]: round(one["runtimeInSeconds"] * 1000) for one in flow["execution"]["tasks"]}
    ends: dict[str, int] = {}
    todo = {one["id"]: one["parents"] for one in flow["specification"]["tasks"]}
    while todo:
        ready = [task for task, parents in todo.items() if all(parent in ends for parent in parents)]
        for task in ready:
            ends[task] = runs[task] + max((ends[parent] for parent in todo.pop(task)), default=0)
    return max(ends.values()) / 1000


@needs_shared
@pytest.mark.parametrize("path", sorted((SHARED / "wfcommons").glob("*.json")), ids=lambda path: path.stem)
def test_workflows_take_their_critical_path(tmp_path: Path, path: Path) -> None:
    answer = summarize(simulate(load(imported([path], tmp_path / "out", Given(nodes=200, slots=1)))))
    assert answer["makespan_s"] == critical_path(json.loads(path.read_text()))


@needs_shared
@pytest.mark.parametrize("path", sorted((SHARED / "wfcommons").glob("*.json")), ids=lambda path: path.stem)
def test_workflows_on_one_slot_take_all_their_work(tmp_path: Path, path: Path) -> None:
    answer = summarize(simulate(load(imported([path], tmp_path / "out", Given(nodes=1, slots=1)))))
    runs = [one["runtimeInSeconds"] for one in json.loads(path.read_text())["workflow"]["execution"]["tasks"]]
    assert answer["makespan_s"] == sum(round(one * 1000) for one in runs) / 1000


def test_a_workflow_made_for_the_test(tmp_path: Path) -> None:
    (tmp_path / "flow.json").write_text(json.dumps(files.WORKFLOW))
    answer = summarize(simulate(load(imported([tmp_path / "flow.json"], tmp_path / "out", Given(nodes=2, slots=1)))))
    assert answer["makespan_s"] == 10 + 30.25 + 5


def test_what_a_simulation_logs_is_imported_as_it_happened(tmp_path: Path) -> None:
    group = {"count": 30, "duration": {"exponential": {"mean": "90s"}}, "arrivals": {"poisson": {"ratePerHour": 600}}}
    run = simulate(read(tmp_path, [pool(targetDedicatedNodes=3, taskSlotsPerNode=2)], [job([group])]))
    (tmp_path / "log.jsonl").write_text("".join(f"{line}\n" for line in lines(run)))
    past = read_past([tmp_path / "log.jsonl"], Options())
    assert past.origin is not None
    shift = (past.origin - run.scenario.origin).total_seconds()
    truth = run.attempts.assign(id=run.tasks.set_index("task").loc[run.attempts["task"], "id"].to_numpy()).set_index(
        "id"
    )
    found = past.tasks.set_index("task").loc[truth.index]
    for name in ("start", "end"):
        assert (found[name] + shift).round(3).tolist() == truth[name].round(3).tolist()
    assert set(found["outcome"]) == {"succeeded"}
    assert found["node"].nunique() == 3


def test_names_are_replaced_before_anything_is_written(tmp_path: Path) -> None:
    secret = azure_task("alpha", dependsOn=None) | {"id": "alpha-secret"}
    child = azure_task("beta") | {"id": "beta-secret", "dependsOn": {"taskIds": ["alpha-secret"]}}
    body = files.POOL | {"displayName": "private pool", "startTask": {"commandLine": "curl secret"}}
    for name, content in (("acme-tasks.json", [secret, child]), ("acme-pool.json", [body | {"id": "farm"}])):
        (tmp_path / name).write_text(json.dumps(content))
    paths = [tmp_path / "acme-tasks.json", tmp_path / "acme-pool.json"]
    scenario = imported(paths, tmp_path / "out", Given(), anonymise=True)
    for path in scenario.parent.iterdir():
        for word in (b"secret", b"acme", b"farm", b"nightly", b"tvmps", b"hunter2", b"private"):
            assert word not in path.read_bytes(), (path.name, word)
    loaded = load(scenario)
    assert loaded.jobs[0].uses_task_dependencies
    assert loaded.pools[0].vm_size.lower() == "standard_d4_v3"
    assert summarize(simulate(loaded))["tasks"]["succeeded"] == 2
