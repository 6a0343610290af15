"""What the service refuses in the deployment of a pool: image, agent, placement; and what spot VMs cannot do."""

from collections.abc import Callable, Iterator
from typing import Final

from simulator.scenario.checks.findings import Finding, Loc, until_absent
from simulator.scenario.checks.ids import near
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.deployment import (
    NODE_AGENTS,
    OWN_LICENCES,
    get,
    is_windows_agent,
    is_windows_image,
    paired_agent,
)
from simulator.scenario.format.schema import Description
from simulator.service_codes import ServiceCode

Rule = Callable[[Description, Pool, Loc], Iterator[Finding]]
NAMES: Final = ("Linux", "Windows")


def check_deployment(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Check image, node agent and placement of a pool, each rule by itself."""
    for rule in RULES:
        yield from until_absent(rule(scenario, pool, loc))


def _system(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Check that the node agent is known and fits the image."""
    machine = pool.virtual_machine_configuration
    if machine is None:
        return
    agent, where = machine.node_agent_sku_id, (*loc, "virtualMachineConfiguration", "nodeAgentSKUId")
    windows, image = is_windows_agent(agent), is_windows_image(machine.image_reference)
    if windows is None:
        hint = near(agent, NODE_AGENTS)
        text = f"unknown node agent, the operating system is taken from the image: '{agent}'{hint}"
        yield Finding(text, where, is_warning=True)
    elif image is not None and image is not windows:
        text = f"a {NAMES[windows]} node agent on a {NAMES[image]} image"
        yield Finding(text, where, code=ServiceCode.INVALID_PROPERTY)
    else:
        yield from _agent(agent, paired_agent(machine), where)


def _agent(agent: str, paired: str | None, where: Loc) -> Iterator[Finding]:
    """Warn of another agent than the one that the service pairs with the image."""
    if paired is not None and paired != agent.lower():
        text = f"the service pairs this image with '{paired}' and refuses another agent; simulated all the same"
        yield Finding(text, where, is_warning=True, code=ServiceCode.INVALID_PROPERTY)


def _windows_settings(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Refuse settings of Windows on an image of Linux."""
    machine = pool.virtual_machine_configuration
    if machine is None or machine.windows_configuration is None:
        return
    image = is_windows_image(machine.image_reference)
    is_windows = is_windows_agent(machine.node_agent_sku_id) if image is None else image
    if is_windows is False:
        text = "a windowsConfiguration beside a Linux image"
        yield Finding(
            text, (*loc, "virtualMachineConfiguration", "windowsConfiguration"), code=ServiceCode.INVALID_PROPERTY
        )


def _two_updaters(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Refuse nodes that Windows updates while the service upgrades them."""
    own = get(pool.virtual_machine_configuration, "windowsConfiguration")
    if pool.upgrades_by_itself and get(own, "enableAutomaticUpdates") is True:
        text = "enableAutomaticUpdates of Windows beside enableAutomaticOSUpgrade of the upgradePolicy: one of the two"
        where = (*loc, "virtualMachineConfiguration", "windowsConfiguration", "enableAutomaticUpdates")
        yield Finding(text, where, code=ServiceCode.INVALID_PROPERTY)


def _upgrades_of_cloud_services(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Warn of automatic upgrades of nodes that are no virtual machines."""
    if (
        pool.cloud_service_configuration is not None
        and pool.upgrade_policy.automatic_os_upgrade_policy.enable_automatic_os_upgrade
    ):
        text = (
            "automatic upgrades are for virtual machines, Cloud Services begin none here: use upgradeOs on the timeline"
        )
        where = (*loc, "upgradePolicy", "automaticOSUpgradePolicy", "enableAutomaticOSUpgrade")
        yield Finding(text, where, is_warning=True)


def _own_licence(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Warn of a word for a licence that the service does not know: it saves nothing."""
    machine = pool.virtual_machine_configuration
    own = None if machine is None else machine.license_type
    if own and own.lower() not in {known.lower() for known in OWN_LICENCES}:
        hint = near(own, OWN_LICENCES, f"; these are {', '.join(OWN_LICENCES)}")
        text = f"'{own}' is no licence that a pool can bring{hint}"
        yield Finding(text, (*loc, "virtualMachineConfiguration", "licenseType"), is_warning=True)


def _images_for_nobody(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Warn of newer images that no automatic upgrade waits for."""
    if pool.simulation.new_images and not pool.upgrades_by_itself:
        text = "no effect: the pool has no automaticOSUpgradePolicy with enableAutomaticOSUpgrade"
        yield Finding(text, (*loc, "simulation", "newImages"), is_warning=True)


def _image(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    if not pool.runs_on(pool.vm_size):
        text = f"{pool.vm_size} cannot boot this image: no node will ever be allocated"
        yield Finding(
            text,
            (*loc, "virtualMachineConfiguration", "imageReference"),
            is_warning=True,
            code=ServiceCode.INCOMPATIBLE_VM_SIZE,
        )


def _zonal(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Refuse nodes that must share a fast network and be spread over the zones."""
    size = scenario.sizes.get(pool.vm_size)
    if pool.is_zonal and pool.enable_inter_node_communication and size is not None and size.rdma:
        text = f"zonal placement with inter-node communication on {pool.vm_size}, a size with InfiniBand"
        where = (*loc, "virtualMachineConfiguration", "nodePlacementConfiguration", "policy")
        yield Finding(text, where, code=ServiceCode.INVALID_PROPERTY)


RULES: Final[tuple[Rule, ...]] = (
    _system,
    _windows_settings,
    _two_updaters,
    _upgrades_of_cloud_services,
    _own_licence,
    _images_for_nobody,
    _image,
    _zonal,
)
