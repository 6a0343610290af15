"""Rows of the table of speeds in which a file is large: jobs and pools in YAML, task bodies in JSON."""

from __future__ import annotations

import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from simulator import load, simulate
from tests.benchmarks.registry import MINUTE, job, pool, row


def loaded_and_run(document: dict[str, Any], tasks: int, bodies: list[dict[str, Any]] | None = None) -> float:
    """Return the seconds in which a file is read and run; all of its tasks succeed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.yaml"
        if bodies is not None:
            (Path(folder) / "tasks.json").write_text(json.dumps(bodies), encoding="utf-8")
        file.write_text(_yaml(document), encoding="utf-8")
        began = time.perf_counter()
        found = simulate(load(file))
        seconds = time.perf_counter() - began
    assert len(found.raw.tasks.end) == tasks
    assert (found.raw.tasks.end >= 0).all()
    return seconds


def _yaml(document: dict[str, Any]) -> str:
    """Write a document as people do: lists below their keys, each pool and job as a block."""
    lines = [f"name: {document['name']}"]
    for key in ("pools", "jobs"):
        lines.append(f"{key}:")
        for body in document[key]:
            pairs = [f"{name}: {json.dumps(value)}" for name, value in body.items()]
            lines += [f"  - {pairs[0]}", *(f"    {pair}" for pair in pairs[1:])]
    return "\n".join(lines) + "\n"


@row("10 000 jobs in YAML, read and run", "s", 5.0)
def jobs(scale: float) -> float:
    """Return the seconds."""
    count = round(10_000 * scale)
    each = [job({"count": 1, "duration": MINUTE}, f"job{number}") for number in range(count)]
    document = {"name": "jobs", "pools": [pool(targetDedicatedNodes=50)], "jobs": each}
    return loaded_and_run(document, count) / scale


@row("1 000 pools in YAML, read and run", "s", 3.0)
def pools(scale: float) -> float:
    """Return the seconds."""
    count = round(1000 * scale)
    names = [f"p{number}" for number in range(count)]
    document = {
        "name": "pools",
        "pools": [pool(name, targetDedicatedNodes=2) for name in names],
        "jobs": [job({"count": 99, "duration": MINUTE}, f"job-{name}", name) for name in names],
    }
    return loaded_and_run(document, 99 * count) / scale


def listed(count: int, edges: int) -> float:
    """Return the seconds for so many task bodies in JSON, each of which waits for some of those before it."""
    draw = random.Random(1)  # noqa: S311 - no secret
    bodies: list[dict[str, Any]] = []
    for number in range(count):
        body: dict[str, Any] = {"id": f"t{number}", "commandLine": f"/bin/bash -c 'process {number}'"}
        body["simulation"] = {"duration": f"{draw.randint(30, 300)}s"}
        if edges and number:
            waits_for = sorted({draw.randrange(max(0, number - 1000), number) for _ in range(edges)})
            body["dependsOn"] = {"taskIds": [f"t{one}" for one in waits_for]}
        bodies.append(body)
    body = {"id": "job", "poolInfo": {"poolId": "p"}, "usesTaskDependencies": True, "tasks": {"file": "tasks.json"}}
    document = {"name": "listed", "pools": [pool(targetDedicatedNodes=50)], "jobs": [body]}
    return loaded_and_run(document, count, bodies)


@row("100 000 task bodies in JSON with a million edges, read and run", "s", 4.0)
def edges(scale: float) -> float:
    """Return the seconds."""
    return listed(round(100_000 * scale), 10) / scale


@row("a million task bodies in JSON, read and run", "s", 30.0)
def bodies(scale: float) -> float:
    """Return the seconds."""
    return listed(round(1_000_000 * scale), 0) / scale
