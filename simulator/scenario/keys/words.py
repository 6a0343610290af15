"""Defaults and allowed values in words, as tables of documents and of the command line show them."""

import re
from collections.abc import Mapping
from typing import Any, Final

from simulator.durations import parse_duration
from simulator.quantities import QUANTITY


def shown(value: Any) -> str:
    """Return a default as a scenario file would have it."""
    if value is None:
        return "`null`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, Mapping):
        return distribution(value) if value else "none"
    if isinstance(value, float):
        return f"`{value:g}`"
    if isinstance(value, str) and re.fullmatch(r"[\d.]+s", value):
        return f"`{span(value)}`"
    return f"`{value}`"


def default_of(schema: Mapping[str, Any]) -> str:
    """Return the default that a JSON schema states; empty where it states none, nothing, or a whole section."""
    value = schema.get("default")
    if value is None or value in ("", [], {}):
        return ""
    if "examples" in schema and isinstance(value, int | float):
        return shown(f"{value:.15g}s")  # a duration of which the default is written in seconds
    if isinstance(value, list):
        return ", ".join(shown(one) for one in value)
    if isinstance(value, Mapping):
        ((shape, parameters),) = value.items() if len(value) == 1 else (("", None),)
        return distribution({shape: parameters}) if isinstance(parameters, Mapping) else ""
    return shown(value)


def span(text: str) -> str:
    """Return a span of time in the largest units that write it exactly: `3m30s`, `2h`."""
    left = parse_duration(text)
    if left < 60:
        return f"{left:g}s"
    parts = []
    for unit, length in (("h", 3600), ("m", 60)):
        whole, left = divmod(left, length)
        if whole:
            parts.append(f"{whole:g}{unit}")
    return "".join(parts) + (f"{left:g}s" if left else "")


def distribution(value: Mapping[str, Any]) -> str:
    """Return a distribution in words."""
    ((shape, parameters),) = value.items()
    parts = ", ".join(
        f"{name} {span(one) if isinstance(one, str) else f'{one:g}'}"
        for name, one in parameters.items()
        if one is not None
    )
    return f"{shape}, {parts}"


def allowed(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """Return the values that a JSON schema allows."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return "a distribution" if "Distribution" in name else allowed(definitions[name], definitions)
    for union in ("anyOf", "oneOf"):
        if union in schema:
            bounds = {key: schema[key] for key in _BOUNDS if key in schema}
            forms = ({**one, **bounds} for one in schema[union] if one.get("format") != QUANTITY)
            return ", ".join(dict.fromkeys(allowed(one, definitions) for one in forms))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    return _by_type(schema)


def _by_type(schema: Mapping[str, Any]) -> str:
    match schema.get("type"):
        case "boolean":
            return "`false`, `true`"
        case "null":
            return "`null`"
        case "string":
            if schema.get("format") == "date-time":
                return "a date"
            return "a duration" if "examples" in schema else "a text"
        case "object":
            return "a mapping"
        case "array":
            return "a list"
        case "integer" | "number" as kind:
            name = "a whole number" if kind == "integer" else "a number"
            bounds = [(key, word) for key, word in _BOUNDS.items() if schema.get(key, WIDE) < WIDE]
            return " ".join([name, *(f"{word} {schema[key]:g}" for key, word in bounds)])
        case other:
            raise ValueError(f"no words for the type {other}")


WIDE: Final = 2**31 - 1
"""Bounds from here on are those of columns, not of the thing itself: they say nothing to a reader."""
_BOUNDS: Final = {
    "minimum": "from",
    "exclusiveMinimum": "above",
    "maximum": "to",
    "exclusiveMaximum": "below",
    "lt": "below",
}
