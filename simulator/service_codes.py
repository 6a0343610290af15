"""The service's codes in its own spelling, each with its meaning: one list for every storey.

A code is its own text: f"{ServiceCode.CORE_QUOTA}" is what a table, a message or a log shows. `docs/reasons.md` lists
all of them.
"""

from typing import Final

from simulator.codes import Code


class ServiceCode(Code):
    """How the service answers an operation, how a resize ended, or why a formula gave nothing."""

    SUCCESS = "Success", "the operation was accepted, or the resize reached its targets"
    RETARGETED = (
        "Retargeted",
        "ours: a new target replaced that of the resize before it was reached",
    )
    NOT_SIMULATED = "NotSimulated", "ours: the service does it, the simulation does not"

    # growth of a pool
    ALLOCATION_FAILED = (
        "AllocationFailed",
        "the image, the subnet or the public addresses allow no more nodes, or a stopped VM found no capacity",
    )
    ALLOCATION_TIMED_OUT = "AllocationTimedout", "the resize ran out of time before all nodes had come"
    CORE_QUOTA = "AccountCoreQuotaReached", "the account's quota of dedicated cores"
    INCOMPATIBLE_VM_SIZE = "IncompatibleVMSize", "the size cannot boot the pool's image"
    INTER_NODE_POOL_FULL = "CommunicationEnabledPoolReachedMaxVMCount", "the cap of a pool whose nodes communicate"
    LOW_PRIORITY_CORE_QUOTA = "AccountLowPriorityCoreQuotaReached", "the account's quota of low-priority cores"
    SPOT_CORE_QUOTA = "AccountSpotCoreQuotaReached", "the account's quota of spot cores"
    VM_SERIES_CORE_QUOTA = "AccountVMSeriesCoreQuotaReached", "the account's core quota of the size's family"

    # pools
    OPERATION_NOT_VALID_ON_POOL = "OperationNotValidOnPool", "the pool's configuration does not allow the operation"
    POOL_BEING_DELETED = "PoolBeingDeleted", "the pool is being deleted"
    POOL_BEING_RESIZED = "PoolBeingResized", "the pool is already being resized"
    POOL_EXISTS = "PoolExists", "there is a pool of this id already"
    POOL_NOT_FOUND = "PoolNotFound", "there is no such pool"
    POOL_NOT_UPGRADABLE = (
        "PoolNotEligibleForOSVersionUpgrade",
        "nodes whose system the service does not upgrade",
    )
    POOL_QUOTA = "PoolQuotaReached", "the account has as many pools as it may"
    POOL_UPGRADE_CONFLICT = "UpgradePoolVersionConflict", "the pool is already being upgraded"
    POOL_VERSION_EQUAL = "PoolVersionEqualsUpgradeVersion", "the pool has that version already"
    REMOVE_NODES_FAILED = "RemoveNodesFailed", "nodes still had tasks when the resize ran out of time"
    RESIZE_STOPPED = "ResizeStopped", "an operator stopped the resize"
    TOO_MANY_ENABLE_REQUESTS = "TooManyEnableAutoScaleRequests", "enableAutoScale came too soon after the one before"

    # formulas, as `simulator.formula.errors` has them
    FORMULA_EVALUATION_ERROR = "AutoScalingFormulaEvaluationError", "the formula failed while it was evaluated"
    FORMULA_SYNTAX_ERROR = "AutoScalingFormulaSyntaxError", "the formula is not of the language"
    FORMULA_TOO_LONG = "AutoScaleFormulaTooLong", "the formula has too many characters"
    INSUFFICIENT_SAMPLE_DATA = "InsufficientSampleData", "the formula asked for samples that were not there yet"

    # nodes
    NODE_ALREADY_IN_STATE = "NodeAlreadyInTargetSchedulingState", "scheduling on the node is already as asked for"
    NODE_BEING_CREATED = "NodeBeingCreated", "the node is being created"
    NODE_BEING_REBOOTED = "NodeBeingRebooted", "the node is being rebooted"
    NODE_BEING_REIMAGED = "NodeBeingReimaged", "the node is being reimaged"
    NODE_BEING_STARTED = "NodeBeingStarted", "the node starts, or waits for its start task"
    NODE_NOT_FOUND = "NodeNotFound", "there is no such node in the pool"
    NODE_UNUSABLE = "NodeStateUnusable", "the node is unusable"
    OPERATION_NOT_VALID_ON_NODE = "OperationNotValidOnNode", "the operation does not exist for a node in its state"

    # jobs, schedules and tasks
    AUTO_POOL_QUOTA = "AutoPoolCreationFailedWithQuotaReached", "a quota stood in the way of the job's own pool"
    JOB_BEING_DELETED = "JobBeingDeleted", "the job is being deleted"
    JOB_BEING_TERMINATED = "JobBeingTerminated", "the job is being terminated"
    JOB_COMPLETED = "JobCompleted", "the job has completed"
    JOB_EXISTS = "JobExists", "there is a job of this id already"
    JOB_DISABLED = "JobDisabled", "the job is disabled already"
    JOB_NOT_FOUND = "JobNotFound", "there is no such job, or not yet"
    JOB_QUOTA = "ActiveJobAndScheduleQuotaReached", "the account has as many active jobs and schedules as it may"
    SCHEDULE_BEING_DELETED = "JobScheduleBeingDeleted", "the job schedule is being deleted"
    SCHEDULE_BEING_TERMINATED = "JobScheduleBeingTerminated", "the job schedule is being terminated"
    SCHEDULE_COMPLETED = "JobScheduleCompleted", "the job schedule has completed"
    SCHEDULE_DISABLED = "JobScheduleDisabled", "the job schedule is disabled already"
    SCHEDULE_NOT_FOUND = "JobScheduleNotFound", "there is no such job schedule, or not yet"
    TASK_COMPLETED = "TaskCompleted", "the task has completed already"
    TASK_NOT_COMPLETED = "TaskNotCompleted", "only a completed task can be reactivated"
    TASK_NOT_FOUND = "TaskNotFound", "there is no such task, or not yet"
    TASK_SUCCEEDED = "TaskSucceeded", "a task that ended with exit code 0 cannot be reactivated"

    # bodies that are refused
    DEPENDENCIES_NOT_SPECIFIED = "TaskDependenciesNotSpecifiedOnJob", "dependsOn in a job without usesTaskDependencies"
    DEPENDENCY_LIST_TOO_LONG = "TaskDependencyListTooLong", "the ids that a task depends on are too long together"
    INVALID_BODY = "InvalidRequestBody", "a key that the interface does not have, or no longer"
    MISSING_PROPERTY = "MissingRequiredProperty", "a value that the service wants is not there"
    TASK_EXISTS = "TaskExists", "the job has a task of this id already"

    # requests, as `poolsight serve` answers them
    APPLICATION_NOT_FOUND = "ApplicationNotFound", "there is no such application"
    AUTHENTICATION_FAILED = "AuthenticationFailed", "the request is not signed with the key of the account"
    BODY_TOO_LARGE = "RequestBodyTooLarge", "the body of the request is larger than the service takes"
    CERTIFICATE_ACTIVE = "CertificateStateActive", "the deletion of the certificate has not failed"
    CERTIFICATE_EXISTS = "CertificateExists", "the account has a certificate of this thumbprint already"
    CERTIFICATE_NOT_FOUND = "CertificateNotFound", "the account has no certificate of this thumbprint"
    CONDITION_NOT_MET = "ConditionNotMet", "the thing has changed since the state that the request names"
    FILE_NOT_FOUND = "FileNotFound", "there is no such file of the task or node"
    INTERNAL_ERROR = "InternalError", "ours: the simulation has failed, which is a defect of it"
    INVALID_QUERY = "InvalidQueryParameterValue", "a part of the query that the service does not take"
    NOT_IMPLEMENTED = "NotImplemented", "ours: the service has the operation, the simulation does not"
    UNSUPPORTED_VERB = "UnsupportedHttpVerb", "the resource has no operation of this verb"

    # any of them
    INVALID_PROPERTY = "InvalidPropertyValue", "a value that the service does not take"
    INVALID_STATE = "OperationInvalidForCurrentState", "the operation needs another state"
    INVALID_URI = "InvalidUri", "the operation does not exist in this version of the interface"


class TerminateReason(Code):
    """Why a job ended, where nobody gave a text of his own: the service's `terminateReason`."""

    ALL_TASKS_COMPLETE = "AllTasksComplete", "all of its tasks have completed, and onAllTasksComplete is terminatejob"
    JOB_MANAGER_COMPLETE = "JMComplete", "its manager has completed, with killJobOnCompletion"
    TASK_FAILED = "TaskFailed", "an exit condition of a task has the job action terminate"
    TIME_EXPIRED = "MaxWallClockTimeExpiry", "it was there for its maxWallClockTime"
    SCHEDULE_ENDED = "TerminateJobSchedule", "its schedule was terminated"
    BY_USER = "UserTerminate", "a client terminated it without a reason of its own"


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
            ServiceCode.REMOVE_NODES_FAILED,
            ServiceCode.RESIZE_STOPPED,
            ServiceCode.SPOT_CORE_QUOTA,
            ServiceCode.VM_SERIES_CORE_QUOTA,
        )
    )
)
"""Every error that a resize can have: what an answer counts under `resize_errors`; one that was refused was none."""
QUOTAS: Final = frozenset(
    {
        ServiceCode.CORE_QUOTA.value,
        ServiceCode.INTER_NODE_POOL_FULL.value,
        ServiceCode.LOW_PRIORITY_CORE_QUOTA.value,
        ServiceCode.SPOT_CORE_QUOTA.value,
        ServiceCode.VM_SERIES_CORE_QUOTA.value,
    }
)
"""Errors of a resize by which the account or the service kept a pool small; the others are of the region or of time."""

EVALUATION_ERRORS: Final = (ServiceCode.INSUFFICIENT_SAMPLE_DATA.value, ServiceCode.FORMULA_EVALUATION_ERROR.value)
"""Every error that an evaluation can have: what an answer counts under `evaluations.errors`."""

SHORTAGES: Final = QUOTAS | {ServiceCode.ALLOCATION_FAILED.value, ServiceCode.ALLOCATION_TIMED_OUT.value}
"""Errors with which a growth ends below its target: a quota, no capacity, or no time left."""


def meaning(code: str) -> str:
    """Return what a code of the service means; empty for a text that is none."""
    return ServiceCode(code).means if code in set(ServiceCode) else ""
