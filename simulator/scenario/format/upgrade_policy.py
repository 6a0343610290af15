"""A pool's `upgradePolicy`: how upgrades of the operating system go through its nodes."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from simulator.durations import Seconds
from simulator.quantities import no_boolean
from simulator.scenario.format.section import Body, lower

Percent = Annotated[int, BeforeValidator(no_boolean), Field(ge=5, le=100)]


class AutomaticUpgrade(Body):
    """Who begins upgrades, and what they do to running tasks."""

    enable_automatic_os_upgrade: bool = Field(default=False, alias="enableAutomaticOSUpgrade")
    """Whether the service begins an upgrade by itself when there is a newer image: `simulation.newImages` says when."""
    os_rolling_upgrade_deferral: bool = False
    """Whether the upgrade of a node waits for the tasks that run there."""


class RollingUpgrade(Body):
    """How an upgrade goes through the nodes batch by batch."""

    max_batch_instance_percent: Percent = 20
    """Share of the pool's nodes in one batch."""
    pause_time_between_batches: Seconds = 0.0
    """Time between the end of one batch and the begin of the next."""


class UpgradePolicy(Body):
    """What holds for every upgrade, whoever begins it."""

    mode: Annotated[Literal["automatic", "manual", "rolling"], BeforeValidator(lower)] = "manual"
    """Whether and how the system of live nodes is upgraded: rolling waits between batches."""
    automatic_os_upgrade_policy: AutomaticUpgrade = Field(
        default=AutomaticUpgrade.model_construct(), alias="automaticOSUpgradePolicy"
    )
    """What upgrades do to running tasks."""
    rolling_upgrade_policy: RollingUpgrade = RollingUpgrade.model_construct()
    """Size of batches, and the time between them."""

    @property
    def defers(self) -> bool:
        """Whether nodes are upgraded when their tasks have ended; else these return to the queue."""
        return self.automatic_os_upgrade_policy.os_rolling_upgrade_deferral
