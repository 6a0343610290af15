"""A scenario file is read whole, or every one of its problems is reported with its place."""

from pathlib import Path

import pytest

from simulator import InputError, load

GOOD = Path(__file__).parents[2] / "scenarios" / "first_pool.yaml"


def problems(tmp_path: Path, *changes: tuple[str, str], strict: bool = False) -> list[str]:
    text = GOOD.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "broken.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        load(file, strict=strict)
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]


def test_the_first_scenario_loads() -> None:
    scenario = load(GOOD)
    assert scenario.pools[0].target_dedicated_nodes == 4
    assert scenario.model_validate_json(scenario.model_dump_json()) == scenario


def test_three_problems_are_reported_at_once_with_their_places(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        ("targetDedicatedNodes: 4", "targetDedicatedNodes: -4"),
        ("taskSlotsPerNode: 2", "taskSlotsPerNode: 2\n    simulation: {timing: {leavng: 60s}}"),
        ("{exponential: {mean: 5m}}", "300"),
    )
    assert len(found) == 3
    assert "targetDedicatedNodes: expected a value greater than or equal to 0, not -4" in found[0]
    assert "did you mean 'leaving'?" in found[1]
    assert "a bare number has no unit" in found[2]
    assert all(problem.splitlines()[2].strip() == "^" for problem in found)


def test_references_that_lead_nowhere(tmp_path: Path) -> None:
    found = problems(tmp_path, ("poolId: small", "poolId: smal"), strict=True)
    assert "no pool 'smal', did you mean 'small'?: the service takes the job, and its tasks wait for ever" in found[0]
    found = problems(tmp_path, ("vmSize: Standard_D2_v3", "vmSize: Standard_D2_v6"))
    assert "did you mean 'Standard_D2s_v6'?" in found[0]


@pytest.mark.parametrize("duration", ["P1M", "15", "soon", "-5s", "PT"])
def test_wrong_durations_state_what_was_expected(tmp_path: Path, duration: str) -> None:
    assert "expected a duration" in problems(tmp_path, ("mean: 5m", f"mean: {duration}"))[0]


def test_broken_yaml_and_missing_files(tmp_path: Path) -> None:
    assert "not valid YAML" in problems(tmp_path, ("{exponential:", "{{exponential:"))[0]
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "absent.yaml")
