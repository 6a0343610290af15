"""Simulate scenarios from the whole schema, and check what each run has written against the laws.

`python -m tests.laws --attempts 1000000 --seed 7` goes on until so many attempts were checked, or `--minutes` are over;
what breaks a law is printed with the number that `--number` replays.
"""

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from simulator import simulate
from simulator.results.write import write
from tests.laws.conservation import broken
from tests.laws.whole import files, scenario
from tests.laws.written import Written

SHOWN_EVERY: Final = 500
"""After so many scenarios, a line says how far it is."""
APART: Final = 10_000_000
"""Between the numbers of two seeds."""


def written(number: int, folder: Path, *, is_large: bool = False) -> Written:
    """Return what the run of a scenario has written, by the scenario's number."""
    with TemporaryDirectory(dir=folder) as name:
        write(simulate(scenario(number, folder, is_large=is_large)), Path(name) / "run")
        return Written.read(Path(name) / "run")


def main() -> int:
    """Check scenarios; return 1 if a law is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--number", type=int, default=None, help="only this scenario")
    asked = parser.parse_args()
    first = asked.seed * APART if asked.number is None else asked.number
    end = time.monotonic() + 60 * asked.minutes
    attempts = wrong = 0
    number = first
    with TemporaryDirectory(prefix="poolsight-laws-") as name:
        files(Path(name))
        while True:
            run = written(number, Path(name), is_large=True)
            attempts += len(run.tables["attempts"])
            for text in broken(run):
                wrong += 1
                print(f"{number}: {text}", flush=True)  # noqa: T201
            number += 1
            if (number - first) % SHOWN_EVERY == 0:
                print(f"{number - first:,} scenarios, {attempts:,} attempts", flush=True)  # noqa: T201
            if asked.number is not None or attempts >= asked.attempts or time.monotonic() > end:
                break
    print(f"{number - first:,} scenarios, {attempts:,} attempts, {wrong} broken laws")  # noqa: T201
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
