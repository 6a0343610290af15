"""What the service says to an operation: done, or refused with a code."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Answer:
    """The service's code for an operation, `Success` where it was accepted, and a sentence."""

    code: str = "Success"
    message: str = ""

    @property
    def is_refusal(self) -> bool:
        return self.code != DONE.code


DONE: Final = Answer()
DELETING: Final = Answer("PoolBeingDeleted", "The pool is being deleted")
RESIZING: Final = Answer("PoolBeingResized", "The pool is already being resized")
SCALES_ITSELF: Final = Answer("OperationNotValidOnPool", "A pool that scales itself cannot be resized by hand")
