"""Prices by region: the shipped table, a saved answer of the price service, and no other region's price in silence."""

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from docs.region_prices import REGIONS, SIZES, packed, read, with_list
from simulator import InputError, Scenario, load, scenario_of, simulate
from simulator.experiment.axes import Base
from simulator.results.answer.metrics import summarize
from simulator.results.money.prices import price_of
from simulator.scenario.format.catalogue import find, table
from simulator.scenario.format.region_prices import HOME, prices_in, regions
from simulator.states import NodeKind
from tests.engine.laws import check
from tests.money.worlds import OWN, WINDOWS, described, pool

LISTS = Path(__file__).parents[3] / "shared" / "data" / "azure_vm"
SPOT_LIST = LISTS / "spot-and-ondemand-prices-2026-05-20.csv.gz"
ONDEMAND_LIST = LISTS / "ondemand-prices-2026-06-18.csv.gz"
WEST = {"region": "westeurope"}


def found(scenario: Scenario) -> list[float | None]:
    """Return the prices of a dedicated node and of one that can be taken back."""
    return [price_of(scenario, scenario.pools[0], kind).value for kind in NodeKind]


def notes(scenario: Scenario) -> str:
    """Return what is reported of them."""
    return "; ".join(price_of(scenario, scenario.pools[0], kind).note for kind in NodeKind)


@pytest.mark.skipif(not SPOT_LIST.is_file(), reason="the list that the tables come from is not part of the project")
def test_the_tables_are_what_the_list_gives() -> None:
    sizes = read(SPOT_LIST)
    assert packed(sizes) == REGIONS.read_bytes()
    lines = SIZES.read_text().splitlines()
    assert list(with_list(lines, sizes)) == lines


@pytest.mark.skipif(not ONDEMAND_LIST.is_file(), reason="the list to compare with is not part of the project")
def test_no_row_holds_a_windows_price() -> None:
    """Another list has the Windows price in some rows of AMD sizes, never the other way round: ours are of Linux."""
    with gzip.open(ONDEMAND_LIST, "rt") as file:
        other = {(row["region"], row["vm_size"].lower()): float(row["usd_per_hour"]) for row in csv.DictReader(file)}
    compared = 0
    for region in regions():
        for name, listed in prices_in(region).items():
            if listed.dedicated is not None and (region, name) in other:
                compared += 1
                assert listed.dedicated <= 1.01 * other[region, name], (region, name)
    assert compared > 15_000


def test_spot_is_nowhere_dearer_than_dedicated() -> None:
    for region in regions():
        for name, listed in prices_in(region).items():
            assert listed.spot is None or listed.dedicated is None or listed.spot <= listed.dedicated, (region, name)


def test_home_prices_agree_with_the_table_of_sizes() -> None:
    for name, listed in prices_in(HOME).items():
        size = find(name)
        assert size is not None
        assert size.spot_linux == listed.spot
        assert size.dedicated_linux == pytest.approx(listed.dedicated, rel=0.005)


def test_a_start_without_a_region_does_not_open_the_table() -> None:
    """Also where spot is paid for."""
    code = (
        "from tests.money.worlds import OWN, described, pool\n"
        "from simulator.scenario.format.region_prices import _rows\n"
        "described([pool(targetLowPriorityNodes=1)], account=OWN)\n"
        "print(_rows.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0"]


def test_a_region_has_its_own_prices() -> None:
    scenario = described([pool(vmSize="Standard_D4_v3", targetLowPriorityNodes=1)], account=OWN, prices=WEST)
    assert found(scenario) == [0.24, 0.044352]
    assert notes(scenario) == (
        "Standard_D4_v3: dedicated price $0.24 an hour: westeurope, 2026-05-20; "
        "Standard_D4_v3: spot price $0.044352 an hour: westeurope, 2026-05-20; spot prices vary"
    )


def test_low_priority_in_another_region_is_a_share_of_its_dedicated_price() -> None:
    scenario = described([pool(vmSize="Standard_D4_v3", targetLowPriorityNodes=1)], prices=WEST)
    assert found(scenario) == pytest.approx([0.24, 0.048])
    assert "low-priority price taken as 0.2 of the dedicated one, as none is known in westeurope" in notes(scenario)


def test_windows_in_another_region_is_linux_there_and_the_licence() -> None:
    """D2_v3: 0.12 in West Europe, and the 0.092 by which 0.188 is above 0.096 in East US."""
    body = pool(targetDedicatedNodes=1, virtualMachineConfiguration=WINDOWS)
    scenario = described([body], prices=WEST)
    assert found(scenario)[0] == pytest.approx(0.212)
    assert "the Linux price of westeurope and the Windows licence of eastus, assumed" in notes(scenario)
    unknown = described([{**body, "vmSize": "Standard_E2_v3"}], prices=WEST)
    assert "Windows price not known in westeurope, taken as the Linux price $" in notes(unknown)


def test_a_size_that_the_region_has_not_is_reported_with_the_way_out() -> None:
    """Standard_H8 is in no list of 2026; in East US it keeps the price of the table of sizes."""
    scenario = described([pool(vmSize="Standard_H8", targetDedicatedNodes=1)], prices=WEST)
    answer = summarize(check(simulate(scenario)))
    assert answer["cost"]["total"] is None
    assert answer["cost"]["notes"] == [
        "Standard_H8: no price known in westeurope, give one under sizes or in the pool's simulation"
    ]
    home = described([pool(vmSize="Standard_H8", targetDedicatedNodes=1)], prices={"region": "East US"})
    assert found(home)[0] == 0.904


def test_sizes_without_a_home_price_may_have_one_elsewhere() -> None:
    size = find("Standard_G3")
    assert size is not None
    assert size.dedicated_linux is None
    assert (
        found(described([pool(vmSize="Standard_G3")], prices=WEST))[0]
        == prices_in("westeurope")["standard_g3"].dedicated
    )


@pytest.mark.parametrize(
    ("prices", "reported"),
    [
        ({"region": "westeurop"}, "did you mean 'westeurope'?"),
        ({"region": "moon"}, "a saved price list of it can be named as file"),
        ({}, "expected {region: westeurope}"),
        ({"region": 5}, "expected {region: westeurope}"),
        ({"regions": "westeurope"}, "expected {region: westeurope}"),
        ([], "expected {region: westeurope}"),
    ],
)
def test_what_is_no_region_is_refused(prices: Any, reported: str) -> None:
    with pytest.raises(InputError) as caught:
        described([pool()], prices=prices)
    assert reported in str(caught.value)


def test_what_sizes_states_stands_above_the_region() -> None:
    scenario = described(
        [pool(targetLowPriorityNodes=1)],
        account=OWN,
        prices=WEST,
        sizes={"Standard_D2_v3": {"spotLinux": 0.01}},
    )
    assert found(scenario) == [0.12, 0.01]
    assert "spot" not in notes(scenario)


def row(price: float, tier: str = "", **fields: Any) -> dict[str, Any]:
    return {
        "currencyCode": "USD",
        "retailPrice": price,
        "armRegionName": "westeurope",
        "productName": "Virtual Machines Dv3 Series",
        "skuName": f"D4 v3{tier}",
        "armSkuName": "Standard_D4_v3",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        **fields,
    }


def with_file(folder: Path, rows: list[Any], account: dict[str, Any], **body: Any) -> Scenario:
    (folder / "p.json").write_text(json.dumps({"Items": rows}))
    document = {
        "origin": "2025-01-06T00:00:00Z",
        "horizon": "1h",
        "account": account,
        "prices": {"file": "p.json", "region": "westeurope"},
        "pools": [pool(vmSize="Standard_D4_v3", targetLowPriorityNodes=3, **body)],
    }
    path = folder / "scenario.json"
    path.write_text(json.dumps(document))
    return load(path)


def test_spot_rows_of_a_file_are_read(tmp_path: Path) -> None:
    scenario = with_file(tmp_path, [row(0.250), row(0.0211, " Spot")], OWN)
    assert found(scenario) == [0.25, 0.0211]
    assert notes(scenario) == "; ", "what the user's own file says needs no word"


def test_a_spot_row_of_windows_is_no_linux_price(tmp_path: Path) -> None:
    rows = [row(0.25), row(0.09, " Spot", productName="Virtual Machines Dv3 Series Windows")]
    assert found(with_file(tmp_path, rows, OWN)) == [0.25, 0.044352]
    windows = with_file(tmp_path, rows, OWN, virtualMachineConfiguration=WINDOWS)
    assert found(windows)[1] == 0.09


def test_a_file_that_brings_dedicated_prices_alone_leaves_no_price_of_east_us(tmp_path: Path) -> None:
    """Low-priority follows from the file's price, spot is that of the table for the same region; both are reported."""
    old = with_file(tmp_path, [row(0.25)], {})
    assert found(old) == pytest.approx([0.25, 0.05])
    assert "as none is known in westeurope" in notes(old)
    own = with_file(tmp_path, [row(0.25)], OWN)
    assert found(own) == [0.25, 0.044352]
    assert "westeurope, 2026-05-20, as p.json has none" in notes(own)


def test_a_file_that_brings_spot_alone_takes_the_rest_from_the_same_region(tmp_path: Path) -> None:
    scenario = with_file(tmp_path, [row(0.0211, " Spot")], OWN)
    assert found(scenario) == [0.24, 0.0211]
    assert "dedicated price $0.24 an hour: westeurope, 2026-05-20, as p.json has none" in notes(scenario)


def test_a_file_of_a_region_that_nobody_ships(tmp_path: Path) -> None:
    """Only what it says holds; the rest is a share of that."""
    rows = [row(0.3, armRegionName="chinaeast2")]
    (tmp_path / "p.json").write_text(json.dumps(rows))
    document = {
        "account": OWN,
        "prices": "p.json",
        "horizon": "1h",
        "pools": [pool(vmSize="Standard_D4_v3", targetLowPriorityNodes=1)],
    }
    scenario = scenario_of(document, folder=tmp_path)
    assert found(scenario) == pytest.approx([0.3, 0.185 * 0.3])
    assert "as none is known in chinaeast2" in notes(scenario)


@pytest.mark.parametrize("data", [{"Items": True}, [1, 2], [[row(1)]], "text", {"Items": [3]}])
def test_a_file_without_rows_is_refused(tmp_path: Path, data: Any) -> None:
    (tmp_path / "p.json").write_text(json.dumps(data))
    with pytest.raises(InputError) as caught:
        scenario_of({"prices": {"file": "p.json"}, "horizon": "1h", "pools": [pool()]}, folder=tmp_path)
    assert "no hourly consumption price" in str(caught.value)


def test_an_experiment_can_go_through_regions(tmp_path: Path) -> None:
    """`prices.region` is a path like any other."""
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps({"prices": WEST, "horizon": "1h", "pools": [pool(targetDedicatedNodes=1)]}))
    base = Base.read(str(path))
    assert [found(base.scenario_with({"prices.region": name}))[0] for name in ("westeurope", "eastus")] == [0.12, 0.096]


def test_the_share_of_sizes_without_a_windows_price_is_what_the_model_states() -> None:
    sizes = table().values()
    assert (len(sizes), sum(1 for size in sizes if size.dedicated_windows is None)) == (1439, 1321)
