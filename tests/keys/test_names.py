"""Every key whose value names something else: a name that nothing has is reported where it stands.

What a scenario says of its own simulation is refused, and so are operations on what is never there; what the service
takes, and leaves without effect, is a warning.
"""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from simulator import InputError
from simulator.errors import Problem
from simulator.scenario.keys.table import Key
from simulator.scenario.reading.load import load
from tests.keys.change import Body, altered
from tests.keys.test_keys import ACTING, CHANGES, folder

__all__ = ["folder"]
NAME: Final = "nowhere"
ON_NODES: Final = (
    *("Reboot", "Reimage", "DeallocateNode", "StartNode", "DisableScheduling", "EnableScheduling", "LoseContact"),
    "PreemptNodes",
)
ON_POOLS: Final = (
    *("Resize", "StopResize", "DeletePool", "EnableAutoScale", "DisableAutoScale", "EvaluateAutoScale", "UpdatePool"),
    *("UpgradeOs", "RemoveNodes"),
)
ON_TASKS: Final = ("TerminateTask", "ReactivateTask", "DeleteTask")
ON_JOBS: Final = ("AddTasks", "DisableJob", "EnableJob", "TerminateJob", "UpdateJob", "DeleteJob")
ON_SCHEDULES: Final = ("DisableJobSchedule", "EnableJobSchedule", "TerminateJobSchedule", "DeleteJobSchedule")
COLUMNS: Final = (
    *("id", "submit", "start", "end", "duration", "cores", "memory", "slots", "instances", "dependsOn"),
    *("exitCode", "failedAttempts", "maxTaskRetryCount", "estimate"),
)
REFUSED: Final[dict[str, Any]] = {
    **dict.fromkeys((f"{one}.pool" for one in (*ON_POOLS, *ON_NODES)), NAME),
    **dict.fromkeys((f"{one}.job" for one in (*ON_JOBS, *ON_TASKS)), NAME),
    **dict.fromkeys((f"{one}.jobSchedule" for one in ON_SCHEDULES), NAME),
    **dict.fromkeys((f"TraceColumns.{one}" for one in COLUMNS), NAME),
    **dict.fromkeys((f"{one}.parameters" for one in ("Pool", "Job", "JobSchedule")), NAME),
    **dict.fromkeys(("Outage.size", "Pool.vmSize", "vmSizes.name", "UpdatedPool.poolId"), NAME),
    **dict.fromkeys(("PoolSimulation.account", "TraceWorkload.trace", "TraceWorkload.timeZone"), NAME),
    **dict.fromkeys(("Empirical.column", "prices.region"), NAME),
    **dict.fromkeys(("QueuePolicy.policy", "PlacementPolicy.policy"), NAME),
    "SickNodes.nodes": [NAME],
    "TraceWorkload.keep": {NAME: ["x"]},
    "Options.formula": {NAME: 1},
}
"""A name that nothing has, by the key that is refused with it."""
WARNED: Final[dict[str, Any]] = {
    **dict.fromkeys((f"{one}.nodeId" for one in ON_NODES), NAME),
    **dict.fromkeys((f"{one}.task" for one in ON_TASKS), NAME),
    "RemoveNodes.nodeList": [NAME],
    "Account.dedicatedCoreQuotaPerVMFamily": {NAME: 1},
    "Pool.applicationLicenses": [NAME],
    "VirtualMachineConfiguration.nodeAgentSKUId": NAME,
    "VirtualMachineConfiguration.licenseType": NAME,
    "ContainerConfiguration.containerImageNames": [NAME],
    "PoolInfo.poolId": NAME,
    "DependsOn.taskIds": [NAME],
    "AffinityInfo.affinityId": NAME,
    "Eviction.pool": NAME,
    "Eviction.nodes": [NAME],
}
"""The same by keys that act on nothing, as in the service, or in logs that report on other pools too."""
FILES: Final = (
    *(f"{one}.file" for one in ("Pool", "Job", "JobSchedule", "Empirical", "CapacityCurve", "PreemptionTrace")),
    "prices.file",
)
"""Of an entry that is made from a file; tests of reading have them."""
FREE: Final = frozenset(
    {
        *FILES,
        *(f"{one}.id" for one in ("Pool", "Job", "JobSchedule", "JobManagerTask", "Task")),
        *(
            f"{one}.commandLine"
            for one in ("StartTask", "JobManagerTask", "JobPreparationTask", "JobReleaseTask", "Task")
        ),
        *(f"{one}.autoScaleFormula" for one in ("Pool", "EnableAutoScale", "EvaluateAutoScale")),
        *(f"ImageReference.{one}" for one in ("publisher", "offer", "sku", "virtualMachineImageId")),
        *(f"ImageReference.{one}GalleryImageId" for one in ("shared", "community")),
        *(f"{one}.{key}" for one in ("environmentSettings", "commonEnvironmentSettings") for key in ("name", "value")),
        *(f"applicationPackageReferences.{key}" for key in ("applicationId", "version")),
        *("VmSize.name", "VmSize.family", "CloudServiceConfiguration.osVersion", "UpgradeOs.targetOSVersion"),
        *("TerminateJob.terminateReason", "JobSimulation.stream", "TaskGroup.idPrefix", "AutoPool.autoPoolIdPrefix"),
        *("MultiInstanceSettings.coordinationCommandLine", "InboundNatPool.name", "containerSettings.imageName"),
        *("NetworkConfiguration.subnetId", "PublicAddresses.ipAddressIds", "TraceWorkload.columnNames"),
        *("QueuePolicy.arguments", "PlacementPolicy.arguments"),
    }
)
"""Keys of which the value is a text or a list of the user's own, or a name of something outside of the scenario."""
NUMBERS: Final = frozenset(
    {
        *("Empirical.values", "PoolSimulation.newImages", "CapacityEvent.times", "AtTimes.at"),
        *("Profile.ratesPerHour", "Profile.weekdays", "Mixture.first", "Mixture.second"),
    }
)
"""Keys with numbers, times and what they are drawn from."""


def may_name(key: Key) -> bool:
    """Return whether a value may be a name, or hold some."""
    is_open = any(word in key.values for word in ("a text", "a list", "a mapping"))
    return not key.holds and (is_open or not key.values)


def problems(document: Body, folder: Path) -> list[Problem]:
    (folder / "named.json").write_text(json.dumps(document), encoding="utf-8")
    try:
        return [*load(folder / "named.json").warnings]
    except InputError as error:
        return [*error.problems]


def test_of_every_key_with_a_text_it_is_known_whether_it_names_something() -> None:
    sorted_out = {*REFUSED, *WARNED, *FREE, *NUMBERS}
    assert {name for name, key in ACTING.items() if may_name(key)} ^ sorted_out == set()
    assert len(sorted_out) == len(REFUSED) + len(WARNED) + len(FREE) + len(NUMBERS)


@pytest.mark.parametrize("name", [*REFUSED, *WARNED])
def test_a_name_that_nothing_has_is_reported(name: str, folder: Path) -> None:
    change, value = CHANGES[name], (REFUSED | WARNED)[name]
    found = [one for one in problems(altered(change.base, {change.path: value}), folder) if NAME in one.message]
    assert found, "it passes in silence"
    assert found[0].is_warning is (name in WARNED)
    assert found[0].path is None or change.path.startswith(found[0].path.rpartition(".")[0])


SIZED: Final = {"sizeMiB": 1}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("pools.0.simulation.downloads.applicationPackages", {NAME: SIZED}),
        ("pools.0.simulation.downloads.containerImages", {NAME: SIZED}),
        ("pools.0.simulation.prices.applicationLicenses", {NAME: {"perNodeHour": 1}}),
    ],
)
def test_an_entry_for_a_name_that_nothing_has_is_refused(place: str, value: Body, folder: Path) -> None:
    (found,) = problems(altered(CHANGES["Pool.vmSize"].base, {place: value}), folder)
    assert (found.path, found.is_warning) == (f"{place}.{NAME}", False)
    assert "it would act on nothing" in found.message


@pytest.mark.parametrize("section", ["sizes", "accounts", "subnets"])
def test_an_entry_that_no_pool_uses_is_a_warning(section: str, folder: Path) -> None:
    entry = {"sizes": {"vcpus": 2, "memoryGiB": 4}, "accounts": {}, "subnets": {"freeAddresses": 1}}[section]
    (found,) = problems(altered(CHANGES["Pool.vmSize"].base, {section: {NAME: entry}}), folder)
    assert (found.path, found.is_warning) == (f"{section}.{NAME}", True)


def test_a_variable_that_is_written_like_one_that_is_read_is_a_warning(folder: Path) -> None:
    variable = {"name": "SIM_DURATON", "value": "9"}
    base = CHANGES["Task.environmentSettings"].base
    found = problems(altered(base, {"jobs.0.tasks.0.environmentSettings": [variable]}), folder)
    (one,) = [problem for problem in found if "SIM_DURATON" in problem.message]
    assert (one.path, one.is_warning) == ("jobs.0.tasks.0.environmentSettings.0.name", True)
    assert "did you mean 'SIM_DURATION'?" in one.message
