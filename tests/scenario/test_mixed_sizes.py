"""A pool of several sizes has nodes of the one that the service prefers, and says so."""

from typing import Any

import pytest

from simulator import InputError
from simulator.scenario.reading.construct import scenario_of
from tests.scenario.files import pool

CHEAP, DEAR = "Standard_D2_v3", "Standard_D4_v3"


def mixed(strategy: str | None, *sizes: dict[str, Any], **body: Any) -> dict[str, Any]:
    profile = {"vmSizes": list(sizes), **({"allocationStrategy": strategy} if strategy else {})}
    return {"horizon": "1h", "pools": [pool(vmSize="Mix", vmSkuProfile=profile, **body)]}


@pytest.mark.parametrize(
    ("strategy", "sizes", "chosen"),
    [
        (None, [{"name": DEAR}, {"name": CHEAP}], CHEAP),
        ("LowestPrice", [{"name": DEAR}, {"name": CHEAP}], CHEAP),
        ("capacityOptimized", [{"name": DEAR}, {"name": CHEAP}], DEAR),
        ("Prioritized", [{"name": CHEAP, "rank": 1}, {"name": DEAR, "rank": 0}], DEAR),
    ],
)
def test_the_preferred_size_is_that_of_all_nodes(strategy: str | None, sizes: list[Any], chosen: str) -> None:
    scenario = scenario_of(mixed(strategy, *sizes))
    assert scenario.pools[0].vm_size == chosen
    (found,) = scenario.warnings
    assert found.path == "pools.0.vmSkuProfile"
    assert "not simulated yet" in found.message


def test_a_size_that_is_not_known_is_refused_where_it_stands() -> None:
    with pytest.raises(InputError) as caught:
        scenario_of(mixed(None, {"name": "Standard_D2_v33"}))
    (found,) = (problem for problem in caught.value.problems if not problem.is_warning)
    assert found.path == "pools.0.vmSkuProfile.vmSizes.0.name"
    assert "did you mean 'Standard_D2_v3'?" in found.message


@pytest.mark.parametrize("profile", [{}, {"vmSizes": []}, {"vmSizes": [{"rank": 1}]}])
def test_a_mix_of_nothing_is_refused(profile: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="names no size"):
        scenario_of({"horizon": "1h", "pools": [pool(vmSize="mix", vmSkuProfile=profile)]})
