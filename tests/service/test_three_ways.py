"""Made-up histories: what clients have done gives one record: by requests, by the file that they left, by Python."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Simulation, simulate
from simulator.results.record.tables import NAMES, arrow
from simulator.scenario import load
from simulator.service.session import Session, empty_account
from tests.engine.laws import check
from tests.service.client import Client, job_of, pool_of, task_of

Request = tuple[str, str, dict[str, Any]]
LINES = st.sampled_from(["sleep 30", "/bin/bash -c 'sleep 200'", "exit 3", "python x.py"])
TASKS = st.tuples(st.integers(0, 9), LINES).map(lambda one: task_of(f"t{one[0]}", one[1]))
NAMES_OF_TASKS = st.integers(0, 9).map(lambda number: f"/jobs/j/tasks/t{number}")
REQUESTS: st.SearchStrategy[Request] = st.one_of(
    TASKS.map(lambda task: ("POST", "/jobs/j/tasks", task)),
    st.lists(TASKS, max_size=4).map(lambda tasks: ("POST", "/jobs/j/addtaskcollection", {"value": tasks})),
    NAMES_OF_TASKS.map(lambda path: ("POST", f"{path}/terminate", {})),
    NAMES_OF_TASKS.map(lambda path: ("POST", f"{path}/reactivate", {})),
    NAMES_OF_TASKS.map(lambda path: ("DELETE", path, {})),
    st.integers(0, 4).map(lambda nodes: ("POST", "/pools/p/resize", {"targetDedicatedNodes": nodes})),
    st.sampled_from(["requeue", "terminate", "wait"]).map(
        lambda how: ("POST", "/jobs/j/disable", {"disableTasks": how})
    ),
    st.just(("POST", "/jobs/j/enable", {})),
    st.integers(-9, 9).map(lambda priority: ("PATCH", "/jobs/j", {"priority": priority})),
    st.just(("POST", "/pools/p/stopresize", {})),
    st.just(("POST", "/jobs", job_of("k", constraints={"maxWallClockTime": "PT1H"}))),
    st.just(("DELETE", "/jobs/k", {})),
)
PAUSES = st.sampled_from([0.0, 0.0, 1.0, 47.5, 300.0])


@pytest.mark.long
@settings(max_examples=40)
@given(st.lists(st.tuples(REQUESTS, PAUSES), min_size=1, max_size=10))
def test_one_record_three_ways(history: list[tuple[Request, float]]) -> None:
    with TemporaryDirectory() as place:
        log = Path(place) / "session.yaml"
        client = Client(session=Session(Simulation(empty_account()), log=log))
        client.post("/pools", pool_of())
        client.post("/jobs", job_of(onAllTasksComplete="noaction"))
        for (method, path, body), pause in history:
            client.ask(method, path, body)
            if pause:
                client.session.advance(pause)
        client.session.close()
        replayed = load(log)
    served = client.session.simulation
    submitted = Simulation(empty_account())
    for operation in served.log.operations:
        submitted.submit(operation)
    for run in (served, submitted):
        run.advance()
    records = [check(served.recording()), check(submitted.recording()), check(simulate(replayed))]
    for name in NAMES:
        assert arrow(records[0], name).equals(arrow(records[1], name)), f"by Python: {name}"
        assert arrow(records[0], name).equals(arrow(records[2], name)), f"by file: {name}"
