"""Bodies in other forms than the newest of the data plane keep their meaning, and are reported by their own keys."""

from pathlib import Path
from typing import Any

import pytest

from simulator.errors import InputError
from simulator.scenario.reading.construct import scenario_of
from simulator.scenario.scenario import Scenario
from tests.scenario.files import LINUX, job, pool, problems, read, write

GROUP = [{"count": 1, "duration": "60s"}]
MANAGED = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/img"
GALLERY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/img/versions/1.0.0"
MACHINE: dict[str, Any] = {"imageReference": LINUX["imageReference"], "nodeAgentSkuId": "batch.node.ubuntu 22.04"}


def resource(machine: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    """Return a pool as a resource template has it."""
    deployment = {"virtualMachineConfiguration": MACHINE if machine is None else machine}
    own = {"vmSize": "STANDARD_D2_V3", "deploymentConfiguration": deployment, **properties}
    return {"type": "Microsoft.Batch/batchAccounts/pools", "name": "account/p", "properties": own}


def made(*bodies: dict[str, Any], **rest: Any) -> Scenario:
    return scenario_of({"pools": list(bodies), "jobs": [], "horizon": "1h", **rest})


def refusals(*bodies: dict[str, Any], **rest: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        made(*bodies, **rest)
    return [str(problem) for problem in caught.value.problems]


PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "targets": (
        {"scaleSettings": {"fixedScale": {"targetDedicatedNodes": 4, "resizeTimeout": "PT10M"}}},
        {"targetDedicatedNodes": 4, "resizeTimeout": "PT10M"},
    ),
    "what a resize would do to tasks": (
        {"scaleSettings": {"fixedScale": {"targetDedicatedNodes": 4, "nodeDeallocationOption": "TaskCompletion"}}},
        {"targetDedicatedNodes": 4},
    ),
    "a formula": (
        {"scaleSettings": {"autoScale": {"formula": "$TargetDedicatedNodes = 1;", "evaluationInterval": "PT10M"}}},
        {
            "enableAutoScale": True,
            "autoScaleFormula": "$TargetDedicatedNodes = 1;",
            "autoScaleEvaluationInterval": "PT10M",
        },
    ),
    "no scale settings": ({"scaleSettings": None}, {"targetDedicatedNodes": 0}),
    "communication": ({"interNodeCommunication": "Enabled"}, {"enableInterNodeCommunication": True}),
    "no communication": ({"interNodeCommunication": "Disabled"}, {"enableInterNodeCommunication": False}),
    "packages": (
        {"applicationPackages": [{"id": "/subscriptions/s/batchAccounts/a/applications/app", "version": "1"}]},
        {"applicationPackageReferences": [{"applicationId": "app", "version": "1"}]},
    ),
    "certificates": (
        {"certificates": [{"id": "/subscriptions/s/batchAccounts/a/certificates/sha1-0A0E", "visibility": ["Task"]}]},
        {"certificateReferences": [{"thumbprint": "0A0E", "visibility": ["Task"]}]},
    ),
    "how full nodes get": (
        {"taskSchedulingPolicy": {"nodeFillType": "Pack"}, "taskSlotsPerNode": 4},
        {"taskSchedulingPolicy": {"nodeFillType": "pack"}, "taskSlotsPerNode": 4},
    ),
    "what was read back": (
        {
            "provisioningState": "Succeeded",
            "provisioningStateTransitionTime": "2025-01-01T00:00:00Z",
            "allocationState": "Resizing",
            "resizeOperationStatus": {"targetDedicatedNodes": 9, "errors": [{"code": "AllocationFailed"}]},
            "currentDedicatedNodes": 3,
        },
        {"allocationState": "Resizing", "currentDedicatedNodes": 3},
    ),
}


@pytest.mark.parametrize(("template", "plane"), PAIRS.values(), ids=PAIRS)
def test_a_resource_template_means_what_the_data_plane_means(template: dict[str, Any], plane: dict[str, Any]) -> None:
    one, other = made(resource(**template)), made(pool(vmSize="STANDARD_D2_V3", **plane))
    assert one == other
    assert one.warnings == other.warnings == ()


@pytest.mark.parametrize("image", [MANAGED, GALLERY])
def test_the_image_of_a_resource_template_is_seen(image: str) -> None:
    (body,) = made(resource({**MACHINE, "imageReference": {"id": image}})).pools
    assert body.is_custom_image
    assert body.is_managed_image is (image == MANAGED)


@pytest.mark.parametrize("key", ["sharedGalleryImageId", "communityGalleryImageId"])
def test_images_of_galleries_start_as_slowly_as_those_of_galleries_do(key: str) -> None:
    machine = {**LINUX, "imageReference": {key: "/sharedGalleries/g/images/i/versions/latest"}}
    (body,) = made(pool(virtualMachineConfiguration=machine)).pools
    own = {**LINUX, "imageReference": {"virtualMachineImageId": GALLERY}}
    (other,) = made(pool(virtualMachineConfiguration=own)).pools
    assert body.is_custom_image
    assert not body.is_managed_image
    assert body.simulation.timing == other.simulation.timing


def test_data_disks_are_priced_by_their_type_wherever_it_stands() -> None:
    disk = {"lun": 0, "diskSizeGB": 1024, "managedDisk": {"storageAccountType": "Premium_LRS"}}
    for body in (
        resource({**MACHINE, "dataDisks": [disk]}),
        pool(virtualMachineConfiguration={**LINUX, "dataDisks": [disk]}),
    ):
        scenario = made(body)
        assert scenario.pools[0].data_disks[0].type == "premium_lrs"
        assert scenario.warnings == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"maxTasksPerNode": 2}, {"taskSlotsPerNode": 2}),
        (
            {"networkConfiguration": {"publicIPs": ["a", "b"]}},
            {
                "networkConfiguration": {
                    "publicIPAddressConfiguration": {"provision": "usermanaged", "ipAddressIds": ["a", "b"]}
                }
            },
        ),
        (
            {"startTask": {"commandLine": "x", "resourceFiles": [{"blobSource": "https://b", "filePath": "f"}]}},
            {"startTask": {"commandLine": "x", "resourceFiles": [{"httpUrl": "https://b", "filePath": "f"}]}},
        ),
    ],
    ids=["slots", "addresses", "files"],
)
def test_names_of_old_interfaces_keep_their_meaning_in_both_forms(old: dict[str, Any], new: dict[str, Any]) -> None:
    for one, other in ((pool(**old), pool(**new)), (resource(**old), resource(**new))):
        scenario = made(one)
        assert scenario == made(other)
        (warning,) = scenario.warnings
        assert "is an old name of" in warning.message


def test_disk_images_of_old_interfaces_are_images_of_the_users_own() -> None:
    machine = {"osDisk": {"imageUris": ["https://a.blob/vhds/x.vhd"]}, "nodeAgentSKUId": "batch.node.ubuntu 16.04"}
    scenario = made(pool(virtualMachineConfiguration=machine))
    assert scenario.pools[0].is_custom_image
    assert [warning.path for warning in scenario.warnings] == ["pools.0.virtualMachineConfiguration.osDisk.imageUris"]


def test_old_names_inside_jobs_and_tasks_keep_their_meaning() -> None:
    exits = {"schedulingError": {"jobAction": "none", "dependencyAction": "satisfy"}}
    files = [{"blobSource": "https://b", "filePath": "f"}]
    work = job(tasks=[{"id": "t", "commandLine": "sleep 1", "exitConditions": exits, "resourceFiles": files}])
    scenario = made(pool(), jobs=[work])
    (task,) = scenario.jobs[0].tasks
    assert task.exit_conditions == {"preProcessingError": exits["schedulingError"]}
    assert (task.model_extra or {})["resourceFiles"] == [{"httpUrl": "https://b", "filePath": "f"}]
    assert [warning.path for warning in scenario.warnings] == [
        "jobs.0.tasks.0.exitConditions.schedulingError",
        "jobs.0.tasks.0.resourceFiles.0.blobSource",
    ]


def test_what_is_wrong_in_a_template_is_reported_by_its_own_keys_and_line(tmp_path: Path) -> None:
    body = resource(scaleSettings={"fixedScale": {"targetDedicatedNodes": "many"}}, taskSlotsPerNode=99)
    write(tmp_path, body, "pool.json")
    found = problems(write(tmp_path, {"pools": [{"file": "pool.json"}], "horizon": "1h"}))
    assert len(found) == 2
    lines = (tmp_path / "pool.json").read_text().splitlines()
    for key, parent in (("targetDedicatedNodes", "scaleSettings.fixedScale."), ("taskSlotsPerNode", "")):
        line = next(number for number, text in enumerate(lines, 1) if f'"{key}"' in text)
        assert any(text.startswith(f"pool.json:{line}:") for text in found)
        assert any(f"pools.0.properties.{parent}{key}: " in text for text in found)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (
            {"name": "p", "properties": {"deploymentConfiguration": {}}},
            "pools.0.properties.vmSize: 'vmSize' is missing",
        ),
        ({"properties": resource()["properties"]}, "pools.0.name: 'id' is missing"),
    ],
)
def test_what_a_template_lacks_is_missed_where_it_would_stand(body: dict[str, Any], path: str) -> None:
    assert path in refusals(body)


def test_a_misspelt_key_of_a_template_is_reported_by_its_own_path() -> None:
    (warning,) = made(resource(taskSlotPerNode=2)).warnings
    assert warning.path == "pools.0.properties.taskSlotPerNode"
    assert "did you mean 'taskSlotsPerNode'?" in warning.message


def test_what_stands_beside_a_template_wins_over_it(tmp_path: Path) -> None:
    write(tmp_path, resource(), "pool.json")
    scenario = read(tmp_path, [{"file": "pool.json", "id": "mine", "vmSize": "Standard_D4_v3"}], [], horizon="1h")
    assert [(one.id, one.vm_size) for one in scenario.pools] == [("mine", "Standard_D4_v3")]


def test_the_document_that_is_read_stays_as_it_is() -> None:
    body = pool(networkConfiguration={"publicIPs": ["a"], "publicIPAddressConfiguration": {"ipTags": []}})
    made(body)
    assert body["networkConfiguration"] == {"publicIPs": ["a"], "publicIPAddressConfiguration": {"ipTags": []}}
