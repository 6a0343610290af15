"""The data plane: queued and running tasks of one pool, and the room on its nodes, as columns of integers.

Times are milliseconds, cores are thousandths of a core, memory is MiB. Nothing here knows SimPy, streams or
files; the control plane calls `advance` and the four phases of an instant, and reads the columns afterwards.
"""

from simulator.kernel.kernel import Kernel
from simulator.kernel.nodes import Nodes
from simulator.kernel.tasks import Attempts, Shape, Tasks

__all__ = ["Attempts", "Kernel", "Nodes", "Shape", "Tasks"]
