"""Prices that a pool brings itself: of nodes, disks, licences, addresses and balancers."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from simulator.scenario.format.key_marks import INERT, UsdPerHour, UsdPerMonth
from simulator.scenario.format.section import Section
from simulator.states import PriceKind


class LicensePrice(Section):
    """USD that an application licence adds while a node is billed: for the node, for each of its cores, or both."""

    per_node_hour: UsdPerHour = 0.0
    """For a node, whatever its size."""
    per_core_hour: UsdPerHour = 0.0
    """For each core of a node."""


def _license_price(value: object) -> object:
    """Read a bare number as a price per node and hour."""
    return {"perNodeHour": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


class PoolPrices(Section):
    """USD per node and hour instead of the catalogue's price."""

    dedicated: UsdPerHour | None = None
    """Of a dedicated node."""
    low_priority: UsdPerHour | None = None
    """Of nodes that can be taken back; of spot nodes too, where `spot` says nothing else."""
    spot: UsdPerHour | None = None
    """Of the same nodes in an account of mode UserSubscription."""
    origin: Annotated[str, INERT] | None = None
    """Where these prices are from, e.g. a reservation or a savings plan: reported beside the answer."""
    data_disk_gib_month: UsdPerMonth | None = Field(default=None, alias="dataDiskGiBMonth")
    """Of a data disk, for each GiB."""
    application_licenses: dict[str, Annotated[LicensePrice, BeforeValidator(_license_price)]] = Field(
        default_factory=dict
    )
    """By name in the body's `applicationLicenses`: a price for each node, or {perNodeHour, perCoreHour}."""
    os_disk_month: UsdPerMonth | None = None
    """Of the OS disk of one node, under the option `billSubscriptionExtras`."""
    public_ip_hour: UsdPerHour | None = None
    """Of one public IP address, under that option."""
    load_balancer_hour: UsdPerHour | None = None
    """Of one load balancer, under that option."""

    def of(self, kind: PriceKind) -> float | None:
        """Return the pool's own price of a kind of node."""
        if kind is PriceKind.DEDICATED:
            return self.dedicated
        return self.spot if kind is PriceKind.SPOT and self.spot is not None else self.low_priority
