"""What cannot be simulated, or the service refuses, is reported with its place; what is odd is a warning."""

from pathlib import Path
from typing import Any

import pytest

from tests.scenario.files import job, pool, problems, read, write

GROUP = [{"count": 1, "duration": "60s"}]
CLOUD = {"osFamily": "5"}


@pytest.mark.parametrize(
    ("body", "expected_message"),
    [
        ({"cloudServiceConfiguration": CLOUD}, "exactly one"),
        ({"resizeTimeout": "PT4M"}, "below 5 minutes"),
        ({"taskSlotsPerNode": 9}, "at most 8"),
        ({"enableAutoScale": True}, "without autoScaleFormula"),
        ({"autoScaleFormula": "$TargetDedicatedNodes=1;"}, "without enableAutoScale"),
        (
            {"enableAutoScale": True, "autoScaleFormula": "x", "autoScaleEvaluationInterval": "PT1M"},
            "5 minutes to 168 hours",
        ),
        ({"enableAutoScale": True, "autoScaleFormula": "x", "targetDedicatedNodes": 1}, "one or the other"),
        ({"vmSize": "Standard_D2_v9"}, "did you mean"),
        ({"vmSize": "nonsense"}, "define it under sizes"),
        ({"targetDedicatedNodes": True}, "found true or false"),
        ({"targetDedicatedNodes": 2.5}, "expected a whole number"),
        ({"targetLowPriorityNodes": -1}, "greater than or equal to 0"),
        ({"id": "a b"}, "pattern"),
        ({"simulation": {"timing": {"startng": "5s"}}}, "did you mean 'starting'?"),
        ({"simulation": {"preemption": {"model": "hazard"}}}, "either ratePerHour or evictionRateBand"),
        ({"simulation": {"preemption": {"model": "sometimes"}}}, "hazard"),
        ({"simulation": {"prices": {"dedicated": float("nan")}}}, "finite"),
    ],
)
def test_a_pool_that_is_refused(tmp_path: Path, body: dict[str, Any], expected_message: str) -> None:
    found = problems(write(tmp_path, {"pools": [pool(**body)], "jobs": [job(GROUP)]}))
    assert expected_message in found[0]


@pytest.mark.parametrize(
    ("group", "expected_message"),
    [
        ({"duration": "-5s"}, "cannot be negative"),
        ({"duration": "P1Y"}, "no fixed length"),
        ({"duration": 15}, "no unit"),
        ({"duration": "200000d"}, "longer than a hundred years"),
        ({"duration": {"uniform": {"low": "5s", "high": "2s"}}}, "low must not be above high"),
        ({"duration": {"lognormal": {"median": "5s", "cv": 1}}}, "either median and p95, or mean and cv"),
        ({"duration": {"normal": {"mean": "5s"}}}, "one key out of exponential"),
        ({"duration": {"empirical": {"file": "absent.csv"}}}, "absent.csv cannot be read"),
        ({"duration": "5s", "arrivals": {"poisson": {"ratePerHour": 0}}}, "greater than 0"),
        ({"duration": "5s", "arrivals": {"sometimes": {}}}, "one key out of atOnce"),
        ({"duration": "5s", "failureProbability": 1.5}, "less than or equal to 1"),
        ({"duration": "5s", "memory": -1}, "greater than or equal to 0"),
        ({"duration": "5s", "requiredSlots": 0}, "greater than or equal to 1"),
    ],
)
def test_a_group_that_is_refused(tmp_path: Path, group: dict[str, Any], expected_message: str) -> None:
    file = write(tmp_path, {"pools": [pool()], "jobs": [job([{"count": 1, **group}])]})
    (found,) = problems(file)
    assert expected_message in found
    assert "jobs.0.simulation.workload.0" in found


def test_processes_without_an_end_need_a_count(tmp_path: Path) -> None:
    group = {"duration": "5s", "arrivals": {"poisson": {"ratePerHour": 6}}}
    (found,) = problems(write(tmp_path, {"pools": [pool()], "jobs": [job([group])]}))
    assert "expected a count, or arrivals that end" in found


def test_names_that_stand_twice_or_lead_nowhere_are_reported_beside_other_problems(tmp_path: Path) -> None:
    tasks = [{"id": "t", "commandLine": "x"}, {"id": "T", "commandLine": "x"}]
    document = {
        "pools": [pool(), pool(id="P", resizeTimeout=5)],
        "jobs": [job(GROUP), job(poolInfo={"poolId": "q"}, tasks=tasks)],
        "timeline": [{"at": "1h", "operation": "deletePool", "pool": "pp"}],
    }
    found = "\n".join(problems(write(tmp_path, document)))
    for part in (
        "a second pool with the id 'P'",
        "a second job with the id 'j'",
        "a second task with the id 'T' in this job",
        "no pool 'q'",
        "no pool 'pp', did you mean",
        "a bare number has no unit",
    ):
        assert part in found


def test_a_horizon_before_the_first_arrival(tmp_path: Path) -> None:
    group = {"count": 1, "duration": "5s", "arrivals": {"atOnce": {"at": "2h"}}}
    document = {"horizon": "1h", "pools": [pool()], "jobs": [job([group])]}
    assert "before the first task arrives" in problems(write(tmp_path, document))[0]


def test_times_may_be_absolute_and_must_not_lie_before_the_origin(tmp_path: Path) -> None:
    at = {"atOnce": {"at": "2026-03-02T09:00:00+01:00"}}
    group = {"count": 1, "duration": "5s", "arrivals": at}
    origin = "2026-03-02T07:00:00"  # no zone: UTC
    scenario = read(tmp_path, [pool()], [job([group])], origin=origin, horizon="2026-03-03")
    assert scenario.horizon == 17 * 3600
    assert scenario.jobs[0].simulation.workload[0].arrivals.at == 3600  # type: ignore[union-attr]
    late = {"origin": "2026-03-03", "pools": [pool()], "jobs": [job([group])]}
    assert "lie before the scenario's origin" in problems(write(tmp_path, late))[0]


@pytest.mark.parametrize(
    ("group", "expected_message"),
    [
        ({"requiredSlots": 3}, "needs 3 slots, but a node of pool 'p' has 1: it will never run"),
        ({"memory": 9}, "needs 9 GiB of memory, but a node of pool 'p' has 8"),
        ({"cores": 2.5}, "needs 2.5 cores"),
    ],
)
def test_work_that_no_node_can_take_is_a_warning(tmp_path: Path, group: dict[str, Any], expected_message: str) -> None:
    (warning,) = read(tmp_path, [pool()], [job([{**GROUP[0], **group}])]).warnings
    assert expected_message in warning.message


def test_several_nodes_at_once_need_a_pool_whose_nodes_talk(tmp_path: Path) -> None:
    """The service takes such a task, and never schedules it."""
    (warning,) = read(tmp_path, [pool()], [job([{**GROUP[0], "numberOfInstances": 2}])]).warnings
    assert "no enableInterNodeCommunication: it will never run" in warning.message


def test_a_pool_states_what_boots_on_its_nodes(tmp_path: Path) -> None:
    document = {"pools": [{"id": "p", "vmSize": "Standard_D2_v3"}], "jobs": [job(GROUP)]}
    (found,) = problems(write(tmp_path, document))
    assert "takes exactly one (MissingRequiredProperty)" in found
    windows = {
        "imageReference": {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer"},
        "nodeAgentSKUId": "batch.node.windows amd64",
    }
    assert read(tmp_path, [pool(virtualMachineConfiguration=windows)], [job(GROUP)]).pools[0].is_windows


@pytest.mark.parametrize(
    ("text", "expected_message"),
    [
        ("{", "not valid JSON"),
        ('{"pools": [], "pools": []}', "stands twice"),
        ("[1]", "expected a mapping"),
        ('{"pools": []}', "no pool"),
    ],
)
def test_broken_json(tmp_path: Path, text: str, expected_message: str) -> None:
    assert expected_message in problems(write(tmp_path, text))[0]


def test_quotas_name_families_that_exist_and_bound_the_pools(tmp_path: Path) -> None:
    account = {"dedicatedCoreQuotaPerVMFamily": {"standardDv3Famly": 10}}
    (warning,) = read(tmp_path, [pool()], [job(GROUP)], account=account).warnings
    assert "did you mean 'standardDv3Family'?" in warning.message
    document = {"account": {"poolQuota": 1}, "pools": [pool(), pool(id="q")], "jobs": [job(GROUP)]}
    assert "2 pools, but the account may have 1" in problems(write(tmp_path, document))[0]


@pytest.mark.parametrize(
    ("operation", "expected_message"),
    [
        ({"operation": "rebot", "nodeId": "p_1_d"}, "unknown 'rebot', did you mean 'reboot'?"),
        ({"operation": "reboot", "nodeId": []}, "expected at least one"),
        ({"operation": "outage", "pool": None, "duration": "1h", "size": "Standard_D2v3"}, "mean 'Standard_D2_v3'?"),
        ({"operation": "outage", "pool": None, "duration": "1h"}, "expected size, zone, or both"),
        ({"operation": "loseContact"}, "expected either nodeId or count"),
        ({"operation": "removeNodes", "nodeList": ["x"] * 101}, "at most 100 in one request"),
        ({"operation": "removeNodes", "nodeList": "x", "resizeTimeout": "1m"}, "below 5 minutes"),
        ({"operation": "evaluateAutoScale", "autoScaleFormula": "x ="}, "AutoScalingFormulaSyntaxError"),
        ({"operation": "reboot", "nodeId": "x", "nodeRebootOption": "softly"}, "not 'softly'"),
    ],
)
def test_an_operation_that_is_refused(tmp_path: Path, operation: dict[str, Any], expected_message: str) -> None:
    asked = {"at": "1h", "pool": "p", **operation}
    asked = {key: value for key, value in asked.items() if value is not None}
    document = {"pools": [pool()], "jobs": [job(GROUP)], "timeline": [asked]}
    assert expected_message in problems(write(tmp_path, document))[0]


@pytest.mark.parametrize(
    ("body", "expected_message"),
    [
        ({"simulation": {"account": "b"}}, "no account 'b'"),
        ({"simulation": {"startTask": {"failureProbability": 2}}}, "less than or equal to 1"),
        ({"simulation": {"downloads": {"bandwidth": 0}}}, "greater than 0"),
        (
            {
                "startTask": {"commandLine": "x", "maxTaskRetryCount": -1},
                "simulation": {"startTask": {"failureProbability": 1}},
            },
            "no node would ever be ready",
        ),
        ({"applicationPackageReferences": [{"applicationId": f"a{k}"} for k in range(11)]}, "at most 10"),
        (
            {"networkConfiguration": {"publicIPAddressConfiguration": {"provision": "usermanaged"}}},
            "names no address",
        ),
    ],
)
def test_a_pool_with_impossible_surroundings(tmp_path: Path, body: dict[str, Any], expected_message: str) -> None:
    document = {"accounts": {"a": {}}, "pools": [pool(**body)], "jobs": [job(GROUP)]}
    assert expected_message in problems(write(tmp_path, document))[0]
