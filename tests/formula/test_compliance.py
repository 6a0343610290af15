"""The language-neutral cases in `compliance/`, run against this implementation."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.formula import Context, Formula, FormulaSyntaxError, History, Options, parse_time
from simulator.formula.errors import EVALUATION_ERROR, INSUFFICIENT_SAMPLE_DATA
from simulator.formula.values import TICKS_PER_SECOND

NOW = parse_time("2024-03-05T07:30:00.250Z")
LIVE = {"$CurrentDedicatedNodes": 3.0, "$CurrentLowPriorityNodes": 1.0, "$TaskSlotsPerNode": 2.0}
FILES = sorted((Path(__file__).parent / "compliance").glob("*.json"))
CASES = [case for file in FILES for case in json.loads(file.read_text())]


def context(case: dict[str, Any]) -> Context:
    given = case.get("context", {})
    options = dict(given.get("options", {}))
    delay = options.pop("sample_delay_s", 0)
    samples = {
        metric: [(NOW.ticks + int(at * TICKS_PER_SECOND), float(value)) for at, value in series if at + delay <= 0]
        for metric, series in given.get("samples", {}).items()
    }
    return Context(NOW, 4, 1, LIVE, History(samples), Options.of(options))


def check_error(expected: dict[str, Any], code: str, place: tuple[int, int], detail: str) -> None:
    assert code == expected["code"]
    if "at" in expected:
        assert list(place) == expected["at"], detail
    if "detail" in expected:
        assert detail == expected["detail"]
    assert expected.get("contains", "") in detail


def test_there_are_enough_cases_and_every_one_has_its_own_name() -> None:
    assert len(CASES) >= 250
    assert len({case["id"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_case(case: dict[str, Any]) -> None:
    expect = case["expect"]
    wanted = expect["error"]
    if wanted is not None and wanted["code"] not in (EVALUATION_ERROR, INSUFFICIENT_SAMPLE_DATA):
        with pytest.raises(FormulaSyntaxError) as caught:
            Formula.parse(case["formula"])
        first = caught.value.problems[0]
        check_error(wanted, caught.value.code, (first.place.line, first.place.column), str(first))
        return
    run = Formula.parse(case["formula"]).evaluate(context(case))
    if wanted is None:
        assert run.error is None, run.error
    else:
        assert run.error is not None
        check_error(wanted, run.error.code, (run.error.place.line, run.error.place.column), run.error.detail)
    applied = expect["applied"]
    assert run.target_dedicated_nodes == applied["dedicated"]
    assert run.target_low_priority_nodes == applied["low_priority"]
    assert run.node_deallocation_option == applied["option"]
    if "results" in expect:
        assert run.results == expect["results"]
    if "variables" in expect:
        assert ";".join(run.results.split(";", 3)[3:]) == expect["variables"]
    if "warnings" in expect:
        assert len(run.warnings) == expect["warnings"]
