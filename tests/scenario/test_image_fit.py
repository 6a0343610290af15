"""Which sizes boot an image, and which agent belongs to it: from the table of sizes and the names of images."""

from pathlib import Path
from typing import Any

import pytest

from simulator.scenario.format.catalogue import find, generations, table
from simulator.scenario.format.image_fit import agent_of, boots
from tests.scenario.files import LINUX, pool, read

JAMMY, NOBLE = "0001-com-ubuntu-server-jammy", "ubuntu-24_04-lts"


@pytest.mark.parametrize(
    ("offer", "sku", "size", "fits"),
    [
        (JAMMY, "22_04-lts", "Standard_D2_v3", True),
        (JAMMY, "22_04-lts-gen2", "Standard_D2_v3", False),
        (JAMMY, "22_04-lts-gen2", "Standard_D2s_v3", True),
        (JAMMY, "22_04-lts", "Standard_DC2s_v2", False),
        (JAMMY, "22_04-lts-gen2", "Standard_DC2s_v2", True),
        (JAMMY, "22_04-lts", "Standard_D4as_v7", False),
        (JAMMY, "22_04-lts-arm64", "Standard_D2ps_v5", True),
        (JAMMY, "22_04-lts-arm64", "Standard_D2s_v3", False),
        (JAMMY, "22_04-lts-gen2", "Standard_D2ps_v5", False),
        (NOBLE, "server", "Standard_A2_v2", False),
        (NOBLE, "server-gen1", "Standard_A2_v2", True),
        ("WindowsServer", "2022-datacenter-g2", "Standard_E4_v3", False),
        ("WindowsServer", "2019-datacenter-gensecond", "Standard_E4s_v3", True),
        ("WindowsServer", "2022-datacenter", "Standard_E4s_v6", False),
        ("ubuntu-hpc", "2204", "Standard_NC6", False),
        ("something", "else", "Standard_DC2s_v2", True),
        (JAMMY, "22_04-lts-gen2", "my-own-size", True),
        ("", "", "Standard_DC2s_v2", True),
    ],
)
def test_generation_and_processor_decide_what_boots(offer: str, sku: str, size: str, fits: bool) -> None:
    assert boots(offer, sku, size) is fits


def test_sizes_for_arm64_and_confidential_ones_boot_the_second_generation_alone() -> None:
    for name in ("Standard_D2ps_v6", "Standard_E4pds_v5", "Standard_DC4as_v5", "Standard_EC2as_v5"):
        assert generations(name) == {"2"}


@pytest.mark.parametrize(
    ("publisher", "offer", "sku", "agent"),
    [
        ("canonical", JAMMY, "22_04-lts", "batch.node.ubuntu 22.04"),
        ("canonical", NOBLE, "server", "batch.node.ubuntu 24.04"),
        ("Canonical", "UbuntuServer", "18.04-LTS", "batch.node.ubuntu 18.04"),
        ("microsoft-azure-batch", "ubuntu-server-container", "20-04-lts", "batch.node.ubuntu 20.04"),
        ("microsoft-dsvm", "ubuntu-hpc", "2204", "batch.node.ubuntu 22.04"),
        ("OpenLogic", "CentOS", "7.2", "batch.node.centos 7"),
        ("almalinux", "almalinux", "8-gen2", "batch.node.el 8"),
        ("debian", "debian-12", "12-gen2", "batch.node.debian 12"),
        ("someone", "ubuntu", "22_04", None),
    ],
)
def test_an_image_has_one_agent(publisher: str, offer: str, sku: str, agent: str | None) -> None:
    assert agent_of(publisher, offer, sku) == agent


@pytest.mark.parametrize("agent", ["batch.node.centos 7", "batch.node.ubuntu 18.04"])
def test_another_agent_than_the_images_own_is_a_warning(agent: str, tmp_path: Path) -> None:
    machine: dict[str, Any] = {**LINUX, "nodeAgentSKUId": agent}
    (warning,) = read(tmp_path, [pool(virtualMachineConfiguration=machine)], [], horizon="1h").warnings
    assert "the service pairs this image with 'batch.node.ubuntu 22.04'" in warning.message
    assert warning.path == "pools.0.virtualMachineConfiguration.nodeAgentSKUId"


def test_todays_sizes_are_there_with_their_prices() -> None:
    for name, cores in (
        ("Standard_D4as_v7", 4),
        ("Standard_D4s_v6", 4),
        ("Standard_E8ps_v6", 8),
        ("Standard_DC2as_v5", 2),
        ("Standard_EC4as_v5", 4),
        ("Standard_E8-2as_v4", 2),
        ("Standard_ND96isr_H100_v5", 96),
    ):
        size = find(name)
        assert size is not None
        assert size.vcpus == cores
        assert size.dedicated_linux is not None
        assert size.spot_linux is not None


def test_every_size_boots_some_generation() -> None:
    assert all(generations(name) <= {"1", "2"} and generations(name) for name in table())
