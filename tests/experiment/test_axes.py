"""Any value of a scenario can be an axis; what leads nowhere or makes no scenario is reported before anything runs."""

import json
from pathlib import Path

import pytest

from simulator.errors import InputError
from simulator.experiment.axes import Base, make_cells
from simulator.experiment.design import axis, grid
from simulator.experiment.file import load_experiment
from simulator.scenario.format.arrivals import Profile
from simulator.scenario.format.task_bodies import TaskGroup
from tests.experiment.files import experiment
from tests.scenario.files import LINUX

FOLDER = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def reactive() -> Base:
    return Base.read(FOLDER / "reactive_pool.yaml")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("pools.fixed.targetDedicatedNodes", ("pools", 1, "targetDedicatedNodes")),
        ("pools.FIXED.target_dedicated_nodes", ("pools", 1, "targetDedicatedNodes")),
        ("pools.fixed.taskSchedulingPolicy.nodeFillType", ("pools", 1, "taskSchedulingPolicy", "nodeFillType")),
        ("pools.0.simulation.preemption.ratePerHour", ("pools", 0, "simulation", "preemption", "ratePerHour")),
        ("pools.0.simulation.timing.preset", ("pools", 0, "simulation", "timing", "preset")),
        ("pools.0.simulation.timing.starting.lognormal.p95", None),
        ("pools.0.virtualMachineConfiguration.imageReference.offer", None),
        ("jobs.on_fixed.simulation.workload.0.count", ("jobs", 1, "simulation", "workload", 0, "count")),
        ("timeline.0.at", ("timeline", 0, "at")),
        ("seed", ("seed",)),
        ("options.formula.percentile_method", ("options", "formula", "percentile_method")),
        ("sizes.Standard_D4_v3.dedicatedLinux", ("sizes", "Standard_D4_v3", "dedicatedLinux")),
        ("prices.file", ("prices", "file")),
    ],
)
def test_paths_lead_to_what_the_file_has_and_to_what_it_leaves_to_defaults(
    reactive: Base, path: str, place: tuple[str | int, ...] | None
) -> None:
    (found,) = reactive.places(path)
    assert place is None or found == place


@pytest.mark.parametrize(
    ("path", "expected_message"),
    [
        ("pools.fixd.targetDedicatedNodes", "nothing has the id 'fixd', did you mean 'fixed'?"),
        ("pools.other.vmSize", "nothing has the id 'other'; expected one of reactive, fixed, *"),
        ("pools.fixed.targetDedicatedNode", "unknown key 'targetDedicatedNode', did you mean 'targetDedicatedNodes'?"),
        ("pool.fixed.vmSize", "unknown key 'pool', did you mean 'pools'?"),
        ("timeline.3.at", "there is no item 3, only 1 (counted from 0)"),
        ("options.timingPrset", "did you mean 'timingPreset'?"),
        ("pools.reactive.spotShare", "the pool scales itself"),
        ("pools.reactive.autoScaleFormula.taks", "did you mean '$tasks'?"),
        ("pools.fixed.autoScaleFormula.tasks", "the pool has no autoScaleFormula"),
    ],
)
def test_paths_that_lead_nowhere_state_where_they_end(reactive: Base, path: str, expected_message: str) -> None:
    with pytest.raises(InputError) as caught:
        reactive.places(path)
    assert expected_message in str(caught.value)
    assert path in str(caught.value)


def test_all_items_at_once_and_values_are_as_in_a_file(reactive: Base) -> None:
    made = reactive.scenario_with({"pools.*.taskSlotsPerNode": 2, "pools.*.autoScaleEvaluationInterval": "10m"})
    assert [pool.task_slots_per_node for pool in made.pools] == [2, 2]
    assert made.pools[0].auto_scale_evaluation_interval == 600
    assert reactive.scenario.pools[0].task_slots_per_node == 4, "the base is left as it was"


@pytest.mark.parametrize(("share", "split"), [(0, (12, 0)), (0.3, (8, 4)), ("75%", (3, 9)), (1, (0, 12))])
def test_a_spot_share_splits_the_nodes_of_both_kinds(reactive: Base, share: object, split: tuple[int, int]) -> None:
    pool = reactive.scenario_with({"pools.fixed.spotShare": share}).pools[1]
    assert (pool.target_dedicated_nodes, pool.target_low_priority_nodes) == split
    bigger = {"pools.fixed.spotShare": share, "pools.fixed.targetDedicatedNodes": 24}
    pool = reactive.scenario_with(bigger).pools[1]
    assert pool.target_dedicated_nodes + pool.target_low_priority_nodes == 24, "the split sees the other axes"


def test_a_constant_of_a_formula_is_an_axis(reactive: Base) -> None:
    text = reactive.scenario_with({"pools.reactive.autoScaleFormula.tasks": "$PendingTasks.GetSample(1)"})
    formula = text.pools[0].auto_scale_formula
    assert formula is not None
    assert "\n$tasks = $PendingTasks.GetSample(1);\n$TargetDedicatedNodes" in formula
    assert formula.startswith("// Wanted"), "the rest stays"


def test_a_workload_scale_multiplies_rates_and_counts(reactive: Base) -> None:
    group = reactive.scenario_with({"jobs.on_fixed.workloadScale": 3}).jobs[1].simulation.workload[0]
    assert isinstance(group, TaskGroup)
    assert isinstance(group.arrivals, Profile)
    assert group.arrivals.rates_per_hour[8] == 600
    counted = Base.read(FOLDER / "first_pool.yaml")
    (work,) = counted.scenario_with({"jobs.*.workloadScale": 0.5}).jobs[0].simulation.workload
    assert isinstance(work, TaskGroup)
    assert work.count == 200


def test_bodies_in_files_of_their_own_are_changed_too(tmp_path: Path) -> None:
    body = {"id": "a", "vmSize": "Standard_D4_v3", "taskSlotsPerNode": 2, "virtualMachineConfiguration": LINUX}
    (tmp_path / "pool.json").write_text(json.dumps(body))
    (tmp_path / "s.yaml").write_text("pools: [{file: pool.json, simulation: {timing: {preset: instant}}}]\nhorizon: 1h")
    made = Base.read(tmp_path / "s.yaml").scenario_with({"pools.a.taskSchedulingPolicy.nodeFillType": "pack"})
    assert (made.pools[0].task_slots_per_node, str(made.pools[0].node_fill_type)) == (2, "pack")


def test_all_invalid_cells_are_reported_at_once(reactive: Base) -> None:
    nodes = axis("pools.fixed.targetDedicatedNodes", [1, -3, "many"])
    interval = axis("interval", ["5m", "1m"], "pools.reactive.autoScaleEvaluationInterval")
    with pytest.raises(InputError) as caught:
        make_cells(reactive, grid([nodes, interval]))
    found = [problem.message for problem in caught.value.problems]
    assert len(found) == 3
    assert found[0].startswith("3 cells (1, 3, 5) with interval = 1m: pools.0.autoScaleEvaluationInterval: the service")
    assert found[1].startswith("2 cells (2, 3) with pools.fixed.targetDedicatedNodes = -3: ")
    assert "expected a whole number, not 'many'" in found[2]


def test_a_helpers_mistake_is_its_own_and_no_other_axis_is_blamed(tmp_path: Path) -> None:
    """The share is wrong, not the slots beside it; and it has a line."""
    text = """
axes:
  pools.0.taskSlotsPerNode: [1, 2]
  spot: {path: pools.0.spotShare, values: [0.5, 1.5]}
  jobs.0.workloadScale: [0, 1]
"""
    with pytest.raises(InputError) as caught:
        load_experiment(experiment(tmp_path, text))
    found = [str(problem) for problem in caught.value.problems]
    assert len(found) == 2
    share = next(one for one in found if "spotShare" in one)
    scale = next(one for one in found if "workloadScale" in one)
    assert (
        "experiment.yaml:4:3: axes.spot: 4 cells (2, 3, 6, 7) with spot = 1.5: 'pools.0.spotShare': expected" in share
    )
    assert "experiment.yaml:5:3: axes.jobs.0.workloadScale: " in scale
    assert "with jobs.0.workloadScale = 0: 'jobs.0.workloadScale': expected a number above 0" in scale
    assert "taskSlotsPerNode" not in share + scale


def test_axes_that_are_wrong_together_are_named_together(reactive: Base) -> None:
    """A body that no single value spoils: both values stand in the message."""
    size = axis("size", ["Standard_D4_v3", "none_such"], "pools.fixed.vmSize")
    slots = axis("slots", [1, 2], "pools.fixed.taskSlotsPerNode")
    with pytest.raises(InputError) as caught:
        make_cells(reactive, grid([size, slots]))
    (problem,) = caught.value.problems
    assert "2 cells (2, 3) with size = none_such" in problem.message
    assert "slots" not in problem.message
