"""When time goes on: whenever clients are quiet, by hand, in step with the wall clock, or a step for each request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from simulator.durations import parse_duration
from simulator.errors import InputError

EXPECTED: Final = "expected idle:0.5s, manual, scaled:60 or step:30s"
FASTEST: Final = 1e7


@dataclass(frozen=True, slots=True)
class Clock:
    """How simulated time follows the wall clock and the requests."""

    kind: str
    """idle, manual, scaled or step."""
    value: float = 0.0
    """Seconds of quiet, simulated seconds a second, or simulated seconds a request."""

    @classmethod
    def parse(cls, text: str) -> Clock:
        """Read a clock as the command line has it."""
        kind, _, value = text.partition(":")
        if kind == "manual" and not value:
            return cls(kind)
        try:
            if kind == "scaled" and re.fullmatch(r"\d{1,8}(\.\d+)?", value, re.ASCII):
                return cls(kind, _positive(float(value), FASTEST))
            if kind in ("idle", "step"):
                return cls(kind, _positive(parse_duration(value or "0.5s"), FASTEST))
        except ValueError as error:
            raise InputError(f"--clock {text}: {error}; {EXPECTED}") from None
        raise InputError(f"--clock {text}: {EXPECTED}")

    def __str__(self) -> str:
        spans = {"idle": f"idle:{self.value:g}s", "step": f"step:{self.value:g}s", "scaled": f"scaled:{self.value:g}"}
        return spans.get(self.kind, self.kind)

    def may_run(self, quiet: float) -> bool:
        """Return whether time goes on by itself when no request has changed anything for `quiet` seconds."""
        return self.kind == "idle" and quiet >= self.value

    def passed(self, elapsed: float) -> float:
        """Return the simulated seconds that go by while `elapsed` seconds do, whatever clients ask."""
        return elapsed * self.value if self.kind == "scaled" else 0.0

    @property
    def step(self) -> float:
        """The simulated seconds that each request that reads lets go by."""
        return self.value if self.kind == "step" else 0.0


def _positive(value: float, most: float) -> float:
    if not 0 < value <= most:
        raise ValueError(f"expected a value above 0 and up to {most:g}")
    return value
