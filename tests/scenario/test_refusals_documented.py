"""What the service's documentation says it refuses, and what it takes that looks odd, each with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator import Scenario, scenario_of
from tests.features.story import (
    CLOUD_SERVICE,
    UBUNTU,
    WINDOWS,
    Body,
    job,
    operation,
    pool,
    problems_of,
    refused,
    run,
    task,
)

CONTAINERS: Body = {**UBUNTU, "containerConfiguration": {"type": "dockerCompatible", "containerImageNames": []}}
IN_CONTAINER: Body = {"containerSettings": {"imageName": "repo/img:1"}}
SLEEP: Body = {"commandLine": "sleep 5"}


def machine(**more: Any) -> Body:
    return {"virtualMachineConfiguration": {**UBUNTU, **more}}


# ---- containers --------------------------------------------------------------------------------------------

NOT_HERE: list[tuple[str, Body, Body]] = [
    ("jobs.0.tasks.0.containerSettings", job(tasks=[task("a", **IN_CONTAINER)]), {}),
    ("jobs.0.jobManagerTask.containerSettings", job(jobManagerTask={"id": "m", **SLEEP, **IN_CONTAINER}), {}),
    ("jobs.0.jobPreparationTask.containerSettings", job(count=1, jobPreparationTask={**SLEEP, **IN_CONTAINER}), {}),
    (
        "jobs.0.jobReleaseTask.containerSettings",
        job(count=1, jobPreparationTask=SLEEP, jobReleaseTask={**SLEEP, **IN_CONTAINER}),
        {},
    ),
    (
        "timeline.0.tasks.0.containerSettings",
        job(count=1),
        {"timeline": [operation("1m", "addTasks", pool=None, job="j", tasks=[task("a", **IN_CONTAINER)])]},
    ),
]


@pytest.mark.parametrize(("at", "work", "rest"), NOT_HERE)
def test_no_task_runs_in_a_container_on_a_pool_without(tmp_path: Path, at: str, work: Body, rest: Body) -> None:
    (found,) = refused(tmp_path, pool(nodes=1), work, **rest)
    assert f"{at}: pool 'p' has no containerConfiguration" in found


def test_nor_does_a_start_task(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, pool(nodes=1, startTask={**SLEEP, **IN_CONTAINER}), job(count=1))
    assert "pools.0.startTask.containerSettings: pool 'p' has no containerConfiguration" in found


def test_special_tasks_of_a_container_pool_may_run_outside_of_one(tmp_path: Path) -> None:
    body = pool(nodes=1, virtualMachineConfiguration=CONTAINERS, startTask=SLEEP)
    inside = job(
        tasks=[task("a", **IN_CONTAINER)],
        jobManagerTask={"id": "m", **SLEEP, **IN_CONTAINER},
        jobPreparationTask=SLEEP,
        jobReleaseTask={**SLEEP, **IN_CONTAINER},
    )
    assert problems_of(tmp_path, body, inside) == []


# ---- deployment --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "policy", "talks", "ok"),
    [
        ("Standard_HB120rs_v3", "zonal", True, False),
        ("Standard_HB120rs_v3", "Zonal", False, True),
        ("Standard_HB120rs_v3", "regional", True, True),
        ("Standard_D2_v3", "zonal", True, True),
    ],
)
def test_infiniband_and_zones(tmp_path: Path, size: str, policy: str, talks: bool, ok: bool) -> None:
    placed = machine(nodePlacementConfiguration={"policy": policy})
    body = pool(nodes=2, vmSize=size, enableInterNodeCommunication=talks, **placed)
    found = problems_of(tmp_path, body, horizon="10m")
    assert [text for text in found if "a size with InfiniBand" in text] == ([] if ok else found)


@pytest.mark.parametrize(
    ("image", "ok"),
    [
        (UBUNTU, False),
        ({**UBUNTU, "imageReference": {"virtualMachineImageId": "/subscriptions/s/images/i"}}, False),
        (WINDOWS, True),
        ({"imageReference": {"virtualMachineImageId": "/x"}, "nodeAgentSKUId": "batch.node.windows amd64"}, True),
    ],
)
def test_windows_settings_belong_to_windows(tmp_path: Path, image: Body, ok: bool) -> None:
    settings = {**image, "windowsConfiguration": {"enableAutomaticUpdates": False}}
    found = problems_of(tmp_path, pool(nodes=1, virtualMachineConfiguration=settings), horizon="10m")
    assert [text for text in found if "windowsConfiguration: a windowsConfiguration beside" in text] == (
        [] if ok else found
    )


EPHEMERAL: Body = machine(osDisk={"ephemeralOSDiskSettings": {"placement": "cacheDisk"}})
SPOT: Body = {"account": {"mode": "UserSubscription"}, "horizon": "10m"}


@pytest.mark.parametrize(
    ("body", "rest", "why"),
    [
        (pool(low_priority=1, **EPHEMERAL), SPOT, "no ephemeral OS disks"),
        (pool(enableAutoScale=True, autoScaleFormula="$TargetLowPriorityNodes = 1;", **EPHEMERAL), SPOT, "ephemeral"),
        (pool(low_priority=1, cloudServiceConfiguration=CLOUD_SERVICE), SPOT, "need a virtualMachineConfiguration"),
        (pool(nodes=1, **EPHEMERAL), SPOT, ""),
        (pool(low_priority=1, **EPHEMERAL), {"horizon": "10m"}, ""),
    ],
)
def test_what_spot_nodes_cannot_do_is_reported(tmp_path: Path, body: Body, rest: Body, why: str) -> None:
    found = [text for text in problems_of(tmp_path, body, **rest) if "simulated all the same" in text]
    assert len(found) == bool(why)
    assert why in "".join(found)


# ---- lengths and numbers -----------------------------------------------------------------------------------


def start_task(length: int) -> Body:
    return {"startTask": {"commandLine": "x" * length}}


def test_a_start_task_has_a_longest_length(tmp_path: Path) -> None:
    assert problems_of(tmp_path, pool(nodes=1, **start_task(32_768)), horizon="10m") == []
    (found,) = refused(tmp_path, pool(nodes=1, **start_task(32_769)), horizon="10m")
    assert "pools.0.startTask: 32,769 characters" in found


@pytest.mark.parametrize("key", ["environmentSettings", "resourceFiles"])
def test_its_settings_and_files_count(tmp_path: Path, key: str) -> None:
    texts = {"environmentSettings": ("name", "value"), "resourceFiles": ("httpUrl", "filePath")}[key]
    one = dict(zip(texts, ("https://x/", "f" * 90), strict=True))
    body: Body = {"commandLine": "x" * 68, key: [one] * 327}
    assert problems_of(tmp_path, pool(nodes=1, startTask=body), horizon="10m") == []
    body["commandLine"] = "x" * 69
    (found,) = refused(tmp_path, pool(nodes=1, startTask=body), horizon="10m")
    assert "the service takes at most 32,768" in found


def test_a_later_start_task_has_the_same_limit(tmp_path: Path) -> None:
    timeline = [operation("1m", "updatePool", **start_task(40_000))]
    (found,) = refused(tmp_path, pool(nodes=1), horizon="10m", timeline=timeline)
    assert "timeline.0.startTask: 40,000 characters" in found


def mounts(count: int) -> list[Body]:
    return [{"nfsMountConfiguration": {"source": f"s{k}", "relativeMountPath": f"m{k}"}} for k in range(count)]


def test_a_node_has_ten_mounts_at_most(tmp_path: Path) -> None:
    (warning,) = problems_of(tmp_path, pool(nodes=1, mountConfiguration=mounts(10)), horizon="10m")
    assert "mountConfiguration: warning: not simulated yet" in warning
    (found,) = refused(tmp_path, pool(nodes=1, mountConfiguration=mounts(11)), horizon="10m")
    assert "pools.0.mountConfiguration: 11 mounts; a node takes at most 10" in found


def test_a_mount_is_of_one_kind(tmp_path: Path) -> None:
    both = {**mounts(1)[0], "cifsMountConfiguration": {"source": "s"}}
    (found,) = refused(tmp_path, pool(nodes=1, mountConfiguration=[both]), horizon="10m")
    assert "mountConfiguration.0: expected exactly one of" in found


@pytest.mark.parametrize("key", ["applicationId", "version"])
def test_names_of_packages_have_64_characters(tmp_path: Path, key: str) -> None:
    one = {"applicationId": "app", "version": "1"}
    assert (
        problems_of(tmp_path, pool(nodes=1, applicationPackageReferences=[{**one, key: "x" * 64}]), horizon="10m") == []
    )
    (found,) = refused(tmp_path, pool(nodes=1, applicationPackageReferences=[{**one, key: "x" * 65}]), horizon="10m")
    assert f"applicationPackageReferences.0.{key}: more than 64 characters" in found


def test_a_task_has_ten_packages_at_most(tmp_path: Path) -> None:
    references = [{"applicationId": f"app{k}"} for k in range(11)]
    assert (
        problems_of(tmp_path, pool(nodes=1), job(tasks=[task("a", applicationPackageReferences=references[1:])])) == []
    )
    (found,) = refused(tmp_path, pool(nodes=1), job(tasks=[task("a", applicationPackageReferences=references)]))
    assert "jobs.0.tasks.0.applicationPackageReferences: 11 packages" in found


# ---- inbound ports -----------------------------------------------------------------------------------------


def nat(*pools: Body) -> Body:
    return {"networkConfiguration": {"endpointConfiguration": {"inboundNATPools": list(pools)}}}


def inbound(name: str, backend: int, start: int, **more: Any) -> Body:
    ports = {"backendPort": backend, "frontendPortRangeStart": start, "frontendPortRangeEnd": start + 99}
    return {"name": name, "protocol": "tcp", **ports, **more}


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (inbound("b", 81, 20_100), ""),
        (inbound("A", 81, 20_100), "name: a second inbound NAT pool 'A'"),
        (inbound("b", 80, 20_100), "backendPort: a second inbound NAT pool for port 80"),
        (inbound("b", 81, 20_099), "frontendPortRangeStart: ports 20099 to 20099 belong to the range of a"),
        (inbound("b", 81, 20_000), "ports 20000 to 20099 belong"),
        (inbound("b", 81, 19_950), "ports 20000 to 20049 belong"),
    ],
)
def test_inbound_nat_pools_share_nothing(tmp_path: Path, other: Body, why: str) -> None:
    found = problems_of(tmp_path, pool(nodes=1, **nat(inbound("a", 80, 20_000), other)), horizon="10m")
    assert len(found) == bool(why)
    assert why in "".join(found)


@pytest.mark.parametrize(("priority", "why"), [(150, ""), (149, "from 150 to 4096"), (4097, "from 150 to 4096")])
def test_priorities_of_rules(tmp_path: Path, priority: int, why: str) -> None:
    rules = [{"priority": priority, "access": "allow", "sourceAddressPrefix": "*"}]
    found = problems_of(
        tmp_path, pool(nodes=1, **nat(inbound("a", 80, 20_000, networkSecurityGroupRules=rules))), horizon="10m"
    )
    assert len(found) == bool(why)
    assert why in "".join(found)


def test_two_rules_have_two_priorities(tmp_path: Path) -> None:
    rules = [{"priority": 150, "access": "allow"}, {"priority": 150, "access": "deny"}]
    (found,) = refused(tmp_path, pool(nodes=1, **nat(inbound("a", 80, 20_000, networkSecurityGroupRules=rules))))
    assert "a second rule of priority 150" in found


# ---- names that nothing has --------------------------------------------------------------------------------


def downloads(**sections: Body) -> Body:
    return {"simulation": {"downloads": sections}}


APP: Body = {"applicationPackageReferences": [{"applicationId": "app", "version": "1"}]}


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("app", None),
        ("APP:1", None),
        ("app#1", "did you mean 'app:1'?"),
        ("app/1", "did you mean 'app:1'?"),
        ("app 1", "did you mean 'app:1'?"),
        ("app:2", "did you mean 'app:1'?"),
        ("ap", "did you mean 'app'?"),
        ("elsewhere", "an application package 'elsewhere': it would act on nothing"),
    ],
)
def test_a_size_for_a_package_that_the_pool_has_not_is_refused(tmp_path: Path, key: str, hint: str | None) -> None:
    body = pool(nodes=1, **APP, **downloads(applicationPackages={key: {"sizeMiB": 1}}))
    found = problems_of(tmp_path, body, job(count=1))
    assert len(found) == (hint is not None)
    assert (hint or "") in "".join(found)
    assert all(f"pools.0.simulation.downloads.applicationPackages.{key}: nothing" in text for text in found)


def test_packages_of_tasks_and_later_ones_count(tmp_path: Path) -> None:
    sizes = {name: {"sizeMiB": 1} for name in ("mine", "managers", "later")}
    tasks = [task("a", applicationPackageReferences=[{"applicationId": "mine"}])]
    manager = {"id": "m", **SLEEP, "applicationPackageReferences": [{"applicationId": "managers"}]}
    timeline = [operation("1m", "updatePool", applicationPackageReferences=[{"applicationId": "later"}])]
    body = pool(nodes=1, **downloads(applicationPackages=sizes))
    assert problems_of(tmp_path, body, job(tasks=tasks, jobManagerTask=manager), timeline=timeline) == []


@pytest.mark.parametrize(("key", "found"), [("repo/img:1", 0), ("repo/img:2", 1)])
def test_a_size_for_an_image_that_nothing_has_is_refused(tmp_path: Path, key: str, found: int) -> None:
    body = pool(nodes=1, virtualMachineConfiguration=CONTAINERS, **downloads(containerImages={key: {"sizeMiB": 1}}))
    problems = problems_of(tmp_path, body, job(tasks=[task("a", **IN_CONTAINER)]))
    assert len(problems) == found
    assert "warning" not in "".join(problems)


def test_a_size_that_no_pool_has_is_reported(tmp_path: Path) -> None:
    own = {"vcpus": 2, "memoryGiB": 8}
    (found,) = problems_of(tmp_path, pool(nodes=1), job(count=1), sizes={"Standard_D2_v2x": own})
    assert "sizes.Standard_D2_v2x: warning: no pool has the size 'Standard_D2_v2x', did you mean" in found


def test_an_account_without_a_pool_is_reported(tmp_path: Path) -> None:
    accounts = {"used": {"poolQuota": 3}, "other": {"poolQuota": 3}}
    (found,) = problems_of(tmp_path, pool(nodes=1, simulation={"account": "Used"}), job(count=1), accounts=accounts)
    assert "accounts.other: warning: no pool belongs to the account 'other'" in found


# ---- bodies as the service returns them --------------------------------------------------------------------

NO_LIMIT = ["P10675199DT2H48M5.4775807S", "P10675199DT2H48M5.477581S", "10675199 days, 2:48:05.477581"]


@pytest.mark.parametrize("span", NO_LIMIT)
def test_no_limit_is_read_wherever_the_service_writes_it(tmp_path: Path, span: str) -> None:
    limits = {"maxWallClockTime": span, "maxTaskRetryCount": 0}
    tasks = [task("a", constraints={**limits, "retentionTime": span})]
    special: Body = {"jobPreparationTask": {**SLEEP, "constraints": {**limits, "retentionTime": span}}}
    work = job(tasks=tasks, constraints=limits, **special)
    timeline = [operation("10s", "updateJob", pool=None, job="j", constraints={"maxWallClockTime": span})]
    specification = {
        "poolInfo": {"poolId": "p"},
        "constraints": limits,
        "tasks": tasks,
        "onAllTasksComplete": "terminatejob",
    }
    schedule = {"id": "s", "schedule": {"startWindow": span}, "jobSpecification": specification}
    body = pool(nodes=1, resizeTimeout=span)
    assert problems_of(tmp_path, body, work, timeline=timeline, jobSchedules=[schedule]) == []
    recording = run(body, work, timeline=timeline, jobSchedules=[schedule])
    assert recording.frame("tasks")["succeeded"].tolist() == [True, True]
    assert again(recording.scenario) == recording.scenario


def again(scenario: Scenario) -> Scenario:
    return scenario_of(scenario.model_dump(mode="json", by_alias=True))


def test_files_that_are_kept_for_ever_keep_a_node_that_waits_for_them() -> None:
    tasks = [task("a", constraints={"retentionTime": NO_LIMIT[0]})]
    shrink = operation(
        "5m", "resize", targetDedicatedNodes=0, nodeDeallocationOption="retaineddata", resizeTimeout="PT1H"
    )
    recording = run(pool(nodes=1), job(tasks=tasks), timeline=[shrink], horizon="10h")
    assert recording.frame("resizes")["code"].tolist()[-1] == "RemoveNodesFailed"


def weekly(**times: Any) -> Body:
    work = {"poolInfo": {"poolId": "p"}, "onAllTasksComplete": "terminatejob", "tasks": [task("a")]}
    return {"id": "s", "schedule": {"recurrenceInterval": "PT1H", **times}, "jobSpecification": work}


@pytest.mark.parametrize("begin", ["2025-09-10T02:30:00Z", "2014-01-01T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_a_schedule_that_has_begun_before_the_run_starts_at_once(begin: str) -> None:
    recording = run(pool(nodes=1), jobSchedules=[weekly(doNotRunUntil=begin)], horizon="150m")
    assert recording.frame("tasks")["first_start"].tolist() == [0, 3600, 7200]
    assert again(recording.scenario) == recording.scenario


def test_a_schedule_that_was_over_before_the_run_creates_nothing(tmp_path: Path) -> None:
    schedules = [weekly(doNotRunUntil="2025-09-10T02:30:00Z", doNotRunAfter="2025-09-11T00:00:00Z")]
    (found,) = problems_of(tmp_path, pool(nodes=1), jobSchedules=schedules, horizon="2h")
    assert "over before the scenario's origin: no job is ever created" in found
    assert len(run(pool(nodes=1), jobSchedules=schedules, horizon="2h").frame("tasks")) == 0


CLOUD_SIZES = [("small", 1), ("Medium", 2), ("LARGE", 4), ("ExtraLarge", 8), ("A5", 2), ("a6", 4), ("A7", 8)]
CLOUD_SIZES += [("A8", 8), ("A9", 16), ("a10", 8), ("a11", 16), ("Standard_A1", 1), ("Standard_D2_v2", 2)]


@pytest.mark.parametrize(("name", "cores"), CLOUD_SIZES)
def test_cloud_services_have_names_of_their_own_for_sizes(name: str, cores: int) -> None:
    recording = run(pool(nodes=1, vmSize=name, cloudServiceConfiguration=CLOUD_SERVICE), job(count=1), horizon="1h")
    assert recording.scenario.sizes[name].vcpus == cores
    assert recording.frame("tasks")["succeeded"].tolist() == [True]


@pytest.mark.parametrize("name", ["extrasmall", "ExtraSmall", "Standard_A0", "basic_a0"])
@pytest.mark.parametrize("rest", [{"cloudServiceConfiguration": CLOUD_SERVICE}, {}], ids=["cloud service", "machine"])
def test_the_smallest_size_has_to_be_described(tmp_path: Path, name: str, rest: Body) -> None:
    """Nothing claims that it is simulated before it is: the refusal was followed by the contrary."""
    text = "which the service's documentation calls unsupported: define it under sizes to simulate it all the same"
    (found,) = problems_of(tmp_path, pool(nodes=1, vmSize=name, **rest), job(count=1))
    assert f"unknown VM size '{name}', {text}" in found
    sizes = {name: {"vcpus": 1, "memoryGiB": 0.75, "dedicatedLinux": 0.02, "dedicatedWindows": 0.02}}
    (found,) = problems_of(tmp_path, pool(nodes=1, vmSize=name, **rest), job(count=1), sizes=sizes)
    assert f"warning: the service's documentation calls {name} unsupported here; simulated all the same" in found


@pytest.mark.parametrize(
    ("name", "cloud"), [("Standard_A1_v2", True), ("Standard_A2_v2", True), ("Standard_DS1", False)]
)
def test_other_sizes_that_it_calls_unsupported_are_simulated_with_a_warning(
    tmp_path: Path, name: str, cloud: bool
) -> None:
    rest: Body = {"cloudServiceConfiguration": CLOUD_SERVICE} if cloud else {}
    (found,) = problems_of(tmp_path, pool(nodes=1, vmSize=name, **rest), job(count=1))
    assert f"warning: the service's documentation calls {name} unsupported here" in found


def test_such_a_name_is_none_of_a_virtual_machine(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, pool(nodes=1, vmSize="small"), job(count=1))
    assert (
        "unknown VM size 'small': Cloud Services have a size of that name; for virtual machines it is Standard_A1"
        in found
    )


# ---- several nodes at once ---------------------------------------------------------------------------------

GANG: Body = {"multiInstanceSettings": {"numberOfInstances": 2}}


@pytest.mark.parametrize("body", [pool(nodes=3), pool(nodes=3, enableInterNodeCommunication=True, taskSlotsPerNode=2)])
def test_a_multi_instance_task_where_it_cannot_run_waits(tmp_path: Path, body: Body) -> None:
    work = job(tasks=[task("mpi", **GANG), task("other")])
    (found,) = problems_of(tmp_path, body, work)
    assert "jobs.0.tasks.0: warning: " in found
    assert "it will never run" in found
    rows = run(body, work, horizon="1h").frame("tasks").set_index("id")
    assert rows["state"].to_dict() == {"mpi": "active", "other": "completed"}
    assert rows.loc["mpi", "unfinished_why"] == "needs several nodes at once, which its pool never gives"


def test_another_retry_count_of_a_job_is_read_and_changes_nothing(tmp_path: Path) -> None:
    update = operation("10s", "updateJob", pool=None, job="j", constraints={"maxTaskRetryCount": 2})
    work = job(tasks=[task("a", simulation={"exitCodes": [1]})])
    (warning,) = problems_of(tmp_path, pool(nodes=1), work, timeline=[update])
    assert "timeline.0.constraints.maxTaskRetryCount: warning: not simulated" in warning
    assert run(pool(nodes=1), work, timeline=[update]).tasks["retries"].tolist() == [0]
