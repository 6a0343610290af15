"""VM sizes and prices: the shipped table, a scenario's own, and a saved answer of the price service."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from simulator.scenario.format.catalogue import find, table
from tests.scenario.files import job, pool, problems, read, write

GROUP = [{"count": 1, "duration": "60s"}]
SHARED = Path(__file__).parents[3] / "shared" / "data" / "azure_vm"


def test_the_table_has_fourteen_hundred_sizes_and_states_where_they_are_from() -> None:
    assert len(table()) >= 1400
    assert sum(1 for size in table().values() if size.dedicated_linux) >= 1300
    size = find("standard_d2_v3")
    assert size is not None
    assert (size.vcpus, size.memory_gib, size.dedicated_linux) == (2, 8, 0.096)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the lists that the table comes from are not part of the project")
def test_the_table_agrees_with_its_sources() -> None:
    listed = json.loads((SHARED / "batch-supported-vm-sizes-2025-03-04.json").read_text())
    for row in listed:
        size = find(row["VmSize"])
        assert size is not None, row["VmSize"]
        assert size.vcpus == row["VCpusAvailable"]
        assert size.memory_gib == pytest.approx(row["MemoryInGiB"])
    with gzip.open(SHARED / "ondemand-prices-2026-06-18.csv.gz", "rt") as file:
        east = {row["vm_size"]: row["usd_per_hour"] for row in csv.DictReader(file) if row["region"] == "eastus"}
    shared = [size for size in table().values() if size.name in east and size.dedicated_linux]
    other = [size for size in shared if size.dedicated_linux != pytest.approx(float(east[size.name]), rel=0.01)]
    assert all((size.dedicated_linux or 0) < float(east[size.name]) for size in other), "its price is that of Windows"
    assert len(other) <= len(shared) / 30


def test_a_scenario_may_change_and_add_sizes(tmp_path: Path) -> None:
    sizes = {
        "standard_d2_v3": {"dedicatedLinux": 0.05},
        "Own": {"vcpus": 3, "memoryGiB": 7, "dedicatedLinux": 1},
    }
    pools = [pool(), pool(id="q", vmSize="own")]
    scenario = read(tmp_path, pools, [job(GROUP)], sizes=sizes)
    assert scenario.sizes["Standard_D2_v3"].dedicated_linux == 0.05
    assert scenario.sizes["Standard_D2_v3"].low_priority_linux == 0.0192
    assert scenario.sizes["own"].vcpus == 3


def row(price: float, **fields: Any) -> dict[str, Any]:
    return {
        "armSkuName": "Standard_D2_v3",
        "armRegionName": "eastus",
        "skuName": "D2 v3",
        "productName": "Virtual Machines Dv3 Series",
        "retailPrice": price,
        "type": "Consumption",
        "unitOfMeasure": "1 Hour",
        "currencyCode": "USD",
        "effectiveStartDate": "2020-08-01T00:00:00Z",
        **fields,
    }


def test_prices_of_a_saved_answer(tmp_path: Path) -> None:
    """Names end in tier and system; the latest row counts; other kinds are left out."""
    items = [
        row(0.11, effectiveStartDate="2024-01-01T00:00:00Z"),
        row(0.10),
        row(0.02, skuName="D2 v3 Low Priority"),
        row(0.19, productName="Virtual Machines Dv3 Series Windows"),
        row(0.01, skuName="D2 v3 Spot"),
        row(9, type="Reservation"),
        row(9, productName="Dv3 Series Dedicated Host", unitOfMeasure="1 Year"),
        row(9, armRegionName="westus"),
    ]
    write(tmp_path, {"Items": items, "Count": len(items)}, "prices.json")
    prices = {"file": "prices.json", "region": "eastus"}
    size = read(tmp_path, [pool()], [job(GROUP)], prices=prices).sizes["Standard_D2_v3"]
    found = (size.dedicated_linux, size.low_priority_linux, size.dedicated_windows)
    assert found == (0.11, 0.02, 0.19)
    document = {"pools": [pool()], "jobs": [job(GROUP)], "prices": {"file": "prices.json"}}
    assert "name one as region" in problems(write(tmp_path, document))[0]
    document["prices"] = {"file": "prices.json", "region": "moon"}
    assert "no hourly consumption price" in problems(write(tmp_path, document))[0]
    document["prices"] = {"file": "absent.json"}
    assert "prices.file: absent.json cannot be read" in problems(write(tmp_path, document))[0]
