"""Amounts of money: exact in every number that is handed on, three digits that count in every text."""

import json

import pytest

from simulator import simulate
from simulator.cli.experiments import shown_interval, shown_value
from simulator.cli.page import value
from simulator.report.looks.quantity import written
from simulator.report.page.sentence import money
from simulator.results.answer.measures import MEASURES
from simulator.results.answer.metrics import summarize
from simulator.units import spoken_amount, spoken_exactly
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0.00"),
        (1234.567, "1,234.57"),
        (1, "1.00"),
        (0.9999, "1.00"),
        (0.5, "0.50"),
        (0.327, "0.327"),
        (0.0192, "0.0192"),
        (0.02, "0.02"),
        (0.00001234, "0.0000123"),
        (1.2345e-8, "1.23e-08"),
        (-0.0192, "-0.0192"),
    ],
)
def test_an_amount_shows_three_digits_that_count(amount: float, text: str) -> None:
    assert spoken_amount(amount) == text


def test_no_text_rounds_a_small_amount_to_cents() -> None:
    """One low-priority hour of a small size costs 0.0192, which is not 0.02."""
    stated = [money(0.0192), value(0.0192, "USD"), written(0.0192, "USD"), shown_value(0.0192, "USD")]
    assert stated == ["$0.0192"] * 4
    assert shown_interval(0.0192, 0.0208, "USD") == "$0.0192–0.0208"


def test_an_answer_and_what_experiments_read_of_it_are_not_rounded() -> None:
    """120 node-seconds at 0.0192 USD an hour: 0.00064, in the answer, its parts, its JSON, its measure."""
    body = pool(targetLowPriorityNodes=1, simulation={"prices": {"lowPriority": 0.0192}})
    made = check(simulate(scenario([body], [job(1, "2m")])))
    summary = json.loads(json.dumps(summarize(made).as_dict()))
    cost = summary["cost"]
    found = [cost["total"], cost["per_succeeded_task"], *(cost[part]["p"] for part in ["by_pool"])]
    assert found == pytest.approx([0.00064] * 3, rel=1e-12)
    assert cost["by_label"] == pytest.approx({"busy_useful": 0.00064}, rel=1e-12)
    assert MEASURES["cost"].of(summary) == cost["total"]
    assert summary["jobs"]["j"]["cost"] == pytest.approx(0.00064, rel=1e-12)


def test_a_dearer_price_is_as_much_dearer_in_a_study_as_it_is() -> None:
    """Prices 0.096, 0.100 and 0.102: 4.17 % and 6.25 % more, whatever cents would say of a short job."""
    costs = []
    for price in (0.096, 0.100, 0.102):
        body = pool(targetDedicatedNodes=1, simulation={"prices": {"dedicated": price}})
        costs.append(summarize(simulate(scenario([body], [job(1, "30m")])))["cost"]["total"])
    assert [cost / costs[0] - 1 for cost in costs] == pytest.approx([0, 1 / 24, 1 / 16], rel=1e-12)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (0.5, "0.5 s"),
        (90.0, "1.5 min"),
        (210.0, "3.5 min"),
        (100.0, "100 s"),
        (900.0, "15 min"),
        (7200.0, "2 h"),
        (3725.0, "3,725 s"),
        (2_592_000.0, "30 d"),
    ],
)
def test_what_was_chosen_is_written_without_rounding(seconds: float, text: str) -> None:
    assert spoken_exactly(seconds) == text
