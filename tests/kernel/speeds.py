"""The kernel at each of its speeds, side by side in one process."""

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
def _without_compiled() -> Iterator[None]:
    """Import the kernel's modules anew from their sources, and put things back afterwards."""
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith(PACKAGE)}
    folder = simulator.kernel.__path__[0]
    finder = sys.path_importer_cache.pop(folder, None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POOLSIGHT_KERNEL", "python")
        yield
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]
    sys.modules.update(before)
    simulator.kernel = before[PACKAGE]
    sys.path_importer_cache.pop(folder, None)
    if finder is not None:
        sys.path_importer_cache[folder] = finder


def interpreted() -> ModuleType:
    """Return the kernel package as the interpreter runs it."""
    if SPEED == "python":
        return simulator.kernel
    with _without_compiled():
        return importlib.import_module(PACKAGE)


SPEEDS = {"python": interpreted()}
if SPEED == "compiled":
    SPEEDS["compiled"] = simulator.kernel
