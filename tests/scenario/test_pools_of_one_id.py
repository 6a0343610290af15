"""A pool that is deleted and created again under its id: what the checks say holds for both bodies."""

from pathlib import Path
from typing import Any

import pytest

from tests.features.story import job, operation, pool, problems_of, task

PACKAGE = [{"applicationId": "render", "version": "1"}]
SIZE = {"applicationPackages": {"render": {"sizeMiB": 100}}}
IMAGE = {"containerImages": {"tools": {"sizeMiB": 100}}}


def again(body: dict[str, Any], *operations: dict[str, Any]) -> dict[str, Any]:
    """Return a timeline in which pool p is deleted after ten minutes and created again with another body."""
    created = operation("20m", "createPool", pool=None)
    return {"horizon": "1h", "timeline": [operation("10m", "deletePool"), {**created, "pool": body}, *operations]}


def containers(*images: str, **body: Any) -> dict[str, Any]:
    made = pool(nodes=1, **body)
    machine = {**made["virtualMachineConfiguration"], "containerConfiguration": {"containerImageNames": list(images)}}
    return {**made, "virtualMachineConfiguration": machine}


def found(tmp_path: Path, first: dict[str, Any], *rest: dict[str, Any], **more: Any) -> list[str]:
    return problems_of(tmp_path, first, *rest, account={"mode": "UserSubscription"}, **more)


@pytest.mark.parametrize("is_first", [True, False])
def test_sizes_of_packages_may_stand_in_either_body(tmp_path: Path, is_first: bool) -> None:
    sized, plain = pool(nodes=1, simulation={"downloads": SIZE}), pool(nodes=1)
    bodies = (sized, plain) if is_first else (plain, sized)
    fetching = job(tasks=[task("a", applicationPackageReferences=PACKAGE)])
    assert found(tmp_path, bodies[0], fetching, **again(bodies[1])) == []


def test_a_change_of_the_first_is_none_of_the_second(tmp_path: Path) -> None:
    change = operation("5m", "updatePool", applicationPackageReferences=PACKAGE)
    sized = pool(nodes=1, simulation={"downloads": SIZE})
    assert found(tmp_path, sized, job(count=1), **again(pool(nodes=1), change)) == []
    wrong = found(tmp_path, pool(nodes=1), job(count=1), **again(sized, change))
    assert ["timeline.1.pool.simulation.downloads" in text for text in wrong] == [True]


def test_a_job_that_moves_to_an_id_may_be_on_all_of_its_pools(tmp_path: Path) -> None:
    move = [operation("25m", "disableJob", pool=None, job="j", disableTasks="requeue")]
    move += [operation("26m", "updateJob", pool=None, job="j", poolInfo={"poolId": "p"})]
    moved = job(pool="q", tasks=[task("a", applicationPackageReferences=PACKAGE)])
    second = pool(nodes=1, simulation={"downloads": SIZE})
    assert found(tmp_path, pool(nodes=1), pool("q", nodes=1), moved, **again(second, *move)) == []


@pytest.mark.parametrize(("slots", "count"), [((1, 4), 0), ((4, 1), 0), ((1, 1), 1)])
def test_work_that_fits_one_of_them_may_run(tmp_path: Path, slots: tuple[int, int], count: int) -> None:
    first, second = (pool(nodes=1, taskSlotsPerNode=number) for number in slots)
    wide = job(tasks=[task("a", requiredSlots=4)])
    never = [text for text in found(tmp_path, first, wide, **again(second)) if "never run" in text]
    assert len(never) == count


def test_container_settings_are_right_where_one_of_them_has_containers(tmp_path: Path) -> None:
    inside = job(tasks=[task("a", containerSettings={"imageName": "tools"})])
    sized = containers("tools", simulation={"downloads": IMAGE})
    assert found(tmp_path, pool(nodes=1), inside, **again(sized)) == []
    assert found(tmp_path, sized, inside, **again(pool(nodes=1))) == []
    assert any("no containerConfiguration" in text for text in found(tmp_path, pool(nodes=1), inside))


def test_operations_meet_the_body_that_is_there(tmp_path: Path) -> None:
    scaling = pool(enableAutoScale=True, autoScaleFormula="$TargetDedicatedNodes = 1;")
    late = operation("30m", "enableAutoScale", autoScaleEvaluationInterval="10m")
    early = {**late, "at": "5m"}
    assert not any("autoscale is off" in text for text in found(tmp_path, pool(nodes=1), **again(scaling, late)))
    assert any("autoscale is off" in text for text in found(tmp_path, pool(nodes=1), **again(scaling, early)))
    assert any("autoscale is off" in text for text in found(tmp_path, scaling, **again(pool(nodes=1), late)))


def test_nodes_are_named_by_the_pool_of_the_run(tmp_path: Path) -> None:
    second = pool(low_priority=2, simulation={"sickNodes": {"nodes": ["p~2_1_p"]}})
    evict = operation("30m", "preemptNodes", nodeId=["p~2_1_p", "p_1_p"])
    assert found(tmp_path, pool(low_priority=1), **again(second, evict)) == []
    wrong = {**second, "simulation": {"sickNodes": {"nodes": ["p_1_p"]}}}
    strange = operation("30m", "preemptNodes", nodeId=["p~3_1_p", "p~2_0_p", "p~2_2_d"])
    texts = found(tmp_path, pool(low_priority=1), **again(wrong, strange))
    assert any("no node of the pool can be called 'p_1_p'; they are p~2_1_d" in text for text in texts)
    assert any("'p~3_1_p' is no low-priority node" in text for text in texts)
    assert any("'p~2_0_p' is no low-priority node" in text for text in texts)
    assert any("'p~2_2_d' is a dedicated node" in text for text in texts), texts


def test_a_trace_of_evictions_names_the_nodes_of_its_own_body(tmp_path: Path) -> None:
    def taken(name: str) -> dict[str, Any]:
        trace = {"model": "trace", "evictions": [{"at": "25m", "nodes": [name]}]}
        return pool(low_priority=1, simulation={"preemption": trace})

    assert found(tmp_path, pool(low_priority=1), **again(taken("p~2_1_p"))) == []
    assert len(found(tmp_path, pool(low_priority=1), **again(taken("p_1_p")))) == 1


def test_certificates_that_an_update_brings_are_refused_where_the_interface_has_none(tmp_path: Path) -> None:
    update = operation("5m", "updatePool", certificateReferences=[{"thumbprint": "00"}])
    new = {"options": {"apiProfile": "2025-06"}, "horizon": "1h", "timeline": [update]}
    texts = problems_of(tmp_path, pool(nodes=1), **new)
    assert any("timeline.0.certificateReferences" in text and "has it no more" in text for text in texts)
    assert problems_of(tmp_path, pool(nodes=1), **{**new, "options": {}}) == []
