"""The command `poolsight`."""

import os
import sys


def main() -> None:
    """Run the command line."""
    # Pydantic looks for plugins in every installed distribution; none is wanted here, and it takes its time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from simulator.cli.commands import assemble, wanted  # noqa: PLC0415 - after the line above

    assemble(wanted(sys.argv[1:]))()


__all__ = ["main"]
