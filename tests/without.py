"""Run command lines in a process in which some libraries cannot be imported, and where asked no simulation can start.

Reads {"libraries": [...], "may_simulate": bool, "commands": [[...], ...]}; prints [exit code, stdout, stderr] of each.
"""

import json
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


class Absent(MetaPathFinder):
    """Finds nothing of these libraries, as if they were not installed."""

    def __init__(self, libraries: Sequence[str]) -> None:
        self._libraries = libraries

    def find_spec(self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> None:
        """Refuse what is absent, and leave the rest to others."""
        if fullname.partition(".")[0] in self._libraries:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def main() -> None:
    asked = json.load(sys.stdin)
    sys.meta_path.insert(0, Absent(asked["libraries"]))

    from typer.testing import CliRunner

    from simulator.engine import simulation
    from tests.command_line import app

    if not asked["may_simulate"]:
        simulation.Simulation = None  # type: ignore[misc, assignment]
    ended = [CliRunner().invoke(app, command) for command in asked["commands"]]
    print(json.dumps([[one.exit_code, one.stdout, one.stderr] for one in ended]))  # noqa: T201


if __name__ == "__main__":
    main()
