"""The JSON Schema of `summary.json`, read from the type of the answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from simulator.results.answer.answer import Answer
from simulator.results.answer.parts import Described, Keys, Part, described

TYPES: Final[Mapping[Any, str]] = {int: "integer", float: "number", str: "string"}


def build() -> dict[str, Any]:
    """Return the schema of the answer of a run."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Poolsight answer of a run",
        **_of_part(Answer),
    }


def _of_part(part: type[Part]) -> dict[str, Any]:
    parts = described(part)
    return {
        "type": "object",
        "description": (part.__doc__ or "").strip().partition("\n")[0],
        "properties": {name: _of_field(field) for name, field in parts.items()},
        "required": list(parts),
        "additionalProperties": False,
    }


def _of_field(field: Described) -> dict[str, Any]:
    """Return the schema of a field, its meaning beside it."""
    found = _of_entry(field)
    if field.container is tuple:
        found = {"type": "array", "items": found}
    elif field.container is not None:
        found = {"type": "object", **_names(field.keys), "additionalProperties": found}
    if field.may_be_absent:
        found = {"anyOf": [found, {"type": "null"}]}
    return {**found, "description": field.words} if field.words else found


def _of_entry(field: Described) -> dict[str, Any]:
    if field.part is not None:
        return _of_part(field.part)
    if field.type not in TYPES:
        return {}
    found: dict[str, Any] = {"type": TYPES[field.type]}
    if field.number is not None:
        least, most = field.number.range
        found |= {"minimum": least, "x-unit": str(field.number.unit)}
        found |= {"maximum": most} if math.isfinite(most) else {}
    return found


def _names(keys: Keys | None) -> dict[str, Any]:
    """Return which names a mapping has, where no run can have others."""
    if keys is None or keys.names is None or keys.is_one is not None:
        return {}
    return {"propertyNames": {"enum": list(keys.names)}}
