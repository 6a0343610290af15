"""A calibration as a file, and in the words of a report."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from simulator.fits import SUMMARIES
from simulator.scenario.format.calibration_file import CalibrationFile, Measured
from simulator.scenario.reading.measured_keys import MEASURED_KEYS
from simulator.units import spoken
from simulator.whole_files import write_whole

HEAD: Final = "# Made by poolsight calibrate. A scenario takes these numbers with `calibration: {name}`.\n"
SPOKEN: Final = 600.0
"""Seconds from which a span is written in minutes and hours."""
KEPT: Final = ("vm_size", "job", "tasks")


def document_of(found: CalibrationFile) -> dict[str, Any]:
    """Return a calibration as its file has it, without what is empty."""
    document: dict[str, Any] = found.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"measured": document["measured"], "assumed": document.get("assumed", [])}


def write_calibration(found: CalibrationFile, path: Path) -> None:
    """Write a calibration file, whole or not at all."""
    yaml = YAML()
    yaml.width = 120
    yaml.default_flow_style = None
    text = io.StringIO()
    yaml.dump(document_of(found), text)
    write_whole(path, (HEAD.format(name=path.name) + text.getvalue()).encode())


def lines_of(found: CalibrationFile) -> Iterator[str]:
    """Yield what was measured, a line each, and after it what stays assumed."""
    for one in found.measured:
        yield _line(one)
        if one.note:
            yield f"    {one.note}"
    if found.assumed:
        yield ""
        yield "stays assumed:"
    for missing in found.assumed:
        yield f"  {MEASURED_KEYS[missing.quantity].title}: {missing.why}"


def _line(one: Measured) -> str:
    about = ", ".join(text for name in KEPT if (text := getattr(one, name)))
    title = MEASURED_KEYS[one.quantity].title + (f" ({about})" if about else "")
    censored = f", {one.censored:,} in part" if one.censored else ""
    fit = ""
    if one.law is not None:
        holds = "fits" if one.law.distance <= one.law.limit else "fits badly"
        fit = "the values themselves" if one.law.family == "empirical" else f"{one.law.family}, {holds}"
    stated = _summaries(one) or f"{_short(one.value)}"
    return f"{title}: {stated}{fit and f'; {fit}'} (n = {one.n:,}{censored})"


def _summaries(one: Measured) -> str:
    is_time = one.law is not None
    found = {name: value for name in SUMMARIES if (value := getattr(one, name)) is not None}
    return ", ".join(f"{name} {_with_ends(value, is_time=is_time)}" for name, value in found.items())


def _with_ends(value: tuple[float, float, float], *, is_time: bool) -> str:
    one, low, high = (_span(end) if is_time else f"{end:.4g}" for end in value)
    return f"{one} [{low}, {high}]"


def _span(seconds: float) -> str:
    """Write a span with three digits, as ends of intervals differ by less than a minute."""
    return f"{seconds:.3g} s" if seconds < SPOKEN else spoken(seconds)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
