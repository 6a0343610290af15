"""Commands that write, and what has to be there after a fault and after the command has been called once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SCENARIO: Final = """\
name: faults
seed: {seed}
horizon: 6h
pools:
  - id: p
    vmSize: Standard_D4_v3
    targetDedicatedNodes: 2
    virtualMachineConfiguration:
      imageReference: {{publisher: canonical, offer: 0001-com-ubuntu-server-jammy, sku: 22_04-lts}}
      nodeAgentSKUId: batch.node.ubuntu 22.04
jobs:
  - id: j
    poolInfo: {{poolId: p}}
    simulation: {{workload: [{{count: 10, duration: {{exponential: {{mean: 10m}}}}}}]}}
"""
EXPERIMENT: Final = """\
scenario: s.yaml
axes: {pools.p.targetDedicatedNodes: [1, 2]}
replications: 6
measures: [cost, makespan]
tables: [nodes]
"""
Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Story:
    """A command, and where its result lies in the folder it is called in."""

    name: str
    words: tuple[str, ...]
    result: str
    again: tuple[str, ...] = ()
    """Further words of the call that comes after the fault."""
    before: tuple[tuple[str, ...], ...] = ()
    """Commands whose results are there before."""
    resumes: bool = False
    """What is there after the fault is a beginning, from which the next call goes on."""
    old: tuple[str, ...] = ()
    """A command that made another result at the same place, which must not be lost before the new one is there."""


RUN: Final = ("run", "s.yaml", "--out", "out", "--events")
SWEEP: Final = ("sweep", "e.yaml", "--out", "out")
WARM: Final = (
    (*RUN, "--force"),
    ("report", "out", "-o", "out.html"),
    ("trace", "out", "-o", "out.json"),
    ("plot", "out", "--kind", "queue", "-o", "out.svg"),
)
"""Commands that import what the stories need."""
BEFORE: Final = (("run", "s.yaml", "--out", "run"),)
STORIES: Final = (
    Story("run", RUN, "out", ("--force",)),
    Story("run over another", (*RUN, "--force"), "out", old=("run", "t.yaml", "--out", "out")),
    Story("report", ("report", "run", "-o", "out.html"), "out.html", before=BEFORE),
    Story(
        "report over another",
        ("report", "run", "-o", "out.html"),
        "out.html",
        before=(("run", "s.yaml", "--out", "run"), ("run", "t.yaml", "--out", "other")),
        old=("report", "other", "-o", "out.html"),
    ),
    Story("trace", ("trace", "run", "-o", "out.json"), "out.json", before=BEFORE),
    Story("plot", ("plot", "run", "--kind", "queue", "-o", "out.svg"), "out.svg", before=BEFORE),
    Story("import", ("import", "past.csv", "--out", "out"), "out", ("--force",)),
    Story("sweep", (*SWEEP, "--workers", "1"), "out", resumes=True),
    Story("sweep of two workers", (*SWEEP, "--workers", "2"), "out", resumes=True),
    Story(
        "sweep taken up",
        (*SWEEP, "--workers", "1"),
        "out",
        before=(("sweep", "first.yaml", "--out", "out", "--workers", "1"),),
        resumes=True,
    ),
)


def write_files(folder: Path) -> None:
    """Write what the commands read."""
    (folder / "s.yaml").write_text(SCENARIO.format(seed=1))
    (folder / "t.yaml").write_text(SCENARIO.format(seed=2))
    (folder / "e.yaml").write_text(EXPERIMENT)
    rows = [f"{number},{60 * number},{60 * number + 30}" for number in range(20)]
    (folder / "past.csv").write_text("\n".join(["id,submit,end", *rows, ""]))
    (folder / "first.yaml").write_text(EXPERIMENT.replace("replications: 6", "replications: 3"))


def result_of(folder: Path, story: Story) -> Files:
    """Return the files of a result by their paths; nothing where there is none."""
    place = folder / story.result
    if place.is_file():
        return {story.result: place.read_bytes()}
    paths = sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else []
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def left_over(folder: Path) -> list[str]:
    """Return what nobody has asked for: scratch, and what is half written."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.name.startswith(".poolsight-") or path.name.endswith((".tmp", ".old", ".new"))
    )
