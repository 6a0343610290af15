"""What a run came to: its record, the answer in numbers, the money, reasons, and the service's events.

`read` opens the directory of a run that was saved; `summarize` returns the answer of a recording.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.results.answer.metrics import summarize
    from simulator.results.record.read import SavedRun, read
    from simulator.results.record.recording import Recording

__all__ = ["Recording", "SavedRun", "read", "summarize"]

_HOME = {
    "Recording": "simulator.results.record.recording",
    "SavedRun": "simulator.results.record.read",
    "read": "simulator.results.record.read",
    "summarize": "simulator.results.answer.metrics",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the rooms below need nothing of those above."""
    if name not in _HOME:
        raise AttributeError(f"module 'simulator.results' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
