"""How long a start task takes: the pool's own timing, its environment settings, its command line, else no time.

The first that says so, as for tasks; the record has which it was.
"""

from pathlib import Path

import pytest

from simulator import Scenario
from simulator.scenario.reading.value_origins import origin_in
from tests.features.story import UBUNTU, Body, document, job, operation, pool, refused, run

SLEEP: Body = {"commandLine": "/bin/sh -c 'sleep 15 && sleep 30'"}
SETTING: Body = {"environmentSettings": [{"name": "SIM_DURATION", "value": "PT2M"}]}
GIVEN: Body = {"simulation": {"timing": {"startTask": "10s"}}}
WINDOWS: Body = {"commandLine": "cmd /c timeout /t 30"}
UNSAID: Body = {"commandLine": "install.sh"}


@pytest.mark.parametrize(
    ("start_task", "rest", "took", "who"),
    [
        ({**SLEEP, **SETTING}, GIVEN, 10.0, "simulation"),
        ({**SLEEP, **SETTING}, {}, 120.0, "environment"),
        (SLEEP, {}, 45.0, "command line"),
        (WINDOWS, {}, 30.0, "command line"),
        (UNSAID, {}, 0.0, "defaults"),
        (UNSAID, GIVEN, 10.0, "simulation"),
        (SLEEP, {"simulation": {"timing": {"startTask": "0s"}}}, 0.0, "simulation"),
    ],
)
def test_the_first_source_of_a_duration_decides(start_task: Body, rest: Body, took: float, who: str) -> None:
    made = run(pool(nodes=1, startTask=start_task, **rest), job(count=1))
    (row,) = made.start_tasks.to_dict("records")
    assert (row["end"] - row["start"], row["duration_source"]) == (took, who)
    assert made.attempts["start"].tolist() == [took]


def test_pools_that_jobs_bring_along_read_it_too() -> None:
    own = {"autoPoolIdPrefix": "a", "pool": pool(nodes=1, startTask=SLEEP)}
    work = job(count=1, poolInfo={"autoPoolSpecification": own}, onAllTasksComplete="terminatejob")
    assert run(work).attempts["start"].tolist() == [45.0]


@pytest.mark.parametrize(
    ("rest", "new", "took", "who"),
    [
        ({}, {"commandLine": "sleep 7"}, 7.0, "command line"),
        ({}, UNSAID, 0.0, "defaults"),
        (GIVEN, {"commandLine": "sleep 7"}, 10.0, "simulation"),
    ],
)
def test_a_new_start_task_takes_its_own_time_at_the_next_start(rest: Body, new: Body, took: float, who: str) -> None:
    timeline = [operation("1m", "updatePool", startTask=new), operation("2m", "reboot", nodeId="p_1_d")]
    made = run(pool(nodes=1, startTask=SLEEP, **rest), job(count=1, duration="10m"), timeline=timeline)
    again = made.start_tasks.iloc[1]
    assert (again["end"] - again["start"], again["duration_source"]) == (took, who)


def test_a_scenario_with_it_is_written_and_read_back_as_it_was() -> None:
    made = run(pool(nodes=1, startTask=SLEEP), job(count=1)).scenario
    again = Scenario.model_validate_json(made.model_dump_json(by_alias=True))
    assert again == made
    assert again.pools[0].simulation.timing.start_task.mean == 45.0


@pytest.mark.parametrize("place", ["startTask", "jobPreparationTask", "jobReleaseTask", "updatePool"])
def test_a_time_that_cannot_be_read_is_reported_with_its_place(tmp_path: Path, place: str) -> None:
    wrong = {"commandLine": "x", "environmentSettings": [{"name": "SIM_DURATION", "value": "soon"}]}
    body: Body = {"startTask": wrong} if place == "startTask" else {}
    work: Body = {} if place in body or place == "updatePool" else {"jobPreparationTask": SLEEP, place: wrong}
    timeline = [operation("1m", "updatePool", startTask=wrong)] if place == "updatePool" else []
    found = refused(tmp_path, pool(nodes=1, virtualMachineConfiguration=UBUNTU, **body), job(**work), timeline=timeline)
    (text,) = found
    assert "environmentSettings: in environmentSettings: " in text
    assert "cannot be read as a duration" in text


@pytest.mark.parametrize(
    ("start_task", "rest", "origin"),
    [(SLEEP, {}, "given"), (UNSAID, {}, "assumed"), (UNSAID, GIVEN, "given"), (SETTING, {}, "given")],
)
def test_what_the_body_states_is_given_by_the_scenario(start_task: Body, rest: Body, origin: str) -> None:
    written = document(pool(nodes=1, startTask=start_task, **rest), job(count=1))
    assert origin_in("start_task", written).origin == origin
