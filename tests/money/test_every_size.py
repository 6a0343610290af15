"""Of every shipped size: what is not known of it is stated where it matters, and never zero or another price."""

from collections import Counter

from simulator.results.money.prices import WINDOWS_PER_CORE, price_of
from simulator.scenario.checks.pool_checks import check_pool
from simulator.scenario.format.catalogue import FEWER_CORES, table
from simulator.scenario.reading.construct import scenario_of
from simulator.scenario.scenario import Scenario
from simulator.states import NodeKind
from tests.features.story import WINDOWS, document, pool

SIZES = table()


def of_all_sizes(**body: object) -> Scenario:
    """Return a scenario that knows every size; what it has of pools is of one."""
    made = scenario_of(document(pool(nodes=1, **body), horizon="1h", options={"enforceLocalResources": "disk"}))  # type: ignore[arg-type]
    return made.model_copy(update={"sizes": {size.name: size for size in SIZES.values()}})


def test_a_windows_price_is_listed_or_stated_as_assumed_and_above_that_of_linux() -> None:
    scenario = of_all_sizes(virtualMachineConfiguration=WINDOWS)
    for size in SIZES.values():
        body = scenario.pools[0].model_copy(update={"vm_size": size.name})
        dedicated, low = (price_of(scenario, body, kind) for kind in (NodeKind.DEDICATED, NodeKind.LOW_PRIORITY))
        if dedicated.value is None:
            assert "no price known" in dedicated.note
            continue
        linux = size.dedicated_linux or 0
        assert dedicated.value > linux
        assert low.value is not None
        assert 0 < low.value < dedicated.value
        if size.dedicated_windows is None:
            assert "Windows price not known" in dedicated.note
            assert "assumed" in dedicated.note


def test_what_windows_is_assumed_to_add_is_what_most_sizes_with_both_prices_add() -> None:
    both = [one for one in SIZES.values() if one.dedicated_linux and one.dedicated_windows]
    added = Counter(round((one.dedicated_windows - one.dedicated_linux) / one.vcpus, 4) for one in both)  # type: ignore[operator]
    ((most, count),) = added.most_common(1)
    assert most == WINDOWS_PER_CORE
    assert count > len(both) / 2


def test_a_local_disk_that_is_not_known_is_a_warning_where_disks_are_enforced() -> None:
    scenario = of_all_sizes()
    for size in SIZES.values():
        body = scenario.pools[0].model_copy(update={"vm_size": size.name})
        found = [one for one in check_pool(scenario, body, ("pools", 0)) if "local disk" in one.text]
        assert len(found) == (size.temp_disk_gib is None)
        assert all(one.is_warning for one in found)


def test_a_size_with_fewer_cores_has_the_disk_of_the_whole_one() -> None:
    fewer = {name: SIZES.get(FEWER_CORES.sub(r"\1", name)) for name in SIZES if FEWER_CORES.search(name)}
    known = {name: whole for name, whole in fewer.items() if whole is not None and whole.temp_disk_gib is not None}
    assert len(known) > 70
    assert all(SIZES[name].temp_disk_gib == whole.temp_disk_gib for name, whole in known.items())
