"""What an operator does to pools and nodes, and when: one section for each of the service's operations.

Operations on jobs and tasks stand beside these in the scenario's `timeline`; each is known by its `operation`.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from simulator.durations import Limit, Seconds
from simulator.scenario.format.bodies import Pool, SchedulingPolicy, StartTask
from simulator.scenario.format.deployment import VirtualMachineConfiguration
from simulator.scenario.format.key_marks import INERT, Effect, Mark
from simulator.scenario.format.network import NetworkConfiguration
from simulator.scenario.format.section import Count, DisplayName, Positive, Section, lower
from simulator.scenario.format.upgrade_policy import UpgradePolicy
from simulator.states import NodeDeallocationOption

Deallocation = Annotated[NodeDeallocationOption, BeforeValidator(lower)]


class Operated(Section):
    """What every operation on a pool says."""

    at: Seconds
    """When, since the origin or as a date."""
    pool: str
    """Id of the pool."""


class CreatePool(Section):
    """Create a pool that is not there from the beginning; jobs may name it before."""

    at: Seconds
    """When, since the origin or as a date."""
    operation: Literal["createPool"]
    pool: Pool
    """Body of the pool."""


class Resize(Operated):
    """A resize at a given time."""

    operation: Literal["resize"]
    target_dedicated_nodes: Count | None = None
    """New target; None leaves it as it is."""
    target_low_priority_nodes: Count | None = None
    """New target; None leaves it as it is."""
    resize_timeout: Limit = 900.0
    """After what time the resize gives up."""
    node_deallocation_option: Deallocation = NodeDeallocationOption.REQUEUE
    """What becomes of tasks on nodes that leave."""


class StopResize(Operated):
    """Stop the resize in progress; nodes obtained are kept."""

    operation: Literal["stopResize"]


class DeletePool(Operated):
    """Delete a pool; its tasks return to the queue and wait."""

    operation: Literal["deletePool"]


class EnableAutoScale(Operated):
    """Switch autoscale on, or change formula or interval of a pool that scales itself."""

    operation: Literal["enableAutoScale"]
    auto_scale_formula: str | None = None
    """None keeps the one in force; a pool that does not scale itself needs one."""
    auto_scale_evaluation_interval: Seconds | None = None
    """None keeps the one in force; one of the two must be there."""


class DisableAutoScale(Operated):
    """Switch autoscale off; targets stay, the samples are forgotten."""

    operation: Literal["disableAutoScale"]


class EvaluateAutoScale(Operated):
    """Evaluate a formula; the pool is not changed."""

    operation: Literal["evaluateAutoScale"]
    auto_scale_formula: str
    """Formula that is evaluated."""


REBUILT: Final = Mark(
    Effect.NOT_SIMULATED_YET,
    "the service changes a pool so while it has no nodes, and refuses it else; here the pool stays as it was created: "
    "delete it and create it again under its id",
)


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


NodeIds = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]
"""One id or several."""


class RemoveNodes(Operated):
    """Remove named nodes; the targets fall by their number."""

    operation: Literal["removeNodes"]
    node_list: NodeIds
    """Ids of the nodes, at most 100."""
    resize_timeout: Limit = 900.0
    """After what time the removal gives up."""
    node_deallocation_option: Deallocation = NodeDeallocationOption.REQUEUE
    """What becomes of tasks on these nodes."""


class Reboot(Operated):
    """Restart nodes; start task and packages run again."""

    operation: Literal["reboot"]
    node_id: NodeIds
    """Ids of the nodes."""
    node_reboot_option: Deallocation = NodeDeallocationOption.REQUEUE
    """What becomes of tasks on these nodes."""


class Reimage(Operated):
    """Install the operating system of nodes again; cloud services only."""

    operation: Literal["reimage"]
    node_id: NodeIds
    """Ids of the nodes."""
    node_reimage_option: Deallocation = NodeDeallocationOption.REQUEUE
    """What becomes of tasks on these nodes."""


class DeallocateNode(Operated):
    """Stop the VMs of nodes; they stay in the pool, take no tasks and cost nothing until they are started again."""

    operation: Literal["deallocateNode"]
    node_id: NodeIds
    """Ids of the nodes."""
    node_deallocate_option: Deallocation = NodeDeallocationOption.REQUEUE
    """What becomes of tasks on these nodes."""


class StartNode(Operated):
    """Start deallocated nodes again; start task and packages run again."""

    operation: Literal["startNode"]
    node_id: NodeIds
    """Ids of the nodes."""


class DisableScheduling(Operated):
    """Place no more tasks on nodes; they go offline when none is left there."""

    operation: Literal["disableScheduling"]
    node_id: NodeIds
    """Ids of the nodes."""
    node_disable_scheduling_option: Annotated[
        Literal["requeue", "terminate", "taskcompletion"], BeforeValidator(lower)
    ] = "requeue"
    """What becomes of tasks on these nodes."""


class EnableScheduling(Operated):
    """Place tasks on nodes again."""

    operation: Literal["enableScheduling"]
    node_id: NodeIds
    """Ids of the nodes."""


class UpdatePool(Operated):
    """Change what nodes get when they start; live nodes have it after their next start."""

    operation: Literal["updatePool"]
    start_task: StartTask | None = None
    """None leaves it as it is."""
    application_package_references: tuple[dict[str, Any], ...] | None = None
    """New packages; None leaves them as they are."""
    certificate_references: tuple[dict[str, Any], ...] | None = None
    """New certificates; None leaves them as they are."""
    metadata: Annotated[tuple[dict[str, Any], ...], INERT] | None = None
    """New name-value pairs."""
    target_node_communication_mode: Annotated[str, INERT] | None = None
    """How the service reaches nodes."""
    display_name: Annotated[DisplayName, INERT] | None = None
    """New name of the pool for people."""
    user_accounts: Annotated[tuple[dict[str, Any], ...], INERT] | None = None
    """New users of the nodes' operating system."""
    resource_tags: Annotated[dict[str, str], INERT] | None = None
    """New tags of the resources in a user's own subscription."""
    vm_size: Annotated[str, REBUILT] | None = None
    """New size of nodes."""
    vm_sku_profile: Annotated[dict[str, Any], REBUILT] | None = None
    """New sizes of nodes, where a pool has several."""
    virtual_machine_configuration: Annotated[VirtualMachineConfiguration, REBUILT] | None = None
    """New image, agent and disks."""
    task_slots_per_node: Annotated[Positive, REBUILT] | None = None
    """New number of slots of a node."""
    task_scheduling_policy: Annotated[SchedulingPolicy, REBUILT] | None = None
    """New order of tasks and jobs."""
    enable_inter_node_communication: Annotated[bool, REBUILT] | None = None
    """Whether nodes reach each other."""
    network_configuration: Annotated[NetworkConfiguration, REBUILT] | None = None
    """New network."""
    mount_configuration: Annotated[tuple[dict[str, Any], ...], REBUILT] | None = None
    """New file systems that are mounted on nodes."""
    upgrade_policy: Annotated[UpgradePolicy, REBUILT] | None = None
    """New policy of upgrades."""


class UpgradeOs(Operated):
    """Bring every node to another version of its operating system, batch by batch; running tasks are requeued."""

    operation: Literal["upgradeOs"]
    target_os_version: str | None = Field(default=None, alias="targetOSVersion")
    """Version that nodes have afterwards."""
    batch_size: Positive | Literal["all"] | None = None
    """How many nodes at a time; None = a fifth of the pool, as rolling upgrades do by default."""


class LoseContact(Operated):
    """The service loses contact with nodes: those named, or a number of the ready ones at random."""

    operation: Literal["loseContact"]
    node_id: NodeIds | None = None
    """Ids of the nodes."""
    count: Positive | None = None
    """How many nodes, drawn from those that are ready, instead of `nodeId`."""
    state: Literal["unknown", "unusable"] = "unknown"
    """What the service calls such a node until contact is back."""
    recovery: Limit | None = None
    """None: as long as the option `unusableRecovery` says."""


class PreemptNodes(Operated):
    """The region takes the VMs of low-priority nodes back: of those named, or of a number of them at random."""

    operation: Literal["preemptNodes"]
    node_id: NodeIds | None = None
    """Ids of the nodes."""
    count: Positive | None = None
    """How many nodes, drawn from those that are there, instead of `nodeId`."""


class Outage(Section):
    """VMs of a size, in a zone, or both cannot be had for a while; a whole zone fails with its nodes."""

    at: Seconds
    """When it begins, since the origin or as a date."""
    operation: Literal["outage"]
    size: str | None = None
    """Size of VMs that cannot be had; None: all sizes."""
    zone: Annotated[int, Field(ge=1, le=3)] | None = None
    """Zone that fails; None: all zones."""
    duration: Seconds
    """How long it lasts."""


NodeOperation = (
    RemoveNodes
    | Reboot
    | Reimage
    | DeallocateNode
    | StartNode
    | DisableScheduling
    | EnableScheduling
    | UpgradeOs
    | LoseContact
    | PreemptNodes
)
PoolOperation = (
    CreatePool
    | Resize
    | StopResize
    | DeletePool
    | EnableAutoScale
    | DisableAutoScale
    | EvaluateAutoScale
    | UpdatePool
    | NodeOperation
    | Outage
)
