"""Signals that ask a command to stop: with the first, what has been recorded is written; a second one ends it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from simulator.cli.errors import ENDING_SIGNALS, SIGNALLED

if TYPE_CHECKING:
    from types import FrameType

NOTED: Final = tuple(getattr(signal, name) for name in ("SIGINT", *ENDING_SIGNALS) if hasattr(signal, name))
"""Ctrl-C, and what ends a process politely, where the system has it."""


class Asked:
    """Whether a signal has come, and which."""

    def __init__(self) -> None:
        self.number: int | None = None

    def __call__(self) -> bool:
        """Return whether to stop."""
        return self.number is not None

    @property
    def exit_code(self) -> int:
        """The exit code of a command that a signal ended, as shells have it."""
        return SIGNALLED + (self.number or signal.SIGINT)

    def note(self, number: int, _: FrameType | None) -> None:
        """Note the first signal; end at once with the second."""
        if self.number is None:
            self.number = number
        elif number == signal.SIGINT:
            raise KeyboardInterrupt
        else:
            raise SystemExit(SIGNALLED + number)


@contextmanager
def stop_asked() -> Iterator[Asked]:
    """Note the first signal that asks to stop, to be acted on at the next occasion."""
    asked = Asked()
    before = [(number, signal.signal(number, asked.note)) for number in NOTED]
    try:
        yield asked
    finally:
        for number, handler in before:
            signal.signal(number, handler)
