"""The Gantt chart has a bar for every attempt where it belongs, and an image that adds up where bars are too many."""

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from simulator import Recording
from simulator.report.figures import node_gantt
from simulator.report.figures.gantt import chart, occupancy
from simulator.report.looks.palette import DARK, OUTCOMES
from simulator.report.shapes.lanes import lanes
from simulator.report.shapes.pieces import lanes_of
from tests.features.story import Body, job, operation, pool, task
from tests.features.story import run as play
from tests.report import runs


def bars(figure: Figure, label: str) -> list[np.ndarray]:
    """Corners of all rectangles of one kind."""
    return [
        np.asarray(path.vertices)[:4]
        for found in figure.axes[0].collections
        if isinstance(found, PolyCollection) and found.get_label() == label
        for path in found.get_paths()
    ]


def saved(*more: Body) -> Recording:
    """Two spot nodes of two slots, taken back after 25 min; every 10 min the longer tasks save their work."""
    events = {"model": "capacity_event", "fraction": 1, "times": ["25m"]}
    simulation = {"preemption": events, "timing": {"recoveryDelay": "5m"}}
    saves = {"checkpoints": {"interval": "10m"}}
    tasks = [
        task("a", "60m", simulation=saves, requiredSlots=2),
        task("short", "15m"),
        task("b", "40m", simulation=saves),
        task("bare", "40m"),
    ]
    body = pool(low_priority=2, taskSlotsPerNode=2, simulation=simulation)
    return play(body, job(tasks=tasks), timeline=list(more))


def spans(figure: Figure, label: str) -> list[tuple[float, float]]:
    """Begin and end of bars in minutes, a pair for each slot."""
    return sorted((round(float(c[0, 0]), 3), round(float(c[2, 0]), 3)) for c in bars(figure, label))


def test_what_a_checkpoint_kept_is_not_drawn_as_lost() -> None:
    kept, lost = OUTCOMES["kept"].title, OUTCOMES["preempted"].title
    figure = node_gantt(saved())
    assert spans(figure, kept) == [(0, 20)] * 3
    assert spans(figure, lost) == [(15, 25), (20, 25), (20, 25), (20, 25)]
    assert spans(node_gantt(saved(), by="job"), lost) == spans(figure, lost)
    end = operation("31m", "terminateJob", pool=None, job="j")
    ended = node_gantt(saved(end))
    assert spans(ended, kept) == []
    assert (0, 25) in spans(ended, lost)


def test_the_pieces_of_an_attempt_stay_in_its_lanes() -> None:
    drawing = chart(saved(), ["p"])
    attempt, lane = lanes_of(drawing.attempt, drawing.row, drawing.start, drawing.end, drawing.width)
    whole: dict[int, dict[int, set[int]]] = {}
    for piece, where in zip(attempt, lane, strict=True):
        whole.setdefault(int(drawing.attempt[piece]), {}).setdefault(int(piece), set()).add(int(where))
    assert any(len(found) == 2 for found in whole.values())
    for found in whole.values():
        assert len({tuple(sorted(lanes)) for lanes in found.values()}) == 1


@pytest.mark.parametrize("name", runs.ALL)
def test_every_run_gives_a_picture_that_can_be_drawn(name: str) -> None:
    run: Recording = runs.ALL[name]()
    figure = node_gantt(run)
    figure.draw_without_rendering()
    assert figure.get_suptitle() == node_gantt(run, by="job", page=DARK).get_suptitle() != ""


def test_each_attempt_is_a_bar_on_its_node_as_high_as_its_slots() -> None:
    run = runs.busy()
    figure = node_gantt(run)
    attempts = run.attempts
    slots = run.tasks["slots"].to_numpy()[attempts["task"]]
    rows = {node: row for row, node in enumerate(run.nodes["node"])}
    for outcome, look in OUTCOMES.items():
        mine = (attempts["outcome"] == outcome).to_numpy()
        found = bars(figure, look.title)
        assert len(found) == slots[mine].sum(), outcome
        drawn = sorted((round(c[0, 0] * 60, 3), round(c[2, 0] * 60, 3), int(c[0, 1])) for c in found)
        repeated = attempts[mine].loc[attempts[mine].index.repeat(slots[mine])]
        assert drawn == sorted(
            (round(begin, 3), round(end, 3), rows[node])
            for begin, end, node in zip(repeated["assigned"], repeated["end"], repeated["node"], strict=True)
        )


def test_states_other_than_service_are_drawn_as_recorded() -> None:
    run = runs.busy()
    figure = node_gantt(run)
    for state, rows in run.node_states.groupby("state", observed=True):
        ends = sorted(round(corners[2, 0] * 60, 3) for corners in bars(figure, str(state)))
        assert ends == sorted(rows["end"].round(3)), state


def test_bars_of_a_node_never_overlap() -> None:
    run = runs.busy()
    drawing = chart(run, ["p"])
    attempt, lane = lanes(drawing.row, drawing.start, drawing.end, drawing.width)
    assert (lane < drawing.slots[drawing.row[attempt]]).all()
    key = np.lexsort((drawing.start[attempt], lane, drawing.row[attempt]))
    same = (drawing.row[attempt][key][1:] == drawing.row[attempt][key][:-1]) & (lane[key][1:] == lane[key][:-1])
    assert (drawing.start[attempt][key][1:][same] >= drawing.end[attempt][key][:-1][same]).all()


@pytest.mark.parametrize(("rows", "columns"), [(80, 1000), (7, 50), (1, 1)])
def test_the_image_adds_up_to_the_recording(rows: int, columns: int) -> None:
    run = runs.many()
    drawing = chart(run, ["p"])
    states, kinds = occupancy(drawing, run.end, rows, columns)
    nodes = np.bincount(np.arange(80) * rows // 80, minlength=rows)[:, None]
    cell = run.end / columns
    time = run.node_states.groupby("state", observed=True).apply(lambda part: (part["end"] - part["start"]).sum())
    for code, name in enumerate(dict.fromkeys(drawing.state)):
        assert (states[code] * nodes).sum() * cell == pytest.approx(time[name])
    attempts = run.attempts
    held = (attempts["end"] - attempts["assigned"]).sum() / 2  # one slot of two
    assert (kinds * nodes).sum() * cell == pytest.approx(held)
    assert states.sum(axis=0).max() <= 1 + 1e-9
    assert (kinds.sum(axis=0) <= states.sum(axis=0) + 1e-9).all()


def test_many_nodes_are_an_image_with_one_row_each() -> None:
    figure = node_gantt(runs.many())
    (image,) = figure.axes[0].images
    assert np.asarray(image.get_array()).shape[0] == 80
    assert not bars(figure, "running")


def test_the_title_states_where_the_paid_time_went() -> None:
    run = runs.busy()
    ledger = run.frame("ledger").groupby("label", observed=True)["billed"].sum()
    lost = round(100 * ledger["busy_lost"] / ledger.sum())
    assert f"{lost} % was lost" in " ".join(node_gantt(run).get_suptitle().split())
    assert node_gantt(runs.nodeless()).get_suptitle() == "0 nodes: nothing was paid for"


def test_preemptions_are_marked_where_they_happened() -> None:
    (marks,) = [line for line in node_gantt(runs.busy()).axes[0].get_lines() if line.get_label() == "preemption"]
    lost = runs.busy().node_states.query("state == 'preempted'")["start"]
    assert sorted(np.asarray(marks.get_xdata(), dtype=float) * 60) == pytest.approx(sorted(lost))


def test_jobs_have_colours_of_their_own_and_lost_work_stays_lost() -> None:
    figure = node_gantt(runs.busy(), by="job")
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert {"j", "big", OUTCOMES["preempted"].title} <= set(legend)
