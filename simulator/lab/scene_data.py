"""The document of a scene as data: values found by their keys as the format finds them, and each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.durations import LONGEST, parse_duration
from simulator.scenario.format.section import fold

Document = Mapping[Any, Any]
Path = tuple[str | int, ...]
FILE_KEYS: Final = frozenset(map(fold, ("file", "trace", "calibration", "parameters")))
"""Keys under which a text is the name of a file."""
LARGEST: Final = 1e15
"""No number of a scene is larger; YAML can write infinity, and whole numbers that no float holds."""


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


def names_files(data: Any) -> bool:
    """Return whether a document names files, without which it is not whole."""
    if isinstance(data, Mapping):
        return any(
            (isinstance(value, str) and fold(str(key)) in FILE_KEYS) or names_files(value)
            for key, value in data.items()
        )
    return isinstance(data, list) and any(map(names_files, data))


def seconds(value: Any) -> float | None:
    """Return the seconds of a span; None of what is none, or longer than a scenario may have it."""
    try:
        length = parse_duration(value)
    except ValueError:
        return None
    return length if length <= LONGEST else None


def number(value: Any) -> float | None:
    """Return a number; None of what is none, and of what is not finite or beyond all sense."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= LARGEST:
        return None
    return float(value)


def span(value: float) -> str:
    """Write seconds as people do in a file, in the largest unit that leaves a whole number."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if value >= size and value % size == 0:
            return f"{value / size:g}{unit}"
    return f"{value:g}s"
