"""Mutate every kind of input and report what ends otherwise than with an answer or a plain message.

`python -m tests.fuzz --minutes 10 --seed 7` begins where a seed begins; each finding is printed once, with the words
that replay it: `python -m tests.fuzz --replay 7:123 --keep DIR` writes that input to a folder and shows its ending.
`--corpus` tries the findings of the past.
"""

import argparse
import gc
import json
import random
import resource
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.fuzz.corpus import known
from tests.fuzz.execute import Ending, execute, warm
from tests.fuzz.inputs import SCENARIOS, Input, inputs, prime
from tests.fuzz.series import Tried, judged, series

SHOWN: Final = 2000
"""Characters of an output that are shown."""
SELDOM: Final = {"run": 0.2, "saved run, plot": 0.1, "events": 0.5, "requests": 0.5, "import": 2.0}
"""How often kinds are tried, as a share of the others, whose commands take some tenths of a second."""
TOGETHER: Final = 100
"""Inputs that share a copy of this process."""
SHOWN_EVERY: Final = 2000
"""After so many inputs, a line says how far it is."""


def made(seed: int, number: int, begin: str = "") -> Input:
    """Return the mutated input of a number; most kinds are equally likely, however many inputs each has."""
    draw = random.Random(f"{seed}:{number}")  # noqa: S311 - nothing secret
    kinds = {kind: known for kind, known in by_kind().items() if kind.startswith(begin)}
    (kind,) = draw.choices(list(kinds), [SELDOM.get(kind, 1.0) for kind in kinds])
    return draw.choice(kinds[kind]).mutated(draw)


@cache
def by_kind() -> dict[str, list[Input]]:
    """Return the inputs that mutations begin with, by their kinds."""
    kinds = sorted({one.kind for one in inputs()})
    return {kind: [one for one in inputs() if one.kind == kind] for kind in kinds}


def prepare() -> None:
    """Run a command of each kind here, so that no copy of this process imports or builds anything again."""
    for one, *_ in by_kind().values():
        with TemporaryDirectory(prefix="poolsight-fuzz-") as name:
            one.write(Path(name))
            warm(one.words, Path(name))
    prime()
    gc.collect()
    gc.freeze()


def tried(one: Input, keep: Path | None = None) -> tuple[Ending, str | None]:
    """Run the command of an input in a folder of its own; return how it ended and what is wrong with that."""
    with TemporaryDirectory(prefix="poolsight-fuzz-") as name:
        folder = Path(name) if keep is None else keep
        one.write(folder)
        ending = execute(one.words, folder)
    return ending, judged(one.kind, ending)


def main() -> int:
    """Try mutated inputs until the time is up; return 1 if there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--count", type=int, default=None, help="at most so many inputs")
    parser.add_argument("--kind", default="", help="only inputs whose kind begins so")
    parser.add_argument("--replay", metavar="SEED:NUMBER")
    parser.add_argument("--keep", type=Path, default=None, help="for --replay: the folder for its files")
    parser.add_argument("--corpus", action="store_true", help="only the findings of the past")
    asked = parser.parse_args()
    if asked.corpus:
        warm(("validate", "first_pool.yaml"), SCENARIOS)
        return _corpus()
    prepare()
    if asked.replay:
        seed, number = map(int, asked.replay.split(":"))
        return _replay(made(seed, number, asked.kind), asked.keep)
    return _search(asked)


def _search(asked: argparse.Namespace) -> int:
    end, began = time.monotonic() + 60 * asked.minutes, _processor_s()
    codes: Counter[tuple[str, int]] = Counter()
    findings: Counter[str] = Counter()
    number, last = asked.first, sys.maxsize if asked.count is None else asked.first + asked.count
    while time.monotonic() < end and number < last:
        numbers = range(number, min(last, number + TOGETHER))
        for one in series(numbers, lambda number: made(asked.seed, number, asked.kind)):
            codes[one.kind, one.code] += 1
            if one.found is not None:
                _note(asked, one, findings)
        number = numbers.stop
        if (number - asked.first) % SHOWN_EVERY == 0:
            print(f"up to {asked.seed}:{number}, {findings.total():,} findings", flush=True)  # noqa: T201
    pace = f"{codes.total() / (_processor_s() - began):.1f} a second of processor time"
    print(f"{codes.total():,} inputs ({pace}), {findings.total():,} findings of {len(findings)} kinds")  # noqa: T201
    for kind in sorted({kind for kind, _ in codes}):
        counted = ", ".join(f"{code}: {count}" for (k, code), count in sorted(codes.items()) if k == kind)
        print(f"  {kind}: exit codes {counted}")  # noqa: T201
    return int(bool(findings))


def _note(asked: argparse.Namespace, one: Tried, findings: Counter[str]) -> None:
    """Count a finding by what its input does alone, and print the first of each kind."""
    found = tried(made(asked.seed, one.number, asked.kind))[1] or f"only after other inputs: {one.found}"
    findings[found] += 1
    if findings[found] == 1:
        print(f"{asked.seed}:{one.number} {one.kind}: {found}", flush=True)  # noqa: T201


def _processor_s() -> float:
    """Return the processor time of this process and of its copies that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _replay(one: Input, keep: Path | None) -> int:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    ending, found = tried(one, keep)
    shown = {"kind": one.kind, "words": one.words, "file": one.target, "finding": found, "code": ending.code}
    print(json.dumps(shown, indent=1))  # noqa: T201
    print(ending.out[-SHOWN:], ending.err[:SHOWN], ending.err[SHOWN:][-SHOWN:], sep="\n")  # noqa: T201
    return int(found is not None)


def _corpus() -> int:
    found = 0
    for name, one in known():
        ending, wrong = tried(one)
        if wrong is not None:
            found += 1
            print(f"{name}: {wrong}\n{ending.err[-SHOWN:]}")  # noqa: T201
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
