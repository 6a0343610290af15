"""The scenario that a stress search writes: the pattern, the formula and its repair, with their figures on top."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simulator.units import spoken_amount
from simulator.workshop.harm import evicted
from simulator.workshop.pool import POOL, document, workload_of
from simulator.workshop.stress import Ran, Stress

REPAIRED = "repaired"


def figures(name: str, ran: Ran, found: Stress) -> str:
    """Return a formula's figures in one line."""
    values = ran.values
    cost = values.get("cost")
    counts = [("tasks.requeues", "requeues"), ("unfinished", "tasks left"), ("nodes.peak", "nodes at most")]
    parts = [
        f"{ran.harm:.3g} {found.harm.unit} of {found.harm.title}",
        *(f"{title}: {values.get(measure) or 0:g}" for measure, title in counts),
    ]
    if evicted(values):
        parts.append(f"lost to evictions: {evicted(values):.3g} node-hours")
    if cost is not None:
        parts.append(f"${spoken_amount(cost)}")
    return f"{name}: {', '.join(parts)}"


def scenario_text(found: Stress, name: str) -> str:
    """Return the scenario file of a stress search's result, in YAML with the figures as comments."""
    return "\n".join(_lines(found, name)) + "\n"


def _lines(found: Stress, name: str) -> Iterator[str]:
    pools = [(POOL, found.formula)]
    if found.repaired is not None:
        pools.append((REPAIRED, found.repaired))
    body = document(
        pools,
        workload_of(found.simplest),
        found.options,
        horizon=found.horizon,
        hour=found.simplest.hour,
        seed=found.seed,
        away=found.simplest.away,
    )
    name = Path(name).name if name != "-" else "a formula"
    yield f"# The load under which {name} does most harm of its kind: {found.simplest}."
    yield f"# {figures(POOL, found.found, found)}"
    if found.repaired_found is not None:
        yield f"# {figures(REPAIRED, found.repaired_found, found)}"
    yield f"# How far the search went: {found.search.described()}."
    yield f"name: {json.dumps(f'{found.harm.name} of {name}')}"
    yield from _mapping(body, "")


def _mapping(data: dict[str, Any], indent: str) -> Iterator[str]:
    for key, value in data.items():
        yield from _entry(f"{indent}{key}:", value, f"{indent}  ")


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield head
        yield from _mapping(value, indent)
    elif isinstance(value, list) and value:
        yield head
        for item in value:
            first, *others = list(_mapping(item, f"{indent}  "))
            yield f"{indent}- {first.strip()}"
            yield from others
    elif isinstance(value, str) and "\n" in value:
        yield f"{head} |"
        yield from (f"{indent}{line}" for line in value.strip("\n").splitlines())
    else:
        yield f"{head} {json.dumps(value)}"
