"""The scenario file format: frozen models, service bodies in the service's own words.

Keys are camelCase as in the service's REST bodies; snake_case is read too. Durations are seconds in memory.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

from simulator.distributions import Constant, NumberDistribution, TimeDistribution
from simulator.durations import Duration
from simulator.states import NodeDeallocationOption, NodeFillType

Seconds = Annotated[float, BeforeValidator(Duration.seconds), PlainSerializer(Duration.text)]
"""A span in seconds, written as `PT15M`, `90s`, `15m` or `2h`."""

Count = Annotated[int, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class Ours(BaseModel):
    """A section of our own: unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Body(BaseModel):
    """A body of the service: what we do not simulate is kept as it is."""

    model_config = ConfigDict(frozen=True, extra="allow", alias_generator=to_camel, populate_by_name=True)


class Options(Ours):
    """Decisions where the service's behaviour is not documented (behaviour spec §15.1, defaults first)."""

    equal_priority_policy: Literal["uniform", "round_robin", "creationtime"] = "uniform"
    scale_down_order: Literal["newest_idle_first", "oldest_idle_first", "random_idle", "random"] = (
        "newest_idle_first"
    )
    preempted_uses_quota: Literal["by_mode", "true", "false"] = "by_mode"
    max_rounds_per_instant: int = Field(10_000, gt=0)


class Account(Ours):
    """The owner of the pools, and the quotas they share."""

    mode: Literal["BatchService", "UserSubscription"] = "BatchService"
    dedicated_core_quota: Count | None = None
    low_priority_core_quota: Count | None = None
    dedicated_core_quota_per_vm_family: dict[str, Count] | None = Field(
        None, alias="dedicatedCoreQuotaPerVMFamily"
    )


class VmSize(Ours):
    """A VM size and its prices in USD per hour."""

    vcpus: int = Field(gt=0)
    memory_gib: float = Field(gt=0)
    family: str = ""
    dedicated_price: float = Field(ge=0, allow_inf_nan=False)
    low_priority_price: float = Field(ge=0, allow_inf_nan=False)


class NoPreemption(Ours):
    model: Literal["none"] = "none"


class HazardPreemption(Ours):
    """Every VM is as likely to be taken in the next hour, whatever its age."""

    model: Literal["hazard"]
    rate_per_hour: float = Field(ge=0, allow_inf_nan=False)

    @property
    def hazard_per_hour(self) -> float:
        return self.rate_per_hour


class WeibullPreemption(Ours):
    """A hazard that changes with the VM's age."""

    model: Literal["weibull"]
    shape: float = Field(gt=0)
    scale: Seconds


class Ageing(Ours):
    shape: float = Field(gt=0)
    scale: Seconds


class BathtubPreemption(Ours):
    """Early losses, a constant hazard and wear-out compete."""

    model: Literal["bathtub"]
    early: Ageing
    rate_per_hour: float = Field(ge=0, allow_inf_nan=False)
    late: Ageing


class CapacityEvents(Ours):
    """At given times, or at Poisson times of `meanInterval`, a fraction of the VMs is taken together."""

    model: Literal["capacity_event"]
    fraction: Fraction
    times: tuple[Seconds, ...] = ()
    mean_interval: Seconds | None = None


class CapacityPoint(Ours):
    at: Seconds
    available: Count


class CapacityCurve(Ours):
    """How many low-priority VMs the region can give, from each instant on."""

    model: Literal["capacity_curve"]
    points: tuple[CapacityPoint, ...]


Preemption = Annotated[
    NoPreemption | HazardPreemption | WeibullPreemption | BathtubPreemption | CapacityEvents | CapacityCurve,
    Field(discriminator="model"),
]
INSTANT = Constant(value=0.0)


class Timing(Ours):
    """How long the steps of a node's and an attempt's life take."""

    allocation_latency: TimeDistribution = INSTANT
    allocation_tail: Annotated[float, Field(ge=0)] = 0.0
    """Seconds between one node of a resize and the next."""
    creating: TimeDistribution = INSTANT
    starting: TimeDistribution = INSTANT
    start_task: TimeDistribution = INSTANT
    leaving: TimeDistribution = INSTANT
    recovery_delay: TimeDistribution = INSTANT
    dispatch_latency: TimeDistribution = INSTANT
    launch_overhead: TimeDistribution = INSTANT


class PoolSimulation(Ours):
    """What only a simulator needs to know of a pool."""

    timing: Timing = Timing()
    preemption: Preemption = NoPreemption()


class StartTask(Body):
    wait_for_success: bool = True


class Pool(Body):
    """A pool body of the service."""

    id: str
    vm_size: str
    target_dedicated_nodes: Count = 0
    target_low_priority_nodes: Count = 0
    task_slots_per_node: int = Field(1, ge=1, le=256)
    resize_timeout: Seconds = 900.0
    enable_inter_node_communication: bool = False
    start_task: StartTask | None = None
    task_scheduling_policy: dict[str, str] = Field(default_factory=dict)
    simulation: PoolSimulation = PoolSimulation()

    @property
    def node_fill_type(self) -> NodeFillType:
        return NodeFillType(self.task_scheduling_policy.get("nodeFillType", "spread").lower())

    @property
    def job_default_order(self) -> str:
        return self.task_scheduling_policy.get("jobDefaultOrder", "none").lower()

    @property
    def is_custom_image(self) -> bool:
        image = (self.model_extra or {}).get("virtualMachineConfiguration", {}).get("imageReference", {})
        return "virtualMachineImageId" in image


class AutoPool(Ours):
    """A pool made for one job and deleted when the job is complete."""

    pool: Pool
    keep_alive: bool = False
    id_prefix: str = Field("auto", max_length=20)


class AtOnce(Ours):
    """All tasks at one instant."""

    kind: Literal["at_once"] = "at_once"
    at: Seconds = 0.0


class Poisson(Ours):
    """Independent exponential gaps of mean `interval`."""

    kind: Literal["poisson"]
    interval: Seconds
    start: Seconds = 0.0


Arrivals = Annotated[AtOnce | Poisson, Field(discriminator="kind")]


class TaskGroup(Ours):
    """`count` alike tasks of a job, drawn from distributions."""

    count: int = Field(gt=0, le=100_000_000)
    duration: TimeDistribution
    arrivals: Arrivals = AtOnce()
    required_slots: int = Field(1, ge=1)
    cores: NumberDistribution = Constant(value=0.0)
    memory_gib: NumberDistribution = Constant(value=0.0)
    instances: int = Field(1, ge=1)
    failure_probability: Fraction = 0.0
    exit_code: int = 1


class JobSimulation(Ours):
    """What only a simulator needs to know of a job."""

    created_at: Seconds = 0.0
    workload: tuple[TaskGroup, ...] = ()


class Constraints(Body):
    max_task_retry_count: int = Field(0, ge=-1)


class Job(Body):
    """A job body of the service, with `poolInfo.poolId`, or `simulation`-side `autoPool`."""

    id: str
    priority: int = Field(0, ge=-1000, le=1000)
    pool_info: dict[str, str] = Field(default_factory=dict)
    auto_pool: AutoPool | None = None
    constraints: Constraints = Constraints()
    simulation: JobSimulation = JobSimulation()

    @property
    def pool_id(self) -> str:
        return self.pool_info.get("poolId", "")


class Operation(Ours):
    """What an operator does to a pool, and when."""

    at: Seconds
    operation: Literal["resize", "stopResize", "deletePool"]
    pool: str
    target_dedicated_nodes: Count | None = None
    target_low_priority_nodes: Count | None = None
    resize_timeout: Seconds = 900.0
    node_deallocation_option: NodeDeallocationOption = NodeDeallocationOption.REQUEUE


class Scenario(Ours):
    """A complete description of a study: nothing is filled in later."""

    name: str = ""
    description: str = ""
    seed: int = Field(1, ge=0)
    origin: datetime = datetime(2026, 1, 5, tzinfo=UTC)
    horizon: Seconds | None = None
    options: Options = Options()
    account: Account = Account()
    sizes: dict[str, VmSize]
    pools: tuple[Pool, ...] = ()
    jobs: tuple[Job, ...] = ()
    timeline: tuple[Operation, ...] = ()
