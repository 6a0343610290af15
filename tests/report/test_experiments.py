"""Figures of experiments show their estimates, and are drawn of what the commands of experiments leave behind."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from simulator.experiment import Estimate, compare, summary
from simulator.report.figures import (
    BreakEven,
    Choice,
    Overlay,
    Pair,
    SpotCurve,
    Swing,
    Tornado,
    cost_against_time,
    pair_of,
    paired_difference,
    spot_break_even,
    theory_overlay,
    tornado,
)
from simulator.report.figures.tradeoff import front
from simulator.report.looks.palette import DARK
from simulator.report.sources.figure_inputs import choices_of_sweep, pair_of_sweep, tornado_of
from simulator.report.sources.saved_files import Answer, Sweep, open_source
from tests.bodies import UBUNTU
from tests.command_line import app
from tests.engine.worlds import SIZES, job, pool, scenario

FIVE = {"mean": 2.0, "low": 1.5, "high": 2.5}


def around(value: float, half: float = 0.5) -> Estimate:
    return Estimate(value, value - half, value + half, 10)


def title(figure: Figure) -> str:
    figure.draw_without_rendering()
    return " ".join(figure.get_suptitle().split())


def choice(name: str, cost: float, hours: float) -> Choice:
    return Choice(name, around(cost), around(hours * 3600, 60))


CHOICES = [choice("slow", 10, 8), choice("dear", 40, 3), choice("quick", 30, 2), choice("silly", 45, 9)]


def test_the_front_is_what_nothing_beats() -> None:
    assert [best.name for best in front(CHOICES)] == ["slow", "quick"]
    assert front([]) == []
    same = [choice("a", 10, 2), choice("b", 10, 2), choice("c", 10, 3)]
    assert [best.name for best in front(same)] == ["a"]


def test_points_lie_at_their_means_and_bars_reach_their_intervals() -> None:
    figure = cost_against_time(CHOICES)
    (axes,) = figure.axes
    best, beaten = axes.containers
    for container, names in ((best, ("slow", "quick")), (beaten, ("dear", "silly"))):
        line, _, bars = container.lines  # type: ignore[attr-defined]
        chosen = [one for name in names for one in CHOICES if one.name == name]
        assert list(line.get_xdata()) == pytest.approx([one.time.value / 3600 for one in chosen])
        assert list(line.get_ydata()) == pytest.approx([one.cost.value for one in chosen])
        for segment, one in zip(bars[1].get_segments(), chosen, strict=True):
            assert list(segment[:, 1]) == pytest.approx([one.cost.low, one.cost.high])
    assert title(figure) == (
        "slow saves 67 % of the cost of quick and takes 6 h longer; nothing beats 2 of the 4 choices in both"
    )
    assert axes.get_xlabel() == "makespan (h)"
    assert axes.get_ylabel() == "cost (USD)"


def test_one_choice_no_choice_and_an_interval_without_ends() -> None:
    assert "cheapest and fastest: $10.00, makespan 8 h" in title(cost_against_time(CHOICES[:1], page=DARK))
    assert "Nothing to choose from" in title(cost_against_time([]))
    lonely = Choice("one run", Estimate(3, -math.inf, math.inf, 1), Estimate(60, -math.inf, math.inf, 1))
    assert title(cost_against_time([lonely]))


def test_a_tornado_is_ordered_by_its_widths_and_ends_where_it_states() -> None:
    swings = (
        Swing("little", "0 s", "60 s", around(40), around(41)),
        Swing("much", "1", "9", around(30), around(60)),
        Swing("half", "a", "b", None, around(44)),
        Swing("nothing", "off", "on", 40.0, 40.0),
    )
    figure = tornado(Tornado("cost", "USD", 40.0, swings))
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_yticklabels()] == ["much", "half", "little", "nothing"]
    ends = {
        str(container.get_label()): container.patches[0].get_x() + container.patches[0].get_width()
        for container in axes.containers
        if hasattr(container, "patches")
    }
    assert ends["high: much"] == pytest.approx(60)
    assert ends["low: much"] == pytest.approx(30)
    assert "low: half" not in ends
    assert title(figure) == "Cost depends most on much: from $30.00 to $60.00; not on nothing"
    assert "Nothing was varied" in title(tornado(Tornado("cost", "USD", 40.0, ())))
    still = Tornado("cost", "USD", 40.0, swings[3:])
    assert "Nothing that was varied moves cost from $40.00" in title(tornado(still))


def test_the_title_of_a_tornado_counts_only_what_is_beyond_chance() -> None:
    loose = Swing("loose", "1", "9", Estimate(20, 5, 45, 10), Estimate(44, 42, 46, 10))
    firm = Swing("firm", "1", "9", Estimate(34, 33, 35, 10), Estimate(40, 39, 41, 10))
    both = Tornado("cost", "USD", 40.0, (loose, firm))
    assert title(tornado(both)) == "Cost depends most on firm: from $34.00 to $40.00"
    chance = Tornado("cost", "USD", 40.0, (Swing("loose", "1", "9", Estimate(20, 5, 45, 10), None),))
    assert title(tornado(chance)) == "Nothing that was varied moves cost from $40.00 beyond chance"


def test_a_difference_is_shown_replication_by_replication() -> None:
    one, two = [10.0, 12.0, 11.0, math.nan], [9.0, 10.5, 10.2, 5.0]
    pair = Pair.of("cost", "USD", ("fixed", "reactive"), (one, two))
    figure = paired_difference(pair)
    both, change = figure.axes
    means = next(line for line in both.get_lines() if line.get_label() == "means")
    assert list(np.asarray(means.get_ydata(), dtype=float)) == pytest.approx([11.0, 9.9])
    points = next(line for line in change.get_lines() if line.get_label() == "one replication")
    assert list(np.asarray(points.get_xdata(), dtype=float)) == pytest.approx([-1.5, -1.0, -0.8])
    assert "reactive: cost $1.10 less than fixed" in title(figure)
    assert title(figure).endswith("in 3 of 3 replications")
    unclear = Pair.of("cost", "USD", ("a", "b"), ([1.0, 2.0, 3.0], [2.0, 1.0, 3.1]))
    assert "do not differ clearly in cost" in title(paired_difference(unclear))
    assert "in the only replication" in title(paired_difference(Pair.of("cost", "USD", ("a", "b"), ([1.0], [2.0]))))
    assert "nothing to compare" not in title(paired_difference(pair))
    assert "have no cost to compare" in title(paired_difference(Pair.of("cost", "USD", ("a", "b"), ([], []))))


def test_a_comparison_gives_the_pair_with_its_own_interval() -> None:
    work = job(20, {"exponential": {"mean": "60s"}})
    small, large = (scenario([pool(targetDedicatedNodes=count)], [work]) for count in (1, 2))
    found = compare({"small": small, "large": large}, 5, workers=1)
    pair = pair_of(found, "large", "makespan")
    assert pair.difference == found.differences["large"]["makespan"].absolute
    assert "large: makespan" in title(paired_difference(pair))


def curve(name: str, ratios: list[float]) -> SpotCurve:
    return SpotCurve(name, tuple(float(rate) for rate in range(len(ratios))), tuple(around(r, 0.1) for r in ratios))


def test_spot_breaks_even_where_its_curve_crosses_the_dedicated_cost() -> None:
    assert curve("a", [0.2, 0.6, 1.4]).crossing() == pytest.approx(1.5)
    assert curve("a", [0.2, 1.0]).crossing() == pytest.approx(1.0)
    assert curve("a", [0.2, 0.9]).crossing() is None
    assert curve("a", [1.2, 0.9]).crossing() is None
    figure = spot_break_even(BreakEven((curve("short", [0.2, 0.3, 0.4]), curve("long", [0.2, 0.6, 1.4]))))
    (axes,) = figure.axes
    (mark,) = [line for line in axes.get_lines() if line.get_label() == "break-even: long"]
    assert (np.asarray(mark.get_xdata())[0], np.asarray(mark.get_ydata())[0]) == pytest.approx((1.5, 100))
    stated = "at every rate tried, up to 2 evictions an hour (short) and up to 1.5 evictions an hour (long)"
    assert f"Low-priority nodes are cheaper {stated}" in title(figure)
    assert "at no rate tried, up to 1 evictions an hour" in title(
        spot_break_even(BreakEven((curve("dear", [1.2, 1.3]),)))
    )
    assert "No eviction rate was tried" in title(spot_break_even(BreakEven(())))


def test_theory_and_simulation_lie_on_one_another() -> None:
    overlay = Overlay(
        law="Erlang C, 4 slots",
        along="load (%)",
        measure="mean queue time",
        unit="s",
        curve=((10.0, 50.0, 90.0), (1.0, 10.0, 100.0)),
        at=(50.0, 90.0),
        simulated=(around(10.2), around(150.0)),
        expected=(10.0, 100.0),
    )
    figure = theory_overlay(overlay)
    (axes,) = figure.axes
    line = next(line for line in axes.get_lines() if str(line.get_label()).startswith("theory"))
    assert list(np.asarray(line.get_ydata(), dtype=float)) == pytest.approx([1, 10, 100])
    assert title(figure) == "1 of 2 simulated points agree with Erlang C, 4 slots (95 % intervals)"


# ---- what commands leave behind -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep over nodes and slots, two by two."""
    folder = tmp_path_factory.mktemp("sweep")
    body = {
        "sizes": SIZES,
        "options": {"timingPreset": "instant"},
        "pools": [pool(targetDedicatedNodes=1, virtualMachineConfiguration=UBUNTU)],
        "jobs": [job(12, {"exponential": {"mean": "60s"}})],
    }
    (folder / "base.json").write_text(json.dumps(body))
    experiment = {
        "scenario": "base.json",
        "axes": {"pools.p.targetDedicatedNodes": [1, 4], "pools.p.taskSlotsPerNode": [1, 2]},
        "replications": 4,
        "measures": ["cost", "makespan", "queue_p95"],
    }
    (folder / "sweep.json").write_text(json.dumps(experiment))
    arguments = ["sweep", str(folder / "sweep.json"), "--out", str(folder / "out"), "--workers", "1"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return folder / "out"


def printed(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, " ".join(result.output.split())


def trials(directory: Path) -> pd.DataFrame:
    source = open_source(directory)
    assert isinstance(source.what, Sweep)
    return source.what.trials


def test_a_sweep_is_drawn_with_the_numbers_of_its_summary(swept: Path, tmp_path: Path) -> None:
    found, scales = choices_of_sweep(Sweep("s", trials(swept)))
    table = summary(trials(swept), ["cost", "makespan"])
    assert [one.cost.value for one in found] == pytest.approx(list(table["cost"]))
    assert [one.time.high for one in found] == pytest.approx(list(table["makespan_high"]))
    assert found[0].name == "targetDedicatedNodes = 1, taskSlotsPerNode = 1"
    assert scales.measure == "makespan"
    assert printed("plot", swept, "-o", tmp_path / "a.png")[1].endswith(
        "a.png: cost against time, with the Pareto front"
    )
    assert printed("plot", swept, "--measure", "queue_p95", "-o", tmp_path / "b.svg")[0] == 0


def test_two_cells_of_a_sweep_are_compared(swept: Path, tmp_path: Path) -> None:
    frame = trials(swept)
    pair = pair_of_sweep(Sweep("s", frame), "makespan", (0, 3))
    assert list(pair.first) == pytest.approx(list(frame[frame["cell"] == 0]["makespan"]))
    assert list(pair.second) == pytest.approx(list(frame[frame["cell"] == 3]["makespan"]))
    asked = ("--kind", "difference", "--cell", "0", "--cell", "3", "-o", tmp_path / "a.png")
    assert printed("plot", swept, *asked)[0] == 0


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (("--kind", "gantt"), "there is no gantt of a sweep; there is cost-time, difference"),
        (("--measure", "preemptions"), "the sweep did not keep preemptions; it kept cost, makespan, queue_p95"),
        (("--measure", "cost"), "cost is no time"),
        (("--kind", "difference", "--cell", "9", "--cell", "1"), "the sweep has no cell 9; it has 0 to 3"),
        (("--kind", "difference", "--cell", "1"), "expected two different cells"),
        (("--pool", "p"), "--pool: means nothing for cost-time"),
    ],
)
def test_what_a_sweep_cannot_show_is_reported(swept: Path, tmp_path: Path, asked: tuple[str, ...], answer: str) -> None:
    code, output = printed("plot", swept, *asked, "-o", tmp_path / "a.png")
    assert code == 2
    assert answer in output
    assert not (tmp_path / "a.png").exists()


ANSWERS: dict[str, dict[str, Any]] = {
    "tornado": {
        "replications": 20,
        "cost": {"mean": 40.0, "low": 39.0, "high": 41.0},
        "makespan": {"mean": 3600.0, "low": 3500.0, "high": None},
        "assumptions": [
            {
                "title": "boot time",
                "low": "1 min",
                "high": "8 min",
                "cost": {"lower": {"mean": -0.1, "low": -0.2, "high": -0.05}, "higher": None, "clear": True},
                "makespan": {"lower": None, "higher": None, "clear": False},
            }
        ],
    },
    "spot": {
        "replications": 20,
        "shares": [
            {"dedicated_nodes": 10, "low_priority_nodes": 0, "cost": FIVE, "makespan": FIVE},
            {"dedicated_nodes": 5, "low_priority_nodes": 5, "cost": FIVE, "makespan": None},
        ],
        "break_even": {
            "curve": [
                {"rate_per_hour": 0.0, "cost_ratio": {"mean": 0.2, "low": 0.1, "high": 0.3}, "closed_form": 0.2},
                {"rate_per_hour": 2.0, "cost_ratio": {"mean": 1.2, "low": 1.1, "high": 1.3}, "closed_form": 1.0},
            ]
        },
    },
    "cost-time": {
        "minimize": "cost",
        "pareto": [],
        "designs": [{"design": {"pools.p.nodes": 4}, "replications": 9, "objective": FIVE, "makespan": FIVE}],
    },
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_saved_answers_are_drawn(kind: str, tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(json.dumps(ANSWERS[kind]))
    code, output = printed("plot", tmp_path / "answer.json", "-o", tmp_path / "a.svg")
    assert code == 0, output
    if kind == "spot":
        assert printed("plot", tmp_path / "answer.json", "--kind", "cost-time", "-o", tmp_path / "b.svg")[0] == 0
    if kind == "tornado":
        assert printed("plot", tmp_path / "answer.json", "--measure", "makespan", "-o", tmp_path / "b.svg")[0] == 0


def test_moves_of_an_answer_become_amounts() -> None:
    (swing,) = tornado_of(Answer("sensitivity", Path("x"), ANSWERS["tornado"])).swings
    assert isinstance(swing.low, Estimate)
    assert (swing.low.value, swing.low.low, swing.low.high) == pytest.approx((36.0, 32.0, 38.0))
    assert swing.high is None


@pytest.mark.parametrize("text", ["{", "[]", '{"tasks": 3}'])
def test_other_files_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(text)
    code, output = printed("plot", tmp_path / "answer.json", "-o", tmp_path / "a.svg")
    assert code == 2
    assert "expected the directory of 'poolsight run --out'" in output


def test_the_title_of_a_tornado_names_what_moves_beyond_chance() -> None:
    """A wide bar whose interval holds the answer as it stands is no finding; the text of the command says the same."""
    unsure = Swing("spread", "1", "2", around(30, 30), around(60, 30))
    sure = Swing("mean", "1", "2", around(35), around(45))
    assert title(tornado(Tornado("cost", "USD", 40.0, (unsure, sure)))).startswith("Cost depends most on mean")
    assert title(tornado(Tornado("cost", "USD", 40.0, (unsure,)))).endswith("moves cost from $40.00 beyond chance")
