"""A pool's network as its body describes it: subnet, public addresses, inbound ports."""

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from simulator.scenario.format.section import Body, Count, Section, lower

MOST_NAT_POOLS: Final = 5
FEWEST_PORTS: Final = 40
RESERVED_BACKEND: Final = (29876, 29877)
LOGIN_PORTS: Final = (22, 3389)
"""Backend ports that were reserved too before the interface of 2025-06."""
RESERVED_FRONTEND: Final = (50000, 55000)

Port = Annotated[int, Field(ge=1, le=65535)]


class InboundNatPool(Body):
    name: str = ""
    backend_port: Port
    frontend_port_range_start: Port
    frontend_port_range_end: Port
    network_security_group_rules: tuple[dict[str, object], ...] = ()


class EndpointConfiguration(Body):
    inbound_nat_pools: tuple[InboundNatPool, ...] = Field(default=(), alias="inboundNATPools")


class PublicAddresses(Body):
    provision: Annotated[Literal["batchmanaged", "usermanaged", "nopublicipaddresses"], BeforeValidator(lower)] = (
        "batchmanaged"
    )
    ip_address_ids: tuple[str, ...] = ()


class NetworkConfiguration(Body):
    subnet_id: str | None = None
    public_addresses: PublicAddresses = Field(
        default=PublicAddresses.model_construct(), alias="publicIPAddressConfiguration"
    )
    endpoint_configuration: EndpointConfiguration = EndpointConfiguration.model_construct()


class Subnet(Section):
    """What a scenario knows of a subnet."""

    free_addresses: Count
    """For nodes; what Azure keeps for itself is not among them."""
