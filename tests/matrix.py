"""Run a core of the tests on other Pythons and with the lowest dependencies: `python tests/matrix.py [--only ROW]…`.

A row is a Python from 3.11 on, or `lowest`: 3.11 with the lowest version of each dependency that pyproject.toml allows.
Each row gets the built wheel in an environment of its own; what is tested is what users install. A Python that is not
on this machine is reported as not tried. Exit codes: 0 all rows that were tried passed, 1 one failed, 3 none was tried.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

ROOT: Final = Path(__file__).parents[1]
PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14")
LOWEST: Final = "lowest"
CORE: Final = ("formula", "scenario", "engine", "kernel", "results", "test_cli.py")
NOT_NEEDED: Final = {"test", "dev", "notebooks", "lessons", "browser", "cluster"}
"""Extras that the core of the tests does not use; others are part of the product, and installed."""
NOTHING_TRIED: Final = 3
UV: Final = shutil.which(os.environ.get("UV", "uv"))
BIN: Final = "Scripts" if os.name == "nt" else "bin"


class StepError(Exception):
    """A command of a row failed; the text is the step's name."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table that is printed."""

    name: str
    python: str
    verdict: str
    """passed, FAILED or not tried."""
    message: str
    """What ran, or why it did not."""
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.name:8} {self.python:8} {self.verdict:10} {self.seconds:6.0f} s  {self.message}"


@dataclass(frozen=True, slots=True)
class Bench:
    """The folder in which a row is built, installed and tested."""

    folder: Path
    wheels: Path
    """Where the wheels of this Python are, made once."""
    log: Path

    @property
    def python(self) -> str:
        return str(self.folder / "venv" / BIN / "python")

    def step(self, name: str, *command: str, cwd: Path = ROOT) -> str:
        """Run a command, append what it prints to the log, and return it."""
        ended = subprocess.run(
            command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"\n$ {' '.join(command)}\n{ended.stdout}")
        if ended.returncode:
            raise StepError(name)
        return ended.stdout

    def install(self, *arguments: str) -> None:
        """Install packages into the row's environment."""
        with_uv, with_pip = ("install", "--python", self.python), ("install",)
        self.step("install", *pip(with_uv, self.python, with_pip), "--quiet", *arguments)


def pip(with_uv: Sequence[str], python: str, with_pip: Sequence[str]) -> list[str]:
    """Return a command of `uv pip`, or of a Python's own pip where there is no uv."""
    return [UV, "pip", *with_uv] if UV else [python, "-m", "pip", *with_pip]


# ---- which Pythons are here ------------------------------------------------------------------------------


def candidates(version: str) -> Iterator[Path]:
    """Yield what may be an interpreter of a version: of pyenv, of uv, and on the PATH."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)
    if UV:
        listed = subprocess.run(
            [UV, "python", "list", "--only-installed", version], capture_output=True, text=True, check=False
        )
        yield from (Path(line.split()[1]) for line in listed.stdout.splitlines() if len(line.split()) > 1)
    for place in os.get_exec_path():
        yield from (Path(place) / name for name in (f"python{version}", "python3", "python"))


def find(version: str) -> tuple[str, str] | None:
    """Return an interpreter of a version and its whole version; a file of that name need not be one."""
    for path in candidates(version):
        with suppress(OSError):
            code = "import platform; print(platform.python_version())"
            full = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False).stdout.strip()
            if full.startswith(f"{version}."):
                return str(path), full
    return None


# ---- one row ---------------------------------------------------------------------------------------------


def requirements() -> tuple[list[str], list[str]]:
    """Return what the product needs, with its own extras, and what the tests need besides."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras: dict[str, list[str]] = project.get("optional-dependencies", {})
    mine = [*project["dependencies"], *(one for name in sorted(extras.keys() - NOT_NEEDED) for one in extras[name])]
    tools = [*extras["test"], *(one for one in extras["dev"] if one.startswith("pytest"))]
    itself = str(project["name"])
    return [one for one in mine if not one.startswith(itself)], [one for one in tools if not one.startswith(itself)]


def lower_bounds(needed: Sequence[str]) -> list[str]:
    """Return requirements pinned to their lower bounds."""
    found = (re.match(r"([\w.-]+)[^;>]*>=\s*([\w.]+)", one) for one in needed)
    return [f"{one[1]}=={one[2]}" for one in found if one]


def build(bench: Bench, python: str) -> str:
    """Return the wheel for a Python; build it from a copy of the sources, so that nothing is left in them."""
    if not list(bench.wheels.glob("*.whl")):
        sources = bench.wheels / "sources"
        ignored = shutil.ignore_patterns("*.so", "__pycache__", "build", ".*", "*.egg-info", "dist")
        shutil.copytree(ROOT, sources, ignore=ignored)
        with_uv = [UV, "build", "--wheel", "--python", python, "--out-dir"] if UV else None
        command = with_uv or [python, "-m", "pip", "wheel", "--no-deps", "--wheel-dir"]
        bench.step("build", *command, str(bench.wheels), str(sources))
    (wheel,) = bench.wheels.glob("*.whl")
    return str(wheel)


def prepare(bench: Bench, python: str, *, lowest: bool) -> None:
    """Make an environment with the wheel, its dependencies and the tools of the tests."""
    wheel = build(bench, python)
    command = [UV, "venv", "--quiet", "--python", python] if UV else [python, "-m", "venv"]
    bench.step("environment", *command, str(bench.folder / "venv"))
    needed, tools = requirements()
    if lowest and UV:
        bench.install("--resolution", "lowest-direct", *needed)
    else:
        bench.install(*(lower_bounds(needed) if lowest else needed))
    bench.install("--no-deps", wheel)
    frozen = bench.step("freeze", *pip(("freeze", "--python", bench.python), bench.python, ("freeze",)))
    kept = bench.folder / "installed.txt"
    kept.write_text("".join(f"{line}\n" for line in frozen.splitlines() if "==" in line), encoding="utf-8")
    bench.install("--constraint", str(kept), *tools)


def run_core(bench: Bench, processes: int) -> tuple[int, int, str]:
    """Run the tests beside the installed package; return how many ran and failed, and the speed of the kernel."""
    place = bench.folder / "tests-alone"
    for name in ("tests", "scenarios", "docs"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", place)
    speed = bench.step("version", bench.python, "-m", "simulator.cli", "--version", cwd=bench.folder)
    report = bench.folder / "report.xml"
    command = [bench.python, "-m", "pytest", "-q", "-n", str(processes), "--hypothesis-profile=few"]
    command.append(f"--junitxml={report}")
    with suppress(StepError):  # failures are counted below
        bench.step("tests", *command, *(f"tests/{name}" for name in CORE), cwd=place)
    if not report.exists():
        raise StepError("tests")
    (suite,) = ET.parse(report).getroot().iter("testsuite")  # noqa: S314 - our own
    count, failed = int(suite.attrib["tests"]), int(suite.attrib["failures"]) + int(suite.attrib["errors"])
    return count - int(suite.attrib["skipped"]), failed, speed.strip().partition("kernel: ")[2].rstrip(")")


def try_row(name: str, folder: Path, processes: int) -> Row:
    """Build, install and test one row."""
    version = PYTHONS[0] if name == LOWEST else name
    found = find(version)
    if found is None:
        return Row(name, version, "not tried", f"no Python {version} on this machine")
    python, whole = found
    began = time.monotonic()
    bench = Bench(folder / name, folder / f"wheel-{version}", folder / f"{name}.log")
    bench.folder.mkdir()
    bench.wheels.mkdir(exist_ok=True)
    try:
        prepare(bench, python, lowest=name == LOWEST)
        count, failed, speed = run_core(bench, processes)
    except StepError as error:
        return Row(name, whole, "FAILED", f"step {error!s}: see {bench.log}", time.monotonic() - began)
    verdict, message = "passed", f"{count} tests, kernel {speed}"
    if failed or not count:
        verdict, message = "FAILED", f"{failed} of {count} tests, kernel {speed}: see {bench.log}"
    return Row(name, whole, verdict, message, time.monotonic() - began)


def main() -> int:
    """Run the rows that are asked for and print the table."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--only", action="append", choices=[*PYTHONS, LOWEST], help="this row; may be repeated")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="tests at once")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="matrix-"))
    rows = []
    sys.stdout.write(f"{'row':8} {'Python':8} {'verdict':10} {'time':>8}  what ran\n")
    for name in asked.only or [*PYTHONS, LOWEST]:
        rows.append(try_row(name, folder, asked.processes))
        sys.stdout.write(f"{rows[-1]}\n")
        sys.stdout.flush()
    verdicts = {row.verdict for row in rows}
    if "FAILED" in verdicts:
        return 1
    shutil.rmtree(folder)
    return 0 if "passed" in verdicts else NOTHING_TRIED


if __name__ == "__main__":
    sys.exit(main())
