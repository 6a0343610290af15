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
