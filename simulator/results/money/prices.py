"""What a node costs an hour, and what stands behind the price: each with the words that the answer has for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from simulator.scenario.checks.spot_checks import is_own
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.catalogue import VmSize
from simulator.scenario.scenario import Scenario
from simulator.states import NodeKind, PriceKind

RATIOS: Final = {
    (PriceKind.LOW_PRIORITY, False): 0.20,
    (PriceKind.LOW_PRIORITY, True): 0.40,
    (PriceKind.SPOT, False): 0.185,
    (PriceKind.SPOT, True): 0.40,
}
"""Share of the dedicated price where a size has no price of that kind; True = Windows (docs/model.md#prices)."""
WINDOWS_PER_CORE: Final = 0.046
"""USD an hour that Windows adds for a core where no Windows price is known, as most shipped sizes add (assumption)."""
DISK_GIB_MONTH: Final = {"standard_lrs": 0.046, "standardssd_lrs": 0.075, "premium_lrs": 0.154}
"""USD for one GiB of an empty managed disk and a month: recalled, East US, a disk of 128 GiB (assumption)."""
HOURS_PER_MONTH: Final = 730
OS_DISK_GIB: Final = {False: 30.0, True: 127.0}
"""Size of the disk that a node boots from where the body says none, Linux and Windows (assumption)."""
OS_DISK_TYPE: Final = "standardssd_lrs"
"""What it is stored on where the body does not say (assumption)."""
PUBLIC_IP_HOUR: Final = 0.005
LOAD_BALANCER_HOUR: Final = 0.025
"""USD an hour of a standard address, and of a standard load balancer with up to five rules: recalled (assumption)."""
NODES_PER_BALANCER: Final = 50
"""How many nodes of a pool share an address and a balancer."""
WORDS: Final = {PriceKind.DEDICATED: "dedicated", PriceKind.LOW_PRIORITY: "low-priority", PriceKind.SPOT: "spot"}


@dataclass(frozen=True, slots=True)
class Price:
    """USD per hour, None where it is unknown, and how it was found."""

    value: float | None
    note: str = ""


def price_kind(scenario: Scenario, pool: Pool, kind: NodeKind) -> PriceKind:
    """Return what is paid for the nodes of a kind: those that can be taken back are spot in a user's subscription."""
    if kind is NodeKind.DEDICATED:
        return PriceKind.DEDICATED
    return PriceKind.SPOT if is_own(scenario, pool) else PriceKind.LOW_PRIORITY


def price_of(scenario: Scenario, pool: Pool, kind: NodeKind) -> Price:
    """Return the price of a pool's nodes of one kind: its own, the size's, or one derived from that."""
    paid, own, size = price_kind(scenario, pool, kind), pool.simulation.prices, scenario.sizes[pool.vm_size]
    given = own.of(paid)
    if given is not None:
        return Price(given, f"{pool.id}: {WORDS[paid]} price ${given:g} an hour: {own.origin}" if own.origin else "")
    windows = pool.pays_for_windows
    listed = size.price(paid, windows=windows)
    if listed is not None:
        origin = size.price_origin(paid, windows=windows)
        varies = "; spot prices vary" if paid is PriceKind.SPOT else ""
        text = f"{size.name}: {WORDS[paid]} price ${listed:g} an hour: {origin}{varies}"
        return Price(listed, text if origin else "")
    if paid is PriceKind.DEDICATED:
        return _unlisted(size, windows=windows)
    return _share(scenario, pool, size, paid)


def _unlisted(size: VmSize, *, windows: bool) -> Price:
    """Return the dedicated price of a size that has none: of Windows that of Linux and a licence for each core."""
    where = f" in {size.region}" if size.region else ""
    linux = size.price(PriceKind.DEDICATED, windows=False)
    if not windows or linux is None:
        return Price(None, f"{size.name}: no price known{where}, give one under sizes or in the pool's simulation")
    text = f"Windows price not known{where}, taken as {_with_licence(linux)}; give dedicatedWindows under sizes"
    return Price(linux + WINDOWS_PER_CORE * size.vcpus, f"{size.name}: {text}")


def _with_licence(linux: float) -> str:
    return f"the Linux price ${linux:g} and ${WINDOWS_PER_CORE:g} a core for Windows (assumed)"


def _share(scenario: Scenario, pool: Pool, size: VmSize, paid: PriceKind) -> Price:
    """Return a price as a share of the dedicated one."""
    windows, own = pool.pays_for_windows, pool.simulation.prices.dedicated
    listed = size.price(PriceKind.DEDICATED, windows=windows)
    dedicated = _unlisted(size, windows=windows) if own is None and listed is None else Price(listed)
    base = dedicated.value if own is None else own
    if base is None:
        return dedicated
    options = scenario.options
    chosen = options.spot_ratio if paid is PriceKind.SPOT else options.low_priority_ratio
    ratio = RATIOS[paid, windows] if chosen is None else chosen
    linux = size.price(PriceKind.DEDICATED, windows=False)
    if dedicated.note and linux is not None:
        text = f"Windows {WORDS[paid]} price taken as {ratio:g} of {_with_licence(linux)}"
        return Price(base * ratio, f"{size.name}: {text}; give dedicatedWindows under sizes")
    where = f", as none is known in {size.region}" if size.region else ""
    return Price(base * ratio, f"{size.name}: {WORDS[paid]} price taken as {ratio:g} of the dedicated one{where}")


def disks_of(pool: Pool) -> Price:
    """Return what the data disks of one node cost."""
    if not pool.data_disks:
        return Price(0.0)
    own, month = pool.simulation.prices.data_disk_gib_month, 0.0
    for disk in pool.data_disks:
        month += disk.disk_size_gb * (_gib_month(disk.type) if own is None else own)
    note = "" if own is not None else f"{pool.id}: price of data disks recalled, not looked up"
    return Price(month / HOURS_PER_MONTH, note)


def _gib_month(kind: str) -> float:
    return DISK_GIB_MONTH.get(kind, DISK_GIB_MONTH["standard_lrs"])


def licenses_of(scenario: Scenario, pool: Pool) -> Price:
    """Return what the application licences of one node cost; one without a price costs nothing, and is reported."""
    known = {name.lower(): price for name, price in pool.simulation.prices.application_licenses.items()}
    hour, free = 0.0, []
    for name in dict.fromkeys(one.lower() for one in pool.application_licenses):
        if name in known:
            hour += known[name].per_node_hour + known[name].per_core_hour * scenario.sizes[pool.vm_size].vcpus
        else:
            free.append(name)
    note = f"{pool.id}: no price of the application licence {', '.join(free)} given, counted as free" if free else ""
    return Price(hour, note)


def os_disk_of(scenario: Scenario, pool: Pool) -> Price:
    """Return what the disk that a node boots from costs: nothing, unless the option and the account are such."""
    if not _has_extras(scenario, pool):
        return Price(0.0)
    own, disk = pool.simulation.prices.os_disk_month, pool.os_disk
    if own is not None:
        return Price(own / HOURS_PER_MONTH)
    if disk.ephemeral_os_disk_settings is not None:
        return Price(0.0)
    size = OS_DISK_GIB[pool.is_windows] if disk.disk_size_gb is None else disk.disk_size_gb
    kind = disk.managed_disk.storage_account_type or OS_DISK_TYPE
    month = size * _gib_month(kind)
    note = f"OS disk of {size:g} GiB, {kind}, taken as ${month:.4g} a month and node: assumed"
    return Price(month / HOURS_PER_MONTH, f"{pool.id}: {note}")


def network_of(scenario: Scenario, pool: Pool) -> Price:
    """Return what the addresses and balancers cost that up to `NODES_PER_BALANCER` nodes share."""
    provision = pool.network_configuration.public_addresses.provision
    if not _has_extras(scenario, pool) or provision == "nopublicipaddresses":
        return Price(0.0)
    own = pool.simulation.prices
    address, balancer = own.public_ip_hour, own.load_balancer_hour
    assumed = [*_assumed("public IP address", address, PUBLIC_IP_HOUR)]
    assumed += _assumed("load balancer", balancer, LOAD_BALANCER_HOUR)
    value = (PUBLIC_IP_HOUR if address is None else address) + (LOAD_BALANCER_HOUR if balancer is None else balancer)
    return Price(value, f"{pool.id}: {', '.join(assumed)}: assumed" if assumed else "")


def _assumed(what: str, given: float | None, price: float) -> Iterator[str]:
    if given is None:
        yield f"{what} taken as ${price:g} an hour for every {NODES_PER_BALANCER} nodes"


def _has_extras(scenario: Scenario, pool: Pool) -> bool:
    return scenario.options.bill_subscription_extras and is_own(scenario, pool)
