"""A genuine key at a wrong place, or of the other form of bodies, is one warning that names where it belongs."""

from typing import Any, Final

import pytest

from simulator.scenario.reading import body_forms
from simulator.scenario.reading.construct import scenario_of
from simulator.scenario.reading.moved_keys import ANY
from simulator.scenario.reading.normalize import modern
from tests.features.story import UBUNTU, document, job, pool, task
from tests.keys.change import Body

FORM: Final = body_forms.ARM_POOL
IGNORED: Final = "the service's body has no such key, it is ignored: "


def reported(document: Body) -> dict[str, str]:
    """Return what is said of each place of a document, in the form that it is written in."""
    read = modern(document)
    places = [".".join(map(str, read.origins.original(one.loc))) for one in read.findings]
    assert len(set(places)) == len(places)
    return {place: one.message for place, one in zip(places, read.findings, strict=True)}


@pytest.mark.parametrize(
    ("section", "body", "place", "proper"),
    [
        ("pools", {"nodeFillType": "pack"}, "nodeFillType", "taskSchedulingPolicy.nodeFillType"),
        ("pools", {"imageReference": {}}, "imageReference", "virtualMachineConfiguration.imageReference"),
        ("pools", {"subnetId": "s"}, "subnetId", "networkConfiguration.subnetId"),
        (
            "pools",
            {"virtualMachineConfiguration": {"vmSize": "x"}},
            "virtualMachineConfiguration.vmSize",
            "vmSize",
        ),
        (
            "pools",
            {"upgradePolicy": {"automaticOSUpgradePolicy": {"maxBatchInstancePercent": 5}}},
            "upgradePolicy.automaticOSUpgradePolicy.maxBatchInstancePercent",
            "upgradePolicy.rollingUpgradePolicy.maxBatchInstancePercent",
        ),
        (
            "pools",
            {"startTask": {"constraints": {"maxTaskRetryCount": 1}}},
            "startTask.constraints",
            "",
        ),
        ("jobs", {"poolId": "p"}, "poolId", "poolInfo.poolId"),
        ("jobs", {"maxTaskRetryCount": 1}, "maxTaskRetryCount", "constraints.maxTaskRetryCount"),
        (
            "jobs",
            {"tasks": [{"maxWallClockTime": "PT1M"}]},
            "tasks.0.maxWallClockTime",
            "tasks.constraints.maxWallClockTime",
        ),
        ("jobs", {"tasks": [{"taskIds": ["a"]}]}, "tasks.0.taskIds", "tasks.dependsOn.taskIds"),
        ("jobSchedules", {"recurrenceInterval": "1h"}, "recurrenceInterval", "schedule.recurrenceInterval"),
        ("pools", {"properties": {"formula": "x"}}, "properties.formula", "properties.scaleSettings.autoScale.formula"),
    ],
)
def test_of_the_same_form(section: str, body: Body, place: str, proper: str) -> None:
    meant = f": it stands as '{proper}'" if proper else ""
    assert reported({section: [body]}) == {f"{section}.0.{place}": f"{IGNORED[:-2]}{meant}"}


def inner_places() -> list[tuple[str, ...]]:
    """Return the keys of the data plane that a resource template has elsewhere."""
    return [path for path, home in FORM.proper.items() if path and home[0] == body_forms.HOME and ANY not in path]


def nested(path: tuple[str, ...]) -> Any:
    value: Any = "x"
    for key in reversed(path):
        value = {key: value}
    return value


def test_each_key_of_the_data_plane_under_properties_is_one_warning_with_its_name_there() -> None:
    moved = {path: home for path in inner_places() if (home := FORM.proper[path])[1:] != path}
    assert len(moved) > 8
    for path, home in moved.items():
        if [part.lower() for part in home[1:]] == list(path):
            continue
        found = reported({"pools": [{body_forms.HOME: nested(path)}]})
        expected = {place for place in FORM.proper if place and path[: len(place)] == place}
        ((place, message),) = found.items()
        topmost = min(expected, key=len)
        assert place.lower() == ".".join(("pools", "0", body_forms.HOME, *topmost))
        assert message == f"a resource template has it as '{'.'.join(FORM.proper[topmost])}'; read all the same"


@pytest.mark.parametrize("key", ["vmSize", "taskSlotsPerNode", "startTask"])
def test_a_key_beside_properties_belongs_under_them(key: str) -> None:
    found = reported({"pools": [{"name": "p", body_forms.HOME: {}, key: {}}]})
    assert found == {f"pools.0.{key}": f"a resource template has it as 'properties.{key}'; read all the same"}


def test_what_both_forms_have_there_is_no_warning() -> None:
    assert (
        reported({"pools": [{"name": "p", "identity": {}, "simulation": {}, body_forms.HOME: {"vmSize": "x"}}]}) == {}
    )


@pytest.mark.parametrize(
    ("body", "place", "meant"),
    [
        ({"scaleSettings": {}}, "scaleSettings", "there everything stands under 'properties'"),
        ({"deploymentConfiguration": {}}, "deploymentConfiguration", "there everything stands under 'properties'"),
        ({"applicationPackages": []}, "applicationPackages", "here it is 'applicationPackageReferences'"),
        ({"interNodeCommunication": "Enabled"}, "interNodeCommunication", "here it is 'enableInterNodeCommunication'"),
        ({"name": "p"}, "name", "here it is 'id'"),
        (
            {"virtualMachineConfiguration": {"imageReference": {"id": "i"}}},
            "virtualMachineConfiguration.imageReference.id",
            "here it is 'virtualMachineConfiguration.imageReference.virtualMachineImageId'",
        ),
    ],
)
def test_a_key_of_resource_templates_in_a_body_of_the_data_plane(body: Body, place: str, meant: str) -> None:
    assert reported({"pools": [body]}) == {f"pools.0.{place}": f"{IGNORED}it is of resource templates, {meant}"}


def test_the_key_that_holds_a_whole_resource_may_be_misspelt() -> None:
    assert reported({"pools": [{"propertis": {}}]})["pools.0.propertis"].endswith("did you mean 'properties'?")


def test_automatic_upgrades_of_cloud_services_are_a_warning() -> None:
    policy = {"mode": "automatic", "automaticOSUpgradePolicy": {"enableAutomaticOSUpgrade": True}}

    def warned(body: Body) -> list[str]:
        found = scenario_of(document(body, job(tasks=[task("a")]), horizon="1h")).warnings
        return [str(one.path) for one in found if "automatic upgrades are for virtual machines" in one.message]

    plain = pool(nodes=1, upgradePolicy=policy)
    cloud = {key: value for key, value in plain.items() if key != "virtualMachineConfiguration"}
    cloud |= {"vmSize": "Small", "cloudServiceConfiguration": {"osFamily": "6"}}
    assert warned({**plain, "virtualMachineConfiguration": UBUNTU}) == []
    assert warned(cloud) == ["pools.0.upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade"]
