"""How long a command takes that nobody runs."""

from pathlib import Path

import pytest

from simulator import Simulation
from simulator.errors import InputError
from simulator.service.durations import Durations, load_rules
from simulator.service.session import Session, empty_account
from tests.service.client import Client, job_of, pool_of, task_of

RULES = r"""
default: {duration: 20s}
rules:
  - name: training
    match: python train\.py
    simulation: {duration: 5m, exitCodes: [2], memory: 1}
  - name: anything in python
    match: ^python
    simulation: {duration: {uniform: {low: 10s, high: 11s}}}
"""


def test_the_first_rule_counts_then_what_the_task_states_then_the_default(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES)
    client = Client(session=Session(Simulation(empty_account()), load_rules(file)))
    client.post("/pools", pool_of())
    client.post("/jobs", job_of())
    setting = {"environmentSettings": [{"name": "SIM_DURATION", "value": "90"}]}
    bodies = [
        task_of("train", "python train.py --epochs 3"),
        task_of("other", "python x.py"),
        task_of("slept", "/bin/bash -c 'sleep 40'"),
        task_of("set", "./run", **setting),
        task_of("unknown", "./run"),
    ]
    client.post("/jobs/j/addtaskcollection", {"value": bodies}, 200)
    client.run_until_idle()
    tasks = client.session.simulation.recording().tasks.set_index("id")
    took = tasks["duration"]
    assert (took["train"], took["slept"], took["set"], took["unknown"]) == (300, 40, 90, 20)
    assert 10 <= took["other"] <= 11
    assert tasks["exit_code"]["train"] == 2
    assert dict(client.session.durations.served) == {
        "rule 'training'": 1,
        "rule 'anything in python'": 1,
        "command line": 1,
        "environment settings": 1,
        "default": 1,
    }
    assert client.get("/jobs/j/tasks/train")["commandLine"] == "python train.py --epochs 3"


def test_a_default_is_assumed_where_nobody_states_anything() -> None:
    client = Client()
    client.post("/pools", pool_of())
    client.post("/jobs", job_of())
    client.post("/jobs/j/tasks", task_of("t", "./run"))
    client.run_until_idle()
    assert client.session.simulation.recording().tasks["duration"].tolist() == [60.0]
    assert Durations().served.total() == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rules: [{name: a, match: '(', simulation: {}}]", "no regular expression"),
        ("rules: [{name: a, simulation: {}}]", "match"),
        ("rule: []", "rule"),
        ("rules: [{name: a, match: x, simulation: {duration: 5}}]", "a bare number has no unit"),
    ],
)
def test_what_is_wrong_in_a_file_of_rules_is_reported(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        load_rules(file)
