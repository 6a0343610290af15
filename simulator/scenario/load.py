"""From a file to a scenario, or to everything that is wrong with it."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from simulator.durations import format_duration
from simulator.errors import InputError, Problem
from simulator.scenario.checks import check
from simulator.scenario.documents import Document
from simulator.scenario.findings import Finding, Loc
from simulator.scenario.kinds import Kind, refuse_other
from simulator.scenario.names import check_names
from simulator.scenario.prices import take_prices
from simulator.scenario.references import Sources, gather
from simulator.scenario.schema import Scenario
from simulator.scenario.wire import modern

Reader = Callable[..., Any]


def load(path: str | Path, *, strict: bool = False) -> Scenario:
    """Read a scenario from a YAML or JSON file.

    `InputError` carries all problems at once, each with file, line, column, path and what was expected.
    What is odd but not wrong is in the scenario's `warnings`; `strict` makes it an error.
    """
    return complete_sources(read_sources(path), strict=strict)


def read_sources(path: str | Path) -> Sources:
    """Read a scenario file and every body it refers to, as it is written."""
    sources = gather(Document(Path(path), str(path)))
    if not isinstance(sources.data, dict):
        raise InputError([sources.root.problem("expected a mapping with name, pools and jobs", ())])
    refuse_other(sources.root, Kind.SCENARIO)
    return sources


def complete_sources(sources: Sources, *, strict: bool = False) -> Scenario:
    """Make the scenario that `sources` describe; they are left as they are."""
    findings: list[Finding] = []
    data, found = modern(sources.data)
    sources = replace(sources, data=data)
    findings += [*found, *check_names(data)]
    prices, wrong = take_prices(sources)
    problems = [*sources.problems, *wrong]
    scenario = None
    try:
        context = context_of(sources.root.path.parent, prices)
        scenario = Scenario.model_validate(sources.data, context=context)
    except ValidationError as error:
        problems += explain(sources, error)
    except InputError as error:
        problems += error.problems
    if scenario is not None:
        findings += check(scenario)
    told = [
        finding.problem or sources.problem(finding.message, finding.loc, is_warning=finding.is_warning and not strict)
        for finding in findings
    ]
    if scenario is None or any(not problem.is_warning for problem in (*problems, *told)):
        raise InputError(in_order([*problems, *told]))
    return scenario.with_warnings(tuple(told))


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort as one reads: errors before warnings, by file, line and column; every problem once."""
    return sorted(dict.fromkeys(problems), key=lambda p: (p.is_warning, p.file or "", p.line or 0, p.column or 0))


class Places(Protocol):
    """What knows where a part of a scenario stands, for people."""

    @property
    def unread(self) -> Sequence[Loc]: ...

    def problem(self, message: str, loc: Loc, *, is_warning: bool = False, is_missing: bool = False) -> Problem: ...


def explain(sources: Places, error: ValidationError) -> list[Problem]:
    """Tell what the schema refuses in our own words."""
    problems = []
    for found in error.errors(include_url=False):
        loc = tuple(found["loc"])
        if any(loc[: len(place)] == place for place in sources.unread):
            continue
        message = _own_words(found["type"], str(found["msg"]), found.get("ctx", {}))
        if found["type"] == "union_tag_not_found":
            loc = (*loc, str(found["ctx"]["discriminator"]).strip("'"))
        is_missing = found["type"] in ("missing", "union_tag_not_found")
        if found["type"] == "extra_forbidden":
            near = [key for key in get_close_matches(str(loc[-1]), _known_keys(), n=1) if key != loc[-1]]
            message = "unknown key" + (f", did you mean '{near[0]}'?" if near else " here")
        elif found["type"] == "union_tag_invalid":
            tag, tags = str(found["ctx"]["tag"]), str(found["ctx"]["expected_tags"]).replace("'", "").split(", ")
            near = get_close_matches(tag, tags, n=1, cutoff=0.65)
            message = f"unknown '{tag}', did you mean '{near[0]}'?" if near else f"{message}, not '{tag}'"
        elif is_missing:
            message = f"'{loc[-1]}' is missing"
        elif isinstance(found["input"], str | int | float):
            message = f"{message}, not {found['input']!r}"
        problems.append(sources.problem(message, loc, is_missing=is_missing))
    return problems


_KINDS = {
    "tuple_type": "expected a list",
    "list_type": "expected a list",
    "dict_type": "expected a mapping",
    "model_type": "expected a mapping",
    "model_attributes_type": "expected a mapping",
    "int_type": "expected a whole number",
    "int_from_float": "expected a whole number",
    "int_parsing": "expected a whole number",
    "string_type": "expected a text",
}


def _own_words(kind: str, message: str, about: Mapping[str, Any]) -> str:
    """Turn the validator's message into one that tells what was expected."""
    if kind in _KINDS:
        return _KINDS[kind]
    if kind == "too_short":
        least = about["min_length"]
        return "expected at least one" if least == 1 else f"expected at least {least}, found {about['actual_length']}"
    if kind == "too_long":
        return f"expected at most {about['max_length']}, found {about['actual_length']}"
    if kind == "union_tag_invalid":
        return f"expected one of {message.rsplit(': ', 1)[-1]}"
    for start in ("greater", "less"):
        message = message.replace(f"Input should be {start}", f"expected a value {start}")
    message = message.replace("Input should be", "expected").replace("String should", "should")
    return message.removeprefix("Value error, ")


@cache
def _known_keys() -> list[str]:
    """Give every key of our own sections; a misspelt one is near to the right one wherever that stands."""
    names: set[str] = set()
    todo: list[type[BaseModel]] = [BaseModel]
    while todo:
        for model in todo.pop().__subclasses__():
            todo.append(model)
            if model.__module__.startswith("simulator."):
                names |= {field.alias or name for name, field in model.model_fields.items()}
    return sorted(names)


def context_of(folder: str | Path, prices: Mapping[str, dict[str, float]] = MappingProxyType({})) -> dict[str, Any]:
    """Give what the schema needs to read files that are named relative to the scenario."""
    directory = Path(folder)

    def read_column(name: object, column: object) -> list[float]:
        rows = _rows(directory, name)
        header = rows[0]
        if column is None and len(header) == 1:
            column = header[0]
        if column not in header:
            raise ValueError(f"{name} has no column {column!r}, but {', '.join(header)}")
        at = header.index(str(column))
        return [_number(name, line, row, at) for line, row in enumerate(rows[1:], 2)]

    def read_curve(name: object) -> list[dict[str, Any]]:
        rows = _rows(directory, name)
        if [cell.strip().lower() for cell in rows[0][:2]] != ["time", "available"]:
            raise ValueError(f"{name}: expected the columns time (seconds) and available in the first line")
        points = [[_number(name, line, row, at) for at in (0, 1)] for line, row in enumerate(rows[1:], 2)]
        return [{"at": format_duration(time), "available": int(available)} for time, available in points]

    return {
        "directory": directory,
        "read_column": read_column,
        "read_curve": read_curve,
        "prices": prices,
    }


def _rows(directory: Path, name: object) -> list[list[str]]:
    try:
        with (directory / str(name)).open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{name} cannot be read: {getattr(error, 'strerror', None) or 'not text'}") from None
    if len(rows) < 2:
        raise ValueError(f"{name}: expected a line of column names and at least one row")
    return rows


def _number(name: object, line: int, row: list[str], at: int) -> float:
    try:
        value = float(row[at])
    except (ValueError, IndexError):
        raise ValueError(f"{name}:{line}: expected a number in column {at + 1}") from None
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{name}:{line}: expected a number that is finite and not negative, not {row[at]}")
    return value
