"""The service's codes for operations, resizes and refused jobs, in its own spelling; two are ours, and say so."""

from enum import StrEnum
from typing import Final


class ServiceCode(StrEnum):
    """How the service answers an operation, or how a resize ended."""

    SUCCESS = "Success"
    RETARGETED = "Retargeted"
    """Ours: a new target replaced this one of a resize before it was reached."""
    NOT_SIMULATED = "NotSimulated"
    """Ours: the service does it, the simulation does not."""

    # growth of a pool
    ALLOCATION_FAILED = "AllocationFailed"
    ALLOCATION_TIMED_OUT = "AllocationTimedout"
    CORE_QUOTA = "AccountCoreQuotaReached"
    INCOMPATIBLE_VM_SIZE = "IncompatibleVMSize"
    INTER_NODE_POOL_FULL = "CommunicationEnabledPoolReachedMaxVMCount"
    LOW_PRIORITY_CORE_QUOTA = "AccountLowPriorityCoreQuotaReached"
    SPOT_CORE_QUOTA = "AccountSpotCoreQuotaReached"
    VM_SERIES_CORE_QUOTA = "AccountVMSeriesCoreQuotaReached"

    # pools
    OPERATION_NOT_VALID_ON_POOL = "OperationNotValidOnPool"
    POOL_BEING_DELETED = "PoolBeingDeleted"
    POOL_BEING_RESIZED = "PoolBeingResized"
    POOL_NOT_FOUND = "PoolNotFound"
    POOL_NOT_UPGRADABLE = "PoolNotEligibleForOSVersionUpgrade"
    POOL_QUOTA = "PoolQuotaReached"
    POOL_UPGRADE_CONFLICT = "UpgradePoolVersionConflict"
    POOL_VERSION_EQUAL = "PoolVersionEqualsUpgradeVersion"
    REMOVE_NODES_FAILED = "RemoveNodesFailed"
    RESIZE_STOPPED = "ResizeStopped"
    TOO_MANY_ENABLE_REQUESTS = "TooManyEnableAutoScaleRequests"

    # formulas, as `simulator.formula.errors` has them
    FORMULA_EVALUATION_ERROR = "AutoScalingFormulaEvaluationError"
    FORMULA_SYNTAX_ERROR = "AutoScalingFormulaSyntaxError"
    FORMULA_TOO_LONG = "AutoScaleFormulaTooLong"
    INSUFFICIENT_SAMPLE_DATA = "InsufficientSampleData"

    # nodes
    NODE_ALREADY_IN_STATE = "NodeAlreadyInTargetSchedulingState"
    NODE_BEING_CREATED = "NodeBeingCreated"
    NODE_BEING_REBOOTED = "NodeBeingRebooted"
    NODE_BEING_REIMAGED = "NodeBeingReimaged"
    NODE_BEING_STARTED = "NodeBeingStarted"
    NODE_NOT_FOUND = "NodeNotFound"
    NODE_UNUSABLE = "NodeStateUnusable"
    OPERATION_NOT_VALID_ON_NODE = "OperationNotValidOnNode"

    # jobs, schedules and tasks
    AUTO_POOL_QUOTA = "AutoPoolCreationFailedWithQuotaReached"
    JOB_BEING_DELETED = "JobBeingDeleted"
    JOB_BEING_TERMINATED = "JobBeingTerminated"
    JOB_COMPLETED = "JobCompleted"
    JOB_DISABLED = "JobDisabled"
    JOB_NOT_FOUND = "JobNotFound"
    JOB_QUOTA = "ActiveJobAndScheduleQuotaReached"
    SCHEDULE_BEING_DELETED = "JobScheduleBeingDeleted"
    SCHEDULE_BEING_TERMINATED = "JobScheduleBeingTerminated"
    SCHEDULE_COMPLETED = "JobScheduleCompleted"
    SCHEDULE_DISABLED = "JobScheduleDisabled"
    SCHEDULE_NOT_FOUND = "JobScheduleNotFound"
    TASK_COMPLETED = "TaskCompleted"
    TASK_NOT_COMPLETED = "TaskNotCompleted"
    TASK_NOT_FOUND = "TaskNotFound"
    TASK_SUCCEEDED = "TaskSucceeded"

    # any of them
    INVALID_PROPERTY = "InvalidPropertyValue"
    INVALID_STATE = "OperationInvalidForCurrentState"
    INVALID_URI = "InvalidUri"


SUCCESS: Final = ServiceCode.SUCCESS.value
RETARGETED: Final = ServiceCode.RETARGETED.value
"""The two codes of a resize that are no error of it."""
RESIZE_ERRORS: Final = tuple(
    sorted(
        code.value
        for code in (
            ServiceCode.ALLOCATION_FAILED,
            ServiceCode.ALLOCATION_TIMED_OUT,
            ServiceCode.CORE_QUOTA,
            ServiceCode.INCOMPATIBLE_VM_SIZE,
            ServiceCode.INTER_NODE_POOL_FULL,
            ServiceCode.LOW_PRIORITY_CORE_QUOTA,
            ServiceCode.OPERATION_NOT_VALID_ON_POOL,
            ServiceCode.POOL_BEING_DELETED,
            ServiceCode.POOL_BEING_RESIZED,
            ServiceCode.REMOVE_NODES_FAILED,
            ServiceCode.RESIZE_STOPPED,
            ServiceCode.SPOT_CORE_QUOTA,
            ServiceCode.VM_SERIES_CORE_QUOTA,
        )
    )
)
"""Every error that a resize can have: what an answer counts under `resize_errors`."""
SHORTAGES: Final = frozenset(
    code.value
    for code in (
        ServiceCode.ALLOCATION_FAILED,
        ServiceCode.ALLOCATION_TIMED_OUT,
        ServiceCode.CORE_QUOTA,
        ServiceCode.INTER_NODE_POOL_FULL,
        ServiceCode.LOW_PRIORITY_CORE_QUOTA,
        ServiceCode.SPOT_CORE_QUOTA,
        ServiceCode.VM_SERIES_CORE_QUOTA,
    )
)
"""The errors of a growth that got fewer nodes than it asked for, because there were no more at that time."""
