"""Which names experiments follow: those that an answer can have, and no others."""

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulator.errors import InputError
from simulator.experiment.measures import PATHS, check_measures, find_measure, is_measure
from simulator.formula.errors import MESSAGES
from simulator.scenario import Scenario
from simulator.service_codes import RESIZE_ERRORS
from tests.command_line import app
from tests.engine.worlds import LINUX

ROOT = Path(__file__).parents[2]
FIRST = ROOT / "scenarios/first_pool.yaml"
SIZE = {"vmSize": "Standard_D2s_v3", "virtualMachineConfiguration": LINUX}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("resize_errors.Foo", "no measure 'resize_errors.Foo'; resize_errors has AccountCoreQuotaReached, "),
        ("resize_errors.removeNodeFailed", "did you mean 'resize_errors.RemoveNodesFailed'? resize_errors has "),
        ("evaluations.errors.Insufficient", "evaluations.errors has InsufficientSampleData, AutoScalingFormulaEval"),
        ("cost.by_label.idle_tial", "did you mean 'cost.by_label.idle_tail'? cost.by_label has booting, "),
        ("ledger_node_s.idle", "did you mean 'ledger_node_s.idle_tail'? ledger_node_s has booting, "),
        ("tasks.unfinished_why.tired", "tasks.unfinished_why has not yet submitted when the run ended, "),
        ("tasks.unfinished_why.no node in service when the run ended: Foo", "did you mean 'tasks.unfinished_why."),
        ("tasks.fialed", "did you mean 'tasks.failed'? tasks has planned, submitted, succeeded, failed, "),
    ],
)
def test_a_part_of_the_answer_without_such_an_entry_states_what_it_has(name: str, message: str) -> None:
    """An error code that does not exist would be 0 in every run, and nobody would learn of the slip."""
    assert not is_measure(name)
    with pytest.raises(InputError, match=re.escape(message)):
        find_measure(name)


def test_all_that_can_be_counted_can_be_followed() -> None:
    """Every key that is the same in all runs is one of its mapping, and so are reasons with a detail."""
    for row in PATHS:
        for keys in (step for step in row.steps if not isinstance(step, str)):
            names = [row.path.replace(f"{{{keys.noun}}}", key) for key in keys.names or ()]
            assert all(map(is_measure, names)), row.path
    assert all(is_measure(f"resize_errors.{code}") for code in RESIZE_ERRORS)
    assert all(is_measure(f"evaluations.errors.{code}") for code in MESSAGES)
    reasons = (
        "its job ended: AllTasksComplete",
        "no node in service when the run ended: 3 starttaskfailed, 1 unusable",
    )
    assert all(is_measure(f"tasks.unfinished_why.{reason}") for reason in reasons)


def test_what_a_run_did_not_count_is_zero_and_what_nobody_knows_is_no_number() -> None:
    counted: dict[str, Any] = {
        "resize_errors": {},
        "cost": {"by_label": {}, "by_pool": {}},
        "nodes": {"by_kind": {}},
        "jobs": {},
    }
    unknown = {"cost": {"by_label": None, "by_pool": None}}
    for name in ("resize_errors.AllocationFailed", "nodes.by_kind.spot.peak", "cost.by_label.booting"):
        assert find_measure(name).of(counted) == 0
    assert find_measure("cost.by_pool.night").of(counted) == 0
    assert find_measure("jobs.late.cost").of(counted) is None
    assert find_measure("cost.by_label.booting").of(unknown) is None
    assert find_measure("cost.by_pool.night").of(unknown) is None


def test_jobs_and_pools_that_come_during_a_run_can_be_followed() -> None:
    there = {"poolInfo": {"poolId": "p"}}
    found = Scenario.model_validate(
        {
            "pools": [{"id": "p", **SIZE}],
            "jobs": [
                {"id": "own", "poolInfo": {"autoPoolSpecification": {"poolLifetimeOption": "job", "pool": SIZE}}},
            ],
            "timeline": [{"at": "1h", "operation": "addJob", "job": {"id": "late", **there}}],
            "jobSchedules": [{"id": "nightly", "schedule": {"recurrenceInterval": "1d"}, "jobSpecification": there}],
            "horizon": "2d",
        }
    )
    names = ["jobs.late.cost", "jobs.nightly:job-1.makespan_s", "cost.by_pool.auto_own", "cost.by_job.(no job)"]
    check_measures(names, found)
    with pytest.raises(InputError, match=r"no job 'nightly:job-9', did you mean 'nightly:job-\d'\?"):
        check_measures(["jobs.nightly:job-9.cost"], found)


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", FIRST, "--replications", 2, "--measure", "resize_errors.Foo"],
        ["compare", FIRST, ROOT / "scenarios/end_of_job.yaml", "--replications", 2, "--measure", "resize_errors.Foo"],
    ],
)
def test_commands_refuse_it(arguments: list[object]) -> None:
    ended = CliRunner().invoke(app, [str(word) for word in arguments])
    assert ended.exit_code == 2
    assert "no measure 'resize_errors.Foo'; resize_errors has AccountCoreQuotaReached" in ended.stderr
    assert ended.stdout == ""
