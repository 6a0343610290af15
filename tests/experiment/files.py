"""Experiment files of the tests: small, quick, and with something to see."""

from pathlib import Path

FIRST = Path(__file__).parents[2] / "scenarios" / "first_pool.yaml"
SMALL = """
axes:
  pools.0.targetDedicatedNodes: [1, 2, 4]
  slots: {path: pools.0.taskSlotsPerNode, from: 1, to: 2, step: 1}
replications: 4
measures: [cost, makespan, useful]
"""


def experiment(folder: Path, text: str = SMALL, *, scale: float = 0.05) -> Path:
    """Write an experiment file beside a small copy of the first scenario."""
    scenario = FIRST.read_text().replace("count: 400", f"count: {round(400 * scale)}")
    (folder / "small.yaml").write_text(scenario)
    file = folder / "experiment.yaml"
    file.write_text(f"scenario: small.yaml\n{text.lstrip()}")
    return file
