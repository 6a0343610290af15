"""How far the program reaches: time, memory and file sizes of large inputs, each command in a child under limits.

`python -m tests.benchmarks.limits` tries all of them, `--case NAME` one, `--scale 0.01` each at a
hundredth of its size.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

MEMORY_BYTES: Final = 4 << 30
SECONDS: Final = 3600
POOL: Final[Mapping[str, Any]] = {
    "vmSize": "Standard_D4_v3",
    "targetDedicatedNodes": 10,
    "virtualMachineConfiguration": {
        "imageReference": {"publisher": "canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts"},
        "nodeAgentSKUId": "batch.node.ubuntu 22.04",
    },
}
QUOTA: Final = {"dedicatedCoreQuota": 10_000_000, "poolQuota": 100_000}
FOLLOWING: Final[Mapping[str, tuple[str, ...]]] = {
    "report": ("report", "run", "-o", "report.html"),
    "plot": ("plot", "run", "--kind", "queue", "-o", "queue.png"),
    "trace": ("trace", "run", "-o", "trace.json.gz"),
    "why": ("why", "run", "--task"),
}
"""What is asked of a run that was kept."""
Make = Callable[[Path, float], str]
"""Writes a scenario of a share of its size into a folder, and returns the name of one of its tasks."""


def pool(**changes: Any) -> dict[str, Any]:
    """Return the body of a pool."""
    return {"id": "p", **POOL, **changes}


def job(*groups: Mapping[str, Any], name: str = "j", where: str = "p") -> dict[str, Any]:
    """Return a job with groups of tasks."""
    return {"id": name, "poolInfo": {"poolId": where}, "simulation": {"workload": list(groups)}}


def write(folder: Path, **document: Any) -> None:
    """Write a scenario."""
    (folder / "s.json").write_text(json.dumps({"name": "limits", "account": QUOTA, **document}))


def tasks(folder: Path, share: float) -> str:
    """Write 10 000 000 tasks on 1 000 nodes."""
    group = {"count": max(1, int(10_000_000 * share)), "duration": {"exponential": {"mean": "5m"}}}
    write(folder, pools=[pool(targetDedicatedNodes=1000, taskSlotsPerNode=4)], jobs=[job(group)])
    return "j/task-1"


def nodes(folder: Path, share: float) -> str:
    """Write 100 000 nodes in one pool."""
    count = max(1, int(100_000 * share))
    write(folder, pools=[pool(targetDedicatedNodes=count)], jobs=[job({"count": 2 * count, "duration": "10m"})])
    return "j/task-1"


def pools(folder: Path, share: float) -> str:
    """Write 1 000 pools, each with a job."""
    numbers = range(max(1, int(1000 * share)))
    made = [pool(id=f"p{number}") for number in numbers]
    jobs = [job({"count": 100, "duration": "10m"}, name=f"j{number}", where=f"p{number}") for number in numbers]
    write(folder, pools=made, jobs=jobs)
    return "j0/task-1"


def jobs(folder: Path, share: float) -> str:
    """Write 10 000 jobs in one pool."""
    numbers = range(max(1, int(10_000 * share)))
    write(folder, pools=[pool()], jobs=[job({"count": 10, "duration": "1m"}, name=f"j{number}") for number in numbers])
    return "j0/task-1"


def chain(folder: Path, share: float) -> str:
    """Write a chain of 1 000 000 tasks, each of which waits for the one before."""
    bodies = [
        {"id": f"t{number}", "commandLine": "x", "simulation": {"duration": "1s"}}
        | ({"dependsOn": {"taskIds": [f"t{number - 1}"]}} if number else {})
        for number in range(max(2, int(1_000_000 * share)))
    ]
    write(folder, pools=[pool()], jobs=[{**job(), "usesTaskDependencies": True, "tasks": bodies}])
    return "j/t1"


def autoscale(folder: Path, share: float) -> str:
    """Write a year in which a formula is evaluated every five minutes."""
    body = pool(enableAutoScale=True, autoScaleEvaluationInterval="PT5M", autoScaleFormula=FORMULA)
    del body["targetDedicatedNodes"]
    days = max(1, int(365 * share))
    arrivals = {"poisson": {"ratePerHour": 40}}
    write(folder, pools=[body], jobs=[job({"arrivals": arrivals, "duration": "10m"})], horizon=f"{days}d")
    return "j/task-1"


FORMULA: Final = "$TargetDedicatedNodes = min(8, max(0, avg($PendingTasks.GetSample(TimeInterval_Minute * 10)) / 4));"


def rows(kind: str, most: int) -> Make:
    """Return what writes a trace, or a list of tasks, with so many rows."""

    def make(folder: Path, share: float) -> str:
        count = max(1, int(most * share))
        if kind in ("json", "yaml"):
            bodies = [{"id": f"t{i}", "commandLine": "x", "simulation": {"duration": "1m"}} for i in range(count)]
            (folder / f"tasks.{kind}").write_text(json.dumps(bodies, indent=1))
            write(folder, pools=[pool()], jobs=[{**job(), "tasks": {"file": f"tasks.{kind}"}}])
            return "j/t1"
        import pandas as pd

        table = pd.DataFrame({"submit": range(count), "duration": [60.0] * count})
        path = folder / f"t.{kind}"
        table.to_csv(path, index=False) if kind == "csv" else table.to_parquet(path, index=False)
        write(folder, pools=[pool()], jobs=[job({"trace": path.name})])
        return "j/row-1"

    make.__doc__ = f"{most:,} rows in {kind.upper()}."
    return make


CASES: Final[Mapping[str, Make]] = {
    "tasks": tasks,
    "nodes": nodes,
    "pools": pools,
    "jobs": jobs,
    "chain": chain,
    "autoscale": autoscale,
    "csv": rows("csv", 1_000_000),
    "parquet": rows("parquet", 1_000_000),
    "json": rows("json", 100_000),
    "yaml": rows("yaml", 100_000),
}


def measured(words: tuple[str, ...], folder: Path) -> tuple[int, float, float]:
    """Run a command under limits; return its exit code, its processor seconds and its largest memory in GiB."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        os.chdir(folder)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.execv(sys.executable, [sys.executable, "-m", "simulator.cli", *words])  # noqa: S606 - ourselves
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20


def lines(name: str, share: float) -> Iterator[str]:
    """Yield a row of the table for each command of a case."""
    with tempfile.TemporaryDirectory(prefix="poolsight-limits-") as place:
        folder = Path(place)
        task = CASES[name](folder, share)
        commands = {"run": ("run", "s.json", "--out", "run"), **FOLLOWING, "why": (*FOLLOWING["why"], task)}
        for command, words in commands.items():
            began = time.monotonic()
            code, seconds, memory = measured(words, folder)
            wall = time.monotonic() - began
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
            yield f"{name:10} {command:7} {code:4} {wall:9.1f} {seconds:9.1f} {memory:8.2f} {size:10.1f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=tuple(CASES), action="append")
    parser.add_argument("--scale", type=float, default=1.0)
    asked = parser.parse_args()
    print(f"{'case':10} {'command':7} code   seconds     CPU s      GiB   files MB")
    for name in asked.case or CASES:
        print(f"# {CASES[name].__doc__}")
        for line in lines(name, asked.scale):
            print(line, flush=True)


if __name__ == "__main__":
    main()
