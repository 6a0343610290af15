"""A scenario, ready for any number of replications: what these share is made once, by whoever first asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

T = TypeVar("T")


class Prepared:
    """A scenario with the parts that its replications share.

    A part is a value that does not depend on the replication and that no run changes: jobs and pools to come, prices,
    assumptions. Its room makes it (`Plan.of`, `Tariff.of`); here it is kept. Where a prepared scenario is sent to
    another process, its parts are made there.
    """

    __slots__ = ("_parts", "scenario")

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._parts: dict[Callable[[Prepared], object], Any] = {}

    @classmethod
    def of(cls, scenario: Scenario | Prepared) -> Prepared:
        """Return the scenario prepared, or as it is where it is so already."""
        return scenario if isinstance(scenario, Prepared) else cls(scenario)

    def part(self, make: Callable[[Prepared], T]) -> T:
        """Return what `make` makes of this, made when first asked for."""
        try:
            return cast("T", self._parts[make])
        except KeyError:
            made = self._parts[make] = make(self)
            return made

    def __reduce__(self) -> tuple[type[Prepared], tuple[Scenario]]:
        return Prepared, (self.scenario,)
