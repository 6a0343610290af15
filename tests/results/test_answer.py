"""The answer on a terminal is readable whatever the output can show."""

import io
import sys

import pytest

from simulator import simulate
from simulator.cli.answer import show
from simulator.results.metrics import summarize
from tests.engine.test_stories import job, pool, scenario


def printed(monkeypatch: pytest.MonkeyPatch, encoding: str, names: tuple[str, ...] = ("j",)) -> str:
    run = simulate(scenario([pool(targetDedicatedNodes=1)], [job(2, "1h", name=name) for name in names]))
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
