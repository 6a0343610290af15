"""Tasks: the service's own body, groups drawn from distributions, and what only a simulator needs to know of them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from simulator.distributions import NumberDistribution, TimeDistribution
from simulator.durations import Limit, Seconds
from simulator.scenario.format.arrivals import Arrivals, AtOnce
from simulator.scenario.format.exit_condition_bodies import sound_exit_conditions
from simulator.scenario.format.section import (
    Amount,
    Body,
    Count,
    DisplayName,
    Fraction,
    Positive,
    Retries,
    Section,
    fold,
    no_boolean,
)
from simulator.scenario.format.traces import TraceWorkload

MOST_TASKS = 100_000_000
"""Of one group; a run keeps some hundred bytes of each, so more are a slip."""


class TaskIdRange(Body):
    start: Count
    end: Count


class DependsOn(Body):
    """Tasks of the same job that must complete first."""

    task_ids: tuple[str, ...] = ()
    task_id_ranges: tuple[TaskIdRange, ...] = ()


class TaskConstraints(Body):
    max_task_retry_count: Retries | None = None
    max_wall_clock_time: Limit | None = None
    """Of one attempt, from its start (docs/model.md#time-limits-of-tasks)."""
    retention_time: Limit = 7 * 86400.0


class MultiInstanceSettings(Body):
    number_of_instances: Positive = 1
    coordination_command_line: str = ""


class AffinityInfo(Body):
    affinity_id: str = ""
    """Id of the node where the task would like to run."""


def _failing(value: int) -> int:
    if value == 0:
        raise ValueError("expected another exit code than 0")
    return value


ExitCode = Annotated[int, BeforeValidator(no_boolean), Field(ge=-(2**31), lt=2**31)]

FailingCode = Annotated[ExitCode, AfterValidator(_failing)]


def _several(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


class Checkpoints(Section):
    """A simulator's extra: work saved now and then, so that a lost attempt does not lose all of it."""

    interval: Seconds = Field(gt=0)
    """After how much work one is written."""
    cost: Seconds = 0.0
    """How long writing one takes."""
    restart_cost: Seconds = 0.0
    """How long the next attempt takes to read it."""


class TaskSimulation(Section):
    """What one task needs and does."""

    submit: Seconds | None = None
    """When it is added, since the scenario's origin; None means when its job is created."""
    duration: TimeDistribution | None = None
    cores: NumberDistribution | None = None
    memory: NumberDistribution | None = None
    """GiB."""
    exit_codes: Annotated[tuple[ExitCode, ...], BeforeValidator(_several), Field(min_length=1)] = (0,)
    """Exit code of the k-th attempt; the last one repeats."""
    error: Literal["preProcessingError", "fileUploadError"] | None = None
    """What goes wrong beside the process: its files do not come (it never starts), or its output does not go."""
    input: NumberDistribution | None = None
    """MiB of resource files that its node fetches before it runs, at the pool's download bandwidth."""
    common_input: NumberDistribution | None = None
    """MiB of the `commonResourceFiles` that every node of a multi-instance task fetches before it coordinates."""
    output: NumberDistribution | None = None
    """MiB of the `outputFiles` that it uploads when its process has ended, in its slots."""
    disk: Amount = 0.0
    """GiB that it writes; they are on the node from its start until its retention time has passed."""
    coordination: TimeDistribution | None = None
    """How long the coordination command of a multi-instance task takes; None: what `sleep` in it says."""
    coordination_failure_probability: Fraction = 0.0
    """Probability that this command fails on one node in one attempt, which fails with `coordination_exit_code`."""
    coordination_exit_code: FailingCode = 1
    checkpoints: Checkpoints | None = None


class Task(Body):
    """A task body as `az batch task create --json-file` takes it, with `simulation` beside it."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    display_name: DisplayName | None = None
    command_line: str = ""
    required_slots: Positive = 1
    constraints: TaskConstraints = TaskConstraints.model_construct()
    multi_instance_settings: MultiInstanceSettings | None = None
    environment_settings: tuple[dict[str, Any], ...] = ()
    container_settings: dict[str, Any] | None = None
    application_package_references: tuple[dict[str, Any], ...] = ()
    """Deployed on a node before the task starts there, unless they are there already."""
    depends_on: DependsOn | None = None
    exit_conditions: Annotated[dict[str, Any] | None, BeforeValidator(sound_exit_conditions)] = None
    affinity_info: AffinityInfo | None = None
    simulation: TaskSimulation = TaskSimulation.model_construct()

    @property
    def max_task_retry_count(self) -> int | None:
        """None means the job's."""
        return self.constraints.max_task_retry_count

    @property
    def number_of_instances(self) -> int:
        return self.multi_instance_settings.number_of_instances if self.multi_instance_settings else 1

    @property
    def image(self) -> str | None:
        """Name of its container image; None where it runs in none."""
        found = [value for key, value in (self.container_settings or {}).items() if fold(key) == "imagename"]
        return str(found[0]) if found and found[0] else None


class JobManagerTask(Task):
    """The first task of its job."""

    id: str = Field(default="jobmanager", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    kill_job_on_completion: bool = True
    run_exclusive: bool = True
    allow_low_priority_node: bool = True

    @model_validator(mode="before")
    @classmethod
    def _without_what_only_tasks_have(cls, data: object) -> object:
        """Leave out what the service's body of a job manager has not: it is ignored, with a warning."""
        foreign = {fold(name) for name in ("multiInstanceSettings", "dependsOn", "exitConditions", "affinityInfo")}
        if not isinstance(data, Mapping):
            return data
        return {key: value for key, value in data.items() if not (isinstance(key, str) and fold(key) in foreign)}


class NodeTaskSimulation(Section):
    """What a preparation or release task does on a node."""

    duration: TimeDistribution | None = None
    failure_probability: Fraction = 0.0
    """Probability that one attempt fails."""


class JobPreparationTask(Body):
    """Runs on each node before the job's first task there."""

    id: str = "jobpreparation"
    command_line: str = ""
    environment_settings: tuple[dict[str, Any], ...] = ()
    constraints: TaskConstraints = TaskConstraints.model_construct()
    wait_for_success: bool = True
    rerun_on_node_reboot_after_success: bool = True
    simulation: NodeTaskSimulation = NodeTaskSimulation.model_construct()


class JobReleaseTask(Body):
    """Runs at the end of the job on each node that it has prepared."""

    id: str = "jobrelease"
    command_line: str = ""
    environment_settings: tuple[dict[str, Any], ...] = ()
    max_wall_clock_time: Limit = 900.0
    simulation: NodeTaskSimulation = NodeTaskSimulation.model_construct()


class TaskGroup(Section):
    """Tasks of one kind, drawn from distributions."""

    count: Annotated[int, Field(ge=1, le=MOST_TASKS), BeforeValidator(no_boolean)] | None = None
    id_prefix: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,48}$")
    """Ids are the prefix and a number from 1; None means `task`, or `group1` … where a job has several."""
    arrivals: Arrivals = Field(default_factory=AtOnce.model_construct)
    duration: TimeDistribution
    cores: NumberDistribution | None = None
    memory: NumberDistribution | None = None
    """GiB."""
    required_slots: Positive = 1
    number_of_instances: Positive = 1
    max_task_retry_count: Retries | None = None
    failure_probability: Fraction = 0.0
    """Probability that an attempt ends with `exit_code`, independent from attempt to attempt."""
    exit_code: ExitCode = 1
    max_wall_clock_time: Limit | None = None
    input: NumberDistribution | None = None
    """MiB of resource files of each task."""
    coordination: TimeDistribution | None = None
    """How long the coordination command of multi-instance tasks takes."""
    coordination_failure_probability: Fraction = 0.0
    """Probability that this command fails on one node in one attempt, which fails with `coordination_exit_code`."""
    coordination_exit_code: FailingCode = 1
    checkpoints: Checkpoints | None = None
    start: Seconds | None = None
    """When the first may come, since the origin; None = when its job is created."""

    def prefix(self, part: int, *, is_alone: bool) -> str:
        """Return what its tasks' ids begin with, as the group at place `part` of its job."""
        return self.id_prefix or ("task" if is_alone else f"group{part + 1}")


def _kind(value: object) -> str:
    if isinstance(value, Mapping):
        return "trace" if "trace" in value else "group"
    return "trace" if isinstance(value, TraceWorkload) else "group"


Workload = Annotated[Annotated[TaskGroup, Tag("group")] | Annotated[TraceWorkload, Tag("trace")], Discriminator(_kind)]
"""One source of tasks: drawn from distributions, or read from a file."""


class TaskDefaults(Section):
    """What holds for tasks of the list that say nothing themselves."""

    duration: TimeDistribution | None = None
    cores: NumberDistribution | None = None
    memory: NumberDistribution | None = None
