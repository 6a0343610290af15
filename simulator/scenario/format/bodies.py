"""Pools, jobs and tasks: the service's own bodies, with what only a simulator needs beside them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from simulator.durations import Limit, Seconds
from simulator.quantities import no_boolean
from simulator.scenario.format.alike_tasks import TaskList
from simulator.scenario.format.deployment import (
    OWN_LICENCES,
    CloudServiceConfiguration,
    DataDisk,
    OsDisk,
    VirtualMachineConfiguration,
    get,
    is_custom_image,
    is_managed_image,
    os_kind,
    runs_on,
)
from simulator.scenario.format.key_marks import INERT, Factor
from simulator.scenario.format.network import JobNetwork, NetworkConfiguration
from simulator.scenario.format.node_faults import ContactLoss, Downloads, SickNodes, StartTaskFaults
from simulator.scenario.format.policies import Policies
from simulator.scenario.format.pool_prices import PoolPrices
from simulator.scenario.format.preemption_models import UNWRITTEN, Preemption
from simulator.scenario.format.section import (
    Body,
    Count,
    DisplayName,
    Positive,
    Retries,
    Section,
    lower,
)
from simulator.scenario.format.task_bodies import (
    JobManagerTask,
    JobPreparationTask,
    JobReleaseTask,
    TaskDefaults,
    Workload,
)
from simulator.scenario.format.timing import Timing
from simulator.scenario.format.timing_presets import OsKind, TimingPreset, preset
from simulator.scenario.format.upgrade_policy import UpgradePolicy
from simulator.states import NodeFillType


class JobOrder(StrEnum):
    """`jobDefaultOrder`: how jobs of equal priority share a pool."""

    NONE = "none"
    CREATIONTIME = "creationtime"


class SchedulingPolicy(Body):
    """How the tasks of a pool are placed on its nodes, and its jobs are ordered."""

    node_fill_type: Annotated[NodeFillType, BeforeValidator(lower)] = NodeFillType.SPREAD
    """Where tasks go: spread takes the emptiest node, pack the fullest one with room."""
    job_default_order: Annotated[JobOrder, BeforeValidator(lower)] = JobOrder.NONE
    """How jobs of equal priority share the pool; none: as the option `equalPriorityPolicy` says."""


class StartTask(Body):
    """Runs on every node before tasks do.

    How long stands in the pool's `simulation.timing.startTask`; else `SIM_DURATION` or the command line says it.
    """

    command_line: str = ""
    """What runs on each node before tasks do; its time is read from it where nothing else states one."""
    environment_settings: tuple[dict[str, Any], ...] = ()
    """Variables of the start task; SIM_DURATION and SIM_EXIT_CODE are read."""
    wait_for_success: bool = True
    """Whether a node takes tasks only once the start task has succeeded."""
    max_task_retry_count: Retries = 0
    """How often a failed start task is tried again; -1: without end."""


def _typical() -> Timing:
    return Timing.model_validate(preset(TimingPreset.TYPICAL, OsKind.LINUX))


class PoolSimulation(Section):
    """What the service's body does not say."""

    timing: Timing = Field(default_factory=_typical)
    """How long the steps in the life of a node take; what is not given comes from the preset."""
    preemption: Preemption = UNWRITTEN
    """How low-priority nodes are taken back; that they never are has to be written."""
    prices: PoolPrices = PoolPrices.model_construct()
    """Prices instead of the catalogue's."""
    start_task: StartTaskFaults = StartTaskFaults.model_construct()
    """How often the start task fails."""
    downloads: Downloads = Downloads.model_construct()
    """Sizes of packages and images, and the bandwidth of a node."""
    contact_loss: ContactLoss = ContactLoss.model_construct()
    """How often the service loses contact with a node."""
    sick_nodes: SickNodes = SickNodes.model_construct()
    """Nodes on which every task fails."""
    new_images: tuple[Seconds, ...] | None = None
    """When there is a newer version of its image, which automatic upgrades wait for; None: at every `imageInterval`."""
    account: str | None = None
    """Which of the scenario's `accounts` it belongs to; None = its `account`."""
    zone: Annotated[int, Field(ge=1, le=3)] = 1
    """Availability zone of all nodes, unless placement is zonal."""
    network_blocked: bool = False
    """Whether firewall or name service keep nodes from the service: all of them end up unusable."""
    policies: Policies = Policies.model_construct()
    """In what order its waiting tasks start, and where they go."""


class Pool(Body):
    """A pool body as `az batch pool create --json-file` takes it, with `simulation` beside it."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Name of the pool: 1 to 64 letters, digits, hyphens and underscores; case does not count."""
    display_name: Annotated[DisplayName, INERT] | None = None
    """Name of the pool for people."""
    vm_size: str
    """Size of its nodes, from the catalogue or `sizes`: cores, memory, local disk, price."""
    virtual_machine_configuration: VirtualMachineConfiguration | None = None
    """Image, agent and disks of nodes that are virtual machines."""
    cloud_service_configuration: CloudServiceConfiguration | None = None
    """System of nodes of Cloud Services, instead of virtual machines."""
    task_slots_per_node: Positive = 1
    """Slots of a node: so many tasks of one slot run there at once; at most 4 a core, and 256."""
    task_scheduling_policy: SchedulingPolicy = SchedulingPolicy.model_construct()
    """Where tasks go, and how jobs of equal priority share the pool."""
    target_dedicated_nodes: Count = 0
    """Dedicated nodes that the pool begins with; not beside a formula."""
    target_low_priority_nodes: Count = 0
    """Low-priority or spot nodes that the pool begins with; not beside a formula."""
    resize_timeout: Limit = 900.0
    """After what time the first growth gives up; at least 5 minutes."""
    enable_inter_node_communication: bool = False
    """Whether its nodes reach each other, which multi-instance tasks need; it bounds the pool's size."""
    enable_auto_scale: bool = False
    """Whether a formula sets the targets."""
    auto_scale_formula: str | None = None
    """Formula that sets the targets at each evaluation."""
    auto_scale_evaluation_interval: Seconds = 900.0
    """Time between evaluations, from 5 minutes to 7 days."""
    start_task: StartTask | None = None
    """Command that runs on each node when it joins, reboots or is reimaged."""
    application_package_references: tuple[dict[str, Any], ...] = ()
    """Packages that each node fetches when it starts, by `applicationId` and `version`."""
    application_licenses: tuple[str, ...] = ()
    """Each adds its price, from `simulation.prices`, to that of a node (docs/model.md#application-licences)."""
    certificate_references: tuple[dict[str, Any], ...] = ()
    """Certificates that each node installs when it starts; only whether there are any counts."""
    network_configuration: NetworkConfiguration = NetworkConfiguration.model_construct()
    """Subnet, public addresses and inbound ports."""
    upgrade_policy: UpgradePolicy = UpgradePolicy.model_construct()
    """How upgrades of the operating system go through the nodes."""
    simulation: PoolSimulation = Field(default_factory=PoolSimulation)
    """What no body of the service says of a pool."""

    @property
    def node_fill_type(self) -> NodeFillType:
        return self.task_scheduling_policy.node_fill_type

    @property
    def job_default_order(self) -> JobOrder:
        return self.task_scheduling_policy.job_default_order

    @property
    def os_kind(self) -> OsKind:
        return os_kind(self.virtual_machine_configuration, self.cloud_service_configuration)

    @property
    def is_windows(self) -> bool:
        return self.os_kind is not OsKind.LINUX

    @property
    def pays_for_windows(self) -> bool:
        """Whether the price holds a Windows licence: not where the pool brings its own (`licenseType`)."""
        own = str(get(self.virtual_machine_configuration, "licenseType")).lower()
        return self.is_windows and own not in {licence.lower() for licence in OWN_LICENCES}

    @property
    def is_custom_image(self) -> bool:
        return is_custom_image(self.virtual_machine_configuration)

    @property
    def is_managed_image(self) -> bool:
        return is_managed_image(self.virtual_machine_configuration)

    def runs_on(self, size: str) -> bool:
        """Return whether a VM size can boot the pool's image."""
        return runs_on(self.virtual_machine_configuration, size)

    @property
    def container_image_names(self) -> tuple[str, ...]:
        machine = self.virtual_machine_configuration
        containers = machine.container_configuration if machine else None
        return containers.container_image_names if containers else ()

    @property
    def data_disks(self) -> tuple[DataDisk, ...]:
        return self.virtual_machine_configuration.data_disks if self.virtual_machine_configuration else ()

    @property
    def os_disk(self) -> OsDisk:
        return self.virtual_machine_configuration.os_disk if self.virtual_machine_configuration else OsDisk()

    @property
    def is_zonal(self) -> bool:
        """Whether nodes are spread over the region's zones."""
        machine = self.virtual_machine_configuration
        return machine is not None and machine.is_zonal

    @property
    def os_version(self) -> str | None:
        """The version that a cloud service asks for."""
        return self.cloud_service_configuration.os_version if self.cloud_service_configuration else None

    @property
    def upgrades_os(self) -> bool:
        """Whether the system of live nodes can be upgraded: cloud services, and VMs under an upgrade policy."""
        return self.cloud_service_configuration is not None or self.upgrade_policy.mode != "manual"

    @property
    def upgrades_by_itself(self) -> bool:
        """Whether the service begins an upgrade of live nodes when there is a newer image."""
        automatic = self.upgrade_policy.automatic_os_upgrade_policy
        return self.virtual_machine_configuration is not None and automatic.enable_automatic_os_upgrade

    @property
    def subnet(self) -> str | None:
        """Id of its subnet, in lower case; None where the service provides one."""
        found = self.network_configuration.subnet_id
        return found.strip("/").lower() if found else None

    @property
    def user_managed_ips(self) -> int | None:
        """How many public addresses of the user's carry its nodes; None where there are none."""
        addresses = self.network_configuration.public_addresses
        return len(addresses.ip_address_ids) if addresses.provision == "usermanaged" else None


class Estimates(Section):
    """What is expected of durations: a policy plans with it, the tasks take what they take."""

    source: Literal["stated", "perfect"] = "stated"
    """What tasks or their trace state, or how long they do take; what is not stated is perfect."""
    times: Annotated[Factor, Field(gt=0)] = 1.0
    """By what it is multiplied."""


class JobSimulation(Section):
    """What the service's body does not say."""

    created_at: Seconds = 0.0
    """When the job is added, since the scenario's origin."""
    stream: str | None = None
    """Name of the random streams of the workload, None = the job's id; jobs of one name get the same tasks."""
    defaults: TaskDefaults = TaskDefaults.model_construct()
    """What holds for listed tasks that say nothing themselves."""
    workload: tuple[Workload, ...] = ()
    """Groups of tasks drawn from distributions, and traces."""
    deadline: Seconds | None = None
    """By when its tasks should have completed that have no deadline of their own, from when it is added."""
    estimates: Estimates = Estimates.model_construct()
    """How well policies that plan ahead know how long its tasks take."""


class JobConstraints(Body):
    """Limits of a job and of its tasks."""

    max_task_retry_count: Retries = 0
    """How often failed tasks without a count of their own are tried again; -1: without end."""
    max_wall_clock_time: Limit | None = None
    """How long the job may be active before it is terminated, from its creation."""


class AutoPool(Body):
    """A pool that lives as long as its job."""

    auto_pool_id_prefix: str = Field(default="auto", max_length=20)
    """What the id of the pool begins with; the id of its job or schedule follows."""
    pool_lifetime_option: Annotated[Literal["job", "jobschedule"], BeforeValidator(lower)] = "job"
    """Whether the pool goes with its job, or serves all jobs of a schedule."""
    keep_alive: bool = False
    """Whether the pool stays, and is paid for, when its job or schedule has ended."""
    pool: Pool
    """Body of the pool, without an id."""

    @model_validator(mode="before")
    @classmethod
    def _name_the_pool(cls, data: object) -> object:
        pool = get(data, "pool")
        if isinstance(data, Mapping) and isinstance(pool, Mapping) and get(pool, "id") is None:
            key = next(key for key in data if str(key).lower() == "pool")
            return {**data, key: {**pool, "id": get(data, "autoPoolIdPrefix") or "auto"}}
        return data

    @property
    def id_prefix(self) -> str:
        return self.auto_pool_id_prefix


class PoolInfo(Body):
    """Where the tasks of a job run."""

    pool_id: str | None = None
    """Pool that the tasks run on; one that is created later, or never, is accepted with a warning."""
    auto_pool_specification: AutoPool | None = None
    """Pool that is created for the job, instead of `poolId`."""


class OnTaskFailure(StrEnum):
    """Whether exit conditions may act on the job."""

    NOACTION = "noaction"
    PERFORMEXITOPTIONSJOBACTION = "performexitoptionsjobaction"


class OnAllTasksComplete(StrEnum):
    NOACTION = "noaction"
    TERMINATEJOB = "terminatejob"


def _limit(value: int) -> int:
    if value != -1 and value < 1:
        raise ValueError("expected -1 (no limit) or at least 1")
    return value


Priority = Annotated[int, BeforeValidator(no_boolean), Field(ge=-1000, le=1000)]
MaxParallelTasks = Annotated[int, BeforeValidator(no_boolean), AfterValidator(_limit)]
"""-1 = as many as there is room for."""


class Job(Body):
    """A job body as `az batch job create --json-file` takes it, with `tasks` and `simulation` beside it."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Name of the job: 1 to 64 letters, digits, hyphens and underscores; case does not count."""
    display_name: Annotated[DisplayName, INERT] | None = None
    """Name of the job for people."""
    priority: Priority = 0
    """Which jobs are served first on a pool: from -1000 to 1000, the highest first."""
    pool_info: PoolInfo
    """Where the tasks run."""
    constraints: JobConstraints = JobConstraints.model_construct()
    """Limits of the job and of its tasks."""
    on_all_tasks_complete: Annotated[OnAllTasksComplete, BeforeValidator(lower)] = OnAllTasksComplete.NOACTION
    """Whether the job ends when all of its tasks have completed."""
    on_task_failure: Annotated[OnTaskFailure, BeforeValidator(lower)] = OnTaskFailure.NOACTION
    """Whether `exitConditions` of tasks may end or disable the job."""
    uses_task_dependencies: bool = False
    """Whether tasks may have `dependsOn`."""
    max_parallel_tasks: MaxParallelTasks = -1
    """How many of its tasks run at once; -1: without limit."""
    allow_task_preemption: bool = False
    """Whether tasks of jobs with a higher priority may take the place of its running tasks."""
    common_environment_settings: tuple[dict[str, Any], ...] = ()
    """Of all of its tasks, the special ones too; a task's own setting of the same name comes before."""
    job_manager_task: JobManagerTask | None = None
    """Task that starts first, and whose end may end the job."""
    job_preparation_task: JobPreparationTask | None = None
    """Command that runs on each node before the job's first task there."""
    job_release_task: JobReleaseTask | None = None
    """Command that runs at the job's end on each node that it has prepared."""
    network_configuration: Annotated[JobNetwork, INERT] | None = None
    """Network that nodes join for the job's tasks."""
    tasks: TaskList = ()
    """Listed tasks; `{file: tasks.json}` for those of a file, one or a list of them."""
    simulation: JobSimulation = JobSimulation.model_construct()
    """What no body of the service says of a job."""

    @property
    def pool_id(self) -> str | None:
        return self.pool_info.pool_id

    @property
    def auto_pool(self) -> AutoPool | None:
        return self.pool_info.auto_pool_specification

    @property
    def max_task_retry_count(self) -> int:
        return self.constraints.max_task_retry_count


def auto_pool_id(prefix: str, owner: str) -> str:
    """Return the id of the pool of a job, or of a schedule for all of its jobs."""
    return f"{prefix}_{owner}".replace(":", "_")
