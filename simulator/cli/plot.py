"""`poolsight plot` and `poolsight trace`: results as a picture, or a run as a timeline to zoom into."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli.errors import reported
from simulator.cli.output import echo
from simulator.errors import InputError, Problem
from simulator.extras import require

if TYPE_CHECKING:
    from simulator.report.sources.saved_files import Source
    from simulator.results.record.read import SavedRun


@reported
def plot(
    directory: Annotated[
        Path,
        typer.Argument(
            help="What run --out or sweep --out wrote, or a file of what plan, spot or sensitivity --json printed."
        ),
    ],
    kind: Annotated[
        str | None,
        typer.Option(
            help="Of a run: pool, gantt, ledger, queue, slots; of a sweep: cost-time, difference; "
            "of an answer: cost-time, spot, tornado."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="FILE.png, .svg or .pdf; KIND.png without it.")
    ] = None,
    pool: Annotated[list[str] | None, typer.Option(help="Only this pool; may be given several times.")] = None,
    by: Annotated[str | None, typer.Option(help="What colours stand for: outcome, job, pool or size.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="Show the clock of this time zone, e.g. Europe/Berlin.")] = None,
    nights: Annotated[bool, typer.Option("--nights", help="Shade nights and weekends.")] = False,
    at: Annotated[str | None, typer.Option(help="For slots: the instant to show, e.g. 90m.")] = None,
    measure: Annotated[str | None, typer.Option(help="For sweeps and answers: another measure.")] = None,
    cell: Annotated[list[int] | None, typer.Option(help="For difference: two cells of the sweep.")] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Draw for a dark page.")] = False,
) -> None:
    """Draw a picture of a run, a sweep or an answer."""
    from simulator.report.looks.palette import DARK, LIGHT
    from simulator.report.looks.theme import refuse_suffix, save
    from simulator.report.sources.figure_kinds import KINDS, draw, kinds_of
    from simulator.results.record.integrity import understood

    require("matplotlib", "poolsight plot")
    problems: list[Problem] = []
    source = _source(directory, problems)
    if kind is not None and kind not in KINDS:
        problems.append(Problem(f"there is no picture {kind!r}; known are {', '.join(KINDS)}", path="--kind"))
    elif kind is not None and source is not None and source.form not in KINDS[kind].forms:
        text = f"there is no {kind} of a {source.form}; there is {', '.join(kinds_of(source.form))}"
        problems.append(Problem(text, path="--kind"))
    chosen = kind or (kinds_of(source.form)[0] if source else "pool")
    target = out or Path(f"{chosen}.png")
    problems += refuse_suffix(target)
    given = {
        "pools": pool or None,
        "by": by,
        "zone": time_zone,
        "nights": nights or None,
        "at": at,
        "measure": measure,
        "cells": cell or None,
    }
    asked = {name: value for name, value in given.items() if value is not None}
    with understood(directory):
        options = _options(chosen, asked, source, problems)
        if problems or source is None:
            raise InputError(problems)
        save(draw(chosen, source, {**options, "page": DARK if dark else LIGHT}), target)
    echo(f"{target}: {KINDS[chosen].meaning}")


def _source(path: Path, problems: list[Problem]) -> Source | None:
    from simulator.report.sources.saved_files import open_source
    from simulator.results.record.integrity import understood

    try:
        with understood(path):
            return open_source(path)
    except InputError as error:
        problems.extend(error.problems)
        return None


def _options(kind: str, given: dict[str, Any], source: Source | None, problems: list[Problem]) -> dict[str, Any]:
    """Check what was asked for, all of it, and give it as the figure's keywords."""
    from simulator.report.sources.figure_kinds import KINDS
    from simulator.results.record.read import SavedRun

    run = source.what if source is not None and isinstance(source.what, SavedRun) else None
    known = KINDS.get(kind)
    if known is not None:
        for name in given.keys() - known.options:
            where = ", ".join(other for other, described in KINDS.items() if name in described.options)
            problems.append(Problem(f"means nothing for {kind}; it is for {where}", path=_flag(name)))
        if "by" in given and known.by and given["by"] not in known.by:
            problems.append(Problem(f"expected {' or '.join(known.by)}, not {given['by']!r}", path="--by"))
    if "zone" in given:
        given["zone"] = _zone(given["zone"], problems)
    if "at" in given:
        given["at"] = _instant(given["at"], run, problems)
    if "pools" in given and run is not None:
        names = [str(name) for name in run.frame("pools")["pool"]]
        known_as = f"known are {_listed(names)}"
        unknown = [name for name in given["pools"] if name not in names]
        problems += [Problem(f"there is no pool {name!r}; {known_as}", path="--pool") for name in unknown]
    return given


def _flag(name: str) -> str:
    return {"pools": "--pool", "cells": "--cell", "zone": "--time-zone"}.get(name, f"--{name}")


def _listed(names: list[str], most: int = 8) -> str:
    if not names:
        return "none"
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _zone(name: str, problems: list[Problem]) -> Any:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(Problem(f"there is no time zone {name!r}; expected one like Europe/Berlin", path="--time-zone"))
        return None


def _instant(text: str, run: SavedRun | None, problems: list[Problem], flag: str = "--at") -> float:
    from simulator.durations import parse_duration
    from simulator.units import spoken

    try:
        instant = float(parse_duration(text))
    except ValueError as error:
        problems.append(Problem(str(error), path=flag))
        return 0.0
    if run is not None and not 0 <= instant <= run.end:
        problems.append(Problem(f"lies outside of the run, which ends after {spoken(run.end)}", path=flag))
    return instant


@reported
def trace(
    directory: Annotated[Path, typer.Argument(help="What 'poolsight run FILE --out DIR' wrote.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="FILE.json or FILE.json.gz.")] = Path("trace.json.gz"),
    begin: Annotated[str | None, typer.Option("--from", help="Only what goes on after this, e.g. 90m.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Only what goes on before this, e.g. 2h.")] = None,
) -> None:
    """Write a run as Chrome trace events, for ui.perfetto.dev or chrome://tracing.

    Of a run too large for these, its beginning is written, unless --from or --to ask for another window.
    """
    from simulator.report.chrome_trace import refuse_name, window, write
    from simulator.results.record.integrity import understood
    from simulator.results.record.read import read
    from simulator.units import spoken

    problems = refuse_name(out)
    with understood(directory):
        try:
            run = read(directory)
        except InputError as error:
            raise InputError([*problems, *error.problems]) from None
        since = None if begin is None else _instant(begin, run, problems, "--from")
        until = None if end is None else _instant(end, run, problems, "--to")
        if since is not None and until is not None and since >= until and not problems:
            problems.append(Problem("expected an instant after that of --from", path="--to"))
        if problems:
            raise InputError(problems)
        inside = window(run, since, until)
        count = write(run, out, inside)
    echo(f"{out}: {count:,} events; open it in ui.perfetto.dev or chrome://tracing")
    if since is None and until is None and inside.end < run.end:
        text = f"{out}: has the first {spoken(inside.end)} of {spoken(run.end)}; --from and --to choose another window"
        echo(text, err=True)
