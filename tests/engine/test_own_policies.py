"""Policies of a user's own: called, given arguments, checked, and never taken from where nobody may bring code."""

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from simulator import InputError, Simulation, load, scenario_of, simulate
from simulator.policy.scheduling import own
from simulator.scenario.format.policies import PlacementPolicy, QueuePolicy
from tests.features.story import document, job, operation, pool, run, task

OWN: Final = "tests.engine.own_policies"


def order(queue: Any) -> list[str]:
    """Return the tasks of a pool of one node in the order in which they start."""
    tasks = [task(name, "60s") for name in ("a", "b", "c")]
    frame = run(pool(nodes=1), job(tasks=tasks), policies={"queue": queue}).table("tasks").to_pandas()
    return list(frame.sort_values("first_start")["id"])


def refusal(**policies: Any) -> str:
    """Return how a scenario with a policy is refused, or its run."""
    with pytest.raises(InputError) as refused:
        simulate(scenario_of(document(pool(nodes=2), job(count=3), policies=policies)))
    return str(refused.value)


def test_tasks_start_as_a_function_of_the_users_own_decides() -> None:
    assert order("service") == ["a", "b", "c"]
    assert order(f"{OWN}:youngest_first") == ["c", "b", "a"]


def test_it_gets_its_arguments() -> None:
    assert order({"policy": f"{OWN}:youngest_first", "arguments": {"most": 1}}) == ["c", "b", "a"]
    assert "does not take what it gets" in refusal(queue={"policy": f"{OWN}:youngest_first", "arguments": {"least": 1}})


def test_a_placement_of_the_users_own_chooses_the_node() -> None:
    for placement, node in (("lowest_id", "p_1_d"), (f"{OWN}:highest_id", "p_3_d")):
        found = run(pool(nodes=3), job(count=1), policies={"placement": placement}).table("attempts").to_pandas()
        assert list(found["node"]) == [node]


@pytest.mark.parametrize(
    ("name", "story"),
    [
        (
            "starts_twice",
            "starts task 0, which does not wait, or whose job is not served now",
        ),
        (
            "starts_nowhere",
            "starts task 1 on node 0, where it has no room: it needs 1 slots, 0 cores and 0 MiB on 1 nodes",
        ),
        ("starts_on_too_many", "starts task 0 on nodes (0, 1), and it needs 1 of them"),
        ("starts_twice_on_one", "starts task 0 on nodes (1, 1), and it needs 1 of them, each once"),
        ("starts_a_number", "answers Start(task=5, nodes=()), and a decision is a Start(task)"),
        ("starts_on_a_number", "nodes=1), and a decision is a Start(task)"),
        ("starts_on_a_name", "nodes=('p_1_d',)), and a decision is a Start(task)"),
        (
            "starts_made_up_facts",
            "starts task 0, which does not wait, or whose job is not served now, or which is not as",
        ),
        ("names_tasks", "answers 0, and a decision is a Start(task) or Start(task, nodes)"),
        ("divides_by_nothing", "fails with ZeroDivisionError"),
    ],
)
def test_an_impossible_decision_is_an_error_with_its_story(name: str, story: str) -> None:
    assert story in refusal(queue=f"{OWN}:{name}")


def test_a_placement_must_answer_one_of_the_nodes() -> None:
    assert "answers None for task 0; it can go to [0, 1]" in refusal(placement=f"{OWN}:takes_no_node")
    assert "for task 0; it can go to [0, 1]" in refusal(placement=f"{OWN}:takes_a_plain_tuple")


def test_a_name_that_leads_nowhere_is_refused() -> None:
    assert "no such module" in refusal(queue="nowhere.at_all:policy")
    assert "nothing of that name" in refusal(queue=f"{OWN}:nothing")
    assert "expected a function" in refusal(queue=f"{OWN}:NUMBER")
    assert "expected one of service, fcfs" in refusal(queue="first_come")
    assert "sjf takes bypass, not halfLife" in refusal(queue={"policy": "sjf", "halfLife": "1h"})


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("def policy(:", "its module fails with SyntaxError"),
        ("policy = nobody", "its module fails with NameError: name 'nobody' is not defined"),
        ("policy = (1).nothing", "its module fails with AttributeError"),
        ("import no_such_module_anywhere", "its module fails with ModuleNotFoundError: No module named 'no_such"),
        ("from os import nothing_of_it", "its module fails with ImportError"),
    ],
)
def test_a_module_that_fails_is_the_users_error(
    text: str, failure: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "failing_policies.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert failure in refusal(queue="failing_policies:policy")


def test_no_code_comes_from_a_confined_file_or_with_an_operation(tmp_path: Path) -> None:
    document_ = document(pool(nodes=1), job(count=1), policies={"queue": f"{OWN}:youngest_first"})
    with pytest.raises(InputError, match="may not bring any"):
        scenario_of(document_, confine=True)
    path = tmp_path / "scenario.yaml"
    path.write_text(str(document_), encoding="utf-8")
    assert load(path).policies.queue == f"{OWN}:youngest_first"
    with pytest.raises(InputError, match="may not bring any"):
        load(path, confine=True)
    new = pool("q", nodes=1, simulation={"policies": {"queue": f"{OWN}:youngest_first"}})
    running = Simulation(scenario_of(document(pool(nodes=1), job(count=1))))
    with pytest.raises(InputError, match="may not bring any"):
        running.submit({"operation": "createPool", "at": "0s", "pool": new})


def test_a_scenario_that_becomes_confined_later_runs_no_code_either() -> None:
    free = scenario_of(document(pool(nodes=1), job(count=1), policies={"queue": f"{OWN}:youngest_first"}))
    with pytest.raises(InputError, match="confined to its folder may not bring any"):
        simulate(free.confined(Path()))


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Return what has an installed package offer a function of `own_policies` under a name."""

    def offering(name: str, function: str) -> None:
        point = EntryPoint(name, f"{OWN}:{function}", own.GROUP)
        monkeypatch.setattr(own, "entry_points", lambda **wanted: [point] if wanted.get("name", name) == name else [])
        own.offered.cache_clear()

    yield offering
    own.offered.cache_clear()


def test_an_installed_package_offers_policies_under_names(offer: Callable[[str, str], None]) -> None:
    offer("lifo", "youngest_first")
    assert order("lifo") == ["c", "b", "a"]


def test_a_package_may_call_a_policy_as_one_of_the_other_kind_is_called(offer: Callable[[str, str], None]) -> None:
    offer("random", "youngest_first")
    assert order({"policy": "random", "arguments": {"most": 1}}) == ["c", "b", "a"]
    offer("fcfs", "highest_id")
    found = run(pool(nodes=3), job(count=1), policies={"placement": "fcfs"}).table("attempts").to_pandas()
    assert list(found["node"]) == ["p_3_d"]


def test_what_a_package_offers_may_be_named_in_a_confined_file(offer: Callable[[str, str], None]) -> None:
    offer("lifo", "youngest_first")
    made = scenario_of(document(pool(nodes=1), job(count=1), policies={"queue": "lifo"}), confine=True)
    assert made.policies.queue == "lifo"
    simulate(made)


@pytest.mark.parametrize("kind", [QueuePolicy, PlacementPolicy])
def test_the_schema_takes_names_that_packages_may_offer(kind: type[QueuePolicy | PlacementPolicy]) -> None:
    schema = Draft202012Validator(kind.model_json_schema())
    for name in ("random", "lifo", "our-policies.lifo", f"{OWN}:youngest_first"):
        assert schema.is_valid({"policy": name}), name
    for name in ("", "two words", "module:", ":function"):
        assert not schema.is_valid({"policy": name}), name


def test_a_task_that_comes_back_has_the_priority_that_its_job_got_while_it_ran() -> None:
    tasks = [task("short", "4m"), task("head", "60s", submit="1s", requiredSlots=2)]
    passing = job("j", tasks=[task("passing", "10m", submit="2s", requiredSlots=1)])
    found = (
        run(
            pool(nodes=1, taskSlotsPerNode=2),
            job("i", tasks=tasks),
            passing,
            policies={"queue": {"policy": "fcfs", "bypass": True}},
            timeline=[
                operation("3m", "updateJob", pool=None, job="j", priority=10),
                operation("5m", "reboot", nodeId="p_1_d"),
            ],
        )
        .table("tasks")
        .to_pandas()
    )
    starts = found.set_index("id")["first_start"]
    assert starts["passing"] == 2
    assert starts["head"] >= 900, "the task of the job that has become more important comes first"
