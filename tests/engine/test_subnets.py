"""Subnets are reported apart by their whole id, and keys of bodies have one name at a time."""

from typing import Any

import pytest

from simulator import InputError, simulate
from tests.engine.laws import check
from tests.engine.worlds import pool, scenario

NET = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/{}/subnets/Default"


def sizes(subnets: dict[str, Any], *nets: str) -> list[int]:
    """Return how many of ten nodes each pool gets."""
    bodies = [
        pool(id=f"p{number}", targetDedicatedNodes=10, networkConfiguration={"subnetId": NET.format(net)})
        for number, net in enumerate(nets)
    ]
    made = scenario(bodies, [], horizon="1h", subnets={name: {"freeAddresses": free} for name, free in subnets.items()})
    assert not made.warnings
    found = check(simulate(made)).nodes["pool"].astype(str).tolist()
    return [found.count(body["id"]) for body in bodies]


def test_two_networks_have_a_subnet_of_the_same_name_each() -> None:
    assert sizes({"default": 12}, "one", "two", "one") == [10, 10, 2]


def test_a_whole_id_stands_for_one_of_them() -> None:
    assert sizes({NET.format("one").lower(): 4, "default": 7}, "one", "two") == [4, 7]
    assert sizes({f"{NET.format('one')}/": 4}, "ONE", "two") == [4, 10]


def test_a_subnet_that_no_pool_uses_is_a_warning() -> None:
    made = scenario([pool()], [], horizon="1h", subnets={"deflt": {"freeAddresses": 1}})
    assert [problem.message for problem in made.warnings] == [
        "no pool has the subnetId 'deflt', nor one that ends in it"
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [("maxTasksPerNode", "taskSlotsPerNode"), ("targetDedicated", "targetDedicatedNodes")],
)
def test_an_old_name_beside_the_new_one_is_refused(old: str, new: str) -> None:
    with pytest.raises(InputError, match=f"'{old}' and '{new}' are two names of one key: leave '{old}' out"):
        scenario([pool(**{old: 4, new: 2})], [], horizon="1h")
    (warning,) = scenario([pool(**{old: 4})], [], horizon="1h").warnings
    assert f"'{old}' is an old name of '{new}'" in warning.message
