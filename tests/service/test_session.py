"""Work that comes through the interface, stands in a file, or is submitted in Python: one record."""

from pathlib import Path
from typing import Any

from simulator import Simulation, simulate
from simulator.results.record.tables import NAMES, arrow
from simulator.scenario import load, scenario_of
from simulator.service.session import Session, empty_account
from tests.engine.laws import check
from tests.service.client import Client, job_of, pool_of, run_until_idle, task_of

WORK = [task_of(f"t{number}", f"/bin/bash -c 'sleep {60 + number}'") for number in range(12)]


def served(log: Path | None = None) -> Session:
    """Have a client bring a pool, a job and tasks, some of them later."""
    client = Client(session=Session(Simulation(empty_account()), log=log))
    client.post("/pools", pool_of())
    client.post("/jobs", job_of())
    client.post("/jobs/j/addtaskcollection", {"value": WORK[:10]}, 200)
    client.session.advance(600)
    client.post("/jobs/j/tasks", WORK[10])
    client.post("/pools/p/resize", {"targetDedicatedNodes": 4}, 202)
    client.session.advance(60)
    client.post("/jobs/j/tasks", WORK[11])
    client.session.close()
    return client.session


def asked(session: Session) -> list[dict[str, Any]]:
    """Return what the client did, as operations of a timeline."""
    at = [f"{one.at!r}s" for one in session.simulation.log.operations]
    simulation = {"simulation": {"defaults": session.durations.defaults}}
    about: list[dict[str, Any]] = [
        {"operation": "createPool", "pool": pool_of()},
        {"operation": "addJob", "job": {**job_of(), **simulation}},
        {"operation": "addTasks", "job": "j", "tasks": WORK[:10]},
        {"operation": "addTasks", "job": "j", "tasks": [WORK[10]]},
        {"operation": "resize", "pool": "p", "targetDedicatedNodes": 4},
        {"operation": "addTasks", "job": "j", "tasks": [WORK[11]]},
    ]
    return [{"at": instant, **one} for instant, one in zip(at, about, strict=True)]


def test_by_rest_by_file_and_by_python_the_record_is_the_same(tmp_path: Path) -> None:
    log = tmp_path / "session.yaml"
    session = served(log)
    submitted = Simulation(empty_account())
    for one in asked(session):
        submitted.submit(one)
    runs = [session.simulation, submitted]
    for run in runs:
        run.advance()
    records = [check(run.recording()) for run in runs]
    records += [check(simulate(scenario_of({"timeline": asked(session)}))), check(simulate(load(log)))]
    for other in records[1:]:
        for name in NAMES:
            assert arrow(records[0], name).equals(arrow(other, name)), name
    assert records[0].tasks["succeeded"].sum() == 12


def test_the_log_is_whole_after_each_operation(tmp_path: Path) -> None:
    """A session that is killed leaves what was done so far."""
    log = tmp_path / "session.yaml"
    client = Client(session=Session(Simulation(empty_account()), log=log))
    steps = [
        ("/pools", pool_of(), 201),
        ("/jobs", job_of(), 201),
        ("/jobs/j/tasks", WORK[0], 201),
        ("/jobs/j/terminate", {}, 202),
    ]
    for count, (path, body, status) in enumerate(steps, 1):
        client.post(path, body, status)
        assert client.ask("POST", "/pools", pool_of()).status == 409
        replayed = load(log)
        assert len(replayed.timeline) == count, "what was refused has left nothing"
        assert replayed.timeline == client.session.simulation.scenario.timeline
    client.session.close()


def test_a_second_future_leaves_the_first_alone() -> None:
    session = served()
    other = session.fork()
    client = Client(session=other)
    assert client.get("/jobs/j/taskcounts") == Client(session=session).get("/jobs/j/taskcounts")
    client.post("/jobs/j/terminate", {}, 202)
    run_until_idle(other)
    run_until_idle(session)
    assert client.get("/jobs/j")["state"] == "completed"
    assert Client(session=session).get("/jobs/j/taskcounts")["taskCounts"]["succeeded"] == 12


def test_time_goes_on_until_nothing_happens_any_more() -> None:
    client = Client()
    client.post("/pools", pool_of())
    client.run_until_idle()
    first = client.session.simulation.now
    assert client.get("/pools/p")["allocationState"] == "steady"
    assert {node["state"] for node in client.get("/pools/p/nodes")["value"]} == {"idle"}
    client.run_until_idle()
    assert client.session.simulation.now == first
    assert not client.session.run_on(60)
    client.session.advance(3600)
    assert client.session.simulation.now == first + 3600
