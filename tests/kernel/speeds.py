"""The kernel at each of its speeds, side by side in one process, and once more with its contracts asserted."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest

import simulator.kernel
from simulator.kernel import SPEED

PACKAGE = "simulator.kernel"


@contextmanager
def _without_compiled(*, asserted: bool) -> Iterator[None]:
    """Import the kernel's modules anew from their sources, and put things back afterwards."""
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith(PACKAGE)}
    folder = simulator.kernel.__path__[0]
    finder = sys.path_importer_cache.pop(folder, None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POOLSIGHT_KERNEL", "python")
        patch.setenv("POOLSIGHT_ASSERT", "1" if asserted else "")
        yield
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]
    sys.modules.update(before)
    simulator.kernel = before[PACKAGE]
    sys.path_importer_cache.pop(folder, None)
    if finder is not None:
        sys.path_importer_cache[folder] = finder


def interpreted(*, asserted: bool = False) -> ModuleType:
    """Return the kernel package as the interpreter runs it."""
    with _without_compiled(asserted=asserted):
        return importlib.import_module(PACKAGE)


SPEEDS = {"python": simulator.kernel if SPEED == "python" else interpreted()}
if SPEED == "compiled":
    SPEEDS["compiled"] = simulator.kernel
ASSERTED = "asserted"
KERNELS = {**SPEEDS, ASSERTED: interpreted(asserted=True)}
"""The speeds, and the interpreted kernel with its contracts and invariants asserted at each step."""
