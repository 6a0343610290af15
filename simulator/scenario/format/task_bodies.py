"""Tasks: the service's own body, groups drawn from distributions, and what only a simulator needs to know of them."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    Tag,
    model_validator,
)
from pydantic_core import CoreSchema

from simulator.distributions import TimeDistribution
from simulator.durations import Limit, Seconds
from simulator.quantities import no_boolean
from simulator.scenario.format.arrivals import Arrivals, AtOnce
from simulator.scenario.format.exit_condition_bodies import sound_exit_conditions
from simulator.scenario.format.key_marks import INERT, CoresDistribution, Gib, GibDistribution, MibDistribution
from simulator.scenario.format.section import (
    AsWritten,
    Body,
    Count,
    DisplayName,
    Fraction,
    Positive,
    Retries,
    Section,
    fold,
)
from simulator.scenario.format.traces import TraceWorkload

MOST_TASKS = 100_000_000
"""Of one group; a run keeps some hundred bytes of each, so more are a slip."""


class TaskIdRange(Body):
    """Tasks by ids that are numbers from one to another."""

    start: Count
    """First number of the ids, which are whole numbers."""
    end: Count
    """Last number of the ids."""


class DependsOn(Body):
    """Tasks of the same job that must complete first."""

    task_ids: tuple[str, ...] = ()
    """Ids of tasks of the same job."""
    task_id_ranges: tuple[TaskIdRange, ...] = ()
    """Ranges of ids that are numbers."""


class TaskConstraints(Body):
    """Limits of a task, and how long its files stay."""

    max_task_retry_count: Retries | None = None
    """How often a failed task is tried again; -1: without end; None: as the job says."""
    max_wall_clock_time: Limit | None = None
    """Of one attempt, from its start (docs/model.md#time-limits-of-tasks)."""
    retention_time: Limit = 7 * 86400.0
    """How long its files stay on the node after its end: `retaineddata` and full disks wait for it."""


class MultiInstanceSettings(Body):
    """What makes a task run on several nodes at once."""

    number_of_instances: Positive = 1
    """Nodes that the task needs at once."""
    coordination_command_line: str = ""
    """Command that runs on all of its nodes before the task; its time is read from it."""


class AffinityInfo(Body):
    """Where a task prefers to run."""

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
    """How long the process runs; the first source that states a time wins: this one, SIM_DURATION, the command line,
    the job's defaults."""
    cores: CoresDistribution | None = None
    """Cores that it uses; they limit placement, or slow tasks down under `cpuSlowdown`."""
    memory: GibDistribution | None = None
    """Memory that it needs on its node."""
    exit_codes: Annotated[tuple[ExitCode, ...], BeforeValidator(_several), Field(min_length=1)] = (0,)
    """Exit code of the k-th attempt; the last one repeats."""
    error: Literal["preProcessingError", "fileUploadError"] | None = None
    """What goes wrong beside the process: its files do not come (it never starts), or its output does not go."""
    input: MibDistribution | None = None
    """Size of the resource files that its node fetches before it runs, at the pool's download bandwidth."""
    common_input: MibDistribution | None = None
    """Size of the `commonResourceFiles` that every node of a multi-instance task fetches before it coordinates."""
    output: MibDistribution | None = None
    """Size of the `outputFiles` that it uploads, in its slots, when its process has ended."""
    disk: Gib = 0.0
    """What it writes on the local disk; it is there from its start until its retention time has passed."""
    coordination: TimeDistribution | None = None
    """How long the coordination command of a multi-instance task takes; None: what `sleep` in it says."""
    coordination_failure_probability: Fraction = 0.0
    """Probability that this command fails on one node in one attempt, which fails with `coordination_exit_code`."""
    coordination_exit_code: FailingCode = 1
    """With which code a failed coordination ends the attempt."""
    checkpoints: Checkpoints | None = None
    """Work that a lost attempt does not lose."""
    estimate: Seconds | None = None
    """How long its process is expected to run, for policies that plan ahead; None: as long as it does."""
    deadline: Seconds | None = None
    """By when it should have completed, from when it is added; None: its job's."""


class Task(Body):
    """A task body as `az batch task create --json-file` takes it, with `simulation` beside it."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Name of the task: 1 to 64 letters, digits, hyphens and underscores."""
    display_name: Annotated[DisplayName, INERT] | None = None
    """Name of the task for people."""
    command_line: str = ""
    """What the task runs; its time and exit code are read from commands such as `sleep 90` (nothing is executed)."""
    required_slots: Positive = 1
    """Slots that it takes on its node."""
    constraints: TaskConstraints = TaskConstraints.model_construct()
    """Retries, time limit and retention of files."""
    multi_instance_settings: MultiInstanceSettings | None = None
    """Makes it run on several nodes at once."""
    environment_settings: tuple[dict[str, Any], ...] = ()
    """Variables, by `name` and `value`; those that begin with SIM_ are read."""
    container_settings: dict[str, Any] | None = None
    """Container that it runs in, on a pool with a `containerConfiguration`."""
    application_package_references: tuple[dict[str, Any], ...] = ()
    """Deployed on a node before the task starts there, unless they are there already."""
    depends_on: DependsOn | None = None
    """Tasks that must complete first; only in a job with `usesTaskDependencies`."""
    exit_conditions: Annotated[dict[str, Any] | None, BeforeValidator(sound_exit_conditions)] = None
    """What its end means for its children and its job, by exit code or error."""
    affinity_info: AffinityInfo | None = None
    """Node that it prefers."""
    simulation: TaskSimulation = TaskSimulation.model_construct()
    """What no body of the service says of a task."""

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


class JobManagerTask(AsWritten, Task):
    """The first task of its job."""

    foreign: ClassVar[tuple[str, ...]] = ("multiInstanceSettings", "dependsOn", "exitConditions", "affinityInfo")
    """Keys of tasks that the service's body of a job manager has not."""
    written_only: ClassVar[frozenset[str]] = frozenset(
        {"multi_instance_settings", "depends_on", "exit_conditions", "affinity_info"}
    )
    id: str = Field(default="jobmanager", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Name of the task."""
    kill_job_on_completion: bool = True
    """Whether its end ends the job."""
    run_exclusive: bool = True
    """Whether no other task runs on its node meanwhile."""
    allow_low_priority_node: bool = True
    """Whether it may run on a low-priority node."""

    @model_validator(mode="before")
    @classmethod
    def _without_what_only_tasks_have(cls, data: object) -> object:
        """Leave out the keys of other tasks: they are ignored, with a warning."""
        foreign = {fold(name) for name in cls.foreign}
        if not isinstance(data, Mapping):
            return data
        return {key: value for key, value in data.items() if not (isinstance(key, str) and fold(key) in foreign)}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the body without the keys of other tasks."""
        found = super().__get_pydantic_json_schema__(schema, handler)
        for name in cls.foreign:
            found["properties"].pop(name)
        return found


class NodeTaskSimulation(Section):
    """What a preparation or release task does on a node."""

    duration: TimeDistribution | None = None
    """How long it runs on a node; None: what its body states, else no time."""
    failure_probability: Fraction = 0.0
    """Probability that one attempt fails."""


class JobPreparationTask(Body):
    """Runs on each node before the job's first task there."""

    id: Annotated[str, INERT] = "jobpreparation"
    """Name of the task."""
    command_line: str = ""
    """What it runs; its time and exit code are read from it."""
    environment_settings: tuple[dict[str, Any], ...] = ()
    """Variables; SIM_DURATION and SIM_EXIT_CODE are read."""
    constraints: TaskConstraints = TaskConstraints.model_construct()
    """Retries and time limit."""
    wait_for_success: bool = True
    """Whether the job's tasks wait on a node until it has succeeded there."""
    rerun_on_node_reboot_after_success: bool = True
    """Whether it runs again after a reboot of its node."""
    simulation: NodeTaskSimulation = NodeTaskSimulation.model_construct()
    """What no body of the service says of it."""


class JobReleaseTask(Body):
    """Runs at the end of the job on each node that it has prepared."""

    id: Annotated[str, INERT] = "jobrelease"
    """Name of the task."""
    command_line: str = ""
    """What it runs; its time and exit code are read from it."""
    environment_settings: tuple[dict[str, Any], ...] = ()
    """Variables; SIM_DURATION and SIM_EXIT_CODE are read."""
    max_wall_clock_time: Limit = 900.0
    """After what time it is ended; at most 15 minutes."""
    simulation: NodeTaskSimulation = NodeTaskSimulation.model_construct()
    """What no body of the service says of it."""


class TaskGroup(Section):
    """Tasks of one kind, drawn from distributions."""

    count: Annotated[int, Field(ge=1, le=MOST_TASKS), BeforeValidator(no_boolean)] | None = None
    """How many tasks; None: as many as `arrivals` bring until they end."""
    id_prefix: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,48}$")
    """Ids are the prefix and a number from 1; None means `task`, or `group1` … where a job has several."""
    arrivals: Arrivals = Field(default_factory=AtOnce.model_construct)
    """When the tasks come; without it all at once when the job is created."""
    duration: TimeDistribution
    """How long each process runs."""
    cores: CoresDistribution | None = None
    """Cores that each task uses."""
    memory: GibDistribution | None = None
    """Memory that each task needs on its node."""
    required_slots: Positive = 1
    """Slots that each task takes on its node."""
    number_of_instances: Positive = 1
    """Nodes that each task needs at once."""
    max_task_retry_count: Retries | None = None
    """How often a failed task is tried again; -1: without end; None: as the job says."""
    failure_probability: Fraction = 0.0
    """Probability that an attempt ends with `exit_code`, independent from attempt to attempt."""
    exit_code: ExitCode = 1
    """With which code failed attempts end."""
    max_wall_clock_time: Limit | None = None
    """How long an attempt may take before it is ended."""
    input: MibDistribution | None = None
    """Size of the resource files that each task fetches before it runs."""
    coordination: TimeDistribution | None = None
    """How long the coordination command of multi-instance tasks takes."""
    coordination_failure_probability: Fraction = 0.0
    """Probability that this command fails on one node in one attempt, which fails with `coordination_exit_code`."""
    coordination_exit_code: FailingCode = 1
    """With which code a failed coordination ends the attempt."""
    checkpoints: Checkpoints | None = None
    """Work that a lost attempt does not lose."""
    estimate: Seconds | None = None
    """How long each process is expected to run, for policies that plan ahead; None: as long as it does."""
    deadline: Seconds | None = None
    """By when each task should have completed, from when it is added; None: the job's."""
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
    """How long the process runs."""
    cores: CoresDistribution | None = None
    """Cores that each task uses."""
    memory: GibDistribution | None = None
    """Memory that each task needs on its node."""
