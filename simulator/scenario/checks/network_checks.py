"""What the service refuses in a pool's network: public addresses and inbound ports."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

from simulator.scenario.checks.findings import Finding, Loc, readable, until_absent
from simulator.scenario.format import network
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.deployment import get
from simulator.scenario.format.network import InboundNatPool
from simulator.scenario.format.schema import ApiProfile, Options
from simulator.service_codes import ServiceCode

MOST_RULES: Final = 25
RULE_PRIORITIES: Final = (150, 4096)


def check_network(options: Options, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Check the network configuration of a pool as the generation of the service does which a scenario names."""
    where: Loc = (*loc, "networkConfiguration")
    yield from until_absent(_addresses(pool, (*where, "publicIPAddressConfiguration")))
    is_old = "api_profile" in options.model_fields_set and options.api_profile < ApiProfile.V2025_06
    reserved = network.RESERVED_BACKEND + (network.LOGIN_PORTS if is_old else ())
    yield from until_absent(_inbound_ports(pool, reserved, (*where, "endpointConfiguration", "inboundNATPools")))


def _addresses(pool: Pool, loc: Loc) -> Iterator[Finding]:
    addresses = pool.network_configuration.public_addresses
    if addresses.provision == "usermanaged" and not addresses.ip_address_ids:
        text = "provision is usermanaged, but ipAddressIds names no address"
        yield Finding(text, loc, code=ServiceCode.MISSING_PROPERTY)


def _inbound_ports(pool: Pool, reserved: tuple[int, ...], loc: Loc) -> Iterator[Finding]:
    pools = pool.network_configuration.endpoint_configuration.inbound_nat_pools
    if len(pools) > network.MOST_NAT_POOLS:
        text = f"{len(pools)} inbound NAT pools; the service takes at most {network.MOST_NAT_POOLS}"
        yield Finding(text, loc, code=ServiceCode.INVALID_PROPERTY)
    for index, one in enumerate(pools):
        yield from until_absent(_ports(one, reserved, (*loc, index)))
        yield from until_absent(_rules(one, (*loc, index, "networkSecurityGroupRules")))
    for (_, one), (index, other) in combinations(enumerate(pools), 2):
        yield from _both(one, other, (*loc, index))


def _ports(one: InboundNatPool, reserved: tuple[int, ...], loc: Loc) -> Iterator[Finding]:
    low, high = one.frontend_port_range_start, one.frontend_port_range_end
    first, last = network.RESERVED_FRONTEND
    if high - low + 1 < network.FEWEST_PORTS:
        text = f"ports {low} to {high}: a range needs at least {network.FEWEST_PORTS} ports"
        yield Finding(text, (*loc, "frontendPortRangeEnd"), code=ServiceCode.INVALID_PROPERTY)
    if low <= last and high >= first:
        text = f"ports {low} to {high} overlap {first} to {last}, which are reserved"
        yield Finding(text, (*loc, "frontendPortRangeStart"), code=ServiceCode.INVALID_PROPERTY)
    if one.backend_port in reserved:
        text = f"port {one.backend_port} is reserved"
        yield Finding(text, (*loc, "backendPort"), code=ServiceCode.INVALID_PROPERTY)


def _rules(one: InboundNatPool, loc: Loc) -> Iterator[Finding]:
    """Check the rules of a NAT pool: their number, and the priority of each."""
    rules = one.network_security_group_rules
    if len(rules) > MOST_RULES:
        yield Finding(f"more than {MOST_RULES} rules", loc, code=ServiceCode.INVALID_PROPERTY)
    low, high = RULE_PRIORITIES
    seen: set[Any] = set()
    for index, rule in enumerate(rules):
        priority = get(rule, "priority")
        if isinstance(priority, int) and not low <= priority <= high:
            text = f"the priority of a rule is a number from {low} to {high}"
            yield Finding(text, (*loc, index, "priority"), code=ServiceCode.INVALID_PROPERTY)
        elif priority is not None and priority in seen:
            yield Finding(
                f"a second rule of priority {priority}", (*loc, index, "priority"), code=ServiceCode.INVALID_PROPERTY
            )
        seen.add(priority)


def _both(one: InboundNatPool, other: InboundNatPool, loc: Loc) -> Iterator[Finding]:
    """Refuse what two NAT pools of one pool may not share."""
    for rule in (_same_name, _same_port, _overlap):
        yield from until_absent(rule(one, other, loc))


def _same_name(one: InboundNatPool, other: InboundNatPool, loc: Loc) -> Iterator[Finding]:
    if other.name and one.name.lower() == other.name.lower():
        yield Finding(f"a second inbound NAT pool '{other.name}'", (*loc, "name"), code=ServiceCode.INVALID_PROPERTY)


def _same_port(one: InboundNatPool, other: InboundNatPool, loc: Loc) -> Iterator[Finding]:
    if one.backend_port == other.backend_port:
        text = f"a second inbound NAT pool for port {other.backend_port}"
        yield Finding(text, (*loc, "backendPort"), code=ServiceCode.INVALID_PROPERTY)


def _overlap(one: InboundNatPool, other: InboundNatPool, loc: Loc) -> Iterator[Finding]:
    low = max(one.frontend_port_range_start, other.frontend_port_range_start)
    high = min(one.frontend_port_range_end, other.frontend_port_range_end)
    if low <= high:
        before = readable(one, "name") or "another inbound NAT pool"
        text = f"ports {low} to {high} belong to the range of {before} already"
        yield Finding(text, (*loc, "frontendPortRangeStart"), code=ServiceCode.INVALID_PROPERTY)
