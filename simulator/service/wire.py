"""Bodies as they are sent: what a scenario holds of a pool, a job or a task, in the words of the service."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic import BaseModel, PlainSerializer

from simulator.durations import INFINITE, format_duration

OWN: Final = frozenset({"simulation", "tasks"})
"""Fields that no body of the service has."""


def timestamp(origin: datetime, seconds: float) -> str:
    """Return an instant as bodies have it."""
    instant = (origin + timedelta(milliseconds=round(seconds * 1000))).astimezone(UTC)
    return f"{instant.strftime('%Y-%m-%dT%H:%M:%S')}.{instant.microsecond // 1000:03}Z"


def http_date(origin: datetime, seconds: float) -> str:
    """Return an instant as headers have it."""
    return format_datetime((origin + timedelta(seconds=math.floor(seconds))).astimezone(UTC), usegmt=True)


def iso_duration(seconds: float) -> str:
    """Return a span as bodies have it: the service's largest one for no limit."""
    if math.isinf(seconds):
        return INFINITE
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    text = f"{left}.{milliseconds:03}".rstrip("0") if milliseconds else f"{left}"
    parts = [f"{hours}H" if hours else "", f"{minutes}M" if minutes else "", f"{text}S" if text != "0" else ""]
    time = "".join(parts)
    if not days and not time:
        return "PT0S"
    return f"P{f'{days}D' if days else ''}{f'T{time}' if time else ''}"


def written(value: Any) -> Any:
    """Return what a client has stated of a thing, as a body has it."""
    if isinstance(value, BaseModel):
        return _written_model(value)
    if isinstance(value, Mapping):
        return {key: written(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [written(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    return value


def _written_model(model: BaseModel) -> dict[str, Any]:
    spans, keys = _keys(type(model))
    found: dict[str, Any] = {}
    for name, key in keys.items():
        if name not in model.model_fields_set:
            continue
        value = getattr(model, name)
        if value is not None:
            found[key] = iso_duration(value) if name in spans else written(value)
    return {**found, **{key: written(value) for key, value in (model.model_extra or {}).items() if value is not None}}


@cache
def _keys(model: type[BaseModel]) -> tuple[frozenset[str], dict[str, str]]:
    """Return which fields of a type hold spans, and the key of each field that bodies have."""
    fields = model.model_fields.items()
    spans = frozenset(name for name, field in fields if _is_span(field.metadata, field.annotation))
    return spans, {name: field.alias or name for name, field in fields if name not in OWN}


def _is_span(metadata: Sequence[Any], annotation: Any) -> bool:
    """Return whether a type is that of a span, or of one that may be absent."""
    if any(isinstance(one, PlainSerializer) and one.func is format_duration for one in metadata):
        return True
    return any(get_origin(one) is Annotated and _is_span(get_args(one)[1:], None) for one in get_args(annotation))
