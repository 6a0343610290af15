"""Pictures of an experiment as SVG inside a page: they take the page's colours, scale, and print sharply."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Sequence
from typing import Final

from simulator.experiment.estimates import Estimate
from simulator.report.figures.tradeoff import Choice
from simulator.report.looks.quantity import written
from simulator.report.page.markup import Html, tag

WIDTH: Final = 860
ROW: Final = 24
LINE: Final = 15
"""Height of a further line of a name."""
NAMES: Final = 250
"""Room for names left of the whiskers."""
LETTERS: Final = 36
"""So many letters of a name fit in a line there."""
NAMED: Final = 30
"""Points that get their numbers; of more, those of the front."""
AROUND: Final = ((1, -1), (1, 1.6), (-1, -1), (-1, 1.6), (1, 0.3), (-1, 0.3))
"""Where the number of a point may stand: above or below, to its right or left."""
REACHES: Final = (8, 14, 22)
"""How far from the point, the nearest first."""


def whiskers(title: str, rows: Sequence[tuple[str, Estimate]], unit: str, *, from_zero: bool) -> Html:
    """Draw each estimate as a point on its interval; `from_zero` marks zero, for differences."""
    ends = [end for _, one in rows for end in (one.value, *_ends(one))]
    low, high = (min([*ends, 0.0]), max([*ends, 0.0])) if from_zero else (min(ends), max(ends))
    ticks = ticks_of(low, high, unit)
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    span = (high - low) or 1.0
    names = [_lines(name) for name, _ in rows]
    heights = [ROW + LINE * (len(lines) - 1) for lines in names]
    height = sum(heights) + 34

    def x(value: float) -> float:
        return NAMES + (WIDTH - NAMES - 50) * (value - low) / span

    parts: list[Html] = [tag("line", class_="axis", x1=_n(x(at)), x2=_n(x(at)), y1=4, y2=height - 26) for at in ticks]
    parts += [
        tag("text", _tick(at, unit), class_="faint-text", x=_n(x(at)), y=height - 8, text_anchor="middle")
        for at in ticks
    ]
    if from_zero:
        parts.append(tag("line", class_="zero", x1=_n(x(0)), x2=_n(x(0)), y1=2, y2=height - 24))
    top = 0
    for (_, one), lines, tall in zip(rows, names, heights, strict=True):
        y = top + tall / 2 + 4
        first = y + 4 - LINE * (len(lines) - 1) / 2
        top += tall
        begin, end = _ends(one)
        parts += [
            *(
                tag("text", line, x=NAMES - 12, y=_n(first + LINE * place), text_anchor="end")
                for place, line in enumerate(lines)
            ),
            tag("line", class_="whisker", x1=_n(x(begin)), x2=_n(x(end)), y1=_n(y), y2=_n(y)),
            tag("circle", class_="point", cx=_n(x(one.value)), cy=_n(y), r=4.5),
        ]
    return _picture(title, height, parts)


def scatter(title: str, choices: Sequence[Choice], best: Sequence[Choice]) -> Html:
    """Draw cost against time with intervals both ways and the front of what nothing beats in both."""
    height, left, bottom = 380, 76, 46
    times = [end for one in choices for end in (one.time.value, *_ends(one.time))]
    costs = [end for one in choices for end in (one.cost.value, *_ends(one.cost))]
    across, up = ticks_of(0.0, max(times), "s"), ticks_of(0.0, max(costs), "USD")
    most_time, most_cost = max(across[-1], *times) or 1.0, max(up[-1], *costs) or 1.0

    def x(value: float) -> float:
        return left + (WIDTH - left - 130) * max(value, 0.0) / most_time

    def y(value: float) -> float:
        return height - bottom - (height - bottom - 34) * max(value, 0.0) / most_cost

    parts = [tag("line", class_="axis", x1=_n(x(at)), x2=_n(x(at)), y1=26, y2=height - bottom) for at in across]
    parts += [tag("line", class_="axis", x1=left, x2=WIDTH - 130, y1=_n(y(at)), y2=_n(y(at))) for at in up]
    parts += [
        tag("text", _tick(at, "s"), class_="faint-text", x=_n(x(at)), y=height - bottom + 18, text_anchor="middle")
        for at in across
    ]
    parts += [
        tag("text", _tick(at, "USD"), class_="faint-text", x=left - 8, y=_n(y(at) + 4), text_anchor="end") for at in up
    ]
    middle = (left + WIDTH - 130) // 2
    parts.append(tag("text", "makespan", class_="faint-text", x=middle, y=height - 6, text_anchor="middle"))
    parts.append(tag("text", "cost", class_="faint-text", x=left - 8, y=12, text_anchor="end"))
    parts.append(tag("path", class_="front", d=_steps([(x(one.time.value), y(one.cost.value)) for one in best])))
    on_front = {one.name for one in best}
    for one in choices:
        kind = "point" if one.name in on_front else "beaten"
        (early, late), (cheap, dear) = _ends(one.time), _ends(one.cost)
        cx, cy = _n(x(one.time.value)), _n(y(one.cost.value))
        label = f"{_prefix(one)}{one.name}: {written(one.time.value, 's')}, {written(one.cost.value, 'USD')}"
        parts += [
            tag("line", class_=f"whisker {kind}", x1=_n(x(early)), x2=_n(x(late)), y1=cy, y2=cy),
            tag("line", class_=f"whisker {kind}", x1=cx, x2=cx, y1=_n(y(cheap)), y2=_n(y(dear))),
            tag("circle", tag("title", label), class_=kind, cx=cx, cy=cy, r=4.5),
        ]
    parts += _numbers(choices if len(choices) <= NAMED else best[:NAMED], x, y)
    return _picture(title, height, parts)


def _prefix(one: Choice) -> str:
    return "" if one.number is None else f"{one.number}: "


def _numbers(shown: Sequence[Choice], x: Callable[[float], float], y: Callable[[float], float]) -> list[Html]:
    """Write the number of each point beside it, over no other point and no other number; the table has the names."""
    points = [(x(one.time.value), y(one.cost.value)) for one in shown]
    taken = [(px - 6, py - 6, px + 6, py + 6) for px, py in points]
    found = []
    for place, (one, (px, py)) in enumerate(zip(shown, points, strict=True), 1):
        text = str(place if one.number is None else one.number)
        width = 8.0 * len(text)
        spots = [(px + dx * reach, py + dy * reach) for reach in REACHES for dx, dy in AROUND]
        boxes = [(left - (width if left < px else 0), base - 12, left + width, base + 2) for left, base in spots]
        free = next((box for box in boxes if not any(_overlap(box, other) for other in taken)), boxes[0])
        taken.append(free)
        found.append(tag("text", text, x=_n(free[0]), y=_n(free[3] - 2)))
    return found


Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _steps(points: Sequence[tuple[float, float]]) -> str:
    """Join points by steps: between two choices nothing is for sale."""
    ordered = sorted(points)
    start = [f"M{_n(ordered[0][0])} {_n(ordered[0][1])}"] if ordered else []
    return "".join([*start, *(f"H{_n(x)}V{_n(y)}" for x, y in ordered[1:])])


def _picture(title: str, height: int, parts: Sequence[Html]) -> Html:
    drawn = tag("svg", parts, class_="picture", viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=title)
    return tag("div", drawn, class_="scroll", tabindex="0", role="region", aria_label=f"picture: {title}")


def ticks_of(low: float, high: float, unit: str, count: int = 5) -> list[float]:
    """Return about `count` round numbers from at or below `low` to at or above `high`; spans in whole units."""
    size = next(size for limit, size in _SPANS if max(abs(low), abs(high)) <= limit) if unit == "s" else 1.0
    span = ((high - low) or abs(high) or 1.0) / size
    raw = span / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = size * next(times * power for times in (1, 2, 2.5, 5, 10) if times * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(place * step, 12) for place in range(first, max(last, first + 1) + 1)]


_SPANS: Final = ((180.0, 1.0), (3 * 3600.0, 60.0), (3 * 86400.0, 3600.0), (math.inf, 86400.0))
"""Up to which span which unit reads best."""


def _ends(one: Estimate) -> tuple[float, float]:
    """Return the ends of an interval; those of one value, which show nothing, are the value."""
    return (
        one.low if math.isfinite(one.low) else one.value,
        one.high if math.isfinite(one.high) else one.value,
    )


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _tick(value: float, unit: str) -> str:
    """Write a round number without the decimals that are 0."""
    return "0" if value == 0 else re.sub(r"\.0+(?=$| )", "", written(value, unit))


def _lines(name: str) -> list[str]:
    """Return a name in as many lines as it takes."""
    return textwrap.wrap(name, LETTERS) or [name]
