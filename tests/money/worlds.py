"""Scenarios of one pool of a shipped size, before low-priority nodes ended."""

from typing import Any

from simulator import Scenario, scenario_of
from tests.engine.worlds import LINUX

OWN = {"mode": "UserSubscription"}
WINDOWS = {
    "imageReference": {"publisher": "microsoftwindowsserver", "offer": "windowsserver", "sku": "2022-datacenter"},
    "nodeAgentSKUId": "batch.node.windows amd64",
}


def pool(**body: Any) -> dict[str, Any]:
    """Return the body of a pool."""
    return {"id": "p", "vmSize": "Standard_D2_v3", "virtualMachineConfiguration": LINUX, **body}


def described(pools: list[Any], **rest: Any) -> Scenario:
    """Return a scenario that boots at once."""
    options = {"timingPreset": "instant", **rest.pop("options", {})}
    document = {"origin": "2025-01-06T00:00:00Z", "horizon": "1h", "options": options, "pools": pools, **rest}
    return scenario_of(document)
