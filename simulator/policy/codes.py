"""Codes with which resizes end: two that are no error of the resize itself, and those that are."""

from typing import Final

SUCCESS: Final = "Success"
RETARGETED: Final = "Retargeted"
"""A new target replaced this one before it was reached."""
RESIZE_ERRORS: Final = (
    "AccountCoreQuotaReached",
    "AccountLowPriorityCoreQuotaReached",
    "AccountSpotCoreQuotaReached",
    "AccountVMSeriesCoreQuotaReached",
    "AllocationFailed",
    "AllocationTimedout",
    "CommunicationEnabledPoolReachedMaxVMCount",
    "IncompatibleVMSize",
    "OperationNotValidOnPool",
    "PoolBeingDeleted",
    "PoolBeingResized",
    "RemoveNodesFailed",
    "ResizeStopped",
)
"""Every error that a resize can have: what an answer counts under `resize_errors`."""
