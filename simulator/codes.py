"""Codes that stand in tables and JSON, each with its meaning beside it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Self


class Code(StrEnum):
    """A closed set of codes: a member is written as its code, and its attribute `means` explains it."""

    _value_: str
    means: str

    def __new__(cls, code: str, means: str = "") -> Self:
        """Return the member of a code and its meaning."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.means = means
        return member


class Action(Code):
    """What the pool did after an autoscale evaluation."""

    NONE = "none", "no resize began: the targets were those already, or are what the pool has"
    RESIZE = "resize", "a resize began"
    RETARGET = "retarget", "the resize under way was given the new targets, or called off"
    PENDING = "pending", "a drain holds the pool, the result waits for its end"
    ERROR = "error", "the targets stay as they were"


RESIZING: Final = (Action.RESIZE, Action.RETARGET)
"""Actions that a row of `resizes` belongs to."""
CHANGING: Final = (*RESIZING, Action.PENDING)
"""Actions after which the pool has, or will have, other targets."""
