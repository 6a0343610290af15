"""Rows of the feature table that nodes, pools and accounts answer for: one test a row, its observable result."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator import Recording, Scenario, Simulation, load
from simulator.results.answer.metrics import summarize
from simulator.results.money.bill import UNITS_PER_DOLLAR
from simulator.scenario.format.catalogue import find
from simulator.scenario.format.deployment import NODE_AGENTS
from tests.features.story import (
    CLOUD_SERVICE,
    D2,
    UBUNTU,
    WINDOWS,
    document,
    job,
    operation,
    pool,
    problems_of,
    refused,
    run,
    scenario,
    task,
)

Body = dict[str, Any]
GALLERY: Body = {
    **UBUNTU,
    "imageReference": {"virtualMachineImageId": "/subscriptions/s/galleries/g/images/i"},
}
MANAGED: Body = {**UBUNTU, "imageReference": {"virtualMachineImageId": "/subscriptions/s/images/i"}}
START: Body = {"startTask": {"commandLine": "install"}}


def machine(body: Body, **more: Any) -> Body:
    return {"virtualMachineConfiguration": {**body, **more}}


def timing(**steps: Any) -> Body:
    return {"simulation": {"timing": steps}}


def subnet(name: str = "s") -> Body:
    return {"networkConfiguration": {"subnetId": f"/subscriptions/x/virtualNetworks/v/subnets/{name}"}}


def addresses(count: int) -> Body:
    ids = [f"/ip/{number}" for number in range(count)]
    return {"networkConfiguration": {"publicIPAddressConfiguration": {"provision": "usermanaged", "ipAddressIds": ids}}}


def states(made: Recording, node: str = "p_1_d") -> list[str]:
    rows = made.node_states
    return list(rows["state"][rows["node"] == node])


def ready_after(made: Recording) -> list[float]:
    """Return for each node when it was first idle or running, since it entered `starting`."""
    rows = made.node_states
    serving = rows[rows["state"].isin(["idle", "running"])].groupby("node", observed=True)["start"].min()
    starting = rows[rows["state"] == "starting"].groupby("node", observed=True)["start"].min()
    return sorted((serving - starting).tolist())


def last_target(made: Recording) -> tuple[int, int]:
    row = made.pool_timeline.iloc[-1]
    return int(row["target_dedicated"]), int(row["current_dedicated"])


def codes(made: Recording) -> list[str]:
    return list(made.operations["code"])


def test_row_02_the_system_follows_from_the_body() -> None:
    """Linux starts before Cloud Services before Windows VMs; prices by system."""
    wait = job(count=1, duration="2h")
    typical: Body = {"options": {"timingPreset": "typical"}, "horizon": "1h"}
    medians = []
    for body in (machine(UBUNTU), {"cloudServiceConfiguration": CLOUD_SERVICE}, machine(WINDOWS)):
        made = run(pool(nodes=200, **body), wait, **typical)
        medians.append(float(np.median(ready_after(made))))
    assert medians == sorted(medians)
    assert len(set(medians)) == 3
    hour: Body = {"horizon": "1h"}
    for body, price in ((machine(UBUNTU), 0.096), (machine(WINDOWS), 0.188)):
        total = run(pool(nodes=1, **body), wait, **hour).charges.total
        assert total / UNITS_PER_DOLLAR == pytest.approx(price)
    assert scenario(pool(nodes=1, cloudServiceConfiguration=CLOUD_SERVICE), wait).pools[0].is_windows


def test_row_05_ports_are_checked_and_a_blocked_network_leaves_nodes_unusable(tmp_path: Path) -> None:
    def ports(*ranges: tuple[int, int]) -> Body:
        pools = [
            {"name": f"n{i}", "protocol": "tcp", "backendPort": 8080 + i, "frontendPortRangeStart": a,
             "frontendPortRangeEnd": b}
            for i, (a, b) in enumerate(ranges)
        ]  # fmt: skip
        return {"networkConfiguration": {"endpointConfiguration": {"inboundNATPools": pools}}}

    work = job(count=2)
    path = "pools.0.networkConfiguration.endpointConfiguration.inboundNATPools"
    (found,) = refused(tmp_path, pool(nodes=1, **ports((50100, 50200))), work)
    assert f"{path}.0.frontendPortRangeStart" in found
    six = ports(*((15000 + 100 * i, 15050 + 100 * i) for i in range(6)))
    (found,) = refused(tmp_path, pool(nodes=1, **six), work)
    assert path in found
    plain = run(pool(nodes=1), work)
    assert run(pool(nodes=1, **ports((15000, 15100))), work).attempts.equals(plain.attempts)
    blocked = run(pool(nodes=3, simulation={"networkBlocked": True}), work, horizon="1h")
    last = blocked.node_states.groupby("node", observed=True).last()
    assert set(last["state"]) == {"unusable"}
    assert set(last["why"]) == {"network blocked"}
    assert len(blocked.attempts) == 0
    assert summarize(blocked)["cost"]["total"] > 0


def test_row_06_a_subnet_limits_growth_by_its_free_addresses() -> None:
    made = run(pool(nodes=12, **subnet()), job(count=1), subnets={"s": {"freeAddresses": 10}})
    assert (len(made.nodes), made.resizes["code"].tolist()) == (10, ["AllocationFailed"])
    assert made.resizes["end"].notna().all()


def test_row_07_public_addresses_carry_a_hundred_nodes_each(tmp_path: Path) -> None:
    for count, nodes, code in ((2, 200, "AllocationFailed"), (3, 250, "Success")):
        made = run(pool(nodes=250, **addresses(count)), job(count=1))
        assert (len(made.nodes), made.resizes["code"].tolist()) == (nodes, [code])
    none: Body = {"networkConfiguration": {"publicIPAddressConfiguration": {"provision": "nopublicipaddresses"}}}
    assert problems_of(tmp_path, pool(nodes=250, **none), job(count=1)) == []
    assert len(run(pool(nodes=250, **none), job(count=1)).nodes) == 250


def test_row_08_allocation_packages_and_contact() -> None:
    """The last of 100 nodes comes 44.55 s after the first; contact is lost for 15 to 45 min."""
    made = run(pool(nodes=100), job(count=1, duration="1h"), options={"timingPreset": "typical"}, horizon="1h")
    assert made.nodes["created"].max() - made.nodes["created"].min() == pytest.approx(44.55)
    made = run(pool(nodes=1), job(tasks=[task("t", simulation={"input": 1024})]))
    assert (made.attempts["end"] - made.attempts["start"]).tolist() == pytest.approx([70.24])
    lost = [operation("10m", "loseContact", count=20)]
    made = run(pool(nodes=20), job(count=1, duration="1h"), timeline=lost)
    rows = made.node_states[made.node_states["state"] == "unknown"]
    spans = rows["end"] - rows["start"]
    assert len(spans) == 20
    assert spans.between(15 * 60, 45 * 60).all()
    assert spans.nunique() > 10


def test_row_09_names_and_addresses_are_unique_among_the_living_and_used_again() -> None:
    grow = [operation(f"{10 + 10 * k}m", "resize", targetDedicatedNodes=k % 2 * 4 + 2) for k in range(6)]
    tasks = [task("a", "65m"), task("b", "5m", submit="70m", affinityInfo={"affinityId": "p_9_d"})]
    made = run(pool(nodes=6), pool("q", nodes=2), job(tasks=tasks), timeline=grow)
    nodes = made.nodes
    assert nodes["node"].is_unique
    for name in ("host", "ip"):
        for _, rows in nodes.groupby(name):
            ordered = rows.sort_values("created")
            assert (ordered["created"].to_numpy()[1:] >= ordered["gone"].to_numpy()[:-1]).all()
        assert nodes[name].nunique() < len(nodes)
    sequence = nodes[nodes["pool"] == "p"]["node"].str.split("_").str[1].astype(int).tolist()
    assert sequence == list(range(1, len(sequence) + 1))
    assert made.tasks["first_start"].tolist() == [0.0, 70 * 60.0]


def test_row_10_an_account_has_many_pools_and_one_quota() -> None:
    quota = {"dedicatedCoreQuota": 20}
    work = job(count=1)
    made = run(pool(nodes=8), pool("q", nodes=4), work, account=quota)
    assert made.nodes["pool"].value_counts().to_dict() == {"p": 8, "q": 2}
    assert made.resizes["code"].tolist() == ["Success", "AccountCoreQuotaReached"]
    own = pool("q", nodes=4, simulation={"account": "other"})
    made = run(pool(nodes=8), own, work, account=quota, accounts={"other": quota})
    assert made.nodes["pool"].value_counts().to_dict() == {"p": 8, "q": 4}


FULL_BODY: Body = {
    "id": "p1", "displayName": "all of it", "vmSize": D2,
    "virtualMachineConfiguration": {
        "imageReference": {"publisher": "canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts",
                           "version": "latest"},
        "nodeAgentSKUId": "batch.node.ubuntu 22.04",
        "dataDisks": [{"lun": 0, "caching": "readwrite", "diskSizeGB": 100, "storageAccountType": "standard_lrs"}],
        "containerConfiguration": {"type": "dockerCompatible", "containerImageNames": ["repo/img:tag"],
                                   "containerRegistries": []},
        "nodePlacementConfiguration": {"policy": "regional"},
        "osDisk": {"ephemeralOSDiskSettings": {"placement": "CacheDisk"}}, "extensions": []},
    "resizeTimeout": "PT15M", "targetDedicatedNodes": 2, "targetLowPriorityNodes": 3, "enableAutoScale": False,
    "enableInterNodeCommunication": False, "taskSlotsPerNode": 1,
    "taskSchedulingPolicy": {"nodeFillType": "spread", "jobDefaultOrder": "none"},
    "startTask": {"commandLine": "x", "resourceFiles": [], "environmentSettings": [{"name": "a", "value": "b"}],
                  "userIdentity": {"autoUser": {"scope": "pool", "elevationLevel": "admin"}},
                  "maxTaskRetryCount": 0, "waitForSuccess": True},
    "applicationPackageReferences": [{"applicationId": "app", "version": "1"}],
    "certificateReferences": [{"thumbprint": "ab", "thumbprintAlgorithm": "sha1", "storeLocation": "localmachine",
                               "storeName": "My", "visibility": ["starttask", "task"]}],
    "networkConfiguration": {
        "subnetId": "/subscriptions/x/subnets/s", "dynamicVNetAssignmentScope": "none",
        "publicIPAddressConfiguration": {"provision": "batchmanaged", "ipAddressIds": []},
        "enableAcceleratedNetworking": False,
        "endpointConfiguration": {"inboundNATPools": [
            {"name": "n", "protocol": "tcp", "backendPort": 8080, "frontendPortRangeStart": 15000,
             "frontendPortRangeEnd": 15100}]}},
    "targetNodeCommunicationMode": "default", "upgradePolicy": {"mode": "manual"}, "userAccounts": [],
    "metadata": [{"name": "a", "value": "b"}], "mountConfiguration": [], "applicationLicenses": [],
    "resourceTags": {},
}  # fmt: skip


def test_row_12_all_attributes_of_a_pool_are_read_and_written(tmp_path: Path) -> None:
    work = job(pool="p1", tasks=[task("t", containerSettings={"imageName": "repo/img:tag"})])
    before: Body = {"origin": "2025-01-06T00:00:00Z"}  # there were low-priority nodes
    assert problems_of(tmp_path, FULL_BODY, work, **before) == []
    made = load(tmp_path / "story.json")
    again = Scenario.model_validate(json.loads(made.model_dump_json(by_alias=True)))
    assert again == made
    assert again.model_dump_json() == made.model_dump_json()
    (warning,) = problems_of(tmp_path, {**FULL_BODY, "targetDedicatedNode": 1}, work, **before)
    assert "pools.0.targetDedicatedNode" in warning
    both = {**FULL_BODY, "cloudServiceConfiguration": CLOUD_SERVICE}
    neither = {key: value for key, value in FULL_BODY.items() if key != "virtualMachineConfiguration"}
    for body in (both, neither):
        assert any("takes exactly one" in found for found in refused(tmp_path, body, work))
    licensed = problems_of(tmp_path, {**FULL_BODY, "applicationLicenses": ["maya", "3dmax", "word"]}, work, **before)
    assert [text.partition(": warning: ")[2].splitlines()[0] for text in licensed] == [
        "the service offers no licence '3dmax', did you mean '3dsmax'?",
        "the service offers no licence 'word', only maya, vray, 3dsmax, arnold",
    ]
    prices = {"simulation": {"prices": {"applicationLicenses": {"Maya": 0.6, "arnold": {"perCoreHour": 0.025}}}}}
    (unused,) = refused(tmp_path, {**FULL_BODY, "applicationLicenses": ["maya"], **prices}, work, **before)
    assert "prices.applicationLicenses.arnold" in unused
    assert (
        problems_of(tmp_path, {**FULL_BODY, "applicationLicenses": ["maya", "arnold"], **prices}, work, **before) == []
    )
    made = load(tmp_path / "story.json")
    assert Scenario.model_validate(json.loads(made.model_dump_json(by_alias=True))) == made


def test_row_13_a_target_beyond_the_quota_is_not_reached() -> None:
    timeline = [operation("10m", "resize", targetDedicatedNodes=4)]
    work = job(count=1, duration="20m")
    made = run(pool(nodes=10), work, account={"dedicatedCoreQuota": 10}, timeline=timeline, horizon="20m")
    rows = made.resizes
    assert rows["code"].tolist() == ["AccountCoreQuotaReached", "Success"]
    before = made.pool_timeline[made.pool_timeline["time"] < 600].iloc[-1]
    assert (before["current_dedicated"], before["target_dedicated"]) == (5, 10)
    assert rows["end"].tolist() == [0.0, 600.0]
    assert "5 of 10" in rows["message"].iloc[0]


def test_row_14_a_virtual_machine_configuration_is_whole_and_fits_the_size(tmp_path: Path) -> None:
    work = job(count=1, duration="1h")
    for key in ("imageReference", "nodeAgentSKUId"):
        body = {name: value for name, value in UBUNTU.items() if name != key}
        (found,) = refused(tmp_path, pool(nodes=1, virtualMachineConfiguration=body), work)
        assert f"pools.0.virtualMachineConfiguration.{key}" in found
    wrong = machine(UBUNTU, nodeAgentSKUId="batch.node.windows amd64")
    assert "Windows node agent on a Linux image" in refused(tmp_path, pool(nodes=1, **wrong), work)[0]
    second = machine(UBUNTU, imageReference={**UBUNTU["imageReference"], "sku": "22_04-lts-gen2"})
    made = run(pool(nodes=2, vmSize="Standard_A2_v2", **second), work, horizon="1h")
    assert (len(made.nodes), made.resizes["code"].tolist()) == (0, ["IncompatibleVMSize"])
    plain = run(pool(nodes=1), work)
    disks = [{"lun": 0, "diskSizeGB": 128, "storageAccountType": "premium_lrs"}]
    more = run(pool(nodes=1, **machine(UBUNTU, dataDisks=disks)), work)
    assert more.attempts.equals(plain.attempts)
    assert more.node_states.equals(plain.node_states)
    assert more.charges.total - plain.charges.total == pytest.approx(128 * 0.154 / 730 * UNITS_PER_DOLLAR, rel=1e-6)


def test_row_15_cloud_services_deploy_faster_and_are_upgraded_node_by_node() -> None:
    cloud: Body = {"cloudServiceConfiguration": {**CLOUD_SERVICE, "osVersion": "a"}}
    upgrade = operation("10m", "upgradeOs", targetOSVersion="b", batchSize=2)
    work = job(count=10, duration="30m")
    made = run(pool(nodes=5, **cloud, **timing(upgradingOS="5m")), work, timeline=[upgrade])
    rows = made.node_states[made.node_states["state"] == "upgradingos"]
    assert sorted(rows["node"]) == [f"p_{number}_d" for number in range(1, 6)]
    starts, ends = rows["start"].to_numpy(), rows["end"].to_numpy()
    assert max(((starts <= t) & (ends > t)).sum() for t in starts) == 2
    lost = made.attempts[made.attempts["outcome"] == "requeued"]
    assert len(lost) == 5
    assert made.tasks["succeeded"].all()
    assert made.tasks["retries"].sum() == 0
    typical: Body = {"options": {"timingPreset": "typical"}, "horizon": "1h"}
    both = [run(pool(nodes=50, **body), work, **typical) for body in (cloud, machine(WINDOWS))]
    assert np.median(ready_after(both[0])) < np.median(ready_after(both[1]))


def test_row_16_node_agents_name_the_system(tmp_path: Path) -> None:
    work = job(count=1, duration="1h")
    made = run(pool(nodes=1, **machine(WINDOWS)), work, horizon="1h")
    assert made.charges.total / UNITS_PER_DOLLAR == pytest.approx(0.188)
    unknown = machine(WINDOWS, nodeAgentSKUId="batch.node.beos 5")
    (warning,) = problems_of(tmp_path, pool(nodes=1, **unknown), work)
    assert "taken from the image" in warning
    assert load(tmp_path / "story.json").pools[0].is_windows
    spelt = {"imageReference": UBUNTU["imageReference"], "nodeAgentSkuId": "batch.node.ubuntu 22.04"}
    assert problems_of(tmp_path, pool(nodes=1, virtualMachineConfiguration=spelt), work) == []
    assert not load(tmp_path / "story.json").pools[0].is_windows


def test_row_17_managed_images_have_a_cap_and_custom_images_come_slower() -> None:
    work = job(count=1, duration="2h")
    assert len(run(pool(nodes=2500, **machine(MANAGED)), work, horizon="1m").nodes) == 2000
    assert len(run(pool(nodes=2500, **machine(GALLERY)), work, horizon="1m").nodes) == 2500
    for body, last in ((machine(GALLERY), 148.5), (machine(UBUNTU), 44.55)):
        made = run(pool(nodes=100, **body), work, options={"timingPreset": "typical"}, horizon="1h")
        assert made.nodes["created"].max() - made.nodes["created"].min() == pytest.approx(last)


def test_row_18_images_are_fetched_while_a_node_starts() -> None:
    """The part of nodes: 10 GiB at 100 MiB/s make a node ready 102.4 s later."""
    image = {"containerConfiguration": {"type": "dockerCompatible", "containerImageNames": ["repo/img:tag"]}}
    known = {"downloads": {"bandwidth": 100, "containerImages": {"repo/img:tag": {"sizeMiB": 10240}}}}
    tasks = [task(f"t{k}", containerSettings={"imageName": "repo/img:tag"}) for k in range(4)]
    made = run(pool(nodes=2, **machine(UBUNTU, **image), simulation=known), job(tasks=tasks))
    assert ready_after(made) == pytest.approx([102.4, 102.4])
    assert (made.attempts["end"] - made.attempts["start"]).tolist() == pytest.approx([60.0] * 4)


def test_row_19_two_kinds_of_nodes_share_the_work_and_one_is_taken_back() -> None:
    taken = {"model": "capacity_event", "fraction": 0.5, "times": ["30s"]}
    body = pool(nodes=2, low_priority=2, simulation={"preemption": taken, "timing": {"recoveryDelay": "2m"}})
    made = run(body, job(count=4, duration="60s"))
    lost = made.node_states[made.node_states["state"] == "preempted"]
    assert len(lost) == 1
    assert set(lost["kind"]) == {"low_priority"}
    (victim,) = made.attempts[made.attempts["outcome"] == "preempted"]["task"]
    row = made.tasks.iloc[victim]
    assert (row["retries"], row["requeues"], row["preemptions"], row["succeeded"]) == (0, 0, 1, True)
    assert (made.pool_timeline["current_low_priority"].iloc[1:] == 2).all()
    longer = run(body, job(count=4, duration="10m"))
    again = longer.nodes[longer.nodes["vms"] == 2].iloc[0]
    assert (again["created"], again["last_boot"]) == (0.0, 150.0)


def test_row_20_targets_and_currents_are_series_of_their_own() -> None:
    grow = [operation("10m", "resize", targetDedicatedNodes=8, targetLowPriorityNodes=3)]
    slow = timing(allocationLatency="1m", allocationTail=10.0)
    made = run(pool(nodes=2, **slow), job(count=1, duration="1h"), timeline=grow)
    rows = made.pool_timeline
    for kind in ("dedicated", "low_priority"):
        highest = np.maximum.accumulate(rows[f"target_{kind}"])
        assert (rows[f"current_{kind}"] <= highest).all()
    formula = "n = max(0, $PendingTasks.GetSample(1)); $TargetDedicatedNodes = min(10, n);"
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT5M")
    made = run(body, job(count=100, duration="5m"))
    assert made.evaluations["target_dedicated"].max() == 10
    assert made.pool_timeline["current_dedicated"].max() == 10


def test_row_21_the_bill_is_exact() -> None:
    work = job(count=1, duration="2h")
    for body, price in (
        (pool(nodes=1), 0.096),
        (pool(low_priority=1), 0.0192),
        (pool(nodes=1, **machine(WINDOWS)), 0.188),
    ):
        made = run(body, work, horizon="1h")
        assert made.charges.total / UNITS_PER_DOLLAR == pytest.approx(price)
    mixed = run(
        pool(nodes=3, low_priority=2, **START, simulation={"startTask": {"failureProbability": 0.5}}),
        job(count=50, duration="7m"),
        timeline=[operation("20m", "reboot", nodeId="p_1_d"), operation("30m", "resize", targetDedicatedNodes=1)],
    )
    for _, rows in mixed.node_states.groupby("node", observed=True):
        assert (rows["start"].to_numpy()[1:] == rows["end"].to_numpy()[:-1]).all()
    cost = summarize(mixed)["cost"]
    assert sum(cost["by_label"].values()) == pytest.approx(cost["total"])


def test_row_32_licences_with_a_price_are_paid_for_every_billed_hour() -> None:
    """Two licences of two units on 2 vCPU: 0.6 and 2 x 0.025 beside 0.096 for Linux; without a price, a note."""
    own = {"maya": 0.6, "Arnold": {"perCoreHour": 0.025}}
    work = job(count=3, duration="20m")
    plain = run(pool(nodes=2, low_priority=1), work, horizon="1h")
    licensed = pool(
        nodes=2,
        low_priority=1,
        applicationLicenses=["Maya", "arnold", "arnold"],
        simulation={"prices": {"applicationLicenses": own}},
    )
    made = run(licensed, work, horizon="1h")
    assert made.attempts.equals(plain.attempts)
    hours = made.nodes["billed"].sum() / 3600
    assert (made.charges.total - plain.charges.total) / UNITS_PER_DOLLAR == pytest.approx(0.65 * hours)
    cost = summarize(made)["cost"]
    assert cost["licenses"] == pytest.approx(0.65 * hours)
    for part in ("by_pool", "by_kind", "by_job", "by_label"):
        assert sum(cost[part].values()) == pytest.approx(cost["total"])
    free = run(pool(nodes=2, low_priority=1, applicationLicenses=["vray"]), work, horizon="1h")
    assert free.charges.total == plain.charges.total
    assert summarize(free)["cost"]["licenses"] == 0
    assert "price: p: no price of the application licence vray given, counted as free" in summarize(free)["assumptions"]


def test_row_22_the_catalogue_knows_gpus_and_fast_networks(tmp_path: Path) -> None:
    gpu, fast = find("Standard_NC6s_v3"), find("standard_a8")
    assert gpu is not None
    assert fast is not None
    assert (gpu.gpus, gpu.rdma, fast.rdma) == (1, False, True)
    work = job(count=1)
    assert "did you mean" in refused(tmp_path, pool(nodes=1, vmSize="Standard_D2_v33"), work)[0]
    own = {"Mine": {"vcpus": 2, "memoryGiB": 4}}
    assert problems_of(tmp_path, pool(nodes=1, vmSize="Mine"), work, sizes=own) == []
    (warning,) = problems_of(tmp_path, pool(nodes=1, vmSize="Standard_DS1_v2"), work)
    assert "unsupported" in warning


def test_row_23_autoscale_is_enabled_and_changed_within_its_guards(tmp_path: Path) -> None:
    formula = "$TargetDedicatedNodes = 1;"
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT15M")
    work = job(count=1, duration="30m")
    made = run(body, work, horizon="35m")
    assert made.evaluations["time"].tolist() == [0, 900, 1800]
    timeline = [
        operation("5m", "enableAutoScale", autoScaleEvaluationInterval="PT10M"),
        operation("320s", "enableAutoScale", autoScaleFormula=formula),
        operation("6m", "resize", targetDedicatedNodes=5),
    ]
    made = run(body, work, timeline=timeline, horizon="30m")
    assert codes(made) == ["Success", "TooManyEnableAutoScaleRequests", "OperationNotValidOnPool"]
    assert made.evaluations["time"].tolist() == [0, 300, 900, 1500]
    assert len(made.nodes) == 1
    busy = run(
        pool(nodes=1, **timing(allocationLatency="5m")),
        work,
        timeline=[operation("1m", "enableAutoScale", autoScaleFormula=formula)],
    )
    assert codes(busy) == ["PoolBeingResized"]
    wrong: Body
    for wrong in (
        {"autoScaleEvaluationInterval": "PT4M"},
        {"autoScaleFormula": "$TargetDedicatedNodes = ;"},
    ):
        assert refused(tmp_path, {**body, **wrong}, work)


def test_row_25_options_decide_and_drains_block() -> None:
    def shrink(option: str) -> Recording:
        down = operation("10m", "resize", targetDedicatedNodes=0, nodeDeallocationOption=option, resizeTimeout="PT200H")
        return run(pool(nodes=1), job(count=1, duration="2h"), timeline=[down])

    requeue, terminate = shrink("requeue"), shrink("terminate")
    assert (requeue.attempts["end"].tolist(), requeue.tasks["requeues"].tolist()) == ([600.0], [1])
    assert requeue.tasks["state"].tolist() == ["active"]
    assert (terminate.tasks["end"].tolist(), terminate.tasks["succeeded"].tolist()) == ([600.0], [False])
    assert shrink("taskcompletion").nodes["gone"].tolist() == [7200.0]
    assert shrink("retaineddata").nodes["gone"].tolist() == [7200.0 + 7 * 86400]
    kept = task("t", "2h", constraints={"retentionTime": "PT3H"})
    down = operation("10m", "resize", targetDedicatedNodes=0, nodeDeallocationOption="retaineddata", resizeTimeout="9h")
    assert run(pool(nodes=1), job(tasks=[kept]), timeline=[down]).nodes["gone"].tolist() == [5 * 3600.0]
    formula = """
    m = time().minute + time().hour * 60;
    $TargetDedicatedNodes = m < 5 ? 1 : m < 10 ? 0 : m < 100 ? 3 : 2;
    $NodeDeallocationOption = taskcompletion;
    """
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT5M")
    made = run(body, job(count=1, duration="2h"), horizon="122m")
    actions = made.evaluations["action"].tolist()
    assert actions[:2] == ["resize", "resize"]
    assert "pending" in actions
    assert "retarget" not in actions
    assert made.resizes["start"].tolist() == [0.0, 300.0, 7200.0]
    assert made.resizes["dedicated_to"].tolist() == [1, 0, 2]


def test_row_29_nodes_that_talk_are_fewer() -> None:
    work = job(count=1)
    talking: Body = {"enableInterNodeCommunication": True}
    for account, nodes in (({}, 100), ({"mode": "UserSubscription"}, 80)):
        made = run(pool(nodes=150, **talking), work, account=account)
        assert len(made.nodes) == nodes
        assert made.resizes["code"].tolist() == ["CommunicationEnabledPoolReachedMaxVMCount"]
    made = run(pool(nodes=150), work)
    assert (len(made.nodes), made.resizes["code"].tolist()) == (150, ["Success"])


def test_row_29_nodes_that_talk_are_harder_to_get_by_option() -> None:
    """Each node is got with the chance the option says; the rest is missing in the end, and others notice nothing."""
    work = job(count=1)
    seldom: Body = {"options": {"interNodeAllocationProbability": 0.6}}
    made = run(pool(nodes=100, enableInterNodeCommunication=True), work, **seldom)
    assert 45 <= len(made.nodes) <= 75  # 60 and three standard deviations of 4.9
    assert made.resizes["code"].tolist() == ["AllocationTimedout"]
    assert made.resizes["dedicated"].tolist() == [len(made.nodes)]
    over = run(pool(nodes=150, enableInterNodeCommunication=True), work, **seldom)
    assert over.resizes["code"].tolist() == ["CommunicationEnabledPoolReachedMaxVMCount"]
    assert len(over.nodes) == len(made.nodes)
    assert len(run(pool(nodes=150), work, **seldom).nodes) == 150
    never: Body = {"options": {"interNodeAllocationProbability": 0}}
    none = run(pool(nodes=3, enableInterNodeCommunication=True), work, horizon="1h", **never)
    assert len(none.nodes) == 0


def test_row_31_a_start_task_runs_on_join_and_after_every_reboot() -> None:
    slow = {"timing": {"startTask": "30s"}}
    failing = {"startTask": {"failureProbability": 1}, **slow}
    work = job(count=2)
    assert ready_after(run(pool(nodes=2, **START, simulation=slow), work)) == [30.0, 30.0]
    failed = run(pool(nodes=2, **START, simulation=failing), work, horizon="1h")
    assert states(failed)[-2:] == ["waitingforstarttask", "starttaskfailed"]
    assert (len(failed.nodes), len(failed.attempts)) == (2, 0)
    assert failed.nodes["billed"].tolist() == [3600.0, 3600.0]
    retried: Body = {"startTask": {"commandLine": "x", "maxTaskRetryCount": 2}}
    rows = run(pool(nodes=1, **retried, simulation=failing), work, horizon="1h").start_tasks
    assert rows["exit_code"].tolist() == [1, 1, 1]
    assert rows["start"].tolist() == [0.0, 30.0, 60.0]
    again = run(
        pool(nodes=1, **START, simulation=slow),
        work,
        timeline=[operation("10m", "reboot", nodeId="p_1_d")],
    )
    assert again.start_tasks["start"].tolist() == [0.0, 600.0]
    beside: Body = {"startTask": {"commandLine": "x", "waitForSuccess": False}}
    made = run(pool(nodes=1, **beside, simulation=failing), work)
    assert made.attempts["start"].min() == 0.0
    assert made.start_tasks["end"].tolist() == [30.0]
    assert "waitingforstarttask" not in states(made)


def test_row_32_packages_are_fetched_on_join_and_after_a_reboot() -> None:
    def packages(*, fails: float = 0, **more: Body) -> Body:
        """Return a pool's package, with the sizes of others that it gets later."""
        known = {"app": {"sizeMiB": 600, "failureProbability": fails}, **more}
        references = [{"applicationId": "app", "version": "1"}]
        return {"applicationPackageReferences": references, "simulation": {"downloads": {"applicationPackages": known}}}

    work = job(count=1, duration="30m")
    reboot = [operation("10m", "reboot", nodeId="p_1_d")]

    def spans(made: Recording) -> list[float]:
        rows = made.node_states[made.node_states["state"] == "starting"]
        return [float(span) for span in rows["end"] - rows["start"]]

    assert spans(run(pool(nodes=1, **packages()), work, timeline=reboot)) == [6.0, 6.0]
    broken = run(pool(nodes=3, **packages(fails=1)), work, horizon="10h")
    last = broken.node_states.groupby("node", observed=True).last()
    assert set(last["state"]) == {"unusable"}
    assert last["why"].str.startswith("application package app").all()
    added = [{"applicationId": name, "version": "1"} for name in ("app", "more")]
    update = operation("5m", "updatePool", applicationPackageReferences=added)
    assert spans(run(pool(nodes=1, **packages(more={"sizeMiB": 1000})), work, timeline=[update, *reboot])) == [
        6.0,
        16.0,
    ]


def test_row_33_a_subnet_needs_no_credentials_and_is_shared() -> None:
    work = job(count=4)
    assert run(pool(nodes=2, **subnet()), work).attempts.equals(run(pool(nodes=2), work).attempts)
    one, two = pool(nodes=4, **subnet()), pool("q", nodes=4, **subnet("S"))
    made = run(one, two, work, subnets={"s": {"freeAddresses": 6}})
    assert made.nodes["pool"].value_counts().to_dict() == {"p": 4, "q": 2}


def test_row_35_tasks_start_as_soon_as_their_own_node_is_ready() -> None:
    made = run(pool(nodes=10), job(count=10, duration="10m"), options={"timingPreset": "typical"})
    rows = made.node_states
    ready = rows[rows["state"].isin(["idle", "running"])].groupby("node", observed=True)["start"].min()
    latency = made.attempts["start"] - made.attempts["assigned"]
    assert made.attempts["assigned"].min() == ready.min()
    assert made.attempts["start"].iloc[0] == pytest.approx(ready.min() + latency.iloc[0])
    assert latency.between(2, 5).all()
    assert made.attempts["start"].min() < ready.max()


def test_row_38_certificates_are_installed_at_boot_and_additions_wait_for_a_reboot() -> None:
    one, two = ({"thumbprint": name, "thumbprintAlgorithm": "sha1"} for name in ("aa", "bb"))
    known = {"timing": {"certificateInstall": 5.0, "startTask": "10s"}}
    timeline = [
        operation("10m", "updatePool", certificateReferences=[one, two]),
        operation("20m", "reboot", nodeId="p_1_d", nodeRebootOption="taskcompletion"),
    ]
    body = pool(nodes=2, **START, certificateReferences=[one], simulation=known)
    simulation = Simulation(scenario(body, job(count=2, duration="15m"), timeline=timeline, horizon="30m"))
    simulation.advance(300)
    assert [node.pending_certificates for node in simulation.nodes("p")] == [(), ()]
    simulation.advance(900)
    assert [node.pending_certificates for node in simulation.nodes("p")] == [("bb",), ("bb",)]
    simulation.advance(1300)
    assert [node.pending_certificates for node in simulation.nodes("p")] == [(), ("bb",)]
    made = simulation.recording()
    assert made.start_tasks["start"].tolist() == [5.0, 5.0, 1205.0]
    assert set(made.attempts["outcome"]) == {"succeeded"}


def test_row_40_a_reboot_has_four_options_and_a_reimage_needs_a_cloud_service() -> None:
    def reboot(option: str) -> Recording:
        order = operation("10m", "reboot", nodeId="p_1_d", nodeRebootOption=option)
        return run(pool(nodes=1), job(count=1, duration="30m"), timeline=[order], horizon="9d")

    requeue, terminate = reboot("requeue"), reboot("terminate")
    assert (requeue.tasks["requeues"].tolist(), requeue.tasks["end"].tolist()) == ([1], [2400.0])
    assert requeue.tasks["succeeded"].all()
    assert (terminate.tasks["succeeded"].tolist(), terminate.tasks["end"].tolist()) == ([False], [600.0])
    boots = {option: reboot(option).nodes["last_boot"].tolist() for option in ("taskcompletion", "retaineddata")}
    assert boots == {"taskcompletion": [1800.0], "retaineddata": [1800.0 + 7 * 86400]}
    node = requeue.nodes.iloc[0]
    assert (node["node"], node["created"], node["last_boot"]) == ("p_1_d", 0.0, 600.0)
    refusal = run(pool(nodes=1), job(count=1), timeline=[operation("10s", "reimage", nodeId="p_1_d")])
    assert codes(refusal) == ["OperationNotValidOnPool"]


def test_row_41_nodes_are_removed_by_name_and_formulas_evaluated_without_effect(tmp_path: Path) -> None:
    work = job(count=1, duration="1h")
    remove = operation("10m", "removeNodes", nodeList=["p_2_d", "p_4_d"])
    made = run(pool(nodes=5), work, timeline=[remove])
    assert last_target(made) == (3, 3)
    assert sorted(made.nodes["node"][made.nodes["gone"] == 600]) == ["p_2_d", "p_4_d"]
    many = operation("10m", "removeNodes", nodeList=[f"p_{k}_d" for k in range(101)])
    assert "at most 100" in refused(tmp_path, pool(nodes=5), work, timeline=[many])[0]
    busy = run(pool(nodes=5, **timing(leaving="5m")), work, timeline=[remove, {**remove, "at": "11m"}])
    assert codes(busy) == ["Success", "PoolBeingResized"]
    assert "batch.node.ubuntu 22.04" in NODE_AGENTS
    ask = operation("10m", "evaluateAutoScale", autoScaleFormula="$TargetDedicatedNodes = 7;")
    formula = "$TargetDedicatedNodes = 1;"
    scaling = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT5M")
    made = run(scaling, work, timeline=[ask])
    assert codes(made) == ["Success"]
    assert "$TargetDedicatedNodes=7" in made.operations["message"].iloc[0]
    assert made.pool_timeline["target_dedicated"].max() == 1
    assert codes(run(pool(nodes=1), work, timeline=[ask])) == ["OperationInvalidForCurrentState"]


def test_row_01_a_size_fixes_cores_memory_and_disk() -> None:
    simulation = Simulation(Scenario.model_validate(document(pool(nodes=3), job(count=1))))
    simulation.advance(10)
    found = {(node.vcpus, node.memory_gib, node.temp_disk_gib) for node in simulation.nodes("p")}
    assert found == {(2, 8.0, 50.0)}
    writing = [task("a", simulation={"disk": 60.0}), task("b", submit="10m"), task("c", submit="10m")]
    made = run(pool(nodes=2), job(tasks=writing), options={"enforceLocalResources": "disk"}, horizon="1h")
    broken = made.node_states[made.node_states["state"] == "unusable"]
    assert (broken["node"].tolist(), broken["why"].tolist()) == (["p_1_d"], ["disk full"])
    assert broken["end"].tolist() == [3600.0]
    assert made.attempts["node"].tolist() == ["p_1_d", "p_2_d", "p_2_d"]
    assert made.nodes["billed"].tolist() == [3600.0, 3600.0]
    free = run(pool(nodes=2), job(tasks=writing), horizon="1h")
    assert "unusable" not in set(free.node_states["state"])


def test_row_01_cores_and_memory_may_be_asked_for_beyond_what_a_node_has_by_option() -> None:
    """Four tasks of 1 core and 3 GiB on 2 vCPU and 8 GiB: two after two, or all at once, slow, and with a warning."""
    body = pool(nodes=1, taskSlotsPerNode=4)
    work = job(count=4, duration="10m", group={"cores": 1, "memory": 3})
    assert run(body, work).attempts["assigned"].tolist() == [0, 0, 600, 600]
    options = {"cpuSlowdown": True, "enforceLocalResources": "disk_and_memory"}
    made = run(body, work, options=options)
    assert made.attempts["assigned"].tolist() == [0] * 4
    assert made.attempts["end"].tolist() == [1200] * 4
    assert made.memory_excess["peak"].tolist() == [12]
    assert len(summarize(made)["warnings"]) == 1
