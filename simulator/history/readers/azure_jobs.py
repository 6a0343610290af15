"""Jobs of Azure Batch as `az batch job list` and the service's pages list them: their priorities."""

from __future__ import annotations

from typing import Final

from simulator.history.found import Found
from simulator.history.items import objects, text
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample


def _recognises(sample: Sample) -> bool:
    first = sample.first
    return "poolinfo" in first and bool({"state", "creationtime", "onalltaskscomplete"} & first.keys())


def _read(sample: Sample, _: Options, ledger: Ledger) -> Found:
    priorities: dict[str, int] = {}
    lacking, count = [], 0
    for number, item in objects(sample, ledger):
        count += 1
        name, priority = text(item.get("id")), item.get("priority")
        if not name:
            lacking.append(number)
        elif isinstance(priority, int):
            priorities[name] = priority
    ledger.note("no_id", sample.name, lacking)
    return Found(count, priorities=priorities)


READER: Final = Reader(
    name="azure-jobs",
    made_by="`az batch job list`, `az batch job show`",
    known_by="objects with `poolInfo` and `state`",
    gives=(),
    recognises=_recognises,
    read=_read,
)
