"""What the schema refuses, in words of this project: what was expected, and the key that was meant.

Words are chosen by the type of an error and its context, both of which the validator promises; only for a type that
is not in the table are its own words used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from simulator.errors import shortened
from simulator.quantities import Unreadable
from simulator.scenario.checks.findings import Finding
from simulator.scenario.format.allowed_keys import keys_at

MOST_KEPT: Final = 1000
"""Unknown names whose meaning is kept."""


def refused(lines: Sequence[ErrorDetails], root: type[BaseModel] | None = None) -> list[Finding]:
    """Return what the lines of a validator's error refuse; hints come from the keys that `root` allows there."""
    # A list that is too short only for the lack of entries that are refused by themselves is not worth a word.
    above = {tuple(line["loc"][:size]) for line in lines for size in range(len(line["loc"]))}
    return [_refusal(line, root) for line in lines if line["type"] != "too_short" or tuple(line["loc"]) not in above]


def _refusal(line: ErrorDetails, root: type[BaseModel] | None) -> Finding:
    kind, loc, about = line["type"], tuple(line["loc"]), line.get("ctx", {})
    if kind == "union_tag_not_found":
        key = str(about["discriminator"]).strip("'")
        return Finding(f"'{key}' is missing", (*loc, key), is_missing=True)
    if kind == "missing":
        return Finding(f"'{loc[-1]}' is missing", loc, is_missing=True)
    if kind == "extra_forbidden":
        return Finding(_unknown_key(str(loc[-1]), () if root is None else keys_at(root, loc[:-1])), loc)
    if kind == "union_tag_invalid":
        return Finding(_unknown_tag(str(about["tag"]), str(about["expected_tags"])), loc)
    value = line["input"]
    if isinstance(value, Unreadable) and kind == "float_parsing":
        message = value.expected
    else:
        message = EXPECTED[kind](about) if kind in EXPECTED else str(line["msg"])
    shows = kind not in COUNTS and isinstance(value, str | int | float)
    return Finding(f"{message}, not {shortened(repr(value), LONGEST_VALUE)}" if shows else message, loc)


def _unknown_key(key: str, allowed: Sequence[str]) -> str:
    """Return the words for a key that does not exist, with the one that was meant of those that are allowed there."""
    other = OTHER_NAMES.get(key.lower())
    longer = [one for one in allowed if len(key) >= SPEAKING and one.lower().endswith(key.lower())]
    near = [other] if other in allowed else longer or nearest(key, tuple(allowed))
    meant = " or ".join(f"'{one}'" for one in near[:MOST_MEANT])
    return f"unknown key, did you mean {meant}?" if near else "unknown key here"


@lru_cache(maxsize=MOST_KEPT)
def nearest(key: str, allowed: tuple[str, ...]) -> list[str]:
    """Return the name that a key was meant to be, if one is near; the same slip stands in a file many times."""
    return get_close_matches(key, allowed, n=1)


def _unknown_tag(tag: str, expected: str) -> str:
    near = get_close_matches(tag, expected.replace("'", "").split(", "), n=1, cutoff=0.65)
    return f"unknown '{tag}', did you mean '{near[0]}'?" if near else f"expected one of {expected}, not '{tag}'"


LONGEST_VALUE: Final = 80
"""Characters that a message shows of a value."""
SPEAKING: Final = 5
"""Characters of a key from which on keys that end in it are meant rather than those that only look alike."""
MOST_MEANT: Final = 3
"""Keys that are suggested at once."""
OTHER_NAMES: Final = {
    "cpu": "cores",
    "cpus": "cores",
    "vcpus": "cores",
    "ram": "memory",
    "time": "at",
    "when": "at",
    "retries": "maxTaskRetryCount",
    "slots": "requiredSlots",
    "nodes": "numberOfInstances",
}
"""What people write for keys whose names are spelt quite differently."""


def _number(value: Any) -> str:
    """Return a bound as a file would have it."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _characters(count: int) -> str:
    return f"{count} character{'' if count == 1 else 's'}"


def _too_short(about: Mapping[str, Any]) -> str:
    least = about["min_length"]
    return "expected at least one" if least == 1 else f"expected at least {least}, found {about['actual_length']}"


def _always(text: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _: text


_LIST, _MAPPING, _WHOLE = _always("expected a list"), _always("expected a mapping"), _always("expected a whole number")
_NUMBER = "expected a valid number"
_BOOLEAN = "expected a valid boolean"
EXPECTED: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "float_type": _always(_NUMBER),
    "float_parsing": _always(f"{_NUMBER}, unable to parse string as a number"),
    "finite_number": _always("expected a finite number"),
    "bool_type": _always(_BOOLEAN),
    "bool_parsing": _always(f"{_BOOLEAN}, unable to interpret input"),
    "string_type": _always("expected a text"),
    "invalid_key": _always("expected a text for a key, in quotes where it looks like a number"),
    "string_unicode": _always("expected a text"),
    "string_too_short": lambda about: f"should have at least {_characters(about['min_length'])}",
    "string_too_long": lambda about: f"should have at most {_characters(about['max_length'])}",
    "string_pattern_mismatch": lambda about: f"should match pattern '{about['pattern']}'",
    "enum": lambda about: f"expected {about['expected']}",
    "literal_error": lambda about: f"expected {about['expected']}",
    "greater_than": lambda about: f"expected a value greater than {_number(about['gt'])}",
    "greater_than_equal": lambda about: f"expected a value greater than or equal to {_number(about['ge'])}",
    "less_than": lambda about: f"expected a value less than {_number(about['lt'])}",
    "less_than_equal": lambda about: f"expected a value less than or equal to {_number(about['le'])}",
    "too_short": _too_short,
    "too_long": lambda about: f"expected at most {about['max_length']}, found {about['actual_length']}",
    "value_error": lambda about: str(about["error"]),
}
"""What was expected, by the type of the error, of its context."""
COUNTS: Final = frozenset({"too_short", "too_long"})
"""Types of which the value is too long to be shown."""
