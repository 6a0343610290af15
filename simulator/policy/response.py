"""How the service answers an operation: done, or refused with a code."""

from dataclasses import dataclass
from typing import Final

from simulator.service_codes import ServiceCode


@dataclass(frozen=True, slots=True)
class Answer:
    """The service's code for an operation, `Success` where it was accepted, and a sentence."""

    code: ServiceCode = ServiceCode.SUCCESS
    message: str = ""

    @property
    def is_refusal(self) -> bool:
        return self.code is not ServiceCode.SUCCESS


DONE: Final = Answer()
DELETING: Final = Answer(ServiceCode.POOL_BEING_DELETED, "The pool is being deleted")
RESIZING: Final = Answer(ServiceCode.POOL_BEING_RESIZED, "The pool is already being resized")
SCALES_ITSELF: Final = Answer(
    ServiceCode.OPERATION_NOT_VALID_ON_POOL, "A pool that scales itself cannot be resized by hand"
)
