"""The document of a scene as data: values found by their keys as the format finds them, and each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.durations import parse_duration
from simulator.scenario.format.section import fold

Document = Mapping[Any, Any]
Path = tuple[str | int, ...]


def value_at(data: Any, *path: str | int) -> Any:
    """Return what stands at a place; None where nothing does."""
    for part in path:
        if isinstance(data, list) and isinstance(part, int):
            data = data[part] if part < len(data) else None
        elif isinstance(data, Mapping):
            data = next((value for key, value in data.items() if fold(str(key)) == fold(str(part))), None)
        else:
            return None
    return data


def mappings(data: Any, *path: str) -> Iterator[tuple[Path, Document]]:
    """Yield the entries of a list that are mappings, each with its place."""
    found = value_at(data, *path)
    for place, one in enumerate(found if isinstance(found, list) else ()):
        if isinstance(one, Mapping):
            yield (*path, place), one


def seconds(value: Any) -> float | None:
    """Return the seconds of a span; None of what is none."""
    try:
        return parse_duration(value)
    except ValueError:
        return None


def number(value: Any) -> float | None:
    """Return a number; None of what is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def span(value: float) -> str:
    """Write seconds as people do in a file, in the largest unit that leaves a whole number."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if value >= size and value % size == 0:
            return f"{value / size:g}{unit}"
    return f"{value:g}s"
