"""Bodies written for the service are read as they are."""

import math
from pathlib import Path
from typing import Any

import pytest

from simulator.scenario.format.bodies import Job, Pool
from simulator.scenario.format.task_bodies import JobManagerTask, Task
from simulator.scenario.keys.body_keys import Holder, known_keys
from simulator.workload.build import build
from tests.scenario.files import LINUX, job, pool, problems, read, write

GROUP = [{"count": 1, "duration": "60s"}]
INSIDE = {"containerSettings": {"imageName": "i"}}


def filled(holder: Holder) -> dict[str, Any]:
    """Return a body that has every key it may have, each with nothing in it."""
    return dict.fromkeys(one.name for one in known_keys(holder).values())


def test_every_key_of_the_specification_is_known_and_none_is_ignored_in_silence(tmp_path: Path) -> None:
    body = {**filled(Pool), **pool(), "metadata": [{"name": "a", "value": "b"}]}
    body["cloudServiceConfiguration"] = None
    body["virtualMachineConfiguration"] = {**LINUX, "containerConfiguration": {"type": "dockerCompatible"}}
    body["mountConfiguration"] = [{"nfsMountConfiguration": {"source": "s", "relativeMountPath": "m"}}]
    work = {**filled(Job), **job(GROUP), "metadata": [{"name": "a", "value": "b"}]}
    work["poolInfo"] = {"poolId": "p"}
    work["jobManagerTask"] = {**filled(JobManagerTask), **INSIDE, "id": "m", "commandLine": "sleep 1"}
    work["tasks"] = [{**filled(Task), **INSIDE, "id": "t", "commandLine": "sleep 1", "requiredSlots": 1}]
    found = [(warning.path, warning.message.partition(":")[0]) for warning in read(tmp_path, [body], [work]).warnings]
    assert found == [("pools.0.mountConfiguration", "not simulated yet")]


@pytest.mark.parametrize("key", ["vmSize", "vm_size", "VMSIZE", "vmsize"])
def test_keys_are_read_in_any_case_and_as_snake_case(tmp_path: Path, key: str) -> None:
    body = {key if name == "vmSize" else name: value for name, value in pool().items()}
    assert read(tmp_path, [body], [job(GROUP)]).pools[0].vm_size == "Standard_D2_v3"


def test_an_unknown_key_is_a_warning_with_a_suggestion_and_an_error_if_strict(tmp_path: Path) -> None:
    scenario = read(tmp_path, [pool(targetDedicatedNode=3)], [job(GROUP)])
    (warning,) = scenario.warnings
    assert warning.path == "pools.0.targetDedicatedNode"
    assert "did you mean 'targetDedicatedNodes'?" in warning.message
    assert "no such key" in problems(tmp_path / "scenario.json", strict=True)[0]


def test_a_key_inside_a_part_without_effect_is_checked_too(tmp_path: Path) -> None:
    image = {**LINUX, "imageReference": {"publsher": "canonical"}}
    (warning,) = read(tmp_path, [pool(virtualMachineConfiguration=image)], [job(GROUP)]).warnings
    assert warning.path == "pools.0.virtualMachineConfiguration.imageReference.publsher"
    assert "publisher" in warning.message


def test_old_names_are_read_with_a_warning(tmp_path: Path) -> None:
    scenario = read(tmp_path, [pool(maxTasksPerNode=4, targetDedicatedComputeNodes=7)], [job(GROUP)])
    assert (scenario.pools[0].task_slots_per_node, scenario.pools[0].target_dedicated_nodes) == (4, 7)
    assert len(scenario.warnings) == 2


def test_a_pool_body_in_a_file_with_simulation_beside_it(tmp_path: Path) -> None:
    write(tmp_path, pool(targetDedicatedNodes=3, taskSlotsPerNode=99), "pool.json")
    reference = {"file": "pool.json", "simulation": {"timing": {"creating": "7s"}}}
    file = write(tmp_path, {"pools": [reference], "jobs": [job(GROUP)]})
    (found,) = problems(file)
    assert found.startswith("pool.json:13:3: pools.0.taskSlotsPerNode: 99 task slots on 2 vCPUs")
    scenario = read(tmp_path, [{**reference, "taskSlotsPerNode": 2}], [job(GROUP)])
    assert scenario.pools[0].target_dedicated_nodes == 3
    assert scenario.pools[0].simulation.timing.creating.mean == 7
    assert scenario.pools[0].task_slots_per_node == 2


TASK_BODY = {"id": "t1", "commandLine": "/bin/sh -c 'sleep 90'", "requiredSlots": 2}


@pytest.mark.parametrize("shape", [TASK_BODY, [TASK_BODY], {"value": [TASK_BODY]}])
def test_tasks_come_in_three_shapes(tmp_path: Path, shape: Any) -> None:
    write(tmp_path, shape, "tasks.json")
    jobs = [job(tasks={"file": "tasks.json"})]
    scenario = read(tmp_path, [pool(taskSlotsPerNode=2)], jobs)
    workload = build(scenario, 0)
    assert workload.names[0] == "t1"
    assert workload.demand.tolist() == [90_000]
    assert workload.slots.tolist() == [2]


def test_spans_are_read_as_the_command_line_prints_them(tmp_path: Path) -> None:
    """`az batch pool show` and `task list` print spans of Python."""
    task = {**TASK_BODY, "requiredSlots": 1}
    task["constraints"] = {"maxWallClockTime": "10675199 days, 2:48:05.477581", "retentionTime": "7 days, 0:00:00"}
    scenario = read(tmp_path, [pool(resizeTimeout="0:20:00")], [job(tasks=[task])])
    assert scenario.pools[0].resize_timeout == 1200
    constraints = scenario.jobs[0].tasks[0].constraints
    assert constraints.max_wall_clock_time == math.inf
    assert constraints.retention_time == 7 * 86400
    assert scenario.warnings == ()


def test_a_wrong_task_in_a_long_list_is_reported_with_its_line(tmp_path: Path) -> None:
    tasks: list[dict[str, Any]] = [{"id": f"t{number}", "commandLine": "sleep 1"} for number in range(20_000)]
    tasks[15_000]["requiredSlots"] = "two"
    lines = ["[", *(f"  {str(task).replace(chr(39), chr(34))}," for task in tasks)]
    write(tmp_path, "\n".join(lines).rstrip(",") + "\n]", "tasks.json")
    file = write(tmp_path, {"pools": [pool()], "jobs": [job(tasks={"file": "tasks.json"})]})
    (found,) = problems(file)
    assert found.startswith("tasks.json:15002:46: jobs.0.tasks.15000.requiredSlots")
    assert "not 'two'" in found


def test_the_arm_form_of_a_pool(tmp_path: Path) -> None:
    arm = {
        "name": "account/p",
        "properties": {
            "vmSize": "Standard_D2_v3",
            "deploymentConfiguration": {"virtualMachineConfiguration": LINUX},
            "scaleSettings": {"fixedScale": {"targetDedicatedNodes": 4, "resizeTimeout": "PT10M"}},
            "interNodeCommunication": "Enabled",
            "taskSchedulingPolicy": {"nodeFillType": "Pack"},
        },
    }
    (body,) = read(tmp_path, [arm], [job(GROUP)]).pools
    assert (body.id, body.target_dedicated_nodes, body.resize_timeout) == ("p", 4, 600)
    assert body.enable_inter_node_communication
    assert body.node_fill_type == "pack"


def test_where_a_duration_comes_from(tmp_path: Path) -> None:
    """Simulation, environment settings, command line, the job's default."""
    settings = [
        {"name": "SIM_DURATION", "value": "30"},
        {"name": "SIM_CPU", "value": "0.5"},
        {"name": "SIM_EXIT_CODE", "value": "3"},
    ]
    tasks = [
        {"id": "a", "commandLine": "sleep 10", "simulation": {"duration": "20s"}},
        {"id": "b", "commandLine": "sleep 10", "environmentSettings": settings},
        {"id": "c", "commandLine": "cmd /c ping -n 11 127.0.0.1"},
        {"id": "d", "commandLine": "work.exe"},
    ]
    simulation = {"defaults": {"duration": "5m", "cores": 1}}
    workload = build(read(tmp_path, [pool()], [job(tasks=tasks, simulation=simulation)]), 0)
    assert workload.demand.tolist() == [20_000, 30_000, 10_000, 300_000]
    assert workload.cores.tolist() == [1000, 500, 1000, 1000]
    assert workload.failures.tolist() == [0, -1, 0, 0]
    assert workload.exit_code.tolist() == [0, 3, 0, 0]


def test_an_address_configuration_is_read_in_any_case_and_may_be_nothing(tmp_path: Path) -> None:
    """The command line prints `publicIpAddressConfiguration`, and null where there is none."""
    for value, provision in (({"provision": "noPublicIPAddresses"}, "nopublicipaddresses"), (None, "batchmanaged")):
        network = {"publicIpAddressConfiguration": value}
        (body,) = read(tmp_path, [pool(networkConfiguration=network)], [job(GROUP)]).pools
        assert body.network_configuration.public_addresses.provision == provision
