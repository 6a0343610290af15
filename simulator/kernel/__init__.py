"""The data plane: queued and running tasks of one pool, and the room on its nodes, as columns of integers.

Times are milliseconds, cores are thousandths of a core, memory is MiB. Nothing here knows SimPy, streams or
files; the control plane calls `advance` and the four phases of an instant, and reads the columns afterwards.

The modules beside this one run at two speeds: as they stand, or compiled by Cython with the types of the `.pxd` files
when the package was installed where a C compiler is. Both give the same bytes. Where the environment variable
POOLSIGHT_KERNEL is `python`, the compiled ones are not looked at.
"""

import os
import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader

if os.environ.get("POOLSIGHT_KERNEL") == "python":
    sys.path_importer_cache[__path__[0]] = FileFinder(__path__[0], (SourceFileLoader, SOURCE_SUFFIXES))

from simulator.kernel import job_control
from simulator.kernel import kernel as _module
from simulator.kernel.attempts import Attempts
from simulator.kernel.inputs import JobPolicy, Shape, Tasks
from simulator.kernel.kernel import Kernel
from simulator.kernel.node_capacity import Nodes
from simulator.kernel.optional_rules import Rules
from simulator.kernel.samples import Samples
from simulator.kernel.usage import used_cores, used_slots

SPEED = "python" if _module.__file__.endswith((".py", ".pyc")) else "compiled"
"""Which of the two speeds this is."""

__all__ = [
    "SPEED",
    "Attempts",
    "JobPolicy",
    "Kernel",
    "Nodes",
    "Rules",
    "Samples",
    "Shape",
    "Tasks",
    "job_control",
    "used_cores",
    "used_slots",
]
