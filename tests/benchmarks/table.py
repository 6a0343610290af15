"""The speed of studies in one table: `python -m tests.benchmarks.table [--only WORD] [--small] [--history FILE]`.

Every row is a registered function that returns one figure; rows run in turn, as often as asked, and the table has
medians, their spread and, for those in seconds, their ratio to a Python heap loop that runs beside them: on a busy or
a slower machine that ratio stays. `--history` appends machine, commit and medians to a file, one line of JSON a run,
and `--drawn` prints what it holds. What cannot be measured here is skipped with its reason. Times are never asserted.
"""

import argparse
import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from simulator import Scenario
from simulator.experiment.axes import Cell
from simulator.experiment.runner import run_in_order
from simulator.experiment.trial import Trial
from simulator.kernel import SPEED
from tests.benchmarks import control_rows, lab_rows, loading_rows, reference
from tests.benchmarks.registry import MEASURES, ROWS, Row, SkippedRow, burst, one_trial, row

BESIDE: Final = (control_rows, lab_rows, loading_rows)
"""Modules with further rows, which register them as they load."""
ROOT: Final = Path(__file__).parents[2]
LOOP: Final = 20_000
"""Tasks of the Python heap loop that rows in seconds are compared with."""


def study(scenario: Scenario, count: int, workers: int) -> float:
    """Return the seconds that as many replications take."""
    cell = Cell(0, {}, scenario)
    trials = [Trial(cell, replication) for replication in range(count)]
    began = time.perf_counter()
    found = run_in_order(trials, MEASURES, workers=workers)
    seconds = time.perf_counter() - began
    assert [outcome.replication for outcome in found if outcome.failure is None] == list(range(count))
    return seconds


@row("1 000 trials × 10 000 tasks, 50 nodes, measures only", "s", 2.5)
def trials(scale: float) -> float:
    """Return the seconds of 1 000 trials on two workers."""
    return study(burst(10_000, 50), round(1000 * scale), 2) / scale


@row("one trial of 500 tasks, in process", "ms", 1.5)
def small_trial(scale: float) -> float:  # noqa: ARG001 - is small
    """Return the milliseconds of one trial."""
    return one_trial(burst(500, 5), 30)


@row("one trial of 10 000 tasks, in process", "ms", 5.0)
def trial(scale: float) -> float:  # noqa: ARG001 - is small
    """Return the milliseconds of one trial."""
    return one_trial(burst(10_000, 50))


@row("one trial of 10 000 tasks with spot evictions", "ms", 10.0)
def spot_trial(scale: float) -> float:  # noqa: ARG001 - is small
    """Return the milliseconds of one trial."""
    return one_trial(burst(10_000, 50, low_priority=True))


@row("two workers against one, 1 000 trials", "×", 1.7)
def two_workers(scale: float) -> float:
    """Return how many times as fast two workers are as one, their start included."""
    scenario, count = burst(10_000, 50), round(1000 * scale)
    return study(scenario, count, 1) / study(scenario, count, 2)


@row("interpreted trial of 10 000 tasks", "ms", 45.0)
def interpreted(scale: float) -> float:  # noqa: ARG001 - is small
    """Return the milliseconds of one trial with the kernel at its slower speed."""
    words = "from tests.benchmarks.table import burst, one_trial; print(one_trial(burst(10_000, 50)))"
    return float(output(sys.executable, "-c", words, POOLSIGHT_KERNEL="python"))


@row("`poolsight spot` on the README's night run", "s", 4.0)
def spot(scale: float) -> float:  # noqa: ARG001 - a command as it is given
    """Return the seconds of the command."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    night = text[text.index("```yaml\n# yaml-language-server") :].split("```")[1].removeprefix("yaml\n")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "night.yaml"
        file.write_text(night, encoding="utf-8")
        return command("spot", str(file), "--deadline", "24h", "--json")


@row("`poolsight run scenarios/first_pool.yaml`", "s", 0.5)
def first(scale: float) -> float:  # noqa: ARG001 - a command as it is given
    """Return the seconds of the command."""
    return command("run", str(ROOT / "scenarios" / "first_pool.yaml"))


@row("kernel against the loop in C with a heap, burst, 1 000 nodes", "×", 1.0)
def kernel_against_floor(scale: float) -> float:
    """Return how many times as fast the kernel is."""
    submit, duration = reference.workload(round(1_000_000 * scale), 4000, "burst")
    with tempfile.TemporaryDirectory() as folder:
        floor = reference.c_floor(Path(folder))
        if floor is None:
            raise SkippedRow("no C compiler here")
        if SPEED != "compiled":
            raise SkippedRow("the kernel is not compiled here")
        _, least = floor(submit, duration, 1000, 4, False)
    return least / reference.kernel(submit, duration, 1000, 4, "spread")[1]


@row("1 000 × 10 000 tasks by Cimba, to compare", "s", 1.3)
def cimba(scale: float) -> float:  # noqa: ARG001 - not run
    """Raise SkippedRow: its model is not part of these benchmarks yet."""
    there = find_spec("cimba") is not None
    raise SkippedRow("no model for it is written yet" if there else "not installed: pip install cimba")


def output(*words: str, **variables: str) -> str:
    """Return what a command prints."""
    return subprocess.run(
        words, check=True, capture_output=True, text=True, cwd=ROOT, env={**os.environ, **variables}
    ).stdout


def command(*words: str) -> float:
    """Return the seconds of a command of the program."""
    began = time.perf_counter()
    output(sys.executable, "-m", "simulator.cli", *words)
    return time.perf_counter() - began


def loop() -> float:
    """Return the seconds of the Python heap loop beside which rows are seen."""
    return reference.heap_loop(*reference.workload(LOOP, 200, "burst"), 200)[1]


def measured(rows: Sequence[Row], repeats: int, scale: float) -> dict[str, dict[str, Any]]:
    """Return medians, spreads and ratios by row, or why there are none."""
    figures: dict[str, list[float]] = {}
    loops: dict[str, list[float]] = {}
    skipped: dict[str, str] = {}
    for _ in range(repeats):
        for one in rows:
            if one.work in skipped:
                continue
            try:
                figures.setdefault(one.work, []).append(one.measure(scale))
            except SkippedRow as reason:
                skipped[one.work] = str(reason)
            else:
                loops.setdefault(one.work, []).append(loop())
    return {
        one.work: {"skipped": skipped[one.work]}
        if one.work in skipped
        else _summary(one, figures[one.work], statistics.median(loops[one.work]))
        for one in rows
    }


def _summary(one: Row, values: list[float], beside: float) -> dict[str, Any]:
    middle = statistics.median(values)
    seconds = {"s": middle, "ms": middle / 1e3, "µs": middle / 1e6}.get(one.unit)
    return {
        "median": middle,
        "spread": (max(values) - min(values)) / middle,
        "loops": None if seconds is None else seconds / beside,
        "goal": one.goal,
        "met": middle >= one.goal if one.is_met_above else middle <= one.goal,
    }


def table(rows: Sequence[Row], found: dict[str, dict[str, Any]]) -> str:
    """Return the figures as text."""
    lines = [f"{'work':<66} {'median':>10} {'noise':>6} {'goal':>9} {'loops':>8}"]
    for one in rows:
        figure = found[one.work]
        if "skipped" in figure:
            lines.append(f"{one.work:<66} skipped: {figure['skipped']}")
            continue
        beside = "" if figure["loops"] is None else f"{figure['loops']:8.1f}"
        mark = "" if figure["met"] else "  missed"
        sign = "≥" if one.is_met_above else "≤"
        median, goal = f"{figure['median']:.2f} {one.unit}", f"{sign} {one.goal:g}"
        lines.append(f"{one.work:<66} {median:>10} {figure['spread']:>6.0%} {goal:>9} {beside:>8}{mark}")
    return "\n".join([*lines, f"loops: in times of a Python heap loop of {LOOP:,} tasks, measured beside each row"])


def entry(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what a run of the table leaves behind for later ones."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], check=False, capture_output=True, text=True, cwd=ROOT
    ).stdout.strip()
    kept = {name: {key: one[key] for key in ("median", "loops")} for name, one in found.items() if "median" in one}
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    return {"machine": machine, "commit": commit or None, "kernel": SPEED, "rows": kept}


def drawn(file: Path) -> str:
    """Return the history of each row as a line of bars, oldest first, and its last median."""
    bars = "▁▂▃▄▅▆▇█"
    series: dict[str, list[float]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        for name, figure in json.loads(line)["rows"].items():
            series.setdefault(name, []).append(figure["loops"] or figure["median"])
    return "\n".join(
        f"{name:<66} {''.join(bars[int(7 * value / max(values))] for value in values)} {values[-1]:.3g}"
        for name, values in series.items()
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.table", description=__doc__)
    parser.add_argument("--only", default="", help="rows whose work has this word")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--small", action="store_true", help="a twentieth of the work")
    parser.add_argument("--history", type=Path, help="append machine, commit and medians to this file")
    parser.add_argument("--drawn", type=Path, metavar="HISTORY", help="print what a history holds, and measure nothing")
    asked = parser.parse_args(arguments)
    if asked.drawn is not None:
        sys.stdout.write(drawn(asked.drawn) + "\n")
        return
    gc.set_threshold(200_000)  # as the command line has it
    rows = [one for one in ROWS if asked.only in one.work]
    found = measured(rows, asked.repeats, 0.05 if asked.small else 1.0)
    sys.stdout.write(table(rows, found) + "\n")
    if asked.history is not None:
        with asked.history.open("a", encoding="utf-8") as history:
            history.write(json.dumps(entry(found)) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
