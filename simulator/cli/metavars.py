"""What stands for the value of each argument and option in help and in errors: one word for one thing everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

METAVARS: Final[Mapping[str, str]] = {
    "account": "NAME",
    "against": "FILE",
    "at": "TIME",
    "begin": "TIME",
    "bursts": "N",
    "by": "WHAT",
    "cap": "N",
    "cell": "N",
    "checkpoint_cost": "DURATION",
    "clock": "CLOCK",
    "cluster": "ADDRESS",
    "columns": "NAMES",
    "context": "FILE",
    "date_order": "ORDER",
    "deadline": "TIME",
    "directory": "DIR",
    "durations": "FILE",
    "end": "TIME",
    "eviction_rate": "RATE",
    "file": "FILE",
    "files": "FILE",
    "first": "FILE",
    "format_": "FORMAT",
    "host": "ADDRESS",
    "interval": "MINUTES",
    "jobs": "N",
    "key": "KEY",
    "kind": "KIND",
    "loads": "NAMES",
    "longest": "MINUTES",
    "map_": "USE=COLUMN",
    "measure": "MEASURE",
    "memory_unit": "UNIT",
    "method": "METHOD",
    "nodes": "N",
    "only": "STATE",
    "origin": "DATE",
    "out": "PATH",
    "outcomes": "WHICH",
    "parallel_jobs": "KIND",
    "paths": "PATH",
    "pattern": "TEXT",
    "points": "SHARE",
    "pool": "POOL",
    "port": "N",
    "precision": "SHARE",
    "preset": "PRESET",
    "quantile": "SHARE",
    "region": "REGION",
    "replication": "N",
    "replications": "N",
    "runs": "N",
    "second": "FILE",
    "seed": "N",
    "slots": "N",
    "span": "MINUTES",
    "split": "SHARE",
    "steps": "N",
    "task": "JOB/TASK",
    "tasks": "N",
    "time_unit": "UNIT",
    "time_zone": "ZONE",
    "vm_size": "SIZE",
    "workers": "N",
    "worst": "HARM",
}
"""By the name of a parameter of a command's function; flags have none."""


def name_values(parameters: Iterable[Any]) -> None:
    """Set the word that stands for the value of each parameter of a command that takes one."""
    for one in parameters:
        if one.name in METAVARS:
            one.metavar = METAVARS[one.name]
