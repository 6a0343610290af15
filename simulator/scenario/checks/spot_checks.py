"""What is odd about nodes that can be taken back, and about what is paid for them."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, TypeGuard

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.pool_operations import EnableAutoScale, Resize
from simulator.scenario.format.schema import Description, Operation

RETIRED: Final = datetime(2025, 10, 1, tzinfo=UTC)
"""The first day on which accounts of mode `BatchService` have no low-priority nodes."""
ASKS: Final = re.compile(r"\$targetlowpriority(nodes)?\s*=(?!=)(?!\s*0\s*;)", re.IGNORECASE)
"""Where a formula asks for nodes that can be taken back."""


def check_spot(scenario: Description, pools: Iterable[Pool]) -> Iterator[Finding]:
    """Warn of low-priority nodes that are sold no more, once, and of extras that nobody pays; `pools` are all."""
    pools = [*pools]
    old = [pool.id for pool in pools if not is_own(scenario, pool) and may_have_spot(scenario, pool)]
    if scenario.origin >= RETIRED and old:
        text = (
            f"pool '{old[0]}' has low-priority nodes in an account of mode BatchService: they ended on 30 September "
            f"2025, and the scenario begins on {scenario.origin:%Y-%m-%d}; give account: {{mode: UserSubscription}} "
            "for spot, or an earlier origin"
        )
        yield Finding(text, ("account", "mode"), is_warning=True)
    if scenario.options.bill_subscription_extras and not any(is_own(scenario, pool) for pool in pools):
        text = "no effect: no pool is in an account of mode UserSubscription"
        yield Finding(text, ("options", "billSubscriptionExtras"), is_warning=True)


def check_pool_kinds(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Warn of what spot nodes cannot have, and of a spot price where no node is spot."""
    if not is_own(scenario, pool):
        if pool.simulation.prices.spot is not None:
            text = "no effect: nodes are spot in an account of mode UserSubscription alone, else lowPriority"
            yield Finding(text, (*loc, "simulation", "prices", "spot"), is_warning=True)
        return
    if not may_have_spot(scenario, pool):
        return
    if pool.cloud_service_configuration is not None:
        text = "spot nodes need a virtualMachineConfiguration; simulated all the same"
        yield Finding(text, (*loc, "cloudServiceConfiguration"), is_warning=True)
    if pool.os_disk.ephemeral_os_disk_settings is not None:
        text = "the service has no ephemeral OS disks on spot nodes; simulated all the same"
        yield Finding(text, (*loc, "virtualMachineConfiguration", "osDisk"), is_warning=True)


def is_own(scenario: Description, pool: Pool) -> bool:
    """Return whether the VMs of a pool stand in a subscription of the user's own."""
    return scenario.account_of(pool).mode == "UserSubscription"


def may_have_spot(scenario: Description, pool: Pool) -> bool:
    """Return whether the pool, its formula or the timeline asks for nodes that can be taken back."""
    if pool.target_low_priority_nodes or ASKS.search(pool.auto_scale_formula or ""):
        return True
    return any(_asks(operation) and operation.pool.lower() == pool.id.lower() for operation in scenario.timeline)


def _asks(operation: Operation) -> TypeGuard[Resize | EnableAutoScale]:
    if isinstance(operation, EnableAutoScale):
        return ASKS.search(operation.auto_scale_formula or "") is not None
    return isinstance(operation, Resize) and bool(operation.target_low_priority_nodes)
