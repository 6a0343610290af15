"""The numbers of a formula as knobs: what it assigns to a name, and the spans of time that it looks back over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from simulator.durations import LONGEST
from simulator.lab.knob import Knob, spans, stops_with
from simulator.lab.scene_data import LARGEST

_ASSIGNED: Final = re.compile(r"^[ \t]*(\$\w+)\s*=\s*(\d+(?:\.\d+)?)\s*;", re.MULTILINE)
_SPAN: Final = re.compile(
    r"TimeInterval_(Minute|Hour)\s*\*\s*(?P<after>\d+(?:\.\d+)?)|(?P<before>\d+(?:\.\d+)?)\s*\*\s*TimeInterval_(Minute|Hour)"
)
_WINDOWS: Final = spans(*(60.0 * minutes for minutes in (1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180)))
_NEAR: Final = 64
"""Characters before a span in which the instant that it is added to ends."""
_SECONDS: Final = {"Minute": 60.0, "Hour": 3600.0}
Written = Callable[[Any], str]


def formula_knobs(text: str, place: str) -> Iterator[tuple[Knob, Written]]:
    """Yield the knobs of a formula, each with the function that writes the formula with another value."""
    plain = _without_comments(text)
    for found in _ASSIGNED.finditer(plain):
        value = float(found[2])
        if value > LARGEST:
            continue
        meaning = f"What the formula assigns to {found[1]}."
        high = 20.0
        while high < value:
            high *= 2
        step = 1 if value == int(value) else 0.1
        knob = Knob(f"{place}.{found[1]}", found[1], meaning, value, "", 0, high, step)
        yield knob, _writer(text, found.start(2), found.end(2), 1.0)
    yield from _windows(text, plain, place)


def _windows(text: str, plain: str, place: str) -> Iterator[tuple[Knob, Written]]:
    """Yield one knob for each length of time that the formula names, however often it does."""
    found = [one for one in _SPAN.finditer(plain) if not _is_clock(plain, one.start())]
    lengths: dict[float, list[tuple[int, int, float]]] = {}
    for one in found:
        part = "after" if one["after"] is not None else "before"
        unit = _SECONDS[str(one[1] or one[4])]
        length = float(one[part]) * unit
        if length <= LONGEST:
            lengths.setdefault(length, []).append((one.start(part), one.end(part), unit))
    for number, (length, places) in enumerate(lengths.items(), start=1):
        title = "window" if len(lengths) == 1 else f"window {number}"
        knob = Knob(
            f"{place}.window{number}",
            title,
            "How far back the formula looks.",
            length,
            stops=stops_with(_WINDOWS, length),
        )
        yield knob, _rewriter(text, places)


def _is_clock(plain: str, at: int) -> bool:
    """Return whether a span is added to an instant: a time zone, not a window."""
    return bool(re.search(r"\)\s*[-+]\s*$", plain[max(at - _NEAR, 0) : at]))


def _rewriter(text: str, places: list[tuple[int, int, float]]) -> Written:
    def write(value: Any) -> str:
        made = text
        for start, end, unit in reversed(places):
            made = f"{made[:start]}{value / unit:.10g}{made[end:]}"
        return made

    return write


def _writer(text: str, start: int, end: int, unit: float) -> Written:
    return _rewriter(text, [(start, end, unit)])


def _without_comments(text: str) -> str:
    """Return a formula with its comments blanked out, every other character at its place."""
    return re.sub(r"//[^\n]*|/\*.*?\*/", lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.DOTALL)
