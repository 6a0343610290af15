"""Experiment files: what they may say, and what is reported when they are wrong."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.errors import InputError
from simulator.experiment import load_experiment
from tests.command_line import app
from tests.experiment.files import SMALL, experiment


def shown(folder: Path, text: str) -> list[dict[str, object]]:
    return [dict(cell.shown) for cell in load_experiment(experiment(folder, text)).cells]


def test_ranges_have_steps_or_counts_and_times_keep_their_unit(tmp_path: Path) -> None:
    found = shown(
        tmp_path,
        """
axes:
  a: {path: pools.0.resizeTimeout, from: 5m, to: 2h, count: 3}
  b: {path: pools.0.simulation.prices.dedicated, from: 0.1, to: 0.3, step: 0.1}
  c: {path: account.dedicatedCoreQuota, from: 1, to: 100, count: 3, scale: log}
""",
    )
    assert [cell["a"] for cell in found[::9]] == ["5m", "3750s", "2h"]
    assert [cell["b"] for cell in found[:9:3]] == [0.1, 0.2, 0.3]
    assert [cell["c"] for cell in found[:3]] == [1, 10, 100]


def test_cases_are_crossed_with_axes(tmp_path: Path) -> None:
    found = shown(
        tmp_path,
        """
cases:
  dedicated: {pools.0.targetDedicatedNodes: 4}
  spot: {pools.0.targetDedicatedNodes: 4, pools.0.spotShare: 1}
axes: {jobs.0.workloadScale: [1, 2]}
""",
    )
    assert [cell["case"] for cell in found] == ["dedicated", "dedicated", "spot", "spot"]


def test_samples_of_a_space(tmp_path: Path) -> None:
    text = "axes: {pools.0.targetDedicatedNodes: {from: 1, to: 8}, pools.0.taskSlotsPerNode: [1, 2]}\n"
    found = shown(tmp_path, text + "design: {kind: sobol, points: 8}")
    assert sorted(str(cell["pools.0.targetDedicatedNodes"]) for cell in found) == list("12345678")
    assert len(shown(tmp_path, text + "design: {kind: latin_hypercube, points: 5, seed: 3}")) == 5


def test_a_seed_of_the_experiment_replaces_the_scenarios(tmp_path: Path) -> None:
    assert {cell.scenario.seed for cell in load_experiment(experiment(tmp_path, SMALL + "seed: 77\n")).cells} == {77}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("axs: {}", "experiment.yaml:2:1: axs: unknown key, did you mean 'axes'?"),
        ("replications: 0", "replications: expected a value greater than or equal to 1"),
        ("measures: [costs]", "2:12: measures.0: no measure 'costs', did you mean 'cost'?"),
        ("measures: [jobs.wurk.cost]", "the scenario has no job 'wurk', did you mean 'work'?"),
        (
            "measures: [resize_errors.Foo]",
            "2:12: measures.0: no measure 'resize_errors.Foo'; resize_errors has A",
        ),
        ("tables: [task]", "tables.0: no table 'task', did you mean 'tasks'?"),
        ("axes: {pools.0.targetDedicatedNode: [1]}", "2:8: axes.pools.0.targetDedicatedNode: unknown path"),
        ("axes: {pools.0.targetDedicatedNodes: [1, -1]}", "cell 1 with pools.0.targetDedicatedNodes = -1"),
        ("axes: {a: {path: seed, from: 3, to: 1}}", "expected from below to"),
        ("axes: {a: {path: seed, from: 1, to: 3, step: 9}}", "expected a step above 0"),
        ("axes: {a: {path: seed, from: 1, to: 3}}", "a grid needs a step or a count"),
        ("axes: {a: {path: seed}}", "expected a list of values, or a range"),
        ("axes: {a: {path: seed, values: [1]}, seed: [2]}", "'seed' is set by axis 'a' and by axis 'seed'"),
        ("axes: {cost: {path: seed, values: [1]}}", "an axis cannot be called 'cost'"),
        ("axes: {seed: [1]}\ndesign: sobol", "sobol needs points"),
        ("axes: {seed: [1]}\ndesign: {kind: random}", "expected 'grid', 'latin_hypercube' or 'sobol'"),
        ("cases: {a: {pools.9.vmSize: x}}", "there is no item 9"),
        (
            "axes: {nodes.peak: {path: seed, values: [1]}}",
            "2:8: axes.nodes.peak: an axis cannot be called 'nodes.peak'",
        ),
        ("replications: often", "replications: expected a whole number from 1, or auto, not 'often'"),
        ("replications: auto\nstopping: {precision: 2}", "3:12: stopping.precision: expected a value less than"),
        ("replications: auto\nstopping: {measures: [costs]}", "stopping.measures.0: no measure 'costs', did you mean"),
        ("replications: 3\nstopping: {cap: 20}", "stopping is about replications: auto"),
    ],
)
def test_mistakes_are_reported_with_their_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        load_experiment(experiment(tmp_path, text))
    assert message in str(caught.value)
    assert "experiment.yaml" in str(caught.value)


def test_a_missing_or_wrong_scenario_is_reported(tmp_path: Path) -> None:
    file = experiment(tmp_path)
    (tmp_path / "small.yaml").write_text("pools: 3")
    with pytest.raises(InputError, match=r"small.yaml:1:1: pools: expected a list"):
        load_experiment(file)
    (tmp_path / "small.yaml").unlink()
    with pytest.raises(InputError, match=r"experiment.yaml:1:1: scenario: small.yaml cannot be read: no such file"):
        load_experiment(file)
    file.write_text("[]")
    with pytest.raises(InputError, match="expected a mapping"):
        load_experiment(file)


def test_everything_that_is_wrong_is_reported_at_once(tmp_path: Path) -> None:
    """Sections, paths, measures, cells and the scenario itself: one look, one list."""
    text = """
replicatons: 3
axes:
  a: {path: seed, from: 3, to: 1}
  b: {path: pools.0.targetDedicatedNode, values: [1]}
  cost: {path: pools.0.taskSlotsPerNode, values: [1]}
measures: [costs]
tables: [task]
"""
    file = experiment(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_experiment(file)
    lines = [problem.line for problem in caught.value.problems]
    assert lines == [2, 4, 5, 6, 7, 8]
    message = str(caught.value)
    for part in ("did you mean 'replications'", "expected from below to", "unknown path", "cannot be called 'cost'"):
        assert part in message
    (tmp_path / "small.yaml").write_text("pools: 3")
    with pytest.raises(InputError) as caught:
        load_experiment(file)
    assert {Path(problem.file or "").name for problem in caught.value.problems} == {"experiment.yaml", "small.yaml"}


def test_a_file_of_another_kind_is_sent_to_its_command(tmp_path: Path) -> None:
    asked = experiment(tmp_path)
    planned = tmp_path / "plan.yaml"
    axes = "axes: {nodes: {path: pools.0.targetDedicatedNodes, values: [1, 2]}}"
    planned.write_text(f"scenario: small.yaml\n{axes}\nminimize: cost\n")
    scenario = tmp_path / "small.yaml"
    for command, file, message in (
        ("sweep", planned, f"this is a plan file: poolsight plan {planned}"),
        ("sweep", scenario, f"this is a scenario: poolsight run {scenario}; an experiment file names one"),
        ("plan", asked, f"this is an experiment file: poolsight sweep {asked}"),
        ("plan", scenario, f"this is a scenario: poolsight run {scenario}; a plan file names one"),
        ("run", asked, f"this is an experiment file: poolsight sweep {asked}"),
        ("compare", planned, f"this is a plan file: poolsight plan {planned}"),
        ("spot", planned, f"this is a plan file: poolsight plan {planned}"),
        ("sensitivity", asked, f"this is an experiment file: poolsight sweep {asked}"),
        ("validate", asked, f"this is an experiment file: poolsight sweep {asked}"),
    ):
        files = [file, scenario] if command == "compare" else [file]
        ended = CliRunner().invoke(app, [command, *map(str, files)])
        assert ended.exit_code == 2, command
        assert message in ended.stderr, command
        assert len(ended.stderr.splitlines()) == 3, "the place and the line, and nothing of its keys"
