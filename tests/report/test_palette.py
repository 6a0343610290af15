"""Everything that can be drawn has a look, and looks that stand side by side are distinguished by every reader."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from simulator.report.looks import palette
from simulator.report.looks.palette import (
    CYCLE,
    DARK,
    LABELS,
    LIGHT,
    MARKS,
    NODE_STATES,
    OUTCOMES,
    STROKES,
    Mode,
    Page,
    Shade,
)
from simulator.results.money.ledger import Label
from simulator.results.record.pool_timeline import SERIES
from simulator.states import NodeState, Outcome

Floats = npt.NDArray[np.float64]

# Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency, IEEE
# Transactions on Visualization and Computer Graphics 15(6), 2009, severity 1.0; on linear RGB.
SIGHTS: dict[str, list[list[float]]] = {
    "full": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(color: str) -> Floats:
    values = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(color: str, sight: str) -> Floats:
    rgb = np.clip(np.array(SIGHTS[sight]) @ linear(color), 0, 1)
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(matrix) @ rgb / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, two: str) -> float:
    """Contrast ratio of WCAG 2."""
    lighter, darker = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_everything_that_a_recording_holds_has_a_look() -> None:
    assert set(NodeState) <= set(NODE_STATES)
    assert set(Label) <= set(LABELS)
    assert {outcome.name.lower() for outcome in Outcome} <= set(OUTCOMES)
    assert set(SERIES) <= set(palette.SERIES)


@pytest.mark.parametrize("kinds", [NODE_STATES, LABELS, OUTCOMES], ids=["states", "labels", "outcomes"])
def test_no_two_things_look_or_are_called_the_same(kinds: Mapping[str, Shade]) -> None:
    for mode in ("light", "dark"):
        assert len({shade.light if mode == "light" else shade.dark for shade in kinds.values()}) == len(kinds)
    assert len({shade.title for shade in kinds.values()}) == len(kinds)


def test_a_state_and_the_label_of_its_time_share_a_colour() -> None:
    pairs = [
        (NODE_STATES[NodeState.RUNNING], LABELS[Label.BUSY_USEFUL], OUTCOMES["succeeded"]),
        (NODE_STATES[NodeState.IDLE], LABELS[Label.IDLE_BETWEEN]),
        (NODE_STATES[NodeState.STARTING], LABELS[Label.BOOTING]),
        (NODE_STATES[NodeState.WAITINGFORSTARTTASK], LABELS[Label.START_TASK]),
        (NODE_STATES[NodeState.PREEMPTED], LABELS[Label.PREEMPTED]),
        (NODE_STATES[NodeState.LEAVINGPOOL], LABELS[Label.LEAVING]),
        (LABELS[Label.BUSY_LOST], OUTCOMES["preempted"], MARKS["preemption"]),
        (LABELS[Label.BUSY_FAILED], OUTCOMES["failed"], MARKS["error"]),
    ]
    for same in pairs:
        assert len({(shade.light, shade.dark) for shade in same}) == 1, same[0].title


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize(
    "kinds",
    [
        NODE_STATES,
        LABELS,
        OUTCOMES,
        {shade.title: shade for shade in CYCLE},
    ],
    ids=["states", "labels", "outcomes", "cycle"],
)
def test_colours_or_hatches_are_distinguished_by_every_eye(kinds: Mapping[str, Shade], sight: str, mode: Mode) -> None:
    """Two things differ in colour (CIE 1976, 20 = plainly different) or, a bit nearer, in hatching as well."""
    for one, two in combinations(kinds.values(), 2):
        distance = float(np.linalg.norm(lab(one.on(mode), sight) - lab(two.on(mode), sight)))
        least = 5 if one.hatch != two.hatch else 20
        assert distance >= least, (one.title, two.title, round(distance, 1))


@pytest.mark.parametrize("page", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_lines_stand_out_from_the_page(page: Page) -> None:
    assert contrast(page.ink, page.paper) >= 7
    assert contrast(page.faint, page.paper) >= 4.5
    assert contrast(page.edge, page.paper) >= 3
    for name, shade in {**palette.SERIES, **MARKS}.items():
        if name not in ("usable_nodes", "used_slots"):  # areas, which have an outline
            assert contrast(shade.on(page.mode), page.paper) >= 3, name


@pytest.mark.parametrize("page", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("sight", SIGHTS)
def test_curves_are_distinguished_by_every_eye_and_on_paper(sight: str, page: Page) -> None:
    """Curves differ in style anyway, and in colour by more than areas with hatches must."""
    assert len(set(STROKES)) == len(CYCLE) == len(STROKES)
    for one, two in combinations(CYCLE, 2):
        assert np.linalg.norm(lab(one.on(page.mode), sight) - lab(two.on(page.mode), sight)) >= 12
    for look in CYCLE:
        assert contrast(look.on(page.mode), page.paper) >= 3


def test_an_unknown_name_is_grey_under_its_own_name() -> None:
    assert palette.shade(NODE_STATES, "hibernating").title == "hibernating"
    assert palette.shade(NODE_STATES, "idle") is NODE_STATES["idle"]
