"""What a scene of the gallery says beside its scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What one does with a scene."""

    LESSON = "lesson"
    """One idea and one knob."""
    INCIDENT = "incident"
    """A mistake that people make, and its repair."""
    CHALLENGE = "challenge"
    """A target to be reached."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A question to answer before the change is made."""

    options: tuple[str, ...]
    answer: int
    """Which of them is right, from 0."""
    because: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed in a scene: the knob of a lesson, the repair of an incident, the solution of a challenge."""

    title: str
    changes: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What the change does to a measure: the ratio of after to before lies between two numbers."""

    measure: str
    low: float = 0.0
    high: float = float("inf")


@dataclass(frozen=True, slots=True)
class Target:
    """What a challenge asks for: a measure that is at most so much."""

    measure: str
    most: float
    words: str


@dataclass(frozen=True, slots=True)
class GalleryScene:
    """A scene of the gallery."""

    name: str
    """Of its file, without the ending."""
    kind: Kind
    title: str
    question: str
    idea: str
    """What it is about, in a few sentences."""
    watch: str
    """Where to look."""
    knobs: tuple[str, ...] = ()
    """Names of the knobs that matter here; the others stand behind them."""
    guess: Guess | None = None
    change: Change | None = None
    finding: tuple[Claim, ...] = ()
    """What the change does, which a test asserts."""
    targets: tuple[Target, ...] = ()
    hints: tuple[str, ...] = ()
