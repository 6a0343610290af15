"""Refusals name the place, what is allowed there, true counts, and the unit that a number has."""

from typing import Any

import pytest

from simulator import InputError, scenario_of
from tests.features.story import document, job, pool

GROUP = {"count": 1, "duration": "5m"}
CURVE = {"model": "capacity_curve"}


def refusals(group: dict[str, Any] | None = None, own: dict[str, Any] | None = None, **rest: Any) -> list[str]:
    """Return what is wrong with a scenario of one pool and one group of tasks."""
    work = job(simulation={"workload": [group or GROUP]})
    with pytest.raises(InputError) as caught:
        scenario_of(document(pool(nodes=1, simulation=own or {}), work, **rest))
    return [str(problem) for problem in caught.value.problems if not problem.is_warning]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("memory", "12 GiB", "expected a number of GiB: write 12, not '12 GiB'"),
        ("memory", "512MiB", "expected a number of GiB: write 0.5, not '512MiB'"),
        ("memory", "1 tb", "expected a number of GiB: write 931.323, not '1 tb'"),
        ("memory", "lots", "expected a number of GiB, not 'lots'"),
        ("memory", {"lognormal": {"median": "12 GiB", "p95": 20}}, "expected a number of GiB: write 12, not '12 GiB'"),
        ("input", "2 GiB", "expected a number of MiB: write 2048, not '2 GiB'"),
        ("cores", "two", "expected a valid number, unable to parse string as a number, not 'two'"),
    ],
)
def test_a_size_in_words_is_refused_with_its_unit(key: str, value: object, words: str) -> None:
    (found,) = refusals({**GROUP, key: value})
    assert found.startswith(f"jobs.0.simulation.workload.0.{key}")
    assert found.endswith(f": {words}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("100 MiB/s", "expected a number of MiB per second: write 100, not"),
        ("1 Gbit/s", "expected a number of MiB per second: write 119.209, not"),
        ("10 Gbps", "expected a number of MiB per second: write 1192.09, not"),
        ("fast", "expected a number of MiB per second, not"),
    ],
)
def test_a_bandwidth_in_words_is_refused_with_its_unit(text: str, words: str) -> None:
    (found,) = refusals(own={"downloads": {"bandwidth": text}})
    assert words in found


def test_a_size_of_a_package_has_a_unit_too() -> None:
    found = refusals(own={"downloads": {"applicationPackages": {"blender": {"sizeMiB": "2 GiB"}}}})
    assert "sizeMiB: expected a number of MiB: write 2048, not '2 GiB'" in found[0]
    assert "nothing on this pool has an application package 'blender'" in found[1]


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
