"""Kill commands and fail their disk at every step of what they write, and compare the end with an undisturbed one.

`python -m tests.faults` does so at every step of every story; `--share 0.05 --seed 7` draws a share of them.
`--random 100` kills at points of processor time beside. Each finding is printed with the words that replay it:
`python -m tests.faults --story sweep --kind KILL --step 12`.
"""

import argparse
import gc
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.faults.disk import KINDS, Fault
from tests.faults.execute import Ending, execute
from tests.faults.stories import STORIES, WARM, Files, Story, left_over, result_of, write_files
from tests.fuzz.execute import warm

MOST_CPU_S = 0.3
"""Processor time within which signals come: the stories take some tenths of a second each."""
SIGNALS = ("TERM", "HUP", "INT", "KILL")
PLAIN = {"full": {0, 2}, "room": {0, 2}, "removed": {0, 2}, "worker": {0}, "KILL": {-signal.SIGKILL, 0}}
PLAIN |= {name: {0, 128 + getattr(signal, f"SIG{name}")} for name in SIGNALS[:3]}
"""Exit codes that a command may have after each kind of fault; 0 where it was over before."""


class Bench:
    """The stories as they go undisturbed, and the same under faults."""

    def __init__(self, place: Path) -> None:
        self._place = place

    @cache  # noqa: B019 - one bench a process
    def start(self, story: Story) -> Path:
        """Return a folder in which a story can begin."""
        folder = self._place / f"start of {story.name}"
        folder.mkdir()
        write_files(folder)
        for words in (*story.before, *([story.old] if story.old else [])):
            ended = execute(words, folder, folder / story.result)
            assert ended.code == 0, (words, ended)
        return folder

    @cache  # noqa: B019
    def undisturbed(self, story: Story) -> tuple[Files, int]:
        """Return the result of a story, and how many steps it takes."""
        folder = self._copy(story)
        ended = execute(story.words, folder, folder / story.result)
        assert ended.code == 0, ended
        assert left_over(folder) == []
        return result_of(folder, story), ended.steps

    def findings(self, story: Story, fault: Fault | None, cpu: tuple[str, float] | None = None) -> list[str]:
        """Return what is wrong after a fault, and after the command was called again."""
        wanted, _ = self.undisturbed(story)
        old = result_of(self.start(story), story)
        folder = self._copy(story)
        kind = fault.kind if fault else cpu[0] if cpu else ""
        ended = execute(story.words, folder, folder / story.result, fault, cpu)
        found = list(_wrong_ending(kind, ended))
        there = result_of(folder, story)
        if not story.resumes and kind != "removed" and there not in ({}, old, wanted) and ended.code == 0:
            found.append("what is there is neither the old result nor the new one")
        if kind not in ("KILL", "removed") and left_over(folder) and not story.resumes:
            found.append(f"scratch is left: {left_over(folder)}")
        words = (*story.words, *(story.again if there else ()))
        again = execute(words, folder, folder / story.result)
        if story.old and kind == "KILL" and not there and again.code != 0:
            found.append("the old result is lost")
        if again.code != 0:
            found.append(f"the next call ends with {again.code}: {again.err[-300:]}")
        elif (end := result_of(folder, story)) != wanted:
            differ = sorted(name for name in {**end, **wanted} if end.get(name) != wanted.get(name))
            found.append(f"the end is another one: {differ}")
        if left_over(folder):
            found.append(f"left at the end: {left_over(folder)}")
        shutil.rmtree(folder)
        return found

    def _copy(self, story: Story) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self._place))
        shutil.copytree(self.start(story), folder, dirs_exist_ok=True)
        return folder


def _wrong_ending(kind: str, ended: Ending) -> Iterator[str]:
    if ended.code not in PLAIN[kind]:
        yield f"exit code {ended.code}: {ended.err[-600:]}"
    if "Traceback" in ended.err:
        yield f"a traceback: {ended.err[-600:]}"
    if ended.code == 2 and not ended.err.strip():
        yield "refused without a word"


def points(bench: Bench, asked: argparse.Namespace) -> Iterator[tuple[Story, Fault]]:
    """Yield every step of every story with every kind of fault, or what was asked for of them."""
    draw = random.Random(asked.seed)  # noqa: S311 - nothing secret
    for story in STORIES:
        if asked.story and story.name != asked.story:
            continue
        for step in range(1, bench.undisturbed(story)[1] + 1):
            for kind in KINDS:
                if kind == "worker" and "workers" not in story.name:
                    continue
                is_asked = asked.kind in ("", kind) and asked.step in (0, step)
                if is_asked and draw.random() < asked.share:
                    yield story, Fault(kind, step)


def prepare() -> None:
    """Run what the stories run here, so that no copy of this process imports or builds anything again."""
    with tempfile.TemporaryDirectory(prefix="poolsight-faults-") as name:
        write_files(Path(name))
        # A sweep goes without, for its library would leave threads, and a process with threads is not forked again.
        for words in WARM:
            warm(words, Path(name))
    gc.collect()
    gc.freeze()


def main() -> int:
    """Try faults and return 1 if there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the steps that are tried")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--random", type=int, default=0, help="so many points of processor time beside")
    parser.add_argument("--story", default="")
    parser.add_argument("--kind", default="", choices=("", *KINDS))
    parser.add_argument("--step", type=int, default=0)
    asked = parser.parse_args()
    prepare()
    began = time.process_time()
    counts: Counter[str] = Counter()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="poolsight-faults-") as name:
        bench = Bench(Path(name))
        for story, fault in points(bench, asked):
            counts[fault.kind] += 1
            for text in bench.findings(story, fault):
                wrong += 1
                print(f"{story.name}, {fault}: {text}", flush=True)  # noqa: T201
        draw = random.Random(asked.seed)  # noqa: S311
        for _ in range(asked.random):
            story, kind = draw.choice(STORIES), draw.choice(SIGNALS)
            moment = draw.uniform(0.001, MOST_CPU_S)
            counts["processor time"] += 1
            for text in bench.findings(story, None, (kind, moment)):
                wrong += 1
                print(f"{story.name}, {kind} after {moment:.3f} CPU s: {text}", flush=True)  # noqa: T201
    used = time.process_time() - began + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    shown = ", ".join(f"{kind} {count}" for kind, count in counts.items())
    print(f"{counts.total():,} points ({shown}), {wrong} findings, {used:.0f} s of processor time")  # noqa: T201
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
