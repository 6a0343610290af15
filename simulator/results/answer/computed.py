"""A part of an answer whose fields are computed when they are first read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from simulator.results.answer.parts import Part

P = TypeVar("P", bound=Part)
S = TypeVar("S")
Fields = Mapping[str, Callable[[S], Any]]
"""What computes each field of a part from its subject."""


class Computed(Mapping[str, Any], Generic[P, S]):
    """The fields of a part by name, each computed once, when it is first read."""

    __slots__ = ("_fields", "_known", "_part", "_subject")

    def __init__(self, part: type[P], fields: Fields[S], subject: S) -> None:
        self._part = part
        self._fields = fields
        self._subject = subject
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = self._fields[name](self._subject)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def whole(self) -> P:
        """Return the part with every field computed."""
        return self._part(**{name: _whole(value) for name, value in self.items()})


def _whole(value: Any) -> Any:
    """Return a value with all that is in it computed."""
    if isinstance(value, Computed):
        return value.whole()
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    return value
