"""Random streams of one run, each found by its name, and the draws of single nodes from them.

The names of streams are seeds: a name that changes changes every result. So they stay as they are, in whatever words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from simulator.durations import LONGEST
from simulator.errors import InputError
from simulator.states import NodeKind
from simulator.streams import Draws, IndexedDraws, stream
from simulator.units import MS_PER_S, spoken

if TYPE_CHECKING:
    import numpy as np

    from simulator.distributions import Distribution
    from simulator.streams import Quantile


def _clocked(name: str, seconds: float) -> int:
    """Return a drawn duration in milliseconds; raise InputError if no clock of ours can count it."""
    if not 0 <= seconds <= LONGEST:
        text = f"a draw of '{name}' is {seconds:.3g} s; expected at most {spoken(LONGEST)}: choose a shorter tail"
        raise InputError(text)
    return round(seconds * MS_PER_S)


class Placed(Protocol):
    """What determines the draws of a node: its kind, and how many nodes of that kind its pool had before it."""

    @property
    def kind(self) -> NodeKind: ...

    @property
    def place(self) -> int: ...


Draw = Callable[[Placed], float]
"""Draws the next number in [0, 1) of a node."""
DurationDraw = Callable[[Placed], int]
"""Draws the next duration of a node, in milliseconds."""


@dataclass(frozen=True, slots=True)
class RandomStreams:
    """Makes the random streams of one replication of a scenario."""

    seed: int
    replication: int

    def durations(self, name: str, distribution: Distribution[float]) -> Callable[[], int]:
        """Return a function that draws a duration in milliseconds at each call, from the stream `name`."""
        draws = Draws(lambda: self.generator(name), distribution.draws)
        return lambda: _clocked(name, draws.next())

    def generator(self, name: str) -> np.random.Generator:
        """Return the generator of the stream `name`, for those who draw many numbers at once."""
        return stream(self.seed, self.replication, name)

    def uniform_draws(self, name: str) -> Callable[[], float]:
        """Return a function that draws a number in [0, 1) at each call, from the stream `name`."""
        return Draws(lambda: self.generator(name), lambda u: u).next

    def node_durations(self, name: str, distribution: Distribution[float]) -> DurationDraw:
        """Return a function that draws durations of nodes, each independent of the draws of other nodes."""
        draws = self._by_kind(name, distribution.draws)
        return lambda node: _clocked(name, draws[node.kind].next(node.place))

    def node_draws(self, name: str) -> Draw:
        """Return a function that draws numbers in [0, 1) for nodes, each independent of the draws of other nodes."""
        draws = self._by_kind(name, lambda u: u)
        return lambda node: draws[node.kind].next(node.place)

    def _by_kind(self, name: str, quantile: Quantile) -> dict[NodeKind, IndexedDraws]:
        """Return streams for each kind of node, so that the number of nodes of one kind does not affect the other."""

        def generator(kind: NodeKind) -> Callable[[int], np.random.Generator]:
            return lambda turn: stream(self.seed, self.replication, f"{name}:{kind}:{turn}")

        return {kind: IndexedDraws(generator(kind), quantile) for kind in NodeKind}
