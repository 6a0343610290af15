"""A knob: one value of a scene that is moved by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.errors import InputError
from simulator.lab.yaml_edits import YamlEdit
from simulator.units import spoken

Turn = Callable[[Any], list[YamlEdit]]
"""What a new value changes in the text."""
Stops = tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Knob:
    """What the page shows of a value that can be moved."""

    name: str
    title: str
    meaning: str
    value: Any
    """As it stands in the scene; None where it does not, and the default holds."""
    unit: str = ""
    low: float = 0
    high: float = 0
    step: float = 1
    stops: Stops = ()
    """Values that it may have and what they are called, where they are not a range."""
    choices: tuple[str, ...] = ()
    """Words to choose from."""
    is_curve: bool = False
    """Whether it is a value for each hour, drawn by hand."""
    default: str = ""
    """What holds where the scene states nothing."""
    group: str = ""

    def checked(self, value: Any) -> Any:
        """Return a value that this knob may have; raise InputError for any other."""
        if self.choices:
            is_fine = value in self.choices
        elif self.is_curve:
            is_fine = isinstance(value, list) and len(value) == len(self.value) and all(map(_is_count, value))
        else:
            is_fine = _is_count(value)
        if not is_fine:
            raise InputError(f"the knob '{self.title}' cannot have the value {value!r}")
        return value


def _is_count(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e9


def spans(*lengths: float) -> Stops:
    """Return spans of time with what people call them."""
    return tuple((float(length), spoken(length) if length else "none") for length in lengths)


def stops_with(stops: Stops, value: float) -> Stops:
    """Return stops with a value among them."""
    return tuple(sorted({*stops, *(() if any(one == value for one, _ in stops) else spans(value))}))
