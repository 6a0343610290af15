"""The figure behind a limit that kept a pool small: how much there is, and whose it is."""

from __future__ import annotations

from typing import Any, Final

from simulator.policy.quota import INTER_NODE_CAP
from simulator.results.why.evidence import Run, pool_body
from simulator.scenario.format.bodies import Pool
from simulator.service_codes import ServiceCode

DEDICATED: Final = (ServiceCode.CORE_QUOTA,)
LOW_PRIORITY: Final = (ServiceCode.LOW_PRIORITY_CORE_QUOTA, ServiceCode.SPOT_CORE_QUOTA)


def quota_of(run: Run, pool: str, code: str) -> dict[str, Any] | None:
    """Return the amount of a quota, its unit and what has it; None where the code has no figure."""
    body = pool_body(run, pool)
    if body is None:
        return None
    account, owner = run.scenario.account_of(body), _name_of(body)
    amount, unit = None, "cores"
    if code in DEDICATED:
        amount = account.dedicated_core_quota
    elif code in LOW_PRIORITY:
        amount = account.low_priority_core_quota
    elif code == ServiceCode.VM_SERIES_CORE_QUOTA:
        family = run.scenario.sizes[body.vm_size].family
        quotas = account.dedicated_core_quota_per_vm_family or {}
        amount = next((quota for name, quota in quotas.items() if name.lower() == family.lower()), None)
        owner = f"{family} of {owner}"
    elif code == ServiceCode.INTER_NODE_POOL_FULL:
        cap = run.scenario.options.inter_node_cap
        amount, unit = INTER_NODE_CAP[account.mode] if isinstance(cap, str) else cap, "nodes"
    return None if amount is None else {"amount": amount, "unit": unit, "of": owner}


def _name_of(body: Pool) -> str:
    """Return the name of the account that a pool belongs to."""
    return "the account" if body.simulation.account is None else f"account {body.simulation.account}"
