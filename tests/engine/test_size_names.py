"""A size of Cloud Services is one of virtual machines under another name, wherever sizes are compared."""

from pathlib import Path
from typing import Any

import pytest

from simulator.scenario.format.catalogue import find
from simulator.scenario.format.price_list import PriceList
from tests.features.story import CLOUD_SERVICE, job, operation, pool, problems_of, run, scenario

OUTAGE: dict[str, Any] = {"at": "0s", "operation": "outage", "duration": "10m"}


GROWTH = operation("1m", "resize", targetDedicatedNodes=1)


def small(**body: Any) -> dict[str, Any]:
    return {**pool(nodes=0, cloudServiceConfiguration=CLOUD_SERVICE, **body), "vmSize": "Small"}


@pytest.mark.parametrize("name", ["Standard_A1", "SMALL", "standard_a1"])
def test_an_outage_of_the_size_hits_the_pool(name: str) -> None:
    found = run(small(), job(count=1), timeline=[{**OUTAGE, "size": name}, GROWTH])
    assert found.attempts["start"].tolist() == [600.0]


def test_an_outage_of_another_size_does_not() -> None:
    found = run(small(), job(count=1), timeline=[{**OUTAGE, "size": "Medium"}, GROWTH])
    assert found.attempts["start"].tolist() == [60.0]


def test_what_a_scenario_states_of_the_size_holds_for_the_pool(tmp_path: Path) -> None:
    own = {"Standard_A1": {"tempDiskGiB": 5}}
    made = scenario(small(), job(count=1), sizes=own)
    assert made.sizes["Small"].temp_disk_gib == 5
    assert problems_of(tmp_path, small(), job(count=1), sizes=own) == []


def test_prices_of_the_size_are_those_of_the_pool() -> None:
    prices = PriceList("westeurope", "prices.json", {"standard_a1": {"dedicatedLinux": 0.5}})
    assert prices.described("Small", find("Small"))["dedicatedLinux"] == 0.5
