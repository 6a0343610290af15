"""Benchmarks of experiments: do intervals hold what they promise, and do two cores give two cores' worth?

    python -m tests.benchmarks.experiments coverage [--studies 1000]
    python -m tests.benchmarks.experiments speed

`coverage` repeats whole studies of M/M/1 and M/M/c queues whose means are known from textbooks and counts how often the
stated 95 % interval holds the truth; the stopping rule is checked the same way. `speed` runs 200 trials of about 0.2 s
alone and on two workers. Times are printed, never asserted.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.experiment.axes import Cell
from simulator.experiment.estimates import Estimate, mean, probability, skewed_mean
from simulator.experiment.replications import find_warmup, run_many
from simulator.experiment.runner import run_in_order
from simulator.experiment.stopping import FIRST_LOOK
from simulator.experiment.trial import Trial, Wanted
from simulator.scenario.scenario import Scenario
from simulator.theory.queues import mmc_wait

Floats = npt.NDArray[np.float64]
SIZES = {"D2": {"vcpus": 2, "memoryGiB": 8, "dedicatedLinux": 0.1}}
MACHINE = {"imageReference": {"publisher": "canonical", "offer": "ubuntu", "sku": "22_04"}, "nodeAgentSKUId": "x"}
SERVICE = 60.0
"""Mean service time, s."""
REPLICATIONS = 10
STEADY = ("steady.queue_mean",)


@dataclass(frozen=True)
class Queue:
    """An M/M/c queue in steady state, and how long a run of it is."""

    name: str
    servers: int
    load: float
    hours: float

    @property
    def rate(self) -> float:
        """Arrivals per second."""
        return self.load * self.servers / SERVICE

    @property
    def wait(self) -> float:
        """Mean queue time by the textbook (Erlang C)."""
        return mmc_wait(self.rate, 1 / SERVICE, self.servers)

    def scenario(self, seed: int) -> Scenario:
        until = f"{self.hours}h"
        work = {
            "arrivals": {"poisson": {"ratePerHour": self.rate * 3600, "until": until}},
            "duration": {"exponential": {"mean": f"{SERVICE}s"}},
        }
        pool = {"id": "p", "vmSize": "D2", "virtualMachineConfiguration": MACHINE, "targetDedicatedNodes": self.servers}
        job = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": {"workload": [work]}}
        options = {"timingPreset": "instant"}
        described = {"seed": seed, "sizes": SIZES, "options": options, "pools": [pool], "jobs": [job], "horizon": until}
        return Scenario.model_validate(described)


QUEUES = (
    Queue("M/M/1, load 0.5", 1, 0.5, 60),
    Queue("M/M/1, load 0.8", 1, 0.8, 150),
    Queue("M/M/4, load 0.8", 4, 0.8, 40),
)


def pool_of_values(queue: Queue, count: int, workers: int) -> Floats:
    """Simulate replications enough for all studies; each value is used in one study only."""
    scenario = queue.scenario(11)
    warmup = find_warmup(scenario, workers)
    rows = [one.values for one in run_many(scenario, range(count), workers, measures=STEADY, warmup=warmup)]
    return np.array([row[STEADY[0]] for row in rows], dtype=np.float64)


def coverage(values: Floats, truth: float, interval: Any) -> tuple[Estimate, float]:
    """Return how often the interval of a study holds the truth, and the mean half-width as a share of it."""
    studies = values.reshape(-1, REPLICATIONS)
    found = [interval(study) for study in studies]
    hits = sum(one.low <= truth <= one.high for one in found)
    return probability(hits, len(found)), statistics.fmean(one.half_width for one in found) / truth


def stopping(values: Floats, truth: float, precision: float) -> tuple[Estimate, Estimate, float]:
    """Return how often the last interval holds the truth, how often the mean is near enough, and the mean size."""
    at, held, close, sizes = 0, 0, 0, []
    while at + FIRST_LOOK <= len(values):
        size = FIRST_LOOK
        while (found := skewed_mean(values[at : at + size])).relative > precision / (1 + precision):
            size += max(size // 2, 1)
            if at + size > len(values):
                break
        if at + size > len(values):
            break
        held += found.low <= truth <= found.high
        close += abs(found.value - truth) <= precision * truth
        sizes.append(size)
        at += size
    return probability(held, len(sizes)), probability(close, len(sizes)), statistics.fmean(sizes)


def measure_coverage(studies: int, workers: int) -> list[dict[str, Any]]:
    rows = []
    for queue in QUEUES:
        values = pool_of_values(queue, studies * REPLICATIONS, workers)
        for name, interval in (("Student's t", mean), ("bootstrap", skewed_mean)):
            held, width = coverage(values, queue.wait, interval)
            rows.append(_row(queue, name, held, f"half-width {100 * width:.1f} %", values))
        held, close, size = stopping(values, queue.wait, 0.1)
        note = f"{held.count} studies of {size:.1f} replications, within 10 % {100 * close.value:.1f} %"
        rows.append(_row(queue, "stopping at 10 %", held, note, values))
    return rows


def _row(queue: Queue, name: str, held: Estimate, note: str, values: Floats) -> dict[str, Any]:
    return {
        "queue": queue.name,
        "interval": name,
        "studies": held.count,
        "holds": held.value,
        "low": held.low,
        "high": held.high,
        "theory_s": queue.wait,
        "mean_s": float(values.mean()),
        "note": note,
    }


def measure_speed(count: int, seconds: float, repeats: int) -> dict[str, Any]:
    """Time trials of about `seconds` each, alone and on two workers, in turn."""
    tasks = _tasks_for(seconds)
    cell = Cell(0, {}, _burst(tasks))
    trials = [Trial(cell, number) for number in range(count)]
    wanted = Wanted(("makespan",))
    run_in_order(
        trials[:8], wanted, workers=2
    )  # the workers are up before the clock starts, as the first sweep finds them
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(repeats):
        for workers, spans in times.items():
            began = time.perf_counter()
            run_in_order(trials, wanted, workers=workers)
            spans.append(time.perf_counter() - began)
    alone, two = (statistics.median(spans) for spans in times.values())
    return {
        "trials": count,
        "tasks": tasks,
        "each_s": alone / count,
        "alone_s": alone,
        "two_s": two,
        "gain": alone / two,
    }


def _burst(tasks: int) -> Scenario:
    work = {"count": tasks, "duration": {"exponential": {"mean": "60s"}}}
    pool = {"id": "p", "vmSize": "D2", "virtualMachineConfiguration": MACHINE, "targetDedicatedNodes": 50}
    job = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": {"workload": [work]}}
    return Scenario.model_validate({"sizes": SIZES, "pools": [pool], "jobs": [job]})


def _tasks_for(seconds: float) -> int:
    """Find how many tasks a trial of that length has on this machine."""
    tasks = 2000
    while True:
        trial = Trial(Cell(0, {}, _burst(tasks)), 0)
        run_in_order([trial], Wanted(("makespan",)), workers=1)
        began = time.perf_counter()
        run_in_order([trial], Wanted(("makespan",)), workers=1)
        took = time.perf_counter() - began
        if took >= seconds / 2:
            return max(100, round(tasks * seconds / took))
        tasks *= 2


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("which", choices=("coverage", "speed"))
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    if asked.which == "speed":
        found: Any = measure_speed(asked.trials, asked.seconds, asked.repeats)
        text = "{trials} trials of {each_s:.3f} s: {alone_s:.1f} s alone, {two_s:.1f} s on two workers, {gain:.2f} ×"
        print(json.dumps(found) if asked.json else text.format(**found))
        return
    found = measure_coverage(asked.studies, asked.workers)
    if asked.json:
        print(json.dumps(found))
        return
    for row in found:
        print(
            "{queue:16} {interval:17} holds in {holds:.1%} of {studies} ({low:.1%} to {high:.1%}); "
            "theory {theory_s:.2f} s, mean {mean_s:.2f} s; {note}".format(**row)
        )


if __name__ == "__main__":
    main(sys.argv[1:])
