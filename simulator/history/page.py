"""What an import read, left out and assumed, as a page in Markdown and as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from simulator.history.ledger import CAUSES, Effect, Entry
from simulator.history.past import Past
from simulator.history.replay import Replay
from simulator.units import spoken

TITLES: Final = {
    Effect.DROPPED: "Not replayed",
    Effect.ASSUMED: "Assumed",
    Effect.NOTICED: "Noticed",
}


BEGINS: Final = "# What an import read"
"""First line of the page, by which a directory that an import wrote is known."""


def facts(past: Past, replay: Replay) -> dict[str, Any]:
    """Return what an import found, as plain values."""
    tasks = replay.tasks
    return {
        "files": [{"file": one.name, "format": one.format, "rows": one.rows} for one in past.files],
        "origin": None if past.origin is None else past.origin.isoformat().replace("+00:00", "Z"),
        "tasks": len(past.tasks),
        "replayed": len(tasks),
        "jobs": int(tasks["scenario_job"].nunique()),
        "pools": sorted(tasks["scenario_pool"].unique()),
        "nodes": int(past.nodes["node"].nunique()),
        "pool_changes": len(past.pools),
        "entries": [
            {
                "effect": str(one.effect),
                "cause": one.cause,
                "text": CAUSES[one.cause].text,
                "file": one.file,
                "count": one.count,
                "rows": list(one.rows),
                **({"detail": one.detail} if one.detail else {}),
                **({"option": CAUSES[one.cause].option} if CAUSES[one.cause].option else {}),
            }
            for effect in Effect
            for one in past.ledger.of(effect)
        ],
    }


def headline(past: Past, replay: Replay) -> str:
    """Return the sentence that stands first."""
    count, of = len(replay.tasks), len(past.tasks)
    if not of:
        return "No task was found."
    if not count:
        return f"None of {of:,} tasks can be replayed."
    begin, last = replay.tasks["created"].min(), replay.tasks["end"].max()
    span = f", which came and ran within {spoken(float(last - begin))}" if last > begin else ""
    return f"{count:,} of {of:,} tasks are replayed{span}."


def page(past: Past, replay: Replay) -> str:
    """Return the page about an import."""
    lines = [BEGINS, "", headline(past, replay), "", "| file | format | rows |", "| --- | --- | --- |"]
    lines += [f"| {_cell(one.name)} | {one.format} | {one.rows:,} |" for one in past.files]
    if past.origin is not None:
        lines += ["", f"Time 0 is {past.origin.isoformat().replace('+00:00', 'Z')}."]
    for effect, title in TITLES.items():
        entries = list(past.ledger.of(effect))
        if entries:
            lines += ["", f"## {title}", "", "| how many | what | where | option |", "| --- | --- | --- | --- |"]
            lines += [f"| {one.count:,} | {what(one)} | {_cell(where(one))} | {_option(one)} |" for one in entries]
    return "\n".join(lines) + "\n"


def report(past: Past, replay: Replay) -> Iterator[str]:
    """Yield the lines that are printed of an import."""
    yield headline(past, replay)
    for one in past.files:
        yield f"read          {one.name}: {one.rows:,} rows as {one.format}"
    for effect in TITLES:
        for entry in past.ledger.of(effect):
            option = CAUSES[entry.cause].option
            yield f"{effect!s:13} {entry.count:,} {what(entry)} ({where(entry)}){f'; {option}' if option else ''}"


def what(entry: Entry) -> str:
    """Return what was met."""
    text = CAUSES[entry.cause].text
    return f"{text} ({entry.detail})" if entry.detail else text


def where(entry: Entry) -> str:
    """Return the file of an entry and its first rows."""
    if not entry.rows:
        return entry.file
    rows = ", ".join(str(row) for row in entry.rows)
    more = ", …" if entry.count > len(entry.rows) else ""
    return f"{entry.file}, row{'s' if entry.count > 1 else ''} {rows}{more}"


def _cell(text: str) -> str:
    return text.replace("|", "&#124;")


def _option(entry: Entry) -> str:
    option = CAUSES[entry.cause].option
    return f"`{option}`" if option else ""
