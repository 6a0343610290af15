"""One command reports all problems, each at its place and none that only follows from another."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from simulator import InputError, load, scenario_of
from tests.scenario.files import LINUX, problems, write

SHIPPED = Path(__file__).parents[2] / "scenarios"
BASES = ("first_pool", "office_hours", "reactive_pool")
Body = dict[str, Any]

BAD = """\
name: bad
pools:
  - id: p
    vmSize: Standard_D4_v3
    virtualMachineConfiguration:
      imageReference: {publisher: canonical, offer: 0001-com-ubuntu-server-jammy, sku: 22_04-lts}
      nodeAgentSKUId: batch.node.ubuntu 22.04
    resizeTimeout: PT1M
    taskSlotsPerNode: -1
    enableAutoScale: true
    autoScaleFormula: "$TargetDedicatedNodes = min(3, ;"
jobs:
  - {id: j, poolInfo: {poolId: p}, simulation: {workload: [{count: 2, duration: 10m}]}}
"""


def test_a_value_that_breaks_the_schema_hides_nothing(tmp_path: Path) -> None:
    found = problems(write(tmp_path, BAD, "bad.yaml"))
    assert [text.split(": ")[:2] for text in found] == [
        ["bad.yaml:8:5", "pools.0.resizeTimeout"],
        ["bad.yaml:9:5", "pools.0.taskSlotsPerNode"],
        ["bad.yaml:11:5", "pools.0.autoScaleFormula"],
    ]
    assert "AutoScalingFormulaSyntaxError" in found[2]


def test_the_first_mistake_of_a_pool_leaves_the_others_to_be_found(tmp_path: Path) -> None:
    """As it was reported: a target below 0, beside a formula that cannot be parsed, in a pool that boots nothing."""
    lines = BAD.replace("taskSlotsPerNode", "targetDedicatedNodes").splitlines(keepends=True)
    found = problems(write(tmp_path, "".join(lines[:4] + lines[8:]), "bad.yaml"))
    parts = ("neither virtualMachineConfiguration", "not -1", "a fixed target and enableAutoScale", "SyntaxError")
    assert [part for part in parts if sum(part in text for text in found) != 1] == []
    assert len(found) == len(parts)


class Mistake(NamedTuple):
    """A change of a document, and the problem that it is."""

    path: str
    text: str
    make: Callable[[Body], None]


def setting(path: str, value: Any, text: str, at: str | None = None) -> Mistake:
    """Return the mistake of a value at a path; `at` is where it is reported, if elsewhere."""
    *above, last = path.split(".")

    def make(document: Body) -> None:
        holder: Any = document
        for part in above:
            holder = holder[int(part)] if isinstance(holder, list) else holder.setdefault(part, {})
        holder[last] = value

    return Mistake(at or path, text, make)


def adding(section: str, entry: Body, place: str, text: str) -> Mistake:
    """Return the mistake of one more entry of a section; `place` is where it is reported, inside the entry.

    Entries are marked, so that their places are known whichever are added.
    """

    def make(document: Body) -> None:
        document.setdefault(section, []).append({**deepcopy(entry), "_mark": (section, place, text)})

    return Mistake(f"{section}.?.{place}", text, make)


OTHER: Body = {"vmSize": "Standard_D2_v3", "virtualMachineConfiguration": LINUX}
WORK: Body = {"simulation": {"workload": [{"count": 1, "duration": "60s"}]}}
FORMULA: Body = {"enableAutoScale": True, "autoScaleFormula": "x = ;"}
BOSS: Body = {"jobReleaseTask": {"commandLine": "sleep 1"}}
SLOW: Body = {"jobPreparationTask": {}, "jobReleaseTask": {"maxWallClockTime": "PT1H"}}
NIGHTLY: Body = {"jobSpecification": {"poolInfo": {"poolId": "spare"}, "onAllTasksComplete": "terminatejob"}}


def at(**operation: Any) -> Body:
    return {"at": "1h", "pool": "spare", **operation}


def work(name: str, **body: Any) -> Body:
    return {"id": name, "poolInfo": {"poolId": "spare"}, **WORK, **body}


def group(**body: Any) -> Body:
    return {"simulation": {"workload": [{"count": 1, "duration": "60s", **body}]}}


MISTAKES = [
    # a value that breaks the schema
    setting("pools.0.resizeTimeout", "soon", "expected a duration"),
    setting("pools.0.simulation.timing.leavng", "1s", "did you mean 'leaving'?"),
    setting("options.timingPreset", "fast", "expected 'instant', 'recorded', 'typical' or 'pessimistic'"),
    setting("options.cpuSlowdwn", 1, "did you mean 'cpuSlowdown'?"),
    setting("account.poolQuota", -1, "greater than or equal to 0"),
    setting("sizes.Own", {"vcpus": 0, "memoryGiB": 8}, "greater than or equal to 1", "sizes.Own.vcpus"),
    setting("seed", "x", "expected a whole number"),
    setting("horizon", 5, "no unit"),
    adding("pools", {"id": "few", **OTHER, "taskSlotsPerNode": "two"}, "taskSlotsPerNode", "expected a whole number"),
    adding("pools", {"id": "none", "virtualMachineConfiguration": LINUX}, "vmSize", "'vmSize' is missing"),
    adding("jobs", work("short", **group(duration=15)), "simulation.workload.0.duration", "no unit"),
    adding("jobs", work("odd", **group(cpu=1)), "simulation.workload.0.cpu", "did you mean 'cores'?"),
    adding("jobs", work("urgent", priority=5000), "priority", "less than or equal to 1000"),
    adding("jobs", {"id": "homeless", **WORK}, "poolInfo", "'poolInfo' is missing"),
    adding("timeline", at(operation="rebot", nodeId="x"), "", "did you mean 'reboot'?"),
    adding("timeline", at(operation="resize", targetDedicatedNodes=-2), "targetDedicatedNodes", "equal to 0"),
    adding("jobSchedules", {"id": "s1", "schedule": {"startWindow": 5}, **NIGHTLY}, "schedule.startWindow", "no unit"),
    # legal values that do not fit together
    adding("pools", {"id": "full", **OTHER, "taskSlotsPerNode": 99}, "taskSlotsPerNode", "allows at most 8"),
    adding("pools", {"id": "wild", **OTHER, **FORMULA}, "autoScaleFormula", "AutoScalingFormulaSyntaxError"),
    adding("pools", {"id": "vague", **OTHER, "simulation": {"account": "b"}}, "simulation.account", "no account 'b'"),
    adding("pools", {"id": "strange", **OTHER, "vmSize": "Nothing"}, "vmSize", "unknown VM size"),
    adding("pools", {"id": "SPARE", **OTHER}, "id", "a second pool with the id 'SPARE'"),
    adding("jobs", work("late", **BOSS), "jobReleaseTask", "needs a jobPreparationTask"),
    adding("jobs", work("slow", **SLOW), "jobReleaseTask.maxWallClockTime", "15 minutes at most"),
    adding("jobs", work("mute", tasks=[{"id": "t", "commandLine": "x"}]), "tasks.0", "no duration"),
    adding("timeline", at(operation="deletePool", pool="gone"), "pool", "no pool 'gone'"),
    adding("timeline", at(operation="resize"), "", "expected targetDedicatedNodes"),
    adding("timeline", at(operation="evaluateAutoScale", autoScaleFormula="y ="), "autoScaleFormula", "SyntaxError"),
    adding(
        "jobSchedules",
        {"id": "s2", **NIGHTLY, "schedule": {"startWindow": "5s"}},
        "schedule.startWindow",
        "at least one minute",
    ),
]


def planted(base: str, mistakes: list[Mistake]) -> tuple[Body, set[tuple[str, str]]]:
    """Return a shipped scenario with mistakes in it, and the path and the text of each problem."""
    document = YAML(typ="safe").load((SHIPPED / f"{base}.yaml").read_text(encoding="utf-8"))
    document.setdefault("pools", []).append({"id": "spare", **OTHER})
    expected = set()
    for mistake in mistakes:
        mistake.make(document)
        if "?" not in mistake.path:
            expected.add((mistake.path, mistake.text))
    for section in ("pools", "jobs", "timeline", "jobSchedules"):
        for index, entry in enumerate(document.get(section, [])):
            if "_mark" in entry:
                _, place, text = entry.pop("_mark")
                expected.add((f"{section}.{index}.{place}".rstrip("."), text))
    return document, expected


def errors(document: Body) -> list[tuple[str, str]]:
    try:
        scenario_of(document)
    except InputError as error:
        return [(str(problem.path), problem.message) for problem in error.problems if not problem.is_warning]
    return []


@pytest.mark.parametrize("base", BASES)
def test_without_a_mistake_there_is_no_problem(base: str) -> None:
    assert errors(planted(base, [])[0]) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.path} {mistake.text}"[:60])
def test_one_mistake_is_one_problem(mistake: Mistake) -> None:
    document, expected = planted(BASES[0], [mistake])
    assert_just(errors(document), expected)


def assert_just(found: list[tuple[str, str]], expected: set[tuple[str, str]]) -> None:
    """Fail unless each expected problem is there once, and no other."""
    assert sorted(path for path, _ in found) == sorted(path for path, _ in expected)
    for path, text in expected:
        assert any(path == place and text in message for place, message in found), (path, text, found)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(base=st.sampled_from(BASES), chosen=st.sets(st.integers(0, len(MISTAKES) - 1), min_size=2, max_size=8))
def test_as_many_problems_are_reported_as_mistakes_were_made(base: str, chosen: set[int]) -> None:
    document, expected = planted(base, [MISTAKES[index] for index in sorted(chosen)])
    assert_just(errors(document), expected)


def test_all_of_them_at_once() -> None:
    document, expected = planted(BASES[0], MISTAKES)
    assert_just(errors(document), expected)


@pytest.mark.parametrize(
    ("section", "value"), [("pools", 5), ("jobs", {"a": 1}), ("timeline", 5), ("jobSchedules", "x"), ("sizes", 5)]
)
def test_a_section_that_is_none_leaves_the_rest_to_be_checked(section: str, value: object) -> None:
    document, expected = planted(BASES[0], [MISTAKES[0]] if section != "pools" else [])
    document[section] = value
    found = errors(document)
    assert {path for path, _ in found} == {section, *(path for path, _ in expected)}


def test_a_pool_without_an_id_may_be_the_one_that_is_named() -> None:
    """Whether a name leads nowhere is not known until all ids are."""
    nameless = adding("pools", {**OTHER}, "id", "'id' is missing")
    astray = next(mistake for mistake in MISTAKES if "'gone'" in mistake.text)
    document, _ = planted(BASES[0], [nameless, astray])
    ((path, _),) = errors(document)
    assert path == "pools.2.id"


def test_an_origin_that_is_none_makes_no_instant_wrong() -> None:
    document, _ = planted(BASES[0], [])
    document |= {"origin": "tomorrow", "horizon": "2026-03-04T00:00:00Z"}
    ((path, _),) = errors(document)
    assert path == "origin"


def test_a_file_that_is_missing_is_one_problem(tmp_path: Path) -> None:
    """Neither the jobs that name its pool nor the tasks that it should hold are found fault with."""
    spare = {"id": "spare", **OTHER}
    for pools, body in (([{"file": "absent.json"}], {}), ([spare], {"tasks": {"file": "absent.json"}})):
        jobs = [{"id": "j", "poolInfo": {"poolId": "spare"}, "onAllTasksComplete": "terminatejob", **WORK, **body}]
        file = write(tmp_path, {"pools": pools, "jobs": jobs})
        with pytest.raises(InputError) as refused:
            load(file)
        assert len(refused.value.problems) == 1
        assert "absent.json cannot be read" in refused.value.problems[0].message


@pytest.mark.parametrize(
    ("mistake", "meant"),
    [
        (adding("jobs", work("a", **group(cpu=1)), "", ""), "cores"),
        (adding("jobs", work("a", **group(ram=1)), "", ""), "memory"),
        (adding("jobs", work("a", **group(arrivals={"poisson": {"ratePerHr": 1}})), "", ""), "ratePerHour"),
        (adding("jobs", work("a", **group(duration={"lognormal": {"medain": "1s", "p95": "2s"}})), "", ""), "median"),
        (adding("jobs", work("a", simulation={"workload": [{"trace": "x.swf", "column": {}}]}), "", ""), "columns"),
        (adding("timeline", {"time": "1h", "operation": "resize", "pool": "spare"}, "", ""), "at"),
        (adding("timeline", at(operation="reboot", nodeIds="x"), "", ""), "nodeId"),
        (setting("pools.0.simulation.preemption", {"model": "hazard", "ratePerHr": 1}, ""), "ratePerHour"),
        (setting("pools.0.simulation.downlods", {}, ""), "downloads"),
        (setting("sizes.Own", {"vcpu": 1, "memoryGiB": 8}, ""), "vcpus"),
    ],
)
def test_hints_name_keys_that_are_allowed_at_that_place(mistake: Mistake, meant: str) -> None:
    document, _ = planted(BASES[0], [mistake])
    assert [text for _, text in errors(document) if "unknown key" in text] == [f"unknown key, did you mean '{meant}'?"]


def test_a_key_of_another_place_is_no_hint() -> None:
    """`points` is a key of a capacity curve, and not of a pool's simulation."""
    document, _ = planted(BASES[0], [setting("pools.0.simulation.point", [], "")])
    assert errors(document) == [("pools.0.simulation.point", "unknown key here")]


@pytest.mark.parametrize(
    ("profile", "text"),
    [
        ({"ratesPerHour": [1] * 23}, "expected 24 rates, one for each hour of the day, found 23"),
        ({"ratesPerHour": [1] * 25}, "expected 24 rates, one for each hour of the day, found 25"),
        ({"ratesPerHour": [1] * 24, "weekdays": [1] * 5}, "expected 7 factors, Monday to Sunday, found 5"),
    ],
)
def test_lists_of_fixed_length_are_counted(profile: Body, text: str) -> None:
    document, _ = planted(BASES[0], [adding("jobs", work("a", **group(arrivals={"profile": profile})), "", "")])
    assert [message for _, message in errors(document)] == [text]
