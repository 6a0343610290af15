"""The report on a sweep: its numbers are the sweep's, its front and differences are what they should be."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from simulator.errors import InputError
from simulator.experiment import load_experiment, summary, sweep
from simulator.experiment.estimates import LEVEL, Estimate, corrected, skewed_mean
from simulator.report.figures.difference import Pair, finding
from simulator.report.page.study_page import sentence, study_page
from simulator.report.page.svg import scatter, ticks_of, whiskers
from simulator.report.sources.saved_answers import read_answer
from simulator.report.sources.study import Cell, Study, read_study
from simulator.report.sources.trials import is_sweep
from simulator.units import spoken_amount
from tests.command_line import app
from tests.experiment.files import FIRST, experiment
from tests.report.browser import check_access, launched, needs_browser, opened, tab_through
from tests.report.test_report import NASTY, Seen


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """Six cells, four replications each."""
    place = tmp_path_factory.mktemp("sweep")
    frame = sweep(load_experiment(experiment(place)), place / "out", workers=1)
    return place / "out", frame


def test_every_cell_has_the_numbers_of_the_sweeps_own_summary(swept: tuple[Path, Any]) -> None:
    directory, frame = swept
    assert is_sweep(directory)
    study = read_study(directory)
    assert study.axes == ("targetDedicatedNodes", "slots")
    for cell, row in zip(study.cells, summary(frame).to_dict("records"), strict=True):
        assert cell.number == row["cell"]
        assert cell.trials == row["replications"] == 4
        for name in ("cost", "makespan", "useful"):
            one = cell.estimates[name]
            assert (one.value, one.low, one.high) == (row[name], row[f"{name}_low"], row[f"{name}_high"])


def test_differences_are_those_of_pairs_and_hold_together(swept: tuple[Path, Any]) -> None:
    directory, frame = swept
    study = read_study(directory)
    assert study.cells[0].differences == {}
    first = frame[frame["cell"] == 0]["cost"].to_numpy()
    for cell in study.cells[1:]:
        change = frame[frame["cell"] == cell.number]["cost"].to_numpy() - first
        assert cell.differences["cost"] == skewed_mean(change, corrected(LEVEL, 5))
        for name, found in cell.differences.items():
            stated = cell.estimates[name].value - study.cells[0].estimates[name].value
            assert found.value == pytest.approx(stated), "of a ratio too"


def test_differences_of_shares_are_in_points(swept: tuple[Path, Any]) -> None:
    """From 47.2 % to 48.9 % is 1.7 points; 1.7 % more would be 48.0 %."""
    study = read_study(swept[0])
    page = Seen(study_page(study)).words
    found = study.cells[-1].differences["useful"]
    assert f"{100 * found.value:.1f} points".replace("-", "−") in page
    pair = Pair.of("useful share", "share", ("a", "b"), ([0.5, 0.51, 0.49], [0.4, 0.41, 0.38]))
    assert "10.3 points less than a" in finding(pair)
    assert "%" not in finding(pair).replace("95 % interval", "")


def test_the_front_is_what_nothing_beats_in_cost_and_time(swept: tuple[Path, Any]) -> None:
    study = read_study(swept[0])
    best = {one.name for one in study.front}
    for one in study.choices:
        beaten = any(
            (other.cost.value <= one.cost.value and other.time.value < one.time.value)
            or (other.cost.value < one.cost.value and other.time.value <= one.time.value)
            for other in study.choices
        )
        assert (one.name in best) == (not beaten)
    stated = sentence(study)
    assert study.front[0].name in stated
    assert f"${spoken_amount(study.front[0].cost.value)}" in stated


def test_the_page_states_all_of_it(swept: tuple[Path, Any]) -> None:
    study = read_study(swept[0])
    page = Seen(study_page(study))
    assert sentence(study) in page.words
    for title in ("Cost against time", "Every cell with its intervals", "Differences to", "Manifest"):
        assert title in page.words
    assert str(study.manifest["cells_sha256"]) in page.words
    assert all(cell.name in page.words for cell in study.cells)
    assert study_page(study) == study_page(read_study(swept[0]))


def test_the_command_distinguishes_a_sweep_from_a_run_and_refuses_an_empty_one(
    swept: tuple[Path, Any], tmp_path: Path
) -> None:
    result = CliRunner().invoke(app, ["report", str(swept[0]), "-o", str(tmp_path / "page.html")])
    assert result.exit_code == 0
    assert "Pareto front" in (tmp_path / "page.html").read_text()
    (tmp_path / "begun").mkdir()
    (tmp_path / "begun" / "manifest.json").write_text((swept[0] / "manifest.json").read_text())
    with pytest.raises(InputError, match="no trial yet"):
        read_study(tmp_path / "begun")


def test_labels_of_the_user_are_text(tmp_path: Path) -> None:
    text = f"""
axes: {{nodes: {{path: pools.0.targetDedicatedNodes, values: {{{NASTY[:30]!r}: 1, other: 2}}}}}}
replications: 2
measures: [cost, makespan]
"""
    frame = sweep(load_experiment(experiment(tmp_path, text)), tmp_path / "out", workers=1)
    assert len(frame) == 4
    page = Seen(study_page(read_study(tmp_path / "out")))
    assert not [name for name, _ in page.elements if name == "img"]
    assert NASTY[:30] in page.words
    assert "What to note" not in page.words


def test_failed_trials_are_reported_and_left_out(swept: tuple[Path, Any], tmp_path: Path) -> None:
    shutil.copytree(swept[0], tmp_path / "out")
    path = tmp_path / "out" / "trials" / "trials.parquet"
    frame = pd.read_parquet(path)
    frame.loc[1, ["cost", "makespan", "useful", "billed_hours"]] = np.nan
    frame["error_type"] = frame["error_type"].astype(object)
    frame["error_message"] = frame["error_message"].astype(object)
    frame.loc[1, ["error_type", "error_message"]] = ["WorkerLostError", "it died"]
    frame.to_parquet(path)
    study = read_study(tmp_path / "out")
    assert study.cells[0].failed == 1
    assert study.cells[0].estimates["cost"].count == 3
    assert study.cells[1].differences["cost"].count == 3, "the pair of the failed one is left out"
    page = Seen(study_page(study))
    assert "1 trial failed: WorkerLostError: it died" in page.words


def test_a_comparison_and_replications_that_were_printed_as_json_are_studies_too(tmp_path: Path) -> None:
    for slots in (1, 2):
        text = FIRST.read_text().replace("count: 400", "count: 20")
        (tmp_path / f"slots{slots}.yaml").write_text(text.replace("taskSlotsPerNode: 2", f"taskSlotsPerNode: {slots}"))
    names = [str(tmp_path / f"slots{slots}.yaml") for slots in (1, 2)]
    run = CliRunner().invoke

    compared = run(app, ["compare", *names, "--replications", "4", "--workers", "1", "--json"])
    (tmp_path / "slots.json").write_text(compared.stdout)
    study = read_answer(tmp_path / "slots.json")
    assert isinstance(study, Study)
    answer = json.loads(compared.stdout)
    assert sentence(study) == " ".join(answer["sentences"])
    cost = answer["differences"]["slots2"]["cost"]["absolute"]
    one = study.cells[1].differences["cost"]
    assert (one.value, one.low, one.high) == (cost["mean"], cost["low"], cost["high"])
    assert "Differences to slots1" in Seen(study_page(study)).words

    repeated = run(app, ["run", names[0], "--replications", "4", "--workers", "1", "--json"])
    (tmp_path / "often.json").write_text(repeated.stdout)
    out = tmp_path / "often.html"
    assert run(app, ["report", str(tmp_path / "often.json"), "-o", str(out)]).exit_code == 0
    assert "on average of 4 replications" in Seen(out.read_text()).words

    (tmp_path / "other.json").write_text("[]")
    refused = run(app, ["report", str(tmp_path / "other.json"), "-o", str(out)])
    assert refused.exit_code == 2
    assert "expected what 'poolsight compare" in refused.stderr


def test_one_cell_is_a_study_too_and_one_replication_has_no_interval(tmp_path: Path) -> None:
    text = "axes: {pools.0.targetDedicatedNodes: [2]}\nreplications: 1\nmeasures: [cost, makespan]\n"
    sweep(load_experiment(experiment(tmp_path, text)), tmp_path / "out", workers=1)
    page = Seen(study_page(read_study(tmp_path / "out")))
    assert "one value has no interval" in page.words
    assert "Differences to" not in page.words


@pytest.mark.parametrize(
    ("low", "high", "unit"),
    [(0, 0, ""), (0, 7, "USD"), (-3.2, 0.4, "USD"), (0, 61_234, "s"), (-9e5, 0, "s"), (5, 5, "")],
)
def test_ticks_are_few_round_and_hold_everything(low: float, high: float, unit: str) -> None:
    ticks = ticks_of(low, high, unit)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 8
    steps = np.diff(ticks)
    assert np.allclose(steps, steps[0])


def test_pictures_hold_every_point_where_it_belongs(swept: tuple[Path, Any]) -> None:
    study = read_study(swept[0])
    drawn = Seen(scatter("cost against time", study.choices, study.front))
    places = [(float(a["cx"] or 0), float(a["cy"] or 0)) for name, a in drawn.elements if name == "circle"]
    by_time = sorted(zip(study.choices, places, strict=True), key=lambda pair: pair[0].time.value)
    assert [place[0] for _, place in by_time] == sorted(place[0] for place in places)
    by_cost = sorted(zip(study.choices, places, strict=True), key=lambda pair: pair[0].cost.value)
    assert [place[1] for _, place in by_cost] == sorted((place[1] for place in places), reverse=True)
    rows = [("one", Estimate(2.0, 1.0, 3.0, 5)), ("alone", Estimate(4.0, -np.inf, np.inf, 1))]
    shown = Seen(whiskers("a measure", rows, "", from_zero=True))
    lines = [a for name, a in shown.elements if name == "line" and a["class"] == "whisker"]
    assert float(lines[0]["x2"] or 0) > float(lines[0]["x1"] or 0)
    assert lines[1]["x1"] == lines[1]["x2"], "one value has no width"


@needs_browser
def test_the_page_is_clean_and_accessible_in_a_browser(swept: tuple[Path, Any], tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(study_page(read_study(swept[0])), encoding="utf-8")
    with launched() as browser:
        for scheme in ("light", "dark"):
            found = opened(browser, file, color_scheme=scheme)
            found.page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            check_access(found.page)
            found.page.set_viewport_size({"width": 400, "height": 800})
            check_access(found.page)
            assert "theme" in tab_through(found.page)
            found.is_clean(file)


def test_a_cell_that_others_equal_is_one_of_the_best() -> None:
    """Billed by the hour or by the second, a run takes as long."""
    found = [(10.0, 60.0), (12.0, 60.0), (15.0, 90.0)]
    cells = []
    for number, (name, values) in enumerate(zip("abc", found, strict=True)):
        pairs = zip(("cost", "makespan"), values, strict=True)
        estimates = {measure: Estimate(value, value, value, 2) for measure, value in pairs}
        cells.append(Cell(number, name, {}, 2, 0, estimates, {}))
    made = Study("s", ("axis",), ("cost", "makespan"), tuple(cells), {}, {})
    assert sentence(made) == "a is the cheapest and one of the fastest of 3 cells: $10.00, 1 min."
