"""Heavier work beside the reference, in turn in one process: `python tests/benchmarks/heavier.py [--tasks N] [--json]`.

Each case changes one thing of the reference (1 000 nodes of 4 slots, a burst of tasks of 60 s on average) and is shown
as a share of the reference's tasks per second; a month of autoscaling is shown in seconds. Counts are asserted, times
never.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[2]))
from simulator.engine.simulation import Simulation
from simulator.kernel import SPEED, Kernel, Shape, Tasks
from simulator.scenario.reading.load import load
from simulator.states import Outcome

Ints = npt.NDArray[np.int64]
NODES, SLOTS = 1000, 4
CORES, MEMORY = 8000, 32 * 1024
HOUR = 3_600_000
Case = Callable[[int], tuple[float, int]]
"""Takes a number of tasks, gives seconds and tasks completed."""


def build(tasks: int, shapes: list[Shape], priorities: list[int], **more: Any) -> Kernel:
    """Make a pool whose tasks are dealt to all jobs and shapes by chance."""
    stream = np.random.default_rng(1)
    span = np.rint(stream.exponential(60_000, tasks)).astype(np.int64)
    queues = [(job, shape) for job in range(len(priorities)) for shape in range(len(shapes))]
    zeros = array("i", bytes(4 * tasks))
    columns = Tasks(
        submit=array("q", bytes(8 * tasks)),
        span=array("q", span.tobytes()),
        queue=array("i", stream.integers(0, len(queues), tasks).astype(np.int32).tobytes()),
        max_retries=zeros,
        failures=zeros,
        queues=queues,
        **more,
    )
    kernel = Kernel(columns, shapes, priorities, slots=SLOTS, cores=CORES, memory=MEMORY, seed=1)
    for node in range(NODES):
        kernel.in_service(node)
    return kernel


def run(kernel: Kernel) -> tuple[float, int]:
    """Run to the end."""
    began = time.process_time()
    kernel.advance(2**61)
    return time.process_time() - began, kernel.completed


def reference(tasks: int) -> tuple[float, int]:
    """One job, one shape of one slot."""
    return run(build(tasks, [Shape(1, 0, 0)], [0]))


def shapes(tasks: int) -> tuple[float, int]:
    """20 shapes of one to four slots with limits on cores and memory that bind."""
    stream = np.random.default_rng(2)
    made = [
        Shape(1 + number % 4, int(stream.integers(1, 5)) * 500 * (1 + number % 4), int(stream.integers(1, 13)) * 1024)
        for number in range(20)
    ]
    return run(build(tasks, made, [0]))


def jobs(tasks: int) -> tuple[float, int]:
    """50 jobs in five priorities."""
    return run(build(tasks, [Shape(1, 0, 0)], [number % 5 for number in range(50)]))


def dependencies(tasks: int) -> tuple[float, int]:
    """One edge for each task on average: layers of 10 000, each task waits for up to two of the layer before."""
    width = max(tasks // 100, 1)
    child = np.arange(width, tasks)
    stream = np.random.default_rng(3)
    first = (child // width - 1) * width + stream.integers(0, width, len(child))
    other = (child // width - 1) * width + stream.integers(0, width, len(child))
    pairs = np.unique(np.concatenate([np.stack([first, child], 1), np.stack([other, child], 1)]), axis=0)
    parents = np.bincount(pairs[:, 1], minlength=tasks)
    starts = np.searchsorted(pairs[:, 0], np.arange(tasks + 1))
    kernel = build(
        tasks,
        [Shape(1, 0, 0)],
        [0],
        parents=array("i", parents.astype(np.int32).tobytes()),
        children_from=array("i", starts.astype(np.int32).tobytes()),
        children=array("i", pairs[:, 1].astype(np.int32).tobytes()),
        satisfies=array("b", bytes(tasks)),
    )
    return run(kernel)


def preemption(tasks: int) -> tuple[float, int]:
    """A tenth of the nodes is lost in an hour, one by one, and each is back after two minutes."""
    kernel = build(tasks, [Shape(1, 0, 0)], [0])
    stream = np.random.default_rng(4)
    changes = []
    end = 60_000 * tasks // (NODES * SLOTS)
    instant, lost = 0.0, 0
    while instant < end:
        instant += stream.exponential(HOUR / (0.1 * NODES))
        changes.append((int(instant), lost % NODES, True))
        changes.append((int(instant) + 120_000, lost % NODES, False))
        lost += 7
    began = time.process_time()
    for now, node, leaves in sorted(changes):
        kernel.advance(now)
        kernel.complete(now)
        if leaves and kernel.nodes.serving[node]:
            kernel.out_of_service(node, now, Outcome.PREEMPTED)
        elif not leaves and not kernel.nodes.serving[node]:
            kernel.in_service(node)
        kernel.arrive(now)
        kernel.dispatch(now)
    kernel.advance(2**61)
    assert len(kernel.attempts) > tasks or tasks < 100_000, "somebody was evicted"
    return time.process_time() - began, kernel.completed


MONTH = """
name: a month of autoscaling
horizon: 30d
pools:
  - id: pool
    vmSize: Standard_D4_v3
    virtualMachineConfiguration:
      imageReference: {publisher: canonical, offer: 0001-com-ubuntu-server-jammy, sku: 22_04-lts}
      nodeAgentSKUId: batch.node.ubuntu 22.04
    taskSlotsPerNode: 4
    enableAutoScale: true
    autoScaleEvaluationInterval: PT5M
    autoScaleFormula: |
      $filled = $PendingTasks.GetSamplePercent(TimeInterval_Minute * 5);
      $tasks = $filled < 70 ? max(0, $PendingTasks.GetSample(1)) : avg($PendingTasks.GetSample(TimeInterval_Minute * 5, 70));
      $TargetDedicatedNodes = min(100, ceil($tasks / $TaskSlotsPerNode));
      $NodeDeallocationOption = taskcompletion;
jobs:
  - id: job
    poolInfo: {poolId: pool}
    simulation:
      workload:
        - {duration: {lognormal: {median: 6m, p95: 15m}}, arrivals: {poisson: {ratePerHour: 1000, until: 29d}}}
"""  # noqa: E501 - as a user writes it


def month() -> dict[str, float]:
    """A pool that evaluates its formula every five minutes for thirty days."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "month.yaml"
        file.write_text(MONTH)
        scenario = load(file)
    began = time.process_time()
    simulation = Simulation(scenario)
    simulation.advance()
    recording = simulation.recording()
    seconds = time.process_time() - began
    evaluations = len(recording.raw.recorder.evaluations)
    assert evaluations > 8000
    return {"seconds": seconds, "evaluations": evaluations, "tasks": len(recording.workload)}


CASES: dict[str, Case] = {
    "20 shapes with memory limits": shapes,
    "50 jobs in 5 priorities": jobs,
    "a dependency for each task": dependencies,
    "10 % of nodes lost per hour": preemption,
}


def main() -> None:
    """Measure every case and the reference in turn, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1_000_000 if SPEED == "compiled" else 100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found: dict[str, Any] = {"kernel": SPEED, "tasks": options.tasks, "cases": {}}
    for name, case in CASES.items():
        rates = []
        for _ in range(options.repeats):
            usual, completed = reference(options.tasks)
            seconds, finished = case(options.tasks)
            assert completed == finished == options.tasks, name
            rates.append((options.tasks / seconds, usual / seconds))
        found["cases"][name] = {
            "tasks_per_s": statistics.median(rate for rate, _ in rates),
            "share_of_reference": statistics.median(share for _, share in rates),
        }
    found["month"] = month()
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, case_found in found["cases"].items():
        print(
            f"{name}: {case_found['tasks_per_s']:,.0f} tasks/s, {case_found['share_of_reference']:.2f} of the reference"
        )
    made = found["month"]
    print(
        f"a month of autoscaling: {made['seconds']:.1f} s, {made['evaluations']} evaluations, {made['tasks']:,} tasks"
    )


if __name__ == "__main__":
    main()
