"""Policies of a scenario: in what order waiting tasks start, and where they go."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel

from simulator.durations import Seconds
from simulator.policy.scheduling.own import PATH, is_path, offered
from simulator.policy.scheduling.registry import PLACEMENTS, QUEUES, SHRINKINGS
from simulator.scenario.format.section import Section, lower

WEEK: Final = 7 * 86400.0


def is_own(name: str) -> bool:
    """Return whether a policy is a function of the user's own."""
    return name not in QUEUES and name not in PLACEMENTS


def _known(table: Mapping[str, object], name: str, info: ValidationInfo) -> str:
    """Refuse a name that stands for nothing, and code from where nobody may bring any."""
    if name in table:
        return name
    if name not in offered():
        if not is_path(name):
            names = ", ".join((*table, *offered()))
            raise ValueError(f"expected one of {names}, or package.module:function, not {name!r}")
        folder = (info.context or {}).get("folder")
        if folder is not None and not folder.brings_code:
            raise ValueError(
                "a function of your own is code, and this file may not bring any: it is confined, or came while a "
                "simulation runs; name it in a scenario of your own"
            )
    return name


def _known_queue(name: str, info: ValidationInfo) -> str:
    return _known(QUEUES, name, info)


def _known_placement(name: str, info: ValidationInfo) -> str:
    return _known(PLACEMENTS, name, info)


def _words(table: Mapping[str, object]) -> WithJsonSchema:
    own = {"type": "string", "pattern": f"^{PATH.pattern}$"}
    return WithJsonSchema({"anyOf": [{"type": "string", "enum": list(table)}, own]})


QueueName = Annotated[str, AfterValidator(_known_queue), _words(QUEUES)]
PlacementName = Annotated[str, AfterValidator(_known_placement), _words(PLACEMENTS)]


def _known_shrinking(name: str) -> str:
    if name not in SHRINKINGS:
        raise ValueError(f"expected one of {', '.join(SHRINKINGS)}, not {name!r}")
    return name


ShrinkingName = Annotated[
    str, AfterValidator(_known_shrinking), WithJsonSchema({"type": "string", "enum": list(SHRINKINGS)})
]


def _takes(section: Section, name: str, parameters: tuple[str, ...]) -> None:
    """Raise ValueError where a parameter has a value that a policy does not take; one written out has all defaults."""
    parameters = ("arguments",) if is_own(name) else parameters
    for field in sorted(section.model_fields_set - {"policy", *parameters}):
        if getattr(section, field) == type(section).model_fields[field].get_default(call_default_factory=True):
            continue
        known = ", ".join(map(to_camel, parameters)) or "no parameter"
        raise ValueError(f"{name} takes {known}, not {to_camel(field)}")


class QueuePolicy(Section):
    """A queue discipline with its parameters."""

    policy: QueueName
    """Its name, that of an installed package's, or a function of your own as `package.module:function`."""
    bypass: bool = False
    """Whether a task that fits may pass one before it that does not; of fcfs, sjf, ljf, smallest_first and
    deadline_first."""
    half_life: Annotated[Seconds, Field(gt=0)] = WEEK
    """After what time use of the pool counts half; of fair_share."""
    arguments: dict[str, bool | int | float | str] = Field(default_factory=dict)
    """Values by name for a function of your own."""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        _takes(self, self.policy, QUEUES[self.policy].parameters if self.policy in QUEUES else ())
        return self


class PlacementPolicy(Section):
    """A placement with its parameters."""

    policy: PlacementName
    """Its name, that of an installed package's, or a function of your own as `package.module:function`."""
    resource: Annotated[Literal["slots", "cores", "memory"], BeforeValidator(lower)] = "slots"
    """Of which the node should have the least or the most free; of best_fit and worst_fit."""
    arguments: dict[str, bool | int | float | str] = Field(default_factory=dict)
    """Values by name for a function of your own."""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        _takes(self, self.policy, PLACEMENTS[self.policy].parameters if self.policy in PLACEMENTS else ())
        return self


def _form(value: object) -> str:
    return "mapping" if isinstance(value, Mapping | Section) else "name"


class Policies(Section):
    """Which of the waiting tasks start, and on which node each of them goes (docs/model.md#policies)."""

    queue: (
        Annotated[Annotated[QueueName, Tag("name")] | Annotated[QueuePolicy, Tag("mapping")], Discriminator(_form)]
        | None
    ) = None
    """Which of the waiting tasks start; None: in a pool as at the top of the scenario, there as the service does."""
    placement: (
        Annotated[
            Annotated[PlacementName, Tag("name")] | Annotated[PlacementPolicy, Tag("mapping")], Discriminator(_form)
        ]
        | None
    ) = None
    """On which of the nodes with room a task goes; None: in a pool as at the top, there by `nodeFillType`."""
    shrinking: ShrinkingName | None = None
    """Which nodes leave when a pool shrinks; None: in a pool as at the top, there as the service does."""

    def over(self, others: Self) -> "Chosen":
        """Return the policies of a pool where `others` stand at the top of the scenario."""
        return Chosen(
            queue=_queue(self.queue, others.queue),
            placement=_placement(self.placement, others.placement),
            shrinking=self.shrinking or others.shrinking or "service",
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """The policies of one pool."""

    queue: QueuePolicy
    placement: PlacementPolicy
    shrinking: str

    @property
    def is_service(self) -> bool:
        """Whether the pool's tasks start as the service starts them."""
        return self.queue.policy == "service"

    @property
    def fills(self) -> bool:
        """Whether the pool's fill type decides where tasks go."""
        return self.placement.policy == "fill_type"


def _queue(*found: "QueuePolicy | str | None") -> QueuePolicy:
    """Return the first that is written, the service's where none is."""
    one: Any = next((one for one in found if one is not None), "service")
    return one if isinstance(one, QueuePolicy) else QueuePolicy(policy=one)


def _placement(*found: "PlacementPolicy | str | None") -> PlacementPolicy:
    one: Any = next((one for one in found if one is not None), "fill_type")
    return one if isinstance(one, PlacementPolicy) else PlacementPolicy(policy=one)
