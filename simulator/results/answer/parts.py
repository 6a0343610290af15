"""How the answer describes itself: beside the type of each number stand its unit, interval, title and meaning."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from simulator.units import Unit


class Fit(StrEnum):
    """Which interval a measure takes."""

    MEAN = "mean"
    """A mean over runs, whose values may be skewed."""
    RATIO = "ratio"
    """A ratio of two sums: sums first, then the ratio."""


@dataclass(frozen=True, slots=True)
class Number:
    """What a number of the answer is; every such number is a measure."""

    unit: Unit
    title: str
    """As a heading has it. In a mapping `{job}` and the like stand for its key."""
    meaning: str = ""
    """What the title leaves open."""
    fit: Fit = Fit.MEAN
    weight: str | None = None
    """Of a ratio: the measure of its denominator, in whatever unit."""

    @property
    def words(self) -> str:
        """Title and meaning in one text."""
        return "; ".join(text for text in (self.title, self.meaning) if text)

    @property
    def range(self) -> tuple[float, float]:
        """What the number can be: nothing here is negative, and no share is above 1."""
        return 0.0, 1.0 if self.unit is Unit.SHARE else math.inf


@dataclass(frozen=True, slots=True)
class Group:
    """What the numbers of a part of the answer have in common; stands before the title of each."""

    title: str
    meaning: str = ""

    @property
    def words(self) -> str:
        """Title and meaning in one text."""
        return "; ".join(text for text in (self.title, self.meaning) if text)


@dataclass(frozen=True, slots=True)
class Text:
    """What a part of the answer means that is no number."""

    words: str


@dataclass(frozen=True, slots=True)
class Keys:
    """What the keys of a mapping in the answer are."""

    noun: str
    names: tuple[str, ...] | None = None
    """All of them; None where the scenario names them."""
    is_one: Callable[[str], bool] | None = None
    """Whether a run can have a key that is not among the names."""
    beside: tuple[str, ...] = ()
    """Keys beside those that the scenario names."""
    absent: float | None = 0.0
    """The number of a key that a run's mapping leaves out."""

    def allows(self, key: str) -> bool:
        """Return whether a run can have such a key."""
        return self.names is None or key in self.names or (self.is_one is not None and self.is_one(key))


@dataclass(frozen=True, slots=True, eq=False)
class Part(Mapping[str, Any]):
    """A part of the answer: its fields are attributes, and by key it reads as the object in `summary.json` does."""

    def __getitem__(self, key: str) -> Any:
        if key not in iter(self):
            raise KeyError(key)
        value = getattr(self, key)
        return list(value) if isinstance(value, tuple) else value

    def __iter__(self) -> Iterator[str]:
        return (field.name for field in fields(self))

    def __len__(self) -> int:
        return len(fields(self))

    def as_dict(self) -> dict[str, Any]:
        """Return the part as plain data, ready for JSON."""
        return {key: _plain(value) for key, value in self.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Described:
    """A field of a part: its type, taken apart, and what stands beside it."""

    type: Any
    """Of a single value: of an entry where the field is a mapping or a sequence; never None."""
    container: Any
    """`Mapping` or `tuple` where it is one."""
    may_be_absent: bool
    number: Number | None
    group: Group | None
    text: Text | None
    keys: Keys | None

    @property
    def words(self) -> str:
        """What the field means; empty where its type says it."""
        return next((note.words for note in (self.number, self.group, self.text) if note is not None), "")

    @property
    def part(self) -> type[Part] | None:
        """The type as that of a further part; None where it is a plain value."""
        return self.type if isinstance(self.type, type) and issubclass(self.type, Part) else None


def described(part: type[Part]) -> dict[str, Described]:
    """Return the fields of a part by name."""
    hints = get_type_hints(part, include_extras=True)
    return {field.name: _described(hints[field.name]) for field in fields(part)}


def _described(hint: Any) -> Described:
    bare, *notes = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    choices = [one for one in get_args(bare) if one is not NoneType] if NoneType in get_args(bare) else [bare]
    container = get_origin(choices[0])
    inner = choices[0] if container is None else next(one for one in get_args(choices[0])[::-1] if one is not Ellipsis)
    found = {type(note): note for note in notes}
    return Described(
        inner,
        container,
        NoneType in get_args(bare),
        *(found.get(kind) for kind in (Number, Group, Text, Keys)),
    )
