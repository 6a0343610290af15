"""Make the pictures of the README: `python docs/gallery.py`. Each is made by the two lines that stand beside it."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PLACE: Final = "docs/gallery"
PICTURES: Final = {
    "pool.png": ("reactive_pool", "--kind pool"),
    "gantt.png": ("dedicated_or_low_priority", "--kind gantt"),
    "slots.png": ("spread_or_pack", "--kind slots"),
    "ledger.png": ("dedicated_or_low_priority", "--kind ledger"),
}
"""File, the scenario it shows, and what is asked of `poolsight plot`."""


def lines(name: str) -> tuple[str, str]:
    """Return the two lines that make a picture, as a reader would type them in the repository."""
    scenario, asked = PICTURES[name]
    directory = f"runs/{scenario}"
    return (
        f"poolsight run scenarios/{scenario}.yaml --out {directory}",
        f"poolsight plot {directory} {asked} -o {PLACE}/{name}",
    )


def make(name: str, runs: Path, place: Path) -> None:
    """Run the two lines, with the run's directory under `runs` and the picture under `place`."""
    for line in lines(name):
        _, *words = shlex.split(line)
        moved = [word.replace("runs/", f"{runs}/", 1) if word.startswith("runs/") else word for word in words]
        moved = [word.replace(PLACE, str(place), 1) for word in moved]
        if moved[0] == "run" and Path(moved[-1]).exists():
            continue  # another picture of the same run
        command = [sys.executable, "-m", "simulator.cli", *moved]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603 - our own lines


def main() -> None:
    """Make all pictures anew."""
    place = ROOT / PLACE
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name in PICTURES:
            make(name, Path(scratch), place)
            size = (place / name).stat().st_size
            sys.stdout.write(f"{PLACE}/{name}: {size / 1000:.0f} kB\n")


if __name__ == "__main__":
    main()
