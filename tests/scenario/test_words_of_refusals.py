"""Refusals name the place, what is allowed there, true counts, and the unit that a number has."""

from typing import Any

import pytest

from simulator import InputError, scenario_of
from tests.features.story import document, job, pool

GROUP = {"count": 1, "duration": "5m"}
CURVE = {"model": "capacity_curve"}


def refusals(
    group: dict[str, Any] | None = None, own: dict[str, Any] | None = None, tasks: Any = None, **rest: Any
) -> list[str]:
    """Return what is wrong with a scenario of one pool and one group of tasks."""
    work = job(simulation={"workload": [group or GROUP]}, **({} if tasks is None else {"tasks": tasks}))
    with pytest.raises(InputError) as caught:
        scenario_of(document(pool(nodes=1, simulation=own or {}), work, **rest))
    return [str(problem) for problem in caught.value.problems if not problem.is_warning]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("memory", "lots", "expected a number (GiB), or one with its unit such as 512 MiB, not 'lots'"),
        ("memory", "12 s", "expected a number (GiB), or one with its unit such as 512 MiB, not '12 s'"),
        (
            "memory",
            {"lognormal": {"median": "12 apples", "p95": "20 GiB"}},
            "expected a number (GiB), or one with its unit such as 512 MiB, not '12 apples'",
        ),
        ("disk", [1], "expected a number (GiB), or one with its unit such as 512 MiB"),
        ("cores", "two", "expected a number (cores), or one with its unit such as 2 cores, not 'two'"),
    ],
)
def test_a_size_that_is_none_is_refused_with_its_unit(key: str, value: object, words: str) -> None:
    group = {**GROUP, key: value} if key != "disk" else GROUP
    body = {"id": "a", "commandLine": "x", "simulation": {"duration": "5m", "disk": value}}
    (found,) = refusals(group, tasks=[body]) if key == "disk" else refusals(group)
    assert found.startswith(
        "jobs.0.tasks.0.simulation.disk" if key == "disk" else f"jobs.0.simulation.workload.0.{key}"
    )
    assert found.endswith(f": {words}")


def test_a_small_b_is_a_bit_and_is_not_taken_for_a_byte() -> None:
    (found,) = refusals(own={"downloads": {"bandwidth": "1 Gb/s"}})
    assert "bandwidth: expected a number (MiB/s), or one with its unit such as 1 Gbit/s, not '1 Gb/s'" in found


def test_a_wrong_key_beside_a_trace_is_reported_where_it_stands() -> None:
    found = refusals({"trace": "past.csv", "column": {"submit": "a"}})
    assert "jobs.0.simulation.workload.0.column: unknown key, did you mean 'columns'?" in found
    found = refusals({"trace": "past.csv", "columns": {"submit": "a", "endd": "b"}})
    assert [text for text in found if text.startswith("jobs.0.simulation.workload.0.columns.endd: unknown key")]


def test_suggestions_are_keys_that_are_allowed_there() -> None:
    (found,) = refusals({**GROUP, "vcpus": 2})
    assert found.endswith("vcpus: unknown key, did you mean 'cores'?")
    (found,) = refusals(account={"coreQuota": 8})
    assert found == "account.coreQuota: unknown key, did you mean 'dedicatedCoreQuota' or 'lowPriorityCoreQuota'?"


def test_a_key_that_is_no_text_is_refused_in_our_words() -> None:
    found = refusals({**GROUP, 1: 2})  # type: ignore[dict-item]
    words = "expected a text for a key, in quotes where it looks like a number, not 1"
    assert f"jobs.0.simulation.workload.0.1: {words}" in found


def test_counts_are_those_of_the_list() -> None:
    (found,) = refusals({**GROUP, "arrivals": {"profile": {"ratesPerHour": [1, 2, 3]}}})
    assert found.endswith("expected 24 rates, one for each hour of the day, found 3")
    (found,) = refusals({**GROUP, "arrivals": {"profile": {"ratesPerHour": [1] * 24, "weekdays": [1, 1]}}})
    assert found.endswith("expected 7 factors, Monday to Sunday, found 2")


@pytest.mark.parametrize("entries", [[{"time": "1h", "available": 4}], [{"time": "1h", "available": 4}] * 2])
def test_a_list_of_refused_entries_is_not_called_empty(entries: list[dict[str, Any]]) -> None:
    found = refusals(own={"preemption": {**CURVE, "points": entries}})
    assert not [text for text in found if "expected at least" in text]
    assert [text for text in found if "time: unknown key, did you mean 'at'?" in text]
    (empty,) = refusals(own={"preemption": {**CURVE, "points": []}})
    assert "points: expected at least one" in empty
