"""Tasks that a job template of the command line describes by a rule: a sweep over numbers, or a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, Final

from simulator.scenario.format.complete import lookup, put

_NUMBER: Final = re.compile(r"\{(\d+)(?::0?(\d+))?\}")
PER_FILE: Final = "makes a task of each file of a storage container, which is not known here: give simulation.workload"


def with_tasks(job: Mapping[Any, Any]) -> tuple[Any, str]:
    """Return a job with the tasks that its factory makes, and why there are none where it makes none."""
    factory = lookup(job, "taskFactory")
    if not isinstance(factory, Mapping) or lookup(factory, "tasks") is not None:
        return job, ""
    kind = str(lookup(factory, "type")).lower()
    if kind == "parametricsweep":
        try:
            return put(job, "taskFactory", {"type": "taskCollection", "tasks": list(_swept(factory))}), ""
        except (TypeError, ValueError):
            return put(job, "taskFactory", {}), "expected parameterSets of whole numbers: start, end, and a step"
    why = PER_FILE if kind == "taskperfile" else f"'{kind}' is no kind of factory: parametricSweep, taskCollection"
    return put(job, "taskFactory", {}), why


def _swept(factory: Mapping[Any, Any]) -> Iterator[dict[Any, Any]]:
    """Yield a task for every combination of the sets' numbers, then the one that comes after all."""
    sets = [_range(one) for one in lookup(factory, "parameterSets")]
    count = 0
    for numbers in product(*sets):
        yield {**_filled(lookup(factory, "repeatTask"), numbers), "id": str(count)}
        count += 1
    merge = lookup(factory, "mergeTask")
    if isinstance(merge, Mapping):
        yield {"id": "merge", **merge, "dependsOn": {"taskIdRanges": [{"start": 0, "end": count - 1}]}}


def _range(one: Any) -> range:
    start, end, step = (int(lookup(one, key) or 0) for key in ("start", "end", "step"))
    step = step or (1 if end >= start else -1)
    return range(start, end + (1 if step > 0 else -1), step)


def _filled(value: Any, numbers: tuple[int, ...]) -> Any:
    """Return a value with `{0}`, `{1:3}` in its texts replaced by the numbers of a task."""
    if isinstance(value, Mapping):
        return {key: _filled(inner, numbers) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, numbers) for inner in value]

    def number(found: re.Match[str]) -> str:
        at = int(found[1])
        return str(numbers[at]).zfill(int(found[2] or 0)) if at < len(numbers) else found[0]

    return _NUMBER.sub(number, value) if isinstance(value, str) else value
