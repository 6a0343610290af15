"""What the schema refuses, in our own words: place, what was expected, and the key that was meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from simulator.errors import Problem
from simulator.scenario.checks.findings import Loc


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
