"""What the nodes of one pool have in common: its description, its tasks, its random streams, and the run around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.engine.nodes.crowd import Crowd
from simulator.engine.nodes.setup_spec import Setup, setup_of, updated
from simulator.engine.nodes.step_durations import StepDurations
from simulator.engine.tasks_view import TasksView

if TYPE_CHECKING:
    from simulator.columns.growing import Growing
    from simulator.engine.random_streams import Draw, Placed
    from simulator.engine.world import World
    from simulator.kernel import Kernel
    from simulator.scenario.format.bodies import Pool


ZONES: Final = (1, 2, 3)


class Site:
    """The place where the nodes of a pool live: shared by them and by the parts of the pool."""

    def __init__(
        self,
        world: World,
        description: Pool,
        kernel: Kernel,
        index: int,
        retention: Growing,
    ) -> None:
        self.world = world
        self.index = index
        """Number of the pool and of its kernel."""
        self.id = description.id
        self.size = world.scenario.sizes[description.vm_size]
        self.account = world.account_of(description)
        self.zones = ZONES if description.is_zonal else (description.simulation.zone,)
        """The zones in which nodes of the pool may stand."""
        self.durations = StepDurations.of(world.streams, self.id, description.simulation.timing, world.options)
        self.crowd = Crowd(matters=description.simulation.start_task.crowding > 0)
        self.tasks = TasksView(kernel)
        self._kernel = kernel
        self._description = description
        self._setup = setup_of(description)
        self._boots_image: bool | None = None
        """None: nobody has asked since the body changed."""
        self._retention = retention
        self._deleted: set[int] = set()
        """Tasks that clients have deleted, with their files."""
        self._draws: dict[str, Draw] = {}

    @property
    def description(self) -> Pool:
        """The pool's body as it is now."""
        return self._description

    @property
    def setup(self) -> Setup:
        """What a node gets that starts now."""
        return self._setup

    def update(self, changes: Mapping[str, Any]) -> None:
        """Change the pool's body; nodes get the change at their next start."""
        self._description = updated(self._description, changes)
        self._setup = setup_of(self._description)
        self._boots_image = None

    @property
    def boots_image(self) -> bool:
        """Whether the VM size of the pool can boot its image."""
        if self._boots_image is None:
            self._boots_image = self._description.runs_on(self.size.name)
        return self._boots_image

    def change(self) -> Kernel:
        """Return the kernel to change it; what is due there is asked anew at this instant."""
        self.world.env.touch(self.index)
        return self._kernel

    def draw(self, purpose: str, node: Placed) -> float:
        """Return a node's next number in [0, 1) for a purpose."""
        if purpose not in self._draws:
            self._draws[purpose] = self.world.streams.node_draws(f"{purpose}:{self.id}")
        return self._draws[purpose](node)

    def retention_of(self, task: int) -> int:
        """Return how long a task's files are kept on its node, in ms."""
        if task in self._deleted:
            return 0
        return int(self._retention[task])

    def delete_files(self, tasks: Iterable[int]) -> None:
        """Note that tasks have been deleted: their files are kept nowhere any more."""
        self._deleted.update(tasks)

    def retained_until(self, node: int, since: int) -> int:
        """Return when the last retention time of a task on a node's disk has passed; now if nothing has run there.

        `since` is when the disk was empty: with the VM, or an image, of before everything has gone.
        """
        tasks, ends = self.tasks.attempts_on(node, since)
        if not len(tasks):
            return self.world.env.clock
        until = ends + self._retention.values[tasks]
        if self._deleted:
            until = until[~np.isin(tasks, list(self._deleted))]
        return int(until.max(initial=self.world.env.clock))
