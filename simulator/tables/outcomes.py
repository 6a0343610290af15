"""How an attempt ended, in the words of schedulers, services and workflow engines."""

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """How an attempt of a task ended, or how far it was when the file was written."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """By itself: exit code, time limit, memory."""
    CANCELLED = "cancelled"
    """By a person or another task."""
    PREEMPTED = "preempted"
    """Its node was taken."""
    LOST = "lost"
    """Its node failed."""
    REQUEUED = "requeued"
    CACHED = "cached"
    """Its result was there already: nothing ran."""
    RUNNING = "running"
    WAITING = "waiting"


ENDED: Final = frozenset(Outcome) - {Outcome.RUNNING, Outcome.WAITING, Outcome.CACHED}
"""Outcomes of attempts that ran and ended."""
WORDS: Final = {
    Outcome.SUCCEEDED: "completed complete succeeded success successful ok done finished finish terminated ended cd",
    Outcome.FAILED: "failed fail failure error errored timeout timedout out_of_memory oom oomkilled boot_fail deadline "
    "f to dl bf",
    Outcome.CANCELLED: "cancelled canceled aborted abort killed kill revoked removed deleted ca rv interrupted",
    Outcome.PREEMPTED: "preempted evicted evict pr",
    Outcome.LOST: "node_fail nodefail lost nf",
    Outcome.REQUEUED: "requeued requeue_hold requeue rq special_exit",
    Outcome.CACHED: "cached",
    Outcome.RUNNING: "running completing suspended resizing stopped stage_out signaling r cg s preparing started",
    Outcome.WAITING: "pending waiting queued submitted submit runnable starting ready active new created configuring "
    "pd cf",
}
"""By outcome, in lower case; the first word of a status decides (`CANCELLED by 1001`)."""
BY_WORD: Final = {word: outcome for outcome, words in WORDS.items() for word in words.split()}


def outcome_of(status: str) -> Outcome | None:
    """Return what a status means; None where the word is not known."""
    words = status.strip().strip("'\"").lower().replace("-", "_").rstrip("+").split(maxsplit=1)
    return BY_WORD.get(words[0]) if words else None
