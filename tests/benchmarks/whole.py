"""The whole way from scenario to answer: `python tests/benchmarks/whole.py [--tasks N] [--nodes N] [--json]`.

Runs `poolsight run` as a process, tables and summary written, and sets its time beside the kernel's own for the same
tasks: whole = factor × kernel + constant. Also the smallest run, the memory of a process by task, and how fast traces
are read. Counts are asserted, times never.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from simulator.engine.simulation import Simulation
from simulator.kernel import SPEED
from simulator.scenario import load
from simulator.scenario.format.trace_files import read_trace
from simulator.scenario.format.traces import TraceWorkload

FACTOR, CONSTANT = 3.0, 1.5
"""What the whole process may take: so many times the kernel's own time, and so many seconds."""
SCENARIO = """
name: whole
pools:
  - id: pool
    vmSize: Standard_D4_v3
    virtualMachineConfiguration:
      imageReference: {{publisher: canonical, offer: 0001-com-ubuntu-server-jammy, sku: 22_04-lts}}
      nodeAgentSKUId: batch.node.ubuntu 22.04
    targetDedicatedNodes: {nodes}
    taskSlotsPerNode: 4
jobs:
  - id: job
    poolInfo: {{poolId: pool}}
    simulation:
      workload:
        - {{count: {tasks}, duration: {{exponential: {{mean: 60s}}}}}}
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds on the clock, seconds of processors, and peak memory in bytes."""

    wall: float
    cpu: float
    peak: int


WATCH = """
import os, sys, time
began = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, descriptor, os.devnull, os.O_WRONLY, 0) for descriptor in (1, 2)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Starts and measures a process from a small one: its peak counts what its parent had in memory when it started."""


def process(*words: str) -> Cost:
    """Run a command to its end, its output thrown away."""
    ended = subprocess.run(
        [sys.executable, "-I", "-S", "-c", WATCH, sys.executable, *words],
        env={name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        capture_output=True,
        text=True,
        check=True,
    )
    wall, cpu, peak = map(float, ended.stdout.split())
    return Cost(wall, cpu, round(peak))


def kernel_alone(file: Path, tasks: int) -> float:
    """Return the seconds that a run spends between its first and its last event, in this process."""
    simulation = Simulation(load(file))
    began = time.perf_counter()
    simulation.advance()
    assert simulation.completed_tasks == tasks
    return time.perf_counter() - began


def trace_rate(folder: Path, rows: int) -> float:
    """Return the rows per second at which an SWF file of that many jobs is read."""
    file = folder / "trace.swf"
    number = np.arange(1, rows + 1)
    columns = np.full((rows, 18), -1, dtype=np.int64)
    columns[:, 0], columns[:, 1], columns[:, 3], columns[:, 4] = number, number // 3, number % 9973 + 1, 1
    np.savetxt(file, columns, fmt="%d")
    source = TraceWorkload.model_validate({"trace": file.name}, context={"directory": folder})
    read_trace(TraceWorkload.model_validate({"trace": file.name, "limit": 1}, context={"directory": folder}))
    began = time.perf_counter()
    assert len(read_trace(source)) == rows
    return rows / (time.perf_counter() - began)


def measure(tasks: int, nodes: int, repeats: int) -> dict[str, object]:
    """Run everything in turn and give medians."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, small = folder / "whole.yaml", folder / "small.yaml"
        file.write_text(SCENARIO.format(tasks=tasks, nodes=nodes))
        small.write_text(SCENARIO.format(tasks=400, nodes=4))
        run = ("-m", "simulator.cli", "run")
        process(*run, str(small))  # compiles the modules' bytecode
        rows = []
        for repeat in range(repeats):
            kernel = kernel_alone(file, tasks)
            whole = process(*run, str(file), "--out", str(folder / f"out{repeat}"))
            rows.append((kernel, whole, process(*run, str(small))))
        base = process(*run, str(small), "--out", str(folder / "least")).peak
        return {
            "kernel": SPEED,
            "tasks": tasks,
            "kernel_s": statistics.median(kernel for kernel, _, _ in rows),
            "whole": asdict(min((whole for _, whole, _ in rows), key=lambda cost: cost.wall)),
            "whole_of_allowed": statistics.median(
                whole.wall / (FACTOR * kernel + CONSTANT) for kernel, whole, _ in rows
            ),
            "bytes_per_task": (statistics.median(whole.peak for _, whole, _ in rows) - base) / tasks,
            "smallest_run_s": statistics.median(least.wall for _, _, least in rows),
            "trace_rows_per_s": trace_rate(folder, min(tasks, 1_000_000)),
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1_000_000 if SPEED == "compiled" else 100_000)
    parser.add_argument("--nodes", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.tasks, options.nodes, options.repeats)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    whole = found["whole"]
    assert isinstance(whole, dict)
    print(f"kernel ({found['kernel']}): {found['kernel_s']:.2f} s for {options.tasks:,} tasks")
    print(f"poolsight run --out: {whole['wall']:.2f} s, {whole['cpu']:.2f} s of processors")
    print(f"of {FACTOR:g} × kernel + {CONSTANT} s: {found['whole_of_allowed']:.2f} (median)")
    print(f"memory: {found['bytes_per_task']:.0f} bytes a task above a small run that writes its tables too")
    print(f"smallest run: {found['smallest_run_s']:.2f} s")
    print(f"traces: {found['trace_rows_per_s']:,.0f} rows/s")


if __name__ == "__main__":
    main()
