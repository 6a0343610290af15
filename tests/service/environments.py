"""Environments of clients, each made for one test; where a tool cannot be had, the test is skipped with the reason."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def run_or_skip(what: str, *command: str, at: Path | None = None) -> None:
    """Run a command that fetches something; skip the test where it fails."""
    done = subprocess.run(command, cwd=at, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{what} cannot be installed here: {done.stderr.strip().splitlines()[-1:]}")


def python_with(place: Path, *packages: str) -> Path:
    """Return the Python of a new environment with some packages."""
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    python = place / "bin" / "python"
    if packages:
        run_or_skip(", ".join(packages), str(python), "-m", "pip", "install", "-q", *packages)
    return python


def node_with(place: Path, *packages: str) -> str:
    """Return the program that runs JavaScript; `place` has some packages for it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node or npm is not here")
    place.mkdir(exist_ok=True)
    run_or_skip(", ".join(packages), npm, "install", "--silent", "--no-audit", "--no-fund", *packages, at=place)
    return node
