"""A pool's `upgradePolicy`: how upgrades of the operating system go through its nodes."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from simulator.durations import Seconds
from simulator.scenario.format.section import Body, lower, no_boolean

Percent = Annotated[int, BeforeValidator(no_boolean), Field(ge=5, le=100)]


class AutomaticUpgrade(Body):
    enable_automatic_os_upgrade: bool = Field(default=False, alias="enableAutomaticOSUpgrade")
    os_rolling_upgrade_deferral: bool = False
    """Whether the upgrade of a node waits for the tasks that run there."""


class RollingUpgrade(Body):
    max_batch_instance_percent: Percent = 20
    """Share of the pool's nodes in one batch."""
    pause_time_between_batches: Seconds = 0.0


class UpgradePolicy(Body):
    """What holds for every upgrade that `upgradeOs` begins."""

    mode: Annotated[Literal["automatic", "manual", "rolling"], BeforeValidator(lower)] = "manual"
    automatic_os_upgrade_policy: AutomaticUpgrade = Field(
        default=AutomaticUpgrade.model_construct(), alias="automaticOSUpgradePolicy"
    )
    rolling_upgrade_policy: RollingUpgrade = RollingUpgrade.model_construct()

    @property
    def defers(self) -> bool:
        """Whether nodes are upgraded when their tasks have ended; else these return to the queue."""
        return self.automatic_os_upgrade_policy.os_rolling_upgrade_deferral
