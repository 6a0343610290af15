"""The functions of template expressions that need nothing but their arguments (docs/model.md#files-with-bodies)."""

from __future__ import annotations

import base64
import hashlib
import json
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

Function = Callable[..., Any]
_PLACE: Final = re.compile(r"\{(\d+)(?:[,:][^}]*)?\}")


class EvaluationError(Exception):
    """A template expression cannot be evaluated; the text says why."""


class MissingValueError(EvaluationError):
    """A parameter has neither a value nor a default."""


def text_of(value: Any) -> str:
    """Return a value as templates write it into a text."""
    if isinstance(value, bool):
        return "True" if value else "False"
    return json.dumps(value) if isinstance(value, Mapping | list) else str(value)


def _concat(*parts: Any) -> Any:
    if parts and all(isinstance(part, list) for part in parts):
        return [item for part in parts for item in part]
    return "".join(map(text_of, parts))


def _format(text: str, *values: Any) -> str:
    return _PLACE.sub(lambda found: text_of(values[int(found[1])]), text).replace("{{", "{").replace("}}", "}")


def _unique(*parts: Any) -> str:
    """Return thirteen letters that depend on the arguments alone; the service's own are others."""
    digest = hashlib.sha256("\0".join(map(text_of, parts)).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:13]


def _resource_id(*parts: str) -> str:
    """Return the id of a resource; what its subscription and group are called does not matter here."""
    at = next((index for index, part in enumerate(parts) if "/" in part), None)
    if at is None:
        raise EvaluationError("resourceId() has no type of a resource among its arguments")
    before, (space, *kinds), names = parts[:at], parts[at].split("/"), parts[at + 1 :]
    if len(kinds) != len(names):
        raise EvaluationError(f"resourceId() has {len(names)} names for {len(kinds)} types")
    group = before[-1] if before else "group"
    subscription = before[0] if len(before) > 1 else "subscription"
    tail = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, names, strict=True))
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{space}/{tail}"


def _contains(held: Any, value: Any) -> bool:
    if isinstance(held, Mapping):
        return any(str(key).lower() == str(value).lower() for key in held)
    return value in held if isinstance(held, list) else text_of(value) in text_of(held)


def _split(text: str, marks: Any) -> list[str]:
    return re.split("|".join(map(re.escape, marks if isinstance(marks, list) else [marks])), text)


def _union(*parts: Any) -> Any:
    if all(isinstance(part, Mapping) for part in parts):
        return {key: value for part in parts for key, value in part.items()}
    joined = [item for part in parts for item in part]
    return [item for index, item in enumerate(joined) if item not in joined[:index]]


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _truth(value: Any) -> bool:
    return value.lower() == "true" if isinstance(value, str) else bool(value)


def _least(*values: Any) -> Any:
    return min(values[0] if isinstance(values[0], list) else values)


def _most(*values: Any) -> Any:
    return max(values[0] if isinstance(values[0], list) else values)


def _equals(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return bool(one == other)


def _padded(value: Any, length: int, mark: str = " ") -> str:
    return text_of(value).rjust(length, mark)


def _whole(value: Any) -> int:
    return int(float(value))


FUNCTIONS: Final[Mapping[str, Function]] = {
    "add": operator.add,
    "and": lambda *values: all(values),
    "array": lambda value: value if isinstance(value, list) else [value],
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "bool": _truth,
    "coalesce": _coalesce,
    "concat": _concat,
    "contains": _contains,
    "createArray": lambda *values: list(values),
    "createObject": lambda *pairs: dict(zip(pairs[::2], pairs[1::2], strict=True)),
    "div": lambda one, other: int(one / other),
    "empty": lambda value: not value,
    "endsWith": lambda text, end: text.lower().endswith(end.lower()),
    "equals": _equals,
    "false": lambda: False,
    "first": lambda value: value[0],
    "float": float,
    "format": _format,
    "greater": operator.gt,
    "greaterOrEquals": operator.ge,
    "guid": _unique,
    "indexOf": lambda text, part: text.lower().find(part.lower()),
    "int": _whole,
    "join": lambda values, mark: mark.join(map(text_of, values)),
    "json": json.loads,
    "last": lambda value: value[-1],
    "length": len,
    "less": operator.lt,
    "lessOrEquals": operator.le,
    "max": _most,
    "min": _least,
    "mod": operator.mod,
    "mul": operator.mul,
    "not": operator.not_,
    "null": lambda: None,
    "or": lambda *values: any(values),
    "padLeft": _padded,
    "range": lambda first, count: list(range(first, first + count)),
    "replace": lambda text, old, new: text.replace(old, new),
    "resourceId": _resource_id,
    "skip": lambda value, count: value[count:],
    "split": _split,
    "startsWith": lambda text, begin: text.lower().startswith(begin.lower()),
    "string": text_of,
    "sub": operator.sub,
    "substring": lambda text, first, length=None: text[first : None if length is None else first + length],
    "take": lambda value, count: value[:count],
    "toLower": str.lower,
    "toUpper": str.upper,
    "trim": str.strip,
    "true": lambda: True,
    "union": _union,
    "uniqueString": _unique,
}
"""By name; templates write names in any case."""
BY_FOLDED_NAME: Final = {name.lower(): function for name, function in FUNCTIONS.items()}
