"""A waiting task, as policies see it."""

from typing import NamedTuple


class Waiting(NamedTuple):
    """A task that waits."""

    task: int
    """Its number in the pool: tasks are numbered as they were created."""
    job: int
    """Number of its job; jobs are numbered as the scenario has them."""
    priority: int
    """Of its job; higher is more important."""
    submitted: int
    estimate: int
    """How long it is expected to hold its room, from its start to its end."""
    deadline: int
    """By when it should have ended; far beyond any run where it has no deadline."""
    slots: int
    """Of one instance, as are cores and memory; where the latter are 0, they limit nothing."""
    cores: int
    memory: int
    instances: int
    """Nodes that it needs at once, idle ones: 1 for all but multi-instance tasks."""
