"""What a check has found, before it is known in which file its place lies."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar

from simulator.errors import Problem
from simulator.scenario.format.section import AbsentPartError
from simulator.service_codes import ServiceCode

T = TypeVar("T")
Loc = tuple[str | int, ...]
"""Keys and indices from the top of a scenario to a value."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong or odd at a place of the scenario."""

    text: str
    loc: Loc
    is_warning: bool = False
    is_missing: bool = False
    """The last part of the place is a key that the scenario lacks."""
    problem: Problem | None = None
    """Set where the place lies in a file that is no document, such as a trace."""
    code: ServiceCode | None = None
    """With which code the service refuses it."""

    @property
    def service_code(self) -> str:
        """The code with which the service refuses it; empty where that is not known."""
        if self.code is not None:
            return self.code.value
        return ServiceCode.MISSING_PROPERTY.value if self.is_missing else ""

    @property
    def message(self) -> str:
        """The text, with the service's code after it."""
        return self.text if self.code is None else f"{self.text} ({self.code})"


def until_absent(findings: Iterable[T]) -> Iterator[T]:
    """Yield what a check finds until it needs a part that could not be read."""
    try:
        yield from findings
    except AbsentPartError:
        return


def readable(part: object, path: str) -> Any:
    """Return the attribute at a dotted path of a part; None where it could not be read."""
    try:
        return attrgetter(path)(part)
    except AbsentPartError:
        return None
