"""Pictures made of characters: a sparkline of a run, and a bar of where its node time went."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from rich.text import Text

from simulator.report.looks import captions
from simulator.report.looks.palette import LABELS, SERIES
from simulator.results.money.ledger import Label

if TYPE_CHECKING:
    from simulator.results.answer.sketch import Sketch

LEVELS: Final = "▁▂▃▄▅▆▇█"
"""The first is nothing, the second anything at all."""
STRETCHES: Final = 240
"""A run is sketched in so many stretches; a line has as many of them together as it takes."""
PLAIN: Final = {
    **dict(zip(LEVELS, "_.:-=+*#", strict=True)),
    "░": ".",
    "▒": "+",
    "▓": "=",
    "▚": "x",
    "·": "~",
    "–": "-",
    "−": "-",
    "×": "x",
    "≤": "<",
    "…": "~",
    "’": "'",
}
"""What stands for a character that the output cannot show."""


@dataclass(frozen=True, slots=True)
class Family:
    """Labels of the ledger that one character stands for."""

    title: str
    mark: str
    labels: frozenset[Label]
    color: Label


_LOOKS = (
    ("work", "█", Label.BUSY_USEFUL),
    ("lost or failed", "▚", Label.BUSY_LOST),
    ("starting up", "▒", Label.BOOTING),
    ("idle", "░", Label.IDLE_TAIL),
    ("other", "▓", Label.LEAVING),
    ("without a VM", "·", Label.PREEMPTED),
)
FAMILIES: Final = tuple(
    Family(title, mark, labels, color) for (title, mark, color), labels in zip(_LOOKS, captions.FAMILIES, strict=True)
)


def show_plainly(encoding: str) -> None:
    """Make an output show the nearest character that it can, instead of ending in a traceback."""
    try:
        "".join(PLAIN).encode(encoding)
    except UnicodeEncodeError:
        codecs.register_error("poolsight.plain", _nearest)
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="poolsight.plain")


def _nearest(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(PLAIN.get(character, "?") for character in text), error.end


def sparkline(values: Sequence[int]) -> str:
    """Draw numbers as blocks of different height; only nothing at all is drawn as the lowest."""
    most = max(values, default=0)
    top = len(LEVELS) - 1
    return "".join(LEVELS[-(-value * top // most) if value > 0 else 0] for value in values)


def over_time(sketches: Sequence[Sketch], width: int) -> list[tuple[str, Text]]:
    """Return a line for the queue and one for the nodes of each sketch: its title, and what fits `width` with it."""
    rows: list[tuple[str, str, list[int]]] = []
    for found in sketches:
        suffix = f", {found.pool}" if len(sketches) > 1 and found.pool is not None else ""
        rows.append((f"waiting{suffix}", "queued_tasks", found.waiting.tolist()))
        rows.append((f"nodes{suffix}", "running_nodes", found.nodes.tolist()))
    tails = [f" at most {max(values):,}" for _, _, values in rows]
    taken = min(max((len(title) for title, _, _ in rows), default=0), max(width // 3, 10)) + 2
    room = max(width - taken - max(map(len, tails), default=0), 4)
    drawn = []
    for (title, series, values), tail in zip(rows, tails, strict=True):
        line = Text(sparkline(shortened(values, room)), style=SERIES[series].dark)
        drawn.append((title, line.append(tail, style="default")))
    return drawn


def shortened(values: Sequence[int], width: int) -> list[int]:
    """Return the greatest of every stretch, so that there are at most `width` of them."""
    count = min(len(values), width)
    cuts = [len(values) * place // count for place in range(count + 1)] if count else [0]
    return [max(values[start:end]) for start, end in pairwise(cuts)]


def ledger_bar(seconds: Mapping[str, float], width: int) -> list[Text]:
    """Draw where all node time went as one bar with its key beneath; nothing where no node ever was."""
    parts = [(family, sum(seconds.get(label, 0.0) for label in family.labels)) for family in FAMILIES]
    parts = [(family, part) for family, part in parts if part > 0]
    if not parts:
        return []
    bar = Text()
    lines = [bar, Text()]
    shares = captions.percentages_of(seconds)
    for (family, _), cells in zip(parts, _cells([part for _, part in parts], width), strict=True):
        style, share = LABELS[family.color].dark, sum(shares[label] for label in family.labels)
        bar.append(family.mark * cells, style=style)
        entry = Text.assemble((family.mark, style), f" {family.title} {share:.1f} %")
        if lines[-1] and len(lines[-1]) + len(entry) + 2 > width:
            lines.append(Text())
        lines[-1].append("  " if lines[-1] else "").append_text(entry)
    return lines


def _cells(parts: Sequence[float], width: int) -> list[int]:
    """Share a bar's cells out, at least one to each part; the greatest gives what rounding takes."""
    whole = sum(parts)
    cells = [max(round(width * part / whole), 1) for part in parts]
    greatest = max(range(len(cells)), key=lambda place: parts[place])
    cells[greatest] = max(cells[greatest] + width - sum(cells), 1)
    return cells
