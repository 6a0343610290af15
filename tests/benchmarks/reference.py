"""The kernel beside the least work that must be done: `python tests/benchmarks/reference.py --help`.

Floor and kernel run in turn in one process, at least five times each; what counts is their ratio, pair by pair. The
floor is a C loop that gives the same record where a compiler is there, else a Python heap loop. Counts and records are
asserted, times never. POOLSIGHT_KERNEL=python measures the interpreted kernel.
"""

import argparse
import ctypes
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable
from heapq import heapify, heapreplace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[2]))
from simulator.kernel import SPEED, Kernel, Shape, Tasks
from tests.benchmarks import peers

Ints = npt.NDArray[np.int64]
Record = tuple[npt.NDArray[np.int32], Ints, Ints]
"""Node, start and end of every task."""
Floor = Callable[[Ints, Ints, int, int, bool], tuple[Record, float]]
"""Does the work and gives the record and the processor time."""
MEAN_S = 60.0
LOAD = 0.9
"""Of the slots, with Poisson arrivals."""


def workload(tasks: int, servers: int, arrivals: str) -> tuple[Ints, Ints]:
    """Draw submit times and durations in milliseconds."""
    stream = np.random.default_rng(1)
    duration = np.rint(stream.exponential(1000 * MEAN_S, tasks)).astype(np.int64)
    if arrivals == "burst":
        return np.zeros(tasks, dtype=np.int64), duration
    gaps = stream.exponential(1000 * MEAN_S / (LOAD * servers), tasks)
    return np.rint(np.cumsum(gaps)).astype(np.int64), duration


def c_floor(folder: Path) -> Floor | None:
    """Compile the C loop; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source, library = Path(__file__).with_name("floor.c"), folder / "floor.so"
    subprocess.run([compiler, "-O3", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    loop = ctypes.CDLL(str(library)).run
    loop.restype = ctypes.c_int64

    def run(submit: Ints, duration: Ints, nodes: int, slots: int, pack: bool) -> tuple[Record, float]:
        count = len(submit)
        made = (np.zeros(count, np.int32), np.zeros(count, np.int64), np.zeros(count, np.int64))
        pointers = [column.ctypes.data_as(ctypes.c_void_p) for column in (submit, duration, *made)]
        sizes = [ctypes.c_int32(size) for size in (nodes, slots, pack)]
        began = time.process_time()
        loop(ctypes.c_int64(count), *pointers[:2], *sizes, *pointers[2:])
        return made, time.process_time() - began

    return run


def heap_loop(submit: Ints, duration: Ints, servers: int) -> tuple[int, float]:
    """Do the bare work with Python's own heap, recording slots instead of nodes; give the last end."""
    arrivals, spans = submit.tolist(), duration.tolist()
    began = time.process_time()
    free = [(0, slot) for slot in range(servers)]
    heapify(free)
    taken, start, end = array("i"), array("q"), array("q")
    for arrival, span in zip(arrivals, spans, strict=True):
        at, slot = free[0]
        begin = max(at, arrival)
        heapreplace(free, (begin + span, slot))
        taken.append(slot)
        start.append(begin)
        end.append(begin + span)
    return max(end), time.process_time() - began


def column(code: str, values: Ints) -> "array[int]":
    """Make a column of the kernel."""
    return array(code, values.astype(np.int32 if code == "i" else np.int64).tobytes())


def kernel(submit: Ints, duration: Ints, nodes: int, slots: int, fill: str) -> tuple[Kernel, float]:
    """Run the kernel; give it and the processor time it took."""
    zeros = np.zeros(len(submit), dtype=np.int64)
    tasks = Tasks(
        submit=column("q", submit),
        span=column("q", duration),
        queue=column("i", zeros),
        max_retries=column("i", zeros),
        failures=column("i", zeros),
        queues=[(0, 0)],
    )
    made = Kernel(tasks, [Shape(1, 0, 0)], [0], slots=slots, cores=1, memory=1, pack=fill == "pack")
    for node in range(nodes):
        made.in_service(node)
    began = time.process_time()
    made.advance(2**61)
    return made, time.process_time() - began


def record(made: Kernel) -> Record:
    """Return node, start and end by task."""
    attempts = made.attempts
    order = np.argsort(np.asarray(attempts.task)[: len(attempts)])
    node, start, end = (
        np.asarray(getattr(attempts, name))[: len(attempts)][order] for name in ("node", "assigned", "end")
    )
    return node, start, end


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run floor and kernel in turn and put them side by side."""
    count, nodes, slots = options.tasks, options.nodes, options.slots
    submit, duration = workload(count, nodes * slots, options.arrivals)
    ratios, floors, kernels, loops = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        compiled = c_floor(Path(folder))
        for turn in range(options.repeats):
            last, seconds = heap_loop(submit, duration, nodes * slots)
            loops.append(count / seconds)
            if compiled:
                expected, seconds = compiled(submit, duration, nodes, slots, options.fill == "pack")
            floors.append(count / seconds)
            made, seconds = kernel(submit, duration, nodes, slots, options.fill)
            kernels.append(count / seconds)
            ratios.append(kernels[-1] / floors[-1])
            assert made.completed == len(made.attempts) == count
            assert np.asarray(made.attempts.end).max() == last, "both schedules end at the same instant"
            if compiled and turn == 0:
                for mine, theirs in zip(record(made), expected, strict=True):
                    np.testing.assert_array_equal(mine, theirs)
    return {
        "kernel": SPEED,
        "floor": "c" if compiled else "python",
        "tasks": count,
        "nodes": nodes,
        "slots": slots,
        "arrivals": options.arrivals,
        "fill": options.fill,
        "tasks_per_s": statistics.median(kernels),
        "floor_tasks_per_s": statistics.median(floors),
        "ratio": {"median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)},
        "python_heap_tasks_per_s": statistics.median(loops),
        "python_heap_ratio": statistics.median(kernels) / statistics.median(loops),
        "bytes_per_task": bytes_of(made) / count,
    }


def bytes_of(made: Kernel) -> int:
    """Add up the columns of the kernel that have a row for each task or attempt."""
    columns: list[Any] = [made.submit, made.queue, made.state, made.retries, made.row, made.queues.link]
    columns.append(made.row)  # beside it a column of the same width, of cells
    columns += [made.submit, made.retries, made.failures]  # as wide as spans and most retries
    columns += [getattr(made.attempts, name) for name in ("task", "node", "instance", "assigned", "end", "outcome")]
    return sum(np.asarray(column).nbytes for column in columns)


def growth(options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Return nanoseconds a task by number of nodes, also of the C floor where it is, and by number of tasks.

    Best of three; kernel and floor in turn, so that a noisy neighbour meets both.
    """
    large = 10_000_000 if SPEED == "compiled" else 300_000
    tasks = min(large, 1_000_000)
    sizes = [size for size in (10_000, 100_000, 1_000_000, 10_000_000) if size < large] + [large]
    found: dict[str, dict[str, float]] = {"nodes": {}, "nodes, floor": {}, "tasks": {}}
    with tempfile.TemporaryDirectory() as folder:
        floor = c_floor(Path(folder))
        for nodes in (100, 1000, 10_000, 100_000):
            mine, theirs = cost(options, tasks, nodes, floor)
            found["nodes"][str(nodes)] = mine
            if floor:
                found["nodes, floor"][str(nodes)] = theirs
    for size in sizes:
        found["tasks"][str(size)], _ = cost(options, size, 1000, None)
    return {what: costs for what, costs in found.items() if costs}


def cost(options: argparse.Namespace, tasks: int, nodes: int, floor: Floor | None) -> tuple[float, float]:
    """Return nanoseconds a task of kernel and floor (infinite where it is not), the best of three each."""
    submit, duration = workload(tasks, nodes * options.slots, options.arrivals)
    mine = theirs = float("inf")
    for _ in range(3):
        mine = min(mine, kernel(submit, duration, nodes, options.slots, options.fill)[1])
        if floor:
            theirs = min(theirs, floor(submit, duration, nodes, options.slots, options.fill == "pack")[1])
    return round(mine / tasks * 1e9, 1), round(theirs / tasks * 1e9, 1)


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1_000_000 if SPEED == "compiled" else 200_000)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--arrivals", choices=("burst", "poisson"), default="burst")
    parser.add_argument("--fill", choices=("spread", "pack"), default="spread")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--growth", action=argparse.BooleanOptionalAction, default=True, help="cost by size")
    parser.add_argument("--peers", action="store_true", help="also run other simulators on what they can do of it")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options)
    if options.growth:
        found["growth_ns_per_task"] = growth(options)
    if options.peers:
        found["peers"] = peers.measure(options.tasks, options.nodes * options.slots, workload)
    print(json.dumps(found, indent=2) if options.json else sentence(found))


def sentence(found: dict[str, Any]) -> str:
    """Write the figures for people."""
    ratio = found["ratio"]
    lines = [
        f"kernel ({found['kernel']}): {found['tasks_per_s']:,.0f} tasks/s, {found['bytes_per_task']:.0f} bytes a task",
        f"floor ({found['floor']}): {found['floor_tasks_per_s']:,.0f} tasks/s",
        f"ratio: {ratio['median']:.3f} (from {ratio['min']:.3f} to {ratio['max']:.3f})",
        f"Python heap loop: {found['python_heap_tasks_per_s']:,.0f} tasks/s, ratio {found['python_heap_ratio']:.3f}",
    ]
    for what, costs in found.get("growth_ns_per_task", {}).items():
        lines.append(f"ns a task by {what}: " + ", ".join(f"{int(size):,}: {cost}" for size, cost in costs.items()))
    for name, peer in found.get("peers", {}).items():
        lines.append(f"{name}: " + (f"{peer:,.0f} tasks/s" if isinstance(peer, float) else peer))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
