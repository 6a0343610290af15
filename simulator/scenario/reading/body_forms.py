"""The forms in which people have the service's bodies: of resource templates, and with the names of old interfaces.

Each is a table of what differs from the data plane's newest form, which is the inner one.
"""

from __future__ import annotations

from typing import Any, Final

from simulator.scenario.reading.moved_keys import Form, Move, below


def _last(value: Any) -> Any:
    """Return the name at the end of a resource's id or of `account/pool`."""
    return value.rstrip("/").rpartition("/")[2] if isinstance(value, str) else value


def _thumbprint(value: Any) -> Any:
    """Return the thumbprint at the end of a certificate's id, after its algorithm."""
    name = _last(value)
    return name.rpartition("-")[2] if isinstance(name, str) else name


def _is_enabled(value: Any) -> Any:
    """Return whether a word means on; another word is left to be refused."""
    return {"enabled": True, "disabled": False}.get(value.lower(), value) if isinstance(value, str) else value


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _old(to: str) -> Move:
    return Move(to, is_old=True)


_FILES: Final = {"resourceFiles.*.blobSource": _old("resourceFiles.*.httpUrl")}
_TARGETS: Final = {
    "targetDedicated": _old("targetDedicatedNodes"),
    "targetDedicatedComputeNodes": _old("targetDedicatedNodes"),
    "targetLowPriorityComputeNodes": _old("targetLowPriorityNodes"),
}
_DEPLOYMENT: Final = {
    "cloudServiceConfiguration.targetOSVersion": _old("cloudServiceConfiguration.osVersion"),
    "virtualMachineConfiguration.osDisk.imageUris": Move(
        "virtualMachineConfiguration.imageReference.virtualMachineImageId", _first, is_old=True
    ),
}
_REST: Final = {
    "maxTasksPerNode": _old("taskSlotsPerNode"),
    "networkConfiguration.publicIPs": Move(
        "networkConfiguration.publicIPAddressConfiguration.ipAddressIds",
        also=("networkConfiguration.publicIPAddressConfiguration.provision", "usermanaged"),
        is_old=True,
    ),
    **below("startTask", _FILES, "startTask"),
}
_TASK: Final = {
    **_FILES,
    "multiInstanceSettings.commonResourceFiles.*.blobSource": _old(
        "multiInstanceSettings.commonResourceFiles.*.httpUrl"
    ),
    "exitConditions.schedulingError": _old("exitConditions.preProcessingError"),
}
HOME: Final = "properties"
"""Where resource templates have the keys of a pool."""
_MACHINE: Final = "deploymentConfiguration.virtualMachineConfiguration"
_ARM: Final = {
    "name": Move("id", _last),
    "id": Move("id", _last),
    **dict.fromkeys(("type", "apiVersion", "etag", "tags", "systemData", "location", "dependsOn"), Move(None)),
    **dict.fromkeys(("condition", "copy", "comments", "metadata", "scope"), Move(None)),
    "identity": Move("identity"),
    "simulation": Move("simulation"),
    "properties": Move(""),
    **below(
        "properties",
        {
            **_REST,
            "vmSize": Move("vmSize"),
            "deploymentConfiguration": Move(""),
            _MACHINE: Move("virtualMachineConfiguration"),
            f"{_MACHINE}.imageReference.id": Move("virtualMachineConfiguration.imageReference.virtualMachineImageId"),
            "deploymentConfiguration.cloudServiceConfiguration": Move("cloudServiceConfiguration"),
            **below("deploymentConfiguration", _DEPLOYMENT),
            "scaleSettings": Move(""),
            "scaleSettings.fixedScale": Move(""),
            **{
                f"scaleSettings.fixedScale.{key}": Move(key)
                for key in ("targetDedicatedNodes", "targetLowPriorityNodes", "resizeTimeout")
            },
            "scaleSettings.fixedScale.nodeDeallocationOption": Move(None),
            "scaleSettings.autoScale": Move("", also=("enableAutoScale", True)),
            "scaleSettings.autoScale.formula": Move("autoScaleFormula"),
            "scaleSettings.autoScale.evaluationInterval": Move("autoScaleEvaluationInterval"),
            "vmHardwareProfile": Move("virtualMachineConfiguration.hardwareProfile"),
            "interNodeCommunication": Move("enableInterNodeCommunication", _is_enabled),
            "applicationPackages": Move("applicationPackageReferences"),
            "applicationPackages.*.id": Move("applicationPackageReferences.*.applicationId", _last),
            "certificates": Move("certificateReferences"),
            "certificates.*.id": Move("certificateReferences.*.thumbprint", _thumbprint),
            **dict.fromkeys(
                ("provisioningState", "provisioningStateTransitionTime", "resizeOperationStatus"), Move(None)
            ),
        },
    ),
}

POOL: Final = Form.of({**_TARGETS, **_DEPLOYMENT, **_REST})
ARM_POOL: Final = Form.of(_ARM, home=HOME)
"""`Microsoft.Batch/batchAccounts/pools`, as a template has it and as it is read back."""
TASK: Final = Form.of(_TASK)
JOB: Final = Form.of(
    {
        **below("jobManagerTask", _FILES, "jobManagerTask"),
        **below("jobPreparationTask", _FILES, "jobPreparationTask"),
        **below("jobReleaseTask", _FILES, "jobReleaseTask"),
        "taskFactory": Move(""),
        "taskFactory.type": Move(None),
    }
)
"""A job; the `taskFactory` of a template of the command line holds its tasks."""
OPERATION: Final = Form.of({**_TARGETS, **below("startTask", _FILES, "startTask")})
"""What an operation carries beside jobs and tasks."""
