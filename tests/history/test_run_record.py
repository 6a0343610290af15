"""A run's directory is read as one past: what ran, on which nodes, in which pools; its parts are not read alone."""

from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest

from simulator import load, simulate
from simulator.calibration.evidence import Evidence
from simulator.errors import InputError
from simulator.history.folders import SCENARIO
from simulator.history.options import Options
from simulator.history.past import Past
from simulator.history.pools import Given
from simulator.history.read import read_past
from simulator.history.readers.run_record import OUTCOMES
from simulator.history.replay import replay_of
from simulator.history.write import scenario_of, write_past
from simulator.results.record.recording import Recording
from simulator.results.write import write
from simulator.states import Outcome
from tests.history.files import causes
from tests.scenario.files import job, pool
from tests.scenario.files import read as parsed

NIGHT: Final = job(
    id="night",
    priority=7,
    usesTaskDependencies=True,
    simulation={"workload": []},
    tasks=[
        {"id": "a", "commandLine": "sleep 60"},
        {"id": "b", "commandLine": "sleep 30", "dependsOn": {"taskIds": ["a"]}, "requiredSlots": 2},
        {"id": "c", "commandLine": "sleep 90"},
        {"id": "d", "commandLine": "sh -c 'sleep 45; exit 3'"},
    ],
)


def ran(directory: Path, nodes: int, **rest: Any) -> Recording:
    """Return a run of the night on some nodes of two slots."""
    own = pool(targetDedicatedNodes=nodes, taskSlotsPerNode=2)
    return simulate(parsed(directory, [own], [NIGHT], options={"timingPreset": "instant"}, **rest))


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recording, Path]:
    """Return a run, and where it was written with lists and log."""
    directory = tmp_path_factory.mktemp("past") / "run"
    recording = ran(directory.parent, 2)
    write(recording, directory, events=True, lists=True)
    return recording, directory


def past_of(*paths: Path) -> Past:
    return read_past(paths, Options())


def test_a_run_and_its_replay_have_the_same_ends(record: tuple[Recording, Path], tmp_path: Path) -> None:
    recording, directory = record
    past = past_of(directory)
    assert [(one.format, one.name) for one in past.files] == [("run", str(directory / "manifest.json"))]
    replay = replay_of(past, frozenset())
    write_past(past, replay, scenario_of(past, replay, Given(), "instant"), tmp_path / "again")
    again = load(tmp_path / "again" / SCENARIO)
    assert again.origin == recording.origin
    (own,) = again.pools
    assert (own.target_dedicated_nodes, own.task_slots_per_node, again.jobs[0].priority) == (2, 2, 7)
    ends = [
        run.tasks.assign(id=run.tasks["id"].astype(str)).set_index("id")[["first_start", "end", "exit_code"]]
        for run in (recording, simulate(again))
    ]
    pd.testing.assert_frame_equal(ends[0].sort_index(), ends[1].sort_index(), check_dtype=False)


def test_all_attempts_states_and_changes_are_there(record: tuple[Recording, Path]) -> None:
    recording, directory = record
    past = past_of(directory / "manifest.json")
    assert len(past.tasks) == len(recording.attempts)
    assert set(past.tasks["command"]) == {"sleep 60", "sleep 30", "sleep 90", "sh -c 'sleep 45; exit 3'"}
    assert len(past.nodes) == len(recording.frame("node_states"))
    assert past.pools[["change", "target_dedicated"]].iloc[0].tolist() == ["created", 2]
    assert Evidence.of(past).spells["is_log"].all()


def test_a_task_that_waits_at_the_end_is_not_replayed(tmp_path: Path) -> None:
    write(ran(tmp_path, 1, horizon="40s"), tmp_path / "run")
    past = past_of(tmp_path / "run")
    assert causes(past)["waiting"] + causes(past)["running"] == 4
    assert replay_of(past, frozenset()).tasks.empty


@pytest.mark.parametrize("name", ["tasks", "attempts", "nodes", "pool_timeline"])
def test_a_table_alone_is_refused(record: tuple[Recording, Path], name: str) -> None:
    with pytest.raises(InputError, match="a table of a run's directory: not read; name the directory"):
        past_of(record[1] / f"{name}.parquet")


def test_directories_of_studies_and_imports_are_refused(record: tuple[Recording, Path], tmp_path: Path) -> None:
    past = past_of(record[1])
    replay = replay_of(past, frozenset())
    write_past(past, replay, scenario_of(past, replay, Given()), tmp_path / "made")
    with pytest.raises(InputError, match=r"the directory of an import: not read; run its `scenario\.yaml`"):
        past_of(tmp_path / "made")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "manifest.json").write_text('{"kind": "sweep", "versions": {}, "complete": true}')
    with pytest.raises(InputError, match="a sweep or another study wrote: not read; name the directory of one run"):
        past_of(tmp_path / "study")


def test_every_end_of_an_attempt_has_a_word() -> None:
    assert set(OUTCOMES) == set(Outcome)
