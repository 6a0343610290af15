"""Where local disks are enforced, a size of which none is known is reported; else nobody needs it."""

from pathlib import Path
from typing import Any

import pytest

from tests.features.story import job, pool, problems_of

UBUNTU: dict[str, Any] = {
    "imageReference": {"publisher": "canonical", "offer": "ubuntu-24_04-lts", "sku": "server"},
    "nodeAgentSKUId": "batch.node.ubuntu 24.04",
}
NEW = {**pool(nodes=1, virtualMachineConfiguration=UBUNTU), "vmSize": "Standard_D2ds_v6"}


@pytest.mark.parametrize("enforced", ["none", "disk", "disk_and_memory"])
def test_it_is_reported_where_it_matters(tmp_path: Path, enforced: str) -> None:
    found = problems_of(tmp_path, NEW, job(count=1), options={"enforceLocalResources": enforced})
    assert any("not known, so no task fills it" in text for text in found) is (enforced != "none")


def test_one_that_the_scenario_states_is_known(tmp_path: Path) -> None:
    own = {"Standard_D2ds_v6": {"tempDiskGiB": 110}}
    assert problems_of(tmp_path, NEW, job(count=1), sizes=own, options={"enforceLocalResources": "disk"}) == []
