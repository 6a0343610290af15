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


@pytest.mark.parametrize(
    ("profile", "reserved"),
    [("2020-09", True), ("2024-02", True), ("2025-06", False), ("2026-10", False), (None, False)],
)
def test_login_ports_are_reserved_where_an_older_interface_is_named(
    profile: str | None, reserved: bool, tmp_path: Path
) -> None:
    ports = "frontendPortRangeStart: 15000, frontendPortRangeEnd: 15100"
    network = f"endpointConfiguration: {{inboundNATPools: [{{name: ssh, backendPort: 22, {ports}}}]}}"
    image = "imageReference: {offer: u}, nodeAgentSKUId: batch.node.ubuntu 22.04"
    body = f"virtualMachineConfiguration: {{{image}}}, networkConfiguration: {{{network}}}"
    path = tmp_path / "s.yaml"
    options = f"options: {{apiProfile: {profile}}}" if profile else ""
    path.write_text(f"{options}\nhorizon: 1h\npools: [{{id: p, vmSize: Standard_D2_v3, {body}}}]\n")
    if not reserved:
        assert load(path).warnings == ()
        return
    with pytest.raises(InputError, match="port 22 is reserved"):
        load(path)


@pytest.mark.parametrize(("profile", "refused"), [("2025-06", False), ("2026-10", True)])
def test_the_newest_interface_has_no_nodes_that_wait_for_files(profile: str, refused: bool, tmp_path: Path) -> None:
    resize = "{at: 10m, operation: resize, pool: p, targetDedicatedNodes: 0, nodeDeallocationOption: retaineddata}"
    image = "imageReference: {offer: u}, nodeAgentSKUId: batch.node.ubuntu 22.04"
    path = tmp_path / "s.yaml"
    path.write_text(
        f"options: {{apiProfile: {profile}}}\nhorizon: 1h\ntimeline: [{resize}]\n"
        f"pools: [{{id: p, vmSize: Standard_D2_v3, virtualMachineConfiguration: {{{image}}}}}]\n"
    )
    if not refused:
        load(path)
        return
    with pytest.raises(InputError, match=r"timeline.0.nodeDeallocationOption: apiProfile 2026-10 has retaineddata no"):
        load(path)
