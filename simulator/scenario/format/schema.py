"""What a scenario file says: the file format is the type. Whether it can be simulated is up to `Scenario`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from simulator.distributions import TimeDistribution, Uniform
from simulator.durations import Limit, Seconds
from simulator.scenario.format.bodies import Job, Pool
from simulator.scenario.format.calibration_file import Calibrated
from simulator.scenario.format.catalogue import VmSize
from simulator.scenario.format.complete import complete
from simulator.scenario.format.job_operations import JobOperation
from simulator.scenario.format.job_schedules import JobSchedule
from simulator.scenario.format.key_marks import INERT, PlainSeconds
from simulator.scenario.format.network import Subnet
from simulator.scenario.format.policies import Chosen, Policies
from simulator.scenario.format.pool_operations import PoolOperation
from simulator.scenario.format.price_list import PriceList
from simulator.scenario.format.section import AsWritten, Count, Fraction, Positive, Section, Seed, lower
from simulator.scenario.format.timestamps import Origin
from simulator.scenario.format.timing_presets import TimingPreset

ORIGIN: Final = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday, 00:00 UTC."""


class ApiProfile(StrEnum):
    """Generations of the service's interface that differ in what they can do (docs/model.md#service-generations)."""

    V2020_09 = "2020-09"
    V2024_02 = "2024-02"
    V2025_06 = "2025-06"
    V2026_10 = "2026-10"


class EqualPriorityPolicy(StrEnum):
    UNIFORM = "uniform"
    ROUND_ROBIN = "round_robin"
    CREATIONTIME = "creationtime"


class ScaleDownOrder(StrEnum):
    NEWEST_IDLE_FIRST = "newest_idle_first"
    OLDEST_IDLE_FIRST = "oldest_idle_first"
    RANDOM_IDLE = "random_idle"
    RANDOM = "random"


def _recovery(value: object) -> object:
    """Leave the word for no recovery alone; anything else is a distribution."""
    return value.lower() if isinstance(value, str) and value.lower() == "never" else value


def _formula_options(values: dict[str, Any]) -> dict[str, Any]:
    from simulator.formula import Options as FormulaOptions

    FormulaOptions.of(values)
    return values


class BillAfter(Section):
    """The bill ends some time after the work is done."""

    after: Seconds
    """How long after the end of the work the bill ends."""


class Options(AsWritten, Section):
    """Decisions on points that the service leaves open, each an assumption (docs/model.md#options)."""

    written_only: ClassVar[frozenset[str]] = frozenset({"api_profile"})

    api_profile: ApiProfile = ApiProfile.V2020_09
    """Which generation of the interface is meant: keys that it lacks are reported, operations and values refused."""
    timing_preset: TimingPreset = TimingPreset.TYPICAL
    """Which preset fills the times that pools do not give in `simulation.timing`."""
    unusable_recovery: Annotated[Literal["never"] | TimeDistribution, BeforeValidator(_recovery)] = Uniform[
        Seconds
    ].model_construct(low=900.0, high=2700.0)
    """How long the service needs to regain contact with a node."""
    lost_node_requeue_delay: Seconds = 300.0
    """After what time the tasks of a node without contact return to the queue."""
    reboot_allowed_states: Literal["extended", "api"] = "extended"
    """Whether a broken node can be rebooted too."""
    cpu_slowdown: bool = False
    """Whether tasks may ask for more cores than a node has and then slow each other down; else they wait."""
    enforce_local_resources: Literal["none", "disk", "disk_and_memory"] = "none"
    """Whether a local disk that tasks fill makes its node unusable while they run, and whether tasks are placed by
    slots whatever memory they ask for, as the service does, with a warning where a node has less."""
    inter_node_cap: Positive | Literal["by_mode"] = "by_mode"
    """Most nodes of a pool with inter-node communication; by mode: 100, or 80 in user-subscription mode."""
    inter_node_allocation_probability: Fraction = 1.0
    """Probability that a pool with inter-node communication gets each node that it asks for: its nodes must be near
    each other, others come from many clusters; for a node that it does not get the resize waits until its timeout."""
    equal_priority_policy: EqualPriorityPolicy = EqualPriorityPolicy.UNIFORM
    """How jobs of equal priority share a pool whose `jobDefaultOrder` is none."""
    task_order: Literal["creation", "random"] = "creation"
    """In what order the tasks of a job start."""
    gang_reserve: bool = False
    """Whether a multi-instance task at the head of the queue keeps idle nodes free for itself."""
    gang_node_types: Literal["any", "dedicated"] = "any"
    """On which nodes multi-instance tasks run."""
    terminate_when_empty: Literal["documented", "after_last_scripted_add"] = "documented"
    """Whether `terminatejob` ends a job while tasks of the script are yet to come."""
    dispatch_counted_as: Literal["running", "active"] = "running"
    """As what metrics count a task between assignment and start."""
    preemption_counts_as_requeue: bool = False
    """Whether the loss of a node raises a task's requeue count."""
    retry_position: Literal["creation_order", "tail"] = "creation_order"
    """Where a failed task waits for its next attempt: in its old place, or behind all others."""
    scale_down_order: ScaleDownOrder = ScaleDownOrder.NEWEST_IDLE_FIRST
    """Which nodes a shrink takes first."""
    node_tie_break: Literal["lowest_sequence", "random"] = "lowest_sequence"
    """Which of several equally good nodes takes a task."""
    steady_when: Literal["allocated", "started", "idle"] = "allocated"
    """When a growth ends: when its nodes are allocated, have started, or are idle."""
    lost_capacity_binds: bool = True
    """Whether growth waits for capacity that was taken from its size and zone, as the preempted nodes that were removed
    did."""
    spot_restoration_window: Limit = 172800.0
    """How long after a spot node was preempted a VM is sought for it; then it stays preempted until it is removed."""
    image_interval: Annotated[Limit, Field(gt=0)] = 2592000.0
    """After what time there is a newer version of each image, again and again from the origin on: pools with automatic
    upgrades that state no `simulation.newImages` are upgraded then."""
    preempted_uses_quota: Annotated[Literal["by_mode", "true", "false"], BeforeValidator(lower)] = "by_mode"
    """Whether preempted nodes keep their cores of the quota; by mode: in batch-service accounts they do."""
    bill_until: Annotated[Literal["work_done", "gone"] | BillAfter, BeforeValidator(lower)] = "work_done"
    """When the bill of a run without horizon ends: when the work is done, some time `after` it, or with the last
    node."""
    billing_start: Literal["creating", "starting"] = "creating"
    """From which state on a node is paid for."""
    billing_granularity: Literal["second", "minute", "hour"] = "second"
    """To which unit the time of each VM is rounded up."""
    billing_minimum_s: PlainSeconds = 0.0
    """For how long each VM is paid for at least."""
    bill_preempted_disks: bool = False
    """Whether the data disks of a preempted node are paid for."""
    bill_subscription_extras: bool = False
    """Whether what a user's own subscription pays for beside VMs is billed: OS disks, public addresses, balancers."""
    low_priority_ratio: Fraction | None = None
    """Low-priority price of a size without one, as a share of the dedicated; None: Linux 0.2, Windows 0.4."""
    spot_ratio: Fraction | None = None
    """Spot price of a size without one, as a share of the dedicated; None: Linux 0.185, Windows 0.4."""
    passes: Annotated[Literal["each_instant", "each_event"], BeforeValidator(lower)] = "each_instant"
    """When tasks are placed: once after all that falls on an instant, or after each arrival and each end, arrivals
    first."""
    allocation_tail_model: Literal["linear", "log"] = "linear"
    """How the delay of the k-th node grows: in proportion to k, or to its logarithm."""
    max_rounds_per_instant: Positive = 10_000
    """After how many rounds at one instant a run stops with an error: a guard against loops without end."""
    first_eval: Literal["immediate", "after_interval"] = "immediate"
    """When a pool created with autoscale is evaluated first."""
    autoscale_resize_timeout: Limit = 900.0
    """After what time a growth under autoscale gives up."""
    autoscale_retry: Literal["on_shortfall", "on_target_change"] = "on_shortfall"
    """Whether an evaluation with unchanged targets tries again after a resize that fell short."""
    run_on_reenable: bool = True
    """Whether a new formula or interval of a pool that scales itself is evaluated at once."""
    autoscale_drain_timeout: Limit | None = None
    """After what time a drain under autoscale gives up; None: never."""
    pending_target: Literal["apply_on_end", "wait_next_evaluation"] = "apply_on_end"
    """What becomes of a result while a drain blocks the pool."""
    sample_profile: Literal["typical", "exact", "documented", "custom"] = "typical"
    """How late samples can be read: 0 to 10 s and now and then later, at once, 60 s, or as the next two say."""
    sample_delay_s: PlainSeconds = 0.0
    """How long after its tick a sample can be read first, in the profile custom."""
    sample_jitter_s: PlainSeconds = 0.0
    """Added to that, uniform from 0 up to this, in the profile custom."""
    sample_late_probability: Fraction | Literal["by_profile"] = "by_profile"
    """How probable it is that a sample can be read later than the profile says; by profile: typical 0.02, else 0."""
    sample_late_max_s: PlainSeconds = 60.0
    """How much later such a sample is, at most."""
    sample_phase_s: Annotated[PlainSeconds, Field(lt=30)] | Literal["drawn"] = "drawn"
    """When the sampler ticks inside its period of 30 s: drawn for each pool, or seconds; profile exact: 0."""
    sample_drop_probability: Fraction = 0.0
    """Probability that a sample is never there."""
    cpu_scale: Literal["fraction", "percent"] = "fraction"
    """Scale of `$CPUPercent`."""
    retired_metrics: Literal["absent", "sampled"] = "absent"
    """Whether node metrics that the service stopped sampling in 2024 have samples."""
    formula: Annotated[dict[str, Any], AfterValidator(_formula_options)] = Field(default_factory=dict)
    """Options of the formula language by name (docs/autoscale-language.md#options-of-the-language)."""
    record_traces: bool = False
    """Whether each evaluation keeps why it came to its result."""

    @property
    def memory_is_only_reported(self) -> bool:
        """Whether memory does not limit what is placed on a node."""
        return self.enforce_local_resources == "disk_and_memory"


class Account(Section):
    """An account's mode and quotas; None means without limit.

    In user-subscription mode the quotas stand for those of the subscription: regional, by family, spot.
    """

    mode: Literal["BatchService", "UserSubscription"] = "BatchService"
    """Who owns the VMs: the service, or the user's own subscription, whose low-priority nodes are spot VMs."""
    dedicated_core_quota: Count | None = None
    """Cores of all dedicated nodes together."""
    low_priority_core_quota: Count | None = None
    """Cores of all low-priority or spot nodes together."""
    dedicated_core_quota_per_vm_family: dict[str, Count] | None = Field(
        default=None, alias="dedicatedCoreQuotaPerVMFamily"
    )
    """Dedicated cores by family of sizes."""
    dedicated_core_quota_per_vm_family_enforced: bool = Field(
        default=True, alias="dedicatedCoreQuotaPerVMFamilyEnforced"
    )
    """Whether the quotas of families hold beside the total."""
    pool_quota: Count | None = None
    """Pools at one time; one more is refused."""
    active_job_and_schedule_quota: Count | None = None
    """Jobs and schedules that are not completed; one more is refused."""


Operation = Annotated[PoolOperation | JobOperation, Field(discriminator="operation")]
"""One entry of the timeline."""


class Description(Section):
    """A complete description of one simulation; nothing is filled in later."""

    name: Annotated[str, INERT] = ""
    """What the scenario is called in answers."""
    description: Annotated[str, INERT] = ""
    """What it is for; kept, and shown on the page of a report."""
    seed: Seed = 1
    """Which random numbers a run draws; runs of one seed and one replication are the same."""
    origin: Origin = ORIGIN
    """Which instant the time 0 of a run is: dates of schedules, traces and formulas count from it."""
    horizon: Seconds | None = None
    """When the run ends at the latest, since the origin."""
    calibration: Calibrated | None = None
    """Calibration file: what `poolsight calibrate` measured stands where the scenario states no value itself."""
    options: Options = Options.model_construct()
    """Decisions on points that the service leaves open."""
    policies: Policies = Policies.model_construct()
    """In what order waiting tasks start and where they go, in all pools that do not say it themselves."""
    account: Account = Account.model_construct()
    """Mode and quotas of the account that pools belong to."""
    accounts: dict[str, Account] = Field(default_factory=dict)
    """Further accounts by name; a pool's `simulation.account` says which one it belongs to."""
    subnets: dict[str, Subnet] = Field(default_factory=dict)
    """By `subnetId`, or by its last part for each subnet of that name; others have addresses without limit."""
    sizes: dict[str, VmSize] = Field(default_factory=dict)
    """Every VM size that a pool uses, by its name in the pool's body."""
    pools: tuple[Pool, ...] = ()
    """Pools that exist when the run begins."""
    jobs: tuple[Job, ...] = ()
    """Jobs, each created at its `simulation.createdAt`."""
    job_schedules: tuple[JobSchedule, ...] = ()
    """Job schedules, which create a job again and again."""
    timeline: tuple[Operation, ...] = ()
    """What an operator does during the run, in any order."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: object, info: ValidationInfo) -> Any:
        prices = (info.context or {}).get("prices", PriceList())
        return complete(data, ORIGIN, prices) if isinstance(data, Mapping) else data

    def policies_of(self, pool: Pool) -> Chosen:
        """Return in what order the tasks of a pool start, and where they go."""
        return pool.simulation.policies.over(self.policies)

    def account_of(self, pool: Pool) -> Account:
        """Return the account that a pool belongs to."""
        name = pool.simulation.account
        if name is None:
            return self.account
        return next((found for known, found in self.accounts.items() if known.lower() == name.lower()), self.account)

    def free_addresses(self, subnet: str | None) -> int | None:
        """Return the addresses of a subnet, by its id in lower case, that nodes can have; None = without limit."""
        if subnet is None:
            return None
        known = {name.strip("/").lower(): one.free_addresses for name, one in self.subnets.items()}
        return known.get(subnet, known.get(subnet.rpartition("/")[2]))
