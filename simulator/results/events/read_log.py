"""Logs of the service's events, ours or real ones, as tables.

Files hold one JSON object a line, as Azure Monitor appends them (`PT1H.json`), or arrays of them; an object may also
wrap several events in `records`, as an event hub delivers them, and `properties` may be JSON inside a text. Rows of the
table AzureDiagnostics, as JSON or CSV, are events too. Events of other kinds are counted and left out, and so are those
without the ids that would say whom they are about. What is no JSON object is an error, reported with all others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.errors import InputError, Problem
from simulator.json_text import JsonError, read_json
from simulator.results.events.diagnostics_rows import OPERATION, event_of, expanded, rows_of_sheet
from simulator.results.events.envelope import Operation, parse_stamp
from simulator.results.events.log_tables import Tables
from simulator.results.record.read import EVENTS
from simulator.tables.json_rows import JsonRows
from simulator.tables.sheets import NotATableError
from simulator.tables.text import FileText, read_content, text_of

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES: Final = (".json", ".jsonl")
"""Of files that are looked for in folders, packed (.gz) or not."""
KNOWN: Final = {operation.lower(): operation for operation in Operation}
MOST_REPORTED: Final = 200
"""Most problems of one reading that are reported one by one."""
ID_OF: Final = {Operation.SPECIAL_TASK: "taskName"}
"""Which field an event needs besides those of its kind; all others need `id`."""


@dataclass(frozen=True)
class Log:
    """What the events say; every table is a pandas frame, times are in UTC."""

    tables: dict[str, pd.DataFrame]
    """pools, resizes, evaluations, tasks, attempts, special_tasks and schedule_failures."""
    counts: dict[str, int]
    """Events by the service's name."""
    ignored: dict[str, int]
    """Events of kinds that are not read, by name."""
    repeated: int
    """Events that stood in the files more than once; delivery is not exact."""
    warnings: tuple[Problem, ...]


@dataclass(slots=True)
class _Pile:
    """Events as they come in."""

    found: list[tuple[int, Operation, dict[str, Any]]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    seen: set[int] = field(default_factory=set)
    repeated: int = 0
    broken: list[Problem] = field(default_factory=list)
    odd: list[Problem] = field(default_factory=list)


def read(paths: Sequence[Path], *, skip_broken: bool = False) -> Log:
    """Read log files and folders of them; `skip_broken` makes unreadable lines warnings."""
    log = read_texts((text_of(read_content(path), str(path)) for path in _files(paths)), skip_broken=skip_broken)
    if not log.counts and not log.ignored and (not skip_broken or not log.warnings):
        text = "holds no event: expected one JSON object on each line, or an array of them, with operationName"
        raise InputError([Problem(f"{text}; lists of tasks and nodes are read by poolsight import", str(paths[0]))])
    return log


def read_texts(texts: Iterable[FileText], *, skip_broken: bool = False) -> Log:
    """Read the texts of log files."""
    pile = _Pile()
    for content in texts:
        _take(pile, content)
    return _log(pile, skip_broken=skip_broken)


def _log(pile: _Pile, *, skip_broken: bool) -> Log:
    if pile.broken and not skip_broken:
        raise InputError(_capped(pile.broken))
    pile.found.sort(key=lambda event: event[0])
    tables = Tables()
    for time, operation, body in pile.found:
        tables.take(time, operation, body)
    warnings = _capped([Problem(p.message, p.file, p.line, is_warning=True) for p in (*pile.broken, *pile.odd)])
    return Log(
        tables=tables.frames(),
        counts=dict(sorted(pile.counts.items())),
        ignored=dict(sorted(pile.ignored.items())),
        repeated=pile.repeated,
        warnings=tuple(warnings),
    )


def _capped(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= MOST_REPORTED:
        return problems
    return [
        *problems[:MOST_REPORTED],
        Problem(f"and {len(problems) - MOST_REPORTED:,} more", is_warning=problems[0].is_warning),
    ]


def _files(paths: Sequence[Path]) -> list[Path]:
    """Return the files, and those of folders in the order of their names."""
    problems, files = [], []
    for path in paths:
        if (path / "manifest.json").is_file():
            mine = path / EVENTS
            files.append(mine)
            if not mine.is_file():
                text = f"holds no {EVENTS}: run the scenario again with --out and --events"
                problems.append(Problem(text, str(path)))
        elif path.is_dir():
            inside = sorted(
                file for file in path.rglob("*") if file.name.removesuffix(".gz").endswith(SUFFIXES) and file.is_file()
            )
            files += inside
            if not inside:
                problems.append(Problem(f"holds no file that ends in {' or '.join(SUFFIXES)}", str(path)))
        elif path.is_file():
            files.append(path)
        else:
            problems.append(Problem("does not exist", str(path)))
    if problems:
        raise InputError(problems)
    return files


def _take(pile: _Pile, content: FileText) -> None:
    if content.text.lstrip()[:1] not in ("{", "[", ""):
        try:
            for number, row in enumerate(rows_of_sheet(content), 2):
                _event(pile, content.name, number, event_of(row))
        except NotATableError as error:
            text = f"expected JSON objects, or a table of AzureDiagnostics with a line of names: {error}"
            pile.broken.append(Problem(text, content.name))
        return
    rows, before = JsonRows(content.text), len(pile.broken)
    line, at = 1, 0
    for item in rows:
        line, at = line + content.text.count("\n", at, item.begin), item.begin
        key = hash(content.text[item.begin : item.end])
        if key in pile.seen:
            pile.repeated += 1
            continue
        pile.seen.add(key)
        for event in expanded(item.value):
            if isinstance(event, dict):
                _event(pile, content.name, line, event_of(event))
            else:
                pile.broken.append(Problem("expected one JSON object on each line", content.name, line))
    for line, message in rows.broken:
        pile.broken.append(Problem(f"expected one JSON object on each line: {message}", content.name, line))
    pile.broken[before:] = sorted(pile.broken[before:], key=lambda problem: problem.line or 0)


def _event(pile: _Pile, name: str, number: int, event: Mapping[str, Any]) -> None:
    """File one event, or say why it is of no use."""
    title = event.get("operationName") or event.get(OPERATION)
    body = event.get("properties")
    if isinstance(body, str):
        try:
            body = read_json(body)
        except JsonError:
            pile.broken.append(Problem("properties: a text that is no JSON", name, number))
            return
    if not isinstance(title, str):
        pile.odd.append(Problem("has no operationName; left out", name, number))
        return
    operation = KNOWN.get(title.lower())
    if operation is None:
        pile.ignored[title] += 1
        return
    pile.counts[operation.value] += 1
    time = parse_stamp(event.get("time"))
    lacks = _lacking(operation, body)
    if time is None:
        pile.odd.append(Problem(f"{operation}: expected time like 2026-01-05T08:00:00.000Z; left out", name, number))
    elif lacks or not isinstance(body, dict):
        pile.odd.append(Problem(f"{operation}: has no {lacks}; left out", name, number))
    else:
        instant = round(time.timestamp() * 1_000_000)
        pile.found.append((instant, operation, body))


def _lacking(operation: Operation, body: object) -> str:
    """Name the field without which nobody knows whom the event is about."""
    if not isinstance(body, dict):
        return "properties"
    needed = [ID_OF.get(operation, "id")]
    if operation.name.startswith("TASK"):
        needed.insert(0, "jobId")
    return next((key for key in needed if not isinstance(body.get(key), str) or not body[key].strip()), "")
