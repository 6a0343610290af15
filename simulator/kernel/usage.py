"""What the running tasks of a pool take of its nodes."""

from simulator.kernel.kernel import Kernel


def used_slots(kernel: Kernel) -> int:
    """Return how many slots running tasks hold."""
    return _used(kernel, [shape.slots for shape in kernel.shapes])


def used_cores(kernel: Kernel) -> int:
    """Return thousandths of cores in use; a task that asks for none takes its share of the node by slots.

    Where cores are shared, those of running processes, of each node no more than it has.
    """
    return kernel.sharing.busy if kernel.sharing.any else _used(kernel, kernel.sharing.needs)


def used_memory(kernel: Kernel) -> int:
    """Return the MiB that running tasks have asked for."""
    return _used(kernel, [shape.memory for shape in kernel.shapes])


def _used(kernel: Kernel, needs: list[int]) -> int:
    """Add up what all instances of the running tasks take of something."""
    running, instances = kernel.running_of_shape, kernel.nodes.instances
    return sum(running[shape] * instances[shape] * need for shape, need in enumerate(needs))
