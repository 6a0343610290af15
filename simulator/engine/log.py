"""What clients have submitted to a run: with what its scenario announces, a scenario that does the same again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario.prepared import Prepared

if TYPE_CHECKING:
    from simulator.errors import Problem
    from simulator.scenario import Scenario
    from simulator.scenario.format.catalogue import VmSize
    from simulator.scenario.format.schema import Operation
    from simulator.scenario.reading.amend import Asked


class Log:
    """The operations that were submitted, in order; the scenario with all of them is made when it is asked for."""

    def __init__(self, announced: Prepared) -> None:
        self.announced = announced
        self.operations: list[Operation] = []
        self.sizes: dict[str, VmSize] = dict(announced.scenario.sizes)
        """All that pools of the run use so far."""
        self._odd: list[Problem] = []
        self._whole = announced

    def add(self, asked: Asked) -> None:
        """Note an operation that is about to be performed."""
        self.operations.append(asked.operation)
        self.sizes |= asked.sizes
        self._odd += asked.odd

    @property
    def prepared(self) -> Prepared:
        """The scenario with all that was submitted so far."""
        announced = self.announced.scenario
        if len(self._whole.scenario.timeline) != len(announced.timeline) + len(self.operations):
            self._whole = Prepared(announced.continued(self.operations, self.sizes, self._odd))
        return self._whole

    @property
    def scenario(self) -> Scenario:
        """The same, as a scenario."""
        return self.prepared.scenario
