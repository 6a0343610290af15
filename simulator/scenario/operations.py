"""What an operator does to pools and nodes, and when: one section for each of the service's operations.

Operations on jobs and tasks stand beside these in the scenario's `timeline`; each is told by its `operation`.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from simulator.durations import Limit, Seconds
from simulator.scenario.section import Count, Section, lower
from simulator.states import NodeDeallocationOption

Deallocation = Annotated[NodeDeallocationOption, BeforeValidator(lower)]


class Operated(Section):
    """What every operation on a pool says."""

    at: Seconds
    pool: str


class Resize(Operated):
    """A resize at a given time."""

    operation: Literal["resize"]
    target_dedicated_nodes: Count | None = None
    target_low_priority_nodes: Count | None = None
    resize_timeout: Limit = 900.0
    node_deallocation_option: Deallocation = NodeDeallocationOption.REQUEUE


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
    """None keeps the pool's."""
    auto_scale_evaluation_interval: Seconds | None = None
    """None keeps the pool's."""


class DisableAutoScale(Operated):
    """Switch autoscale off; targets stay, the samples are forgotten."""

    operation: Literal["disableAutoScale"]


PoolOperation = Resize | StopResize | DeletePool | EnableAutoScale | DisableAutoScale
