"""The answer on a terminal is readable whatever the output can show."""

import io
import sys

import pytest

from simulator import Recording, simulate
from simulator.cli.answer import show
from simulator.results.answer.metrics import summarize
from tests.engine.worlds import job, pool, scenario
from tests.features import story


def printed(monkeypatch: pytest.MonkeyPatch, encoding: str, names: tuple[str, ...] = ("j",)) -> str:
    run = simulate(scenario([pool(targetDedicatedNodes=1)], [job(2, "1h", name=name) for name in names]))
    return shown(monkeypatch, run, encoding)


def shown(monkeypatch: pytest.MonkeyPatch, run: Recording, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    show(summarize(run), run)
    sys.stdout.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_an_output_without_blocks_shows_other_characters(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    text = printed(monkeypatch, encoding)
    assert "2 of 2 tasks succeeded" in text
    assert "####" in text
    assert "?" not in text


def test_bars_where_they_can_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "████" in printed(monkeypatch, "utf-8")


def test_costs_by_label_add_up_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(monkeypatch, "utf-8", ("a", "b"))
    rows = [line for line in text.splitlines() if line.startswith(("busy", "idle", "booting", "total"))]
    amounts = [float(line.rsplit("$", 1)[1]) for line in rows]
    assert round(sum(amounts[:-1]), 2) == amounts[-1] == 0.4


def refusing(count: int) -> Recording:
    """Return a run in which so many operations are refused, and one is not."""
    asked = [
        story.operation("20m", "terminateTask", pool=None, job="j", task="task-1"),
        story.operation("10m", "reboot", nodeId=["a", "b", "c", "d"]),
        story.operation("90s", "resize", pool="P", targetDedicatedNodes=3),
        *(story.operation("90s", "removeNodes", nodeList=f"n{index}") for index in range(count - 3)),
        story.operation("2m", "terminateTask", pool=None, job="J", task="nobody"),
    ]
    body = story.pool(nodes=1, simulation={"timing": {"allocationLatency": "5m"}})
    return story.run(body, story.job(count=1, duration="30m"), timeline=asked)


def test_refused_operations_are_in_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    run = refusing(3)
    found = summarize(run)["operations"]
    assert found["count"] == 4
    assert [list(one.values()) for one in found["refused"]] == [
        [90.0, "resize", "P", "PoolBeingResized", "The pool is already being resized"],
        [120.0, "terminateTask", "J/nobody", "TaskNotFound", "The specified task does not exist"],
        [600.0, "reboot", "p: 4 nodes", "NodeNotFound", "There is no node a in the pool"],
    ]
    text = shown(monkeypatch, run)
    assert "refused at 10 min: reboot p: 4 nodes (NodeNotFound): There is no node a in the pool\n" in text
    assert run.operations["target"].tolist() == ["P", "J/nobody", "p: 4 nodes", "j/task-1"]


def test_many_refusals_do_not_flood_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line for line in shown(monkeypatch, refusing(50)).splitlines() if line.startswith("refused")]
    assert len(lines) == 11
    assert lines[-1] == "refused: 40 more operations"


def test_a_run_without_nodes_shows_no_empty_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, simulate(scenario([pool()], [job(1, "1h")])))
    assert "peak 0, mean 0.0" in text
    assert "()" not in text


def test_work_that_is_shorter_than_an_evaluation_and_a_boot_is_reported() -> None:
    """Two minutes of work wait for the evaluation and the boot; half an hour of it does not lose by them."""
    formula = "$TargetDedicatedNodes = min(1, max(0, $PendingTasks.GetSample(1)));"
    scaled = story.pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT15M")
    short, long = ({"id": "t", "commandLine": "x", "simulation": {"duration": time}} for time in ("2m", "30m"))
    warned = summarize(story.run(scaled, story.job(tasks=[short]))).warnings
    assert len(warned) == 1
    assert "pool 'p' evaluates its formula every 15 min" in warned[0]
    assert "1 of its jobs found no node" in warned[0]
    assert "for 2 min of work" in warned[0]
    assert summarize(story.run(scaled, story.job(tasks=[long]))).warnings == ()
    assert summarize(story.run(story.pool(nodes=1), story.job(tasks=[short]))).warnings == ()
