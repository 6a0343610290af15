"""A copy of what git tracks, in a folder of its own: all that somebody has who clones the project.

`python -m tests.lone FILE…`, called in such a folder, makes the tasks of scenarios, and of each cell of experiments and
plans: all is read then that a run needs. Whatever opens a file that belongs neither to the folder nor to the installed
programs fails.
"""

import os
import shutil
import subprocess
import sys
from errno import EACCES
from pathlib import Path
from typing import Any, Final

import pytest

from simulator import load
from simulator.experiment import load_experiment
from simulator.experiment.axes import Cell
from simulator.planning.plan_file import load_plan
from simulator.workload.build import build

ROOT: Final = Path(__file__).parents[1]
SYSTEM: Final = ("/dev", "/etc", "/proc", "/sys", "/usr")


def lone_copy(folder: Path, *places: str) -> Path:
    """Copy the tracked files of some places into an empty folder; skip the test where git does not know them."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--", *places]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"what is tracked is not known: no git, or no clone ({error})")
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def run_alone(clone: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    """Read scenarios, experiments and plans of a clone, with all that they name, without access to other data."""
    command = [sys.executable, "-m", "tests.lone", *(str(file.relative_to(clone)) for file in files)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)


def refuse_others(folder: Path) -> None:
    """Fail from now on wherever this process opens a file outside `folder` that is not part of a program."""
    programs = [Path(place) for place in sys.path if Path(place).is_absolute() and Path(place) not in (ROOT, folder)]
    programs += [ROOT / "simulator", Path(sys.prefix), Path(sys.base_prefix), *map(Path, SYSTEM)]
    allowed = [place.resolve() for place in (folder, *programs)]

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            path = Path(os.fsdecode(arguments[0])).resolve()
            if not any(path.is_relative_to(place) for place in allowed):
                raise PermissionError(EACCES, "lies outside the clone", str(path))

    sys.addaudithook(look)


def cells_of(file: Path) -> tuple[Cell, ...]:
    """Read an experiment or a plan."""
    return load_plan(file).cells if "subject_to:" in file.read_text() else load_experiment(file).cells


def main() -> None:
    refuse_others(Path.cwd())
    for name in sys.argv[1:]:
        file = Path(name)
        scenarios = [cell.scenario for cell in cells_of(file)] if file.parent.name == "experiments" else [load(file)]
        for scenario in scenarios:
            build(scenario, 0)
        sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main()
