"""Things that JSON files list, one by one with their numbers; values inside them by key, however a client writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.history.ledger import Ledger
from simulator.history.sample import Sample, folded_keys
from simulator.tables.json_rows import JsonRows

_LINKS: Final = ("odata.nextLink", "nextLink", "@odata.nextLink", "nextToken", "NextToken")


def objects(sample: Sample, ledger: Ledger) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number and the object, keys folded, of every object that a file lists; note what is broken."""
    return ((number, folded_keys(item)) for number, item in plain_objects(sample, ledger))


def plain_objects(sample: Sample, ledger: Ledger) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number and the object of every object that a file lists, as it is; note what is broken."""
    rows = JsonRows(sample.text.text)
    strays = []
    for number, item in enumerate(rows, 1):
        if isinstance(item.value, dict):
            yield number, item.value
        else:
            strays.append(number)
    ledger.note("broken", sample.name, strays)
    ledger.note("broken", sample.name, [line for line, _ in rows.broken])
    if any(rows.around.get(link) for link in _LINKS):
        ledger.note("more_pages", sample.name, count=1)


def inner(item: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the object under a folded key, its keys folded; empty where there is none."""
    value = item.get(key)
    return folded_keys(value) if isinstance(value, dict) else {}


def named_in(url: object, kind: str) -> str:
    """Return what stands behind `kind` in the path of a URL: the job of `…/jobs/nightly/tasks/7`."""
    found = str(url or "").partition(f"/{kind}/")[2]
    return found.partition("/")[0].partition("?")[0]


def text(value: object) -> str:
    """Return a text, the empty one where there is none."""
    if isinstance(value, str):
        return value.strip()
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()
