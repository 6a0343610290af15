"""The report says what the run says, stays small, comes out the same every time and lets nobody's names in as code."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from typer.testing import CliRunner

from simulator import Recording, load, simulate
from simulator.report.page.evaluation_cards import cards
from simulator.report.page.run_page import run_page
from simulator.report.page.zoom_plots import of_pool
from simulator.report.shapes.curves import curves, summary_table
from simulator.report.shapes.occupancy import LEVELS, Occupancy, encode
from simulator.results.answer.metrics import summarize
from simulator.results.record.read import SavedRun, read
from simulator.results.write import write
from tests.command_line import app
from tests.engine.worlds import job, pool, scenario
from tests.report import runs

NASTY = "</script><img src=x onerror=alert(1)>\"'&\u2028ü𝄞"


class Seen(HTMLParser):
    """What a page holds: visible text, elements with attributes, the data of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._inside: list[str] = []
        self.data: Any = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside.append(dict(attrs).get("id") or tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.text.append(data)
        elif self._inside[-1] == "page-data":
            self.data = json.loads(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Recording], SavedRun]:
    def save(recording: Recording) -> SavedRun:
        write(recording, tmp_path / "run")
        return read(tmp_path / "run")

    return save


@pytest.mark.parametrize("name", runs.ALL)
def test_every_run_gives_a_report_that_states_its_answer(name: str, saved: Callable[[Recording], SavedRun]) -> None:
    recording: Recording = runs.ALL[name]()
    page = Seen(run_page(saved(recording)))
    summary = summarize(recording)
    done = f"{summary['tasks']['succeeded']:,} of {summary['tasks']['planned']:,} tasks succeeded"
    first = next(text for text in page.text if "tasks succeeded" in text)
    assert first.startswith(done)
    for reason in summary["tasks"]["unfinished_why"]:
        assert reason in page.words
    for assumption in summary["assumptions"]:
        assert assumption in page.words, "stated as the answer states it"
    assert summary["manifest"]["scenario_sha256"] in page.words
    assert [pool["id"] for pool in page.data["pools"]] == [pool.id for pool in recording.raw.pools]


def test_nothing_of_the_page_asks_for_anything_outside(saved: Callable[[Recording], SavedRun]) -> None:
    page = Seen(run_page(saved(runs.busy())))
    for name, attributes in page.elements:
        assert name not in {"iframe", "object", "embed", "base", "form"}
        for key in ("src", "href", "action", "data", "srcset"):
            value = attributes.get(key)
            assert value is None or value.startswith(("#", "data:,"))
    policy = next(values["content"] for name, values in page.elements if values.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe-inline" not in policy.split("script-src")[1]


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for place in ("one", "two"):
        write(runs.busy(), tmp_path / place)
        made.append(run_page(read(tmp_path / place)))
    assert made[0] == made[1]


def test_names_of_the_user_are_text_and_never_code(saved: Callable[[Recording], SavedRun]) -> None:
    found = simulate(scenario([pool(targetDedicatedNodes=1)], [job(2, "60s")]))
    run = saved(found)
    files = {name: run.directory / name for name in ("summary.json", "scenario.json", "manifest.json")}
    for path in files.values():
        text = path.read_text().replace('"j"', json.dumps(NASTY)).replace('"name": ""', f'"name": {json.dumps(NASTY)}')
        text = text.replace('"scenario": ""', f'"scenario": {json.dumps(NASTY)}')
        path.write_text(text)
    run = read(run.directory)
    assert run.name == NASTY
    for table in ("tasks", "nodes", "attempts", "node_states"):
        frame = run.frame(table)
        for column in {"id", "job", "node"} & set(frame.columns):
            frame[column] = frame[column].astype(str) + NASTY
    text = run_page(run)
    page = Seen(text)
    assert not [name for name, _ in page.elements if name == "img"]
    assert not [key for _, attributes in page.elements for key in attributes if key.startswith("on")]
    assert len(re.findall("<script", text)) == len(re.findall("</script", text)) == 3
    assert NASTY in "".join(page.text)
    assert page.data["pools"][0]["nodes"]["names"][0].endswith(NASTY)


def test_curves_keep_every_extreme_of_every_series() -> None:
    timeline = runs.busy().pool_timeline
    every = curves(timeline, runs.busy().end, 10_000)
    assert every["kept"] == every["changes"] == len(timeline)
    few = curves(timeline, runs.busy().end, 60)
    assert few["kept"] <= 60 < len(timeline)
    times = dict(zip(every["time"], range(len(every["time"])), strict=True))
    for name, values in few["series"].items():
        assert max(values) == max(every["series"][name])
        assert min(values) == min(every["series"][name])
        assert all(value == every["series"][name][times[time]] for time, value in zip(few["time"], values, strict=True))


def test_the_table_beside_the_plot_has_the_means_of_the_plot() -> None:
    run = runs.busy()
    rows = summary_table(run.pool_timeline, run.end, rows=10)
    for name in ("queued_tasks", "usable_nodes"):
        values, time = run.pool_timeline[name].to_numpy(), run.pool_timeline["time"].to_numpy()
        area = float((values * np.diff(np.append(time, run.end))).sum())
        assert sum(means[name] * (end - start) for start, end, means in rows) == pytest.approx(area)


def test_cells_of_the_image_add_up_to_the_time_nodes_worked_and_were_there() -> None:
    run = runs.many()
    work = run.attempts.assign(slots=run.tasks["slots"].to_numpy()[run.attempts["task"]])
    found = Occupancy.of(run.nodes, run.node_states, work, 2, run.end)
    columns = 4000
    cells = found.paint(columns)
    keys = np.array(found.keys)[cells]
    step = run.end / columns
    there = float((run.nodes["gone"] - run.nodes["created"]).sum())
    assert (keys != "absent").sum() * step == pytest.approx(there, rel=0.01)
    states = run.node_states
    working = float((states["end"] - states["start"])[states["state"] == "running"].sum())
    busy = np.char.startswith(keys, "outcome:succeeded")
    assert busy.sum() * step == pytest.approx(working, rel=0.02)
    full = np.char.endswith(keys, f":{LEVELS}")
    slot_time = float((run.attempts["end"] - run.attempts["assigned"]).sum())
    assert (full.sum() + (busy & ~full).sum() / 2) * step == pytest.approx(slot_time / 2, rel=0.02)


def test_runs_of_cells_are_written_as_letters_and_counts() -> None:
    assert encode(np.array([[0, 0, 0, 1], [2, 1, 1, 1]], dtype=np.uint8)) == ["A3B", "CB3"]


def test_evaluations_state_what_was_stated_and_what_was_made_of_it() -> None:
    run = runs.scaled()
    found = cards(run.evaluations, run.resizes)
    assert found["total"] == len(found["rows"]) == len(run.evaluations)
    texts = found["texts"]
    for row, (_, evaluation) in zip(found["rows"], run.evaluations.iterrows(), strict=True):
        assert texts[row["results"]] == evaluation["results"]
        assert row["target"] == [evaluation["target_dedicated"], evaluation["target_low_priority"]]
        assert ("eventful" in row) == (evaluation["action"] != "none")
    short = [row for row in found["rows"] if "code" in row and texts[row["code"]] == "AccountCoreQuotaReached"]
    assert short
    assert all(row["reached"][0] < row["target"][0] for row in short)


def test_a_trace_stands_in_the_card_and_room_goes_to_what_happened_first(monkeypatch: pytest.MonkeyPatch) -> None:
    formula = "$tasks = $PendingTasks.GetSample(1);\n$TargetDedicatedNodes = $tasks > 1 ? 2 : 1;"
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT5M")
    traced = scenario([body], [job(3, "200s")], options={"recordTraces": True}, horizon="3h")
    run = simulate(traced)
    found = cards(run.evaluations, run.resizes)
    assert [statement[:2] for statement in found["statements"]] == [[1, 1], [2, 1]]
    place, value, windows, _ = found["rows"][-1]["trace"][0]
    assert found["statements"][place][2].startswith("$tasks")
    assert value == "[0]"
    assert windows[0]["metric"] == "$PendingTasks"
    monkeypatch.setattr("simulator.report.page.evaluation_cards.ROWS_BYTES", 1500)
    few = cards(run.evaluations, run.resizes)
    assert len(few["rows"]) < few["total"]
    eventful = int((run.evaluations["action"] != "none").sum())
    assert sum("eventful" in row for row in few["rows"]) == eventful


def test_every_assumption_states_where_it_comes_from() -> None:
    run = runs.busy()
    found = {one.what: one for one in runs.basis_of(run)}
    assert found["boot time"] == ("boot time", "30 s, then 20 s", "given", "the scenario file")
    assert found["eviction rate"].origin == "given"
    assert found["all prices"].origin == "given", "the size is the scenario's own"
    assert "an hour" in found["price of low-priority or spot nodes"].value
    usual = simulate(load(Path(__file__).parents[2] / "scenarios" / "first_pool.yaml"))
    documented = runs.basis_of(usual)
    assert next(one.origin for one in documented if one.what == "all prices") == "documented"
    other = {one.what: one for one in runs.basis_of(usual)}
    assert (other["allocation delay"].value, other["allocation delay"].origin) == (
        "lognormal: median 3.5 min, p95 8 min",
        "assumed",
    )
    assert other["boot time"].origin == "assumed"
    assert "eviction rate" not in other
    assert "return of a preempted node" not in other


def test_the_clock_of_the_reader_is_the_first_shown(saved: Callable[[Recording], SavedRun]) -> None:
    page = Seen(run_page(saved(runs.busy()), zone=ZoneInfo("Asia/Kolkata")))
    assert page.data["zone"] == "Asia/Kolkata"
    assert "from (Asia/Kolkata)" in page.words
    assert "Mon 5 Jan 05:30" in page.words


def test_the_command_writes_a_page_and_refuses_what_it_must_not_touch(tmp_path: Path) -> None:
    write(runs.single(), tmp_path / "run")

    def report(*arguments: object) -> Any:
        return CliRunner().invoke(app, ["report", *(str(argument) for argument in arguments)])

    out = tmp_path / "deep" / "report.html"
    assert report(tmp_path / "run", "-o", out).exit_code == 0
    assert report(tmp_path / "run", "-o", out).exit_code == 0, "our own page is written anew"
    assert out.read_text().startswith("<!DOCTYPE html>")
    letter = tmp_path / "letter.html"
    letter.write_text("dear reader")
    refused = report(tmp_path / "run", "-o", letter)
    assert (refused.exit_code, letter.read_text()) == (2, "dear reader")
    assert report(tmp_path / "run", "-o", tmp_path).exit_code == 2
    absent = report(tmp_path / "absent", "-o", out)
    assert absent.exit_code == 2
    assert "does not exist" in absent.stderr
    assert report(tmp_path, "-o", out).exit_code == 2
    assert "Europe/Berlin" in report(tmp_path / "run", "-o", out, "--time-zone", "Nowhere/Town").stderr


def test_columns_of_time_and_space_are_cut_until_the_image_has_room(saved: Callable[[Recording], SavedRun]) -> None:
    page = Seen(run_page(saved(runs.many())))
    nodes = page.data["pools"][0]["nodes"]
    assert nodes["rows"] == 80
    assert nodes["together"] == 1
    counts = [sum(int(times or 1) for _, times in re.findall(r"([A-Za-z])(\d*)", row)) for row in nodes["cells"]]
    assert set(counts) == {nodes["columns"]}
    assert len(of_pool(runs.many().nodes, "p")) == 80


def test_a_hundred_thousand_tasks_fit_into_two_megabytes(saved: Callable[[Recording], SavedRun]) -> None:
    """Many nodes that come and go, an evaluation every five minutes, each with its trace: as large as pages get."""
    formula = (
        "$tasks = max(0, $PendingTasks.GetSample(1));\n"
        "$more = avg($PendingTasks.GetSample(TimeInterval_Minute * 5));\n"
        "$TargetDedicatedNodes = min(400, ceil(max($tasks, $more) / $TaskSlotsPerNode));\n"
        "$NodeDeallocationOption = taskcompletion;"
    )
    body = pool(
        enableAutoScale=True,
        autoScaleFormula=formula,
        autoScaleEvaluationInterval="PT5M",
        taskSlotsPerNode=4,
        simulation={"timing": runs.TIMING},
    )
    work = job(100_000, {"lognormal": {"median": "10m", "p95": "45m"}}, arrivals={"poisson": {"ratePerHour": 2000}})
    run = saved(simulate(scenario([body], [work], options={"recordTraces": True})))
    assert len(run.frame("tasks")) == 100_000
    assert len(run.frame("evaluations")) > 500
    text = run_page(run)
    assert len(text.encode()) < 2_000_000
    assert len(Seen(text).data["pools"][0]["nodes"]["cells"]) > 60


def test_a_thing_that_the_scenario_gave_is_nowhere_called_assumed(saved: Callable[[Recording], SavedRun]) -> None:
    """What acted is stated in the words of the answer; only values have an origin, and each stands there once."""
    run = runs.busy()
    found = [one.what for one in runs.basis_of(run)]
    assert len(found) == len(set(found))
    page = Seen(run_page(saved(run)))
    origins = [text for text in page.text if text in {"assumed", "given", "documented", "recorded"}]
    assert len(origins) == len(found)


def test_spot_nodes_of_a_pool_that_is_created_again_are_in_the_report() -> None:
    """Only the second pool of the id has any, and they are of its model and its price."""
    model = {"model": "hazard", "ratePerHour": 3}
    second = pool(targetLowPriorityNodes=2, simulation={"preemption": model, "prices": {"lowPriority": 0.07}})
    timeline = [
        {"at": "7m", "operation": "deletePool", "pool": "p"},
        {"at": "10m", "operation": "createPool", "pool": second},
    ]
    run = simulate(scenario([pool(targetDedicatedNodes=1)], [job(4, "5m")], timeline=timeline))
    found = {one.what: one.value for one in runs.basis_of(run)}
    assert "3" in found["eviction rate"]
    assert "$0.07" in found["price of low-priority or spot nodes"]
    assert "return of a preempted node" in found
