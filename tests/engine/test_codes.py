"""The service's codes stand in one list, whoever uses them; each has a meaning, and a scenario that leads to it."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import simulator
from docs.generate import HERE
from simulator import Recording
from simulator.formula import errors
from simulator.service_codes import (
    QUOTAS,
    RESIZE_ERRORS,
    RETARGETED,
    SUCCESS,
    ServiceCode,
    TerminateReason,
    meaning,
)
from tests.features.story import CLOUD_SERVICE, UBUNTU, Body, job, operation, pool, problems_of, run, task
from tests.service.refusals import REFUSALS

C = ServiceCode


# ---- scenarios that run ---------------------------------------------------------------------------------------


def on(at: str, name: str, **body: Any) -> Body:
    return operation(at, name, pool=None, **{"job": "j", **body})


def of_schedule(at: str, name: str) -> Body:
    return operation(at, name, pool=None, jobSchedule="s")


def grown(nodes: int = 9, *, account: Body | None = None, **body: Any) -> Recording:
    return run(pool(nodes=nodes, **body), horizon="30m", account=account or {})


def spot(mode: str) -> Recording:
    return run(pool(low_priority=9), horizon="30m", account={"mode": mode, "lowPriorityCoreQuota": 4})


def resized() -> Recording:
    """Grow for longer than the resize may take, be asked for more meanwhile, be stopped."""
    slow = {"timing": {"allocationLatency": "20m"}}
    asked = [
        operation("1m", "resize", targetDedicatedNodes=5),
        operation("2m", "stopResize"),
        operation("3m", "resize", targetDedicatedNodes=5),
    ]
    return run(pool(nodes=1, resizeTimeout="PT10M", simulation=slow), timeline=asked, horizon="1h")


def deleted() -> Recording:
    asked = [operation("1m", "deletePool"), operation("2m", "resize", targetDedicatedNodes=1)]
    return run(pool(nodes=1, simulation={"timing": {"leaving": "10m"}}), timeline=asked, horizon="1h")


def drained() -> Recording:
    shrink = operation("1m", "resize", targetDedicatedNodes=0, nodeDeallocationOption="taskcompletion")
    return run(pool(nodes=1), job(count=1, duration="1h"), timeline=[shrink])


def out_of_addresses() -> Recording:
    network: Body = {"networkConfiguration": {"subnetId": "/x/s"}}
    return run(pool(nodes=3, **network), subnets={"s": {"freeAddresses": 2}}, horizon="30m")


def formulas() -> Recording:
    scaling: Body = {"enableAutoScale": True, "autoScaleEvaluationInterval": "PT5M"}
    first = "$TargetDedicatedNodes = max($PendingTasks.GetSample(TimeInterval_Minute * 5, 90));"
    asked = [
        operation("10m", "enableAutoScale", autoScaleFormula="a = 1 + 1"),
        operation("601s", "enableAutoScale", autoScaleFormula="a = 1 + 1"),
        operation("20m", "resize", targetDedicatedNodes=1),
        operation("30m", "enableAutoScale", autoScaleFormula="$TargetDedicatedNodes = $CPUPercent.GetSample(0);"),
    ]
    return run(pool(**scaling, autoScaleFormula=first), timeline=asked, horizon="1h")


def retargeted() -> Recording:
    formula = '$TargetDedicatedNodes = time() < time("2026-01-05T00:04:00Z") ? 4 : 3;'
    scaling: Body = {"enableAutoScale": True, "autoScaleFormula": formula, "autoScaleEvaluationInterval": "PT5M"}
    return run(pool(**scaling, simulation={"timing": {"allocationLatency": "12m"}}), horizon="30m")


def operated() -> Recording:
    """Operate on nodes in states in which they cannot be operated on."""
    one, two, three = ({"nodeId": f"p_{number}_d"} for number in (1, 2, 3))
    asked = [
        operation("30s", "reboot", **one),
        operation("90s", "reimage", **one),
        operation("10m", "reboot", **one),
        operation("11m", "disableScheduling", **one),
        operation("10m", "reimage", **two),
        operation("11m", "disableScheduling", **two),
        operation("10m", "loseContact", **three, state="unusable"),
        operation("11m", "disableScheduling", **three),
        operation("30m", "enableScheduling", **one),
        operation("31m", "disableScheduling", **one),
        operation("32m", "reboot", **one),
        operation("33m", "reboot", nodeId="p_9_d"),
        operation("34m", "deallocateNode", **one),
        operation("35m", "upgradeOs", targetOSVersion="b", batchSize=1),
        operation("36m", "upgradeOs", targetOSVersion="c", batchSize=1),
        operation("5h", "upgradeOs", targetOSVersion="b", batchSize=1),
    ]
    timing = {"creating": "1m", "starting": "1m", "rebooting": "5m", "reimaging": "5m", "upgradingOS": "10m"}
    body = pool(nodes=3, cloudServiceConfiguration=CLOUD_SERVICE, simulation={"timing": timing})
    return run(body, timeline=asked, horizon="6h")


def jobs() -> Recording:
    """Operate on a job, its tasks and its schedule in every state, and before and after they are there."""
    asked = [
        on("30s", "terminateTask", task="a"),
        on("1m", "reactivateTask", task="b"),
        on("8m", "reactivateTask", task="b"),
        on("8m", "terminateTask", task="b"),
        on("9m", "terminateTask", task="nobody"),
        on("9m", "updateJob", poolInfo={"poolId": "q"}),
        on("10m", "disableJob", disableTasks="requeue"),
        on("11m", "disableJob", disableTasks="requeue"),
        on("11m", "updateJob", poolInfo={"poolId": "q"}),
        on("12m", "updateJob", onAllTasksComplete="noaction"),
        on("20m", "terminateJob"),
        on("20m30s", "enableJob"),
        on("25m", "enableJob"),
        on("30m", "deleteJob"),
        on("40m", "enableJob"),
        on("1m", "disableJob", disableTasks="requeue", job="k"),
        on("2m", "deleteJob", job="k"),
        on("2m30s", "enableJob", job="k"),
        on("59m", "disableJob", disableTasks="requeue", job="own"),
        on("59m", "deleteJob", job="own"),
        *(operation("60m", "addJob", pool=None, job=job("own", count=1)) for _ in range(2)),
        on("60m", "addTasks", job="own", tasks=[task("e")]),
        on("61m", "deleteTask", job="late", task="task-1"),
        *(on(at, "addTasks", job="late", tasks=[task("task-1")]) for at in ("61m", "62m")),
        operation("50m", "resize", targetDedicatedNodes=3, pool="q"),
        operation("51m", "deletePool", pool="q"),
        operation("55m", "deletePool", pool="q"),
        operation("56m", "upgradeOs"),
        operation("57m", "startNode", nodeId="p_1_d"),
    ]
    bye: Body = {"jobPreparationTask": {"commandLine": "sleep 1"}, "jobReleaseTask": {"commandLine": "sleep 60"}}
    listed = [task("a", "9h"), task("b", "5m"), task("c", "9h")]
    first = job(tasks=listed, onAllTasksComplete="terminatejob", **bye)
    own = {"autoPoolSpecification": {"poolLifetimeOption": "job", "pool": pool(nodes=1)}}
    return run(
        pool(nodes=4),
        pool("q", nodes=1),
        first,
        job("k", tasks=[task("x", "9h")], **bye),
        job("late", at="58m", count=1),
        {**job("own", at="58m", count=1), "poolInfo": own},
        timeline=asked,
        horizon="2h",
    )


def schedules() -> Recording:
    bye: Body = {"jobPreparationTask": {"commandLine": "sleep 1"}, "jobReleaseTask": {"commandLine": "sleep 60"}}
    body = {"poolInfo": {"poolId": "p"}, "tasks": [task("t", "20m")], **bye}
    plan = {"id": "s", "schedule": {"recurrenceInterval": "PT1H"}, "jobSpecification": body}
    asked = [
        *(of_schedule(at, "disableJobSchedule") for at in ("1m", "2m")),
        of_schedule("5m", "terminateJobSchedule"),
        *(of_schedule("330s", name) for name in ("enableJobSchedule", "deleteJobSchedule", "disableJobSchedule")),
        of_schedule("10m", "enableJobSchedule"),
    ]
    return run(pool(nodes=1), jobSchedules=[plan], timeline=asked, horizon="30m")


def completed_schedule() -> Recording:
    body = {"poolInfo": {"poolId": "p"}, "tasks": [task("t", "1m")]}
    plan = {"id": "s", "schedule": {"recurrenceInterval": "PT1H", "doNotRunAfter": "30m"}, "jobSpecification": body}
    asked = [of_schedule("5m", "terminateJobSchedule"), of_schedule("1h", "disableJobSchedule")]
    return run(pool(nodes=1), jobSchedules=[plan], timeline=asked, horizon="2h")


def quotas() -> Recording:
    own = {"autoPoolSpecification": {"poolLifetimeOption": "job", "pool": pool(nodes=1)}}
    owner = job("own", count=1, poolInfo=own)
    second = operation("1m", "addJob", pool=None, job=job("second", count=1))
    third = operation("2m", "addJob", pool=None, job=owner)
    limits = {"poolQuota": 1, "activeJobAndScheduleQuota": 1}
    first = job(count=1, duration="90s", onAllTasksComplete="terminatejob")
    return run(pool(nodes=1), first, timeline=[second, third], account=limits)


def of_a_family() -> Recording:
    sizes = {"F2": {"vcpus": 2, "memoryGiB": 4, "family": "fam", "dedicatedLinux": 0.1}}
    account = {"dedicatedCoreQuotaPerVMFamily": {"fam": 2}, "dedicatedCoreQuotaPerVMFamilyEnforced": True}
    return run(pool(nodes=4, vmSize="F2"), sizes=sizes, account=account, horizon="30m")


def of_the_wrong_generation() -> Recording:
    second = {**UBUNTU, "imageReference": {**UBUNTU["imageReference"], "sku": "22_04-lts-gen2"}}
    return run(pool(nodes=1, vmSize="Standard_A2_v2", virtualMachineConfiguration=second), horizon="30m")


RUNS: list[tuple[Callable[[], Recording], set[ServiceCode]]] = [
    (lambda: grown(account={"dedicatedCoreQuota": 4}), {C.CORE_QUOTA}),
    (lambda: spot("BatchService"), {C.LOW_PRIORITY_CORE_QUOTA}),
    (lambda: spot("UserSubscription"), {C.SPOT_CORE_QUOTA}),
    (resized, {C.SUCCESS, C.POOL_BEING_RESIZED, C.RESIZE_STOPPED, C.ALLOCATION_TIMED_OUT}),
    (deleted, {C.POOL_BEING_DELETED}),
    (of_a_family, {C.VM_SERIES_CORE_QUOTA}),
    (of_the_wrong_generation, {C.INCOMPATIBLE_VM_SIZE}),
    (lambda: grown(150, enableInterNodeCommunication=True), {C.INTER_NODE_POOL_FULL}),
    (drained, {C.REMOVE_NODES_FAILED}),
    (out_of_addresses, {C.ALLOCATION_FAILED}),
    (retargeted, {C.RETARGETED}),
    (
        formulas,
        {
            *(C.INSUFFICIENT_SAMPLE_DATA, C.FORMULA_EVALUATION_ERROR),
            *(C.TOO_MANY_ENABLE_REQUESTS, C.OPERATION_NOT_VALID_ON_POOL),
        },
    ),
    (
        operated,
        {
            *(C.NODE_BEING_CREATED, C.NODE_BEING_STARTED, C.NODE_BEING_REBOOTED, C.NODE_BEING_REIMAGED),
            *(C.NODE_UNUSABLE, C.NODE_NOT_FOUND, C.NODE_ALREADY_IN_STATE, C.OPERATION_NOT_VALID_ON_NODE),
            *(C.POOL_UPGRADE_CONFLICT, C.POOL_VERSION_EQUAL),
        },
    ),
    (
        jobs,
        {
            *(C.TASK_NOT_COMPLETED, C.TASK_COMPLETED, C.TASK_SUCCEEDED, C.TASK_NOT_FOUND),
            *(C.INVALID_STATE, C.NOT_SIMULATED, C.INVALID_PROPERTY, C.JOB_DISABLED, C.JOB_BEING_TERMINATED),
            *(C.JOB_COMPLETED, C.JOB_NOT_FOUND, C.JOB_BEING_DELETED, C.JOB_EXISTS, C.TASK_EXISTS),
            *(C.POOL_NOT_FOUND, C.POOL_NOT_UPGRADABLE, C.INVALID_URI),
        },
    ),
    (schedules, {C.SCHEDULE_DISABLED, C.SCHEDULE_BEING_TERMINATED, C.SCHEDULE_BEING_DELETED, C.SCHEDULE_NOT_FOUND}),
    (completed_schedule, {C.SCHEDULE_COMPLETED}),
    (quotas, {C.JOB_QUOTA, C.AUTO_POOL_QUOTA}),
]


def codes_of(made: Recording) -> set[str]:
    rows = (made.operations["code"], made.resizes["code"], made.evaluations["error"], made.jobs["reason"])
    return {str(code) for column in rows for code in column.dropna()}


@pytest.mark.parametrize(("make", "codes"), RUNS, ids=[", ".join(sorted(codes)) for _, codes in RUNS])
def test_a_run_is_answered_with_these_codes(make: Callable[[], Recording], codes: set[ServiceCode]) -> None:
    missing = codes - codes_of(make())
    assert not missing


# ---- bodies that are refused before the run ----------------------------------------------------------------------

LONG = "x" * 60
SCALING: Body = {"enableAutoScale": True}
BODIES: dict[ServiceCode, tuple[list[Body], Body]] = {
    C.INVALID_PROPERTY: ([pool(nodes=1, resizeTimeout="PT1M")], {}),
    C.INVALID_BODY: (
        [pool(nodes=1, certificateReferences=[{"thumbprint": "a", "thumbprintAlgorithm": "sha1"}])],
        {"options": {"apiProfile": "2025-06"}},
    ),
    C.MISSING_PROPERTY: ([pool(**SCALING)], {}),
    C.DEPENDENCIES_NOT_SPECIFIED: ([job(tasks=[task("a"), task("b", dependsOn={"taskIds": ["a"]})])], {}),
    C.DEPENDENCY_LIST_TOO_LONG: (
        [
            job(
                tasks=[task("b", dependsOn={"taskIds": [f"{LONG}{number}" for number in range(1100)]})],
                usesTaskDependencies=True,
            )
        ],
        {},
    ),
    C.TASK_EXISTS: ([job(tasks=[task("boss")], jobManagerTask={"id": "boss", "commandLine": "x"})], {}),
    C.POOL_QUOTA: ([pool("q")], {"account": {"poolQuota": 1}}),
    C.FORMULA_SYNTAX_ERROR: ([pool("q", **SCALING, autoScaleFormula="a = ;")], {}),
    C.FORMULA_TOO_LONG: ([pool("q", **SCALING, autoScaleFormula="a = 1;" * 2000)], {}),
}


@pytest.mark.parametrize("code", BODIES)
def test_what_the_service_refuses_is_refused_with_its_code(tmp_path: Path, code: ServiceCode) -> None:
    parts, rest = BODIES[code]
    there = [] if any(part["id"] == "p" for part in parts) else [pool(nodes=1)]
    found = problems_of(tmp_path, *there, *parts, **rest)
    assert any(code in text for text in found), found


# ---- the list ----------------------------------------------------------------------------------------------------


def test_every_code_has_a_scenario_or_a_request_that_leads_to_it() -> None:
    shown = set(BODIES).union(REFUSALS, *(codes for _, codes in RUNS))
    assert set(ServiceCode) - shown == set()


@pytest.mark.parametrize("code", ServiceCode)
def test_every_code_has_a_meaning_and_stands_in_the_documents(code: ServiceCode) -> None:
    assert meaning(code) == code.means != ""
    assert f"| `{code}` | {code.means} |" in (HERE / "reasons.md").read_text(encoding="utf-8")
    assert meaning("no code") == ""


def strings(path: Path) -> Iterator[str]:
    """Yield the texts of a module that are values: no docstrings, and no notes below a name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    notes = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in notes:
            yield node.value


def test_no_code_is_written_by_hand() -> None:
    """A word in a text would not follow the list; `Success` is a word of the language, too."""
    root = Path(simulator.__file__).parent
    words = re.compile(rf"\b({'|'.join([*(set(ServiceCode) - {ServiceCode.SUCCESS}), *TerminateReason])})\b")
    homes = {root / "service_codes.py", root / "formula/errors.py"}
    found = {
        (path.relative_to(root).as_posix(), text)
        for path in root.rglob("*.py")
        if path not in homes
        for text in strings(path)
        if words.search(text) or text == SUCCESS
    }
    assert not found


def test_every_error_of_a_formula_is_a_code_of_the_service() -> None:
    names = ("INSUFFICIENT_SAMPLE_DATA", "EVALUATION_ERROR", "SYNTAX_ERROR", "TOO_LONG")
    assert {ServiceCode(getattr(errors, name)).value for name in names} == {getattr(errors, name) for name in names}


def test_codes_are_their_text_wherever_they_are_written() -> None:
    assert f"{ServiceCode.CORE_QUOTA}" == str(ServiceCode.CORE_QUOTA) == "AccountCoreQuotaReached"
    assert ServiceCode("AllocationTimedout") is ServiceCode.ALLOCATION_TIMED_OUT


def test_a_resize_that_ended_well_or_was_retargeted_has_no_error() -> None:
    assert not {SUCCESS, RETARGETED} & set(RESIZE_ERRORS)
    assert list(RESIZE_ERRORS) == sorted(set(RESIZE_ERRORS))
    assert set(RESIZE_ERRORS) > QUOTAS
