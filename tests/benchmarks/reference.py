"""The kernel beside the least work that must be done: `python tests/benchmarks/reference.py --help`.

Floor and kernel run in turn in one process, at least five times each; what counts is their ratio, pair by pair. The
floor is a C loop where a compiler is there, else a Python heap loop. Counts are asserted, times never.
"""

import argparse
import ctypes
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from array import array
from collections.abc import Callable
from heapq import heapify, heapreplace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.kernel import Kernel, Shape, Tasks

Ints = npt.NDArray[np.int64]
MEAN_S = 60.0
LOAD = 0.9
"""Of the slots, with Poisson arrivals."""


def workload(tasks: int, servers: int, arrivals: str) -> tuple[Ints, Ints]:
    """Draw submit times and durations in milliseconds."""
    dice = np.random.default_rng(1)
    duration = np.rint(dice.exponential(1000 * MEAN_S, tasks)).astype(np.int64)
    if arrivals == "burst":
        return np.zeros(tasks, dtype=np.int64), duration
    gaps = dice.exponential(1000 * MEAN_S / (LOAD * servers), tasks)
    return np.rint(np.cumsum(gaps)).astype(np.int64), duration


def c_floor(folder: Path) -> Callable[[Ints, Ints, int, int], int] | None:
    """Compile the C loop; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source, library = Path(__file__).with_name("floor.c"), folder / "floor.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    loop = ctypes.CDLL(str(library)).run
    loop.restype = ctypes.c_int64

    def run(submit: Ints, duration: Ints, nodes: int, slots: int) -> int:
        count = len(submit)
        columns = (np.empty(count, np.int32), np.empty(count, np.int64), np.empty(count, np.int64))
        pointers = [column.ctypes.data_as(ctypes.c_void_p) for column in (submit, duration, *columns)]
        return int(
            loop(ctypes.c_int64(count), *pointers[:2], ctypes.c_int32(nodes), ctypes.c_int32(slots), *pointers[2:])
        )

    return run


def python_floor(submit: Ints, duration: Ints, nodes: int, slots: int) -> int:
    """Do the same with Python's own heap."""
    free = [(0, slot) for slot in range(nodes * slots)]
    heapify(free)
    node, start, end = array("i"), array("q"), array("q")
    for arrival, span in zip(submit.tolist(), duration.tolist(), strict=True):
        at, slot = free[0]
        begin = max(at, arrival)
        heapreplace(free, (begin + span, slot))
        node.append(slot // slots)
        start.append(begin)
        end.append(begin + span)
    return max(end)


def kernel(submit: Ints, duration: Ints, nodes: int, slots: int, fill: str) -> tuple[Kernel, float]:
    """Run the kernel; give it and the processor time it took."""
    zeros = np.zeros(len(submit), dtype=np.int64)

    def column(code: str, values: Ints) -> "array[int]":
        return array(code, values.astype(np.int32 if code == "i" else np.int64).tobytes())

    tasks = Tasks(
        submit=column("q", submit),
        lead=column("q", zeros),
        demand=column("q", duration),
        job=column("i", zeros),
        shape=column("i", zeros),
        max_retries=column("i", zeros),
        failures=column("i", zeros),
    )
    made = Kernel(tasks, [Shape(1, 0, 0)], [0], slots=slots, cores=1, memory=1, pack=fill == "pack")
    for node in range(nodes):
        made.in_service(node)
    began = time.process_time()
    made.advance(2**61)
    return made, time.process_time() - began


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run floor and kernel in turn and put them side by side."""
    nodes, slots = options.nodes, options.slots
    submit, duration = workload(options.tasks, nodes * slots, options.arrivals)
    with tempfile.TemporaryDirectory() as folder:
        compiled = c_floor(Path(folder))
        floor = compiled or python_floor
        ratios, floors, kernels = [], [], []
        for _ in range(options.repeats):
            began = time.process_time()
            last = floor(submit, duration, nodes, slots)
            floors.append(options.tasks / (time.process_time() - began))
            made, seconds = kernel(submit, duration, nodes, slots, options.fill)
            kernels.append(options.tasks / seconds)
            ratios.append(kernels[-1] / floors[-1])
            assert made.completed == len(made.attempts) == options.tasks
            assert max(made.attempts.end) == last, "both schedules end at the same instant"
    return {
        "kernel": "python",
        "floor": "c" if compiled else "python",
        "tasks": options.tasks,
        "nodes": nodes,
        "slots": slots,
        "arrivals": options.arrivals,
        "fill": options.fill,
        "tasks_per_s": statistics.median(kernels),
        "floor_tasks_per_s": statistics.median(floors),
        "ratio": {"median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)},
        "bytes_per_task": bytes_of(made) / options.tasks,
    }


def bytes_of(made: Kernel) -> int:
    """Add up the kernel's columns; a finished task holds nothing else."""
    attempts, tasks, queues = made.attempts, made.tasks, made.queues
    columns = [getattr(tasks, name) for name in ("submit", "lead", "demand", "job", "shape", "max_retries", "failures")]
    columns += [made.state, made.retries, made.ends, made.row, made.link, made.back, queues.place]
    columns += [attempts.task, attempts.node, attempts.instance, attempts.assigned, attempts.end, attempts.outcome]
    return sum(len(column) * column.itemsize for column in columns)


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=200_000)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--arrivals", choices=("burst", "poisson"), default="burst")
    parser.add_argument("--fill", choices=("spread", "pack"), default="spread")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    ratio = found["ratio"]
    print(
        f"kernel ({found['kernel']}): {found['tasks_per_s']:,.0f} tasks/s, {found['bytes_per_task']:.0f} bytes a task"
    )
    print(f"floor ({found['floor']}): {found['floor_tasks_per_s']:,.0f} tasks/s")
    print(f"ratio: {ratio['median']:.4f} (from {ratio['min']:.4f} to {ratio['max']:.4f})")


if __name__ == "__main__":
    main()
