"""An invalid scenario cannot exist, in whichever way it is made; what is odd is in the warnings of every scenario."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from simulator import InputError, Scenario, load, scenario_of, simulate, summarize
from simulator.errors import BrokenInvariantError
from simulator.scenario.reading.amend import Surroundings, read_operation
from tests.scenario.files import job, pool, write

GROUP = [{"count": 2, "duration": "60s"}]
SCENARIOS = Path(__file__).parents[2] / "scenarios"
Body = dict[str, Any]


def document(**sections: Any) -> Body:
    return {"options": {"timingPreset": "instant"}, "pools": [pool()], "jobs": [job(GROUP)], **sections}


def schedule(**body: Any) -> Body:
    return {"id": "s", "schedule": {}, "jobSpecification": {"poolInfo": {"poolId": "p"}}, **body}


INVALID: list[tuple[Body, str, str]] = [
    ({"jobs": [job(GROUP), job([{"count": 3, "duration": "600s"}])]}, "jobs.1.id", "a second job with the id 'j'"),
    ({"jobs": [job(GROUP), job(GROUP, id="J")]}, "jobs.1.id", "a second job with the id 'J'"),
    ({"pools": [pool(), pool(targetDedicatedNodes=2)]}, "pools.1.id", "a second pool with the id 'p'"),
    ({"pools": [pool(), pool(id="P")]}, "pools.1.id", "a second pool with the id 'P'"),
    (
        {"timeline": [{"at": "1m", "operation": "addJob", "job": job(GROUP, id="J")}]},
        "timeline.0.job.id",
        "a second job with the id 'J'",
    ),
    ({"jobSchedules": [schedule(), schedule(id="S")]}, "jobSchedules.1.id", "a second job schedule with the id 'S'"),
    ({"accounts": {"a": {}, "A": {}}}, "accounts.A", "a second account with the name 'A'"),
    ({"subnets": {"n": {"freeAddresses": 1}, "N": {"freeAddresses": 2}}}, "subnets.N", "a second subnet"),
    (
        {"jobs": [job(tasks=[{"id": name, "commandLine": "sleep 1"} for name in ("t", "T")])]},
        "jobs.0.tasks.1.id",
        "a second task with the id 'T' in this job",
    ),
    ({"timeline": [{"at": "1m", "operation": "deletePool", "pool": "q"}]}, "timeline.0.pool", "no pool 'q'"),
    ({"pools": [pool(vmSize="Standard_D2_v9")]}, "pools.0.vmSize", "unknown VM size 'Standard_D2_v9'"),
    ({"pools": [pool(taskSlotsPerNode=9)]}, "pools.0.taskSlotsPerNode", "allows at most 8"),
    ({"pools": [pool(autoScaleFormula="x = 1;")]}, "pools.0.autoScaleFormula", "without enableAutoScale"),
    ({"timeline": [{"at": "1m", "operation": "resize", "pool": "p"}]}, "timeline.0", "expected targetDedicatedNodes"),
    ({"horizon": "0s"}, "horizon", "before the first task arrives"),
    ({"jobs": [job(tasks=[{"id": "t", "commandLine": "work"}])]}, "jobs.0.tasks.0", "no duration"),
]


def read_json(described: Body) -> Scenario:
    return Scenario.model_validate_json(json.dumps(described))


PYTHON: list[Callable[[Body], Scenario]] = [Scenario.model_validate, read_json, lambda body: Scenario(**body)]


@pytest.mark.parametrize(("sections", "path", "text"), INVALID)
@pytest.mark.parametrize("make", PYTHON)
def test_the_type_refuses_what_no_single_value_shows(
    make: Callable[[Body], Scenario], sections: Body, path: str, text: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        make(document(**sections))
    lines = {".".join(map(str, line["loc"])): line["msg"] for line in refused.value.errors() if line["type"] != "odd"}
    assert set(lines) == {path}
    assert text in lines[path]


@pytest.mark.parametrize(("sections", "path", "text"), INVALID)
def test_every_constructor_reports_the_same(tmp_path: Path, sections: Body, path: str, text: str) -> None:
    described = document(**sections)
    file = write(tmp_path, described)
    makers: list[Callable[[], Scenario]] = [lambda: scenario_of(described), lambda: load(file)]
    for make in makers:
        with pytest.raises(InputError) as refused:
            make()
        (found,) = [problem for problem in refused.value.problems if not problem.is_warning]
        assert found.path == path
        assert text in found.message


def test_two_jobs_of_one_id_lose_no_tasks() -> None:
    """Five tasks are described; as two jobs of one id, three of them would have run."""
    size = {"sizes": {"D2": {"vcpus": 2, "memoryGiB": 8, "dedicatedLinux": 0.1}}}
    jobs = [job(GROUP), job([{"count": 3, "duration": "600s"}])]
    described = {**size, "pools": [pool(vmSize="D2", targetDedicatedNodes=1)], "jobs": jobs}
    with pytest.raises(ValidationError, match="a second job with the id 'j'"):
        Scenario.model_validate(described)
    jobs[1]["id"] = "k"
    assert summarize(simulate(Scenario.model_validate(described)))["tasks"]["planned"] == 5


def test_a_copy_is_held_to_the_same_rules() -> None:
    sound = scenario_of(document(pools=[pool(targetDedicatedNodes=1)]))
    (own,), (work,) = sound.pools, sound.jobs
    with pytest.raises(InputError, match=r"jobs\.1\.id: a second job with the id 'j'"):
        sound.model_copy(update={"jobs": (work, work)})
    with pytest.raises(InputError, match=r"pools\.1\.id: a second pool with the id 'p'"):
        sound.model_copy(update={"pools": (own, own)})
    (warning,) = sound.model_copy(update={"pools": (own.model_copy(update={"id": "q"}),)}).warnings
    assert "no pool 'p'" in warning.message
    assert sound.model_copy(update={"seed": 7}).seed == 7
    assert sound.model_copy(update={"pools": (own,)}) == sound


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("seed", -1, "seed: expected a value greater than or equal to 0, not -1"),
        ("seed", "x", "seed: "),
        ("seed", True, "seed: expected a number, found true or false"),
        ("name", 3, "name: "),
        ("horizon", -3, "horizon: a span cannot be negative"),
        ("horizon", "soon", "horizon: cannot be read as a duration"),
        ("origin", "tomorrow", "origin: expected an ISO-8601 time"),
        ("options", {"sampleProfil": "exact"}, "options.sampleProfil: unknown key"),
        ("pools", "p", "pools: "),
        ("poools", (), "poools: a scenario has no field 'poools', did you mean 'pools'?"),
        ("timeline", [{"at": "1h", "operation": "rezise", "pool": "p"}], "timeline.0: "),
        ("timeline", [{"at": "1h", "operation": "deletePool", "pool": "q"}], "timeline.0.pool: no pool 'q'"),
    ],
)
def test_a_value_of_a_copy_is_read_as_that_of_a_file(field: str, value: Any, why: str) -> None:
    sound = scenario_of(document(pools=[pool(targetDedicatedNodes=1)]))
    with pytest.raises(InputError) as caught:
        sound.model_copy(update={field: value})
    assert any(str(problem).startswith(why) for problem in caught.value.problems), caught.value.problems


def test_a_copy_takes_what_a_file_has() -> None:
    sound = scenario_of(document(pools=[pool(targetDedicatedNodes=1)]))
    resized = [{"at": "1h", "operation": "resize", "pool": "p", "targetDedicatedNodes": 3}]
    copy = sound.model_copy(update={"horizon": "2h", "timeline": resized, "pools": list(sound.pools)})
    assert copy.horizon == 7200.0
    assert copy == scenario_of(document(pools=[pool(targetDedicatedNodes=1)], horizon="2h", timeline=resized))


def test_objects_are_held_to_the_same_rules_as_documents() -> None:
    sound = scenario_of(document())
    with pytest.raises(ValidationError, match="a second pool"):
        Scenario(**{**dict(sound), "pools": (*sound.pools, *sound.pools)})
    assert Scenario(**dict(sound)) == sound


def test_an_operation_that_comes_later_is_held_to_the_same_rules() -> None:
    sound = scenario_of(document(pools=[pool(targetDedicatedNodes=1)]))
    asked = {"at": "1h", "operation": "addJob", "job": job(GROUP, id="J")}
    with pytest.raises(InputError, match=r"job\.id: a second job with the id 'J'"):
        read_operation(sound, Surroundings(sound.pools, sound.jobs), asked)
    for one in (sound, sound.model_copy(update={"horizon": 7200.0})):
        read = read_operation(one, Surroundings(one.pools), {**asked, "job": job(GROUP, id="k")})
        continued = one.continued([read.operation], read.sizes, read.odd)
        assert len(continued.timeline) == 1
        assert continued == one.model_copy(update={"timeline": [read.operation]})
        assert continued.model_copy(update={"timeline": ()}) == one


def test_what_is_odd_is_in_the_warnings_of_every_scenario(tmp_path: Path) -> None:
    described = document(jobs=[job([{**GROUP[0], "requiredSlots": 3}])])
    file = write(tmp_path, described)
    made = [make(described) for make in PYTHON]
    for one in [*made, scenario_of(described), load(file), made[0].model_copy(update={"seed": 2})]:
        (warning,) = one.warnings
        assert warning.is_warning
        assert (warning.path, "needs 3 slots" in warning.message) == ("jobs.0.simulation.workload.0", True)
    assert load(file).warnings[0].line is not None
    with pytest.raises(InputError, match="needs 3 slots"):
        scenario_of(described, strict=True)
    (own,) = made[0].pools
    assert made[0].model_copy(update={"pools": (own.model_copy(update={"task_slots_per_node": 3}),)}).warnings == ()


def test_warnings_stand_beside_errors() -> None:
    described = document(jobs=[job([{**GROUP[0], "requiredSlots": 3}], priority=5000)])
    with pytest.raises(InputError) as refused:
        scenario_of(described)
    assert [problem.is_warning for problem in refused.value.problems] == [False, True]


SHIPPED = sorted(path for path in SCENARIOS.glob("*.yaml") if "trace:" not in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_scenario_that_was_written_down_is_the_same_when_it_is_read(path: Path) -> None:
    made = load(path)
    assert Scenario.model_validate_json(made.model_dump_json(by_alias=True)) == made
    assert Scenario.model_validate(json.loads(made.model_dump_json())) == made
    assert scenario_of(json.loads(made.model_dump_json(by_alias=True))) == made


def test_a_check_that_fails_is_no_mistake_of_the_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise AssertionError("never")

    monkeypatch.setattr("simulator.scenario.scenario.check", fails)
    with pytest.raises(BrokenInvariantError, match="never"):
        Scenario.model_validate(document())
