"""Policies of a scenario: in what order waiting tasks start, and where they go."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator
from pydantic.alias_generators import to_camel

from simulator.durations import Seconds
from simulator.policy.scheduling.registry import PLACEMENTS, QUEUES
from simulator.scenario.format.section import Section, lower

WEEK: Final = 7 * 86400.0


def _known(table: Mapping[str, object], name: str) -> str:
    if name not in table:
        raise ValueError(f"expected one of {', '.join(table)}, not {name!r}")
    return name


def _words(table: Mapping[str, object]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(table)})


QueueName = Annotated[str, AfterValidator(partial(_known, QUEUES)), _words(QUEUES)]
PlacementName = Annotated[str, AfterValidator(partial(_known, PLACEMENTS)), _words(PLACEMENTS)]


def _takes(section: Section, name: str, parameters: tuple[str, ...]) -> None:
    """Raise ValueError where a parameter is written that a policy does not take."""
    for field in sorted(section.model_fields_set - {"policy", *parameters}):
        known = ", ".join(map(to_camel, parameters)) or "no parameter"
        raise ValueError(f"{name} takes {known}, not {to_camel(field)}")


class QueuePolicy(Section):
    """A queue discipline with its parameters."""

    policy: QueueName
    """Its name."""
    bypass: bool = False
    """Whether a task that fits may pass one before it that does not; of fcfs, sjf, ljf, smallest_first and
    deadline_first."""
    half_life: Annotated[Seconds, Field(gt=0)] = WEEK
    """After what time use of the pool counts half; of fair_share."""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        _takes(self, self.policy, QUEUES[self.policy].parameters)
        return self


class PlacementPolicy(Section):
    """A placement with its parameters."""

    policy: PlacementName
    """Its name."""
    resource: Annotated[Literal["slots", "cores", "memory"], BeforeValidator(lower)] = "slots"
    """Of which the node should have the least or the most free; of best_fit and worst_fit."""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        _takes(self, self.policy, PLACEMENTS[self.policy].parameters)
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

    def over(self, others: Self) -> "Chosen":
        """Return the policies of a pool where `others` stand at the top of the scenario."""
        return Chosen(queue=_queue(self.queue, others.queue), placement=_placement(self.placement, others.placement))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The policies of one pool."""

    queue: QueuePolicy
    placement: PlacementPolicy

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
