"""Reports on what plan, spot and sensitivity printed: every number of the answer, clean at any width."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulator.report.page.planning_page import planning_page
from simulator.report.page.svg import scatter
from simulator.report.sources.figure_inputs import choices_of_plan
from simulator.report.sources.saved_answers import read_answer
from simulator.report.sources.saved_files import Answer
from tests.command_line import app
from tests.features.story import job, pool
from tests.report.browser import check_access, launched, needs_browser, opened
from tests.report.test_report import Seen

BODY = {
    "pools": [
        pool(nodes=2, simulation={"timing": {"preset": "instant"}, "preemption": {"model": "hazard", "ratePerHour": 1}})
    ],
    "jobs": [job(count=6, duration={"lognormal": {"mean": "20m", "cv": 0.5}})],
}
PLAN = {
    "scenario": "base.json",
    "axes": {"nodes": {"path": "pools.p.targetDedicatedNodes", "values": [1, 2, 3]}},
    "minimize": "cost",
    "subject_to": ["P(makespan <= 1h30m) >= 0.6"],
    "search": {"first": 4, "cap": 20},
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return what each planning command printed, as files."""
    place = tmp_path_factory.mktemp("answers")
    (place / "base.json").write_text(json.dumps(BODY))
    (place / "plan.json").write_text(json.dumps(PLAN))
    asked = {
        "plan": ("plan", place / "plan.json"),
        "spot": ("spot", place / "base.json", "--replications", 2, "--steps", 2),
        "sensitivity": ("sensitivity", place / "base.json", "--replications", 2),
    }
    found = {}
    for name, words in asked.items():
        printed = CliRunner().invoke(app, [*map(str, words), "--workers", "1", "--json"])
        assert printed.exit_code in (0, 1), printed.output
        found[name] = place / f"{name}_answer.json"
        found[name].write_text(printed.stdout)
    return found


def page_of(path: Path) -> str:
    answer = read_answer(path)
    assert isinstance(answer, Answer)
    return planning_page(answer)


@pytest.mark.parametrize("form", ["plan", "spot", "sensitivity"])
def test_the_command_writes_a_page_with_the_sentence_and_what_it_rests_on(
    form: str, answers: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "page.html"
    printed = CliRunner().invoke(app, ["report", str(answers[form]), "-o", str(out)])
    assert printed.exit_code == 0, printed.output
    data: dict[str, Any] = json.loads(answers[form].read_text())
    words = Seen(out.read_text()).words
    assert data["sentence"] in words
    acted = data.get("rests_on", data["assumptions"])
    assert acted
    assert [line for line in acted if line not in words] == []


def test_every_design_stands_on_the_page_with_its_numbers_refuted_ones_too(answers: dict[str, Path]) -> None:
    data = json.loads(answers["plan"].read_text())
    words = Seen(page_of(answers["plan"])).words
    assert {one["standing"] for one in data["designs"]} >= {"broken"}
    for design in data["designs"]:
        assert f"nodes = {design['design']['nodes']}" in words
        check = design["checks"][0]
        assert f"{100 * check['estimate']['mean']:.1f} %" in words


def test_the_numbers_in_the_picture_are_those_of_the_table_and_cover_no_point(answers: dict[str, Path]) -> None:
    answer = read_answer(answers["plan"])
    assert isinstance(answer, Answer)
    choices, _ = choices_of_plan(answer)
    drawn = Seen(scatter("cost against time", choices, choices))
    points = [(float(a["cx"] or 0), float(a["cy"] or 0)) for name, a in drawn.elements if name == "circle"]
    texts = [a for name, a in drawn.elements if name == "text" and not a.get("class")]
    assert len(texts) == len(points) == 3
    for text in texts:
        left, base = float(text["x"] or 0), float(text["y"] or 0)
        assert not any(left < px + 4 and px - 4 < left + 8 and base - 10 < py < base for px, py in points)


@needs_browser
@pytest.mark.parametrize("form", ["plan", "spot", "sensitivity"])
def test_no_column_is_out_of_sight_on_a_narrow_screen(form: str, answers: dict[str, Path], tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page_of(answers[form]), encoding="utf-8")
    with launched() as browser:
        found = opened(browser, file, viewport={"width": 400, "height": 800})
        right = found.page.evaluate(
            "() => [...document.querySelectorAll('.scroll > table td')].map((one) => one.getBoundingClientRect().right)"
        )
        assert right
        assert max(right) <= 400
        check_access(found.page)
        found.is_clean(file)
