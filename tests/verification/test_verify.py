"""`poolsight verify` passes on what is right and fails on what is wrong."""

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from simulator.theory import queues as theory
from simulator.verification import Case, Effort, Verdict, gangs, packing, preemption, queues, suite
from simulator.verification.case import Family, at_most, exact
from simulator.verification.conservation import cases as conservation
from tests.command_line import app


@pytest.mark.parametrize(
    "family", [packing.cases, conservation, gangs.cases, pytest.param(preemption.cases, marks=pytest.mark.long)]
)
def test_families_hold(family: Family) -> None:
    found = list(family(Effort(scale=0.2, replications=6)))
    assert found
    assert [case.name for case in found if case.verdict is Verdict.FAILED] == []


def case(low: float, high: float, theory: float = 10.0, margin: float = 0.0) -> Case:
    return Case("f", "n", theory, "s", low, high, margin=margin)


def test_a_case_is_judged_by_its_interval() -> None:
    assert case(9.5, 10.5).passed
    assert case(10.1, 10.5).verdict is Verdict.FAILED
    assert case(10.1, 10.5, margin=0.02).passed
    assert case(5, 15).verdict is Verdict.TOO_WIDE
    assert exact("f", "n", 3, "s", 3).passed
    assert not exact("f", "n", 3, "s", 3.001).passed
    assert at_most("f", "n", 3, "s", [1, 3]).passed
    assert not at_most("f", "n", 3, "s", [1, 3.1]).passed


def test_a_wrong_theory_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    right = theory.mmc_wait
    monkeypatch.setattr(theory, "mmc_wait", lambda *given: 1.3 * right(*given))
    found = list(queues.cases(Effort(scale=0.2, replications=8)))
    assert [one.name for one in found if one.verdict is Verdict.FAILED and "M/M" in one.name]


def _right(effort: Effort) -> Iterator[Case]:
    del effort
    yield exact("family", "as it should be", 2, "1 + 1", 2)


def _wrong(effort: Effort) -> Iterator[Case]:
    del effort
    yield exact("family", "not as it should be", 2, "E[1] + 1", 3, unit="h")


def test_the_page_and_the_exit_code_report_what_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "FAMILIES", {"right": _right, "wrong": _wrong})
    ended = CliRunner().invoke(app, ["verify"])
    assert ended.exit_code == 1
    assert "1 of 2 checks failed" in ended.stdout
    assert "FAILED" in ended.stdout
    assert "E[1] + 1" in ended.stdout
    monkeypatch.setattr(suite, "FAMILIES", {"right": _right})
    ended = CliRunner().invoke(app, ["verify", "--json", "--seed", "5"])
    assert ended.exit_code == 0
    answer = json.loads(ended.stdout)
    assert answer["passed"] is True
    assert answer["seed"] == 5
    assert answer["cases"][0]["verdict"] == "passed"
