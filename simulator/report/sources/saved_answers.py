"""Answers of experiments that were printed with `--json`, as studies: comparisons and replications."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator.errors import InputError, Problem
from simulator.experiment.estimates import LEVEL, Estimate
from simulator.report.sources.saved_files import Answer, planning_answer
from simulator.report.sources.study import Cell, Study, title_of
from simulator.results.record.saved_json import read_saved


def read_answer(path: Path) -> Study | Answer:
    """Read what a command printed with `--json`: a study of `compare` or `run --replications`, or a planning answer."""
    found = read_saved(path, "expected the directory of 'poolsight run FILE --out DIR', or what --json printed")
    if (planned := planning_answer(path, found)) is not None:
        return planned
    if isinstance(found, dict) and {"baseline", "estimates", "differences", "replications"} <= found.keys():
        return _comparison(path.stem, found)
    if isinstance(found, dict) and {"replications", "estimates", "manifest"} <= found.keys():
        return _replications(path.stem, found)
    text = (
        "expected what 'poolsight compare', 'plan', 'spot' or 'sensitivity', or 'poolsight run FILE --replications N', "
        "printed with --json"
    )
    raise InputError([Problem(text, str(path))])


def _comparison(name: str, found: Mapping[str, Any]) -> Study:
    count, level = int(found["replications"]), float(found.get("level_of_each", LEVEL))
    cells = tuple(
        Cell(
            number=number,
            name=scenario,
            levels={"scenario": scenario},
            trials=count,
            failed=0,
            estimates={measure: _estimate(one, count) for measure, one in measures.items()},
            differences={
                measure: _estimate(one["absolute"], count, level)
                for measure, one in found["differences"].get(scenario, {}).items()
            },
        )
        for number, (scenario, measures) in enumerate(found["estimates"].items())
    )
    return _study(name, cells, found, " ".join(found["sentences"]))


def _replications(name: str, found: Mapping[str, Any]) -> Study:
    count = int(found["replications"])
    estimates = {measure: _estimate(one, count) for measure, one in found["estimates"].items()}
    title = str(found["manifest"].get("scenario") or name)
    return _study(title, (Cell(0, title, {"scenario": title}, count, 0, estimates, {}),), found, None)


def _study(name: str, cells: tuple[Cell, ...], found: Mapping[str, Any], answer: str | None) -> Study:
    measures: dict[str, str] = {}  # by title: some have a short name beside their path
    for cell in cells:
        for measure in cell.estimates:
            measures.setdefault(title_of(measure), measure)
    kept = {key: value for key, value in found.items() if not isinstance(value, dict | list)}
    manifest = {**kept, **found.get("manifest", {}), "complete": True}
    warnings = tuple(str(text) for text in found.get("warnings", ()))
    assumptions = tuple(str(text) for text in found.get("assumptions", ()))
    return Study(name, ("scenario",), tuple(measures.values()), cells, {}, manifest, answer, warnings, assumptions)


def _estimate(one: Mapping[str, Any], count: int, level: float = LEVEL) -> Estimate:
    low, high = (one.get(key) for key in ("low", "high"))
    return Estimate(
        float(one["mean"]),
        -math.inf if low is None else float(low),
        math.inf if high is None else float(high),
        count,
        level,
    )
