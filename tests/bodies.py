"""Bodies that tests everywhere share."""

from typing import Any

UBUNTU: dict[str, Any] = {
    "imageReference": {"publisher": "canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts"},
    "nodeAgentSKUId": "batch.node.ubuntu 22.04",
}
"""The deployment of a pool of Ubuntu nodes."""
