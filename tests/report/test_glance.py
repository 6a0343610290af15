"""What `poolsight run` shows at a glance is what the tables say, on every kind of terminal."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Recording
from simulator.cli.glance import FAMILIES, LEVELS, ledger_bar, over_time, shortened, sparkline
from simulator.report.figures.ledger import Bar
from simulator.report.figures.ledger import _without_vm as without_vm
from simulator.report.looks.captions import percentages_of, where_it_went
from simulator.report.looks.palette import LABELS
from simulator.results.answer.sketch import Sketch, sketch
from simulator.results.money.ledger import Label
from simulator.units import percentages
from tests.report import runs

SCENARIO = Path(__file__).parents[2] / "scenarios" / "first_pool.yaml"


@pytest.mark.parametrize("name", runs.ALL)
@pytest.mark.parametrize("stretches", [1, 7, 60])
def test_a_sketch_holds_the_maxima_of_the_timeline(name: str, stretches: int) -> None:
    run: Recording = runs.ALL[name]()
    timeline = run.pool_timeline
    for found in sketch(run, stretches):
        rows = timeline[timeline["pool"] == found.pool]
        time = np.append(0, (rows["time"].to_numpy() * 1000).round().astype(np.int64))
        for values, level in (
            (found.waiting, rows["queued_tasks"]),
            (found.nodes, rows["current_dedicated"] + rows["current_low_priority"]),
        ):
            held = np.append(0, level.to_numpy())
            for place in range(stretches):
                low, high = (edge * run.raw.end / stretches for edge in (place, place + 1))
                inside = (time >= low) & ((time < high) | (place == stretches - 1))
                before = held[np.searchsorted(time, np.ceil(low), side="right") - 1]
                assert values[place] == max(before, *held[inside], 0), (place, level.name)


def test_more_than_four_pools_are_sketched_together() -> None:
    assert [found.pool for found in sketch(runs.two_pools(), 5)] == ["p", "q"]
    assert [found.pool for found in sketch(runs.crowd(), 5)] == [None]
    assert sketch(runs.crowd(), 5)[0].nodes.max() == 6


@given(st.lists(st.integers(0, 10**9), max_size=50))
def test_only_nothing_is_drawn_as_nothing(values: list[int]) -> None:
    line = sparkline(values)
    assert [character == LEVELS[0] for character in line] == [value == 0 for value in values]
    if any(values):
        assert line[values.index(max(values))] == LEVELS[-1]
    assert list(line) == [line[values.index(value)] for value in values]


@given(st.lists(st.integers(0, 99), min_size=1, max_size=300), st.integers(1, 100))
def test_a_shorter_line_keeps_its_peak(values: list[int], width: int) -> None:
    short = shortened(values, width)
    assert len(short) == min(width, len(values))
    assert max(short) == max(values)


def test_every_label_is_in_exactly_one_family() -> None:
    labels = [label for family in FAMILIES for label in family.labels]
    assert sorted(labels) == sorted(Label)
    assert len({family.mark for family in FAMILIES}) == len(FAMILIES)


@given(st.dictionaries(st.sampled_from(list(Label)), st.floats(0.001, 1e7), min_size=1), st.integers(30, 120))
def test_the_bar_has_its_width_and_every_part_is_seen(seconds: dict[str, float], width: int) -> None:
    bar, *key = ledger_bar(seconds, width)
    assert len(bar) == width
    named = " ".join(line.plain for line in key)
    for family in FAMILIES:
        share = sum(seconds.get(label, 0.0) for label in family.labels) / sum(seconds.values())
        assert (family.mark in bar.plain) == (share > 0)
        written = re.search(rf"{family.title} ([\d.]+) %", named)
        assert (written is not None) == (share > 0)
        assert written is None or abs(float(written[1]) - 100 * share) < 0.1
        assert abs(bar.plain.count(family.mark) - share * width) <= len(FAMILIES) + 1
    assert sum(round(10 * float(one)) for one in re.findall(r"([\d.]+) %", named)) == 1000
    of_labels = percentages_of(seconds)
    assert sum(of_labels.values()) == pytest.approx(100), "in the table below, too"
    for label, shown in of_labels.items():
        assert abs(shown - 100 * seconds.get(label, 0.0) / sum(seconds.values())) <= 0.1 + 1e-9
    for family in FAMILIES:
        written = re.search(rf"{family.title} ([\d.]+) %", named)
        assert written is None or float(written[1]) == pytest.approx(sum(of_labels[label] for label in family.labels))
    assert all(len(line) <= width for line in key)


@given(st.lists(st.floats(0, 1e9), max_size=12), st.integers(0, 2))
def test_percentages_add_up_and_none_is_a_step_off(parts: list[float], digits: int) -> None:
    found = percentages(parts, digits)
    if sum(parts) == 0:
        assert found == [0.0] * len(parts)
        return
    assert sum(found) == pytest.approx(100, abs=1e-9)
    assert all(abs(one - 100 * part / sum(parts)) <= 10**-digits for one, part in zip(found, parts, strict=True))


def test_a_sentence_of_shares_adds_up() -> None:
    """74.5, 24.7 and 0.8 are 75, 25 and 1 by themselves: 101 of 100."""
    stated = where_it_went({"busy_useful": 745.0, "idle_tail": 247.0, "booting": 8.0})
    assert stated == "74 % of the paid time had work, 25 % was idle and 1 % went into starting up"


@pytest.mark.parametrize("label", sorted(Label))
def test_a_sentence_leaves_out_no_kind_of_time(label: Label) -> None:
    """Also nodes that only stand there broken, and rounding, have a share: what is named comes to 100 %."""
    stated = where_it_went({"busy_useful": 60.0, label: 40.0})
    assert sum(int(share) for share in re.findall(r"(\d+) %", stated)) == 100


def test_no_node_no_bar() -> None:
    assert ledger_bar({"booting": 0.0}, 40) == []


@pytest.mark.parametrize("width", [30, 60, 100])
def test_lines_fit_and_their_numbers_are_never_cut(width: int) -> None:
    values = np.array([0, 123_456])
    rows = over_time([Sketch("a_pool_with_quite_a_long_name", values, values), Sketch("b", values, values)], width)
    for title, line in rows:
        assert line.plain.endswith(" at most 123,456")
        assert min(len(title), max(width // 3, 10)) + 2 + len(line) <= width or len(line) == len(" at most 123,456") + 2


def on_a_terminal(columns: int, **environment: str) -> str:
    """Run the command on a terminal of so many columns and return what that is sent on its standard output."""
    command = [sys.executable, "-m", "simulator.cli", "run", str(SCENARIO)]
    outside = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    outside |= {"TERM": "xterm-256color", **environment}
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    silent = subprocess.DEVNULL  # standard error would show progress, which moves the cursor
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=silent, env=outside) as process:
        os.close(theirs)
        found = b"".join(pieces(ours))
    os.close(ours)
    assert process.returncode == 0
    return found.decode()


def pieces(terminal: int) -> Iterator[bytes]:
    """Yield what a terminal is sent until nobody has it open; Linux reports that as an error."""
    with suppress(OSError):
        while piece := os.read(terminal, 65536):
            yield piece


def test_a_terminal_is_sent_colours_and_no_color_takes_every_code_away() -> None:
    assert "\x1b[" in on_a_terminal(100)
    plain = on_a_terminal(100, NO_COLOR="1")
    assert "\x1b" not in plain
    assert "█" in plain


def test_a_narrow_terminal_shows_whole_lines() -> None:
    plain = on_a_terminal(44, NO_COLOR="1")
    assert all(len(line.rstrip()) <= 44 for line in plain.splitlines())
    assert "at most 400" in plain
    assert "$1.79" in plain
    assert "…" not in plain


@pytest.mark.parametrize(("cost", "stated"), [(0.0, "and are not billed."), (0.0467, "cost $0.0467.")])
def test_a_picture_states_what_nodes_without_a_vm_cost(cost: float, stated: str) -> None:
    """By option their disks and addresses are paid for, so that no label may call them free."""
    bar = Bar("p", {"preempted": 3.5}, {}, {"preempted": cost})
    assert without_vm([bar], {"preempted", "booting"}).endswith(stated)
    assert without_vm([bar], {"booting"}) == ""
    assert "billed" not in LABELS[Label.PREEMPTED].title
