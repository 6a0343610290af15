"""The command line, interrupted by itself at a chosen point of its progress, so that no clock decides where.

`python -m tests.experiment.interrupted SIGNAL before|after NAME ARGUMENT…` runs `poolsight ARGUMENT…` and sends SIGNAL
to itself right before or after a file or folder called NAME gets that name.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from simulator.cli import main
from simulator.experiment import runner, store

PART_ROWS: Final = 10
"""A sweep writes a part after that many trials, not after a second of work."""


def interrupt_at(name: str, when: str, number: int) -> None:
    """Send a signal to this process when `name` is put in its place."""

    def hooked(move: Callable[[Path, Any], Path]) -> Callable[[Path, Any], Path]:
        def moved(source: Path, target: Any) -> Path:
            is_there = Path(target).name == name
            if is_there and when == "before":
                os.kill(os.getpid(), number)
            made = move(source, target)
            if is_there and when == "after":
                os.kill(os.getpid(), number)
            return made

        return moved

    for method in ("rename", "replace"):
        setattr(Path, method, hooked(getattr(Path, method)))


if __name__ == "__main__":
    _, which, when, name, *arguments = sys.argv
    store.FLUSH_ROWS, store.FLUSH_S = PART_ROWS, float("inf")  # type: ignore[misc]
    # Other processes work from the first trial on.
    runner.helps = lambda pace, left, size, start_s: size > 1 and left > 1  # noqa: ARG005
    interrupt_at(name, when, signal.Signals[which])
    sys.argv[1:] = arguments
    main()
