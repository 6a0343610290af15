"""The command `poolsight`."""

import atexit
import gc
import os
import sys

COLLECTED_AFTER = 200_000
"""So many objects more than before make it worth to look for garbage."""


def main() -> None:
    """Run the command line."""
    # Pydantic looks for plugins in every installed distribution; none is wanted here, and it takes its time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Sums are too small to be worth threads, which start slowly and would let results depend on how many there are.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What a start makes by the hundred thousand, modules and types, stays: looking through it for garbage is in vain,
    # and most of all at the end, where the interpreter would do it several times over.
    gc.set_threshold(COLLECTED_AFTER)
    atexit.register(gc.freeze)
    from simulator.cli.commands import assemble, wanted
    from simulator.cli.errors import run_to_exit_code

    sys.exit(run_to_exit_code(assemble(wanted(sys.argv[1:]))))


__all__ = ["main"]
