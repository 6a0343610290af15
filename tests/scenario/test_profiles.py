"""Generations of the service's interface: what each does not have is reported at load, with its path."""

from pathlib import Path

import pytest

from simulator import InputError
from simulator.scenario.reading.load import load

SCENARIO = """
options: {{apiProfile: {profile}}}
horizon: 1h
pools: [{{id: p, vmSize: Standard_D2_v3, {body}}}]
timeline: [{{at: 10m, operation: deallocateNode, pool: p, nodeId: p_1_d}}]
"""
CLOUD = "cloudServiceConfiguration: {osFamily: '6'}"
CERTIFIED = "certificateReferences: [{thumbprint: a, thumbprintAlgorithm: sha1}]"


def written(folder: Path, profile: str, body: str) -> Path:
    path = folder / "s.yaml"
    path.write_text(SCENARIO.format(profile=profile, body=body))
    return path


@pytest.mark.parametrize("profile", ["2020-09", "2024-02"])
def test_an_operation_that_came_later_is_warned_of(profile: str, tmp_path: Path) -> None:
    found = load(written(tmp_path, profile, CLOUD)).warnings
    expected = [problem for problem in found if problem.path == "timeline.0.operation"]
    assert [problem.message for problem in expected] == [f"refused in apiProfile {profile}: it came with 2025-06"]


def test_what_the_latest_interface_dropped_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(written(tmp_path, "2025-06", f"{CLOUD}, {CERTIFIED}"))
    paths = [problem.path for problem in caught.value.problems if "has it no more" in problem.message]
    assert sorted(map(str, paths)) == ["pools.0.certificateReferences", "pools.0.cloudServiceConfiguration"]


@pytest.mark.parametrize(("profile", "reserved"), [("2020-09", True), ("2024-02", True), ("2025-06", False)])
def test_login_ports_are_reserved_in_the_older_interfaces_alone(profile: str, reserved: bool, tmp_path: Path) -> None:
    ports = "frontendPortRangeStart: 15000, frontendPortRangeEnd: 15100"
    network = f"endpointConfiguration: {{inboundNATPools: [{{name: ssh, backendPort: 22, {ports}}}]}}"
    image = "imageReference: {offer: u}, nodeAgentSKUId: batch.node.ubuntu 22.04"
    body = f"virtualMachineConfiguration: {{{image}}}, networkConfiguration: {{{network}}}"
    path = tmp_path / "s.yaml"
    path.write_text(
        f"options: {{apiProfile: {profile}}}\nhorizon: 1h\npools: [{{id: p, vmSize: Standard_D2_v3, {body}}}]\n"
    )
    if not reserved:
        assert load(path).warnings == ()
        return
    with pytest.raises(InputError, match="port 22 is reserved"):
        load(path)
