"""A pool's network as its body describes it: subnet, public addresses, inbound ports."""

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from simulator.scenario.format.key_marks import INERT
from simulator.scenario.format.section import Body, Count, Section, lower

MOST_NAT_POOLS: Final = 5
FEWEST_PORTS: Final = 40
RESERVED_BACKEND: Final = (29876, 29877)
LOGIN_PORTS: Final = (22, 3389)
"""Backend ports that are reserved too where a scenario names an interface before 2025-06."""
RESERVED_FRONTEND: Final = (50000, 55000)

Port = Annotated[int, Field(ge=1, le=65535)]


class InboundNatPool(Body):
    """A range of public ports that leads to one port of each node."""

    name: str = ""
    """Name of the port range; each only once."""
    protocol: Annotated[str, INERT] = ""
    """TCP or UDP; no traffic is simulated."""
    backend_port: Port
    """Port on the nodes; each only once, and none that the service needs itself."""
    frontend_port_range_start: Port
    """First public port of the range."""
    frontend_port_range_end: Port
    """Last public port of the range, which has at least 40."""
    network_security_group_rules: tuple[dict[str, object], ...] = ()
    """Rules by priority, at most 25; no traffic is simulated."""


class EndpointConfiguration(Body):
    """Ports of nodes that are reached from outside."""

    inbound_nat_pools: tuple[InboundNatPool, ...] = Field(default=(), alias="inboundNATPools")
    """Ranges of public ports, at most 5."""


class PublicAddresses(Body):
    """Public addresses of the nodes of a pool."""

    provision: Annotated[Literal["batchmanaged", "usermanaged", "nopublicipaddresses"], BeforeValidator(lower)] = (
        "batchmanaged"
    )
    """Whose public addresses the nodes have: the service's, the user's own, or none."""
    ip_address_ids: tuple[str, ...] = ()
    """Addresses of the user's own; each carries 100 nodes of a kind."""


class NetworkConfiguration(Body):
    """Subnet, public addresses and inbound ports of a pool."""

    subnet_id: str | None = None
    """Subnet of the nodes; `subnets` of the scenario says how many addresses it has."""
    public_addresses: PublicAddresses = Field(
        default=PublicAddresses.model_construct(), alias="publicIPAddressConfiguration"
    )
    """Public addresses of the nodes."""
    endpoint_configuration: EndpointConfiguration = EndpointConfiguration.model_construct()
    """Ports of nodes that are reached from outside."""


class JobNetwork(Body):
    """Network that nodes join for the tasks of one job; no traffic is simulated."""

    subnet_id: Annotated[str, INERT] | None = None
    """Subnet that nodes join."""
    skip_withdraw_from_vnet: Annotated[bool, INERT] = Field(default=False, alias="skipWithdrawFromVNet")
    """Whether nodes stay in it when the job has ended."""


class Subnet(Section):
    """What a scenario knows of a subnet."""

    free_addresses: Count
    """For nodes; what Azure keeps for itself is not among them."""
