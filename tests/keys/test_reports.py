"""What people read of keys: no effect by `validate -v`, not simulated yet as a warning, slips with the key meant."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from simulator.scenario.keys.table import sections
from tests.command_line import app
from tests.features.story import UBUNTU, Body, document, job, pool, problems_of, task

SPECIFICATION: Final = {"poolInfo": {"poolId": "p"}, "simulation": {"workload": [{"count": 1, "duration": "60s"}]}}


def poolsight(*words: object) -> str:
    ended = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def written(directory: Path, *parts: Body) -> Path:
    file = directory / "scenario.json"
    file.write_text(json.dumps(document(*parts)), encoding="utf-8")
    return file


def test_validate_names_the_keys_without_effect_once_each_when_it_is_asked(tmp_path: Path) -> None:
    tasks = [task(name, eTag="0x1") for name in ("a", "b", "c")]
    file = written(tmp_path, pool(nodes=1, metadata=[{"name": "a", "value": "b"}]), job(tasks=tasks))
    assert poolsight("validate", file) == f"{file}: valid (1 pool, 1 job)\n"
    assert poolsight("validate", "-v", file).splitlines()[1:] == [
        "  no effect: name: What the scenario is called in answers.",
        "  no effect: pools.0.metadata: Name-value pairs of the user's own.",
        "  no effect: jobs.0.tasks.0.eTag and 2 further places: Version, for requests with conditions.",
    ]


def test_a_key_that_is_not_simulated_yet_is_a_warning_at_each_use(tmp_path: Path) -> None:
    mounts = [{"nfsMountConfiguration": {"source": "s", "relativeMountPath": "m"}}]
    found = problems_of(tmp_path, pool(nodes=1, mountConfiguration=mounts), pool("q", mountConfiguration=mounts))
    assert [text.partition("\n")[0].split(": ", 1)[1] for text in found if "mount" in text] == [
        f"pools.{index}.mountConfiguration: warning: not simulated yet: mounting takes time while a node starts, and a "
        "mount that fails makes it unusable"
        for index in (0, 1)
    ]


def test_an_answer_names_each_key_that_did_nothing_once(tmp_path: Path) -> None:
    mounts = [{"nfsMountConfiguration": {"source": "s", "relativeMountPath": "m", "mountOption": "x"}}]
    tasks = [task(name, requiredSlot=1, containerSettings={"imageName": "i", "image": "k"}) for name in ("a", "b")]
    containers = {**UBUNTU, "containerConfiguration": {"type": "dockerCompatible"}}
    body = pool(nodes=1, mountConfiguration=mounts, nodeFillType="pack", virtualMachineConfiguration=containers)
    answer = json.loads(poolsight("run", "--json", written(tmp_path, body, job(tasks=tasks))))
    ignored = "is no key of the service's, it was ignored"
    slow = "mounting takes time while a node starts, and a mount that fails makes it unusable"
    assert [text for text in answer["assumptions"] if text.startswith("key: ")] == [
        f"key: pools.0.mountConfiguration is not simulated yet: {slow}",
        f"key: pools.0.nodeFillType {ignored}",
        f"key: jobs.0.tasks.0.containerSettings.image, here and at 1 further place, {ignored}",
        f"key: jobs.0.tasks.0.requiredSlot, here and at 1 further place, {ignored}",
    ]


def test_one_that_is_empty_or_switched_off_is_not_in_use(tmp_path: Path) -> None:
    machine = {**pool()["virtualMachineConfiguration"], "extensions": []}
    policy = {"automaticOSUpgradePolicy": {"enableAutomaticOSUpgrade": False}}
    body = pool(nodes=1, mountConfiguration=[], virtualMachineConfiguration=machine, upgradePolicy=policy)
    assert problems_of(tmp_path, body, job(count=1)) == []


def test_features_lists_the_keys_that_do_not_act() -> None:
    text = poolsight("features")
    assert "without effect" in text
    assert "not simulated yet" in text
    assert "mountConfiguration (mounting takes time" in " ".join(text.split())


def test_features_lists_every_key_when_it_is_asked() -> None:
    listed = json.loads(poolsight("features", "--keys", "--json"))
    assert len(listed) == sum(len(one.keys) for one in sections())
    slots = next(one for one in listed if (one["in"], one["name"]) == ("Pool", "taskSlotsPerNode"))
    assert (slots["at"], slots["effect"], slots["default"]) == ("pools[]", "acts", "1")
    assert "Slots of a node" in poolsight("features", "--keys")


def one_pool(**keys: Any) -> list[Body]:
    return [pool(nodes=1, **keys), job(count=1)]


def one_job(**keys: Any) -> list[Body]:
    return [pool(nodes=1), job(count=1, **keys)]


def one_task(**keys: Any) -> list[Body]:
    return [pool(nodes=1), job(tasks=[task("a", **keys)])]


@pytest.mark.parametrize(
    ("parts", "rest", "path", "meant"),
    [
        (one_pool(taskSlotPerNode=2), {}, "pools.0.taskSlotPerNode", "taskSlotsPerNode"),
        (one_pool(startTask={"comandLine": "x"}), {}, "pools.0.startTask.comandLine", "commandLine"),
        (
            one_pool(networkConfiguration={"subnedId": "s"}),
            {},
            "pools.0.networkConfiguration.subnedId",
            "subnetId",
        ),
        (
            one_pool(taskSchedulingPolicy={"nodeFilType": "pack"}),
            {},
            "pools.0.taskSchedulingPolicy.nodeFilType",
            "nodeFillType",
        ),
        (
            one_pool(applicationPackageReferences=[{"applicationID": "a", "verson": "1"}]),
            {},
            "pools.0.applicationPackageReferences.0.verson",
            "version",
        ),
        (
            one_pool(upgradePolicy={"rollingUpgradePolicy": {"maxBatchPercent": 50}}),
            {},
            "pools.0.upgradePolicy.rollingUpgradePolicy.maxBatchPercent",
            "maxBatchInstancePercent",
        ),
        (one_job(onAllTaskComplete="noaction"), {}, "jobs.0.onAllTaskComplete", "onAllTasksComplete"),
        (one_job(constraints={"maxTaskRetries": 1}), {}, "jobs.0.constraints.maxTaskRetries", "maxTaskRetryCount"),
        (one_task(requiredSlot=1), {}, "jobs.0.tasks.0.requiredSlot", "requiredSlots"),
        (
            one_task(environmentSettings=[{"name": "a", "vale": "b"}]),
            {},
            "jobs.0.tasks.0.environmentSettings.0.vale",
            "value",
        ),
        (
            one_pool(),
            {"jobSchedules": [{"id": "s", "schedule": {"recurenceInterval": "1h"}, "jobSpecification": SPECIFICATION}]},
            "jobSchedules.0.schedule.recurenceInterval",
            "recurrenceInterval",
        ),
    ],
)
def test_a_misspelt_key_is_one_warning_with_the_key_that_was_meant(
    tmp_path: Path, parts: list[Body], rest: Body, path: str, meant: str
) -> None:
    found = [text for text in problems_of(tmp_path, *parts, horizon="1h", **rest) if "no such key" in text]
    assert len(found) == 1
    assert f"{path}: warning: " in found[0]
    assert f"did you mean '{meant}'?" in found[0]
