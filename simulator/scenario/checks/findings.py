"""What a check has found, before it is known in which file its place lies."""

from dataclasses import dataclass

from simulator.errors import Problem

Loc = tuple[str | int, ...]
"""Keys and indices from the top of a scenario to a value."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong or odd at a place of the scenario."""

    message: str
    loc: Loc
    is_warning: bool = False
    problem: Problem | None = None
    """Set where the place lies in a file that is no document, such as a trace."""
